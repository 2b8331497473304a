//! What is noted of agents, and who may see it.

use domain::account::Account;
use domain::agent_event::AgentEventKind as Kind;
use domain::ids::{AccountId, MentionId, TopicId, UserId};
use domain::mention::{Assignee, Mention, Status};
use domain::permission::{Permission, PermissionSet};
use domain::plan::Plan;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::source::Service;
use domain::time::{DAY_MS, SECOND_MS, UnixMillis};
use domain::user::{Membership, MembershipState};
use store::{Db, both_engines};

use super::{EventRange, list};
use crate::auth::sessions::sign_out;
use crate::auth::setup;
use crate::auth::sign_in::{Attempted, sign_in};
use crate::conversations::tests::world::{AGENTS, hire};
use crate::inbox::{AssigneeChange, MentionUpdate, NewNote, UpdateRules, update};
use crate::pipeline::item::add;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, KEYWORDS, World, new_item, world};
use crate::testing::{START, TestEngine};
use crate::{Engine, Error};

const ALL: EventRange = EventRange {
    from: UnixMillis(0),
    to: UnixMillis(i64::MAX),
    after: None,
    limit: 100,
};

fn agent(id: i64) -> Scope {
    Scope::for_member(
        ACCOUNT,
        UserId(id),
        TopicAccess::All,
        PermissionSet::all().without(Permission::InboxonlyassignedtomeRead),
    )
}

async fn happened(engine: &Engine, scope: &Scope) -> Vec<(i64, Kind)> {
    let page = list(engine, scope, &ALL).await.unwrap();
    page.events
        .iter()
        .map(|event| (event.user_id.0, event.kind))
        .collect()
}

async fn arrive(world: &World, topic: TopicId, id: &str) -> Mention {
    let mut item = new_item(topic, Some(id), "The train was late");
    // One thread, whatever the message.
    item.draft.source.thread_id = Some("thread".to_owned());
    let added = add(world.engine(), &world.scope, vec![item])
        .await
        .unwrap()
        .added;
    let stored = world.stored().await;
    stored
        .into_iter()
        .find(|mention| mention.id == added[0])
        .unwrap()
}

async fn work(world: &World, by: &Scope, topic: TopicId, id: MentionId, what: MentionUpdate) {
    let rules = UpdateRules {
        refuse_same_status: false,
    };
    update(world.engine(), by, topic, id, what, None, rules)
        .await
        .unwrap();
}

fn note() -> MentionUpdate {
    MentionUpdate {
        notes: vec![NewNote {
            text: "asked the depot".to_owned(),
            todos: Vec::new(),
        }],
        ..MentionUpdate::default()
    }
}

fn status(status: Status) -> MentionUpdate {
    MentionUpdate {
        status: Some(status),
        ..MentionUpdate::default()
    }
}

/// A further account, of which a user is a member.
async fn also_in(db: &Db, account_id: AccountId, user_id: UserId, state: MembershipState) -> Scope {
    let scope = Scope::system(account_id);
    let work_scope = scope.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let account = Account {
                id: account_id,
                name: "Harbour".to_owned(),
                description: None,
                package: None,
                plan: Plan::EnterpriseV5,
                timezone: "UTC".to_owned(),
                added_at: START,
            };
            store::accounts::create(tx, &account).await?;
            let membership = Membership {
                account_id,
                user_id,
                role_id: setup::make_stock_roles(tx, &work_scope, START).await?,
                state,
                is_expert: false,
                timezone: None,
                added_at: START,
            };
            store::memberships::create(tx, &work_scope, &membership).await?;
            Ok::<_, Error>(())
        })
    })
    .await
    .unwrap();
    scope
}

both_engines! {
    async fn work_on_a_mention_is_noted_with_its_conversation_and_channel(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(7, EVERYTHING, "https://feed.example/").await;
        let mut item = new_item(EVERYTHING, Some("m"), "hello");
        item.draft.source.service = profile.service;
        item.draft.source.profile = Some(profile.service_id.clone());
        add(world.engine(), &world.scope, vec![item]).await.unwrap();
        let mention = world.stored().await.pop().unwrap();
        let anna = agent(7);
        work(&world, &anna, EVERYTHING, mention.id, note()).await;
        world.test.clock.advance_ms(90 * SECOND_MS);
        work(&world, &anna, EVERYTHING, mention.id, status(Status::Done)).await;
        let page = list(world.engine(), &world.scope, &ALL).await.unwrap();
        let [opened, archived] = page.events.as_slice() else { panic!("{:?}", page.events) };
        assert_eq!((opened.kind, opened.at, opened.duration_ms), (Kind::ConversationOpened, START, None));
        assert_eq!(archived.kind, Kind::ConversationArchived);
        assert_eq!(archived.duration_ms, Some(world.stored().await[0].state.timers.handle_ms));
        for event in [opened, archived] {
            assert_eq!(event.user_id, UserId(7));
            assert_eq!(event.conversation_id, Some(mention.conversation_id));
            assert_eq!((event.topic_id, event.profile_id), (Some(EVERYTHING), Some(profile.id)));
        }
    }

    async fn an_event_names_the_channel_that_its_reader_may_see(db: &Db) {
        let world = world(db).await;
        for (id, topic, page) in [(7, KEYWORDS, "page"), (8, EVERYTHING, "page"), (9, KEYWORDS, "other")] {
            world.connect(id, topic, page).await;
        }
        for page in ["page", "other"] {
            let mut item = new_item(EVERYTHING, Some(page), "hello");
            item.draft.source.service = Service::Rss;
            item.draft.source.profile = Some(page.to_owned());
            add(world.engine(), &world.scope, vec![item]).await.unwrap();
        }
        for mention in world.stored().await {
            work(&world, &agent(7), EVERYTHING, mention.id, note()).await;
            world.test.clock.advance_ms(SECOND_MS);
        }
        let needed = Permission::UsagestatisticsUserdetailsRead;
        let near = Scope::for_member(
            ACCOUNT, UserId(9), TopicAccess::Only([EVERYTHING].into()), PermissionSet::default().with(needed),
        );
        for (reader, channels) in [(&world.scope, [Some(8), Some(9)]), (&near, [Some(8), None])] {
            let events = list(world.engine(), reader, &ALL).await.unwrap().events;
            let seen: Vec<Option<i64>> = events.iter().map(|event| event.profile_id.map(|id| id.0)).collect();
            assert_eq!(seen, channels);
        }
    }

    async fn a_conversation_is_opened_again_when_the_customer_wrote_again(db: &Db) {
        let world = world(db).await;
        let (anna, ben) = (agent(7), agent(8));
        let first = arrive(&world, EVERYTHING, "1").await;
        work(&world, &anna, EVERYTHING, first.id, note()).await;
        work(&world, &anna, EVERYTHING, first.id, note()).await;
        work(&world, &ben, EVERYTHING, first.id, note()).await;
        world.test.clock.advance_ms(SECOND_MS);
        let second = arrive(&world, EVERYTHING, "2").await;
        assert_eq!(second.conversation_id, first.conversation_id);
        work(&world, &anna, EVERYTHING, first.id, note()).await;
        work(&world, &anna, EVERYTHING, second.id, note()).await;
        work(&world, &anna, EVERYTHING, first.id, note()).await;
        let opened = Kind::ConversationOpened;
        assert_eq!(happened(world.engine(), &world.scope).await, [(7, opened), (8, opened), (7, opened)]);
    }

    async fn assigning_and_archiving_are_noted_and_taking_back_is_not(db: &Db) {
        let world = world(db).await;
        hire(db).await;
        let mention = arrive(&world, EVERYTHING, "1").await;
        let assign = |assignees| MentionUpdate {
            assignees: Some(AssigneeChange::All(assignees)),
            ..MentionUpdate::default()
        };
        let (anna, ben) = (Assignee::User(AGENTS[0]), Assignee::User(AGENTS[1]));
        for what in [
            status(Status::Pending), status(Status::Done), status(Status::Done), status(Status::New),
            assign(vec![anna]), assign(vec![anna]), assign(vec![ben]), assign(Vec::new()),
        ] {
            world.test.clock.advance_ms(SECOND_MS);
            work(&world, &agent(7), EVERYTHING, mention.id, what).await;
        }
        assert_eq!(happened(world.engine(), &world.scope).await, [
            (7, Kind::ConversationOpened), (7, Kind::ConversationArchived),
            (7, Kind::ConversationAssigned), (7, Kind::ConversationAssigned),
        ]);
    }

    async fn what_the_server_does_by_itself_is_nobodys_work(db: &Db) {
        let world = world(db).await;
        let mention = arrive(&world, EVERYTHING, "1").await;
        work(&world, &world.scope, EVERYTHING, mention.id, status(Status::Done)).await;
        assert_eq!(happened(world.engine(), &world.scope).await, []);
    }

    async fn events_are_for_those_who_may_see_users_and_the_topic(db: &Db) {
        let world = world(db).await;
        let everything = arrive(&world, EVERYTHING, "1").await;
        let keywords = arrive(&world, KEYWORDS, "1").await;
        work(&world, &agent(7), EVERYTHING, everything.id, note()).await;
        work(&world, &agent(8), KEYWORDS, keywords.id, note()).await;
        let needed = Permission::UsagestatisticsUserdetailsRead;
        let narrow = |topic, permissions: PermissionSet| {
            Scope::for_member(ACCOUNT, UserId(9), TopicAccess::Only([topic].into()), permissions)
        };
        let manager = narrow(KEYWORDS, PermissionSet::default().with(needed));
        assert_eq!(happened(world.engine(), &manager).await, [(8, Kind::ConversationOpened)]);
        let lacking = narrow(KEYWORDS, PermissionSet::all().without(needed));
        let denied = list(world.engine(), &lacking, &ALL).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    }

    async fn coming_and_going_is_noted_in_the_accounts_that_let_one_in(db: &Db) {
        const EMAIL: &str = "ines@northwind.example";
        const PASSWORD: &str = "der Zug nach Ulm kommt nie an";
        let test = TestEngine::new(db).await;
        let engine = &test.engine;
        let first = setup::init(engine, "Northwind", EMAIL, PASSWORD, "UTC").await.unwrap();
        let open = also_in(db, AccountId(7), first.user_id, MembershipState::Active).await;
        let shut = also_in(db, AccountId(8), first.user_id, MembershipState::Disabled).await;
        let address = "192.0.2.1".parse().unwrap();
        let tried = |password| Attempted { email: EMAIL, password, address, device: None, agent: None };
        assert!(sign_in(engine, tried("wrong wrong wrong")).await.is_err());
        let cookie = sign_in(engine, tried(PASSWORD)).await.unwrap();
        let user = cookie.user.id;
        test.clock.advance_ms(SECOND_MS);
        sign_out(engine, cookie.session.expose(), address).await.unwrap();
        sign_out(engine, cookie.session.expose(), address).await.unwrap();
        let scope = Scope::system(first.account_id);
        let both = vec![(user, Kind::Login), (user, Kind::Logout)];
        for (scope, expected) in [(&scope, both.clone()), (&open, both), (&shut, Vec::new())] {
            let events = store::agent_events::list(engine.db(), scope, &ALL).await.unwrap();
            let found: Vec<_> = events.iter().map(|event| (event.user_id, event.kind)).collect();
            assert_eq!(found, expected, "{scope:?}");
        }
        let logins = crate::settings::last_logins(engine, &scope).await.unwrap();
        assert_eq!(logins, [(user, START)].into());
    }

    async fn events_older_than_400_days_are_removed(db: &Db) {
        let world = world(db).await;
        let mention = arrive(&world, EVERYTHING, "1").await;
        work(&world, &agent(7), EVERYTHING, mention.id, note()).await;
        world.test.clock.advance_ms(400 * DAY_MS);
        crate::jobs::maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(happened(world.engine(), &world.scope).await.len(), 1);
        world.test.clock.advance_ms(1);
        crate::jobs::maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(happened(world.engine(), &world.scope).await, []);
    }
}
