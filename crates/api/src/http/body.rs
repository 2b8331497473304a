//! Reading a body of limited size.

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than the limit, in bytes.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It ended before it was complete.
    Broken,
}

/// The whole body; `None` when there is none.
///
/// # Errors
/// Bodies above `limit` bytes, and those that end too early.
pub async fn read(body: Body, limit: usize) -> Result<Option<Bytes>, BodyError> {
    if body.is_end_stream() {
        return Ok(None);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(Some(collected.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge { limit }),
        Err(_) => Err(BodyError::Broken),
    }
}
