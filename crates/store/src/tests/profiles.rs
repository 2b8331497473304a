//! Connected profiles.

use domain::ids::{ProfileId, TopicId};
use domain::scope::Scope;
use domain::sealed::Sealed;
use domain::source::Service;
use domain::topic::{Connection, Health, Profile};

use super::fixtures::{NOW, OTHER, TOPIC, arranged, narrow, profile, scope, two_accounts, write};
use crate::nodes::Holder;
use crate::profiles::{
    bring_back, create, disconnect, due, find, find_source, free, lease, list, move_to, reconnect,
    set_address, update, update_connection,
};
use crate::{Db, StoreError, both_engines};

async fn connect(db: &Db, id: i64, service_id: &str) -> Result<(), StoreError> {
    let made = profile(id, service_id);
    db.write(arranged(move |tx| {
        Box::pin(async move { create(tx, &scope(), &made).await })
    }))
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
        let refused = db.write(arranged(move |tx| Box::pin(async move { create(tx, &scope(), &lost).await }))).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }

    async fn what_is_due_is_taken_by_one(db: &Db) {
        two_accounts(db).await;
        for (id, at) in [(1, Some(5)), (2, Some(-5)), (3, None), (4, Some(-9))] {
            let mut made = profile(id, &id.to_string());
            made.connection.due_at = at.map(|ms| NOW.plus_ms(ms));
            write(db, move |tx| Box::pin(async move { create(tx, &scope(), &made).await })).await;
        }
        let found = due(db, NOW, 9, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [4, 2]);
        let take = || write(db, |tx| Box::pin(async move {
            lease(tx, &scope(), ProfileId(4), NOW.plus_ms(-9), NOW.plus_ms(60), None).await
        }));
        assert!(take().await);
        assert!(!take().await);
        let found = due(db, NOW, 9, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [2]);
    }

    async fn those_that_are_due_take_turns_by_topic_and_host(db: &Db) {
        two_accounts(db).await;
        let addresses = [
            "http://user:secret@Slow.example/a", "https://slow.example/b", "http://slow.example?c",
            "http://slow.example:8080/d", "http://quick.example/e", "http://slow.example/f",
        ];
        for (id, address) in (1..).zip(addresses) {
            let mut made = profile(id, address);
            made.connection.due_at = Some(NOW.plus_ms(id - 100));
            write(db, move |tx| Box::pin(async move { create(tx, &scope(), &made).await })).await;
        }
        let order = |each, limit| async move {
            let found = due(db, NOW, each, limit).await.unwrap();
            found.iter().map(|one| one.id.0).collect::<Vec<_>>()
        };
        assert_eq!(order(1, 10).await, [1, 4, 5]);
        assert_eq!(order(2, 10).await, [1, 4, 5, 2]);
        assert_eq!(order(9, 10).await, [1, 4, 5, 2, 3, 6]);
        assert_eq!(order(9, 4).await, [1, 4, 5, 2]);
        let moved = write(db, |tx| Box::pin(async move {
            move_to(tx, &scope(), ProfileId(6), "http://new.example/", None).await
        })).await;
        assert!(moved);
        assert_eq!(order(1, 10).await, [1, 4, 5, 6]);
    }

    async fn what_a_clock_that_was_ahead_put_off_is_brought_back(db: &Db) {
        two_accounts(db).await;
        for (id, ms) in [(1, 5), (2, 1_000), (3, 1_001)] {
            let mut made = profile(id, &id.to_string());
            made.connection.due_at = Some(NOW.plus_ms(ms));
            write(db, move |tx| Box::pin(async move { create(tx, &scope(), &made).await })).await;
        }
        let back = write(db, |tx| Box::pin(async move {
            bring_back(tx, NOW.plus_ms(1_000), NOW).await
        })).await;
        assert_eq!(back, 1);
        let found = due(db, NOW, 9, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [3]);
    }

    async fn what_an_earlier_start_of_a_server_was_asking_is_due_when_it_starts(db: &Db) {
        two_accounts(db).await;
        let holders = [Some((1, 1)), Some((1, 2)), Some((2, 1)), None];
        for (id, holder) in (1..).zip(holders) {
            let mut made = profile(id, &id.to_string());
            made.connection.due_at = Some(NOW);
            let holder = holder.map(|(node, start)| Holder { node, start });
            write(db, move |tx| Box::pin(async move {
                create(tx, &scope(), &made).await?;
                lease(tx, &scope(), ProfileId(id), NOW, NOW.plus_ms(60_000), holder).await
            })).await;
        }
        let start = |is_only_server| write(db, move |tx| Box::pin(async move {
            free(tx, Holder { node: 1, start: 2 }, is_only_server, NOW).await
        }));
        assert_eq!(start(false).await, 1);
        let found = due(db, NOW, 9, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [1]);
        assert_eq!(start(true).await, 2, "what is put off for another reason stays put off");
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
            address: None,
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

    async fn a_disconnected_profile_keeps_its_name_and_nothing_of_its_connection(db: &Db) {
        two_accounts(db).await;
        let mut made = profile(1, "a");
        made.connection = Connection {
            health: Health::Failing,
            message: Some("HTTP 503".to_owned()),
            polled_at: Some(NOW),
            succeeded_at: Some(NOW),
            due_at: Some(NOW),
            failures: 3,
            cursor: Some("{}".to_owned()),
            address: Some(Sealed::new(vec![1, 2])),
        };
        let wanted = made.clone();
        write(db, move |tx| Box::pin(async move { create(tx, &scope(), &made).await })).await;
        let at = NOW.plus_ms(5);
        let disconnected = write(db, move |tx| Box::pin(async move {
            Ok((
                disconnect(tx, &Scope::system(OTHER), ProfileId(1), at).await?,
                disconnect(tx, &scope(), ProfileId(1), at).await?,
                disconnect(tx, &scope(), ProfileId(1), at.plus_ms(1)).await?,
            ))
        })).await;
        assert_eq!(disconnected, (false, true, false));
        let gone = Profile { removed_at: Some(at), connection: Connection::default(), ..wanted };
        assert_eq!(find(db, &scope(), ProfileId(1)).await.unwrap(), Some(gone.clone()));
        assert_eq!(list(db, &scope()).await.unwrap(), std::slice::from_ref(&gone));
        assert_eq!(due(db, NOW.plus_ms(99), 9, 10).await.unwrap(), []);
        let changed = write(db, |tx| Box::pin(async move {
            Ok((
                update(tx, &scope(), &profile(1, "a")).await?,
                update_connection(tx, &scope(), ProfileId(1), &profile(1, "a").connection).await?,
                move_to(tx, &scope(), ProfileId(1), "b", Some(&Sealed::new(vec![7]))).await?,
            ))
        })).await;
        assert_eq!(changed, (false, false, false));
        assert_eq!(find(db, &scope(), ProfileId(1)).await.unwrap(), Some(gone));
    }

    async fn an_address_is_kept_sealed_until_another_is_set_or_the_profile_is_disconnected(db: &Db) {
        two_accounts(db).await;
        let mut made = profile(1, "a");
        made.connection.address = Some(Sealed::new(vec![0, 1, 255]));
        let wanted = made.connection.address.clone();
        write(db, move |tx| Box::pin(async move { create(tx, &scope(), &made).await })).await;
        let address = async || find(db, &scope(), ProfileId(1)).await.unwrap().unwrap().connection.address;
        assert_eq!(address().await, wanted);
        write(db, |tx| Box::pin(async move {
            update_connection(tx, &scope(), ProfileId(1), &Connection::default()).await
        })).await;
        assert_eq!(address().await, wanted);
        let set = write(db, |tx| Box::pin(async move {
            let other = Sealed::new(vec![2]);
            Ok((
                set_address(tx, &Scope::system(OTHER), ProfileId(1), None).await?,
                set_address(tx, &scope(), ProfileId(1), Some(&other)).await?,
            ))
        })).await;
        assert_eq!(set, (false, true));
        assert_eq!(address().await, Some(Sealed::new(vec![2])));
        let moved = write(db, |tx| Box::pin(async move {
            move_to(tx, &scope(), ProfileId(1), "a", Some(&Sealed::new(vec![3]))).await
        })).await;
        assert!(moved, "to the same place with another secret");
        assert_eq!(address().await, Some(Sealed::new(vec![3])));
        write(db, |tx| Box::pin(async move { disconnect(tx, &scope(), ProfileId(1), NOW).await })).await;
        assert_eq!(address().await, None);
    }

    async fn only_what_was_disconnected_is_connected_again(db: &Db) {
        two_accounts(db).await;
        connect(db, 1, "a").await.unwrap();
        let (at, later) = (NOW.plus_ms(5), NOW.plus_ms(9));
        let again = write(db, move |tx| Box::pin(async move {
            let early = reconnect(tx, &scope(), ProfileId(1), later).await?;
            disconnect(tx, &scope(), ProfileId(1), at).await?;
            Ok((
                early,
                reconnect(tx, &Scope::system(OTHER), ProfileId(1), later).await?,
                reconnect(tx, &scope(), ProfileId(1), later).await?,
                reconnect(tx, &scope(), ProfileId(1), later).await?,
            ))
        })).await;
        assert_eq!(again, (false, false, true, false));
        let found = find(db, &scope(), ProfileId(1)).await.unwrap().unwrap();
        assert_eq!((found.added_at, found.removed_at), (later, None));
    }

    async fn a_source_is_found_connected_or_not(db: &Db) {
        two_accounts(db).await;
        connect(db, 1, "a").await.unwrap();
        write(db, |tx| Box::pin(async move { disconnect(tx, &scope(), ProfileId(1), NOW).await })).await;
        connect(db, 2, "b").await.unwrap();
        for (scope, topic, service, source, wanted) in [
            (scope(), TOPIC, Service::Rss, "a", Some(1)),
            (scope(), TOPIC, Service::Rss, "b", Some(2)),
            (scope(), TOPIC, Service::Rss, "c", None),
            (scope(), TOPIC, Service::Twitter, "a", None),
            (scope(), TopicId(77), Service::Rss, "a", None),
            (Scope::system(OTHER), TOPIC, Service::Rss, "a", None),
            (narrow(&[TopicId(77)]), TOPIC, Service::Rss, "a", None),
        ] {
            let found = find_source(db, &scope, topic, service, source).await.unwrap();
            assert_eq!(found.map(|profile| profile.id.0), wanted, "{topic} {service} {source}");
        }
    }
}
