//! `events`: the live stream.

use domain::ids::ChangeNumber;

use super::call::Call;
use super::params::expected;
use super::reply::{Answer, Reply};
use crate::live;

/// `GET events`.
pub async fn stream(call: Call) -> Answer {
    const NAME: &str = "last_event_id";
    let given = call
        .last_event_id
        .clone()
        .or_else(|| call.params.text(NAME));
    let after = match given {
        None => None,
        Some(text) => match text.trim().parse() {
            Ok(number @ 0..) => Some(ChangeNumber(number)),
            _ => return Err(expected(NAME, "the number of an event", &text).into()),
        },
    };
    let body = live::open(
        &call.engine,
        &call.identity,
        call.scope()?,
        after,
        call.shutdown.clone(),
    )
    .await?;
    Ok(Reply::Stream(body))
}
