//! What a handler gives back.

use axum::body::Body;
use http::StatusCode;

use super::errors::Failure;
use super::views;
use crate::render::Envelope;
use crate::render::json::{self, Array, Object};

/// The outcome of a call.
pub type Answer = Result<Reply, Failure>;

/// A successful outcome.
#[derive(Debug)]
pub enum Reply {
    /// A value for the envelope.
    Value(Envelope),
    /// The same, when a repetition of the call must be told less: what is shown once.
    Once {
        /// What is answered.
        told: Envelope,
        /// What is kept, and answered when the call is repeated under its `Idempotency-Key`.
        kept: Envelope,
    },
    /// Bytes that go on; only the live stream.
    Stream(Body),
}

impl Reply {
    fn value(value: Vec<u8>, is_paged: bool) -> Self {
        Self::Value(Envelope {
            status: StatusCode::OK,
            value,
            is_paged,
            messages: Vec::new(),
            is_partial: false,
        })
    }

    /// One object.
    pub fn object(write: impl FnOnce(&mut Object<'_>)) -> Self {
        Self::value(json::object(write), false)
    }

    /// A plain list.
    pub fn list(write: impl FnOnce(&mut Array<'_>)) -> Self {
        Self::value(json::array(write), false)
    }

    /// A `paged_list` that was written by its view.
    pub fn page(text: Vec<u8>) -> Self {
        Self::value(text, true)
    }

    /// `true`: it was done.
    pub fn done() -> Self {
        Self::value(b"true".to_vec(), false)
    }

    /// The same, but what is kept for repetitions of the call is another value.
    #[must_use]
    pub fn repeated_as(self, other: Self) -> Self {
        match (self, other) {
            (Self::Value(told), Self::Value(kept)) => Self::Once { told, kept },
            (reply, _) => reply,
        }
    }

    /// The same, marked when mentions may be missing.
    #[must_use]
    pub fn partial_if(self, is_partial: bool) -> Self {
        match self.with_messages(is_partial.then(views::partial_message)) {
            Self::Value(envelope) => Self::Value(Envelope {
                is_partial,
                ..envelope
            }),
            reply => reply,
        }
    }

    /// The same with remarks in `meta.messages`.
    #[must_use]
    pub fn with_messages(self, text: Option<Vec<u8>>) -> Self {
        match (self, text) {
            (Self::Value(envelope), Some(messages)) => Self::Value(Envelope {
                messages,
                ..envelope
            }),
            (reply, _) => reply,
        }
    }
}
