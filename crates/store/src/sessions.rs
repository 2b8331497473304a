//! Signed-in browsers, and browsers that are known from before.

use domain::ids::UserId;
use domain::time::UnixMillis;
use domain::user::User;

use crate::convert::rows;
use crate::error::StoreError;
use crate::row;
use crate::users::UserRow;
use crate::{Db, Tx};

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie.
    pub session_hash: Vec<u8>,
    /// Who signed in.
    pub user_id: UserId,
    /// The user's epoch at that time.
    pub epoch: i64,
    /// When it began.
    pub added_at: UnixMillis,
    /// Roughly its last request.
    pub used_at: UnixMillis,
    /// When it ends at the latest.
    pub expires_at: UnixMillis,
    /// Network address of the sign-in.
    pub address: Option<String>,
    /// What the browser said about itself.
    pub agent: Option<String>,
}

/// A session that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// Who signed in.
    pub user: User,
    /// The user's epoch.
    pub epoch: i64,
    /// Roughly its last request.
    pub used_at: UnixMillis,
}

row! {
    struct SessionRow {
        session_hash: Vec<u8>,
        user_id: i64,
        epoch: i64,
        added_at: i64,
        used_at: i64,
        expires_at: i64,
        address: Option<String>,
        agent: Option<String>,
    }
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            session_hash: row.session_hash,
            user_id: UserId(row.user_id),
            epoch: row.epoch,
            added_at: UnixMillis(row.added_at),
            used_at: UnixMillis(row.used_at),
            expires_at: UnixMillis(row.expires_at),
            address: row.address,
            agent: row.agent,
        }
    }
}

row! {
    struct LiveRow {
        #[sqlx(flatten)]
        user: UserRow,
        used_at: i64,
    }
}

/// Keeps a new session.
pub async fn create(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO sessions
           (session_hash, user_id, epoch, added_at, used_at, expires_at, address, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(session.session_hash.clone())
    .bind(session.user_id.0)
    .bind(session.epoch)
    .bind(session.added_at.0)
    .bind(session.used_at.0)
    .bind(session.expires_at.0)
    .bind(session.address.clone())
    .bind(session.agent.clone())
    .execute()
    .await?;
    Ok(())
}

/// The session with this hash, if it is in force: used since `idle_since`, not over, of the user's
/// present epoch, and the user not disabled.
pub async fn find_live(
    db: &Db,
    session_hash: &[u8],
    now: UnixMillis,
    idle_since: UnixMillis,
) -> Result<Option<LiveSession>, StoreError> {
    let row: Option<LiveRow> = db
        .sql(
            "SELECT u.id, u.name, u.email, u.avatar, u.presence, u.is_disabled,
               u.password_hash, u.epoch, u.added_at, s.used_at
             FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.epoch = s.epoch
             WHERE s.session_hash = $1
               AND s.expires_at > $2
               AND s.used_at > $3
               AND NOT u.is_disabled",
        )
        .bind(session_hash.to_vec())
        .bind(now.0)
        .bind(idle_since.0)
        .fetch_optional()
        .await?;
    row.map(|row| {
        let credentials = row.user.credentials()?;
        Ok(LiveSession {
            user: credentials.user,
            epoch: credentials.epoch,
            used_at: UnixMillis(row.used_at),
        })
    })
    .transpose()
}

/// The sessions of a person that are in force, the one used last first.
pub async fn list_live(
    db: &Db,
    user_id: UserId,
    now: UnixMillis,
    idle_since: UnixMillis,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> = db
        .sql(
            "SELECT s.session_hash, s.user_id, s.epoch, s.added_at, s.used_at, s.expires_at,
               s.address, s.agent
             FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.epoch = s.epoch
             WHERE s.user_id = $1
               AND s.expires_at > $2
               AND s.used_at > $3
             ORDER BY s.used_at DESC, s.session_hash
             LIMIT $4",
        )
        .bind(user_id.0)
        .bind(now.0)
        .bind(idle_since.0)
        .bind(limit)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Notes a request.
pub async fn mark_used(tx: &mut Tx, session_hash: &[u8], at: UnixMillis) -> Result<(), StoreError> {
    tx.sql("UPDATE sessions SET used_at = $1 WHERE session_hash = $2")
        .bind(at.0)
        .bind(session_hash.to_vec())
        .execute()
        .await?;
    Ok(())
}

/// Ends a session; gives whose it was.
pub async fn delete(tx: &mut Tx, session_hash: &[u8]) -> Result<Option<UserId>, StoreError> {
    let row: Option<(i64,)> = tx
        .sql("DELETE FROM sessions WHERE session_hash = $1 RETURNING user_id")
        .bind(session_hash.to_vec())
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| UserId(id)))
}

/// Ends a session of this user; gives whether there was one.
pub async fn delete_own(
    tx: &mut Tx,
    user_id: UserId,
    session_hash: &[u8],
) -> Result<bool, StoreError> {
    let ended = tx
        .sql("DELETE FROM sessions WHERE session_hash = $1 AND user_id = $2")
        .bind(session_hash.to_vec())
        .bind(user_id.0)
        .execute()
        .await?;
    Ok(ended > 0)
}

/// Ends all sessions of a user but one; gives how many there were.
pub async fn delete_others(
    tx: &mut Tx,
    user_id: UserId,
    kept_hash: &[u8],
) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM sessions WHERE user_id = $1 AND session_hash <> $2")
        .bind(user_id.0)
        .bind(kept_hash.to_vec())
        .execute()
        .await
}

/// Ends the sessions of a user but for those used last, of which `kept` stay; gives how many.
pub async fn keep_last_used(tx: &mut Tx, user_id: UserId, kept: usize) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM sessions
         WHERE user_id = $1 AND session_hash NOT IN (
           SELECT session_hash FROM sessions
           WHERE user_id = $1
           ORDER BY used_at DESC, added_at DESC, session_hash
           LIMIT $2)",
    )
    .bind(user_id.0)
    .bind(rows(kept))
    .execute()
    .await
}

/// Ends all sessions of a user.
pub async fn delete_of_user(tx: &mut Tx, user_id: UserId) -> Result<(), StoreError> {
    tx.sql("DELETE FROM sessions WHERE user_id = $1")
        .bind(user_id.0)
        .execute()
        .await?;
    Ok(())
}

/// Remembers a browser, or remembers it longer.
pub async fn remember_device(
    tx: &mut Tx,
    device_hash: &[u8],
    user_id: UserId,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO devices (user_id, device_hash, expires_at)
         VALUES ($1, $2, $3)
         ON CONFLICT (user_id, device_hash) DO UPDATE SET expires_at = excluded.expires_at",
    )
    .bind(user_id.0)
    .bind(device_hash.to_vec())
    .bind(expires_at.0)
    .execute()
    .await?;
    Ok(())
}

/// Forgets the browsers of a user but for those that signed in last, of which `kept` stay; gives how
/// many.
pub async fn keep_last_devices(
    tx: &mut Tx,
    user_id: UserId,
    kept: usize,
) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM devices
         WHERE user_id = $1 AND device_hash NOT IN (
           SELECT device_hash FROM devices
           WHERE user_id = $1
           ORDER BY expires_at DESC, device_hash
           LIMIT $2)",
    )
    .bind(user_id.0)
    .bind(rows(kept))
    .execute()
    .await
}

/// Whether the user signed in from this browser before.
pub async fn is_known_device(
    db: &Db,
    device_hash: &[u8],
    user_id: UserId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .sql(
            "SELECT user_id
             FROM devices
             WHERE user_id = $1 AND device_hash = $2 AND expires_at > $3",
        )
        .bind(user_id.0)
        .bind(device_hash.to_vec())
        .bind(now.0)
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// The browsers that a user signed in from before.
pub async fn devices_of(tx: &mut Tx, user_id: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows: Vec<(Vec<u8>,)> = tx
        .sql("SELECT device_hash FROM devices WHERE user_id = $1 ORDER BY device_hash")
        .bind(user_id.0)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// Removes sessions and browsers that expired before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    let sessions = tx
        .sql("DELETE FROM sessions WHERE expires_at < $1")
        .bind(before.0)
        .execute()
        .await?;
    let devices = tx
        .sql("DELETE FROM devices WHERE expires_at < $1")
        .bind(before.0)
        .execute()
        .await?;
    Ok(sessions.saturating_add(devices))
}
