//! Users: making them, changing passwords, locking them out.

use std::collections::BTreeSet;
use std::net::IpAddr;

use domain::audit_event::AuditEvent;
use domain::ids::{AccountId, UserId};
use domain::permission::PermissionSet;
use domain::role::{Role, TopicAccess};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::{MembershipState, Presence, User};
use store::counters::Kind;
use store::users::Credentials;
use store::{Db, StoreError, Tx};

use super::audit::{self, Record};
use super::identity::is_active;
use super::password::Verdict;
use super::password_rules;
use super::sessions::NewSession;
use crate::error::What;
use crate::{Engine, Error};

/// A user about to be made, the password already hashed. Hashing takes long, so it is done before
/// the transaction.
#[derive(Clone, PartialEq, Eq)]
pub struct PreparedUser {
    name: String,
    email: String,
    password_hash: Option<String>,
}

impl std::fmt::Debug for PreparedUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedUser")
            .field("name", &self.name)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// The form in which e-mail addresses are kept and compared.
pub(super) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Checks name, e-mail address and password of a user to be made.
///
/// # Errors
/// `Invalid` naming `name`, `email` or `password`.
pub async fn prepare_user(
    engine: &Engine,
    name: &str,
    email: &str,
    password: Option<&str>,
) -> Result<PreparedUser, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            "a name of 1 to 200 characters is needed",
        ));
    }
    let email = email_key(email);
    if !is_email(&email) {
        return Err(Error::invalid("email", "this is not an e-mail address"));
    }
    let password_hash = match password {
        None => None,
        Some(password) => {
            password_rules::check(password, &[name, &email])
                .map_err(|weak| Error::invalid("password", weak.to_string()))?;
            let passwords = &engine.auth_state().passwords;
            Some(passwords.hash(password, engine.random()).await?)
        }
    };
    Ok(PreparedUser {
        name: name.to_owned(),
        email,
        password_hash,
    })
}

/// One `@` with something before it and a host name after it; the rest shows when mail is sent.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
        && text.len() <= 254
        && !local.contains('@')
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | ','))
}

/// The user with the prepared e-mail address: an existing one as it is, or a new one.
pub async fn find_or_create_user(
    tx: &mut Tx,
    prepared: PreparedUser,
    now: UnixMillis,
) -> Result<User, StoreError> {
    Ok(meet_user(tx, prepared, now).await?.user)
}

/// Somebody with a given e-mail address.
pub(crate) struct Met {
    /// The person.
    pub(crate) user: User,
    /// There was nobody of this address before.
    pub(crate) is_new: bool,
    /// A new person who has no password.
    pub(crate) needs_password: bool,
    /// There is a password to sign in with.
    pub(crate) has_password: bool,
}

impl Met {
    /// How the person comes to an account: whom the installation knows already has a say in it.
    pub(crate) const fn joins_as(&self) -> MembershipState {
        if self.is_new {
            MembershipState::Active
        } else {
            MembershipState::Invited
        }
    }
}

/// The same, and whether the user is new.
pub(crate) async fn meet_user(
    tx: &mut Tx,
    prepared: PreparedUser,
    now: UnixMillis,
) -> Result<Met, StoreError> {
    if let Some(found) = store::users::find_by_email(&mut *tx, &prepared.email).await? {
        return Ok(Met {
            has_password: found.password_hash.is_some(),
            user: found.user,
            is_new: false,
            needs_password: false,
        });
    }
    let user = User {
        id: UserId(store::counters::next(tx, Kind::User).await?),
        name: prepared.name,
        email: prepared.email,
        avatar: None,
        presence: Presence::Available,
        is_disabled: false,
        added_at: now,
    };
    store::users::create(tx, &user, prepared.password_hash.as_deref()).await?;
    let record = Record::security(AuditEvent::UserRegistered).about(Some(user.id));
    audit::append(tx, now, record).await?;
    Ok(Met {
        user,
        is_new: true,
        needs_password: prepared.password_hash.is_none(),
        has_password: prepared.password_hash.is_some(),
    })
}

/// Whose password is changed, and how.
struct Replacement {
    user: User,
    /// The hash that was checked, or found; another one by now means that somebody was faster.
    verified: Option<String>,
    event: AuditEvent,
    actor: Option<UserId>,
    address: Option<IpAddr>,
    /// The browser that stays signed in, with a new session.
    stays: Option<NewSession>,
}

/// Changes a user's own password.
///
/// In the same transaction all tokens, refresh tokens, sessions and codes of the user are revoked:
/// the vendor's changelog promises that for the tokens, and a password is changed because
/// somebody else may have the old one.
///
/// # Errors
/// `Invalid` naming `current_password` or `password`.
pub async fn change_password(
    engine: &Engine,
    user_id: UserId,
    current: &str,
    new: &str,
    address: Option<IpAddr>,
) -> Result<(), Error> {
    change_password_in(engine, user_id, current, new, address, None).await
}

/// The same from a browser, which gets a new session.
pub(super) async fn change_password_in(
    engine: &Engine,
    user_id: UserId,
    current: &str,
    new: &str,
    address: Option<IpAddr>,
    stays: Option<NewSession>,
) -> Result<(), Error> {
    let user = get(engine.db(), user_id).await?;
    let stored = store::users::find_by_email(engine.db(), &user.email)
        .await?
        .and_then(|found| found.password_hash);
    let passwords = &engine.auth_state().passwords;
    if passwords.verify(current, stored.clone()).await? == Verdict::Wrong {
        return Err(Error::invalid(
            "current_password",
            "this is not the current password",
        ));
    }
    if current == new {
        return Err(Error::invalid(
            "password",
            "the new password is the current one",
        ));
    }
    let replacement = Replacement {
        actor: Some(user.id),
        user,
        verified: stored,
        event: AuditEvent::PasswordChange,
        address,
        stays,
    };
    replace_password(engine, replacement, new).await
}

/// Sets a user's password without knowing the present one, for an administrator at the console.
pub async fn reset_password(engine: &Engine, email: &str, new: &str) -> Result<(), Error> {
    let found = find_by_email(engine.db(), email).await?;
    let replacement = Replacement {
        user: found.user,
        verified: found.password_hash,
        event: AuditEvent::PasswordChange,
        actor: None,
        address: None,
        stays: None,
    };
    replace_password(engine, replacement, new).await
}

/// A hash of a new password that follows the rules.
pub(super) async fn hash_new(engine: &Engine, user: &User, new: &str) -> Result<String, Error> {
    password_rules::check(new, &[&user.name, &user.email])
        .map_err(|weak| Error::invalid("password", weak.to_string()))?;
    let passwords = &engine.auth_state().passwords;
    passwords.hash(new, engine.random()).await
}

async fn replace_password(
    engine: &Engine,
    replacement: Replacement,
    new: &str,
) -> Result<(), Error> {
    let hash = hash_new(engine, &replacement.user, new).await?;
    let now = engine.now();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let id = replacement.user.id;
                let present = store::users::lock(tx, id)
                    .await?
                    .ok_or(Error::NotFound(What::User))?;
                if present.password_hash != replacement.verified {
                    return Err(Error::Conflict(
                        "The password was changed by somebody else just now.".into(),
                    ));
                }
                set_password(tx, id, &hash, now).await?;
                if let Some(stays) = replacement.stays {
                    stays.open(tx, id, present.epoch.saturating_add(1)).await?;
                }
                let mut record = Record::security(replacement.event)
                    .by(replacement.actor)
                    .about(Some(id));
                if let Some(address) = replacement.address {
                    record = record.from_address(address);
                }
                Ok(audit::append(tx, now, record).await?)
            })
        })
        .await
}

/// Sets a password; everything that was issued before ends.
pub(super) async fn set_password(
    tx: &mut Tx,
    id: UserId,
    hash: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    store::users::set_password(tx, id, hash, now).await?;
    revoke_everything(tx, id, now).await
}

/// Locks a user out of the whole installation, or lets the user in again. What the user held is
/// revoked and stays so.
pub async fn set_disabled(
    engine: &Engine,
    email: &str,
    is_disabled: bool,
    actor: Option<UserId>,
) -> Result<(), Error> {
    let id = find_by_email(engine.db(), email).await?.user.id;
    let now = engine.now();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let found = store::users::lock(tx, id)
                    .await?
                    .ok_or(Error::NotFound(What::User))?;
                let user = User {
                    is_disabled,
                    ..found.user
                };
                store::users::update(tx, &user).await?;
                let event = if is_disabled {
                    store::users::end_epoch(tx, id).await?;
                    revoke_everything(tx, id, now).await?;
                    AuditEvent::AccountLocked
                } else {
                    AuditEvent::AccountUnlocked
                };
                let record = Record::security(event).by(actor).about(Some(id));
                Ok(audit::append(tx, now, record).await?)
            })
        })
        .await
}

/// Ends every token, session and code of a user.
async fn revoke_everything(tx: &mut Tx, id: UserId, now: UnixMillis) -> Result<(), StoreError> {
    store::tokens::revoke_of_user(tx, id, now).await?;
    store::sessions::delete_of_user(tx, id).await?;
    store::codes::delete_of_user(tx, id).await?;
    store::password_links::delete_of_user(tx, id).await
}

async fn get(db: &Db, id: UserId) -> Result<User, Error> {
    store::users::find(db, id)
        .await?
        .ok_or(Error::NotFound(What::User))
}

pub(super) async fn find_by_email(db: &Db, email: &str) -> Result<Credentials, Error> {
    store::users::find_by_email(db, &email_key(email))
        .await?
        .ok_or(Error::NotFound(What::User))
}

/// The authority of somebody who was invited to an account, for answering: to be on record as who
/// did it, and nothing else.
pub(crate) fn invited_scope(account_id: AccountId, user_id: UserId) -> Scope {
    Scope::for_member(
        account_id,
        user_id,
        TopicAccess::Only(BTreeSet::new()),
        PermissionSet::default(),
    )
}

/// The role in which a user is let into an account at the moment.
pub(super) async fn active_role(
    db: &Db,
    account_id: AccountId,
    user_id: UserId,
) -> Result<Option<Role>, Error> {
    let membership = store::memberships::find_for_sign_in(db, account_id, user_id).await?;
    let Some(membership) = membership.filter(|found| is_active(found.state)) else {
        return Ok(None);
    };
    Ok(store::roles::find(db, account_id, membership.role_id).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_refused() {
        for (text, expected) in [
            ("ines@northwind.example", true),
            ("o'neill+crm@a.example", true),
            ("admin@localhost", true),
            ("größe@münchen.example", true),
            ("", false),
            ("ines", false),
            ("@northwind.example", false),
            ("ines@", false),
            ("ines@.example", false),
            ("ines@example.", false),
            ("a@b@c.example", false),
            ("ines@north wind.example", false),
            ("ines@northwind.example\r\nbcc: x@y.example", false),
            ("<ines@northwind.example>", false),
        ] {
            assert_eq!(is_email(text), expected, "{text:?}");
        }
    }
}
