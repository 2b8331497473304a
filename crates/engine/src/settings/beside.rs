//! Settings that a command changes beside a running server. The command keeps no index, so it writes
//! the change down and leaves it to the servers to take it over: each looks for it before it answers.

use domain::change::{ChangeKind, NewChange};
use domain::ids::{AccountId, ApiKeyId, RoleId};
use domain::scope::Scope;
use serde_json::Value;
use store::{Tx, Work};

use super::users::take_in;
use super::{Told, history, keys};
use crate::auth::PreparedUser;
use crate::auth::operator::Way;
use crate::auth::people::meet_user;
use crate::directory::Member;
use crate::{Engine, Error, What, write};

/// Runs a settings change as one transaction with its rows in the change log and the history.
async fn change_beside<T, F>(engine: &Engine, scope: &Scope, work: F) -> Result<T, Error>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, (T, Told), Error> + Send + 'static,
    T: Send + 'static,
{
    let (engine_in, scope_in) = (engine.clone(), scope.clone());
    write::locked(engine, scope, move |tx| {
        Box::pin(async move {
            let (value, told) = work(tx).await?;
            let change = NewChange {
                kind: told.kind,
                object_id: told.object_id,
                topic_id: told.topic_id,
                detail: told.detail.clone(),
            };
            let numbers = write::number(tx, &scope_in, 1).await?;
            let now = engine_in.now();
            store::changes::append(tx, &scope_in, now, *numbers.start(), &[change]).await?;
            store::changes::note_beside(tx, &scope_in, *numbers.end()).await?;
            history::record(tx, &engine_in, &scope_in, &told).await?;
            Ok(value)
        })
    })
    .await
}

/// Makes a person a member, by the people who run the server. Somebody who is there already is
/// invited, or gets another link while invited; a new person without a password gets a link to set
/// one.
///
/// # Errors
/// `NotFound` when there is no such account; `Conflict` when the person is a member.
pub(crate) async fn add_member_beside(
    engine: &Engine,
    account_id: AccountId,
    prepared: PreparedUser,
    role_id: RoleId,
) -> Result<(Member, Way), Error> {
    let (scope, engine_in) = (Scope::system(account_id), engine.clone());
    let scope_in = scope.clone();
    change_beside(engine, &scope, move |tx| {
        Box::pin(async move {
            let met = meet_user(tx, prepared, engine_in.now()).await?;
            let (member, told) = take_in(tx, &scope_in, &met, role_id, engine_in.now()).await?;
            let way = Way::of(tx, &engine_in, &scope_in, &met).await?;
            Ok(((member, way), told))
        })
    })
    .await
}

/// Removes a key of an account by its name, whatever the case, or by its number.
///
/// # Errors
/// `NotFound` when the account has no such key.
pub(crate) async fn delete_key_beside(
    engine: &Engine,
    account_id: AccountId,
    name_or_id: &str,
) -> Result<domain::api_key::ApiKey, Error> {
    let scope = Scope::system(account_id);
    let (scope_in, wanted) = (scope.clone(), name_or_id.trim().to_owned());
    change_beside(engine, &scope, move |tx| {
        Box::pin(async move {
            let all = store::keys::list(&mut *tx, &scope_in).await?;
            let named = all
                .iter()
                .find(|key| key.name.eq_ignore_ascii_case(&wanted));
            let number = ApiKeyId::parse(&wanted);
            let found = named.or_else(|| all.iter().find(|key| Some(key.id) == number));
            let key = found.cloned().ok_or(Error::NotFound(What::Key))?;
            store::keys::delete(tx, &scope_in, key.id).await?;
            let before = keys::card(&key, false);
            let told = keys::told(ChangeKind::KeyDeleted, &key, before, Value::Null);
            Ok((key, told))
        })
    })
    .await
}
