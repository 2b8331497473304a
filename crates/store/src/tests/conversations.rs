//! Which mentions belong together.

use domain::conversation::ConversationKey;
use domain::ids::MentionId;
use domain::scope::Scope;

use super::fixtures::{NOW, OTHER, scope, write};
use crate::conversations::resolve;
use crate::{Db, both_engines};

async fn ids(db: &Db, scope: Scope, mentions: Vec<(ConversationKey, MentionId)>) -> Vec<i64> {
    write(db, move |tx| {
        Box::pin(async move {
            let found = resolve(tx, &scope, &mentions, NOW).await?;
            Ok(found.into_iter().map(|id| id.0).collect())
        })
    })
    .await
}

fn thread(key: &str, id: i64) -> (ConversationKey, MentionId) {
    (ConversationKey::Thread(key.to_owned()), MentionId(id))
}

both_engines! {
    async fn the_first_mention_names_the_conversation(db: &Db) {
        let batch = vec![
            thread("b", 1), thread("a", 2), thread("b", 3),
            (ConversationKey::Single, MentionId(4)), (ConversationKey::Single, MentionId(5)),
        ];
        assert_eq!(ids(db, scope(), batch).await, [1, 2, 1, 4, 5]);
        assert_eq!(ids(db, scope(), vec![thread("a", 9), thread("c", 10)]).await, [2, 10]);
        assert_eq!(ids(db, scope(), Vec::new()).await, Vec::<i64>::new());
    }

    async fn accounts_do_not_share_conversations(db: &Db) {
        assert_eq!(ids(db, scope(), vec![thread("a", 1)]).await, [1]);
        assert_eq!(ids(db, Scope::system(OTHER), vec![thread("a", 2)]).await, [2]);
    }

    async fn a_large_batch_and_long_keys_are_fine(db: &Db) {
        let long = "k".repeat(4_000);
        let batch: Vec<_> = (0..3_000).map(|id| thread(&format!("{long}{}", id / 2), id)).collect();
        let wanted: Vec<i64> = (0..3_000).map(|id| id / 2 * 2).collect();
        assert_eq!(ids(db, scope(), batch.clone()).await, wanted);
        assert_eq!(ids(db, scope(), batch).await, wanted);
    }

    async fn two_writers_open_one_conversation(db: &Db) {
        let mut writers = Vec::new();
        for writer in 0..8_i64 {
            let db = db.clone();
            writers.push(tokio::spawn(async move {
                // different orders, which must not end in a deadlock
                let mut batch: Vec<_> = (0..50).map(|key| thread(&key.to_string(), writer * 100 + key)).collect();
                if writer % 2 == 1 {
                    batch.reverse();
                }
                let mut found = ids(&db, scope(), batch).await;
                found.sort_by_key(|id| id % 100);
                found
            }));
        }
        let mut answers = Vec::new();
        for writer in writers {
            answers.push(writer.await.unwrap());
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    }
}
