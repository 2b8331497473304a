//! `/.well-known/oauth-authorization-server`: what this server can do (RFC 8414).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use engine::Engine;
use engine::auth::ApiScope;
use http::header;
use serde_json::json;

/// The description.
pub(super) async fn show(State(engine): State<Engine>) -> Response {
    let issuer = &engine.config().public_url;
    let scopes: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let description = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize/"),
        "token_endpoint": format!("{issuer}/oauth/access_token/"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke/"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, description.to_string()).into_response()
}
