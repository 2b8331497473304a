//! An authority as it is within a transaction.

use domain::scope::{Actor, Scope};
use domain::user::{Membership, User};
use store::Tx;

use super::identity::is_active;
use super::keys::REFUSED;
use crate::Error;
use crate::error::What;

/// What the one who acts may do by now.
///
/// A call finds out at its start who calls. Somebody else may have taken a right from the caller
/// since, and whoever lost it must not use it to get it back. Under the account's lock the answer
/// holds until the transaction ends.
///
/// # Errors
/// The same as a call that begins now: `NotFound` for a person who was removed or is kept out,
/// `Unauthenticated` for a key that was removed.
pub(crate) async fn present(tx: &mut Tx, scope: &Scope) -> Result<Scope, Error> {
    let account_id = scope.account_id();
    match scope.actor() {
        Actor::System => Ok(scope.clone()),
        Actor::User(user_id) => {
            let member = store::memberships::find_member(&mut *tx, scope, user_id).await?;
            let (_, membership) = member
                .filter(lets_in)
                .ok_or(Error::NotFound(What::Account))?;
            let role = store::roles::find(&mut *tx, account_id, membership.role_id)
                .await?
                .ok_or(Error::NotFound(What::Account))?;
            Ok(Scope::for_member(
                account_id,
                user_id,
                role.topics,
                role.permissions,
            ))
        }
        Actor::Key(id) => {
            let key = store::keys::find(&mut *tx, scope, id)
                .await?
                .ok_or(REFUSED)?;
            let role = store::roles::find(&mut *tx, account_id, key.role_id)
                .await?
                .ok_or(REFUSED)?;
            Ok(Scope::for_key(
                account_id,
                id,
                role.topics,
                role.permissions,
            ))
        }
    }
}

fn lets_in((user, membership): &(User, Membership)) -> bool {
    !user.is_disabled && is_active(membership.state)
}
