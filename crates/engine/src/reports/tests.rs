//! Reports from the order to the file.

mod limits;
mod rows;

use std::io::{Cursor, Read as _};

use domain::ids::{ApiKeyId, ProfileId, TopicId};
use domain::permission::{Permission, PermissionSet};
use domain::report::{Report, ReportDate, ReportFormat, ReportState, ReportSubject};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMillis};
use jiff::civil::{Date, date};
use store::both_engines;
use store::jobs::Job;
use tokio_util::sync::CancellationToken;

use super::{JOB, Link, NewReport, create, get, job, list, open, tidy};
use crate::hold::Place;
use crate::jobs::runner::{LEASE_MS, Outcome, run_due};
use crate::pipeline::item::{MAX_ITEMS, NewItem, add};
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, KEYWORDS, World, new_item, world};
use crate::testing::TestEngine;
use crate::{Engine, Error, What};

/// The first and the last day of most reports here.
const DAYS: (Date, Date) = (date(2026, 5, 26), date(2026, 6, 1));

fn ordered(subject: ReportSubject) -> NewReport {
    NewReport {
        subject,
        first_day: DAYS.0,
        last_day: DAYS.1,
        by: ReportDate::Created,
        format: ReportFormat::Csv,
    }
}

fn all() -> NewReport {
    ordered(ReportSubject::Account)
}

/// A program that reaches these topics only.
fn narrow(topics: &[TopicId]) -> Scope {
    let permissions: PermissionSet = [Permission::InsightsRead, Permission::ExportHistoryallRead]
        .into_iter()
        .collect();
    let topics = TopicAccess::Only(topics.iter().copied().collect());
    Scope::for_key(ACCOUNT, ApiKeyId(1), topics, permissions)
}

fn at(text: &str) -> UnixMillis {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn message(topic: TopicId, id: &str, published: Option<&str>) -> NewItem {
    let mut item = new_item(topic, Some(id), id);
    item.draft.published_at = published.map(at);
    item
}

async fn say(world: &World, items: Vec<NewItem>) {
    let count = items.len();
    let recorded = add(world.engine(), &world.scope, items).await.unwrap();
    assert_eq!(recorded.added.len(), count);
}

async fn order(world: &World, scope: &Scope, new: NewReport) -> Report {
    create(world.engine(), scope, new).await.unwrap()
}

async fn look(world: &World, report: &Report) -> Report {
    get(world.engine(), &world.scope, report.id).await.unwrap()
}

/// The link that somebody is given who may do everything.
fn link(engine: &Engine, report: &Report) -> Option<Link> {
    super::link(engine, &Scope::system(ACCOUNT), report)
}

/// What the link of a report leads to: the only member of the archive.
async fn fetch(world: &World, report: &Report) -> (String, Vec<u8>) {
    let Link { token, name } = link(world.engine(), report).unwrap();
    let download = open(world.engine(), &token, &name).await.unwrap();
    let mut bytes = Vec::new();
    let mut file = download.file.into_std().await;
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(download.bytes, u64::try_from(bytes.len()).unwrap());
    assert_eq!(
        report.file.as_ref().unwrap().bytes,
        i64::try_from(bytes.len()).unwrap()
    );
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut member = archive.by_index(0).unwrap();
    let mut inner = Vec::new();
    member.read_to_end(&mut inner).unwrap();
    (member.name().unwrap().into_owned(), inner)
}

/// The messages of a report.
async fn messages(world: &World, report: &Report) -> Vec<String> {
    let (member, text) = fetch(world, report).await;
    assert_eq!(member, "inbound.csv");
    let mut rows = csv::Reader::from_reader(text.as_slice());
    let found: Vec<String> = rows
        .records()
        .map(|row| row.unwrap()[8].to_owned())
        .collect();
    assert_eq!(
        report.file.as_ref().unwrap().messages,
        i64::try_from(found.len()).unwrap()
    );
    found
}

/// Makes what waits and gives the messages in it.
async fn made(world: &World, report: &Report) -> Vec<String> {
    run_due(world.engine()).await.unwrap();
    let report = look(world, report).await;
    assert_eq!(report.state(), ReportState::Done, "{report:?}");
    messages(world, &report).await
}

/// Files in the directory of reports.
fn files(world: &World) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(world.test.files.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Takes the job of a report as a server would that then dies.
async fn take(world: &World, now: UnixMillis) -> Job {
    let mut taken = world
        .engine()
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::jobs::claim(
                    tx,
                    &[JOB],
                    9,
                    store::nodes::Holder::default(),
                    now,
                    5 * MINUTE_MS,
                )
                .await
            })
        })
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    taken.remove(0)
}

async fn jobs(world: &World) -> (i64, i64) {
    let kinds = store::jobs::pending_by_kind(world.engine().db())
        .await
        .unwrap();
    kinds
        .iter()
        .find(|kind| kind.kind == JOB)
        .map_or((0, 0), |kind| (kind.waiting, kind.buried))
}

fn is_absent<T>(result: &Result<T, Error>, what: What) -> bool {
    matches!(result, Err(Error::NotFound(found)) if *found == what)
}

both_engines! {
    async fn a_report_waits_and_is_then_ready_with_a_file(db: &Db) {
        let world = world(db).await;
        say(&world, vec![message(EVERYTHING, "inside", Some("2026-05-26T08:00:00Z"))]).await;
        let report = order(&world, &world.scope, all()).await;
        assert_eq!(report.name, "Northwind messages created May 26 2026 - Jun 01 2026");
        assert_eq!(report.state(), ReportState::Queued);
        assert_eq!(link(world.engine(), &report), None);
        assert_eq!(look(&world, &report).await, report);
        assert_eq!(list(world.engine(), &world.scope).await.unwrap(), std::slice::from_ref(&report));
        world.test.clock.advance_ms(1_000);
        assert_eq!(made(&world, &report).await, ["inside"]);
        let ready = look(&world, &report).await;
        let now = world.engine().now();
        assert_eq!((ready.started_at, ready.generated_at), (Some(now), Some(now)));
        let Link { name, .. } = link(world.engine(), &ready).unwrap();
        assert_eq!(name, "northwind-messages-created-may-26-2026---jun-01-2026.zip");
        assert_eq!(jobs(&world).await, (0, 0));
    }

    async fn days_are_whole_and_messages_without_a_date_count_by_arrival(db: &Db) {
        let world = world(db).await;
        say(&world, vec![
            message(EVERYTHING, "day before", Some("2026-05-25T23:59:59Z")),
            message(EVERYTHING, "first second", Some("2026-05-26T00:00:00Z")),
            message(EVERYTHING, "last second", Some("2026-06-01T23:59:59Z")),
            message(EVERYTHING, "day after", Some("2026-06-02T00:00:00Z")),
            message(EVERYTHING, "arrived in November", None),
        ]).await;
        let report = order(&world, &world.scope, all()).await;
        assert_eq!(made(&world, &report).await, ["first second", "last second"]);
        let today = NewReport { first_day: date(2026, 11, 21), last_day: date(2026, 11, 21), ..all() };
        let report = order(&world, &world.scope, today).await;
        assert_eq!(made(&world, &report).await, ["arrived in November"]);
        let ever = NewReport { first_day: Date::MIN, last_day: Date::MAX, ..all() };
        let report = order(&world, &world.scope, ever).await;
        assert_eq!(made(&world, &report).await.len(), 5);
    }

    async fn the_other_date_is_that_of_the_last_work(db: &Db) {
        let world = world(db).await;
        say(&world, vec![
            message(EVERYTHING, "worked on", Some("2026-05-26T08:00:00Z")),
            message(EVERYTHING, "left alone", Some("2026-05-26T08:00:00Z")),
        ]).await;
        let id = world.stored().await[0].id;
        let update = crate::inbox::MentionUpdate {
            status: Some(domain::mention::Status::Pending),
            ..crate::inbox::MentionUpdate::default()
        };
        let rules = crate::inbox::UpdateRules { refuse_same_status: false };
        crate::inbox::update(world.engine(), &world.scope, EVERYTHING, id, update, None, rules)
            .await
            .unwrap();
        let updated = NewReport {
            by: ReportDate::Updated,
            first_day: date(2026, 11, 21),
            last_day: date(2026, 11, 21),
            ..all()
        };
        let report = order(&world, &world.scope, updated).await;
        assert!(report.name.contains(" messages updated "));
        assert_eq!(made(&world, &report).await, ["worked on"]);
        let report = order(&world, &world.scope, NewReport { by: ReportDate::Updated, ..all() }).await;
        assert_eq!(made(&world, &report).await, [""; 0]);
    }

    async fn a_channel_has_what_was_found_on_it_and_nothing_else(db: &Db) {
        let world = world(db).await;
        world.connect(7, EVERYTHING, "Page").await;
        world.connect(8, KEYWORDS, "Page").await;
        let found = |topic, id: &str, profile: &str| {
            let mut item = message(topic, id, Some("2026-05-27T00:00:00Z"));
            item.draft.source.service = domain::source::Service::Rss;
            item.draft.source.profile = Some(profile.to_owned());
            item.draft.content = format!("{id} train");
            item
        };
        say(&world, vec![
            found(EVERYTHING, "mine", "Page"),
            found(EVERYTHING, "other case", "page"),
            found(KEYWORDS, "other topic", "Page"),
            message(EVERYTHING, "nowhere", Some("2026-05-27T00:00:00Z")),
        ]).await;
        let subject = ordered(ReportSubject::Profile(ProfileId(7)));
        let report = order(&world, &world.scope, subject.clone()).await;
        assert_eq!(report.name, "Page messages created May 26 2026 - Jun 01 2026");
        assert_eq!(made(&world, &report).await, ["mine train", "other topic train"]);
        let near = order(&world, &narrow(&[EVERYTHING]), subject).await;
        assert_eq!(made(&world, &near).await, ["mine train"], "as far as the reach goes");
    }

    async fn a_report_holds_only_the_topics_of_who_asked_and_is_seen_only_with_them(db: &Db) {
        let world = world(db).await;
        world.connect(7, EVERYTHING, "Page").await;
        say(&world, vec![
            message(EVERYTHING, "train one", Some("2026-05-27T00:00:00Z")),
            message(KEYWORDS, "train two", Some("2026-05-27T00:00:00Z")),
        ]).await;
        let few = narrow(&[KEYWORDS]);
        let whole = order(&world, &world.scope, all()).await;
        let part = order(&world, &few, all()).await;
        assert_eq!(made(&world, &whole).await, ["train one", "train two"]);
        assert_eq!(made(&world, &part).await, ["train two"]);
        let engine = world.engine();
        assert_eq!(list(engine, &few).await.unwrap(), [look(&world, &part).await]);
        assert!(is_absent(&get(engine, &few, whole.id).await, What::Report));
        assert!(is_absent(&get(engine, &narrow(&[EVERYTHING]), part.id).await, What::Report));
        let foreign = ordered(ReportSubject::Profile(ProfileId(7)));
        assert!(is_absent(&create(engine, &few, foreign).await, What::Profile));
        let reach = narrow(&[EVERYTHING]);
        assert_eq!(order(&world, &reach, ordered(ReportSubject::Profile(ProfileId(7)))).await.user_id, None);
    }

    async fn many_messages_come_in_the_order_of_arrival(db: &Db) {
        let world = world(db).await;
        // Two pages, the second of which is full.
        let mut wanted = Vec::new();
        for batch in 0..2 {
            let items: Vec<NewItem> = (0..MAX_ITEMS)
                .map(|i| message(EVERYTHING, &format!("{batch}-{i}"), Some("2026-05-28T00:00:00Z")))
                .collect();
            wanted.extend(items.iter().map(|item| item.draft.content.clone()));
            say(&world, items).await;
            world.test.clock.advance_ms(1);
        }
        let report = order(&world, &world.scope, all()).await;
        assert_eq!(made(&world, &report).await, wanted);
    }

    async fn a_server_that_dies_in_the_middle_is_followed_by_one_that_ends_the_work(db: &Db) {
        let world = world(db).await;
        say(&world, vec![message(EVERYTHING, "inside", Some("2026-05-26T08:00:00Z"))]).await;
        let report = order(&world, &world.scope, all()).await;
        let now = world.engine().now();
        let dead = take(&world, now).await;
        let scope = world.scope.clone();
        let id = report.id;
        world.engine().db()
            .write(move |tx| Box::pin(async move { store::reports::start(tx, &scope, id, now).await }))
            .await
            .unwrap();
        let left = format!("{ACCOUNT}-{}-0123456789abcdef.part", report.id);
        std::fs::write(world.test.files.path().join(&left), "half").unwrap();
        assert_eq!(run_due(world.engine()).await.unwrap(), 0, "it may still be alive");
        assert_eq!(look(&world, &report).await.state(), ReportState::Generating);

        let later = world.engine().now().plus_ms(5 * MINUTE_MS);
        let next = World {
            test: TestEngine::at(db, later).await,
            scope: world.scope.clone(),
        };
        let place = world.test.files.path();
        for name in files(&world) {
            std::fs::rename(place.join(&name), next.test.files.path().join(&name)).unwrap();
        }
        next.listed().await;
        assert_eq!(made(&next, &report).await, ["inside"]);
        let ready = look(&next, &report).await;
        assert_eq!((ready.started_at, ready.generated_at), (Some(now), Some(later)));
        // The first server was only slow, and comes to its end after all.
        assert!(!crate::jobs::runner::extend(next.engine(), &dead).await.unwrap());
        assert_eq!(job::run(next.engine(), &dead, &CancellationToken::new()).await, Outcome::Done);
        assert_eq!(look(&next, &report).await, ready);
        assert_eq!(jobs(&next).await, (0, 0));
        assert_eq!(files(&next).len(), 2);
        tidy(next.engine()).await.unwrap();
        assert_eq!(files(&next), [ready.file.unwrap().name]);
    }

    async fn a_report_that_takes_longer_than_its_lease_keeps_it_and_loses_it_without_a_trace(db: &Db) {
        let world = world(db).await;
        say(&world, vec![message(EVERYTHING, "inside", Some("2026-05-26T08:00:00Z"))]).await;
        let report = order(&world, &world.scope, all()).await;
        let gate = world.engine().holds().next(Place::ReportRead);
        let engine = world.engine().clone();
        let slow = tokio::spawn(async move { run_due(&engine).await });
        gate.reached().await;
        let other = World {
            test: TestEngine::second(db).await,
            scope: world.scope.clone(),
        };
        for _ in 0..3 {
            for clock in [&world.test.clock, &other.test.clock] {
                clock.advance_ms(LEASE_MS - 1);
            }
            let until = world.engine().now().plus_ms(LEASE_MS).0;
            loop {
                let (at,): (i64,) = db.sql("SELECT due_at FROM jobs").fetch_one().await.unwrap();
                if at == until {
                    break;
                }
                tokio::task::yield_now().await;
            }
            assert_eq!(run_due(other.engine()).await.unwrap(), 0);
        }
        // Now the first one is not heard of any more, for the other one. Nobody opens the gate.
        other.test.clock.advance_ms(LEASE_MS);
        assert_eq!(made(&other, &report).await, ["inside"]);
        assert_eq!(slow.await.unwrap().unwrap(), 1);
        assert_eq!(files(&world), [""; 0]);
        assert_eq!(files(&other).len(), 1);
        assert_eq!(jobs(&world).await, (0, 0));
    }

    async fn files_that_no_report_has_are_removed_and_those_in_the_making_stay(db: &Db) {
        let world = world(db).await;
        let ready = order(&world, &world.scope, all()).await;
        made(&world, &ready).await;
        let [whole] = &files(&world)[..] else { panic!("{:?}", files(&world)) };
        let whole = whole.clone();
        let waiting = order(&world, &world.scope, NewReport { by: ReportDate::Updated, ..all() }).await;
        let (account, ready, waiting) = (ACCOUNT, ready.id, waiting.id);
        let put = |name: String| {
            std::fs::write(world.test.files.path().join(&name), "half").unwrap();
            name
        };
        // Of an attempt at the ready report that came to nothing, and of an account that is gone.
        put(format!("{account}-{ready}-0000000000000001.part"));
        put(format!("{account}-{ready}-0000000000000002.zip"));
        put(format!("9999-{ready}-0000000000000003.zip"));
        let kept = [
            whole,
            put(format!("{account}-{waiting}-0000000000000004.part")),
            put(format!("{account}-{waiting}-0000000000000005.zip")),
        ];
        crate::jobs::maintain::tidy_reports(world.engine()).await.unwrap();
        let mut kept = kept.to_vec();
        kept.sort();
        assert_eq!(files(&world), kept);
    }

    async fn a_failure_is_tried_again_and_the_third_has_a_reason(db: &Db) {
        let world = world(db).await;
        let report = order(&world, &world.scope, all()).await;
        let directory = world.test.files.path();
        std::fs::remove_dir(directory).unwrap();
        std::fs::write(directory, "no directory").unwrap();
        for _ in 0..2 {
            assert_eq!(run_due(world.engine()).await.unwrap(), 1);
            assert_eq!(look(&world, &report).await.state(), ReportState::Generating);
            world.test.clock.advance_ms(HOUR_MS);
        }
        assert_eq!(run_due(world.engine()).await.unwrap(), 1);
        let failed = look(&world, &report).await;
        assert_eq!(failed.failure.as_deref(), Some("Writing the file failed."));
        assert_eq!((failed.generated_at, link(world.engine(), &failed)), (None, None));
        assert_eq!(jobs(&world).await, (0, 0));
        std::fs::remove_file(directory).unwrap();
        std::fs::create_dir(directory).unwrap();
    }

    async fn work_that_kills_whoever_does_it_is_given_up(db: &Db) {
        let world = world(db).await;
        let report = order(&world, &world.scope, all()).await;
        for _ in 0..3 {
            take(&world, world.engine().now()).await;
            world.test.clock.advance_ms(HOUR_MS);
        }
        assert_eq!(run_due(world.engine()).await.unwrap(), 1);
        assert!(look(&world, &report).await.failure.is_some());
        assert_eq!(jobs(&world).await, (0, 0));
        assert_eq!(files(&world), [""; 0]);
    }

    async fn a_channel_that_is_gone_with_its_topic_is_a_reason_at_once(db: &Db) {
        let world = world(db).await;
        world.connect(7, EVERYTHING, "Page").await;
        let report = order(&world, &world.scope, ordered(ReportSubject::Profile(ProfileId(7)))).await;
        crate::settings::delete_topic(world.engine(), &world.scope, EVERYTHING).await.unwrap();
        assert_eq!(run_due(world.engine()).await.unwrap(), 1);
        let failed = look(&world, &report).await;
        assert_eq!(failed.failure.as_deref(), Some("The channel was deleted with its topic."));
    }

    async fn a_report_waits_for_the_index_however_long_that_takes(db: &Db) {
        let world = world(db).await;
        say(&world, vec![message(EVERYTHING, "inside", Some("2026-05-26T08:00:00Z"))]).await;
        let report = order(&world, &world.scope, all()).await;
        let through = world.engine().search().applied(ACCOUNT);
        let mut rebuild = world.engine().search().begin_rebuild(ACCOUNT).unwrap();
        for _ in 0..5 {
            assert_eq!(run_due(world.engine()).await.unwrap(), 1);
            assert_eq!(run_due(world.engine()).await.unwrap(), 0, "not at once");
            assert_eq!(look(&world, &report).await.state(), ReportState::Generating);
            assert_eq!(jobs(&world).await, (1, 0));
            world.test.clock.advance_ms(MINUTE_MS);
        }
        rebuild.push(&world.stored().await).unwrap();
        world.engine().search().finish_rebuild(rebuild, through).unwrap();
        assert_eq!(made(&world, &report).await, ["inside"]);
    }

    async fn a_server_that_stops_puts_the_work_back_and_leaves_no_file(db: &Db) {
        let world = world(db).await;
        let report = order(&world, &world.scope, all()).await;
        let stop = CancellationToken::new();
        stop.cancel();
        for _ in 0..5 {
            let taken = take(&world, world.engine().now()).await;
            assert_eq!(taken.attempts, 1, "stopping is no failure");
            assert_eq!(job::run(world.engine(), &taken, &stop).await, Outcome::Done);
            assert_eq!(files(&world), [""; 0]);
        }
        assert_eq!(made(&world, &report).await, [""; 0]);
        assert_eq!(files(&world).len(), 1);
    }

    async fn a_link_ends_by_time_by_change_and_with_the_file(db: &Db) {
        let world = world(db).await;
        let report = order(&world, &world.scope, all()).await;
        run_due(world.engine()).await.unwrap();
        let report = look(&world, &report).await;
        let engine = world.engine();
        let Link { token, name } = link(engine, &report).unwrap();
        assert!(open(engine, &token, &name).await.is_ok());
        assert!(is_absent(&open(engine, &token, "other.zip").await, What::Report));
        let mut altered = token.clone();
        altered.replace_range(30..31, if token.get(30..31) == Some("A") { "B" } else { "A" });
        assert!(is_absent(&open(engine, &altered, &name).await, What::Report));

        world.test.clock.advance_ms(DAY_MS);
        assert!(open(engine, &token, &name).await.is_ok(), "a day at least");
        world.test.clock.advance_ms(HOUR_MS);
        assert!(is_absent(&open(engine, &token, &name).await, What::Report));
        let Link { token, .. } = link(engine, &report).unwrap();
        assert!(open(engine, &token, &name).await.is_ok(), "a new one is given");

        world.test.clock.advance_ms(29 * DAY_MS - HOUR_MS);
        tidy(engine).await.unwrap();
        assert_eq!(files(&world).len(), 1, "thirty days are not over");
        let Link { token, .. } = link(engine, &report).unwrap();
        world.test.clock.advance_ms(1);
        tidy(engine).await.unwrap();
        assert!(is_absent(&open(engine, &token, &name).await, What::Report));
        let removed = look(&world, &report).await;
        assert_eq!((removed.state(), link(engine, &removed)), (ReportState::Done, None));
        assert_eq!(files(&world), [""; 0]);
    }

    async fn strangers_files_are_left_alone_and_a_missing_directory_is_no_matter(db: &Db) {
        let world = world(db).await;
        let directory = world.test.files.path();
        std::fs::write(directory.join("readme.txt"), "ours").unwrap();
        std::fs::write(directory.join("1001-77-0123456789abcdef.zip"), "of nobody").unwrap();
        tidy(world.engine()).await.unwrap();
        assert_eq!(files(&world), ["readme.txt"]);
        std::fs::remove_dir_all(directory).unwrap();
        tidy(world.engine()).await.unwrap();
        let report = order(&world, &world.scope, all()).await;
        assert_eq!(made(&world, &report).await, [""; 0]);
    }
}
