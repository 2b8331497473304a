//! Reading a body of limited size.

use std::pin::pin;

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::BodyExt as _;

/// What Windows programs write before a text in UTF-8; it says nothing.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// Room that is made at once for a body that states its length; what is stated may never come.
const BELIEVED: usize = 64 * 1024;

/// Why a body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than the limit, in bytes.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The connection broke before it was complete.
    Broken,
}

/// Reads a body to its end, without a byte order mark; `None` when there is none.
///
/// It becomes one piece as it comes: each of its pieces, be it of one byte, would keep the buffer it
/// was received in.
///
/// # Errors
/// It is larger than `limit` bytes, or ends too early.
pub async fn read(body: Body, limit: usize) -> Result<Option<Bytes>, BodyError> {
    if body.is_end_stream() {
        return Ok(None);
    }
    let stated = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut whole = Vec::with_capacity(stated.min(limit).min(BELIEVED));
    let mut body = pin!(body);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if piece.len() > limit.saturating_sub(whole.len()) {
            return Err(BodyError::TooLarge { limit });
        }
        whole.extend_from_slice(&piece);
    }
    let whole = Bytes::from(whole);
    let start = if whole.starts_with(MARK) {
        MARK.len()
    } else {
        0
    };
    Ok(Some(whole.slice(start..)))
}

/// Text without a byte order mark.
pub fn without_mark(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    text.strip_prefix(MARK).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn pieces(pieces: &'static [&'static [u8]]) -> Body {
        let pieces = pieces
            .iter()
            .map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece)));
        Body::from_stream(futures::stream::iter(pieces))
    }

    #[tokio::test]
    async fn pieces_become_one_and_a_mark_at_the_start_is_dropped() {
        let whole = read(pieces(&[b"\xef", b"\xbb\xbfa", b"", b"b\xef\xbb\xbf"]), 9).await;
        assert_eq!(whole, Ok(Some(Bytes::from_static(b"ab\xef\xbb\xbf"))));
        assert_eq!(read(Body::empty(), 9).await, Ok(None));
        assert_eq!(
            read(pieces(&[b"abc", b"d"]), 3).await,
            Err(BodyError::TooLarge { limit: 3 })
        );
        assert!(read(pieces(&[b"abc", b""]), 3).await.is_ok());
    }

    #[test]
    fn one_mark_is_dropped_and_white_space_before_it() {
        assert_eq!(without_mark(b" \xef\xbb\xbf{}"), b"{}");
        assert_eq!(without_mark(b"{}"), b"{}");
        assert_eq!(without_mark(b"\xef\xbb"), b"\xef\xbb");
    }
}
