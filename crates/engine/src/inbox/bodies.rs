//! Reading whole mentions for an answer, as many as it may show.

use domain::ids::MentionId;
use domain::mention::Mention;
use domain::scope::Scope;

use super::room;
use crate::{Engine, Error, answers};

/// Mentions that are read at once.
const AT_ONCE: usize = 10;

/// Where those that were read last have so many bytes, fewer are read at once, and others that are
/// served by this thread go first.
const LARGE: usize = 1 << 20;

/// Mentions in this order, as long as they are written in so many bytes together, but at least one;
/// and how many of the numbers were gone through. Their bytes are taken from the room of answers;
/// `field` is what asks for so many.
///
/// # Errors
/// `Unavailable` when all answers together take too much at the moment.
pub(crate) async fn read(
    engine: &Engine,
    scope: &Scope,
    ids: &[MentionId],
    most_bytes: usize,
    field: &str,
) -> Result<(Vec<Mention>, usize), Error> {
    let (mut mentions, mut bytes, mut gone) = (Vec::new(), 0_usize, 0_usize);
    let mut at_once = AT_ONCE;
    while let Some(piece) = ids.get(gone..).filter(|rest| !rest.is_empty()) {
        let piece = piece.get(..at_once).unwrap_or(piece);
        let before = bytes;
        for mention in store::mentions::find_many(engine.db(), scope, piece).await? {
            let more = bytes.saturating_add(room::weight(&mention));
            if more > most_bytes && !mentions.is_empty() {
                let fit = piece.iter().position(|id| *id == mention.id);
                answers::hold(engine, field, bytes.saturating_sub(before))?;
                return Ok((mentions, gone.saturating_add(fit.unwrap_or_default())));
            }
            bytes = more;
            mentions.push(mention);
        }
        gone = gone.saturating_add(piece.len());
        let read = bytes.saturating_sub(before);
        answers::hold(engine, field, read)?;
        at_once = if read > LARGE { 2 } else { AT_ONCE };
        if read > LARGE {
            tokio::task::yield_now().await;
        }
    }
    Ok((mentions, gone))
}
