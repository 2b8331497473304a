//! Links with which a person sets a password without knowing the present one: for who is new, and
//! for who has forgotten it.
//!
//! A link is shown once, to whoever may make it, and kept as a hash. It is good for one password,
//! ends with time, with a newer link and with any other change of the password.

use std::net::IpAddr;

use domain::audit_event::AuditEvent;
use domain::ids::UserId;
use domain::time::UnixMillis;
use domain::user::User;
use store::Tx;
use store::password_links::Link;

use super::audit::{self, Record};
use super::one_time_link::OneTimeLink;
use super::people;
use super::secret::fingerprint;
use crate::error::What;
use crate::{Engine, Error};

/// Path of the page that links lead to, before the secret part.
const PATH: &str = "/account/password/link/";

/// A link to be kept by [`keep`].
pub(super) fn draw(engine: &Engine) -> OneTimeLink {
    OneTimeLink::draw(engine, PATH)
}

/// Keeps a link for a user, whose former link ends.
pub(super) async fn keep(
    tx: &mut Tx,
    link: &OneTimeLink,
    user_id: UserId,
    actor: Option<UserId>,
    now: UnixMillis,
) -> Result<(), Error> {
    let kept = Link {
        user_id,
        link_hash: link.fingerprint(),
        added_at: now,
        expires_at: link.expires_at,
    };
    store::password_links::replace(tx, &kept).await?;
    let record = Record::security(AuditEvent::PasswordReset)
        .by(actor)
        .about(Some(user_id));
    Ok(audit::append(tx, now, record).await?)
}

/// Makes a link for a user, for an administrator at the console. The present password stays in
/// force until the link is used.
///
/// # Errors
/// `NotFound` when nobody has this e-mail address; `Conflict` when the user is disabled.
pub async fn create(engine: &Engine, email: &str) -> Result<OneTimeLink, Error> {
    let id = people::find_by_email(engine.db(), email).await?.user.id;
    let (link, now) = (draw(engine), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let found = store::users::lock(tx, id)
                    .await?
                    .ok_or(Error::NotFound(What::User))?;
                if found.user.is_disabled {
                    return Err(Error::Conflict("This user is disabled.".into()));
                }
                keep(tx, &link, id, None, now).await?;
                Ok(link)
            })
        })
        .await
}

/// Whose password a link sets, as long as it is good.
pub async fn find(engine: &Engine, secret: &str) -> Result<Option<User>, Error> {
    let hash = fingerprint(secret);
    let found = store::password_links::find_live(engine.db(), &hash, engine.now()).await?;
    match found {
        Some(id) => Ok(store::users::find(engine.db(), id).await?),
        None => Ok(None),
    }
}

/// Sets a password with a link, which is used up by it. Everything that the user held before ends.
///
/// # Errors
/// `Unauthenticated` when the link is not good (any more); `Invalid` naming `password`, which leaves
/// the link as it is.
pub async fn set_password(
    engine: &Engine,
    secret: &str,
    new: &str,
    address: IpAddr,
) -> Result<(), Error> {
    let user = find(engine, secret).await?.ok_or(ENDED)?;
    let hash = people::hash_new(engine, &user, new).await?;
    let (link_hash, now) = (fingerprint(secret), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let id = store::password_links::take(tx, &link_hash, now)
                    .await?
                    .ok_or(ENDED)?;
                let present = store::users::lock(tx, id).await?.ok_or(ENDED)?;
                if present.user.is_disabled {
                    return Err(ENDED);
                }
                people::set_password(tx, id, &hash, now).await?;
                let record = Record::security(AuditEvent::PasswordChangedByPasswordReset)
                    .by(Some(id))
                    .about(Some(id))
                    .from_address(address);
                Ok(audit::append(tx, now, record).await?)
            })
        })
        .await
}

const ENDED: Error = Error::Unauthenticated("The link is not good any more.");
