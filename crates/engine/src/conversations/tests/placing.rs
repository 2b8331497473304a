//! Which mentions come together.

use domain::conversation::SILENCE_MS;
use domain::ids::MentionId;
use domain::mention::Status;
use store::both_engines;

use super::world::{Message, hire, ours, private, public};
use crate::inbox::{MentionUpdate, UpdateRules, update};
use crate::pipeline::tests::world::{EVERYTHING, KEYWORDS, World, world};

async fn set(world: &World, id: MentionId, status: Status) {
    let change = MentionUpdate {
        status: Some(status),
        ..MentionUpdate::default()
    };
    let rules = UpdateRules {
        refuse_same_status: false,
    };
    update(
        world.engine(),
        &world.scope,
        EVERYTHING,
        id,
        change,
        None,
        rules,
    )
    .await
    .unwrap();
}

both_engines! {
    async fn private_messages_of_one_person_come_together_per_profile(db: &Db) {
        let world = world(db).await;
        let first = world.place(private("1", "anna")).await;
        assert_eq!(world.place(private("2", "anna")).await, first);
        assert_ne!(world.place(private("3", "ben")).await, first);
        let elsewhere = Message { profile: Some("shop"), ..private("4", "anna") };
        assert_ne!(world.place(elsewhere).await, first);
        assert_ne!(world.place(public("5", "anna")).await, first);
        world.check_sums("in the end").await;
    }

    async fn topics_have_conversations_of_their_own(db: &Db) {
        let world = world(db).await;
        let here = world.place(public("1", "anna")).await;
        let there = world.place(Message { topic: KEYWORDS, ..public("1", "anna") }).await;
        assert_ne!(here, there);
        assert_eq!(world.row(here).await.topic_id, EVERYTHING);
        assert_eq!(world.row(there).await.topic_id, KEYWORDS);
    }

    async fn a_person_begins_anew_after_the_conversation_is_done(db: &Db) {
        let world = world(db).await;
        let first = world.place(private("1", "anna")).await;
        assert_eq!(world.place(private("2", "anna")).await, first);
        set(&world, MentionId(first), Status::Done).await;
        // one of two is open
        assert_eq!(world.place(private("3", "anna")).await, first);
        for mention in world.stored().await {
            set(&world, mention.id, Status::Done).await;
        }
        let second = world.place(private("4", "anna")).await;
        assert_ne!(second, first);
        assert_eq!(world.place(private("5", "anna")).await, second);
        assert_eq!(world.row(first).await.key, None);
        // what is opened again stays apart
        set(&world, MentionId(first), Status::New).await;
        assert_eq!(world.place(private("6", "anna")).await, second);
        world.check_sums("in the end").await;
    }

    async fn a_person_begins_anew_after_silence(db: &Db) {
        let world = world(db).await;
        let first = world.place(private("1", "anna")).await;
        world.test.clock.advance_ms(SILENCE_MS - 1);
        assert_eq!(world.place(private("2", "anna")).await, first);
        world.test.clock.advance_ms(SILENCE_MS - 1);
        assert_eq!(world.place(private("3", "anna")).await, first);
        world.test.clock.advance_ms(SILENCE_MS);
        assert_ne!(world.place(private("4", "anna")).await, first);
        world.check_sums("in the end").await;
    }

    async fn a_thread_goes_on_for_ever(db: &Db) {
        let world = world(db).await;
        let first = world.place(public("1", "anna")).await;
        set(&world, MentionId(first), Status::Done).await;
        assert_eq!(world.row(first).await.totals.status(), Status::Done);
        world.test.clock.advance_ms(2 * SILENCE_MS);
        let comment = Message { thread: Some("1".into()), ..public("2", "ben") };
        assert_eq!(world.place(comment).await, first);
        assert_eq!(world.row(first).await.totals.status(), Status::New);
    }

    async fn answers_to_answers_stay_in_the_thread_that_they_do_not_name(db: &Db) {
        let world = world(db).await;
        let first = world.place(public("1", "anna")).await;
        let answer = |id: &str, to: &str| Message { answers: Some(to.into()), ..public(id, "ben") };
        assert_eq!(world.place(answer("2", "1")).await, first);
        assert_eq!(world.place(answer("3", "2")).await, first);
        // of what the topic does not have, the answers come together
        let unknown = world.place(answer("4", "99")).await;
        assert_ne!(unknown, first);
        assert_eq!(world.place(answer("5", "99")).await, unknown);
    }

    async fn our_private_answers_go_where_the_question_is(db: &Db) {
        let world = world(db).await;
        let question = private("1", "anna");
        let first = world.place(question.clone()).await;
        assert_eq!(world.place(ours("2", "1", &question)).await, first);
        assert_eq!(world.place(ours("3", "2", &question)).await, first);
        let row = world.row(first).await;
        assert_eq!(row.author.map(|author| author.key).as_deref(), Some("anna"));
        // also when it is done, and without opening it for the next question
        for mention in world.stored().await {
            set(&world, mention.id, Status::Done).await;
        }
        let late = Message { status: Status::Done, ..ours("4", "1", &question) };
        assert_eq!(world.place(late).await, first);
        assert_ne!(world.place(private("5", "anna")).await, first);
        world.check_sums("in the end").await;
    }

    async fn a_batch_opens_a_conversation_once(db: &Db) {
        let world = world(db).await;
        let question = private("1", "anna");
        let done = Message { status: Status::Done, ..private("5", "ben") };
        let batch = [
            question.clone(),
            private("2", "anna"),
            ours("3", "1", &question),
            public("4", "anna"),
            done,
            // what is done by now is closed within the batch too
            private("6", "ben"),
            private("7", "ben"),
        ];
        world.arrive(&batch).await;
        let all: Vec<i64> = world.stored().await.iter().map(|one| one.conversation_id.0).collect();
        let first = all[0];
        assert_eq!(all[..3], [first; 3]);
        assert_ne!(all[3], first);
        assert_ne!(all[4], all[5]);
        assert_eq!(all[5], all[6]);
        world.check_sums("after the batch").await;
    }

    async fn an_edit_that_changes_author_date_and_privacy_moves_the_sum(db: &Db) {
        let world = world(db).await;
        let first = world.place(Message { published: Some(500), ..private("1", "anna") }).await;
        world.place(Message { published: Some(100), ..private("2", "anna") }).await;
        let edit = Message {
            is_private: false, is_ours: true, is_update: true, text: "Edited".into(),
            ..private("1", "brand")
        };
        let recorded = world.arrive(&[edit]).await;
        assert_eq!(recorded.updated.len(), 1);
        let row = world.row(first).await;
        assert_eq!((row.totals.mentions, row.totals.private), (2, 1));
        assert_eq!(row.author.map(|author| author.mention_id.0 == first), Some(false));
        world.check_sums("after the edit").await;
    }

    async fn writers_that_meet_in_one_thread_lose_nothing(db: &Db) {
        let world = std::sync::Arc::new(world(db).await);
        hire(db).await;
        world.arrive(&[public("top", "anna")]).await;
        let first = world.stored().await[0].clone();
        let mut writers = Vec::new();
        for writer in 0..6_i64 {
            let (world, id) = (world.clone(), first.id);
            writers.push(tokio::spawn(async move {
                for step in 0..8 {
                    if writer % 3 == 2 {
                        // work on the same mention that the others answer
                        let status = if step % 2 == 0 { Status::Pending } else { Status::New };
                        set(&world, id, status).await;
                        continue;
                    }
                    let comment = Message {
                        thread: Some("top".into()),
                        ..public(&format!("{writer}-{step}"), "ben")
                    };
                    let person = private(&format!("p{writer}-{step}"), "anna");
                    world.arrive(&[comment, person]).await;
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(world.row(first.conversation_id.0).await.totals.mentions, 1 + 4 * 8);
        world.check_sums("after all").await;
    }
}
