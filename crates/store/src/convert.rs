//! Between stored values and the domain's types.

use std::borrow::Cow;

use domain::ids::AccountId;
use domain::scope::Scope;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::db::Tx;
use crate::error::StoreError;

/// The member of a closed list with this stored number.
pub(crate) fn member<T>(
    number: i64,
    from_number: impl Fn(u8) -> Option<T>,
    what: &str,
) -> Result<T, StoreError> {
    u8::try_from(number)
        .ok()
        .and_then(from_number)
        .ok_or_else(|| StoreError::broken(format!("{number} is no {what}")))
}

/// A value as JSON text.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::broken(format!("cannot be written as JSON: {error}")))
}

/// The value of JSON text.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::broken(format!("stored {what} cannot be read: {error}")))
}

/// Refuses to write an object of another tenant.
pub(crate) fn own(scope: &Scope, account_id: AccountId) -> Result<(), StoreError> {
    if scope.account_id() == account_id {
        Ok(())
    } else {
        Err(StoreError::broken(
            "an object of another account was to be written",
        ))
    }
}

/// Runs a removal of one object of the account, whose number is `$2`; tells whether it existed.
pub(crate) async fn delete_one(
    tx: &mut Tx,
    text: &'static str,
    scope: &Scope,
    id: i64,
) -> Result<bool, StoreError> {
    tx.setting(scope.account_id(), text)?
        .bind(scope.account_id().0)
        .bind(id)
        .execute()
        .await
        .map(|rows| rows > 0)
}

/// A number of rows, as a statement takes it.
pub(crate) fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Longest text that is part of a key as it is; PostgreSQL's limit is about 2,700 bytes.
const KEY_BYTES: usize = 512;

/// A text from outside as part of a key: the hash of it when it is long.
pub(crate) fn key(text: &str) -> Cow<'_, str> {
    if text.len() <= KEY_BYTES {
        return Cow::Borrowed(text);
    }
    let mut short = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        for digit in [byte >> 4, byte & 15] {
            short.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    Cow::Owned(short)
}
