//! `/account`: what people look after themselves, once they are signed in: their password, the
//! browsers they are signed in with, who acts for them, and who invites them.
//!
//! Each address shows the sign-in form to who is not signed in. A form posts to the address it was
//! shown at; what was done is told by a word in the address that the browser is sent to.

mod invitation;
mod link;
mod views;

use std::net::IpAddr;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use domain::ids::{AccountId, ApplicationId, TokenId};
use engine::auth::own::{self, ChangeError};
use engine::auth::sessions::{self, BrowserSession};
use engine::{Engine, Error, settings};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::authorize::{add_cookie, current, failed, foreign_form, see_other};
use super::cookies::Cookie;
use super::parameters::Parameters;
use super::signing::{self, Posted, Refusal};
use super::{ClientAddress, forgery, pages};
use crate::layers::known;

/// The routes.
pub(super) fn router() -> Router<Engine> {
    let page = get(show).post(answer);
    let new_password = get(link::show).post(link::answer);
    Router::new()
        .route("/account", page.clone())
        .route("/account/", page.clone())
        .route("/account/password", page.clone())
        .route("/account/password/", page.clone())
        .route("/account/sessions", page.clone())
        .route("/account/sessions/", page.clone())
        .route("/account/access", page.clone())
        .route("/account/access/", page.clone())
        .route("/account/invitation", page.clone())
        .route("/account/invitation/", page)
        .route("/account/invitation/link/{secret}", get(invitation::open))
        .route("/account/password/link/{secret}", get(link::open))
        .route("/account/password/new", new_password.clone())
        .route("/account/password/new/", new_password)
}

/// The pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// Who one is and where one belongs.
    Overview,
    /// Changing the password.
    Password,
    /// Signed-in browsers.
    Sessions,
    /// Tokens and applications.
    Access,
    /// The invitation whose link was opened.
    Invitation,
}

impl Page {
    const ALL: [Self; 5] = [
        Self::Overview,
        Self::Password,
        Self::Sessions,
        Self::Access,
        Self::Invitation,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/account",
            Self::Password => "/account/password",
            Self::Sessions => "/account/sessions",
            Self::Access => "/account/access",
            Self::Invitation => "/account/invitation",
        }
    }

    fn of(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        let found = Self::ALL.into_iter().find(|page| page.path() == path);
        found.unwrap_or(Self::Overview)
    }
}

/// `GET`: the page, or the sign-in form.
async fn show(State(engine): State<Engine>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let page = Page::of(parts.uri.path());
    let done = Parameters::of_query(parts.uri.query());
    let shown = match current(&engine, &parts.headers).await {
        Ok(Some((cookie, session))) => {
            let at = At {
                engine: &engine,
                page,
                headers: &parts.headers,
                session: &session,
                cookie: &cookie,
            };
            at.page(StatusCode::OK, done.get("done"), None).await
        }
        Ok(None) => sign_in_form(&engine, &parts.headers, StatusCode::OK, "", None),
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| failed(&error))
}

fn sign_in_form(
    engine: &Engine,
    headers: &HeaderMap,
    status: StatusCode,
    email: &str,
    error: Option<&str>,
) -> Result<Response, Error> {
    signing::form(engine, headers, |token| {
        pages::sign_in(status, None, token, email, error)
    })
}

/// `POST`: does what a button says.
async fn answer(State(engine): State<Engine>, request: Request) -> Response {
    let address = ClientAddress::of(&request);
    let (parts, body) = request.into_parts();
    let page = Page::of(parts.uri.path());
    let Ok(form) = Parameters::default().with_form(&parts.headers, body).await else {
        return pages::problem(
            StatusCode::BAD_REQUEST,
            "The form could not be read",
            "Go back and try again.",
        );
    };
    let answered = if form.get("action") == Some("sign_in") {
        sign_in(&engine, page, &parts.headers, &form, address).await
    } else {
        match current(&engine, &parts.headers).await {
            Ok(Some((cookie, session))) => {
                let at = At {
                    engine: &engine,
                    page,
                    headers: &parts.headers,
                    session: &session,
                    cookie: &cookie,
                };
                at.act(&form, address).await
            }
            Ok(None) => Ok(see_other(page.path())),
            Err(error) => Err(error),
        }
    };
    answered.unwrap_or_else(|error| failed(&error))
}

async fn sign_in(
    engine: &Engine,
    page: Page,
    headers: &HeaderMap,
    form: &Parameters,
    address: IpAddr,
) -> Result<Response, Error> {
    let visitor = Cookie::Visitor.read(engine, headers);
    if !forgery::is_ours(engine, headers, visitor.as_deref(), form.get("form_token"))? {
        return Ok(foreign_form());
    }
    let posted = Posted {
        engine,
        headers,
        form,
        address,
    };
    match posted.sign_in(page.path()).await? {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let email = form.get("email").unwrap_or_default();
            let text = Some(refusal.text.as_str());
            let shown = sign_in_form(engine, headers, refusal.status, email, text)?;
            Ok(refusal.on(shown))
        }
    }
}

/// What is wrong with what was typed: which field, and why.
type Wrong = (String, String);

/// Somebody signed in, at a page.
struct At<'a> {
    engine: &'a Engine,
    page: Page,
    headers: &'a HeaderMap,
    session: &'a BrowserSession,
    cookie: &'a str,
}

impl At<'_> {
    async fn page(
        &self,
        status: StatusCode,
        done: Option<&str>,
        wrong: Option<&Wrong>,
    ) -> Result<Response, Error> {
        if let Some(refused) = self.limited().await? {
            return Ok(refused);
        }
        let (engine, session) = (self.engine, self.session);
        let token = sessions::form_token(engine, self.cookie)?;
        let frame = views::Frame {
            page: self.page,
            user: &session.user,
            token: &token,
            done: done.and_then(views::done_in_words),
        };
        let content = match self.page {
            Page::Overview => views::overview(&frame, &own::places(engine, session).await?),
            Page::Password => views::password(&frame, wrong),
            Page::Invitation => match invitation::opened(self).await? {
                Some(place) => views::invitation(&frame, &place),
                None => return Ok(invitation::ended()),
            },
            Page::Sessions => views::sessions(&frame, &own::sessions(engine, session).await?),
            Page::Access => {
                let tokens = own::tokens(engine, session).await?;
                let applications = own::applications(engine, session).await?;
                views::access(&frame, &tokens, &applications)
            }
        };
        Ok(known(pages::page(
            status,
            "Your account",
            &content,
            "'self'",
        )))
    }

    /// Somebody signed in has an allowance of requests, too.
    async fn limited(&self) -> Result<Option<Response>, Error> {
        let counted = own::count(self.engine, self.session).await?;
        let Some(allowance) = counted.filter(|allowance| allowance.is_exceeded) else {
            return Ok(None);
        };
        let mut response = pages::problem(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests",
            "You asked for more pages in this hour than a person reads. Try again later.",
        );
        let left_s = allowance.resets_at.since(self.engine.now()).max(0) / 1_000 + 1;
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(left_s));
        Ok(Some(known(response)))
    }

    async fn act(&self, form: &Parameters, address: IpAddr) -> Result<Response, Error> {
        let token = form.get("form_token");
        if !forgery::is_ours(self.engine, self.headers, Some(self.cookie), token)? {
            return Ok(foreign_form());
        }
        if let Some(refused) = self.limited().await? {
            return Ok(refused);
        }
        let (engine, session) = (self.engine, self.session);
        let number = |name: &str| form.get(name).and_then(|text| text.parse::<i64>().ok());
        let done = match form.get("action") {
            Some("change_password") => return self.change_password(form, address).await,
            Some("sign_out") => {
                sessions::sign_out(engine, self.cookie, address).await?;
                let mut response = see_other(Page::Overview.path());
                add_cookie(&mut response, Cookie::Session.remove(engine));
                return Ok(known(response));
            }
            Some("end_session") => {
                let name = form.get("session").unwrap_or_default();
                own::end_session(engine, session, name, address).await?;
                "session_ended"
            }
            Some("end_other_sessions") => {
                own::end_other_sessions(engine, session, address).await?;
                "sessions_ended"
            }
            Some("end_token") => {
                let id = TokenId(number("token").unwrap_or_default());
                own::end_token(engine, session, id, address).await?;
                "token_ended"
            }
            Some("end_application") => {
                let id = ApplicationId(number("application").unwrap_or_default());
                own::end_application(engine, session, id, address).await?;
                "application_ended"
            }
            Some("accept") if self.page == Page::Invitation => {
                let id = AccountId(number("account").unwrap_or_default());
                return invitation::accept(self, id).await;
            }
            Some("decline") => {
                let id = AccountId(number("account").unwrap_or_default());
                match settings::decline_invitation(engine, session, id).await {
                    Err(Error::NotFound(_)) => "invitation_gone",
                    Err(error) => return Err(error),
                    Ok(()) => "declined",
                }
            }
            _ => {
                return Ok(known(pages::problem(
                    StatusCode::BAD_REQUEST,
                    "This did not work",
                    "The form does not say what to do. Go back, reload the page and try again.",
                )));
            }
        };
        // What an invitation's page shows is gone with the answer.
        let to = match self.page {
            Page::Invitation => Page::Overview,
            page => page,
        };
        Ok(known(see_other(&format!("{}?done={done}", to.path()))))
    }

    async fn change_password(&self, form: &Parameters, address: IpAddr) -> Result<Response, Error> {
        let at = At {
            page: Page::Password,
            ..*self
        };
        let new = form.get("password").unwrap_or_default();
        if form.get("password_again").unwrap_or_default() != new {
            let wrong = ("password_again".to_owned(), DIFFERENT.to_owned());
            return at.page(StatusCode::BAD_REQUEST, None, Some(&wrong)).await;
        }
        let current = form.get("current_password").unwrap_or_default();
        let agent = signing::agent(self.headers);
        let changed =
            own::change_password(self.engine, self.session, current, new, address, agent).await;
        match changed {
            Ok(cookie) => {
                let mut response = see_other("/account/password?done=password_changed");
                add_cookie(&mut response, Cookie::Session.set(self.engine, &cookie));
                Ok(known(response))
            }
            Err(ChangeError::Locked { retry_after_ms }) => {
                let refusal = Refusal::locked(retry_after_ms);
                let wrong = ("current_password".to_owned(), refusal.text.clone());
                Ok(refusal.on(at.page(refusal.status, None, Some(&wrong)).await?))
            }
            Err(ChangeError::Other(Error::Invalid { field, reason, .. })) => {
                let wrong = (field, views::sentence(&reason));
                at.page(StatusCode::BAD_REQUEST, None, Some(&wrong)).await
            }
            Err(ChangeError::Other(Error::Conflict(reason))) => {
                let wrong = ("current_password".to_owned(), reason);
                at.page(StatusCode::CONFLICT, None, Some(&wrong)).await
            }
            Err(ChangeError::Other(error)) => Err(error),
        }
    }
}

const DIFFERENT: &str = "The two passwords differ.";
