//! Everything HTTP: the dialects, OAuth pages, the live stream.
//!
//! # Organization
//! [`router`] puts it together. [`front`] tells the dialects apart, [`social_connect`] and
//! [`conversocial`] are the dialects, [`mod@http`] what both need of HTTP, [`render`] writes
//! answers, [`live`] the stream of changes, [`layers`] lie around every request, [`openapi`]
//! describes the dialects from their route tables, [`oauth`] is sign-in and consent.
//!
//! # Invariants
//! - JSON names of the public API exist only here; rules do not exist here.
//! - A call that is not in the route table does not exist, and each names what it needs.
//! - Views are written and never read back.

pub mod conversocial;
pub mod front;
pub mod http;
pub mod layers;
pub mod live;
pub mod oauth;
pub mod openapi;
pub mod render;
mod sent;
pub mod social_connect;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use engine::Engine;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use self::front::Front;
use self::layers::Around;

/// What the API needs to be told.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Largest body that is taken, in bytes.
    pub max_body_bytes: usize,
    /// The older versions of the Conversocial dialect tell a lacking permission as they did in
    /// 2015: with status 200 and `success: false`.
    pub old_permission_errors: bool,
    /// Ends streams that would otherwise stay open.
    pub shutdown: CancellationToken,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            max_body_bytes: 16 * 1024 * 1024,
            old_permission_errors: false,
            shutdown: CancellationToken::new(),
        }
    }
}

/// Everything that the server answers but health and metrics.
pub fn router(engine: Engine, config: ApiConfig) -> Router {
    let around = Arc::new(Around::new(&engine));
    let documents = conversocial::docs::router(&engine.config().public_url);
    let front = Arc::new(Front {
        social_connect: Arc::new(social_connect::Dialect::new(engine.clone(), config.clone())),
        conversocial: Arc::new(conversocial::Dialect::new(engine.clone(), config)),
    });
    Router::new()
        .fallback(front::dispatch)
        .with_state(front)
        .merge(conversocial::downloads::router(engine.clone()))
        .merge(oauth::router(engine))
        .merge(documents)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(around, layers::around))
}
