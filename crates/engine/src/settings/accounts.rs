//! The accounts that a user belongs to.

use std::sync::Arc;

use domain::ids::UserId;
use domain::scope::Scope;

use crate::auth::Identity;
use crate::{Directory, Engine, Error};

/// The accounts of a user, by number, with what the user's role reaches there.
pub async fn accounts_of(
    engine: &Engine,
    identity: &Identity,
) -> Result<Vec<(Arc<Directory>, Scope)>, Error> {
    let user: UserId = identity.user_id();
    let mut found = Vec::new();
    for account_id in store::memberships::accounts_of(engine.db(), user).await? {
        // An account that the role closes to programs, or that the user left just now, is left out.
        if let Ok(scope) = identity.scope_for(engine, account_id).await {
            found.push((engine.directory(account_id).await?, scope));
        }
    }
    Ok(found)
}
