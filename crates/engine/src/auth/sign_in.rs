//! Signing in with e-mail address and password.

use std::net::IpAddr;

use domain::agent_event::AgentEventKind;
use domain::audit_event::AuditEvent;
use domain::ids::UserId;
use domain::limits;
use domain::time::UnixMillis;
use domain::user::User;
use serde_json::json;
use store::users::Credentials;
use store::{StoreError, Tx};

use super::audit::{self, Record};
use super::config::AuthConfig;
use super::password::Verdict;
use super::people::email_key;
use super::secret::{Secret, fingerprint, hex};
use super::sessions::NewSession;
use super::throttle::{self, Attempt, Buckets};
use crate::{Engine, Error, give_back};

/// What somebody typed, and from where.
#[derive(Clone, Copy)]
pub struct Attempted<'a> {
    /// E-mail address.
    pub email: &'a str,
    /// Password.
    pub password: &'a str,
    /// Network address, as the listener determined it.
    pub address: IpAddr,
    /// The cookie that an earlier sign-in from this browser left.
    pub device: Option<&'a str>,
    /// What the browser says about itself.
    pub agent: Option<&'a str>,
}

/// Somebody is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// Cookie of the session; a new one at each sign-in, so none can be planted.
    pub session: Secret,
    /// Cookie by which the browser is known at the next sign-in.
    pub device: Secret,
}

/// Why somebody is not.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// E-mail address or password is wrong, or the user is disabled; which is not told.
    #[error("E-mail address or password is wrong.")]
    Wrong,
    /// Too many failures; the password was not looked at.
    #[error("Too many attempts.")]
    Locked {
        /// Milliseconds until the next attempt is looked at.
        retry_after_ms: i64,
    },
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// Signs somebody in.
///
/// Each attempt that is looked at costs exactly one password check, whether or not there is such a
/// user.
pub async fn sign_in(engine: &Engine, tried: Attempted<'_>) -> Result<SignedIn, SignInError> {
    let config = &engine.config().auth;
    let now = engine.now();
    let email = email_key(tried.email);
    let found = store::users::find_by_email(engine.db(), &email).await?;
    // Asked for in any case: a look-up that only happens for existing users would take time.
    let device_hash = fingerprint(tried.device.unwrap_or_default());
    let user_id = found.as_ref().map_or(UserId(0), |found| found.user.id);
    let is_known =
        store::sessions::is_known_device(engine.db(), &device_hash, user_id, now).await?;
    let buckets = if is_known {
        Buckets::of_known_device(&device_hash, &config.throttle)
    } else {
        Buckets::of_stranger(&email, tried.address, &config.throttle)
    };

    let locks = match take(engine, &buckets, now).await? {
        Attempt::Taken { locks } => locks,
        Attempt::Locked { until } => {
            return Err(SignInError::Locked {
                retry_after_ms: until.since(now),
            });
        }
    };
    // Whatever ends it before the password was looked at, the attempt was none.
    let attempt = Unseen::new(engine, &buckets);
    let stored = found.as_ref().and_then(|found| found.password_hash.clone());
    let passwords = &engine.auth_state().passwords;
    let verdict = passwords.verify(tried.password, stored.clone()).await?;
    let known = found.filter(|found| !found.user.is_disabled && verdict != Verdict::Wrong);
    let Some(found) = known else {
        attempt.see();
        record_failure(engine, user_id, tried.address, locks, now).await?;
        return Err(SignInError::Wrong);
    };
    let device = Secret::long(engine.random());
    let opening = Opening {
        // A stronger hash can wait for a sign-in when there is time for it.
        stronger_hash: match verdict {
            Verdict::RightButWeak => passwords.hash(tried.password, engine.random()).await.ok(),
            _ => None,
        },
        verified_hash: stored,
        session: NewSession::new(engine, tried.address, tried.agent),
        device,
        buckets: buckets.clone(),
        config: config.clone(),
    };
    let opened = open(engine, found, opening).await;
    if !matches!(opened, Err(SignInError::Other(_))) {
        attempt.see();
    }
    opened
}

/// An attempt that counts as a failure and has no verdict yet; dropped, it is given back.
struct Unseen {
    engine: Engine,
    buckets: Option<Buckets>,
}

impl Unseen {
    fn new(engine: &Engine, buckets: &Buckets) -> Self {
        Self {
            engine: engine.clone(),
            buckets: Some(buckets.clone()),
        }
    }

    fn see(mut self) {
        self.buckets = None;
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        if let Some(buckets) = self.buckets.take() {
            give_back(&self.engine, buckets);
        }
    }
}

/// Gives an attempt back that came to no verdict through no fault of the person, or whose right
/// password could not be acted on.
pub(super) fn give_back(engine: &Engine, buckets: Buckets) {
    give_back::until_done(engine, "an attempt to sign in", move |engine| {
        let buckets = buckets.clone();
        async move {
            engine
                .db()
                .write(move |tx| {
                    Box::pin(async move { Ok(throttle::give_back(tx, &buckets).await?) })
                })
                .await
        }
    });
}

/// Takes an attempt, or refuses it.
pub(super) async fn take(
    engine: &Engine,
    buckets: &Buckets,
    now: UnixMillis,
) -> Result<Attempt, Error> {
    let (buckets, config) = (buckets.clone(), engine.config().auth.throttle);
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move { Ok(throttle::take(tx, &buckets, now, &config).await?) })
        })
        .await
}

/// What is needed to open a session after the password was right.
struct Opening {
    verified_hash: Option<String>,
    stronger_hash: Option<String>,
    session: NewSession,
    device: Secret,
    buckets: Buckets,
    config: AuthConfig,
}

async fn open(
    engine: &Engine,
    found: Credentials,
    opening: Opening,
) -> Result<SignedIn, SignInError> {
    let work_engine = engine.clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                // Read again under a lock: the password may have changed while it was checked.
                let present = store::users::lock(tx, found.user.id).await?;
                let Some(present) = present.filter(|present| {
                    !present.user.is_disabled && present.password_hash == opening.verified_hash
                }) else {
                    return Err(SignInError::Wrong);
                };
                write_session(tx, &present, &opening).await?;
                let (id, kind) = (present.user.id, AgentEventKind::Login);
                store::users::note_login(tx, id, opening.session.now).await?;
                crate::agent_events::note_person(tx, &work_engine, id, kind).await?;
                Ok(SignedIn {
                    user: present.user,
                    session: opening.session.secret,
                    device: opening.device,
                })
            })
        })
        .await
}

async fn write_session(
    tx: &mut Tx,
    present: &Credentials,
    opening: &Opening,
) -> Result<(), StoreError> {
    let (id, now, config) = (present.user.id, opening.session.now, &opening.config);
    if let (Some(old), Some(new)) = (&opening.verified_hash, &opening.stronger_hash) {
        store::users::strengthen_password(tx, id, old, new).await?;
    }
    let was_locked = throttle::succeed(tx, &opening.buckets).await?;
    opening.session.open(tx, id, present.epoch).await?;
    let device_until = now.plus_ms(config.device_ms);
    // The browsers that signed in longest ago are strangers again: what that costs is a lock at an
    // earlier failure.
    let others = limits::DEVICES.saturating_sub(1);
    store::sessions::keep_last_devices(tx, id, others).await?;
    store::sessions::remember_device(tx, &opening.device.fingerprint(), id, device_until).await?;
    if was_locked {
        let record = Record::security(AuditEvent::AccountUnlocked)
            .about(Some(id))
            .with(json!({ "reason": "signed in after the lock had ended" }));
        audit::append(tx, now, record).await?;
    }
    let record = Record::security(AuditEvent::LoginSuccess)
        .by(Some(id))
        .about(Some(id))
        .from_address(opening.session.address);
    audit::append(tx, now, record).await
}

/// The text that was typed as an e-mail address is not recorded: it may be a password.
pub(super) async fn record_failure(
    engine: &Engine,
    user_id: UserId,
    address: IpAddr,
    locks: bool,
    now: UnixMillis,
) -> Result<(), Error> {
    let subject = (user_id.0 != 0).then_some(user_id);
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let record = Record::security(AuditEvent::LoginFailure)
                    .about(subject)
                    .from_address(address);
                audit::append(tx, now, record).await?;
                if locks && subject.is_some() {
                    let record = Record::security(AuditEvent::AccountLocked)
                        .about(subject)
                        .from_address(address);
                    audit::append(tx, now, record).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Ends the locks of an e-mail address before their time, for an administrator: whatever the network
/// address or the browser they came from. Tells whether there was one.
pub async fn unlock(engine: &Engine, email: &str, actor: Option<UserId>) -> Result<bool, Error> {
    let (email, now) = (email_key(email), engine.now());
    let found = store::users::find_by_email(engine.db(), &email).await?;
    let subject = found.map(|found| found.user.id);
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let mut devices = Vec::new();
                if let Some(id) = subject {
                    devices = store::sessions::devices_of(tx, id).await?;
                }
                let devices = devices.iter().map(|hash| hex(hash));
                let was_locked = throttle::unlock(tx, &email, devices, subject, now).await?;
                if was_locked {
                    let record = Record::security(AuditEvent::AccountUnlocked)
                        .by(actor)
                        .about(subject);
                    audit::append(tx, now, record).await?;
                }
                Ok(was_locked)
            })
        })
        .await
}
