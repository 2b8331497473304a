//! How many live streams are open: counted for each user and each account of this node.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{AccountId, UserId};

use crate::Error;

/// How many live streams may be open at a time on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamsConfig {
    /// Of one user, in all accounts together.
    pub per_user: usize,
    /// Of one account.
    pub per_account: usize,
}

impl Default for StreamsConfig {
    fn default() -> Self {
        Self {
            per_user: 100,
            per_account: 1_000,
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    users: HashMap<UserId, usize>,
    accounts: HashMap<AccountId, usize>,
}

/// The open streams of this node.
#[derive(Debug, Default)]
pub(super) struct Places {
    open: Arc<Mutex<Counts>>,
}

/// A stream's place; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    open: Arc<Mutex<Counts>>,
    user: Option<UserId>,
    account: AccountId,
}

impl Places {
    /// A place for one more stream.
    ///
    /// # Errors
    /// `Crowded` when the user or the account has as many as there may be.
    pub(super) fn take(
        &self,
        config: StreamsConfig,
        user: Option<UserId>,
        account: AccountId,
    ) -> Result<Place, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(user) = user {
            check(&open.users, &user, config.per_user, "user")?;
        }
        check(&open.accounts, &account, config.per_account, "account")?;
        if let Some(user) = user {
            *open.users.entry(user).or_default() += 1;
        }
        *open.accounts.entry(account).or_default() += 1;
        Ok(Place {
            open: Arc::clone(&self.open),
            user,
            account,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(user) = self.user {
            give_back(&mut open.users, &user);
        }
        give_back(&mut open.accounts, &self.account);
    }
}

fn check<K: Eq + Hash>(
    open: &HashMap<K, usize>,
    key: &K,
    most: usize,
    whose: &'static str,
) -> Result<(), Error> {
    if open.get(key).copied().unwrap_or_default() < most {
        return Ok(());
    }
    Err(Error::Crowded {
        things: "live streams",
        of: whose,
        limit: most,
    })
}

fn give_back<K: Eq + Hash>(open: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = open.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            open.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: StreamsConfig = StreamsConfig {
        per_user: 2,
        per_account: 3,
    };

    #[test]
    fn a_user_and_an_account_have_so_many_streams_and_a_closed_one_makes_room() {
        let places = Places::default();
        let take = |user, account| places.take(CONFIG, Some(UserId(user)), AccountId(account));
        let first = take(1, 1).unwrap();
        let _second = take(1, 2).unwrap();
        assert!(take(1, 3).is_err(), "the user has two");
        let _third = take(2, 1).unwrap();
        let _fourth = take(2, 1).unwrap();
        assert!(take(3, 1).is_err(), "the account has three");
        drop(first);
        let fifth = take(1, 1).unwrap();
        drop(fifth);
        assert!(take(3, 1).is_ok());
    }
}
