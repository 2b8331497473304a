//! Links with which a person sets a password without knowing the present one.

use domain::ids::UserId;
use domain::time::UnixMillis;

use crate::error::StoreError;
use crate::{Db, Tx};

/// A link that was handed out; each person has at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whose password it sets.
    pub user_id: UserId,
    /// SHA-256 of its secret part.
    pub link_hash: Vec<u8>,
    /// When it was made.
    pub added_at: UnixMillis,
    /// When it ends.
    pub expires_at: UnixMillis,
}

/// Keeps a link; the person's former one ends.
pub async fn replace(tx: &mut Tx, link: &Link) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO password_links (user_id, link_hash, added_at, expires_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE
         SET link_hash = excluded.link_hash, added_at = excluded.added_at,
           expires_at = excluded.expires_at",
    )
    .bind(link.user_id.0)
    .bind(link.link_hash.clone())
    .bind(link.added_at.0)
    .bind(link.expires_at.0)
    .execute()
    .await?;
    Ok(())
}

/// Whose password the link sets, while it is good and the person is not locked out.
pub async fn find_live(
    db: &Db,
    link_hash: &[u8],
    now: UnixMillis,
) -> Result<Option<UserId>, StoreError> {
    let row: Option<(i64,)> = db
        .sql(
            "SELECT l.user_id
             FROM password_links l
             JOIN users u ON u.id = l.user_id
             WHERE l.link_hash = $1 AND l.expires_at > $2 AND NOT u.is_disabled",
        )
        .bind(link_hash.to_vec())
        .bind(now.0)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| UserId(id)))
}

/// Uses a link up; gives whose it was, if it was still good.
pub async fn take(
    tx: &mut Tx,
    link_hash: &[u8],
    now: UnixMillis,
) -> Result<Option<UserId>, StoreError> {
    let row: Option<(i64,)> = tx
        .sql(
            "DELETE FROM password_links
             WHERE link_hash = $1 AND expires_at > $2
             RETURNING user_id",
        )
        .bind(link_hash.to_vec())
        .bind(now.0)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| UserId(id)))
}

/// Ends the link of a user.
pub async fn delete_of_user(tx: &mut Tx, user_id: UserId) -> Result<(), StoreError> {
    tx.sql("DELETE FROM password_links WHERE user_id = $1")
        .bind(user_id.0)
        .execute()
        .await?;
    Ok(())
}

/// Removes links that expired before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM password_links WHERE expires_at < $1")
        .bind(before.0)
        .execute()
        .await
}
