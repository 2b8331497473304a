//! From a presented key of a program to its authority.

use domain::ids::{AccountId, ApiKeyId};
use domain::permission::Permission;
use domain::role::Role;
use domain::scope::Scope;
use domain::time::MINUTE_MS;

use super::admit::{Needs, admit};
use super::known::KnownKey;
use super::limits::{self, Allowance, Subject};
use super::secret::fingerprint;
use crate::error::Denial;
use crate::{Engine, Error};

/// The last use of a key is written at most this often.
const USED_EVERY_MS: i64 = 10 * MINUTE_MS;

/// The same words whatever is wrong, so that nothing can be learned from them.
pub(super) const REFUSED: Error = Error::Unauthenticated("The token name or secret is not valid.");

/// Which program calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIdentity {
    /// The key.
    pub key_id: ApiKeyId,
    /// The one account that it reaches.
    pub account_id: AccountId,
    scope: Scope,
}

/// Finds out which key is presented.
///
/// A revocation acts on the next call: what was looked up before is used again only when nothing
/// was committed since.
///
/// # Errors
/// `Unauthenticated` with the same words for an unknown name, a wrong secret and a key that was
/// removed.
pub async fn authenticate_key(
    engine: &Engine,
    name: &str,
    secret: &str,
) -> Result<KeyIdentity, Error> {
    let (now, state) = (engine.now(), engine.auth_state());
    let (as_of, fingerprint) = (engine.db().commits(), fingerprint(secret));
    if let Some((known, is_to_note)) = state.known.key(as_of, &fingerprint, now, USED_EVERY_MS) {
        if known.name != name {
            return Err(REFUSED);
        }
        if is_to_note {
            state.key_used(known.identity.account_id, known.identity.key_id, now);
        }
        return Ok(known.identity);
    }
    // The secret has 128 random bits: looking up its hash tells nobody anything. Names are unique
    // within an account only, so the name is compared afterwards.
    let key = store::keys::find_by_secret(engine.db(), &fingerprint)
        .await?
        .filter(|key| key.name == name)
        .ok_or(REFUSED)?;
    let role = store::roles::find(engine.db(), key.account_id, key.role_id)
        .await?
        .ok_or(REFUSED)?;
    let noted_at = key
        .used_at
        .filter(|used_at| now.since(*used_at).abs() < USED_EVERY_MS);
    if noted_at.is_none() {
        state.key_used(key.account_id, key.id, now);
    }
    let identity = KeyIdentity {
        key_id: key.id,
        account_id: key.account_id,
        scope: Scope::for_key(key.account_id, key.id, role.topics, role.permissions),
    };
    let known = KnownKey {
        name: key.name,
        identity: identity.clone(),
        noted_at: noted_at.unwrap_or(now),
    };
    state.known.keep_key(as_of, fingerprint, known);
    Ok(identity)
}

impl KeyIdentity {
    /// The authority of the key, if its role allows what is needed, and programs at all.
    ///
    /// # Errors
    /// `Denied` with the permission that is lacking, or because the role is not for keys.
    pub fn scope_for(&self, needs: Needs) -> Result<&Scope, Error> {
        if self.scope.may(Permission::InboxonlyassignedtomeRead) {
            return Err(Error::Denied(Denial::Rule(NOT_FOR_KEYS.to_owned())));
        }
        admit(&self.scope, Needs::All(&[Permission::ApiRead]))?;
        admit(&self.scope, needs)?;
        Ok(&self.scope)
    }
}

/// Why a role with the restriction to assigned mentions is not for keys: nothing is assigned to a
/// program, so the restriction would mean nothing to it.
const NOT_FOR_KEYS: &str = "A role that sees only what is assigned to its users (\"inboxonlyassignedtome.read\") is not for keys.";

/// Whether a role can be given to a key.
pub(crate) fn fits_keys(role: &Role) -> bool {
    !role
        .permissions
        .contains(Permission::InboxonlyassignedtomeRead)
}

/// The same as an error at a parameter.
pub(crate) fn not_for_keys(field: &str) -> Error {
    Error::invalid(field, NOT_FOR_KEYS)
}

/// Counts a call with a key, within windows of a minute. `None` when calls are not limited.
///
/// # Errors
/// `Unavailable` when several servers share the allowance and the database cannot say.
pub async fn count_key_call(engine: &Engine, key: ApiKeyId) -> Result<Option<Allowance>, Error> {
    limits::count(engine, Subject::Key(key)).await
}
