//! What agents did, for reporting tools: a record of its own, kept for 400 days.

use std::sync::Arc;

use domain::agent_event::AgentEvent;
use domain::ids::AgentEventId;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::UnixMillis;
pub use store::agent_events::EventRange;

use crate::{Directory, Engine, Error};

/// Part of the events.
#[derive(Debug, Clone)]
pub struct EventPage {
    /// The events, oldest first.
    pub events: Vec<AgentEvent>,
    /// Behind which one the next page begins, if there is one.
    pub next: Option<(UnixMillis, AgentEventId)>,
    /// Names of what the events point at.
    pub directory: Arc<Directory>,
}

/// Events within a range of time, as far as their topics are within reach.
///
/// # Errors
/// `Denied` without `usagestatistics.userdetails.read`.
pub async fn list(engine: &Engine, scope: &Scope, range: &EventRange) -> Result<EventPage, Error> {
    let needed = Permission::UsagestatisticsUserdetailsRead;
    if !scope.may(needed) {
        return Err(Error::lacks(needed));
    }
    let one_more = EventRange {
        limit: range.limit.saturating_add(1),
        ..*range
    };
    let mut events = store::agent_events::list(engine.db(), scope, &one_more).await?;
    let has_more = events.len() > range.limit;
    events.truncate(range.limit);
    Ok(EventPage {
        next: events
            .last()
            .filter(|_| has_more)
            .map(|last| (last.at, last.id)),
        events,
        directory: engine.directory(scope.account_id()).await?,
    })
}
