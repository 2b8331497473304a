//! Connected profiles.

use domain::ids::{ProfileId, TopicId};
use domain::scope::Scope;
use domain::topic::{Connection, Health};

use super::fixtures::{NOW, OTHER, narrow, profile, scope, two_accounts, write};
use crate::profiles::{create, delete, due, find, lease, list, update, update_connection};
use crate::{Db, StoreError, both_engines};

async fn connect(db: &Db, id: i64, service_id: &str) -> Result<(), StoreError> {
    let made = profile(id, service_id);
    db.write(move |tx| Box::pin(async move { create(tx, &scope(), &made).await }))
        .await
}

both_engines! {
    async fn a_profile_comes_back_as_it_was(db: &Db) {
        two_accounts(db).await;
        connect(db, 1, "https://example.com/feed").await.unwrap();
        let wanted = profile(1, "https://example.com/feed");
        assert_eq!(find(db, &scope(), ProfileId(1)).await.unwrap(), Some(wanted.clone()));
        assert_eq!(list(db, &scope()).await.unwrap(), [wanted]);
        for foreign in [Scope::system(OTHER), narrow(&[TopicId(5)])] {
            assert_eq!(find(db, &foreign, ProfileId(1)).await.unwrap(), None);
            assert_eq!(list(db, &foreign).await.unwrap(), []);
        }
    }

    async fn a_topic_has_a_source_once_however_long_its_address(db: &Db) {
        two_accounts(db).await;
        let long = format!("https://example.com/{}", "x".repeat(4_000));
        connect(db, 1, &long).await.unwrap();
        assert!(matches!(connect(db, 2, &long).await, Err(StoreError::Conflict(_))));
        connect(db, 2, long.split_at(1).1).await.unwrap();
        let mut lost = profile(3, "a");
        lost.topic_id = TopicId(77);
        let refused = db.write(move |tx| Box::pin(async move { create(tx, &scope(), &lost).await })).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }

    async fn what_is_due_is_taken_by_one(db: &Db) {
        two_accounts(db).await;
        for (id, at) in [(1, Some(5)), (2, Some(-5)), (3, None), (4, Some(-9))] {
            let mut made = profile(id, &id.to_string());
            made.connection.due_at = at.map(|ms| NOW.plus_ms(ms));
            write(db, move |tx| Box::pin(async move { create(tx, &scope(), &made).await })).await;
        }
        let found = due(db, NOW, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [4, 2]);
        let take = || write(db, |tx| Box::pin(async move {
            lease(tx, &scope(), ProfileId(4), NOW.plus_ms(-9), NOW.plus_ms(60)).await
        }));
        assert!(take().await);
        assert!(!take().await);
        let found = due(db, NOW, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [2]);
    }

    async fn names_and_connection_change_apart(db: &Db) {
        two_accounts(db).await;
        connect(db, 1, "a").await.unwrap();
        let connection = Connection {
            health: Health::Failing,
            message: Some("HTTP 503".to_owned()),
            polled_at: Some(NOW),
            succeeded_at: None,
            due_at: None,
            failures: 3,
            cursor: Some("{\"etag\": \"x\"}".to_owned()),
        };
        let wanted = connection.clone();
        let changed = write(db, move |tx| Box::pin(async move {
            let mut renamed = profile(1, "ignored");
            renamed.displayname = None;
            renamed.username = Some("handle".to_owned());
            renamed.avatar = Some("https://example.com/i.png".to_owned());
            Ok((
                update(tx, &scope(), &renamed).await?,
                update_connection(tx, &scope(), ProfileId(1), &connection).await?,
                update_connection(tx, &Scope::system(OTHER), ProfileId(1), &Connection::default()).await?,
                update_connection(tx, &scope(), ProfileId(9), &connection).await?,
            ))
        })).await;
        assert_eq!(changed, (true, true, false, false));
        let found = find(db, &scope(), ProfileId(1)).await.unwrap().unwrap();
        assert_eq!((found.displayname.as_deref(), found.username.as_deref()), (None, Some("handle")));
        assert_eq!((found.service_id.as_str(), found.connection), ("a", wanted));
    }

    async fn disconnecting_stays_within_the_account(db: &Db) {
        two_accounts(db).await;
        connect(db, 1, "a").await.unwrap();
        let deleted = write(db, |tx| Box::pin(async move {
            Ok((
                delete(tx, &Scope::system(OTHER), ProfileId(1)).await?,
                delete(tx, &scope(), ProfileId(1)).await?,
                delete(tx, &scope(), ProfileId(1)).await?,
            ))
        })).await;
        assert_eq!(deleted, (false, true, false));
    }
}
