//! Accounts, projects, topics, tags, roles and the numbers they get.

use domain::api_key::ApiKey;
use domain::ids::{AccountId, ApiKeyId, ProfileId, ProjectId, RoleId, TagId, TopicId, UserId};
use domain::permission::PermissionSet;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::tag::{Tag, TagStatus};
use domain::user::{Membership, MembershipState};

use super::fixtures::{
    ACCOUNT, NOW, OTHER, PROJECT, TOPIC, account, arranged, mention, narrow, profile, project,
    role, scope, store, topic, two_accounts, write,
};
use crate::counters::{Kind, next};
use crate::{
    Db, StoreError, Tx, accounts, both_engines, changes, keys, memberships, mentions, profiles,
    projects, roles, tags, topics,
};

/// Everything that writes a setting of the first account, by name.
type Write = for<'t> fn(&'t mut Tx) -> crate::Work<'t, (), StoreError>;

fn writes() -> Vec<(&'static str, Write)> {
    vec![
        ("account", |tx| {
            Box::pin(async move { accounts::update(tx, &account(ACCOUNT)).await.map(drop) })
        }),
        ("project, new", |tx| {
            Box::pin(async move { projects::create(tx, &scope(), &project(ACCOUNT)).await })
        }),
        ("project", |tx| {
            Box::pin(async move {
                projects::update(tx, &scope(), &project(ACCOUNT))
                    .await
                    .map(drop)
            })
        }),
        ("project, gone", |tx| {
            Box::pin(async move { projects::delete(tx, &scope(), PROJECT).await.map(drop) })
        }),
        ("topic, new", |tx| {
            Box::pin(async move { topics::create(tx, &scope(), &topic(ACCOUNT, TOPIC)).await })
        }),
        ("topic", |tx| {
            Box::pin(async move {
                topics::update(tx, &scope(), &topic(ACCOUNT, TOPIC))
                    .await
                    .map(drop)
            })
        }),
        ("topic, gone", |tx| {
            Box::pin(async move { topics::delete(tx, &scope(), TOPIC).await.map(drop) })
        }),
        ("tag, new", |tx| {
            Box::pin(async move { tags::create(tx, &scope(), &tag(1, "a")).await })
        }),
        ("tag", |tx| {
            Box::pin(async move { tags::update(tx, &scope(), &tag(1, "a")).await.map(drop) })
        }),
        ("tag, gone", |tx| {
            Box::pin(async move { tags::delete(tx, &scope(), TagId(1)).await.map(drop) })
        }),
        ("role, new", |tx| {
            Box::pin(async move { roles::create(tx, &scope(), &role(1)).await })
        }),
        ("role", |tx| {
            Box::pin(async move { roles::update(tx, &scope(), &role(1)).await.map(drop) })
        }),
        ("role, gone", |tx| {
            Box::pin(async move { roles::delete(tx, &scope(), RoleId(1)).await.map(drop) })
        }),
        ("member, new", |tx| {
            Box::pin(async move { memberships::create(tx, &scope(), &member()).await })
        }),
        ("member", |tx| {
            Box::pin(async move { memberships::update(tx, &scope(), &member()).await.map(drop) })
        }),
        ("member, gone", |tx| {
            Box::pin(async move { memberships::delete(tx, &scope(), UserId(1)).await.map(drop) })
        }),
        ("profile, new", |tx| {
            Box::pin(async move { profiles::create(tx, &scope(), &profile(1, "a")).await })
        }),
        ("profile", |tx| {
            Box::pin(async move {
                profiles::update(tx, &scope(), &profile(1, "a"))
                    .await
                    .map(drop)
            })
        }),
        ("profile, moved", |tx| {
            Box::pin(async move {
                profiles::move_to(tx, &scope(), ProfileId(1), "b", None)
                    .await
                    .map(drop)
            })
        }),
        ("profile, its address", |tx| {
            Box::pin(async move {
                profiles::set_address(tx, &scope(), ProfileId(1), None)
                    .await
                    .map(drop)
            })
        }),
        ("profile, gone", |tx| {
            Box::pin(async move {
                profiles::disconnect(tx, &scope(), ProfileId(1), NOW)
                    .await
                    .map(drop)
            })
        }),
        ("profile, back", |tx| {
            Box::pin(async move {
                profiles::reconnect(tx, &scope(), ProfileId(1), NOW)
                    .await
                    .map(drop)
            })
        }),
        ("key, new", |tx| {
            Box::pin(async move { keys::create(tx, &scope(), &program(), b"one").await })
        }),
        ("key", |tx| {
            Box::pin(async move { keys::update(tx, &scope(), &program(), None).await.map(drop) })
        }),
        ("key, gone", |tx| {
            Box::pin(async move { keys::delete(tx, &scope(), ApiKeyId(1)).await.map(drop) })
        }),
    ]
}

fn member() -> Membership {
    Membership {
        account_id: ACCOUNT,
        user_id: UserId(1),
        role_id: RoleId(1),
        state: MembershipState::Active,
        is_expert: false,
        timezone: None,
        added_at: NOW,
    }
}

fn program() -> ApiKey {
    ApiKey {
        account_id: ACCOUNT,
        id: ApiKeyId(1),
        name: "exporter".to_owned(),
        role_id: RoleId(1),
        added_at: NOW,
        added_by: None,
        used_at: None,
    }
}

fn tag(id: i64, name: &str) -> Tag {
    Tag {
        account_id: ACCOUNT,
        id: TagId(id),
        name: name.to_owned(),
        color: Some("rgb(1,2,3)".to_owned()),
        parent_id: (id > 1).then_some(TagId(1)),
        is_visible: id % 2 == 0,
        status: TagStatus::Active,
        added_at: NOW,
    }
}

async fn add_tag(db: &Db, tag: Tag) -> Result<(), StoreError> {
    db.write(arranged(move |tx| {
        Box::pin(async move { tags::create(tx, &scope(), &tag).await })
    }))
    .await
}

both_engines! {
    async fn small_numbers_count_up_per_kind(db: &Db) {
        let made = write(db, |tx| Box::pin(async move {
            Ok([
                next(tx, Kind::Topic).await?, next(tx, Kind::Topic).await?,
                next(tx, Kind::Tag).await?, next(tx, Kind::Topic).await?,
            ])
        })).await;
        assert_eq!(made, [1001, 1002, 1001, 1003]);
        let lost: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            next(tx, Kind::Tag).await?;
            Err(StoreError::Busy)
        })).await;
        assert!(lost.is_err());
        assert_eq!(write(db, |tx| Box::pin(async move { next(tx, Kind::Tag).await })).await, 1002);
    }

    async fn accounts_are_made_changed_and_listed(db: &Db) {
        two_accounts(db).await;
        assert_eq!(accounts::find(db, ACCOUNT).await.unwrap(), Some(account(ACCOUNT)));
        assert_eq!(accounts::list(db).await.unwrap(), [account(ACCOUNT), account(OTHER)]);
        let mut renamed = account(OTHER);
        renamed.name = "Other".to_owned();
        renamed.timezone = "UTC".to_owned();
        let wanted = renamed.clone();
        assert!(write(db, move |tx| Box::pin(async move { accounts::update(tx, &renamed).await })).await);
        assert_eq!(accounts::find(db, OTHER).await.unwrap(), Some(wanted));
        let again = db.write(|tx| Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await })).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    }

    async fn deleting_an_account_takes_all_it_owns_and_nothing_else(db: &Db) {
        two_accounts(db).await;
        store(db, &[mention(1, None)]).await;
        let deleted = write(db, |tx| Box::pin(async move {
            tags::create(tx, &scope(), &tag(1, "a")).await?;
            roles::create(tx, &scope(), &role(1)).await?;
            profiles::create(tx, &scope(), &profile(1, "a")).await?;
            Ok((accounts::delete(tx, ACCOUNT).await?, accounts::delete(tx, ACCOUNT).await?))
        })).await;
        assert_eq!(deleted, (true, false));
        assert_eq!(mentions::page_after(db, &scope(), None, 9).await.unwrap(), []);
        assert_eq!(topics::list(db, &scope()).await.unwrap(), []);
        assert_eq!(accounts::list(db).await.unwrap(), [account(OTHER)]);
        assert_eq!(topics::list(db, &Scope::system(OTHER)).await.unwrap().len(), 1);
    }

    async fn projects_belong_to_their_account(db: &Db) {
        two_accounts(db).await;
        assert_eq!(projects::find(db, &scope(), PROJECT).await.unwrap(), Some(project(ACCOUNT)));
        assert_eq!(projects::list(db, &scope()).await.unwrap(), [project(ACCOUNT)]);
        let mut renamed = project(ACCOUNT);
        renamed.name = "New".to_owned();
        assert!(write(db, move |tx| Box::pin(async move { projects::update(tx, &scope(), &renamed).await })).await);
        assert_eq!(projects::find(db, &scope(), PROJECT).await.unwrap().unwrap().name, "New");
        assert_eq!(projects::find(db, &Scope::system(OTHER), PROJECT).await.unwrap().unwrap().name, "Brand");
        let used = db.write(arranged(|tx| Box::pin(async move { projects::delete(tx, &scope(), PROJECT).await }))).await;
        assert!(matches!(used, Err(StoreError::Conflict(_))), "{used:?}");
        let deleted = write(db, |tx| Box::pin(async move {
            topics::delete(tx, &scope(), TOPIC).await?;
            Ok((
                projects::delete(tx, &scope(), ProjectId(9)).await?,
                projects::delete(tx, &scope(), PROJECT).await?,
            ))
        })).await;
        assert_eq!(deleted, (false, true));
    }

    async fn topics_out_of_reach_are_as_if_absent(db: &Db) {
        two_accounts(db).await;
        let far = TopicId(1002);
        write(db, move |tx| Box::pin(async move { topics::create(tx, &scope(), &topic(ACCOUNT, far)).await })).await;
        let near = narrow(&[TOPIC]);
        assert_eq!(topics::list(db, &near).await.unwrap(), [topic(ACCOUNT, TOPIC)]);
        assert_eq!(topics::find(db, &near, far).await.unwrap(), None);
        let changed = write(db, move |tx| Box::pin(async move {
            Ok((
                topics::update(tx, &near, &topic(ACCOUNT, far)).await?,
                topics::delete(tx, &near, far).await?,
            ))
        })).await;
        assert_eq!(changed, (false, false));
        assert_eq!(topics::list(db, &scope()).await.unwrap().len(), 2);
    }

    async fn a_topic_changes_and_goes_with_its_profiles(db: &Db) {
        two_accounts(db).await;
        let mut changed = topic(ACCOUNT, TOPIC);
        changed.name = "Renamed".to_owned();
        changed.searchkeywords = None;
        changed.updated_at = NOW.plus_ms(1);
        let wanted = changed.clone();
        write(db, move |tx| Box::pin(async move {
            profiles::create(tx, &scope(), &profile(1, "a")).await?;
            topics::update(tx, &scope(), &changed).await
        })).await;
        assert_eq!(topics::find(db, &scope(), TOPIC).await.unwrap(), Some(wanted));
        assert!(write(db, |tx| Box::pin(async move { topics::delete(tx, &scope(), TOPIC).await })).await);
        assert_eq!(topics::find(db, &scope(), TOPIC).await.unwrap(), None);
        assert_eq!(profiles::list(db, &scope()).await.unwrap(), []);
        let mut lost = topic(ACCOUNT, TOPIC);
        lost.project_id = ProjectId(77);
        let refused = db.write(arranged(move |tx| Box::pin(async move { topics::create(tx, &scope(), &lost).await }))).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }

    async fn tag_names_are_unique_whatever_their_case(db: &Db) {
        two_accounts(db).await;
        add_tag(db, tag(1, "Ärger")).await.unwrap();
        assert!(matches!(add_tag(db, tag(2, " äRGER ")).await, Err(StoreError::Conflict(_))));
        add_tag(db, tag(2, "Lob")).await.unwrap();
        assert_eq!(tags::find_by_name(db, &scope(), "ÄRGER").await.unwrap(), Some(tag(1, "Ärger")));
        assert_eq!(tags::find(db, &scope(), TagId(2)).await.unwrap(), Some(tag(2, "Lob")));
        assert_eq!(tags::find(db, &Scope::system(OTHER), TagId(2)).await.unwrap(), None);
        let taken = db.write(arranged(|tx| Box::pin(async move { tags::update(tx, &scope(), &tag(2, "ärger")).await }))).await;
        assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
        let mut archived = tag(2, "lob");
        archived.status = TagStatus::Archived;
        archived.parent_id = None;
        let wanted = archived.clone();
        assert!(write(db, move |tx| Box::pin(async move { tags::update(tx, &scope(), &archived).await })).await);
        assert_eq!(tags::list(db, &scope()).await.unwrap(), [tag(1, "Ärger"), wanted]);
        assert!(write(db, |tx| Box::pin(async move { tags::delete(tx, &scope(), TagId(1)).await })).await);
        assert_eq!(tags::list(db, &scope()).await.unwrap().len(), 1);
    }

    async fn what_still_uses_a_tag_or_a_project_is_found(db: &Db) {
        two_accounts(db).await;
        for one in [tag(1, "Above"), tag(2, "Below")] {
            add_tag(db, one).await.unwrap();
        }
        let asked = [TagId(2), TagId(9), TagId(1)];
        let found = tags::find_many(db, &scope(), &asked).await.unwrap();
        assert_eq!(found, [tag(1, "Above"), tag(2, "Below")]);
        assert_eq!(tags::find_many(db, &scope(), &[]).await.unwrap(), []);
        assert_eq!(tags::find_many(db, &Scope::system(OTHER), &asked).await.unwrap(), []);
        assert!(tags::has_below(db, &scope(), TagId(1)).await.unwrap());
        assert!(!tags::has_below(db, &scope(), TagId(2)).await.unwrap());
        assert!(!tags::has_below(db, &Scope::system(OTHER), TagId(1)).await.unwrap());
        assert!(topics::has_of_project(db, &scope(), PROJECT).await.unwrap());
        assert!(topics::has_of_project(db, &narrow(&[]), PROJECT).await.unwrap(), "whoever reaches it");
        assert!(!topics::has_of_project(db, &scope(), ProjectId(9)).await.unwrap());
        write(db, |tx| Box::pin(async move { topics::delete(tx, &scope(), TOPIC).await })).await;
        assert!(!topics::has_of_project(db, &scope(), PROJECT).await.unwrap());
        assert!(topics::has_of_project(db, &Scope::system(OTHER), PROJECT).await.unwrap());
    }

    async fn a_setting_is_written_only_by_who_holds_the_lock_of_its_account(db: &Db) {
        two_accounts(db).await;
        for (what, write) in writes() {
            // Neither nothing nor the lock of another account will do.
            for other in [None, Some(Scope::system(OTHER))] {
                let refused = db.write::<_, StoreError, _>(move |tx| Box::pin(async move {
                    if let Some(other) = &other {
                        changes::lock(tx, other).await?;
                    }
                    write(tx).await
                })).await;
                assert!(
                    matches!(&refused, Err(StoreError::Broken(why)) if why.to_string().contains("without the lock")),
                    "{what}: {refused:?}"
                );
            }
            let done = db.write::<_, StoreError, _>(move |tx| Box::pin(async move {
                changes::lock(tx, &scope()).await?;
                write(tx).await
            })).await;
            assert!(!matches!(done, Err(StoreError::Broken(_))), "{what}: {done:?}");
        }
        // Whoever makes an account holds it.
        let new = AccountId(77);
        db.write::<_, StoreError, _>(move |tx| Box::pin(async move {
            accounts::create(tx, &account(new)).await?;
            projects::create(tx, &Scope::system(new), &project(new)).await
        })).await.unwrap();
    }

    async fn a_role_keeps_every_permission_and_topic(db: &Db) {
        two_accounts(db).await;
        write(db, |tx| Box::pin(async move { roles::create(tx, &scope(), &role(1)).await })).await;
        assert_eq!(roles::find(db, ACCOUNT, RoleId(1)).await.unwrap(), Some(role(1)));
        assert_eq!(roles::find(db, OTHER, RoleId(1)).await.unwrap(), None);
        let mut wide = role(1);
        wide.permissions = PermissionSet::all();
        wide.topics = TopicAccess::All;
        wide.updated_at = NOW.plus_ms(1);
        let wanted = wide.clone();
        assert!(write(db, move |tx| Box::pin(async move { roles::update(tx, &scope(), &wide).await })).await);
        assert_eq!(roles::list(db, &scope()).await.unwrap(), [wanted]);
        assert!(write(db, |tx| Box::pin(async move { roles::delete(tx, &scope(), RoleId(1)).await })).await);
        assert_eq!(roles::list(db, &scope()).await.unwrap(), []);
    }
}
