//! What agents did.

use domain::agent_event::{AgentEvent, AgentEventKind};
use domain::ids::{AgentEventId, ConversationId, ProfileId, TopicId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use super::fixtures::{ACCOUNT, OTHER, TOPIC, narrow, scope, two_accounts, write};
use crate::agent_events::{self, EventRange};
use crate::{Db, StoreError, accounts, both_engines};

fn event(id: i64, at: i64, topic: Option<TopicId>) -> AgentEvent {
    AgentEvent {
        account_id: ACCOUNT,
        id: AgentEventId(id),
        at: UnixMillis(at),
        user_id: UserId(7),
        kind: if topic.is_some() {
            AgentEventKind::ConversationAssigned
        } else {
            AgentEventKind::Login
        },
        conversation_id: topic.map(|_| ConversationId(43_769_000_000_000_001)),
        topic_id: topic,
        profile_id: topic.map(|_| ProfileId(3)),
        duration_ms: topic.map(|_| 90_000),
    }
}

async fn add(db: &Db, events: Vec<AgentEvent>) {
    write(db, move |tx| {
        Box::pin(async move { agent_events::add(tx, &scope(), &events).await })
    })
    .await;
}

const ALL: EventRange = EventRange {
    from: UnixMillis(0),
    to: UnixMillis(1_000_000),
    after: None,
    limit: 5_000,
};

async fn ids(db: &Db, scope: &Scope, range: EventRange) -> Vec<i64> {
    let found = agent_events::list(db, scope, &range).await.unwrap();
    found.into_iter().map(|event| event.id.0).collect()
}

async fn swept(db: &Db, before: i64, most: usize) -> u64 {
    write(db, move |tx| {
        Box::pin(async move { agent_events::sweep(tx, UnixMillis(before), most).await })
    })
    .await
}

both_engines! {
    async fn events_come_back_as_they_were(db: &Db) {
        two_accounts(db).await;
        let events = vec![event(1, 10, Some(TOPIC)), event(2, 11, None)];
        add(db, events.clone()).await;
        add(db, Vec::new()).await;
        assert_eq!(agent_events::list(db, &scope(), &ALL).await.unwrap(), events);
        assert!(ids(db, &Scope::system(OTHER), ALL).await.is_empty());
        let foreign = AgentEvent { account_id: OTHER, ..event(3, 1, None) };
        let refused = db.write(move |tx| Box::pin(async move {
            agent_events::add(tx, &scope(), &[foreign]).await
        })).await;
        assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    }

    async fn events_of_topics_out_of_reach_are_not_shown(db: &Db) {
        let beyond = TopicId(1002);
        add(db, vec![event(1, 1, Some(TOPIC)), event(2, 2, Some(beyond)), event(3, 3, None)]).await;
        assert_eq!(ids(db, &narrow(&[TOPIC]), ALL).await, [1, 3]);
        assert_eq!(ids(db, &narrow(&[TOPIC, beyond]), ALL).await, [1, 2, 3]);
        assert_eq!(ids(db, &narrow(&[]), ALL).await, [3]);
    }

    async fn events_of_a_time_are_walked_in_order_without_doubles(db: &Db) {
        add(db, (0..1_200).map(|n| event(2_000 - n, 100 + n / 400, None)).collect()).await;
        let range = EventRange { from: UnixMillis(100), to: UnixMillis(103), ..ALL };
        let wanted: Vec<i64> = (1_601..=2_000).chain(1_201..=1_600).chain(801..=1_200).collect();
        assert_eq!(ids(db, &scope(), range).await, wanted);
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let found = agent_events::list(db, &scope(), &EventRange { after, limit: 170, ..range }).await.unwrap();
            let Some(last) = found.last() else { break };
            after = Some((last.at, last.id));
            walked.extend(found.iter().map(|event| event.id.0));
        }
        assert_eq!(walked, wanted);
        let half_open = EventRange { from: UnixMillis(101), to: UnixMillis(102), ..ALL };
        assert_eq!(ids(db, &scope(), half_open).await, wanted[400..800]);
    }

    async fn what_somebody_did_with_a_conversation_is_found_from_a_time_on(db: &Db) {
        add(db, vec![event(1, 100, Some(TOPIC))]).await;
        let conversation = ConversationId(43_769_000_000_000_001);
        let done = AgentEventKind::ConversationAssigned;
        let found = write(db, move |tx| Box::pin(async move {
            let mut found = Vec::new();
            for (conversation, user, kind, since) in [
                (conversation, 7, done, 99), (conversation, 7, done, 100), (conversation, 7, done, 101),
                (ConversationId(1), 7, done, 99), (conversation, 8, done, 99),
                (conversation, 7, AgentEventKind::ConversationOpened, 99),
            ] {
                let since = UnixMillis(since);
                found.push(agent_events::has_since(tx, &scope(), conversation, UserId(user), kind, since).await?);
            }
            let other = Scope::system(OTHER);
            found.push(agent_events::has_since(tx, &other, conversation, UserId(7), done, UnixMillis(0)).await?);
            Ok(found)
        })).await;
        assert_eq!(found, [true, true, false, false, false, false, false]);
    }

    async fn old_events_are_removed_a_portion_at_a_time(db: &Db) {
        two_accounts(db).await;
        add(db, (0..10).map(|n| event(n, n, None)).collect()).await;
        write(db, |tx| Box::pin(async move {
            let theirs = AgentEvent { account_id: OTHER, ..event(50, 0, None) };
            agent_events::add(tx, &Scope::system(OTHER), &[theirs]).await
        })).await;
        assert_eq!(swept(db, 6, 4).await, 4);
        assert_eq!(ids(db, &scope(), ALL).await, (4..10).collect::<Vec<_>>());
        assert_eq!(swept(db, 6, 4).await, 3);
        assert_eq!(swept(db, 6, 4).await, 0);
        assert_eq!(ids(db, &scope(), ALL).await, (6..10).collect::<Vec<_>>());
        assert!(ids(db, &Scope::system(OTHER), ALL).await.is_empty());
    }

    async fn events_go_with_their_account(db: &Db) {
        assert_eq!(agent_events::max_id(db).await.unwrap(), None);
        two_accounts(db).await;
        add(db, vec![event(4, 1, None)]).await;
        assert_eq!(agent_events::max_id(db).await.unwrap(), Some(4));
        assert!(write(db, |tx| Box::pin(async move { accounts::delete(tx, ACCOUNT).await })).await);
        assert!(ids(db, &scope(), ALL).await.is_empty());
    }
}
