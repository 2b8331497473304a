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
use store::Tx;
use store::counts::Counted;

use super::{Told, change, require};
use crate::auth::password_links::PasswordLink;
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
    /// A new person without a password gets a link to set one.
    pub gets_link: bool,
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
    /// Time zone of the person in this account; `Some(None)` goes back to the account's.
    pub timezone: Option<Option<String>>,
}

/// When the members of the account signed in last, as far as they ever did.
pub async fn last_logins(
    engine: &Engine,
    scope: &Scope,
) -> Result<HashMap<UserId, UnixMillis>, Error> {
    Ok(store::memberships::last_logins(engine.db(), scope).await?)
}

/// A person who was taken into the account, or invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The person.
    pub member: Member,
    /// With which a new person without a password sets one.
    pub link: Option<PasswordLink>,
}

/// Takes a person into the account. Somebody whom the installation knows already is invited, and
/// belongs to the account after having said yes; until then the account knows the address only.
pub async fn add_member(engine: &Engine, scope: &Scope, new: NewMember) -> Result<Added, Error> {
    require(scope, Permission::UsersUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    check_role("user.account_role", scope, &directory, new.role_id)?;
    let prepared =
        auth::prepare_user(engine, &new.name, &new.email, new.password.as_deref()).await?;
    let (now, scope_in, engine_in) = (engine.now(), scope.clone(), engine.clone());
    change(engine, scope, move |tx| {
        Box::pin(async move {
            let met = auth::people::meet_user(tx, prepared, now).await?;
            let state = if met.is_new {
                MembershipState::Active
            } else {
                MembershipState::Invited
            };
            let needs_link = met.needs_password && new.gets_link;
            let (member, told) = join(tx, &scope_in, met.user, new.role_id, state, now).await?;
            let link = needs_link.then(|| PasswordLink::draw(&engine_in));
            if let Some(link) = &link {
                let actor = scope_in.actor().user_id();
                link.keep(tx, member.user.id, actor, now).await?;
            }
            Ok((Added { member, link }, told))
        })
    })
    .await
}

/// Makes a person a member, with what is told of it.
pub(super) async fn join(
    tx: &mut Tx,
    scope: &Scope,
    user: User,
    role_id: RoleId,
    state: MembershipState,
    now: UnixMillis,
) -> Result<(Member, Told), Error> {
    let membership = Membership {
        account_id: scope.account_id(),
        user_id: user.id,
        role_id,
        state,
        is_expert: false,
        timezone: None,
        added_at: now,
    };
    store::memberships::create(tx, scope, &membership).await?;
    room::check(tx, scope, Counted::Members, "user").await?;
    let member = Member::of(user, membership);
    let after = card(&member);
    let told = told(ChangeKind::UserAdded, &member, Value::Null, after);
    Ok((member, told))
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
    let before = card(&member);
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
    if update.is_enabled.is_some() && member.membership.state == MembershipState::Invited {
        return Err(Error::Conflict(
            "The person has not accepted the invitation yet; nobody else can do so. Removing the user \
             takes it back."
                .into(),
        ));
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
            if let Some(timezone) = timezone {
                member.membership.timezone = timezone;
            }
            if !store::memberships::update(tx, &scope_in, &member.membership).await? {
                return Err(Error::NotFound(What::User));
            }
            let after = card(&member);
            let told = told(ChangeKind::UserUpdated, &member, before, after);
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
            let before = card(&member);
            Ok((
                (),
                told(ChangeKind::UserDeleted, &member, before, Value::Null),
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
pub(super) fn told(kind: ChangeKind, member: &Member, before: Value, after: Value) -> Told {
    let detail = if after.is_null() { &before } else { &after };
    Told {
        kind,
        object_id: member.user.id.0,
        topic_id: None,
        detail: detail.clone(),
        before,
        after,
    }
}

/// What the history keeps; of somebody who was invited, what the account knows.
pub(super) fn card(member: &Member) -> Value {
    let membership = &member.membership;
    json!({
        "name": member.user.name,
        "role_id": membership.role_id,
        "state": membership.state,
        "is_expert": membership.is_expert,
        "timezone": membership.timezone,
    })
}
