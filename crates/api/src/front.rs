//! Which dialect a request speaks: told by the first part of its path.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use crate::{conversocial, social_connect};

/// The dialects.
#[derive(Debug)]
pub struct Front {
    /// Everything that is not another dialect's.
    pub social_connect: Arc<social_connect::Dialect>,
    /// Paths that begin with a version.
    pub conversocial: Arc<conversocial::Dialect>,
}

/// Hands a request to the dialect of its path.
pub async fn dispatch(State(front): State<Arc<Front>>, request: Request) -> Response {
    if conversocial::dispatch::speaks(request.uri().path()) {
        conversocial::dispatch(State(Arc::clone(&front.conversocial)), request).await
    } else {
        social_connect::dispatch(State(Arc::clone(&front.social_connect)), request).await
    }
}
