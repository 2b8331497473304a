//! Roles of an account.

use domain::change::ChangeKind;
use domain::ids::RoleId;
use domain::permission::{Permission, PermissionSet};
use domain::role::{License, Role, TopicAccess};
use domain::scope::Scope;
use serde_json::{Value, json};
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, name, require};
use crate::{Directory, Engine, Error, What, room};

/// A role to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    /// Name.
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

/// Makes a role. Nobody can hand out what they do not have.
pub async fn create_role(engine: &Engine, scope: &Scope, new: NewRole) -> Result<Role, Error> {
    require(scope, Permission::AdminusersUpdate)?;
    let title = name("userrole.title", &new.title)?;
    let directory = engine.directory(scope.account_id()).await?;
    check_reach("userrole", scope, &directory, new.permissions, &new.topics)?;
    let (account_id, now, scope_in) = (scope.account_id(), engine.now(), scope.clone());
    change(engine, scope, move |tx| {
        Box::pin(async move {
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
            store::roles::create(tx, &scope_in, &role).await?;
            room::check(tx, &scope_in, Counted::Roles, "userrole").await?;
            let told = told(ChangeKind::RoleAdded, &role, Value::Null, card(&role));
            Ok((role, told))
        })
    })
    .await
}

/// Changes a role that is not one of the stock roles.
///
/// # Errors
/// `Conflict` when a key has it and it is to be restricted to what is assigned to its user.
pub async fn update_role(
    engine: &Engine,
    scope: &Scope,
    id: RoleId,
    update: RoleUpdate,
) -> Result<Role, Error> {
    require(scope, Permission::AdminusersUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let mut role = own_role(&directory, id)?;
    let before = card(&role);
    if let Some(title) = update.title {
        role.title = name("updates.title", &title)?;
    }
    role.permissions = update.permissions.unwrap_or(role.permissions);
    role.topics = update.topics.unwrap_or(role.topics);
    check_reach("updates", scope, &directory, role.permissions, &role.topics)?;
    role.updated_at = engine.now();
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !crate::auth::keys::fits_keys(&role)
                && store::keys::has_role(&mut *tx, &scope_in, id).await?
            {
                return Err(Error::Conflict(
                    "Keys have this role, and nothing is ever assigned to a key; give them another one first.".into(),
                ));
            }
            if !store::roles::update(tx, &scope_in, &role).await? {
                return Err(Error::NotFound(What::Role));
            }
            let told = told(ChangeKind::RoleUpdated, &role, before, card(&role));
            Ok((role, told))
        })
    })
    .await
}

/// Removes a role that nobody and no key has and that is not one of the stock roles.
pub async fn delete_role(engine: &Engine, scope: &Scope, id: RoleId) -> Result<(), Error> {
    require(scope, Permission::AdminusersUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let role = own_role(&directory, id)?;
    if directory
        .members
        .values()
        .any(|member| member.membership.role_id == id)
    {
        return Err(Error::Conflict(
            "Users have this role; give them another one first.".into(),
        ));
    }
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if store::keys::has_role(&mut *tx, &scope_in, id).await? {
                return Err(Error::Conflict(
                    "Keys have this role; give them another one first.".into(),
                ));
            }
            if !store::roles::delete(tx, &scope_in, id).await? {
                return Err(Error::NotFound(What::Role));
            }
            let before = card(&role);
            Ok((
                (),
                told(ChangeKind::RoleDeleted, &role, before, Value::Null),
            ))
        })
    })
    .await
}

fn own_role(directory: &Directory, id: RoleId) -> Result<Role, Error> {
    let role = directory
        .roles
        .get(&id)
        .cloned()
        .ok_or(Error::NotFound(What::Role))?;
    if role.is_stock {
        return Err(Error::Conflict(format!(
            "\"{}\" is one of the stock roles, which can not be changed; make a role of your own.",
            role.title
        )));
    }
    Ok(role)
}

/// Nobody can hand out a role that allows or reaches more than their own.
pub(super) fn check_grant(field: &str, scope: &Scope, role: &Role) -> Result<(), Error> {
    if let Some(permission) = beyond(scope, role.permissions) {
        return Err(Error::lacks(permission));
    }
    let is_within = match (&role.topics, scope.topics()) {
        (_, TopicAccess::All) => true,
        (TopicAccess::All, TopicAccess::Only(_)) => false,
        (TopicAccess::Only(topics), TopicAccess::Only(own)) => topics.is_subset(own),
    };
    if is_within {
        Ok(())
    } else {
        Err(Error::invalid(
            field,
            "a role can not reach more topics than your own",
        ))
    }
}

/// A permission that somebody lacks and would hand out; restrictions can always be given.
fn beyond(scope: &Scope, permissions: PermissionSet) -> Option<Permission> {
    permissions
        .iter()
        .find(|permission| !permission.is_restriction() && !scope.may(*permission))
}

fn check_reach(
    field: &str,
    scope: &Scope,
    directory: &Directory,
    permissions: PermissionSet,
    topics: &TopicAccess,
) -> Result<(), Error> {
    if let Some(permission) = beyond(scope, permissions) {
        return Err(Error::lacks(permission));
    }
    match topics {
        TopicAccess::All if matches!(scope.topics(), TopicAccess::All) => Ok(()),
        TopicAccess::All => Err(Error::invalid(
            format!("{field}.topics"),
            "a role can not reach more topics than your own",
        )),
        TopicAccess::Only(topics) => {
            match topics
                .iter()
                .find(|id| directory.topic(scope, **id).is_err())
            {
                Some(id) => Err(Error::invalid(
                    format!("{field}.topics"),
                    format!("there is no topic {id}"),
                )),
                None => Ok(()),
            }
        }
    }
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
