//! What agents did, for reporting tools: a record of its own, kept for 400 days.
//!
//! Noted are sign-in and sign-out in the browser, and work on mentions. Nothing can be answered and
//! nobody can say to be away through this program yet, so the kinds for that do not occur.

#[cfg(test)]
mod tests;

use domain::agent_event::{AgentEvent, AgentEventKind};
use domain::ids::{AgentEventId, ProfileId, UserId};
use domain::mention::{Mention, Status};
use domain::permission::Permission;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::UnixMillis;
use store::Tx;
pub use store::agent_events::EventRange;

use crate::auth::require;
use crate::{Directory, Engine, Error};

/// Part of the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events, oldest first.
    pub events: Vec<AgentEvent>,
    /// Behind which one the next page begins, if there is one.
    pub next: Option<(UnixMillis, AgentEventId)>,
}

/// Events within a range of time, as far as their topics are within reach.
///
/// # Errors
/// `Denied` without `usagestatistics.userdetails.read`.
pub async fn list(engine: &Engine, scope: &Scope, range: &EventRange) -> Result<EventPage, Error> {
    require(scope, Permission::UsagestatisticsUserdetailsRead)?;
    let one_more = EventRange {
        limit: range.limit.saturating_add(1),
        ..*range
    };
    let mut events = store::agent_events::list(engine.db(), scope, &one_more).await?;
    let has_more = events.len() > range.limit;
    events.truncate(range.limit);
    let directory = engine.directory(scope.account_id()).await?;
    for event in &mut events {
        event.profile_id = seen_profile(&directory, scope, event);
    }
    Ok(EventPage {
        next: events
            .last()
            .filter(|_| has_more)
            .map(|last| (last.at, last.id)),
        events,
    })
}

/// The profile of an event for a reader who may not reach the topic that it is connected to: the
/// one that the reader's other calls show for the same place, if there is one.
fn seen_profile(directory: &Directory, scope: &Scope, event: &AgentEvent) -> Option<ProfileId> {
    let id = event.profile_id?;
    let Some(noted) = directory.profiles.get(&id) else {
        // It went with its topic; its number says nothing about any other.
        return Some(id);
    };
    let place = (noted.service, noted.service_id.as_str());
    let profile = directory.profile_of(scope.topics(), event.topic_id?, place)?;
    Some(profile.id)
}

/// Notes what a person did to a mention; `changed` names what changed, as
/// [`inbox::update`](crate::inbox::update()) does. What programs and the server do is not noted.
///
/// A conversation counts as opened when somebody works on one of its messages who did nothing
/// about the conversation since that message came.
pub(crate) async fn note_work(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    directory: &Directory,
    mention: &Mention,
    changed: &[&'static str],
) -> Result<(), Error> {
    let Some(user_id) = scope.actor().user_id().filter(|_| !changed.is_empty()) else {
        return Ok(());
    };
    let opened = AgentEventKind::ConversationOpened;
    let conversation = mention.conversation_id;
    let was_opened =
        store::agent_events::has_since(tx, scope, conversation, user_id, opened, mention.added_at)
            .await?;
    // Whoever reads the event may reach other topics than who works now.
    let profile_id = directory
        .profile_of_mention(&TopicAccess::All, mention)
        .map(|profile| profile.id);
    let is_archived = changed.contains(&"status") && mention.state.status == Status::Done;
    let is_assigned = changed.contains(&"assignees") && !mention.state.assignees.is_empty();
    let worked_ms = mention.state.timers.handle_ms;
    let kinds = [
        (!was_opened, opened, None),
        (is_assigned, AgentEventKind::ConversationAssigned, None),
        (
            is_archived,
            AgentEventKind::ConversationArchived,
            Some(worked_ms),
        ),
    ];
    let events: Vec<AgentEvent> = kinds
        .into_iter()
        .filter(|(is_so, ..)| *is_so)
        .map(|(_, kind, duration_ms)| AgentEvent {
            account_id: mention.account_id,
            id: AgentEventId(engine.new_id()),
            at: engine.now(),
            user_id,
            kind,
            conversation_id: Some(conversation),
            topic_id: Some(mention.topic_id),
            profile_id,
            duration_ms,
        })
        .collect();
    Ok(store::agent_events::add(tx, scope, &events).await?)
}

/// Notes that somebody came or went, in each account that lets that person in.
pub(crate) async fn note_person(
    tx: &mut Tx,
    engine: &Engine,
    user_id: UserId,
    kind: AgentEventKind,
) -> Result<(), Error> {
    for account_id in store::memberships::active_accounts_of(&mut *tx, user_id).await? {
        let event = AgentEvent {
            account_id,
            id: AgentEventId(engine.new_id()),
            at: engine.now(),
            user_id,
            kind,
            conversation_id: None,
            topic_id: None,
            profile_id: None,
            duration_ms: None,
        };
        store::agent_events::add(tx, &Scope::system(account_id), &[event]).await?;
    }
    Ok(())
}
