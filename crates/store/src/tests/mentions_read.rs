//! Reading mentions.

use domain::ids::{MentionId, TopicId};
use domain::mention::Status;
use domain::scope::Scope;
use domain::testing::any_mentions;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::fixtures::{OTHER, TOPIC, mention, narrow, scope, store, two_accounts, write};
use crate::both_engines;
use crate::mentions::{
    Prepared, find, find_many, find_states, insert, lock, max_id, page_after, topic_has_any,
};

both_engines! {
    async fn many_come_in_the_order_asked_for(db: &Db) {
        store(db, &(1..=9).map(|id| mention(id, None)).collect::<Vec<_>>()).await;
        let asked = [5, 3, 77, 9, 3].map(MentionId);
        let found = find_many(db, &scope(), &asked).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [5, 3, 9, 3]);
        assert_eq!(find_many(db, &scope(), &[]).await.unwrap(), []);
        assert_eq!(find_many(db, &Scope::system(OTHER), &asked).await.unwrap(), []);
    }

    async fn what_is_out_of_reach_is_as_if_absent(db: &Db) {
        let mut far = mention(2, None);
        far.topic_id = TopicId(1002);
        store(db, &[mention(1, None), far]).await;
        let near = narrow(&[TOPIC]);
        assert!(find(db, &near, TOPIC, MentionId(1)).await.unwrap().is_some());
        assert!(find(db, &near, TOPIC, MentionId(2)).await.unwrap().is_none());
        assert!(find(db, &near, TopicId(1002), MentionId(2)).await.unwrap().is_none());
        assert!(find(db, &Scope::system(OTHER), TOPIC, MentionId(1)).await.unwrap().is_none());
        let seen = find_many(db, &near, &[MentionId(1), MentionId(2)]).await.unwrap();
        assert_eq!(seen.len(), 1);
        let locked = write(db, move |tx| Box::pin(async move {
            lock(tx, &near, TopicId(1002), MentionId(2)).await
        })).await;
        assert_eq!(locked, None);
        assert_eq!(page_after(db, &narrow(&[TOPIC]), None, 10).await.unwrap().len(), 1);
    }

    async fn states_are_those_of_the_mentions_however_many(db: &Db) {
        let mut all: Vec<_> = (1..=300).map(|id| mention(id, None)).collect();
        for (mention, status) in all.iter_mut().zip(Status::ALL.iter().cycle()) {
            mention.state.status = *status;
        }
        all[1].topic_id = TopicId(1002);
        store(db, &all).await;
        let ids: Vec<MentionId> = (1..=301).map(MentionId).collect();
        let states = find_states(db, &narrow(&[TOPIC]), &ids).await.unwrap();
        assert_eq!(states.len(), 299);
        assert!(!states.contains_key(&MentionId(2)), "it is out of reach");
        for mention in find_many(db, &narrow(&[TOPIC]), &ids).await.unwrap() {
            assert_eq!(states[&mention.id], mention.state);
        }
        assert!(find_states(db, &Scope::system(OTHER), &ids).await.unwrap().is_empty());
    }

    async fn pages_give_every_mention_once(db: &Db) {
        store(db, &(1..=25).map(|id| mention(id, None)).collect::<Vec<_>>()).await;
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = page_after(db, &scope(), after, 7).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page.iter().map(|one| one.id.0));
        }
        assert_eq!(seen, (1..=25).collect::<Vec<_>>());
    }

    async fn the_largest_number_counts_over_all_accounts(db: &Db) {
        two_accounts(db).await;
        assert_eq!(max_id(db).await.unwrap(), None);
        assert!(!topic_has_any(db, &scope(), TOPIC).await.unwrap());
        let mut other = mention(900, None);
        other.account_id = OTHER;
        let row = Prepared::new(&other, None).unwrap();
        write(db, move |tx| Box::pin(async move { insert(tx, &Scope::system(OTHER), &[row]).await })).await;
        store(db, &[mention(5, None)]).await;
        assert_eq!(max_id(db).await.unwrap(), Some(MentionId(900)));
        assert!(topic_has_any(db, &scope(), TOPIC).await.unwrap());
        assert!(!topic_has_any(db, &scope(), TopicId(1002)).await.unwrap());
    }

    async fn a_transaction_reads_what_it_wrote(db: &Db) {
        let row = super::super::fixtures::prepared(&mention(1, None));
        let found = write(db, move |tx| Box::pin(async move {
            insert(tx, &scope(), &[row]).await?;
            find(&mut *tx, &scope(), TOPIC, MentionId(1)).await
        })).await;
        assert!(found.is_some());
    }

    async fn any_mention_comes_back_as_it_was(db: &Db) {
        let mut runner = TestRunner::deterministic();
        let wanted = any_mentions(200).new_tree(&mut runner).unwrap().current();
        let Some(account_id) = wanted.first().map(|one| one.account_id) else {
            panic!("the strategy made no mention");
        };
        let rows: Vec<Prepared> = wanted.iter().map(|one| Prepared::new(one, None).unwrap()).collect();
        let owner = Scope::system(account_id);
        write(db, move |tx| Box::pin(async move { insert(tx, &Scope::system(account_id), &rows).await })).await;
        let ids: Vec<MentionId> = wanted.iter().map(|one| one.id).collect();
        assert_eq!(find_many(db, &owner, &ids).await.unwrap(), wanted);
    }
}
