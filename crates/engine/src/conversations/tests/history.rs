//! Random histories.

use domain::ids::ConversationId;
use domain::mention::{Assignee, Priority, Status};
use domain::permission::PermissionSet;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::{DAY_MS, MINUTE_MS};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use store::both_engines;
use store::mentions::Prepared;

use super::world::{AGENTS, Message, hire, private, public};
use crate::conversations::{Rebuilt, rebuild};
use crate::inbox::{
    AssigneeChange, DeleteOptions, MentionUpdate, TagChange, TagMode, UpdateRules, delete, update,
};
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, KEYWORDS, World, world};

#[derive(Debug, Clone)]
enum Step {
    Arrive(Vec<Message>),
    /// A change of one of the mentions there are.
    Work(usize, Box<MentionUpdate>),
    Delete(usize),
    Wait(i64),
}

fn any_message() -> impl Strategy<Value = Message> {
    let ids: Vec<String> = (0..12).map(|id| format!("m{id}")).collect();
    let messages = (
        select(vec![EVERYTHING, EVERYTHING, KEYWORDS]),
        select(ids.clone()),
        any::<bool>(),
        (select(vec!["anna", "ben", "brand"]), any::<bool>()),
        option::of(select(ids.clone())),
        option::weighted(0.3, select(ids)),
        option::of(select(vec!["brand", "shop"])),
    );
    let rest = (
        option::of(0_i64..200_000),
        select(Status::ALL.to_vec()),
        option::of(0_u8..=10),
        any::<bool>(),
        select(vec!["Where is it?", "Still nothing", "Thanks"]),
    );
    (messages, rest).prop_map(
        |(
            (topic, id, is_private, (author, is_ours), answers, thread, profile),
            (published, status, priority, is_update, text),
        )| Message {
            topic,
            id,
            is_private,
            author,
            is_ours: is_ours && author == "brand",
            answers,
            thread,
            profile,
            published,
            status,
            priority,
            is_update,
            text: text.to_owned(),
        },
    )
}

fn any_update() -> impl Strategy<Value = MentionUpdate> {
    (
        option::of(select(Status::ALL.to_vec())),
        option::of((
            select(vec![TagMode::Add, TagMode::Update, TagMode::Delete]),
            vec(select(vec!["late", "lost", "thanks"]), 0..3),
        )),
        option::of(vec(select(AGENTS.to_vec()), 0..3)),
        option::of(option::of(0_u8..=10)),
    )
        .prop_map(|(status, tags, assignees, priority)| MentionUpdate {
            status,
            tags: tags.map(|(mode, names)| TagChange {
                mode,
                names: names.into_iter().map(ToOwned::to_owned).collect(),
            }),
            assignees: assignees
                .map(|users| AssigneeChange::All(users.into_iter().map(Assignee::User).collect())),
            priority: priority.map(|number| number.and_then(Priority::new)),
            ..MentionUpdate::default()
        })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(any_message(), 1..5).prop_map(Step::Arrive),
        5 => (any::<usize>(), any_update()).prop_map(|(at, update)| Step::Work(at, Box::new(update))),
        2 => any::<usize>().prop_map(Step::Delete),
        1 => select(vec![MINUTE_MS, DAY_MS, 29 * DAY_MS]).prop_map(Step::Wait),
    ]
}

async fn take(world: &World, step: Step) {
    let agent = Scope::for_member(
        ACCOUNT,
        AGENTS[0],
        TopicAccess::All,
        PermissionSet::all()
            .without(domain::permission::Permission::InboxonlyassignedtomeRead)
            .without(domain::permission::Permission::InboxFocusViewOnly),
    );
    let all = world.stored().await;
    let one = |at: usize| all.get(at % all.len().max(1));
    match step {
        Step::Arrive(messages) => {
            world.arrive(&messages).await;
        }
        Step::Work(at, change) => {
            if let Some(mention) = one(at) {
                let rules = UpdateRules {
                    refuse_same_status: false,
                };
                let (topic, id) = (mention.topic_id, mention.id);
                update(world.engine(), &agent, topic, id, *change, None, rules)
                    .await
                    .unwrap();
            }
        }
        Step::Delete(at) => {
            if let Some(mention) = one(at) {
                let options = DeleteOptions::default();
                delete(
                    world.engine(),
                    &agent,
                    mention.topic_id,
                    mention.id,
                    options,
                )
                .await
                .unwrap();
            }
        }
        Step::Wait(ms) => {
            world.test.clock.advance_ms(ms);
        }
    }
}

both_engines! {
    async fn every_conversation_is_the_sum_of_its_mentions_after_every_step(db: &Db) {
        let world = world(db).await;
        hire(db).await;
        let mut runner = TestRunner::deterministic();
        let mut longest = 0;
        for number in 0..160 {
            let step = any_step().new_tree(&mut runner).unwrap().current();
            let when = format!("after step {number}, {step:?}");
            take(&world, step).await;
            world.check_sums(&when).await;
            let mut sizes = std::collections::BTreeMap::<i64, usize>::new();
            for mention in world.stored().await {
                *sizes.entry(mention.conversation_id.0).or_default() += 1;
            }
            longest = longest.max(sizes.into_values().max().unwrap_or_default());
        }
        assert!(longest > 2, "the histories are too thin: {longest}");
        let rebuilt = rebuild(world.engine(), ACCOUNT).await.unwrap();
        assert!(rebuilt.conversations > 5, "{rebuilt:?}");
        assert_eq!(rebuilt.mended, 0);
        world.check_sums("after the rebuild").await;
    }

    async fn damaged_conversations_are_mended_from_their_mentions(db: &Db) {
        let world = world(db).await;
        let messages: Vec<Message> = (0..450)
            .map(|id| public(&format!("m{id}"), "anna"))
            .collect();
        world.arrive(&messages[..450]).await;
        let ids = store::conversations::ids_after(db, &world.scope, None, 1_000).await.unwrap();
        let scope = world.scope.clone();
        let mut broken = world.row(ids[3].0).await;
        broken.totals.new = 9;
        broken.oldest_at = domain::time::UnixMillis(0);
        let gone = ids[7];
        db.write(move |tx| Box::pin(async move {
            store::conversations::save(tx, &scope, &[broken]).await?;
            store::conversations::clear_sides(tx, &scope, &[gone]).await
        })).await.unwrap();
        let rebuilt = rebuild(world.engine(), ACCOUNT).await.unwrap();
        assert_eq!(rebuilt, Rebuilt { conversations: 450, mended: 2 });
        world.check_sums("after the rebuild").await;
        let again = rebuild(world.engine(), ACCOUNT).await.unwrap();
        assert_eq!(again, Rebuilt { conversations: 450, mended: 0 });
    }

    async fn a_conversation_without_a_row_gets_one_and_takes_what_follows(db: &Db) {
        let world = world(db).await;
        let taken = world.place(private("1", "anna")).await;
        let ben = world.place(private("2", "ben")).await;
        let like = world.stored().await;
        let of = |id: i64| like.iter().find(|one| one.conversation_id.0 == id).unwrap().clone();
        // Two mentions whose conversations have no rows: the key of the first is another's.
        let mut lost = [of(taken), of(ben)];
        for mention in &mut lost {
            mention.id = world.engine().new_mention_id();
            mention.conversation_id = ConversationId(mention.id.0);
        }
        lost[1].body.author.id = Some("carl".to_owned());
        let scope = world.scope.clone();
        let rows: Vec<_> = lost
            .iter()
            .map(|mention| Prepared::new(mention, None).unwrap())
            .collect();
        db.write(move |tx| Box::pin(async move {
            store::mentions::insert(tx, &scope, &rows).await
        })).await.unwrap();
        let rebuilt = rebuild(world.engine(), ACCOUNT).await.unwrap();
        assert_eq!(rebuilt, Rebuilt { conversations: 4, mended: 2 });
        world.check_sums("after the rebuild").await;
        let [keyless, open] = lost.map(|mention| mention.conversation_id.0);
        assert_eq!(world.row(keyless).await.key, None);
        assert!(world.row(open).await.key.is_some());
        assert_eq!(world.place(private("3", "anna")).await, taken);
        assert_eq!(world.place(private("4", "carl")).await, open);
    }
}
