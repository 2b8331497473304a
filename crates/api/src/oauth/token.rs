//! `/oauth/access_token/` and `/oauth/revoke/`: what applications call.
//!
//! Every recorded client calls the token endpoint with `GET` and the parameters in the query; the
//! RFC asks for `POST`, a form and HTTP Basic. All are taken, in any mixture but that of two
//! proofs at once.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::auth::grants::{self, ClientProof, GrantError, GrantErrorCode, Issued, Offer, refused};
use engine::{Engine, Error};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use super::parameters::{BodyError, Parameters};
use crate::http::refusals::is_refusal;
use crate::layers::known;

/// Parameters of which none may be given twice.
const NAMES: &[&str] = &[
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "client_id",
    "client_secret",
    "token",
];

/// Exchanges a code or a refresh token for an access token.
pub(super) async fn exchange(State(engine): State<Engine>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        let body = error_body("invalid_request", "the token endpoint takes GET and POST");
        let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, &body);
        let allow = HeaderValue::from_static("GET, POST");
        response.headers_mut().insert(header::ALLOW, allow);
        return response;
    }
    let uses_basic = request.headers().contains_key(header::AUTHORIZATION);
    match try_exchange(&engine, request).await {
        Ok(issued) => known(answer(StatusCode::OK, &token_body(&issued))),
        Err(error) => refusal(&error, uses_basic),
    }
}

async fn try_exchange(engine: &Engine, request: Request) -> Result<Issued, GrantError> {
    use GrantErrorCode::{InvalidRequest, UnsupportedGrantType};
    let (parameters, proof) = read(request).await?;
    let need = |name: &str| {
        parameters
            .owned(name)
            .ok_or_else(|| refused(InvalidRequest, format!("{name} is missing")))
    };
    let offer = match parameters.get("grant_type") {
        Some("authorization_code") => Offer::Code {
            code: need("code")?,
            redirect_uri: parameters.owned("redirect_uri"),
            verifier: parameters.owned("code_verifier"),
        },
        Some("refresh_token") => Offer::Refresh {
            token: need("refresh_token")?,
            scope: parameters.owned("scope"),
        },
        Some(_) => {
            return Err(refused(
                UnsupportedGrantType,
                "grant_type is authorization_code or refresh_token",
            ));
        }
        None => return Err(refused(InvalidRequest, "grant_type is missing")),
    };
    grants::exchange(engine, &proof, offer).await
}

/// Revokes a token.
pub(super) async fn revoke(State(engine): State<Engine>, request: Request) -> Response {
    let uses_basic = request.headers().contains_key(header::AUTHORIZATION);
    match try_revoke(&engine, request).await {
        Ok(()) => known(answer(StatusCode::OK, &json!({}))),
        Err(error) => refusal(&error, uses_basic),
    }
}

async fn try_revoke(engine: &Engine, request: Request) -> Result<(), GrantError> {
    let (parameters, proof) = read(request).await?;
    let token = parameters
        .get("token")
        .ok_or_else(|| refused(GrantErrorCode::InvalidRequest, "token is missing"))?;
    grants::revoke(engine, &proof, token).await
}

async fn read(request: Request) -> Result<(Parameters, ClientProof), GrantError> {
    use GrantErrorCode::InvalidRequest;
    let (parts, body) = request.into_parts();
    let parameters = Parameters::of_query(parts.uri.query())
        .with_form(&parts.headers, body)
        .await
        .map_err(|error| {
            let description = match error {
                BodyError::NotAForm => "the body must be application/x-www-form-urlencoded",
                BodyError::Unreadable => "the body could not be read",
            };
            refused(InvalidRequest, description)
        })?;
    if let Some(name) = parameters.repeated(NAMES) {
        let description = format!("{name} is given more than once");
        return Err(refused(InvalidRequest, description));
    }
    let in_parameters = ClientProof {
        client_id: parameters.owned("client_id"),
        client_secret: parameters.owned("client_secret"),
    };
    let proof = match basic(&parts.headers)? {
        None => in_parameters,
        Some(_) if in_parameters.client_secret.is_some() => {
            return Err(refused(
                InvalidRequest,
                "the application proves itself in the header or in the parameters, not in both",
            ));
        }
        Some(basic)
            if in_parameters.client_id.is_some() && in_parameters.client_id != basic.client_id =>
        {
            return Err(refused(
                InvalidRequest,
                "the header and client_id name different applications",
            ));
        }
        Some(basic) => basic,
    };
    Ok((parameters, proof))
}

/// The `Authorization` header: name and secret are form-encoded before they are joined
/// (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<ClientProof>, GrantError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let decoded = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let Some((client_id, secret)) = pair else {
        return Err(refused(
            GrantErrorCode::InvalidClient,
            "the Authorization header is not HTTP Basic",
        ));
    };
    let plain = |text: &str| {
        let encoded = format!("v={text}");
        form_urlencoded::parse(encoded.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .filter(|value| !value.is_empty())
    };
    Ok(Some(ClientProof {
        client_id: plain(client_id),
        client_secret: plain(secret),
    }))
}

fn token_body(issued: &Issued) -> Value {
    let mut body = json!({
        "access_token": issued.access_token.expose(),
        "token_type": "bearer",
        "expires_in": issued.expires_in_s,
        "scope": issued.scopes.to_string(),
    });
    if let (Some(refresh), Some(members)) = (&issued.refresh_token, body.as_object_mut()) {
        members.insert("refresh_token".to_owned(), json!(refresh.expose()));
    }
    body
}

pub(super) fn error_body(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}

fn refusal(error: &GrantError, uses_basic: bool) -> Response {
    match error {
        GrantError::Refused { code, description } => {
            let body = error_body(code.as_str(), description);
            if *code == GrantErrorCode::InvalidClient && uses_basic {
                let mut response = answer(StatusCode::UNAUTHORIZED, &body);
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Basic realm=\"switchboard\""),
                );
                return response;
            }
            answer(StatusCode::BAD_REQUEST, &body)
        }
        GrantError::Other(error @ Error::Unavailable(cause)) => {
            if !is_refusal(error, "") {
                tracing::warn!(%cause, "a token could not be issued");
            }
            let body = error_body("temporarily_unavailable", "try again in a moment");
            let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, &body);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        GrantError::Other(error) => {
            tracing::error!(?error, "a token could not be issued");
            let body = error_body("server_error", "an internal error occurred");
            answer(StatusCode::INTERNAL_SERVER_ERROR, &body)
        }
    }
}

/// An answer that nobody keeps (RFC 6749, 5.1).
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body.to_string()).into_response()
}
