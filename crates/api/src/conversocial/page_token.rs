//! Pages by `page_token`: links name the place where the page before ended.

use engine::Error;

use super::call::Call;
use super::errors::expected;
use crate::http::token::{self, Place, Purpose};

/// The place that `page_token` stands for.
///
/// # Errors
/// It was changed, or is of another list.
pub(super) fn place(call: &Call) -> Result<Option<Place>, Error> {
    let Some(text) = call.text("page_token") else {
        return Ok(None);
    };
    let secret = &call.engine.config().secret;
    let place = token::read(secret, purpose(call), text).ok_or_else(|| {
        let wanted = "the page_token of an address that this list gave";
        expected("page_token", wanted, text)
    })?;
    Ok(Some(place))
}

/// The address of the page behind a place: the same arguments with another token.
pub(super) fn next(call: &Call, sort_value: Option<i64>, id: i64) -> String {
    let place = Place {
        sort_value,
        id,
        is_backward: false,
    };
    let token = token::write(&call.engine.config().secret, purpose(call), place);
    let others = call.pairs.iter().filter(|(name, _)| *name != "page_token");
    let arguments = others.chain([("page_token", token.as_str())]);
    call.links.query(&call.path, arguments)
}

/// Lists have one order each, so the path tells them apart.
fn purpose(call: &Call) -> Purpose<'_> {
    Purpose {
        account_id: call.account_id().0,
        list: &call.path,
        sort: "page_token",
    }
}
