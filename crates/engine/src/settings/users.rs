//! Members of an account.

use std::collections::HashMap;

use domain::change::ChangeKind;
use domain::ids::{RoleId, UserId};
use domain::permission::Permission;
use domain::role::{Role, StockRole};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::{Membership, MembershipState};
use serde_json::{Value, json};
use store::Tx;
use store::counts::Counted;

use super::grant::check_grant;
use super::roles::{held_role, named_role};
use super::{Told, change, require};
use crate::auth::Trust;
use crate::auth::operator::Way;
use crate::auth::people::Met;
use crate::directory::Member;
use crate::{Engine, Error, What, auth, room};

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
    /// The person's way to the account.
    pub way: Way,
}

/// What changing members needs.
const UPDATES: Permission = Permission::UsersUpdate;

/// Takes a person into the account. Somebody whom the installation knows already is invited, and
/// belongs to the account after having said yes with the link; until then the account knows the
/// address only. Who is invited already gets another link, and the role that is given now.
///
/// # Errors
/// `Denied` for a role that is more than one has, or that the person is invited to and is more than
/// one has, and to applications that are not trusted; `Conflict` when the person is a member.
pub async fn add_member(
    engine: &Engine,
    trust: Trust,
    scope: &Scope,
    new: NewMember,
) -> Result<Added, Error> {
    trust.require("Taking in a user")?;
    require(scope, UPDATES)?;
    let prepared =
        auth::prepare_user(engine, &new.name, &new.email, new.password.as_deref()).await?;
    let (now, engine_in) = (engine.now(), engine.clone());
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            check_role(tx, "user.account_role", &scope, new.role_id).await?;
            let met = auth::people::meet_user(tx, prepared, now).await?;
            let (member, told) = take_in(tx, &scope, &met, new.role_id, now).await?;
            let way = if met.needs_password && !new.gets_link {
                Way::Open
            } else {
                Way::of(tx, &engine_in, &scope, &met).await?
            };
            Ok((Added { member, way }, told))
        })
    })
    .await
}

/// Makes a person a member, or invites, with what is told of it. An invitation that was not answered
/// yet is made anew.
pub(super) async fn take_in(
    tx: &mut Tx,
    scope: &Scope,
    met: &Met,
    role_id: RoleId,
    now: UnixMillis,
) -> Result<(Member, Told), Error> {
    match store::memberships::lock(tx, scope, met.user.id).await? {
        None => join(tx, scope, met, role_id, now).await,
        Some(present) if present.state == MembershipState::Invited => {
            invite_again(tx, scope, met, present, role_id).await
        }
        Some(_) => Err(Error::Conflict(format!(
            "{} is a user of account {} already; nothing was changed.",
            met.user.email,
            scope.account_id()
        ))),
    }
}

async fn invite_again(
    tx: &mut Tx,
    scope: &Scope,
    met: &Met,
    present: Membership,
    role_id: RoleId,
) -> Result<(Member, Told), Error> {
    let held = held_role(tx, scope, present.role_id).await?;
    check_administrator(scope, &held)?;
    let mut member = Member::of(met.user.clone(), present);
    let before = card(&member);
    member.membership.role_id = role_id;
    store::memberships::update(tx, scope, &member.membership).await?;
    let after = card(&member);
    let told = told(ChangeKind::UserUpdated, &member, before, after);
    Ok((member, told))
}

async fn join(
    tx: &mut Tx,
    scope: &Scope,
    met: &Met,
    role_id: RoleId,
    now: UnixMillis,
) -> Result<(Member, Told), Error> {
    let membership = Membership {
        account_id: scope.account_id(),
        user_id: met.user.id,
        role_id,
        state: met.joins_as(),
        is_expert: false,
        timezone: None,
        added_at: now,
    };
    store::memberships::create(tx, scope, &membership).await?;
    room::check(tx, scope, Counted::Members, "user").await?;
    let member = Member::of(met.user.clone(), membership);
    let after = card(&member);
    let told = told(ChangeKind::UserAdded, &member, Value::Null, after);
    Ok((member, told))
}

/// Gives a member another role, or keeps the member out for a time.
///
/// # Errors
/// `Denied` when the role that the member has, or is to get, is more than one has, and to
/// applications that are not trusted for another role and for letting somebody in again;
/// `Conflict` when the account would be left without an administrator.
pub async fn update_member(
    engine: &Engine,
    trust: Trust,
    scope: &Scope,
    id: UserId,
    update: MemberUpdate,
) -> Result<Member, Error> {
    require(scope, UPDATES)?;
    let timezone = update
        .timezone
        .map(|given| {
            given
                .map(|text| super::timezone("updates.timezone", &text))
                .transpose()
        })
        .transpose()?;
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let (mut member, held) = find(tx, &scope, id).await?;
            let before = card(&member);
            let acted = acts(&member) && is_administrator(&held);
            let membership = &mut member.membership;
            let mut stays = is_administrator(&held);
            if let Some(role_id) = update.role_id {
                if role_id != membership.role_id {
                    trust.require("Another role of a user")?;
                }
                let role = check_role(tx, "updates.account_role", &scope, role_id).await?;
                stays = is_administrator(&role);
                membership.role_id = role_id;
            }
            if update.is_enabled.is_some() && membership.state == MembershipState::Invited {
                return Err(Error::Conflict(
                    "The person has not accepted the invitation yet; nobody else can do so. Removing \
                     the user takes it back."
                        .into(),
                ));
            }
            match update.is_enabled {
                Some(true) => {
                    if membership.state != MembershipState::Active {
                        trust.require("Letting a user in again")?;
                    }
                    membership.state = MembershipState::Active;
                }
                Some(false) => membership.state = MembershipState::Disabled,
                None => {}
            }
            membership.is_expert = update.is_expert.unwrap_or(membership.is_expert);
            stays &= membership.state == MembershipState::Active;
            if acted && !stays {
                keep_an_administrator(tx, &scope, &held, id).await?;
            }
            if let Some(timezone) = timezone {
                membership.timezone = timezone;
            }
            store::memberships::update(tx, &scope, membership).await?;
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
/// `Denied` when the member's role is more than one has; `Conflict` when the account would be left
/// without an administrator.
pub async fn remove_member(engine: &Engine, scope: &Scope, id: UserId) -> Result<(), Error> {
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let (member, held) = find(tx, &scope, id).await?;
            if acts(&member) && is_administrator(&held) {
                keep_an_administrator(tx, &scope, &held, id).await?;
            }
            store::memberships::delete(tx, &scope, id).await?;
            let before = card(&member);
            Ok((
                (),
                told(ChangeKind::UserDeleted, &member, before, Value::Null),
            ))
        })
    })
    .await
}

/// A member whom whoever acts may change, with the role that the member has.
async fn find(tx: &mut Tx, scope: &Scope, id: UserId) -> Result<(Member, Role), Error> {
    let (user, membership) = store::memberships::find_member(&mut *tx, scope, id)
        .await?
        .ok_or(Error::NotFound(What::User))?;
    let held = held_role(tx, scope, membership.role_id).await?;
    check_administrator(scope, &held)?;
    Ok((Member::of(user, membership), held))
}

/// A role that whoever acts may give.
async fn check_role(tx: &mut Tx, field: &str, scope: &Scope, id: RoleId) -> Result<Role, Error> {
    let role = named_role(tx, field, scope, id).await?;
    check_administrator(scope, &role)?;
    check_grant(field, scope, &role)?;
    Ok(role)
}

/// Only who may manage administrators may give or touch that role.
fn check_administrator(scope: &Scope, role: &Role) -> Result<(), Error> {
    if is_administrator(role) {
        require(scope, Permission::AdminusersUpdate)?;
    }
    Ok(())
}

fn is_administrator(role: &Role) -> bool {
    role.is_stock && role.title == StockRole::Administrator.as_str()
}

/// Whether a member can act in the account at all.
fn acts(member: &Member) -> bool {
    member.membership.state == MembershipState::Active && !member.user.is_disabled
}

/// Somebody else must be left who acts as an administrator when one goes, and can sign in: nobody in
/// the account could let in one who cannot.
async fn keep_an_administrator(
    tx: &mut Tx,
    scope: &Scope,
    administrator: &Role,
    leaving: UserId,
) -> Result<(), Error> {
    let is_left =
        store::memberships::has_other_in_role(&mut *tx, scope, administrator.id, leaving).await?;
    if is_left {
        return Ok(());
    }
    Err(Error::Conflict(
        "The account would be left without an administrator who can sign in.".into(),
    ))
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
