//! What the people who run the server do from the command line, beside what [`setup`] makes: more
//! accounts and users, and looking after tokens, applications, keys and the security log.
//!
//! It works beside a running server. What ends here ends there with the next call: tokens, keys and
//! roles are looked up anew when anything was committed since, and members are told to the change
//! log.

use domain::account::Account;
use domain::api_key::ApiKey;
use domain::audit_event::AuditEvent;
use domain::ids::{AccountId, TokenId, UserId};
use domain::scope::Scope;
use serde_json::json;
use store::Tx;
use store::applications::Application;
use store::audit::Chain;
use store::memberships::Place;
use store::tokens::{ListedToken, Listing};
use store::users::Listed;

use super::audit::{self, Record, Verified};
use super::invitation_links;
use super::one_time_link::OneTimeLink;
use super::password_links;
use super::people::{self, Met, email_key, prepare_user};
use super::setup::{self, Initialised, NewAccount, make_account, next_account};
use crate::error::What;
use crate::{Engine, Error};

/// Rows read at once.
const PAGE: i64 = 500;

/// A user who was made, or invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeUser {
    /// The user.
    pub user_id: UserId,
    /// The user's address.
    pub email: String,
    /// The way to the account.
    pub way: Way,
}

/// What stands between a person and an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Nothing: the person is new and has a password, or is to have none.
    Open,
    /// The person is new and sets a password with this first.
    Password(OneTimeLink),
    /// The person was there already and has to accept the invitation.
    Invitation {
        /// With which the person accepts it.
        link: OneTimeLink,
        /// There is a password to sign in with.
        has_password: bool,
    },
}

/// All accounts, by number.
pub async fn accounts(engine: &Engine) -> Result<Vec<Account>, Error> {
    Ok(store::accounts::list(engine.db()).await?)
}

/// Makes an account with a project, the stock roles and an administrator. Somebody who is a user
/// already is invited: until the invitation is accepted, nobody acts in the account.
///
/// # Errors
/// `Invalid` naming `account`, `email`, `password` or `timezone`.
pub async fn create_account(
    engine: &Engine,
    name: &str,
    email: &str,
    password: Option<&str>,
    timezone: &str,
) -> Result<(Initialised, Way), Error> {
    let new = NewAccount::check(name, timezone)?;
    refuse_second_password(engine, email, password).await?;
    let prepared = prepare_user(engine, &setup::name_from(email), email, password).await?;
    let (now, engine_in) = (engine.now(), engine.clone());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let account_id = next_account(tx).await?;
                let (made, met) = make_account(tx, account_id, new, prepared, now).await?;
                let scope = Scope::system(account_id);
                let way = Way::of(tx, &engine_in, &scope, &met).await?;
                Ok((made, way))
            })
        })
        .await
}

impl Way {
    /// The way of somebody who was just taken into the scope's account, with the link that it needs.
    pub(crate) async fn of(
        tx: &mut Tx,
        engine: &Engine,
        scope: &Scope,
        met: &Met,
    ) -> Result<Self, Error> {
        let now = engine.now();
        if !met.is_new {
            let link = invitation_links::draw(engine);
            invitation_links::keep(tx, &link, scope, met.user.id, now).await?;
            return Ok(Self::Invitation {
                link,
                has_password: met.has_password,
            });
        }
        if met.needs_password {
            let link = password_links::draw(engine);
            let actor = scope.actor().user_id();
            password_links::keep(tx, &link, met.user.id, actor, now).await?;
            return Ok(Self::Password(link));
        }
        Ok(Self::Open)
    }
}

/// Makes a person a user of an account. Somebody whom the installation knows already is invited, as
/// by a call: whoever runs the server cannot consent in the place of another. Who is invited already
/// gets another link, and the role that is given now.
///
/// # Errors
/// `NotFound` when there is no such account; `Invalid` naming `name`, `email`, `password` or `role`;
/// `Conflict` when the person is a user of the account.
pub async fn create_user(
    engine: &Engine,
    account_id: AccountId,
    email: &str,
    name: Option<&str>,
    role: &str,
    password: Option<&str>,
) -> Result<MadeUser, Error> {
    let role_id = setup::role_named(engine, account_id, role).await?;
    refuse_second_password(engine, email, password).await?;
    let name = name.map_or_else(|| setup::name_from(email), str::to_owned);
    let prepared = prepare_user(engine, &name, email, password).await?;
    let (member, way) =
        crate::settings::add_member_beside(engine, account_id, prepared, role_id).await?;
    Ok(MadeUser {
        user_id: member.user.id,
        email: member.user.email,
        way,
    })
}

/// A password that would not be set is refused rather than forgotten.
async fn refuse_second_password(
    engine: &Engine,
    email: &str,
    password: Option<&str>,
) -> Result<(), Error> {
    let found = store::users::find_by_email(engine.db(), &email_key(email)).await?;
    if found.is_some() && password.is_some() {
        return Err(Error::Conflict(format!(
            "{} is a user already and keeps the present password; leave the password out, or set it \
             with `switchboard user password`.",
            email_key(email)
        )));
    }
    Ok(())
}

/// A user with the accounts that the user belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWithPlaces {
    /// The user.
    pub listed: Listed,
    /// The accounts.
    pub places: Vec<Place>,
}

/// All users, or those of one account, by number.
///
/// # Errors
/// `NotFound` when there is no such account.
pub async fn users(
    engine: &Engine,
    account_id: Option<AccountId>,
) -> Result<Vec<UserWithPlaces>, Error> {
    if let Some(id) = account_id {
        require_account(engine, id).await?;
    }
    let (mut found, mut last) = (Vec::new(), UserId(0));
    loop {
        let page = store::users::list(engine.db(), last, PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(found);
        };
        last = end.user.id;
        for listed in page {
            let places = store::memberships::places_of(engine.db(), listed.user.id).await?;
            let is_wanted =
                account_id.is_none_or(|id| places.iter().any(|place| place.account_id == id));
            if is_wanted {
                found.push(UserWithPlaces { listed, places });
            }
        }
    }
}

/// Access tokens in force, of everybody or of one user, by number.
///
/// # Errors
/// `NotFound` when nobody has this e-mail address.
pub async fn tokens(engine: &Engine, email: Option<&str>) -> Result<Vec<ListedToken>, Error> {
    let user_id = match email {
        Some(email) => Some(people::find_by_email(engine.db(), email).await?.user.id),
        None => None,
    };
    let (mut found, mut after) = (Vec::new(), TokenId(0));
    loop {
        let listing = Listing {
            user_id,
            only_own: false,
            after,
            limit: PAGE,
        };
        let page = store::tokens::list_live(engine.db(), listing, engine.now()).await?;
        let Some(end) = page.last() else {
            return Ok(found);
        };
        after = end.id;
        found.extend(page);
    }
}

/// Revokes a token and whatever belongs to the same consent; gives how many tokens ended.
///
/// # Errors
/// `NotFound` when there is no such token.
pub async fn revoke_token(engine: &Engine, id: TokenId) -> Result<u64, Error> {
    let now = engine.now();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let (user_id, grant_id) = store::tokens::find(tx, id)
                    .await?
                    .ok_or(Error::NotFound(What::Token))?;
                store::users::lock(tx, user_id).await?;
                let ended = store::tokens::revoke_grant(tx, grant_id, now).await?;
                if ended > 0 {
                    let record = Record::security(AuditEvent::SettingsEdited)
                        .about(Some(user_id))
                        .with(json!({ "revoked_token": id }));
                    audit::append(tx, now, record).await?;
                }
                Ok(ended)
            })
        })
        .await
}

/// Revokes all tokens and consents of a user; gives how many tokens ended.
///
/// # Errors
/// `NotFound` when nobody has this e-mail address.
pub async fn revoke_tokens_of(engine: &Engine, email: &str) -> Result<u64, Error> {
    let id = people::find_by_email(engine.db(), email).await?.user.id;
    let now = engine.now();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::users::lock(tx, id).await?;
                store::codes::delete_of_user(tx, id).await?;
                let ended = store::tokens::revoke_of_user(tx, id, now).await?;
                if ended > 0 {
                    let record = Record::security(AuditEvent::SettingsEdited)
                        .about(Some(id))
                        .with(json!({ "revoked_tokens": ended }));
                    audit::append(tx, now, record).await?;
                }
                Ok(ended)
            })
        })
        .await
}

/// All applications but the server's own, by number.
pub async fn applications(engine: &Engine) -> Result<Vec<Application>, Error> {
    let mut found = store::applications::list(engine.db()).await?;
    found.retain(|application| application.built_in.is_none());
    Ok(found)
}

/// Removes an application; everything that people gave it ends.
///
/// # Errors
/// `NotFound` when there is none of this identifier, or it is the server's own.
pub async fn delete_application(engine: &Engine, client_id: &str) -> Result<Application, Error> {
    let found = store::applications::find_by_client_id(engine.db(), client_id.trim()).await?;
    let application = found
        .filter(|found| found.built_in.is_none())
        .ok_or(Error::NotFound(What::Application))?;
    let now = engine.now();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                if !store::applications::delete(tx, application.id).await? {
                    return Err(Error::NotFound(What::Application));
                }
                let record = Record::security(AuditEvent::SettingsEdited).with(json!({
                    "deleted_application": application.id,
                    "name": application.name,
                }));
                audit::append(tx, now, record).await?;
                Ok(application)
            })
        })
        .await
}

/// The keys of an account, by number.
///
/// # Errors
/// `NotFound` when there is no such account.
pub async fn keys(engine: &Engine, account_id: AccountId) -> Result<Vec<ApiKey>, Error> {
    require_account(engine, account_id).await?;
    Ok(store::keys::list(engine.db(), &Scope::system(account_id)).await?)
}

/// Removes a key of an account, by name or number.
///
/// # Errors
/// `NotFound` when there is no such account or key.
pub async fn revoke_key(
    engine: &Engine,
    account_id: AccountId,
    name_or_id: &str,
) -> Result<ApiKey, Error> {
    require_account(engine, account_id).await?;
    crate::settings::delete_key_beside(engine, account_id, name_or_id).await
}

/// Checks the security log of the installation and the history of each account, or one of them.
///
/// # Errors
/// `NotFound` when there is no such account.
pub async fn verify_log(
    engine: &Engine,
    account_id: Option<AccountId>,
) -> Result<Vec<(Chain, Verified)>, Error> {
    let mut chains = match account_id {
        Some(id) => {
            require_account(engine, id).await?;
            vec![id.get()]
        }
        None => store::audit::chains(engine.db()).await?,
    };
    // Listed also when it is empty, which says something on an installation that has users.
    if account_id.is_none() && !chains.contains(&audit::INSTALLATION) {
        chains.insert(0, audit::INSTALLATION);
    }
    let mut found = Vec::with_capacity(chains.len());
    for chain in chains {
        found.push((chain, audit::verify(engine.db(), chain).await?));
    }
    Ok(found)
}

async fn require_account(engine: &Engine, id: AccountId) -> Result<(), Error> {
    store::accounts::find(engine.db(), id)
        .await?
        .map(|_| ())
        .ok_or(Error::NotFound(What::Account))
}
