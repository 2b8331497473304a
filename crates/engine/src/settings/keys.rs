//! Keys of an account's programs.
//!
//! Keys are not in the directory: no name in an answer comes from one, and each call looks its key
//! up anyway.

use domain::api_key::{ApiKey, LONGEST_KEY_NAME, is_key_name};
use domain::change::ChangeKind;
use domain::ids::{AccountId, ApiKeyId, RoleId};
use domain::permission::Permission;
use domain::role::Role;
use domain::scope::Scope;
use domain::time::UnixMillis;
use serde_json::{Value, json};
use store::Tx;
use store::counters::Kind;

use super::grant::check_grant;
use super::roles::{held_role, named_role};
use super::{Told, change, require};
use crate::auth::keys::{fits_keys, not_for_keys};
use crate::auth::{Secret, Trust};
use crate::{Engine, Error, What, write};

/// What changing keys needs.
const UPDATES: Permission = Permission::AdminusersUpdate;

/// Most keys of an account. Each counts its calls for itself, so without an end to their number
/// there would be none to the calls either.
const MOST_KEYS: i64 = 100;

/// What outlives the token of who makes a key, or a secret of one.
const SECRETS: &str = "The secret of a key";

/// A key to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// What it may do.
    pub role_id: RoleId,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Its name.
    pub name: Option<String>,
    /// What it may do.
    pub role_id: Option<RoleId>,
    /// Give it a new secret; the old one ends at once.
    pub resets_secret: bool,
}

/// All keys of the account, by number.
///
/// # Errors
/// `Denied` to who may not manage administrators.
pub async fn list_keys(engine: &Engine, scope: &Scope) -> Result<Vec<ApiKey>, Error> {
    require(scope, UPDATES)?;
    Ok(store::keys::list(engine.db(), scope).await?)
}

/// One key.
///
/// # Errors
/// `NotFound` when there is none of this number; `Denied` to who may not manage administrators.
pub async fn get_key(engine: &Engine, scope: &Scope, id: ApiKeyId) -> Result<ApiKey, Error> {
    require(scope, UPDATES)?;
    store::keys::find(engine.db(), scope, id)
        .await?
        .ok_or(Error::NotFound(What::Key))
}

/// Makes a key; gives its secret, which is kept as a hash only. Nobody can hand out what they do
/// not have, and a key outlives the token of who makes it.
///
/// # Errors
/// `Denied` to applications that are not trusted; `Conflict` when there is one of this name, and
/// when the account has as many as it may have.
pub async fn create_key(
    engine: &Engine,
    trust: Trust,
    scope: &Scope,
    new: NewKey,
) -> Result<(ApiKey, Secret), Error> {
    trust.require(SECRETS)?;
    require(scope, UPDATES)?;
    check_name("apikey.name", &new.name)?;
    let secret = Secret::token(engine.random());
    let (secret_hash, now) = (secret.fingerprint(), engine.now());
    let key = change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move { insert(tx, &scope, "apikey.role_id", new, &secret_hash, now).await })
    })
    .await?;
    Ok((key, secret))
}

/// The same for the command line, which may run beside a server: it keeps no index, so it tells
/// the history and nobody else. Whoever presents the key is looked up in the database.
pub(crate) async fn create_key_beside(
    engine: &Engine,
    account_id: AccountId,
    new: NewKey,
) -> Result<(ApiKey, Secret), Error> {
    check_name("name", &new.name)?;
    let scope = Scope::system(account_id);
    let secret = Secret::token(engine.random());
    let (secret_hash, now, engine_in) = (secret.fingerprint(), engine.now(), engine.clone());
    let work_scope = scope.clone();
    let key = write::locked(engine, &scope, move |tx| {
        Box::pin(async move {
            let (key, told) = insert(tx, &work_scope, "role", new, &secret_hash, now).await?;
            super::history::record(tx, &engine_in, &work_scope, &told).await?;
            Ok(key)
        })
    })
    .await?;
    Ok((key, secret))
}

async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    role_field: &str,
    new: NewKey,
    secret_hash: &[u8],
    now: UnixMillis,
) -> Result<(ApiKey, Told), Error> {
    let role = role_for_keys(tx, role_field, scope, new.role_id).await?;
    check_grant(role_field, scope, &role)?;
    let id = ApiKeyId(store::counters::next(tx, Kind::ApiKey).await?);
    if store::keys::count(&mut *tx, scope).await? >= MOST_KEYS {
        return Err(Error::Conflict(format!(
            "An account has at most {MOST_KEYS} keys; delete some first."
        )));
    }
    let key = ApiKey {
        account_id: scope.account_id(),
        id,
        name: new.name,
        role_id: new.role_id,
        added_at: now,
        added_by: scope.actor().user_id(),
        used_at: None,
    };
    store::keys::create(tx, scope, &key, secret_hash).await?;
    let told = told(ChangeKind::KeyAdded, &key, Value::Null, card(&key, false));
    Ok((key, told))
}

/// Renames a key, gives it another role or a new secret, which is then given.
///
/// # Errors
/// `Denied` to applications that are not trusted, for a new secret and another role; `Conflict` when another key has
/// the new name.
pub async fn update_key(
    engine: &Engine,
    trust: Trust,
    scope: &Scope,
    id: ApiKeyId,
    update: KeyUpdate,
) -> Result<(ApiKey, Option<Secret>), Error> {
    require(scope, UPDATES)?;
    if update.resets_secret {
        trust.require(SECRETS)?;
    }
    if let Some(name) = &update.name {
        check_name("updates.name", name)?;
    }
    let secret = update.resets_secret.then(|| Secret::token(engine.random()));
    let secret_hash = secret.as_ref().map(Secret::fingerprint);
    let key = change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let mut key = store::keys::find(&mut *tx, &scope, id)
                .await?
                .ok_or(Error::NotFound(What::Key))?;
            // Who may not give the role that the key has may not take the key over either.
            held_role(tx, &scope, key.role_id).await?;
            let before = card(&key, false);
            if let Some(name) = update.name {
                key.name = name;
            }
            if let Some(role_id) = update.role_id {
                if role_id != key.role_id {
                    trust.require("Another role of a key")?;
                }
                let role = role_for_keys(tx, "updates.role_id", &scope, role_id).await?;
                check_grant("updates.role_id", &scope, &role)?;
                key.role_id = role_id;
            }
            store::keys::update(tx, &scope, &key, secret_hash.as_deref()).await?;
            let after = card(&key, secret_hash.is_some());
            let told = told(ChangeKind::KeyUpdated, &key, before, after);
            Ok((key, told))
        })
    })
    .await?;
    Ok((key, secret))
}

/// Removes a key; calls with it are refused from now on.
///
/// # Errors
/// `NotFound` when there is none of this number; `Denied` to who may not manage administrators.
pub async fn delete_key(engine: &Engine, scope: &Scope, id: ApiKeyId) -> Result<(), Error> {
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let key = store::keys::find(&mut *tx, &scope, id)
                .await?
                .ok_or(Error::NotFound(What::Key))?;
            held_role(tx, &scope, key.role_id).await?;
            store::keys::delete(tx, &scope, id).await?;
            let told = told(ChangeKind::KeyDeleted, &key, card(&key, false), Value::Null);
            Ok(((), told))
        })
    })
    .await
}

fn check_name(field: &str, name: &str) -> Result<(), Error> {
    if is_key_name(name) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!(
            "1 to {LONGEST_KEY_NAME} printable ASCII characters were expected, without a colon and without a space at the ends"
        ),
    ))
}

/// A role that can be given to a key.
async fn role_for_keys(tx: &mut Tx, field: &str, scope: &Scope, id: RoleId) -> Result<Role, Error> {
    let role = named_role(tx, field, scope, id).await?;
    if fits_keys(&role) {
        Ok(role)
    } else {
        Err(not_for_keys(field))
    }
}

pub(super) fn told(kind: ChangeKind, key: &ApiKey, before: Value, after: Value) -> Told {
    Told {
        kind,
        object_id: key.id.0,
        topic_id: None,
        detail: json!({ "name": key.name }),
        before,
        after,
    }
}

/// What the history keeps; of a secret only that it changed.
pub(super) fn card(key: &ApiKey, is_secret_new: bool) -> Value {
    let mut card = json!({ "name": key.name, "role_id": key.role_id });
    if let (true, Some(members)) = (is_secret_new, card.as_object_mut()) {
        members.insert("secret".to_owned(), "reset".into());
    }
    card
}
