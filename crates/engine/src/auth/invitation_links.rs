//! Links with which a person accepts an invitation to an account.
//!
//! A sign-in says nothing about who has an address: whoever made it chose the password. So an
//! invitation is accepted only with what the inviter hands over. A link is shown once, to whoever
//! invites, and kept as a hash. It is good once and for one person, and ends with time, with a newer
//! link and with the invitation.

use domain::ids::UserId;
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::MembershipState;
use store::invitation_links::Link;
use store::memberships::Place;
use store::{StoreError, Tx};

use super::one_time_link::OneTimeLink;
use super::secret::fingerprint;
use super::sessions::BrowserSession;
use crate::{Engine, Error};

/// Path of the page that links lead to, before the secret part.
const PATH: &str = "/account/invitation/link/";

/// A link to be kept by [`keep`].
pub(super) fn draw(engine: &Engine) -> OneTimeLink {
    OneTimeLink::draw(engine, PATH)
}

/// Keeps a link for somebody who is invited to the scope's account; the former link of the same
/// invitation ends.
pub(super) async fn keep(
    tx: &mut Tx,
    link: &OneTimeLink,
    scope: &Scope,
    user_id: UserId,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let kept = Link {
        user_id,
        link_hash: link.fingerprint(),
        added_at: now,
        expires_at: link.expires_at,
    };
    store::invitation_links::replace(tx, scope, &kept).await
}

/// To which account a link invites the signed-in person, as long as it is good. A link for another
/// person is as little good as one that never was.
pub async fn find(
    engine: &Engine,
    session: &BrowserSession,
    secret: &str,
) -> Result<Option<Place>, Error> {
    let (db, user_id) = (engine.db(), session.user.id);
    let hash = fingerprint(secret);
    let found = store::invitation_links::find_live(db, user_id, &hash, engine.now()).await?;
    let Some(account_id) = found else {
        return Ok(None);
    };
    let places = store::memberships::places_of(db, user_id).await?;
    Ok(places
        .into_iter()
        .find(|it| it.account_id == account_id && it.state == MembershipState::Invited))
}
