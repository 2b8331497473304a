//! Links with which a person accepts an invitation to an account.

use domain::ids::{AccountId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::delete_one;
use crate::error::StoreError;
use crate::{Db, Tx};

/// A link that was handed out; each invitation has at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who is invited.
    pub user_id: UserId,
    /// SHA-256 of its secret part.
    pub link_hash: Vec<u8>,
    /// When it was made.
    pub added_at: UnixMillis,
    /// When it ends.
    pub expires_at: UnixMillis,
}

/// Keeps a link to the scope's account; the former one of the same invitation ends.
pub async fn replace(tx: &mut Tx, scope: &Scope, link: &Link) -> Result<(), StoreError> {
    tx.setting(
        scope.account_id(),
        "INSERT INTO invitation_links (account_id, user_id, link_hash, added_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, user_id) DO UPDATE
         SET link_hash = excluded.link_hash, added_at = excluded.added_at,
           expires_at = excluded.expires_at",
    )?
    .bind(scope.account_id().0)
    .bind(link.user_id.0)
    .bind(link.link_hash.clone())
    .bind(link.added_at.0)
    .bind(link.expires_at.0)
    .execute()
    .await?;
    Ok(())
}

/// The account to which the link invites this person, while it is good.
pub async fn find_live(
    db: &Db,
    user_id: UserId,
    link_hash: &[u8],
    now: UnixMillis,
) -> Result<Option<AccountId>, StoreError> {
    let row: Option<(i64,)> = db
        .sql(
            "SELECT account_id
             FROM invitation_links
             WHERE link_hash = $1 AND user_id = $2 AND expires_at > $3",
        )
        .bind(link_hash.to_vec())
        .bind(user_id.0)
        .bind(now.0)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| AccountId(id)))
}

/// Uses up the link of a person to the scope's account; gives whether it was still good.
pub async fn take(
    tx: &mut Tx,
    scope: &Scope,
    user_id: UserId,
    link_hash: &[u8],
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let taken = tx
        .setting(
            scope.account_id(),
            "DELETE FROM invitation_links
             WHERE account_id = $1 AND user_id = $2 AND link_hash = $3 AND expires_at > $4",
        )?
        .bind(scope.account_id().0)
        .bind(user_id.0)
        .bind(link_hash.to_vec())
        .bind(now.0)
        .execute()
        .await?;
    Ok(taken > 0)
}

/// Ends the link of a person to the scope's account; gives whether there was one.
pub async fn delete(tx: &mut Tx, scope: &Scope, user_id: UserId) -> Result<bool, StoreError> {
    let text = "DELETE FROM invitation_links WHERE account_id = $1 AND user_id = $2";
    delete_one(tx, text, scope, user_id.0).await
}

/// Removes links that expired before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM invitation_links WHERE expires_at < $1")
        .bind(before.0)
        .execute()
        .await
}
