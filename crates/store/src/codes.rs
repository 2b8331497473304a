//! Authorisation codes: minutes between a user's consent and the application's first token.

use domain::ids::{ApplicationId, TokenId, UserId};
use domain::time::UnixMillis;

use crate::Tx;
use crate::convert::rows;
use crate::error::StoreError;
use crate::row;

/// A code that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// To whom it was given.
    pub application_id: ApplicationId,
    /// Who consented.
    pub user_id: UserId,
    /// The user's epoch at that time.
    pub epoch: i64,
    /// The grant that all tokens from this code belong to.
    pub grant_id: TokenId,
    /// What was consented to, in words.
    pub scopes: String,
    /// The redirect address of the request; none when it was left out.
    pub redirect_uri: Option<String>,
    /// PKCE challenge (S256).
    pub challenge: Option<String>,
    /// When it dies.
    pub expires_at: UnixMillis,
    /// When it was exchanged.
    pub used_at: Option<UnixMillis>,
}

row! {
    struct CodeRow {
        code_hash: Vec<u8>,
        application_id: i64,
        user_id: i64,
        epoch: i64,
        grant_id: i64,
        scopes: String,
        redirect_uri: Option<String>,
        challenge: Option<String>,
        expires_at: i64,
        used_at: Option<i64>,
    }
}

impl From<CodeRow> for Code {
    fn from(row: CodeRow) -> Self {
        Self {
            code_hash: row.code_hash,
            application_id: ApplicationId(row.application_id),
            user_id: UserId(row.user_id),
            epoch: row.epoch,
            grant_id: TokenId(row.grant_id),
            scopes: row.scopes,
            redirect_uri: row.redirect_uri,
            challenge: row.challenge,
            expires_at: UnixMillis(row.expires_at),
            used_at: row.used_at.map(UnixMillis),
        }
    }
}

/// Keeps a new code.
pub async fn create(tx: &mut Tx, code: &Code) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO codes
           (code_hash, application_id, user_id, epoch, grant_id, scopes, redirect_uri, challenge,
            expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(code.code_hash.clone())
    .bind(code.application_id.0)
    .bind(code.user_id.0)
    .bind(code.epoch)
    .bind(code.grant_id.0)
    .bind(code.scopes.clone())
    .bind(code.redirect_uri.clone())
    .bind(code.challenge.clone())
    .bind(code.expires_at.0)
    .bind(code.used_at.map(|at| at.0))
    .execute()
    .await?;
    Ok(())
}

/// Who consented to the code with this hash. Nothing is locked: it is for locking the person first.
pub async fn user_of(tx: &mut Tx, code_hash: &[u8]) -> Result<Option<UserId>, StoreError> {
    let row: Option<(i64,)> = tx
        .sql("SELECT user_id FROM codes WHERE code_hash = $1")
        .bind(code_hash.to_vec())
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| UserId(id)))
}

/// A code by its hash; nobody else changes its row until the transaction ends.
pub async fn lock(tx: &mut Tx, code_hash: &[u8]) -> Result<Option<Code>, StoreError> {
    let row: Option<CodeRow> = tx
        .sql(
            "UPDATE codes
             SET used_at = used_at
             WHERE code_hash = $1
             RETURNING code_hash, application_id, user_id, epoch, grant_id, scopes, redirect_uri,
               challenge, expires_at, used_at",
        )
        .bind(code_hash.to_vec())
        .fetch_optional()
        .await?;
    Ok(row.map(Code::from))
}

/// Marks a code as exchanged.
pub async fn mark_used(tx: &mut Tx, code_hash: &[u8], at: UnixMillis) -> Result<(), StoreError> {
    tx.sql("UPDATE codes SET used_at = $1 WHERE code_hash = $2")
        .bind(at.0)
        .bind(code_hash.to_vec())
        .execute()
        .await?;
    Ok(())
}

/// Removes the codes of a user but for the newest, of which `kept` stay; gives how many.
pub async fn keep_newest(tx: &mut Tx, user_id: UserId, kept: usize) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM codes
         WHERE user_id = $1 AND code_hash NOT IN (
           SELECT code_hash FROM codes
           WHERE user_id = $1
           ORDER BY expires_at DESC, grant_id DESC
           LIMIT $2)",
    )
    .bind(user_id.0)
    .bind(rows(kept))
    .execute()
    .await
}

/// Removes all codes of a user.
pub async fn delete_of_user(tx: &mut Tx, user_id: UserId) -> Result<(), StoreError> {
    tx.sql("DELETE FROM codes WHERE user_id = $1")
        .bind(user_id.0)
        .execute()
        .await?;
    Ok(())
}

/// Removes the codes that an application was given for a user.
pub async fn delete_of_application(
    tx: &mut Tx,
    user_id: UserId,
    application_id: ApplicationId,
) -> Result<(), StoreError> {
    tx.sql("DELETE FROM codes WHERE user_id = $1 AND application_id = $2")
        .bind(user_id.0)
        .bind(application_id.0)
        .execute()
        .await?;
    Ok(())
}

/// Removes codes that died before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM codes WHERE expires_at < $1")
        .bind(before.0)
        .execute()
        .await
}
