//! `agent_events` of v3.0: what agents did.
//!
//! The vendor has no page about it. A recorded export script calls it with two timestamps, decodes
//! `documents` a second time, follows `next_url` until there is none, and waits as long as
//! `X-RateLimit-Reset` says. What stands in the documents is inferred.

use domain::agent_event::AgentEvent;
use domain::ids::AgentEventId;
use domain::time::UnixMillis;
use engine::Error;
use engine::agent_events::{self, EventRange};

use super::call::Call;
use super::dates::seconds;
use super::errors::{expected, missing};
use super::ids::hex;
use super::page_token;
use super::query::paging::page_size;
use super::reply::{Answer, Reply};
use crate::http::dates::parse_date;
use crate::render::json::{self, Object};

/// Events on a page when nothing is said.
pub const DEFAULT: usize = 100;
/// Most events on a page.
pub const MOST: usize = 1_000;

/// `GET /agent_events`.
pub async fn list(call: Call) -> Answer {
    let from = call
        .text("timestamp_from")
        .ok_or_else(|| missing("timestamp_from"))?;
    let from = date("timestamp_from", from)?;
    let to = match call.text("timestamp_to") {
        Some(text) => date("timestamp_to", text)?,
        None => call.engine.now().plus_ms(1),
    };
    let range = EventRange {
        from,
        to,
        after: page_token::place(&call)?
            .and_then(|place| Some((UnixMillis(place.sort_value?), AgentEventId(place.id)))),
        limit: page_size(&call.pairs, DEFAULT, MOST)?,
    };
    let page = agent_events::list(&call.engine, &call.scope, &range).await?;
    let documents = json::array(|array| {
        for event in &page.events {
            array.object(|object| write(object, event));
        }
    });
    let documents = String::from_utf8(documents)
        .map_err(|error| Error::internal(format!("events as text: {error}")))?;
    let next = page
        .next
        .map(|(at, id)| page_token::next(&call, Some(at.0), id.0));
    Ok(Reply::default()
        .with("documents", json::value(&documents))
        .with("next_url", json::value(&next)))
}

/// A point in time; a day alone is its start, so that calls for one day after another overlap
/// nowhere.
fn date(param: &str, text: &str) -> Result<UnixMillis, Error> {
    parse_date(text).ok_or_else(|| {
        let wanted = "a date as 2014-10-01 or 2014-10-01T12:00:00, or UNIX seconds";
        expected(param, wanted, text)
    })
}

/// Writes an event; all members are always there. `duration` is in seconds.
fn write(object: &mut Object<'_>, event: &AgentEvent) {
    object.text("id", &hex(event.id.0));
    object.text("timestamp", &seconds(event.at));
    object.display("agent", format_args!("{}", event.user_id));
    object.text("type", event.kind.as_str());
    let conversation = event.conversation_id.map(|id| hex(id.0));
    object.set("conversation_id", &conversation);
    let channel = event.profile_id.map(|id| id.to_string());
    object.set("channel_id", &channel);
    let duration = event.duration_ms.map(|ms| ms.div_euclid(1_000));
    object.set("duration", &duration);
}
