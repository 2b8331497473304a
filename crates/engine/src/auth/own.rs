//! What people see and end of their own at a browser: sessions, tokens, consents, the password.
//!
//! Each action reads within its transaction that the session which asks for it is still in force.

use std::collections::BTreeMap;
use std::net::IpAddr;

use domain::audit_event::AuditEvent;
use domain::ids::{ApplicationId, TokenId};
use domain::time::UnixMillis;
use serde_json::json;
use store::Tx;
use store::memberships::Place;
use store::tokens::{ListedToken, Listing};
use store::users::Credentials;

use super::audit::{self, Record};
use super::limits::{self, Allowance, Subject};
use super::people;
use super::scopes::ScopeSet;
use super::secret::{Secret, hex};
use super::sessions::{BrowserSession, NewSession};
use super::sign_in;
use super::throttle::{Attempt, Buckets};
use crate::{Engine, Error};

/// Most sessions, tokens or consents shown: as many as there may be, and more.
const MOST_SHOWN: i64 = 200;

/// A browser in which the person is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// What it is called in a form; opens nothing.
    pub name: String,
    hash: Vec<u8>,
    /// Network address of the sign-in.
    pub address: Option<String>,
    /// What the browser says about itself.
    pub agent: Option<String>,
    /// When it began.
    pub added_at: UnixMillis,
    /// Roughly its last request.
    pub used_at: UnixMillis,
    /// It is the one that asks.
    pub is_present: bool,
}

/// An application that may act for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedApplication {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Since when.
    pub added_at: UnixMillis,
    /// The last use.
    pub used_at: Option<UnixMillis>,
}

/// Counts a request of a signed-in browser: an allowance of its own beside that of the tokens.
pub async fn count(engine: &Engine, session: &BrowserSession) -> Result<Option<Allowance>, Error> {
    limits::count(engine, Subject::Pages(session.user.id)).await
}

/// The person's sessions, the one used last first.
pub async fn sessions(
    engine: &Engine,
    session: &BrowserSession,
) -> Result<Vec<OpenSession>, Error> {
    let now = engine.now();
    let idle_since = now.plus_ms(-engine.config().auth.session_idle_ms);
    let user = session.user.id;
    let found = store::sessions::list_live(engine.db(), user, now, idle_since, MOST_SHOWN).await?;
    Ok(found
        .into_iter()
        .map(|open| OpenSession {
            name: hex(&open.session_hash),
            address: open.address,
            agent: open.agent,
            added_at: open.added_at,
            used_at: open.used_at,
            is_present: open.session_hash == session.hash,
            hash: open.session_hash,
        })
        .collect())
}

/// The tokens that the person made for themselves.
pub async fn tokens(engine: &Engine, session: &BrowserSession) -> Result<Vec<ListedToken>, Error> {
    let listing = Listing {
        user_id: Some(session.user.id),
        only_own: true,
        after: TokenId(0),
        limit: MOST_SHOWN,
    };
    Ok(store::tokens::list_live(engine.db(), listing, engine.now()).await?)
}

/// The applications that may act for the person.
pub async fn applications(
    engine: &Engine,
    session: &BrowserSession,
) -> Result<Vec<GrantedApplication>, Error> {
    let (user, now) = (session.user.id, engine.now());
    let mut found: BTreeMap<ApplicationId, GrantedApplication> = BTreeMap::new();
    for consent in store::tokens::consents_of(engine.db(), user, now, MOST_SHOWN).await? {
        let scopes = ScopeSet::parse(&consent.scopes)
            .map_err(|error| Error::internal(format!("the scopes of a stored token: {error}")))?;
        let known = found
            .entry(consent.application_id)
            .or_insert(GrantedApplication {
                id: consent.application_id,
                name: consent.application,
                scopes,
                added_at: consent.added_at,
                used_at: consent.used_at,
            });
        known.scopes = scopes.iter().fold(known.scopes, ScopeSet::with);
        known.added_at = known.added_at.min(consent.added_at);
        known.used_at = known.used_at.max(consent.used_at);
    }
    Ok(found.into_values().collect())
}

/// The accounts that the person belongs to or is invited to.
pub async fn places(engine: &Engine, session: &BrowserSession) -> Result<Vec<Place>, Error> {
    Ok(store::memberships::places_of(engine.db(), session.user.id).await?)
}

/// Ends one session of the person by its name; gives whether there was one.
pub async fn end_session(
    engine: &Engine,
    session: &BrowserSession,
    name: &str,
    address: IpAddr,
) -> Result<bool, Error> {
    let found = sessions(engine, session).await?;
    let Some(found) = found.into_iter().find(|open| open.name == name) else {
        return Ok(false);
    };
    let hash = found.hash.clone();
    act(engine, session, move |tx, asking, now| {
        Box::pin(async move {
            let id = asking.user.id;
            let is_ended = store::sessions::delete_own(tx, id, &hash).await?;
            if is_ended {
                let record = Record::security(AuditEvent::UserBlockedSession)
                    .by(Some(id))
                    .about(Some(id))
                    .from_address(address)
                    .with(json!({ "from": found.address }));
                audit::append(tx, now, record).await?;
            }
            Ok(is_ended)
        })
    })
    .await
}

/// Ends every other session of the person; gives how many there were.
pub async fn end_other_sessions(
    engine: &Engine,
    session: &BrowserSession,
    address: IpAddr,
) -> Result<u64, Error> {
    let kept = session.hash.clone();
    act(engine, session, move |tx, asking, now| {
        Box::pin(async move {
            let id = asking.user.id;
            let ended = store::sessions::delete_others(tx, id, &kept).await?;
            if ended > 0 {
                let record = Record::security(AuditEvent::UserBlockedSession)
                    .by(Some(id))
                    .about(Some(id))
                    .from_address(address)
                    .with(json!({ "ended": ended }));
                audit::append(tx, now, record).await?;
            }
            Ok(ended)
        })
    })
    .await
}

/// Revokes a token that the person made; gives whether there was one.
pub async fn end_token(
    engine: &Engine,
    session: &BrowserSession,
    id: TokenId,
    address: IpAddr,
) -> Result<bool, Error> {
    act(engine, session, move |tx, asking, now| {
        Box::pin(async move {
            let user_id = asking.user.id;
            let found = store::tokens::find(tx, id).await?;
            let Some((_, grant_id)) = found.filter(|(owner, _)| *owner == user_id) else {
                return Ok(false);
            };
            if store::tokens::revoke_grant(tx, grant_id, now).await? == 0 {
                return Ok(false);
            }
            let record = Record::security(AuditEvent::SettingsEdited)
                .by(Some(user_id))
                .about(Some(user_id))
                .from_address(address)
                .with(json!({ "revoked_token": id }));
            audit::append(tx, now, record).await?;
            Ok(true)
        })
    })
    .await
}

/// Ends what an application may do for the person; gives whether it might do anything.
pub async fn end_application(
    engine: &Engine,
    session: &BrowserSession,
    id: ApplicationId,
    address: IpAddr,
) -> Result<bool, Error> {
    act(engine, session, move |tx, asking, now| {
        Box::pin(async move {
            let user_id = asking.user.id;
            store::codes::delete_of_application(tx, user_id, id).await?;
            if store::tokens::revoke_of_application(tx, user_id, id, now).await? == 0 {
                return Ok(false);
            }
            let record = Record::security(AuditEvent::SettingsEdited)
                .by(Some(user_id))
                .about(Some(user_id))
                .from_address(address)
                .with(json!({ "revoked_application": id }));
            audit::append(tx, now, record).await?;
            Ok(true)
        })
    })
    .await
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Too many wrong ones; the present password was not looked at.
    #[error("Too many attempts.")]
    Locked {
        /// Milliseconds until the next attempt is looked at.
        retry_after_ms: i64,
    },
    /// Something else: `Invalid` naming `current_password` or `password`.
    #[error(transparent)]
    Other(#[from] Error),
}

/// Changes the person's password. All tokens, sessions and consents end; the browser that asks gets
/// a new session, whose cookie is given.
pub async fn change_password(
    engine: &Engine,
    session: &BrowserSession,
    current: &str,
    new: &str,
    address: IpAddr,
    agent: Option<&str>,
) -> Result<Secret, ChangeError> {
    let buckets = Buckets::of_signed_in(session.user.id, &engine.config().auth.throttle);
    let now = engine.now();
    let locks = match sign_in::take(engine, &buckets, now).await? {
        Attempt::Taken { locks } => locks,
        Attempt::Locked { until } => {
            return Err(ChangeError::Locked {
                retry_after_ms: until.since(now),
            });
        }
    };
    let stays = NewSession::new(engine, address, agent);
    let cookie = stays.secret.clone();
    let user_id = session.user.id;
    let changed =
        people::change_password_in(engine, user_id, current, new, Some(address), Some(stays)).await;
    match changed {
        // Only a wrong guess at the present password counts.
        Err(Error::Invalid { ref field, .. }) if field == "current_password" => {
            sign_in::record_failure(engine, user_id, address, locks, now).await?;
        }
        _ => sign_in::give_back(engine, buckets),
    }
    changed?;
    Ok(cookie)
}

/// Runs an action of the person in a transaction in which the session is in force.
async fn act<T, F>(engine: &Engine, session: &BrowserSession, work: F) -> Result<T, Error>
where
    F: for<'t> FnOnce(&'t mut Tx, Credentials, UnixMillis) -> store::Work<'t, T, Error>
        + Send
        + 'static,
    T: Send + 'static,
{
    let (session, now) = (session.clone(), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let asking = in_force(tx, &session).await?;
                work(tx, asking, now).await
            })
        })
        .await
}

/// The person of a session that is in force; nobody changes the person until the transaction ends.
pub(crate) async fn in_force(tx: &mut Tx, session: &BrowserSession) -> Result<Credentials, Error> {
    store::users::lock(tx, session.user.id)
        .await?
        .filter(|it| it.epoch == session.epoch && !it.user.is_disabled)
        .ok_or(Error::Unauthenticated("The session has ended."))
}
