//! What a handler gives back.

use axum::response::Response;
use http::StatusCode;

use super::errors::Failure;
use crate::render::json::{self, Array, Object};
use crate::render::{self, Presentation};

/// The outcome of a call.
pub type Answer = Result<Reply, Failure>;

/// A successful outcome: members of one JSON object, in their order.
#[derive(Debug, Default)]
pub struct Reply {
    members: Vec<(&'static str, Vec<u8>)>,
}

impl Reply {
    /// A list under its plural name.
    pub fn list(plural: &'static str, write: impl FnOnce(&mut Array<'_>)) -> Self {
        Self::default().with(plural, json::array(write))
    }

    /// One thing under its singular name.
    pub fn one(singular: &'static str, write: impl FnOnce(&mut Object<'_>)) -> Self {
        Self::default().with(singular, json::object(write))
    }

    /// A further member, whose JSON text is given: side-loaded things, or anything that is neither
    /// a list nor a thing.
    #[must_use]
    pub fn with(mut self, name: &'static str, json: Vec<u8>) -> Self {
        self.members.push((name, json));
        self
    }

    /// `paging` with both keys, null where there is no such page.
    #[must_use]
    pub fn paged(self, next: Option<&str>, prev: Option<&str>) -> Self {
        self.with(
            "paging",
            json::object(|object| {
                object.set("next_page", &next);
                object.set("prev_page", &prev);
            }),
        )
    }

    /// `paging` that goes forward only.
    #[must_use]
    pub fn paged_forward(self, next: Option<&str>) -> Self {
        self.with(
            "paging",
            json::object(|object| object.set("next_page", &next)),
        )
    }

    pub(super) fn respond(self) -> Response {
        let text = json::object(|object| {
            for (name, value) in &self.members {
                object.json(name, value);
            }
        });
        render::document(StatusCode::OK, text, &Presentation::default()).map(axum::body::Body::from)
    }
}
