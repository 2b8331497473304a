//! Which dialect a request speaks: told by the first part of its path.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use crate::social_connect::{self, Dialect};

/// The dialects.
#[derive(Debug)]
pub struct Front {
    /// Everything that is not another dialect's.
    pub social_connect: Arc<Dialect>,
}

/// Hands a request to the dialect of its path.
pub async fn dispatch(State(front): State<Arc<Front>>, request: Request) -> Response {
    social_connect::dispatch(State(Arc::clone(&front.social_connect)), request).await
}
