//! What is refused, how many reports there may be, and how long they are kept.

use domain::ids::{ApiKeyId, AuditId, ProfileId, ReportId, UserId};
use domain::permission::{Permission, PermissionSet};
use domain::report::{Report, ReportDate, ReportFile, ReportFormat, ReportSubject};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::DAY_MS;
use jiff::civil::date;
use serde_json::{Value, json};
use store::both_engines;

use super::{DAYS, all, files, is_absent, look, narrow, order, ordered};
use crate::jobs::runner::run_due;
use crate::pipeline::tests::world::{ACCOUNT, KEYWORDS, world};
use crate::reports::{MOST_FILES, MOST_WAITING, NewReport, create, get, link, tidy};
use crate::{Error, What};

/// A report on fewer days, from this one of May on.
fn starting(day: i8) -> NewReport {
    NewReport {
        first_day: date(2026, 5, day),
        ..all()
    }
}

both_engines! {
    async fn orders_that_cannot_be_met_are_refused(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let backwards = NewReport { first_day: DAYS.1, last_day: DAYS.0, ..all() };
        let refused = create(engine, &world.scope, backwards).await;
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "date_to"));
        let unknown = ordered(ReportSubject::Profile(ProfileId(99)));
        assert!(is_absent(&create(engine, &world.scope, unknown).await, What::Profile));
        for missing in [Permission::InsightsRead, Permission::ExportHistoryallRead] {
            let permissions = PermissionSet::all()
                .without(missing)
                .without(Permission::InboxonlyassignedtomeRead);
            let scope = Scope::for_key(ACCOUNT, ApiKeyId(1), TopicAccess::All, permissions);
            assert!(matches!(create(engine, &scope, all()).await, Err(Error::Denied(_))));
        }
        for day in 1..=i8::try_from(MOST_WAITING).unwrap() {
            order(&world, &world.scope, starting(day)).await;
        }
        assert!(matches!(create(engine, &world.scope, all()).await, Err(Error::Conflict(_))));
        run_due(engine).await.unwrap();
        order(&world, &world.scope, all()).await;
    }

    async fn the_same_report_is_not_asked_for_twice_while_it_waits(db: &Db) {
        let world = world(db).await;
        let first = order(&world, &world.scope, all()).await;
        assert_eq!(order(&world, &world.scope, all()).await, first);
        let others = [
            (world.scope.clone(), starting(2)),
            (world.scope.clone(), NewReport { by: ReportDate::Updated, ..all() }),
            (world.scope.clone(), NewReport { format: ReportFormat::Workbook, ..all() }),
            (narrow(&[KEYWORDS]), all()),
        ];
        let mut ids = vec![first.id];
        for (scope, new) in others {
            ids.push(order(&world, &scope, new).await.id);
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 5, "each differs from the others");
        // What came since work on it began is not in the first.
        let scope = world.scope.clone();
        let now = world.engine().now();
        world.engine().db()
            .write(move |tx| Box::pin(async move {
                store::reports::start(tx, &scope, first.id, now).await
            }))
            .await
            .unwrap();
        assert!(!ids.contains(&order(&world, &world.scope, all()).await.id));
    }

    async fn many_who_ask_at_once_get_one_report(db: &Db) {
        let world = world(db).await;
        let asking: Vec<_> = (0..8)
            .map(|_| {
                let (engine, scope) = (world.engine().clone(), world.scope.clone());
                tokio::spawn(async move { create(&engine, &scope, all()).await.unwrap().id })
            })
            .collect();
        let mut ids = Vec::new();
        for asked in asking {
            ids.push(asked.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    async fn an_account_keeps_its_newest_files(db: &Db) {
        let world = world(db).await;
        let scope = world.scope.clone();
        let first = order(&world, &scope, all()).await;
        run_due(world.engine()).await.unwrap();
        let first = look(&world, &first).await;
        let template = first.clone();
        let later = world.engine().now().plus_ms(1);
        let add = |ids: std::ops::Range<i64>| {
            let (scope, template) = (scope.clone(), template.clone());
            world.engine().db().write(move |tx| Box::pin(async move {
                for id in ids {
                    let report = Report { id: ReportId(id), ..template.clone() };
                    store::reports::create(tx, &scope, &report).await?;
                    let file = ReportFile { name: format!("{id}.zip"), bytes: 1, messages: 0 };
                    store::reports::complete(tx, &scope, report.id, later, &file).await?;
                }
                Ok::<_, store::StoreError>(())
            }))
        };
        add(5_000..5_000 + MOST_FILES - 1).await.unwrap();
        tidy(world.engine()).await.unwrap();
        assert_eq!(look(&world, &first).await, first);
        assert_eq!(files(&world).len(), 1);
        add(6_000..6_001).await.unwrap();
        tidy(world.engine()).await.unwrap();
        let retired = look(&world, &first).await;
        assert_eq!(retired.removed_at, Some(world.engine().now()));
        assert_eq!(files(&world), [""; 0]);
        let newest = get(world.engine(), &scope, ReportId(6_000)).await.unwrap();
        assert_eq!(newest.removed_at, None);
    }

    async fn a_report_without_a_file_is_told_of_for_a_year(db: &Db) {
        let world = world(db).await;
        let report = order(&world, &world.scope, all()).await;
        run_due(world.engine()).await.unwrap();
        world.test.clock.advance_ms(365 * DAY_MS);
        tidy(world.engine()).await.unwrap();
        assert!(look(&world, &report).await.removed_at.is_some());
        world.test.clock.advance_ms(1);
        tidy(world.engine()).await.unwrap();
        assert!(is_absent(&get(world.engine(), &world.scope, report.id).await, What::Report));
    }

    async fn the_link_is_given_to_those_who_may_export(db: &Db) {
        let world = world(db).await;
        let report = order(&world, &world.scope, all()).await;
        run_due(world.engine()).await.unwrap();
        let ready = look(&world, &report).await;
        let who = |permissions: &[Permission]| {
            let permissions = permissions.iter().copied().collect();
            Scope::for_member(ACCOUNT, UserId(7), TopicAccess::All, permissions)
        };
        let (read, export) = (Permission::InsightsRead, Permission::ExportHistoryallRead);
        let own = Permission::InboxonlyassignedtomeRead;
        for (scope, is_given) in [
            (who(&[read]), false),
            (who(&[read, export]), true),
            (who(&[read, export, own]), false),
        ] {
            let seen = get(world.engine(), &scope, report.id).await.unwrap();
            assert_eq!(seen, ready);
            assert_eq!(link(world.engine(), &scope, &seen).is_some(), is_given);
        }
    }

    async fn the_security_log_tells_who_asked_for_which_messages(db: &Db) {
        let world = world(db).await;
        world.connect(7, KEYWORDS, "Page").await;
        let person = |topics| Scope::for_member(
            ACCOUNT,
            UserId(7),
            topics,
            PermissionSet::all().without(Permission::InboxonlyassignedtomeRead),
        );
        let channel = ordered(ReportSubject::Profile(ProfileId(7)));
        let whole = order(&world, &person(TopicAccess::All), all()).await;
        let part = order(&world, &narrow(&[KEYWORDS]), channel.clone()).await;
        let near = person(TopicAccess::Only([KEYWORDS].into()));
        assert_eq!(order(&world, &near, channel).await, part);
        let chain = ACCOUNT.get();
        let told: Vec<_> = store::audit::list(world.engine().db(), chain, AuditId(0), 100)
            .await
            .unwrap()
            .into_iter()
            .filter(|entry| entry.event == "report_requested")
            .map(|entry| {
                let detail: Value = serde_json::from_str(&entry.detail).unwrap();
                (entry.actor_id, detail)
            })
            .collect();
        let asked = |report: &Report, key_id: Option<i64>, more: Value| {
            let mut detail = json!({
                "id": report.id,
                "key_id": key_id,
                "first_day": "2026-05-26",
                "last_day": "2026-06-01",
                "by": "created_date",
                "format": "csv",
            });
            let members = detail.as_object_mut().unwrap();
            members.extend(more.as_object().unwrap().clone());
            detail
        };
        let page = json!({"profile_id": 7, "topics": part.topics});
        assert_eq!(told, [
            (Some(UserId(7)), asked(&whole, None, json!({"profile_id": null, "topics": whole.topics}))),
            (None, asked(&part, Some(1), page.clone())),
            (Some(UserId(7)), asked(&part, None, page)),
        ]);
        let verified = crate::auth::audit::verify(world.engine().db(), chain).await.unwrap();
        assert!(matches!(verified, crate::auth::audit::Verified::Intact(_)), "{verified:?}");
    }
}
