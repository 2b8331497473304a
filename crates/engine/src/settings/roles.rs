//! Roles of an account.

use domain::change::ChangeKind;
use domain::ids::RoleId;
use domain::permission::{Permission, PermissionSet};
use domain::role::{License, Role, TopicAccess};
use domain::scope::Scope;
use domain::text::{is_invisible, label_key};
use serde_json::{Value, json};
use store::Tx;
use store::counters::Kind;
use store::counts::Counted;

use super::grant::{check_grant, check_held, is_more};
use super::{Told, change, name, require};
use crate::auth::Trust;
use crate::{Engine, Error, What, room};

/// A role to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    /// Name, unique in the account as people read it.
    pub title: String,
    /// What it allows.
    pub permissions: PermissionSet,
    /// Where it allows it.
    pub topics: TopicAccess,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleUpdate {
    /// Name.
    pub title: Option<String>,
    /// What it allows.
    pub permissions: Option<PermissionSet>,
    /// Where it allows it.
    pub topics: Option<TopicAccess>,
}

/// What changing roles needs.
const UPDATES: Permission = Permission::AdminusersUpdate;

/// Makes a role. Nobody can hand out what they do not have, nor be rid of what restricts them.
///
/// # Errors
/// `Denied` for more than one has; `Invalid` at topics out of reach and at a title that another role
/// has.
pub async fn create_role(engine: &Engine, scope: &Scope, new: NewRole) -> Result<Role, Error> {
    require(scope, UPDATES)?;
    let title = checked_title("userrole.title", &new.title)?;
    let (account_id, now) = (scope.account_id(), engine.now());
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            check_topics(tx, &scope, "userrole.topics", &new.topics).await?;
            let role = Role {
                account_id,
                id: RoleId(store::counters::next(tx, Kind::Role).await?),
                title,
                license: License::Paying,
                is_stock: false,
                permissions: new.permissions,
                topics: new.topics,
                added_at: now,
                updated_at: now,
            };
            check_grant("userrole.topics", &scope, &role)?;
            check_unique(tx, &scope, "userrole.title", &role).await?;
            store::roles::create(tx, &scope, &role).await?;
            room::check(tx, &scope, Counted::Roles, "userrole").await?;
            let told = told(ChangeKind::RoleAdded, &role, Value::Null, card(&role));
            Ok((role, told))
        })
    })
    .await
}

/// Changes a role that is not one of the stock roles.
///
/// # Errors
/// `Denied` when it is, or would be, more than one has, and to applications that are not trusted
/// when it would be more than it was; `Conflict` when a key has it and it is to be restricted to
/// what is assigned to its user.
pub async fn update_role(
    engine: &Engine,
    trust: Trust,
    scope: &Scope,
    id: RoleId,
    update: RoleUpdate,
) -> Result<Role, Error> {
    require(scope, UPDATES)?;
    let title = update
        .title
        .map(|title| checked_title("updates.title", &title))
        .transpose()?;
    let now = engine.now();
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let mut role = own_role(tx, &scope, id).await?;
            let (before, was) = (card(&role), role.clone());
            role.title = title.unwrap_or(role.title);
            role.permissions = update.permissions.unwrap_or(role.permissions);
            if let Some(topics) = update.topics {
                check_topics(tx, &scope, "updates.topics", &topics).await?;
                role.topics = topics;
            }
            role.updated_at = now;
            check_grant("updates.topics", &scope, &role)?;
            if is_more(&role, &was) {
                trust.require("A role that allows more")?;
            }
            check_unique(tx, &scope, "updates.title", &role).await?;
            if !crate::auth::keys::fits_keys(&role)
                && store::keys::has_role(&mut *tx, &scope, id).await?
            {
                return Err(Error::Conflict(
                    "Keys have this role, and nothing is ever assigned to a key; give them another one first.".into(),
                ));
            }
            store::roles::update(tx, &scope, &role).await?;
            let told = told(ChangeKind::RoleUpdated, &role, before, card(&role));
            Ok((role, told))
        })
    })
    .await
}

/// Removes a role that nobody and no key has and that is not one of the stock roles.
///
/// # Errors
/// `Denied` when it is more than one has; `Conflict` while somebody has it.
pub async fn delete_role(engine: &Engine, scope: &Scope, id: RoleId) -> Result<(), Error> {
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let role = own_role(tx, &scope, id).await?;
            if store::memberships::has_role(&mut *tx, &scope, id).await? {
                return Err(Error::Conflict(
                    "Users have this role; give them another one first.".into(),
                ));
            }
            if store::keys::has_role(&mut *tx, &scope, id).await? {
                return Err(Error::Conflict(
                    "Keys have this role; give them another one first.".into(),
                ));
            }
            store::roles::delete(tx, &scope, id).await?;
            let before = card(&role);
            Ok((
                (),
                told(ChangeKind::RoleDeleted, &role, before, Value::Null),
            ))
        })
    })
    .await
}

/// A role that users and keys are given; at a field, since it is a parameter.
pub(super) async fn named_role(
    tx: &mut Tx,
    field: &str,
    scope: &Scope,
    id: RoleId,
) -> Result<Role, Error> {
    find(tx, scope, id)
        .await?
        .ok_or_else(|| Error::invalid(field, format!("the account has no user role {id}")))
}

/// The role that a user or a key has, if whoever acts may take it from them.
pub(super) async fn held_role(tx: &mut Tx, scope: &Scope, id: RoleId) -> Result<Role, Error> {
    let role = find(tx, scope, id)
        .await?
        .ok_or_else(|| Error::internal("somebody has a role that does not exist"))?;
    check_held(scope, &role)?;
    Ok(role)
}

async fn find(tx: &mut Tx, scope: &Scope, id: RoleId) -> Result<Option<Role>, Error> {
    Ok(store::roles::find(&mut *tx, scope.account_id(), id).await?)
}

/// A role that whoever acts may change.
async fn own_role(tx: &mut Tx, scope: &Scope, id: RoleId) -> Result<Role, Error> {
    let role = find(tx, scope, id)
        .await?
        .ok_or(Error::NotFound(What::Role))?;
    if role.is_stock {
        return Err(Error::Conflict(format!(
            "\"{}\" is one of the stock roles, which cannot be changed; make a role of your own.",
            role.title
        )));
    }
    check_held(scope, &role)?;
    Ok(role)
}

/// A title that people can read. Roles are given by their titles in lists, so none may look like
/// another one.
fn checked_title(field: &str, text: &str) -> Result<String, Error> {
    let title = name(field, text)?;
    if title.chars().any(is_invisible) {
        return Err(Error::invalid(
            field,
            "characters that are seen were expected, there is a control or zero-width character",
        ));
    }
    Ok(title)
}

/// No other role of the account has the title of this one, stock roles included.
async fn check_unique(tx: &mut Tx, scope: &Scope, field: &str, role: &Role) -> Result<(), Error> {
    let key = label_key(&role.title);
    let all = store::roles::list(&mut *tx, scope).await?;
    let other = all
        .iter()
        .find(|other| other.id != role.id && label_key(&other.title) == key);
    match other {
        None => Ok(()),
        Some(other) => Err(Error::invalid(
            field,
            format!(
                "a title that no other role has was expected, role {} is \"{}\"",
                other.id, other.title
            ),
        )),
    }
}

/// Topics that a role is to reach must be there.
async fn check_topics(
    tx: &mut Tx,
    scope: &Scope,
    field: &str,
    topics: &TopicAccess,
) -> Result<(), Error> {
    let TopicAccess::Only(topics) = topics else {
        return Ok(());
    };
    for id in topics {
        if store::topics::find(&mut *tx, scope, *id).await?.is_none() {
            return Err(Error::invalid(field, format!("there is no topic {id}")));
        }
    }
    Ok(())
}

fn told(kind: ChangeKind, role: &Role, before: Value, after: Value) -> Told {
    Told {
        kind,
        object_id: role.id.0,
        topic_id: None,
        detail: json!({ "title": role.title, "permissions": role.permissions }),
        before,
        after,
    }
}

/// What the history keeps.
fn card(role: &Role) -> Value {
    json!({
        "title": role.title,
        "permissions": role.permissions,
        "topics": match &role.topics {
            TopicAccess::All => None,
            TopicAccess::Only(topics) => Some(topics),
        },
    })
}
