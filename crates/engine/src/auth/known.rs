//! Tokens, keys and roles that were looked up a moment ago, for as long as nothing was committed.
//!
//! SQLite tells whether anybody, in this process or another, has committed anything since. As long
//! as nobody has, a token and a role are what they were, so a revocation acts on the very next
//! call without a query per call. PostgreSQL cannot tell as cheaply; there, nothing is kept.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{AccountId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use store::Commits;

use super::identity::Identity;
use super::keys::KeyIdentity;

/// Most tokens, keys or roles kept; beyond it all are looked up again.
const MOST: usize = 10_000;

/// A token that is in force.
#[derive(Debug, Clone)]
pub(super) struct KnownToken {
    pub(super) identity: Identity,
    /// When it ends.
    pub(super) expires_at: UnixMillis,
    /// When its use was last noted.
    pub(super) noted_at: UnixMillis,
}

/// A key that is in force.
#[derive(Debug, Clone)]
pub(super) struct KnownKey {
    /// The name that must come with the secret.
    pub(super) name: String,
    pub(super) identity: KeyIdentity,
    /// When its use was last noted.
    pub(super) noted_at: UnixMillis,
}

/// What was looked up since the last commit.
#[derive(Debug, Default)]
pub(super) struct Known {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    as_of: Option<Commits>,
    tokens: HashMap<Vec<u8>, KnownToken>,
    keys: HashMap<Vec<u8>, KnownKey>,
    scopes: HashMap<(UserId, AccountId), Scope>,
}

impl Known {
    /// The token with this fingerprint. When its use was not noted for `note_every_ms`, the caller
    /// is to note it, which the second value says.
    pub(super) fn token(
        &self,
        as_of: Option<Commits>,
        fingerprint: &[u8],
        now: UnixMillis,
        note_every_ms: i64,
    ) -> Option<(Identity, bool)> {
        let mut kept = self.kept(as_of)?;
        let token = kept.tokens.get_mut(fingerprint)?;
        if token.expires_at <= now {
            return None;
        }
        let is_to_note = now.since(token.noted_at).abs() >= note_every_ms;
        if is_to_note {
            token.noted_at = now;
        }
        Some((token.identity.clone(), is_to_note))
    }

    /// Keeps a token. `as_of` was asked for before the token was looked up.
    pub(super) fn keep_token(
        &self,
        as_of: Option<Commits>,
        fingerprint: Vec<u8>,
        token: KnownToken,
    ) {
        if let Some(mut kept) = self.kept(as_of) {
            if kept.tokens.len() >= MOST {
                kept.tokens.clear();
            }
            kept.tokens.insert(fingerprint, token);
        }
    }

    /// The key with this fingerprint, and whether the caller is to note its use.
    pub(super) fn key(
        &self,
        as_of: Option<Commits>,
        fingerprint: &[u8],
        now: UnixMillis,
        note_every_ms: i64,
    ) -> Option<(KnownKey, bool)> {
        let mut kept = self.kept(as_of)?;
        let key = kept.keys.get_mut(fingerprint)?;
        let is_to_note = now.since(key.noted_at).abs() >= note_every_ms;
        if is_to_note {
            key.noted_at = now;
        }
        Some((key.clone(), is_to_note))
    }

    /// Keeps a key. `as_of` was asked for before the key was looked up.
    pub(super) fn keep_key(&self, as_of: Option<Commits>, fingerprint: Vec<u8>, key: KnownKey) {
        if let Some(mut kept) = self.kept(as_of) {
            if kept.keys.len() >= MOST {
                kept.keys.clear();
            }
            kept.keys.insert(fingerprint, key);
        }
    }

    /// The authority of a person in an account.
    pub(super) fn scope(
        &self,
        as_of: Option<Commits>,
        user_id: UserId,
        account_id: AccountId,
    ) -> Option<Scope> {
        self.kept(as_of)?
            .scopes
            .get(&(user_id, account_id))
            .cloned()
    }

    /// Keeps an authority. `as_of` was asked for before it was looked up.
    pub(super) fn keep_scope(&self, as_of: Option<Commits>, user_id: UserId, scope: &Scope) {
        if let Some(mut kept) = self.kept(as_of) {
            if kept.scopes.len() >= MOST {
                kept.scopes.clear();
            }
            kept.scopes
                .insert((user_id, scope.account_id()), scope.clone());
        }
    }

    /// What is kept as of a moment; what is of another moment is forgotten.
    fn kept(&self, as_of: Option<Commits>) -> Option<MutexGuard<'_, Kept>> {
        let as_of = Some(as_of?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_of != as_of {
            *kept = Kept {
                as_of,
                ..Kept::default()
            };
        }
        Some(kept)
    }
}
