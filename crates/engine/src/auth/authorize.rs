//! The authorisation endpoint: an application asks, the user consents, a code goes back.
//!
//! Rules of RFC 6749 (4.1) with what RFC 9700 and RFC 9207 added: the redirect address must be
//! exactly the registered one, PKCE with S256 only, `iss` in the redirect. As in the original, the
//! redirect address may be left out of the request, because every recorded client leaves it out.

use domain::ids::{ApplicationId, TokenId};
use domain::limits;
use store::applications::Application;
use store::codes::Code;
use store::counters::Kind;
use url::Url;

use super::pkce;
use super::scopes::ScopeSet;
use super::secret::Secret;
use super::sessions::BrowserSession;
use crate::{Engine, Error};

/// The parameters of a request, as given. None of them may be given twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizeRequest {
    /// `client_id`
    pub client_id: Option<String>,
    /// `response_type`
    pub response_type: Option<String>,
    /// `redirect_uri`
    pub redirect_uri: Option<String>,
    /// `scope`
    pub scope: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `code_challenge`
    pub code_challenge: Option<String>,
    /// `code_challenge_method`
    pub code_challenge_method: Option<String>,
    /// Name of a parameter that was given twice.
    pub repeated: Option<&'static str>,
}

/// A request in order, which waits for the user's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    application_id: ApplicationId,
    /// Name of the application that asks.
    pub application_name: String,
    /// What it asks for.
    pub scopes: ScopeSet,
    /// Where the answer goes.
    redirect: Url,
    /// The redirect address as it was in the request.
    redirect_uri: Option<String>,
    state: Option<String>,
    challenge: Option<String>,
}

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// The application or its redirect address is not known for certain, so the user is told and
    /// nothing is sent anywhere: a wrong redirect would hand the answer to a stranger.
    #[error("{0}")]
    Shown(&'static str),
    /// The application is told, by sending the browser to this address.
    #[error("the application is told")]
    Redirected(Url),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// Checks a request.
pub async fn check(
    engine: &Engine,
    request: AuthorizeRequest,
) -> Result<Authorization, AuthorizeError> {
    use AuthorizeError::Shown;
    if matches!(request.repeated, Some("client_id" | "redirect_uri")) {
        return Err(Shown("The link names the application more than once."));
    }
    let client_id = request
        .client_id
        .as_deref()
        .ok_or(Shown("The link does not say which application asks."))?;
    let application = store::applications::find_by_client_id(engine.db(), client_id)
        .await
        .map_err(Error::from)?
        .ok_or(Shown("There is no such application here."))?;
    let redirect = redirect_of(&application, request.redirect_uri.as_deref())?;
    let answer = Answer {
        redirect: &redirect,
        state: request.state.as_deref(),
        issuer: &engine.config().public_url,
    };
    let refuse = |error, description: &str| {
        AuthorizeError::Redirected(
            answer.url(&[("error", error), ("error_description", description)]),
        )
    };

    if let Some(name) = request.repeated {
        let description = format!("{name} is given more than once");
        return Err(refuse("invalid_request", &description));
    }
    match request.response_type.as_deref() {
        Some("code") => {}
        Some(_) => {
            return Err(refuse(
                "unsupported_response_type",
                "the only response_type is code",
            ));
        }
        None => return Err(refuse("invalid_request", "response_type is missing")),
    }
    let scopes = ScopeSet::parse(request.scope.as_deref().unwrap_or_default())
        .map_err(|unknown| refuse("invalid_scope", &unknown.to_string()))?;
    let challenge = challenge_of(&application, &request)
        .map_err(|description| refuse("invalid_request", description))?;
    Ok(Authorization {
        application_id: application.id,
        application_name: application.name,
        scopes,
        redirect,
        redirect_uri: request.redirect_uri,
        state: request.state,
        challenge,
    })
}

fn redirect_of(application: &Application, asked: Option<&str>) -> Result<Url, AuthorizeError> {
    use AuthorizeError::Shown;
    let registered = application.redirect_uri.as_deref().ok_or(Shown(
        "This application cannot be given access through a browser.",
    ))?;
    // Compared as text, character by character: any cleverer comparison has been exploited.
    if asked.is_some_and(|asked| asked != registered) {
        return Err(Shown(
            "The link wants the answer to go to an address that is not registered for this application.",
        ));
    }
    Url::parse(registered).map_err(|_| Shown("The application's registered address is damaged."))
}

fn challenge_of(
    application: &Application,
    request: &AuthorizeRequest,
) -> Result<Option<String>, &'static str> {
    let method = request.code_challenge_method.as_deref();
    match (request.code_challenge.as_deref(), method) {
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => {
            Ok(Some(challenge.to_owned()))
        }
        (Some(_), Some("S256")) => Err("code_challenge is not the base64url of a SHA-256"),
        (Some(_), _) => Err("code_challenge_method must be S256"),
        (None, Some(_)) => Err("code_challenge is missing"),
        (None, None) if application.needs_pkce || application.secret_hash.is_none() => {
            Err("this application must use PKCE: code_challenge is missing")
        }
        (None, None) => Ok(None),
    }
}

/// Writes the addresses that answers go to.
struct Answer<'a> {
    redirect: &'a Url,
    state: Option<&'a str>,
    issuer: &'a str,
}

impl Answer<'_> {
    fn url(&self, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.redirect.clone();
        let mut query = url.query_pairs_mut();
        query.extend_pairs(parameters);
        if let Some(state) = self.state {
            query.append_pair("state", state);
        }
        // RFC 9207: tells a client that talks to several servers which one answers.
        query.append_pair("iss", self.issuer);
        drop(query);
        url
    }
}

impl Authorization {
    fn answer<'a>(&'a self, engine: &'a Engine) -> Answer<'a> {
        Answer {
            redirect: &self.redirect,
            state: self.state.as_deref(),
            issuer: &engine.config().public_url,
        }
    }

    /// Host that the answer goes to, to be shown; the scheme when there is no host.
    pub fn destination(&self) -> &str {
        self.redirect.host_str().unwrap_or(self.redirect.scheme())
    }

    /// Origin that the answer goes to, for a form's content policy; `None` for a native application.
    pub fn destination_origin(&self) -> Option<String> {
        let origin = self.redirect.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// Scheme of the redirect address, for a form's content policy.
    pub fn destination_scheme(&self) -> &str {
        self.redirect.scheme()
    }
}

/// The user consents: where to send the browser, with a code. The oldest code of a user who has as
/// many as may wait ends.
///
/// # Errors
/// `Unauthenticated` when the session ended meanwhile.
pub async fn approve(
    engine: &Engine,
    authorization: &Authorization,
    session: &BrowserSession,
) -> Result<Url, Error> {
    let code = Secret::long(engine.random());
    let now = engine.now();
    let (user_id, epoch) = (session.user.id, session.epoch);
    let mut row = Code {
        code_hash: code.fingerprint(),
        application_id: authorization.application_id,
        user_id,
        epoch,
        grant_id: TokenId(0),
        scopes: authorization.scopes.to_string(),
        redirect_uri: authorization.redirect_uri.clone(),
        challenge: authorization.challenge.clone(),
        expires_at: now.plus_ms(engine.config().auth.code_ms),
        used_at: None,
    };
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let present = store::users::lock(tx, user_id).await?;
                if !present.is_some_and(|it| it.epoch == epoch && !it.user.is_disabled) {
                    return Err(Error::Unauthenticated("The session has ended."));
                }
                row.grant_id = TokenId(store::counters::next(tx, Kind::Token).await?);
                let others = limits::CODES.saturating_sub(1);
                store::codes::keep_newest(tx, user_id, others).await?;
                Ok(store::codes::create(tx, &row).await?)
            })
        })
        .await?;
    Ok(authorization.answer(engine).url(&[("code", code.expose())]))
}

/// The user refuses: where to send the browser.
pub fn refuse(engine: &Engine, authorization: &Authorization) -> Url {
    authorization
        .answer(engine)
        .url(&[("error", "access_denied")])
}
