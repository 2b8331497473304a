//! `/account/invitation`: an invitation is accepted with the link that whoever invited handed over.
//!
//! As with a link to set a password, opening it only puts its secret into a cookie and leads on, and
//! uses nothing up. Whether it is good is told to the signed-in person alone.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::AccountId;
use engine::auth::{Place, Secret, invitation_links};
use engine::{Engine, Error, settings};
use http::StatusCode;

use super::super::authorize::{add_cookie, see_other};
use super::super::cookies::{Cookie, is_value};
use super::super::pages;
use super::{At, Page};
use crate::layers::known;

/// `GET /account/invitation/link/{secret}`.
pub(super) async fn open(State(engine): State<Engine>, Path(secret): Path<String>) -> Response {
    if !is_value(&secret) {
        return ended();
    }
    let mut response = see_other(Page::Invitation.path());
    let cookie = Cookie::Invitation.set(&engine, &Secret::presented(&secret));
    add_cookie(&mut response, cookie);
    known(response)
}

/// The account that the opened link invites to.
pub(super) async fn opened(at: &At<'_>) -> Result<Option<Place>, Error> {
    match Cookie::Invitation.read(at.engine, at.headers) {
        Some(secret) => invitation_links::find(at.engine, at.session, &secret).await,
        None => Ok(None),
    }
}

/// Accepts the invitation to the account that the form was shown for: another link may have been
/// opened in the same browser since.
pub(super) async fn accept(at: &At<'_>, account_id: AccountId) -> Result<Response, Error> {
    let Some(secret) = Cookie::Invitation.read(at.engine, at.headers) else {
        return Ok(ended());
    };
    match settings::accept_invitation(at.engine, at.session, account_id, &secret).await {
        Ok(()) => {
            let mut response = see_other("/account?done=accepted");
            add_cookie(&mut response, Cookie::Invitation.remove(at.engine));
            Ok(known(response))
        }
        Err(Error::NotFound(_)) => Ok(ended()),
        Err(error) => Err(error),
    }
}

/// The same whatever is wrong with a link: who is not meant by it learns nothing from it.
pub(super) fn ended() -> Response {
    pages::problem(
        StatusCode::GONE,
        "This link is not good",
        "A link to accept an invitation is good once, for a limited time and for one person, and a newer one replaces it. If you are signed in with another address than the invited one, sign out and open the link again. Otherwise ask the people who gave it to you for another.",
    )
}
