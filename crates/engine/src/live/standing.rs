//! Whether a listener may go on, looked up once for all streams of one token and account.
//!
//! A stream outlives the request that opened it, so it asks again and again whether its token, its
//! user and its role are still what they were. Without sharing, a thousand streams would ask the
//! database thousands of times a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::ids::{AccountId, TokenId};
use domain::permission::Permission;
use domain::scope::Scope;
use tokio::time::Instant;

use crate::Engine;
use crate::auth::{Identity, still_valid};

/// The tokens by which somebody listens.
#[derive(Debug, Default)]
pub(super) struct Standings {
    known: Mutex<HashMap<(TokenId, AccountId), Weak<Standing>>>,
}

/// What a token may hear of an account.
#[derive(Debug)]
pub struct Standing {
    identity: Identity,
    account_id: AccountId,
    checked: tokio::sync::Mutex<Option<Checked>>,
}

#[derive(Debug)]
struct Checked {
    at: Instant,
    /// `None`: nothing any more.
    scope: Option<Scope>,
}

impl Standing {
    /// The standing of a token in an account, shared by all who hold it.
    pub fn of(engine: &Engine, identity: &Identity, account_id: AccountId) -> Arc<Self> {
        let key = (identity.token_id, account_id);
        let known = &engine.live().standings.known;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(standing) = known.get(&key).and_then(Weak::upgrade) {
            return standing;
        }
        known.retain(|_, standing| standing.strong_count() > 0);
        let standing = Arc::new(Self {
            identity: identity.clone(),
            account_id,
            checked: tokio::sync::Mutex::default(),
        });
        known.insert(key, Arc::downgrade(&standing));
        standing
    }

    /// What the token may hear by now, or a moment of `age` ago; `None` when its streams have to
    /// end.
    pub async fn scope(&self, engine: &Engine, age: Duration) -> Option<Scope> {
        let mut checked = self.checked.lock().await;
        if let Some(known) = checked.as_ref().filter(|it| it.at.elapsed() < age) {
            return known.scope.clone();
        }
        let at = Instant::now();
        let scope = self.look_up(engine).await;
        *checked = Some(Checked {
            at,
            scope: scope.clone(),
        });
        scope
    }

    async fn look_up(&self, engine: &Engine) -> Option<Scope> {
        if !matches!(still_valid(engine, &self.identity).await, Ok(true)) {
            return None;
        }
        let scope = self.identity.scope_for(engine, self.account_id).await;
        scope.ok().filter(|scope| scope.may(Permission::InboxRead))
    }
}
