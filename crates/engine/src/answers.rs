//! Bytes of answers in the making: counted over all requests, until each answer is on its way.

use std::sync::{Arc, Mutex, PoisonError};

use domain::mention::Mention;
use work::Held;

use crate::{Engine, Error};

tokio::task_local! {
    static MAKING: Making;
}

/// Bytes of JSON that a mention has at least.
const A_MENTION: usize = 4_096;

/// What an answer that is being made holds. Given back when the last clone is dropped.
#[derive(Debug, Clone, Default)]
pub struct Making(Arc<Mutex<Vec<Held>>>);

impl Making {
    /// Answers a call; what it takes room for is held by this.
    pub async fn during<T>(&self, call: impl Future<Output = T>) -> T {
        MAKING.scope(self.clone(), call).await
    }

    /// The finished answer has so many bytes. It is made, so it is counted whatever others hold:
    /// those that come next wait for it to go.
    pub fn finished(&self, engine: &Engine, bytes: usize) {
        let answer = engine.pool().room().count(bytes);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.clear();
        all.push(answer);
    }
}

/// Takes room for a part of the answer.
///
/// # Errors
/// `Invalid` at `field` when it is more than one answer may have, `Unavailable` when all others
/// take too much at the moment.
pub(crate) fn hold(engine: &Engine, field: &str, bytes: usize) -> Result<(), Error> {
    let held = engine
        .pool()
        .room()
        .take(bytes)
        .map_err(|stopped| Error::stopped(field, stopped))?;
    // Without an answer in the making somebody inside asks, who has no need of room afterwards.
    let _ = MAKING.try_with(|making| {
        let mut all = making.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(held);
    });
    Ok(())
}

/// About as many bytes as these mentions take in an answer.
pub(crate) fn size_of(mentions: &[Mention]) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    mentions
        .iter()
        .map(|mention| {
            let body = &mention.body;
            let said = text(&body.title) + body.content.len() * 3 + text(&body.stripped_content);
            let details = body.extra_attributes.len() + body.buttons.len() + body.attachments.len();
            let state = &mention.state;
            let done = state
                .actions
                .iter()
                .map(|action| 256 + text(&action.detail.text));
            let todos = state.todos.iter().map(|todo| 256 + todo.text.len());
            A_MENTION + said + details * 256 + done.sum::<usize>() + todos.sum::<usize>()
        })
        .sum()
}
