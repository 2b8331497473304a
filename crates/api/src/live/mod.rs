//! The live stream: an account's change log as server-sent events.
//!
//! Each event has the change's number as its identifier, so a client that comes back with
//! `Last-Event-ID` goes on without a gap or a repeat. What the listener may not see is passed over
//! in silence, but its number is told, so that the place to go on from keeps up.
//!
//! When the log does not follow on what was told, as after a failover that lost its end, the stream
//! ends with an event `log.lost`, which has the number to go on from after the lists were read anew.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use domain::change::Change;
use domain::ids::ChangeNumber;
use domain::scope::Scope;
use engine::auth::Identity;
use engine::live::{Listener, News, Standing};
use engine::{Engine, Error};
use futures::stream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};
use tokio_util::sync::CancellationToken;

use crate::render::json::object;

/// How often the token is looked at: a stream ends within a second after its token.
const TOKEN_CHECK: Duration = Duration::from_millis(400);
/// How often a comment is sent when nothing happens, so that nobody in between gives up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The event that ends a stream whose client has to read the lists anew.
const LOST: &str = "log.lost";
/// How long clients wait before they come back.
const RETRY_MS: u32 = 1_000;

/// One open stream.
struct Open {
    engine: Engine,
    standing: Arc<Standing>,
    scope: Scope,
    listener: Listener,
    checks: Interval,
    heartbeats: Interval,
    shutdown: CancellationToken,
    /// What is to be sent before anything that happens.
    first: Option<Bytes>,
    /// What was told may have changed what the person may see: nothing more is told before a look.
    ends_scope: bool,
    /// The last event was sent.
    is_over: bool,
}

/// Opens a stream after a number, or at the present end of the log.
///
/// # Errors
/// Those of [`engine::live::listen`].
pub async fn open(
    engine: &Engine,
    identity: &Identity,
    scope: &Scope,
    after: Option<ChangeNumber>,
    shutdown: CancellationToken,
) -> Result<Body, Error> {
    let listener = engine::live::listen(engine, scope, after).await?;
    let first = format!("retry: {RETRY_MS}\nid: {}\n\n", listener.seen());
    let mut checks = interval(TOKEN_CHECK);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heartbeats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let open = Open {
        engine: engine.clone(),
        standing: Standing::of(engine, identity, scope.account_id()),
        scope: scope.clone(),
        listener,
        checks,
        heartbeats,
        shutdown,
        first: Some(Bytes::from(first)),
        ends_scope: false,
        is_over: false,
    };
    Ok(Body::from_stream(stream::unfold(open, |mut open| async {
        let bytes = open.next().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), open))
    })))
}

impl Open {
    /// The next bytes; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        if self.is_over {
            return None;
        }
        if std::mem::take(&mut self.ends_scope) && !self.may_go_on(Duration::ZERO).await {
            return None;
        }
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return None,
                _ = self.checks.tick() => {
                    if !self.may_go_on(TOKEN_CHECK).await {
                        return None;
                    }
                }
                news = self.listener.next(&self.engine, &self.scope) => {
                    self.heartbeats.reset();
                    return match news {
                        Ok(news) => {
                            self.ends_scope = news.ends_scope;
                            Some(write(&news))
                        }
                        Err(Error::Conflict(reason)) => {
                            self.is_over = true;
                            Some(lost(self.listener.shown(), &reason))
                        }
                        Err(error) => {
                            tracing::warn!(error = ?error, "a live stream ended");
                            None
                        }
                    };
                }
                _ = self.heartbeats.tick() => return Some(Bytes::from_static(b":\n\n")),
            }
        }
    }

    /// Whether the token is still good and the person still a member. Takes over what the person
    /// may see by now, or saw a moment of `age` ago.
    async fn may_go_on(&mut self, age: Duration) -> bool {
        match self.standing.scope(&self.engine, age).await {
            Some(scope) => {
                self.scope = scope;
                true
            }
            None => false,
        }
    }
}

/// The last event of a stream that cannot go on. With the number of what lists show by now a client
/// that comes back by itself misses nothing that happens from here on.
fn lost(shown: ChangeNumber, reason: &str) -> Bytes {
    let data = object(|o| {
        o.number("number", shown.0);
        o.set("type", LOST);
        o.text("reason", reason);
    });
    let mut out = format!("id: {shown}\nevent: {LOST}\ndata: ").into_bytes();
    out.extend_from_slice(&data);
    out.extend_from_slice(b"\n\n");
    Bytes::from(out)
}

fn write(news: &News) -> Bytes {
    let mut out = Vec::with_capacity(news.changes.len() * 192 + 32);
    for change in &news.changes {
        out.extend_from_slice(
            format!("id: {}\nevent: {}\ndata: ", change.number, change.kind).as_bytes(),
        );
        // JSON text has no line breaks, so it is one `data` line.
        out.extend_from_slice(&data(change));
        out.extend_from_slice(b"\n\n");
    }
    if news.changes.last().map(|change| change.number) != Some(news.through) {
        out.extend_from_slice(format!("id: {}\n\n", news.through).as_bytes());
    }
    Bytes::from(out)
}

fn data(change: &Change) -> Vec<u8> {
    object(|o| {
        o.number("number", change.number.0);
        o.set("type", &change.kind);
        // Mentions have 17-digit numbers, which scripts cannot hold, and are text everywhere.
        o.display("id", format_args!("{}", change.object_id));
        o.set("topic_id", &change.topic_id);
        o.set("user_id", &change.user_id);
        o.object("date", |o| o.number("added", change.at.seconds()));
        o.set("detail", &change.detail);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::change::ChangeKind;
    use domain::ids::{AccountId, ChangeNumber, TopicId, UserId};
    use domain::time::UnixMillis;

    fn change(number: i64) -> Change {
        Change {
            account_id: AccountId(1),
            number: ChangeNumber(number),
            kind: ChangeKind::MentionUpdated,
            object_id: 43_769_000_000_000_001,
            topic_id: Some(TopicId(3)),
            user_id: Some(UserId(9)),
            at: UnixMillis(1_795_291_200_500),
            detail: serde_json::json!({"changed": ["status"]}),
        }
    }

    #[test]
    fn events_carry_their_number_and_one_line_of_json() {
        let news = News {
            changes: vec![Arc::new(change(7))],
            through: ChangeNumber(7),
            ends_scope: false,
        };
        assert_eq!(
            std::str::from_utf8(&write(&news)).unwrap(),
            concat!(
                "id: 7\nevent: mention.updated\ndata: {\"number\":7,\"type\":\"mention.updated\",",
                "\"id\":\"43769000000000001\",\"topic_id\":3,\"user_id\":9,",
                "\"date\":{\"added\":1795291200},\"detail\":{\"changed\":[\"status\"]}}\n\n"
            )
        );
    }

    #[test]
    fn what_was_lost_is_told_with_the_number_to_go_on_from() {
        assert_eq!(
            std::str::from_utf8(&lost(ChangeNumber(6), "Read the lists anew.")).unwrap(),
            concat!(
                "id: 6\nevent: log.lost\ndata: {\"number\":6,\"type\":\"log.lost\",",
                "\"reason\":\"Read the lists anew.\"}\n\n"
            )
        );
    }

    #[test]
    fn what_may_not_be_seen_still_moves_the_place_to_go_on_from() {
        let news = News {
            changes: Vec::new(),
            through: ChangeNumber(12),
            ends_scope: false,
        };
        assert_eq!(&write(&news)[..], b"id: 12\n\n");
    }
}
