//! Access and refresh tokens.

use domain::ids::{ApplicationId, TokenId, UserId};
use domain::time::UnixMillis;
use domain::user::User;

use crate::convert::rows;
use crate::error::StoreError;
use crate::row;
use crate::users::UserRow;
use crate::{Db, Tx};

/// A token that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Number.
    pub id: TokenId,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// Is for getting access tokens, not for calling the API.
    pub is_refresh: bool,
    /// Who holds it.
    pub application_id: ApplicationId,
    /// For whom it acts.
    pub user_id: UserId,
    /// The user's epoch when it was issued.
    pub epoch: i64,
    /// The consent it belongs to; revoked as a whole.
    pub grant_id: TokenId,
    /// The refresh token it was exchanged for.
    pub parent_id: Option<TokenId>,
    /// What it may do, in words.
    pub scopes: String,
    /// When it was issued.
    pub added_at: UnixMillis,
    /// When it dies.
    pub expires_at: UnixMillis,
    /// Of an access token: roughly the last use; of a refresh token: when it was exchanged.
    pub used_at: Option<UnixMillis>,
    /// Of a refresh token that was exchanged: what its successor is derived with.
    pub successor_salt: Option<Vec<u8>>,
    /// When it was revoked.
    pub revoked_at: Option<UnixMillis>,
}

/// An access token that is in force, with whom it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveToken {
    /// Number.
    pub id: TokenId,
    /// For whom it acts.
    pub user: User,
    /// Who holds it.
    pub application_id: ApplicationId,
    /// That application is trusted.
    pub is_trusted: bool,
    /// That application is the API console.
    pub is_console: bool,
    /// That application is one of the server's own.
    pub is_built_in: bool,
    /// What it may do, in words.
    pub scopes: String,
    /// When it ends.
    pub expires_at: UnixMillis,
    /// Roughly the last use.
    pub used_at: Option<UnixMillis>,
}

row! {
    struct TokenRow {
        id: i64,
        token_hash: Vec<u8>,
        is_refresh: bool,
        application_id: i64,
        user_id: i64,
        epoch: i64,
        grant_id: i64,
        parent_id: Option<i64>,
        scopes: String,
        added_at: i64,
        expires_at: i64,
        used_at: Option<i64>,
        successor_salt: Option<Vec<u8>>,
        revoked_at: Option<i64>,
    }
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: TokenId(row.id),
            token_hash: row.token_hash,
            is_refresh: row.is_refresh,
            application_id: ApplicationId(row.application_id),
            user_id: UserId(row.user_id),
            epoch: row.epoch,
            grant_id: TokenId(row.grant_id),
            parent_id: row.parent_id.map(TokenId),
            scopes: row.scopes,
            added_at: UnixMillis(row.added_at),
            expires_at: UnixMillis(row.expires_at),
            used_at: row.used_at.map(UnixMillis),
            successor_salt: row.successor_salt,
            revoked_at: row.revoked_at.map(UnixMillis),
        }
    }
}

row! {
    struct LiveRow {
        #[sqlx(flatten)]
        user: UserRow,
        token_id: i64,
        application_id: i64,
        is_trusted: bool,
        is_console: bool,
        is_built_in: bool,
        scopes: String,
        expires_at: i64,
        used_at: Option<i64>,
    }
}

/// Keeps a new token under an unused number.
pub async fn create(tx: &mut Tx, token: &Token) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO tokens
           (id, token_hash, is_refresh, application_id, user_id, epoch, grant_id, parent_id,
            scopes, added_at, expires_at, used_at, successor_salt, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(token.id.0)
    .bind(token.token_hash.clone())
    .bind(token.is_refresh)
    .bind(token.application_id.0)
    .bind(token.user_id.0)
    .bind(token.epoch)
    .bind(token.grant_id.0)
    .bind(token.parent_id.map(|id| id.0))
    .bind(token.scopes.clone())
    .bind(token.added_at.0)
    .bind(token.expires_at.0)
    .bind(token.used_at.map(|at| at.0))
    .bind(token.successor_salt.clone())
    .bind(token.revoked_at.map(|at| at.0))
    .execute()
    .await?;
    Ok(())
}

/// The access token with this hash, if it is in force: not expired, not revoked, of the user's
/// present epoch, and the user not disabled.
pub async fn find_live(
    db: &Db,
    token_hash: &[u8],
    now: UnixMillis,
) -> Result<Option<LiveToken>, StoreError> {
    let row: Option<LiveRow> = db
        .sql(
            "SELECT u.id, u.name, u.email, u.avatar, u.presence, u.is_disabled,
               u.password_hash, u.epoch, u.added_at, t.id AS token_id, t.application_id, t.scopes,
               t.expires_at, t.used_at,
               a.is_trusted, a.is_console, a.built_in IS NOT NULL AS is_built_in
             FROM tokens t
             JOIN users u ON u.id = t.user_id AND u.epoch = t.epoch
             JOIN applications a ON a.id = t.application_id
             WHERE t.token_hash = $1
               AND NOT t.is_refresh
               AND t.revoked_at IS NULL
               AND t.expires_at > $2
               AND NOT u.is_disabled",
        )
        .bind(token_hash.to_vec())
        .bind(now.0)
        .fetch_optional()
        .await?;
    row.map(|row| {
        Ok(LiveToken {
            id: TokenId(row.token_id),
            user: row.user.credentials()?.user,
            application_id: ApplicationId(row.application_id),
            is_trusted: row.is_trusted,
            is_console: row.is_console,
            is_built_in: row.is_built_in,
            scopes: row.scopes,
            expires_at: UnixMillis(row.expires_at),
            used_at: row.used_at.map(UnixMillis),
        })
    })
    .transpose()
}

/// Whether the access token with this number is still in force, as in [`find_live`].
pub async fn is_live(db: &Db, id: TokenId, now: UnixMillis) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .sql(
            "SELECT t.id
             FROM tokens t
             JOIN users u ON u.id = t.user_id AND u.epoch = t.epoch
             WHERE t.id = $1
               AND NOT t.is_refresh
               AND t.revoked_at IS NULL
               AND t.expires_at > $2
               AND NOT u.is_disabled",
        )
        .bind(id.0)
        .bind(now.0)
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// For whom the token with this hash acts. Nothing is locked: it is for locking the person first.
pub async fn user_of(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<UserId>, StoreError> {
    let row: Option<(i64,)> = tx
        .sql("SELECT user_id FROM tokens WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| UserId(id)))
}

/// A token by its hash; nobody else changes its row until the transaction ends.
pub async fn lock(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Token>, StoreError> {
    let row: Option<TokenRow> = tx
        .sql(
            "UPDATE tokens
             SET used_at = used_at
             WHERE token_hash = $1
             RETURNING id, token_hash, is_refresh, application_id, user_id, epoch, grant_id,
               parent_id, scopes, added_at, expires_at, used_at, successor_salt, revoked_at",
        )
        .bind(token_hash.to_vec())
        .fetch_optional()
        .await?;
    Ok(row.map(Token::from))
}

/// Whether a refresh token that was issued for `parent_id` has been exchanged itself.
pub async fn has_exchanged_child(tx: &mut Tx, parent_id: TokenId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .sql(
            "SELECT id
             FROM tokens
             WHERE parent_id = $1 AND is_refresh AND used_at IS NOT NULL
             ORDER BY id
             LIMIT 1",
        )
        .bind(parent_id.0)
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Sets when tokens were used, of which there may be many.
pub async fn mark_used(tx: &mut Tx, ids: &[TokenId], at: UnixMillis) -> Result<(), StoreError> {
    for ids in ids.chunks(1_000) {
        tx.sql("UPDATE tokens SET used_at = ")
            .push_bind(at.0)
            .push(" WHERE id IN ")
            .push_list(ids.iter().map(|id| id.0))
            .execute()
            .await?;
    }
    Ok(())
}

/// Notes that a refresh token was exchanged, and what its successor is derived with.
pub async fn mark_exchanged(
    tx: &mut Tx,
    id: TokenId,
    successor_salt: &[u8],
    at: UnixMillis,
) -> Result<(), StoreError> {
    tx.sql("UPDATE tokens SET used_at = $1, successor_salt = $2 WHERE id = $3")
        .bind(at.0)
        .bind(successor_salt.to_vec())
        .bind(id.0)
        .execute()
        .await?;
    Ok(())
}

/// Revokes one token.
pub async fn revoke(tx: &mut Tx, id: TokenId, at: UnixMillis) -> Result<(), StoreError> {
    tx.sql("UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(at.0)
        .bind(id.0)
        .execute()
        .await?;
    Ok(())
}

/// Revokes all tokens of a grant; gives how many were in force.
pub async fn revoke_grant(
    tx: &mut Tx,
    grant_id: TokenId,
    at: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql("UPDATE tokens SET revoked_at = $1 WHERE grant_id = $2 AND revoked_at IS NULL")
        .bind(at.0)
        .bind(grant_id.0)
        .execute()
        .await
}

/// Revokes all tokens of a user; gives how many were in force.
pub async fn revoke_of_user(
    tx: &mut Tx,
    user_id: UserId,
    at: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql("UPDATE tokens SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL")
        .bind(at.0)
        .bind(user_id.0)
        .execute()
        .await
}

/// A token of somebody, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedToken {
    /// Number.
    pub id: TokenId,
    /// Address of the person for whom it acts.
    pub email: String,
    /// Name of the application that holds it.
    pub application: String,
    /// That application is one of the server's own: the person made the token.
    pub is_built_in: bool,
    /// What it may do, in words.
    pub scopes: String,
    /// When it was issued.
    pub added_at: UnixMillis,
    /// When it dies.
    pub expires_at: UnixMillis,
    /// Roughly the last use.
    pub used_at: Option<UnixMillis>,
}

row! {
    struct ListedRow {
        id: i64,
        email: String,
        application: String,
        is_built_in: bool,
        scopes: String,
        added_at: i64,
        expires_at: i64,
        used_at: Option<i64>,
    }
}

impl From<ListedRow> for ListedToken {
    fn from(row: ListedRow) -> Self {
        Self {
            id: TokenId(row.id),
            email: row.email,
            application: row.application,
            is_built_in: row.is_built_in,
            scopes: row.scopes,
            added_at: UnixMillis(row.added_at),
            expires_at: UnixMillis(row.expires_at),
            used_at: row.used_at.map(UnixMillis),
        }
    }
}

/// Which tokens are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Those of one person; of everybody when absent.
    pub user_id: Option<UserId>,
    /// Only those that the person made for themselves.
    pub only_own: bool,
    /// Behind this number.
    pub after: TokenId,
    /// At most so many.
    pub limit: i64,
}

/// Access tokens that are in force, by number.
pub async fn list_live(
    db: &Db,
    listing: Listing,
    now: UnixMillis,
) -> Result<Vec<ListedToken>, StoreError> {
    let mut statement = db
        .sql(
            "SELECT t.id, u.email, a.name AS application, a.built_in IS NOT NULL AS is_built_in,
               t.scopes, t.added_at, t.expires_at, t.used_at
             FROM tokens t
             JOIN users u ON u.id = t.user_id AND u.epoch = t.epoch
             JOIN applications a ON a.id = t.application_id
             WHERE NOT t.is_refresh
               AND t.revoked_at IS NULL
               AND t.expires_at > $1
               AND t.id > $2",
        )
        .bind(now.0)
        .bind(listing.after.0);
    if let Some(user_id) = listing.user_id {
        statement = statement.push(" AND t.user_id = ").push_bind(user_id.0);
    }
    if listing.only_own {
        statement = statement.push(" AND a.built_in IS NOT NULL");
    }
    let rows: Vec<ListedRow> = statement
        .push(" ORDER BY t.id LIMIT ")
        .push_bind(listing.limit)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(ListedToken::from).collect())
}

/// What a person consented to, as far as it is in force: one row per application and scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The application.
    pub application_id: ApplicationId,
    /// Its name.
    pub application: String,
    /// What it may do, in words.
    pub scopes: String,
    /// The oldest token.
    pub added_at: UnixMillis,
    /// The last use.
    pub used_at: Option<UnixMillis>,
}

row! {
    struct ConsentRow {
        application_id: i64,
        application: String,
        scopes: String,
        added_at: i64,
        used_at: Option<i64>,
    }
}

/// What a person consented to, by application.
pub async fn consents_of(
    db: &Db,
    user_id: UserId,
    now: UnixMillis,
    limit: i64,
) -> Result<Vec<Consent>, StoreError> {
    let rows: Vec<ConsentRow> = db
        .sql(
            "SELECT a.id AS application_id, a.name AS application, t.scopes,
               MIN(t.added_at) AS added_at, MAX(t.used_at) AS used_at
             FROM tokens t
             JOIN users u ON u.id = t.user_id AND u.epoch = t.epoch
             JOIN applications a ON a.id = t.application_id
             WHERE t.user_id = $1
               AND t.revoked_at IS NULL
               AND t.expires_at > $2
               AND a.built_in IS NULL
             GROUP BY a.id, a.name, t.scopes
             ORDER BY a.id, t.scopes
             LIMIT $3",
        )
        .bind(user_id.0)
        .bind(now.0)
        .bind(limit)
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Consent {
            application_id: ApplicationId(row.application_id),
            application: row.application,
            scopes: row.scopes,
            added_at: UnixMillis(row.added_at),
            used_at: row.used_at.map(UnixMillis),
        })
        .collect())
}

/// Whose token this is and which consent it belongs to.
pub async fn find(tx: &mut Tx, id: TokenId) -> Result<Option<(UserId, TokenId)>, StoreError> {
    let row: Option<(i64, i64)> = tx
        .sql("SELECT user_id, grant_id FROM tokens WHERE id = $1")
        .bind(id.0)
        .fetch_optional()
        .await?;
    Ok(row.map(|(user, grant)| (UserId(user), TokenId(grant))))
}

/// Revokes the tokens that an application holds for a user; gives how many were in force.
pub async fn revoke_of_application(
    tx: &mut Tx,
    user_id: UserId,
    application_id: ApplicationId,
    at: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql(
        "UPDATE tokens
         SET revoked_at = $1
         WHERE user_id = $2 AND application_id = $3 AND revoked_at IS NULL",
    )
    .bind(at.0)
    .bind(user_id.0)
    .bind(application_id.0)
    .execute()
    .await
}

/// How many tokens that a user made for themselves are in force.
pub async fn count_personal(
    tx: &mut Tx,
    user_id: UserId,
    now: UnixMillis,
) -> Result<usize, StoreError> {
    let (count,): (i64,) = tx
        .sql(
            "SELECT COUNT(*)
             FROM tokens t
             JOIN applications a ON a.id = t.application_id
             WHERE t.user_id = $1
               AND NOT t.is_refresh
               AND t.revoked_at IS NULL
               AND t.expires_at > $2
               AND a.built_in IS NOT NULL",
        )
        .bind(user_id.0)
        .bind(now.0)
        .fetch_one()
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// What a user consented to, to one application or to all but the server's own: first what is in
/// force, the one that was used last first. The first `but` of them are left out.
pub async fn grants_after(
    tx: &mut Tx,
    user_id: UserId,
    application_id: Option<ApplicationId>,
    but: usize,
    now: UnixMillis,
) -> Result<Vec<TokenId>, StoreError> {
    let mut statement = tx
        .sql(
            "SELECT t.grant_id
             FROM tokens t
             JOIN applications a ON a.id = t.application_id
             WHERE t.user_id = $1 AND a.built_in IS NULL",
        )
        .bind(user_id.0);
    if let Some(id) = application_id {
        statement = statement.push(" AND t.application_id = ").push_bind(id.0);
    }
    let found: Vec<(i64,)> = statement
        .push(
            " GROUP BY t.grant_id
             ORDER BY MAX(CASE WHEN t.revoked_at IS NULL AND t.expires_at > ",
        )
        .push_bind(now.0)
        .push(
            " THEN 1 ELSE 0 END) DESC, MAX(COALESCE(t.used_at, t.added_at)) DESC, t.grant_id DESC",
        )
        .fetch_all()
        .await?;
    let found = found.into_iter().skip(but);
    Ok(found.map(|(grant,)| TokenId(grant)).collect())
}

/// Removes all tokens of a grant: whoever presents one is told that it is unknown.
pub async fn delete_grant(tx: &mut Tx, grant_id: TokenId) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM tokens WHERE grant_id = $1")
        .bind(grant_id.0)
        .execute()
        .await
}

/// Removes the tokens of a grant but for the newest, of which `kept` stay; gives how many.
pub async fn keep_newest_of_grant(
    tx: &mut Tx,
    grant_id: TokenId,
    kept: usize,
) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM tokens
         WHERE grant_id = $1 AND id NOT IN (
           SELECT id FROM tokens WHERE grant_id = $1 ORDER BY id DESC LIMIT $2)",
    )
    .bind(grant_id.0)
    .bind(rows(kept))
    .execute()
    .await
}

/// Removes tokens that died before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM tokens WHERE expires_at < $1")
        .bind(before.0)
        .execute()
        .await
}
