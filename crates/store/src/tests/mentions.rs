//! Writing mentions.

use domain::checksum::Checksum;
use domain::ids::{ChangeNumber, MentionId, TopicId};
use domain::mention::{Body, Mention, Status};
use domain::scope::Scope;
use domain::source::Service;
use domain::time::UnixMillis;

use super::fixtures::{ACCOUNT, OTHER, TOPIC, mention, narrow, prepared, scope, store, write};
use crate::both_engines;
use crate::changes::newest;
use crate::mentions::{
    dedupe_key, delete, find, find_by_source, insert, known_keys, lock, replace_body, update,
    versions_after,
};

/// Compares what is kept with the rows.
async fn check(db: &crate::Db, mentions: i64) {
    let mut sum = Checksum::default();
    for (id, version) in versions_after(db, ACCOUNT, None, 100).await.unwrap() {
        sum.add(id, version);
    }
    assert_eq!(newest(db, ACCOUNT).await.unwrap().checksum, sum);
    assert_eq!(sum.mentions, mentions);
}

both_engines! {
    async fn a_mention_comes_back_as_it_was(db: &Db) {
        let wanted = mention(43_769_000_000_000_001, Some("a"));
        assert_eq!(store(db, std::slice::from_ref(&wanted)).await, [wanted.id.0]);
        assert_eq!(find(db, &scope(), TOPIC, wanted.id).await.unwrap(), Some(wanted));
    }

    async fn a_repeat_is_left_out_and_the_rest_of_the_batch_is_kept(db: &Db) {
        store(db, &[mention(1, Some("a"))]).await;
        let batch = [mention(2, Some("a")), mention(3, Some("b")), mention(4, None), mention(5, None)];
        assert_eq!(store(db, &batch).await, [3, 4, 5]);
        // within one batch, too
        assert_eq!(store(db, &[mention(6, Some("c")), mention(7, Some("c"))]).await.len(), 1);
    }

    async fn the_same_message_is_another_mention_in_another_topic(db: &Db) {
        let mut second = mention(2, Some("a"));
        second.topic_id = TopicId(1002);
        assert_eq!(store(db, &[mention(1, Some("a")), second]).await, [1, 2]);
    }

    async fn ten_thousand_mentions_go_in_with_one_call(db: &Db) {
        let rows: Vec<Mention> = (1..=10_000).map(|id| mention(id, Some(&id.to_string()))).collect();
        assert_eq!(store(db, &rows).await.len(), 10_000);
        assert_eq!(store(db, &rows).await.len(), 0);
        let ids: Vec<MentionId> = (1..=10_000).rev().map(MentionId).collect();
        let found = crate::mentions::find_many(db, &scope(), &ids).await.unwrap();
        assert!(found.iter().map(|mention| mention.id).eq(ids.iter().copied()));
        assert_eq!(write(db, move |tx| Box::pin(async move { delete(tx, &scope(), &ids).await })).await, 10_000);
    }

    async fn an_update_writes_state_and_number_and_keeps_the_body(db: &Db) {
        let wanted = mention(1, Some("a"));
        store(db, std::slice::from_ref(&wanted)).await;
        let is_known = write(db, |tx| Box::pin(async move {
            let mut mention = lock(tx, &scope(), TOPIC, MentionId(1)).await?.unwrap();
            mention.state.status = Status::Done;
            mention.state.assignment_comment = "nul \0 and \u{1f600}".to_owned();
            mention.changed_by = ChangeNumber(9);
            mention.body.content = "never written".to_owned();
            update(tx, &scope(), &mention).await
        })).await;
        assert!(is_known);
        let found = find(db, &scope(), TOPIC, MentionId(1)).await.unwrap().unwrap();
        assert_eq!(found.state.status, Status::Done);
        assert_eq!(found.state.assignment_comment, "nul \0 and \u{1f600}");
        assert_eq!(found.changed_by, ChangeNumber(9));
        assert_eq!(found.body, wanted.body);
        let is_known = write(db, |tx| Box::pin(async move { update(tx, &scope(), &mention(2, None)).await })).await;
        assert!(!is_known);
    }

    async fn a_body_is_replaced_together_with_its_date_of_publication(db: &Db) {
        let mut erased = mention(1, Some("a"));
        store(db, std::slice::from_ref(&erased)).await;
        erased.body.content = String::new();
        erased.published_at = Some(UnixMillis(1_795_000_000_000));
        let row = prepared(&erased);
        assert!(write(db, move |tx| Box::pin(async move { replace_body(tx, &scope(), &row).await })).await);
        assert_eq!(find(db, &scope(), TOPIC, erased.id).await.unwrap(), Some(erased));
    }

    async fn what_the_mentions_of_an_account_come_to_is_kept_with_every_write(db: &Db) {
        store(db, &[mention(1, Some("a")), mention(2, Some("b")), mention(3, None)]).await;
        store(db, &[mention(4, Some("a")), mention(5, None)]).await;
        check(db, 4).await;
        write(db, |tx| Box::pin(async move {
            for (id, version) in [(1, 7), (2, 8), (2, 9), (77, 10)] {
                let mut changed = mention(id, None);
                changed.changed_by = ChangeNumber(version);
                update(tx, &scope(), &changed).await?;
            }
            let mut erased = mention(3, None);
            erased.changed_by = ChangeNumber(11);
            replace_body(tx, &scope(), &prepared(&erased)).await
        })).await;
        check(db, 4).await;
        write(db, |tx| Box::pin(async move {
            let ids = [MentionId(2), MentionId(2), MentionId(99)];
            delete(tx, &scope(), &ids).await?;
            delete(tx, &narrow(&[TopicId(1002)]), &[MentionId(1)]).await
        })).await;
        check(db, 3).await;
        assert_eq!(newest(db, OTHER).await.unwrap().checksum, Checksum::default());
    }

    async fn known_keys_are_told_by_topic(db: &Db) {
        store(db, &[mention(1, Some("a"))]).await;
        let key = dedupe_key(&mention(1, Some("a")).body).unwrap();
        let asked = vec![(TOPIC, key.clone()), (TopicId(1002), key.clone()), (TOPIC, "b".to_owned())];
        let known = write(db, move |tx| Box::pin(async move { known_keys(tx, &scope(), &asked).await })).await;
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [(TOPIC, key)]);
    }

    async fn a_message_is_found_by_its_source_however_long_its_name(db: &Db) {
        let long = "x".repeat(5_000);
        let wanted = mention(1, Some(&long));
        let key = dedupe_key(&wanted.body).unwrap();
        store(db, std::slice::from_ref(&wanted)).await;
        assert_eq!(store(db, &[mention(2, Some(&long))]).await.len(), 0);
        assert_eq!(find_by_source(db, &scope(), TOPIC, &key).await.unwrap(), Some(wanted));
        assert_eq!(find_by_source(db, &scope(), TOPIC, key.split_at(1).1).await.unwrap(), None);
    }

    async fn deleting_stays_within_account_and_topics(db: &Db) {
        store(db, &[mention(1, None), mention(2, None)]).await;
        let both = [MentionId(1), MentionId(2), MentionId(3)];
        for scope in [narrow(&[TopicId(5)]), Scope::system(OTHER)] {
            assert_eq!(write(db, move |tx| Box::pin(async move { delete(tx, &scope, &both).await })).await, 0);
        }
        assert_eq!(write(db, move |tx| Box::pin(async move { delete(tx, &scope(), &both).await })).await, 2);
    }

    async fn a_mention_of_another_account_is_not_written(db: &Db) {
        let row = prepared(&mention(1, None));
        let refused = db.write(move |tx| Box::pin(async move {
            insert(tx, &Scope::system(OTHER), &[row]).await
        })).await;
        assert!(matches!(refused, Err(crate::StoreError::Broken(_))), "{refused:?}");
        let refused = db.write(|tx| Box::pin(async move {
            update(tx, &Scope::system(OTHER), &mention(1, None)).await
        })).await;
        assert!(matches!(refused, Err(crate::StoreError::Broken(_))), "{refused:?}");
    }
}

#[test]
fn feeds_have_identifiers_of_their_own_and_networks_share_theirs() {
    let mut body: Body = mention(1, Some("guid")).body;
    assert_eq!(mention(1, None).account_id, ACCOUNT);
    body.source.profile = Some("https://a.example/feed".to_owned());
    let twitter = dedupe_key(&body);
    body.source.service = Service::Rss;
    let one = dedupe_key(&body);
    body.source.profile = Some("https://b.example/feed".to_owned());
    let other = dedupe_key(&body);
    body.source.service = Service::Twitter;
    assert_eq!(dedupe_key(&body), twitter);
    assert_ne!(one, other);
    body.source.id = Some(String::new());
    assert_eq!(dedupe_key(&body), None);
}
