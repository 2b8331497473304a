//! People who can sign in, and what proves that it is them.

use domain::ids::UserId;
use domain::time::UnixMillis;
use domain::user::{Presence, User};

use crate::db::Reader;
use crate::error::StoreError;
use crate::row;
use crate::{Db, Tx};

/// What signing in needs to know of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The person.
    pub user: User,
    /// PHC string; without one there is no sign-in by password.
    pub password_hash: Option<String>,
    /// What was issued under an earlier epoch is dead.
    pub epoch: i64,
}

row! {
    pub(crate) struct UserRow {
        pub(crate) id: i64,
        pub(crate) name: String,
        pub(crate) email: String,
        pub(crate) avatar: Option<String>,
        pub(crate) presence: i64,
        pub(crate) is_disabled: bool,
        pub(crate) password_hash: Option<String>,
        pub(crate) epoch: i64,
        pub(crate) added_at: i64,
    }
}

impl UserRow {
    pub(crate) fn credentials(self) -> Result<Credentials, StoreError> {
        let presence = u8::try_from(self.presence)
            .ok()
            .and_then(Presence::from_number)
            .ok_or_else(|| StoreError::broken("a user's presence has an unknown number"))?;
        Ok(Credentials {
            user: User {
                id: UserId(self.id),
                name: self.name,
                email: self.email,
                avatar: self.avatar,
                presence,
                is_disabled: self.is_disabled,
                added_at: UnixMillis(self.added_at),
            },
            password_hash: self.password_hash,
            epoch: self.epoch,
        })
    }
}

/// Adds a person under an unused number.
///
/// # Errors
/// [`StoreError::Conflict`] when the e-mail address is taken.
pub async fn create(
    tx: &mut Tx,
    user: &User,
    password_hash: Option<&str>,
) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO users
           (id, name, email, avatar, presence, is_disabled, added_at, password_hash,
            password_changed_at, epoch)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(user.id.0)
    .bind(user.name.clone())
    .bind(user.email.clone())
    .bind(user.avatar.clone())
    .bind(i64::from(user.presence.number()))
    .bind(user.is_disabled)
    .bind(user.added_at.0)
    .bind(password_hash.map(str::to_owned))
    .bind(password_hash.map(|_| user.added_at.0))
    .bind(0_i64)
    .execute()
    .await?;
    Ok(())
}

/// The person with this number.
pub async fn find(db: &Db, id: UserId) -> Result<Option<User>, StoreError> {
    let row: Option<UserRow> = db
        .sql(
            "SELECT id, name, email, avatar, presence, is_disabled, password_hash, epoch,
               added_at
             FROM users
             WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional()
        .await?;
    row.map(|row| row.credentials().map(|found| found.user))
        .transpose()
}

/// A person as the operator sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The person.
    pub user: User,
    /// There is a password to sign in with.
    pub has_password: bool,
    /// The last sign-in.
    pub last_login_at: Option<UnixMillis>,
}

row! {
    struct ListedRow {
        #[sqlx(flatten)]
        user: UserRow,
        last_login_at: Option<i64>,
    }
}

/// People of the whole installation behind a number, by number.
pub async fn list(db: &Db, after: UserId, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<ListedRow> = db
        .sql(
            "SELECT id, name, email, avatar, presence, is_disabled, password_hash, epoch, added_at,
               last_login_at
             FROM users
             WHERE id > $1
             ORDER BY id
             LIMIT $2",
        )
        .bind(after.0)
        .bind(limit)
        .fetch_all()
        .await?;
    rows.into_iter()
        .map(|row| {
            let found = row.user.credentials()?;
            Ok(Listed {
                has_password: found.password_hash.is_some(),
                user: found.user,
                last_login_at: row.last_login_at.map(UnixMillis),
            })
        })
        .collect()
}

/// The person who signs in with this e-mail address, given in lower case.
pub async fn find_by_email<'c>(
    from: impl Into<Reader<'c>>,
    email: &str,
) -> Result<Option<Credentials>, StoreError> {
    let row: Option<UserRow> = from
        .into()
        .sql(
            "SELECT id, name, email, avatar, presence, is_disabled, password_hash, epoch,
               added_at
             FROM users
             WHERE email = $1",
        )
        .bind(email.to_owned())
        .fetch_optional()
        .await?;
    row.map(UserRow::credentials).transpose()
}

/// The person with this number, within a transaction; nobody else changes the row until it ends.
pub async fn lock(tx: &mut Tx, id: UserId) -> Result<Option<Credentials>, StoreError> {
    // An update that changes nothing locks the row on both engines, in one text.
    let row: Option<UserRow> = tx
        .sql(
            "UPDATE users
             SET epoch = epoch
             WHERE id = $1
             RETURNING id, name, email, avatar, presence, is_disabled, password_hash,
               epoch, added_at",
        )
        .bind(id.0)
        .fetch_optional()
        .await?;
    row.map(UserRow::credentials).transpose()
}

/// Whether anybody exists.
pub async fn is_anybody_there(tx: &mut Tx) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .sql("SELECT id FROM users ORDER BY id LIMIT 1")
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Replaces name, e-mail address, picture, presence and lock; gives whether there is such a person.
///
/// # Errors
/// [`StoreError::Conflict`] when the e-mail address is taken.
pub async fn update(tx: &mut Tx, user: &User) -> Result<bool, StoreError> {
    let changed = tx
        .sql(
            "UPDATE users
             SET name = $1, email = $2, avatar = $3, presence = $4, is_disabled = $5
             WHERE id = $6",
        )
        .bind(user.name.clone())
        .bind(user.email.clone())
        .bind(user.avatar.clone())
        .bind(i64::from(user.presence.number()))
        .bind(user.is_disabled)
        .bind(user.id.0)
        .execute()
        .await?;
    Ok(changed > 0)
}

/// Notes that a person signed in.
pub async fn note_login(tx: &mut Tx, id: UserId, at: UnixMillis) -> Result<(), StoreError> {
    tx.sql("UPDATE users SET last_login_at = $1 WHERE id = $2")
        .bind(at.0)
        .bind(id.0)
        .execute()
        .await?;
    Ok(())
}

/// Sets a password and ends the epoch: whatever was issued before is dead.
pub async fn set_password(
    tx: &mut Tx,
    id: UserId,
    password_hash: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE users
         SET password_hash = $1, password_changed_at = $2, epoch = epoch + 1
         WHERE id = $3",
    )
    .bind(password_hash.to_owned())
    .bind(at.0)
    .bind(id.0)
    .execute()
    .await?;
    Ok(())
}

/// Ends the epoch without a new password: whatever was issued before is dead.
pub async fn end_epoch(tx: &mut Tx, id: UserId) -> Result<(), StoreError> {
    tx.sql("UPDATE users SET epoch = epoch + 1 WHERE id = $1")
        .bind(id.0)
        .execute()
        .await?;
    Ok(())
}

/// Replaces a hash by a stronger one of the same password, unless the password changed meanwhile.
pub async fn strengthen_password(
    tx: &mut Tx,
    id: UserId,
    old_hash: &str,
    new_hash: &str,
) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE users
         SET password_hash = $1
         WHERE id = $2 AND password_hash = $3",
    )
    .bind(new_hash.to_owned())
    .bind(id.0)
    .bind(old_hash.to_owned())
    .execute()
    .await?;
    Ok(())
}
