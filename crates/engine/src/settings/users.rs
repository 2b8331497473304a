//! Members of an account.

use std::collections::HashMap;

use domain::change::ChangeKind;
use domain::ids::{RoleId, UserId};
use domain::permission::Permission;
use domain::role::StockRole;
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::{Membership, MembershipState, User};
use serde_json::{Value, json};
use store::counts::Counted;

use super::{Told, change, require};
use crate::directory::Member;
use crate::{Directory, Engine, Error, What, auth, room};

/// A person to take into the account.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMember {
    /// Full name.
    pub name: String,
    /// Address; a user who exists already joins with the present password.
    pub email: String,
    /// Password of a new user.
    pub password: Option<String>,
    /// Role in the account.
    pub role_id: RoleId,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberUpdate {
    /// Role in the account.
    pub role_id: Option<RoleId>,
    /// `false` keeps the person out of the account until it is `true` again.
    pub is_enabled: Option<bool>,
    /// Somebody who is asked for what agents do not know.
    pub is_expert: Option<bool>,
    /// Time zone, in all accounts of the person; `Some(None)` goes back to each account's.
    pub timezone: Option<Option<String>>,
}

/// When the members of the account signed in last, as far as they ever did.
pub async fn last_logins(
    engine: &Engine,
    scope: &Scope,
) -> Result<HashMap<UserId, UnixMillis>, Error> {
    Ok(store::memberships::last_logins(engine.db(), scope).await?)
}

/// Takes a person into the account.
pub async fn add_member(engine: &Engine, scope: &Scope, new: NewMember) -> Result<Member, Error> {
    require(scope, Permission::UsersUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    check_role("user.account_role", scope, &directory, new.role_id)?;
    let prepared =
        auth::prepare_user(engine, &new.name, &new.email, new.password.as_deref()).await?;
    let (account_id, now, scope_in) = (scope.account_id(), engine.now(), scope.clone());
    change(engine, scope, move |tx| {
        Box::pin(async move {
            let user: User = auth::find_or_create_user(tx, prepared, now).await?;
            let membership = Membership {
                account_id,
                user_id: user.id,
                role_id: new.role_id,
                state: MembershipState::Active,
                is_expert: false,
                added_at: now,
            };
            store::memberships::create(tx, &scope_in, &membership).await?;
            room::check(tx, &scope_in, Counted::Members, "user").await?;
            let after = card(&user, &membership);
            let told = told(ChangeKind::UserAdded, &user, Value::Null, after);
            Ok((Member { user, membership }, told))
        })
    })
    .await
}

/// Gives a member another role, or keeps the member out for a time.
///
/// # Errors
/// `Conflict` when the account would be left without an administrator.
pub async fn update_member(
    engine: &Engine,
    scope: &Scope,
    id: UserId,
    update: MemberUpdate,
) -> Result<Member, Error> {
    require(scope, Permission::UsersUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let mut member = directory
        .members
        .get(&id)
        .cloned()
        .ok_or(Error::NotFound(What::User))?;
    let before = card(&member.user, &member.membership);
    check_role(
        "updates.account_role",
        scope,
        &directory,
        member.membership.role_id,
    )?;
    if let Some(role_id) = update.role_id {
        check_role("updates.account_role", scope, &directory, role_id)?;
        member.membership.role_id = role_id;
    }
    match update.is_enabled {
        Some(true) => member.membership.state = MembershipState::Active,
        Some(false) => member.membership.state = MembershipState::Disabled,
        None => {}
    }
    let is_expert = member.membership.is_expert;
    member.membership.is_expert = update.is_expert.unwrap_or(is_expert);
    let stays_administrator = member.membership.state == MembershipState::Active
        && is_administrator(&directory, member.membership.role_id);
    if !stays_administrator {
        keep_an_administrator(&directory, id)?;
    }
    let timezone = update
        .timezone
        .map(|given| {
            given
                .map(|text| super::timezone("updates.timezone", &text))
                .transpose()
        })
        .transpose()?;
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !store::memberships::update(tx, &scope_in, &member.membership).await? {
                return Err(Error::NotFound(What::User));
            }
            if let Some(timezone) = timezone {
                let found = store::users::lock(tx, id).await?;
                member.user = User {
                    timezone,
                    ..found.ok_or(Error::NotFound(What::User))?.user
                };
                store::users::update(tx, &member.user).await?;
            }
            let after = card(&member.user, &member.membership);
            let told = told(ChangeKind::UserUpdated, &member.user, before, after);
            Ok((member, told))
        })
    })
    .await
}

/// Removes a member from the account; the person keeps other accounts.
///
/// # Errors
/// `Conflict` when the account would be left without an administrator.
pub async fn remove_member(engine: &Engine, scope: &Scope, id: UserId) -> Result<(), Error> {
    require(scope, Permission::UsersUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let member = directory
        .members
        .get(&id)
        .cloned()
        .ok_or(Error::NotFound(What::User))?;
    check_role("account_role", scope, &directory, member.membership.role_id)?;
    keep_an_administrator(&directory, id)?;
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !store::memberships::delete(tx, &scope_in, id).await? {
                return Err(Error::NotFound(What::User));
            }
            let before = card(&member.user, &member.membership);
            Ok((
                (),
                told(ChangeKind::UserDeleted, &member.user, before, Value::Null),
            ))
        })
    })
    .await
}

/// The role must exist, and only who may manage administrators may give or touch that role.
fn check_role(
    field: &str,
    scope: &Scope,
    directory: &Directory,
    role_id: RoleId,
) -> Result<(), Error> {
    if !directory.roles.contains_key(&role_id) {
        return Err(Error::invalid(
            field,
            format!("the account has no user role {role_id}"),
        ));
    }
    if is_administrator(directory, role_id) {
        require(scope, Permission::AdminusersUpdate)?;
    }
    let role = directory.roles.get(&role_id);
    let beyond = role.and_then(|role| {
        role.permissions
            .iter()
            .find(|it| !it.is_restriction() && !scope.may(*it))
    });
    match beyond {
        Some(permission) => Err(Error::lacks(permission)),
        None => Ok(()),
    }
}

fn is_administrator(directory: &Directory, role_id: RoleId) -> bool {
    directory
        .roles
        .get(&role_id)
        .is_some_and(|role| role.is_stock && role.title == StockRole::Administrator.as_str())
}

fn keep_an_administrator(directory: &Directory, leaving: UserId) -> Result<(), Error> {
    let is_active_administrator = |member: &&Member| {
        member.membership.state == MembershipState::Active
            && !member.user.is_disabled
            && is_administrator(directory, member.membership.role_id)
    };
    let leaving_is_one = directory
        .members
        .get(&leaving)
        .as_ref()
        .is_some_and(is_active_administrator);
    let others = directory
        .members
        .values()
        .filter(|member| member.user.id != leaving)
        .filter(is_active_administrator)
        .count();
    if leaving_is_one && others == 0 {
        return Err(Error::Conflict(
            "The account would be left without an administrator.".into(),
        ));
    }
    Ok(())
}

/// A member is little enough to be told to the change log as the history keeps it: as it is, or as
/// it was.
fn told(kind: ChangeKind, user: &User, before: Value, after: Value) -> Told {
    let detail = if after.is_null() { &before } else { &after };
    Told {
        kind,
        object_id: user.id.0,
        topic_id: None,
        detail: detail.clone(),
        before,
        after,
    }
}

fn card(user: &User, membership: &Membership) -> Value {
    json!({
        "name": user.name,
        "role_id": membership.role_id,
        "state": membership.state,
        "is_expert": membership.is_expert,
        "timezone": user.timezone,
    })
}
