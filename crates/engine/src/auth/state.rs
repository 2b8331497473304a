//! What authentication keeps in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use domain::ids::{AccountId, ApiKeyId, TokenId};
use domain::time::UnixMillis;

use super::config::AuthConfig;
use super::known::Known;
use super::limits::Limits;
use super::password::Passwords;
use super::throttle::Buckets;

/// Most attempts to sign in that wait to be given back; as long as nothing can be written, their
/// locks end by themselves.
const MOST_OWED: usize = 10_000;

/// What authentication keeps in memory.
#[derive(Debug)]
pub struct State {
    pub(super) passwords: Passwords,
    pub(super) limits: Limits,
    pub(super) known: Known,
    used: Mutex<HashMap<TokenId, UnixMillis>>,
    owed: Mutex<Vec<Buckets>>,
    used_keys: Mutex<BTreeMap<(AccountId, ApiKeyId), UnixMillis>>,
}

impl State {
    /// An empty state.
    pub fn new(config: &AuthConfig) -> Self {
        Self {
            passwords: Passwords::new(config),
            limits: Limits::new(config.limits),
            known: Known::default(),
            used: Mutex::default(),
            owed: Mutex::default(),
            used_keys: Mutex::default(),
        }
    }

    /// Notes an attempt to sign in that is to be given back, to be written later.
    pub(super) fn owe(&self, buckets: Buckets) {
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        if owed.len() < MOST_OWED {
            owed.push(buckets);
        }
    }

    /// The attempts that are to be given back.
    pub(super) fn take_owed(&self) -> Vec<Buckets> {
        std::mem::take(&mut *self.owed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes the use of a token, to be written later together with others.
    pub(super) fn token_used(&self, id: TokenId, at: UnixMillis) {
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, at);
    }

    /// The tokens used since the last call.
    pub(super) fn take_used(&self) -> HashMap<TokenId, UnixMillis> {
        std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes the use of a key, to be written later together with others.
    pub(super) fn key_used(&self, account_id: AccountId, id: ApiKeyId, at: UnixMillis) {
        self.used_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((account_id, id), at);
    }

    /// The keys used since the last call, in their order.
    pub(super) fn take_used_keys(&self) -> BTreeMap<(AccountId, ApiKeyId), UnixMillis> {
        std::mem::take(
            &mut *self
                .used_keys
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}
