//! Signed-in browsers, and the tokens that protect their forms.

use std::net::IpAddr;

use domain::agent_event::AgentEventKind;
use domain::audit_event::AuditEvent;
use domain::ids::UserId;
use domain::limits;
use domain::time::{MINUTE_MS, UnixMillis};
use domain::user::User;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use store::{StoreError, Tx};
use subtle::ConstantTimeEq as _;

use super::audit::{self, Record};
use super::secret::{Secret, fingerprint, hex};
use crate::{Engine, Error};

/// The last request of a session is written at most this often.
const USED_EVERY_MS: i64 = MINUTE_MS;
/// Most characters kept of what a browser says about itself.
const LONGEST_AGENT: usize = 300;

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// Who.
    pub user: User,
    /// The user's epoch.
    pub(super) epoch: i64,
    /// What is stored of its cookie.
    pub(super) hash: Vec<u8>,
}

/// A session to open.
#[derive(Debug, Clone)]
pub(super) struct NewSession {
    pub(super) secret: Secret,
    pub(super) address: IpAddr,
    pub(super) agent: Option<String>,
    pub(super) now: UnixMillis,
    pub(super) expires_at: UnixMillis,
}

#[cfg(test)]
impl BrowserSession {
    /// The session of somebody who never changed the password.
    pub(crate) const fn of(user: User) -> Self {
        Self {
            user,
            epoch: 0,
            hash: Vec::new(),
        }
    }
}

impl NewSession {
    /// A session of the browser at this address, which says this about itself.
    pub(super) fn new(engine: &Engine, address: IpAddr, agent: Option<&str>) -> Self {
        let now = engine.now();
        Self {
            secret: Secret::long(engine.random()),
            address,
            agent: agent.map(short),
            now,
            expires_at: now.plus_ms(engine.config().auth.session_absolute_ms),
        }
    }

    /// Opens it. Where the person is signed in in as many browsers as may be, the session that was
    /// used longest ago ends: whoever signs in must not be kept out by what was left open. The
    /// person's row is locked by the caller.
    pub(super) async fn open(
        &self,
        tx: &mut Tx,
        user_id: UserId,
        epoch: i64,
    ) -> Result<(), StoreError> {
        let session = store::sessions::Session {
            session_hash: self.secret.fingerprint(),
            user_id,
            epoch,
            added_at: self.now,
            used_at: self.now,
            expires_at: self.expires_at,
            address: Some(self.address.to_string()),
            agent: self.agent.clone(),
        };
        let others = limits::SESSIONS.saturating_sub(1);
        store::sessions::keep_last_used(tx, user_id, others).await?;
        store::sessions::create(tx, &session).await
    }
}

/// What a browser says about itself, as much of it as is kept.
fn short(agent: &str) -> String {
    agent
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_AGENT)
        .collect()
}

/// The session that a cookie stands for, if it is in force.
pub async fn find(engine: &Engine, cookie: &str) -> Result<Option<BrowserSession>, Error> {
    let now = engine.now();
    let idle_since = now.plus_ms(-engine.config().auth.session_idle_ms);
    let hash = fingerprint(cookie);
    let kept_hash = hash.clone();
    let found = store::sessions::find_live(engine.db(), &hash, now, idle_since).await?;
    let Some(session) = found else {
        return Ok(None);
    };
    if now.since(session.used_at) > USED_EVERY_MS {
        engine
            .db()
            .write(move |tx| {
                Box::pin(async move { store::sessions::mark_used(tx, &hash, now).await })
            })
            .await?;
    }
    Ok(Some(BrowserSession {
        user: session.user,
        epoch: session.epoch,
        hash: kept_hash,
    }))
}

/// Ends a session.
pub async fn sign_out(engine: &Engine, cookie: &str, address: IpAddr) -> Result<(), Error> {
    let (hash, now) = (fingerprint(cookie), engine.now());
    let work_engine = engine.clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let Some(user_id) = store::sessions::delete(tx, &hash).await? else {
                    return Ok(());
                };
                let kind = AgentEventKind::Logout;
                crate::agent_events::note_person(tx, &work_engine, user_id, kind).await?;
                let record = Record::security(AuditEvent::Logout)
                    .by(Some(user_id))
                    .about(Some(user_id))
                    .from_address(address);
                Ok(audit::append(tx, now, record).await?)
            })
        })
        .await
}

/// The token that a form must carry when it comes from the browser with this cookie: another site
/// can make the browser send the cookie, but cannot read the token.
pub fn form_token(engine: &Engine, cookie: &str) -> Result<String, Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&engine.config().secret)
        .map_err(|error| Error::internal(format!("signing a form: {error}")))?;
    mac.update(b"form\0");
    mac.update(cookie.as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}

/// Whether a form's token belongs to the cookie.
pub fn is_form_token(engine: &Engine, cookie: &str, token: &str) -> Result<bool, Error> {
    let expected = form_token(engine, cookie)?;
    Ok(expected.as_bytes().ct_eq(token.as_bytes()).into())
}
