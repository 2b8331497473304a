//! What the members of an account set up: projects, topics, profiles, tags, roles, users, keys.
//!
//! Each change needs its permission, is one transaction, and is in the change log and the history.
//! It holds the account's lock from its first statement on, and what it changes and decides by is
//! read within it: the directory is for showing, not for deciding.

mod accounts;
mod beside;
mod grant;
mod history;
mod invitations;
mod keys;
mod profiles;
mod projects;
mod roles;
mod tags;
#[cfg(test)]
mod tests;
mod topics;
mod users;

pub(crate) use accounts::timezone;
pub use accounts::{AccountUpdate, accounts_of, timezone_named, update_account};
pub(crate) use beside::{add_member_beside, delete_key_beside};
pub(crate) use history::record_new_tags;
pub use invitations::{accept_invitation, decline_invitation};
pub(crate) use keys::create_key_beside;
pub use keys::{KeyUpdate, NewKey, create_key, delete_key, get_key, list_keys, update_key};
pub use profiles::{
    NewProfile, ProfileUpdate, connect_profile, disconnect_profile, list_profiles, update_profile,
};
pub use projects::{create_project, delete_project, update_project};
pub use roles::{NewRole, RoleUpdate, create_role, delete_role, update_role};
pub(crate) use tags::insert_tag;
pub use tags::{NewTag, TagUpdate, create_tag, delete_tag, update_tag};
pub use topics::{NewTopic, TopicUpdate, create_topic, delete_topic, update_topic};
pub use users::{
    Added, MemberUpdate, NewMember, add_member, last_logins, remove_member, update_member,
};

use domain::change::{ChangeKind, NewChange};
use domain::ids::TopicId;
use domain::permission::Permission;
use domain::scope::Scope;
use serde_json::Value;
use store::{Tx, Work};

use crate::auth::{self, require};
use crate::write::{self, Effects};
use crate::{Engine, Error};

/// Longest name of a thing, in characters.
const LONGEST_NAME: usize = 200;

/// A name without space around it.
fn name(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(field, "a name was expected, it is empty"));
    }
    crate::inbox::check_length(field, text, LONGEST_NAME)?;
    Ok(text.to_owned())
}

/// What a settings transaction tells the change log and the history.
struct Told {
    kind: ChangeKind,
    object_id: i64,
    topic_id: Option<TopicId>,
    /// For the change log.
    detail: Value,
    /// The thing as it was; `null` when it is new. Holds no secret, for the history is kept.
    before: Value,
    /// The thing as it is; `null` when it is gone.
    after: Value,
}

/// Runs a settings change as one transaction with its rows in the change log and the history.
///
/// The function gets the transaction, in which the account is locked, and the authority of the one
/// who acts as it is there; what it allows has been checked.
///
/// # Errors
/// `Denied` without the permission, be it that it was taken away a moment ago.
async fn change<T, F>(
    engine: &Engine,
    scope: &Scope,
    permission: Permission,
    work: F,
) -> Result<T, Error>
where
    F: for<'t> FnOnce(&'t mut Tx, Scope) -> Work<'t, (T, Told), Error> + Send + 'static,
    T: Send + 'static,
{
    require(scope, permission)?;
    let asked = scope.clone();
    unasked(engine, scope, move |tx| {
        Box::pin(async move {
            let present = auth::present(tx, &asked).await?;
            require(&present, permission)?;
            work(tx, present).await
        })
    })
    .await
}

/// The same for those who are no members yet: the function finds out itself who may.
async fn unasked<T, F>(engine: &Engine, scope: &Scope, work: F) -> Result<T, Error>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, (T, Told), Error> + Send + 'static,
    T: Send + 'static,
{
    let work_engine = engine.clone();
    let work_scope = scope.clone();
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let (value, told) = work(tx).await?;
            let change = NewChange {
                kind: told.kind,
                object_id: told.object_id,
                topic_id: told.topic_id,
                detail: told.detail.clone(),
            };
            let numbers = write::number(tx, &work_scope, 1).await?;
            write::log(tx, &work_scope, &work_engine, &numbers, &[change]).await?;
            history::record(tx, &work_engine, &work_scope, &told).await?;
            Ok((value, Effects::settings(numbers)))
        })
    })
    .await
}
