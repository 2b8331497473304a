//! Programs that act for users: OAuth clients.

use domain::ids::ApplicationId;
use domain::time::UnixMillis;

use crate::error::StoreError;
use crate::row;
use crate::{Db, Tx};

/// An OAuth client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Number.
    pub id: ApplicationId,
    /// Public identifier.
    pub client_id: String,
    /// SHA-256 of the secret; none for a public client, which proves itself by PKCE alone.
    pub secret_hash: Option<Vec<u8>>,
    /// Name shown to the users who are asked for consent.
    pub name: String,
    /// Where the browser is sent back to; none when users cannot authorise it in a browser.
    pub redirect_uri: Option<String>,
    /// May see and set what only trusted applications may.
    pub is_trusted: bool,
    /// Refused without PKCE.
    pub needs_pkce: bool,
    /// Its tokens have the small allowance of the API console.
    pub is_console: bool,
    /// The word by which the server finds an application of its own.
    pub built_in: Option<String>,
    /// When it was registered.
    pub added_at: UnixMillis,
}

row! {
    struct ApplicationRow {
        id: i64,
        client_id: String,
        secret_hash: Option<Vec<u8>>,
        name: String,
        redirect_uri: Option<String>,
        is_trusted: bool,
        needs_pkce: bool,
        is_console: bool,
        built_in: Option<String>,
        added_at: i64,
    }
}

impl From<ApplicationRow> for Application {
    fn from(row: ApplicationRow) -> Self {
        Self {
            id: ApplicationId(row.id),
            client_id: row.client_id,
            secret_hash: row.secret_hash,
            name: row.name,
            redirect_uri: row.redirect_uri,
            is_trusted: row.is_trusted,
            needs_pkce: row.needs_pkce,
            is_console: row.is_console,
            built_in: row.built_in,
            added_at: UnixMillis(row.added_at),
        }
    }
}

/// Registers an application under an unused number.
pub async fn create(tx: &mut Tx, application: &Application) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO applications
           (id, client_id, secret_hash, name, redirect_uri, is_trusted, needs_pkce, is_console,
            built_in, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(application.id.0)
    .bind(application.client_id.clone())
    .bind(application.secret_hash.clone())
    .bind(application.name.clone())
    .bind(application.redirect_uri.clone())
    .bind(application.is_trusted)
    .bind(application.needs_pkce)
    .bind(application.is_console)
    .bind(application.built_in.clone())
    .bind(application.added_at.0)
    .execute()
    .await?;
    Ok(())
}

/// The application with this public identifier.
pub async fn find_by_client_id(
    db: &Db,
    client_id: &str,
) -> Result<Option<Application>, StoreError> {
    let row: Option<ApplicationRow> = db
        .sql(
            "SELECT id, client_id, secret_hash, name, redirect_uri, is_trusted, needs_pkce,
               is_console, built_in, added_at
             FROM applications
             WHERE client_id = $1",
        )
        .bind(client_id.to_owned())
        .fetch_optional()
        .await?;
    Ok(row.map(Application::from))
}

/// An application of the server's own.
pub async fn find_built_in(tx: &mut Tx, word: &str) -> Result<Option<Application>, StoreError> {
    let row: Option<ApplicationRow> = tx
        .sql(
            "SELECT id, client_id, secret_hash, name, redirect_uri, is_trusted, needs_pkce,
               is_console, built_in, added_at
             FROM applications
             WHERE built_in = $1",
        )
        .bind(word.to_owned())
        .fetch_optional()
        .await?;
    Ok(row.map(Application::from))
}

/// Removes an application with everything that it holds; gives whether there was one.
pub async fn delete(tx: &mut Tx, id: ApplicationId) -> Result<bool, StoreError> {
    for text in [
        "DELETE FROM codes WHERE application_id = $1",
        "DELETE FROM tokens WHERE application_id = $1",
    ] {
        tx.sql(text).bind(id.0).execute().await?;
    }
    let deleted = tx
        .sql("DELETE FROM applications WHERE id = $1")
        .bind(id.0)
        .execute()
        .await?;
    Ok(deleted > 0)
}

/// How many applications there are, without the server's own.
pub async fn count(tx: &mut Tx) -> Result<usize, StoreError> {
    let (count,): (i64,) = tx
        .sql("SELECT COUNT(*) FROM applications WHERE built_in IS NULL")
        .fetch_one()
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// All applications, oldest first.
pub async fn list(db: &Db) -> Result<Vec<Application>, StoreError> {
    let rows: Vec<ApplicationRow> = db
        .sql(
            "SELECT id, client_id, secret_hash, name, redirect_uri, is_trusted, needs_pkce,
               is_console, built_in, added_at
             FROM applications
             ORDER BY id",
        )
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(Application::from).collect())
}
