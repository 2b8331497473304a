//! What a handler gives back.

use axum::response::Response;
use engine::answers::{self, Caller};
use engine::{Engine, Error};
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

    /// The response; `caller` as in [`render::apart`].
    pub(super) async fn respond(
        self,
        engine: &Engine,
        caller: Option<Caller>,
    ) -> Result<Response, Error> {
        let bytes = self.members.iter().map(|(_, value)| value.len()).sum();
        answers::check(bytes)?;
        let make = move || {
            let text = json::object(|object| {
                for (name, value) in &self.members {
                    object.json(name, value);
                }
            });
            render::document(StatusCode::OK, text, &Presentation::default())
        };
        let response = render::apart(engine, caller, bytes, make).await?;
        Ok(response.map(axum::body::Body::from))
    }
}
