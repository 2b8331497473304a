//! What the command line makes: the first account, personal tokens, keys, applications.

use domain::account::{Account, Project};
use domain::api_key::ApiKey;
use domain::ids::{AccountId, ApplicationId, ProjectId, RoleId, UserId};
use domain::limits;
use domain::plan::Plan;
use domain::role::{License, Role, StockRole, TopicAccess};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::Membership;
use store::Tx;
use store::applications::Application;
use store::counters::Kind;
use url::Url;

use super::grants::{Minting, mint_personal};
use super::people::{self, Met, PreparedUser, meet_user, prepare_user};
use super::scopes::ScopeSet;
use super::secret::Secret;
use crate::{Directory, Engine, Error};

/// The application that personal tokens belong to.
const PERSONAL: &str = "personal";

/// What [`init`] made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// The account.
    pub account_id: AccountId,
    /// Its first project.
    pub project_id: ProjectId,
    /// Its administrator, who may have to accept that.
    pub user_id: UserId,
    /// The address the administrator signs in with.
    pub email: String,
}

/// Makes the first account with a project, the stock roles and an administrator.
///
/// # Errors
/// `Conflict` when the installation has users already; `Invalid` naming `account`, `email`,
/// `password` or `timezone`.
pub async fn init(
    engine: &Engine,
    account: &str,
    email: &str,
    password: &str,
    timezone: &str,
) -> Result<Initialised, Error> {
    let new = NewAccount::check(account, timezone)?;
    super::check_password(password, &[&new.name])
        .map_err(|weak| Error::invalid("password", weak.to_string()))?;
    let name = name_from(email);
    let prepared = prepare_user(engine, &name, email, Some(password)).await?;
    let (now, work_engine) = (engine.now(), engine.clone());
    engine.begins();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                // The number comes first: whoever else takes one waits for this transaction, so of
                // two who set up at once the second sees what the first one made.
                let account_id = next_account(tx).await?;
                if store::users::is_anybody_there(tx).await? {
                    return Err(Error::Conflict(
                        "This installation is initialised already; nothing was changed. `switchboard \
                         account create` makes another account."
                            .into(),
                    ));
                }
                let (made, _) = make_account(tx, account_id, new, prepared, now).await?;
                work_engine.hold_written(tx).await;
                Ok(made)
            })
        })
        .await
}

/// An account to make.
pub(super) struct NewAccount {
    name: String,
    timezone: String,
}

impl NewAccount {
    pub(super) fn check(name: &str, timezone: &str) -> Result<Self, Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
            return Err(Error::invalid(
                "account",
                "a name of 1 to 200 characters is needed",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            timezone: crate::settings::timezone("timezone", timezone)?,
        })
    }
}

/// A name to begin with: what stands before the `@`, with capitals.
pub(super) fn name_from(email: &str) -> String {
    let local = email.trim().split('@').next().unwrap_or_default();
    local
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut chars = part.chars();
            chars
                .next()
                .map(|first| first.to_uppercase().chain(chars).collect::<String>())
                .unwrap_or_default()
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The number of an account that is to be made; nobody else gets one until the transaction ends.
pub(super) async fn next_account(tx: &mut Tx) -> Result<AccountId, Error> {
    Ok(AccountId(store::counters::next(tx, Kind::Account).await?))
}

/// Makes an account with a project, the stock roles and an administrator. Somebody who is there
/// already is invited, as by any account: nobody belongs to one without having said yes.
pub(super) async fn make_account(
    tx: &mut Tx,
    account_id: AccountId,
    new: NewAccount,
    prepared: PreparedUser,
    now: UnixMillis,
) -> Result<(Initialised, Met), Error> {
    let NewAccount { name, timezone } = new;
    let scope = Scope::system(account_id);
    let account = Account {
        id: account_id,
        name: name.clone(),
        description: None,
        package: None,
        plan: Plan::EnterpriseV5,
        timezone,
        added_at: now,
    };
    store::accounts::create(tx, &account).await?;
    let project_id = ProjectId(store::counters::next(tx, Kind::Project).await?);
    let project = Project {
        account_id,
        id: project_id,
        name,
        added_at: now,
    };
    store::projects::create(tx, &scope, &project).await?;
    let administrator = make_stock_roles(tx, &scope, now).await?;
    let met = meet_user(tx, prepared, now).await?;
    let membership = Membership {
        account_id,
        user_id: met.user.id,
        role_id: administrator,
        state: met.joins_as(),
        is_expert: false,
        timezone: None,
        added_at: now,
    };
    store::memberships::create(tx, &scope, &membership).await?;
    let made = Initialised {
        account_id,
        project_id,
        user_id: met.user.id,
        email: met.user.email.clone(),
    };
    Ok((made, met))
}

/// Makes the roles every account starts with; gives the administrator's.
pub async fn make_stock_roles(
    tx: &mut Tx,
    scope: &Scope,
    now: UnixMillis,
) -> Result<RoleId, Error> {
    let mut administrator = None;
    for stock in StockRole::ALL {
        let id = RoleId(store::counters::next(tx, Kind::Role).await?);
        let role = Role {
            account_id: scope.account_id(),
            id,
            title: stock.as_str().to_owned(),
            license: License::Paying,
            is_stock: true,
            permissions: stock.permissions(),
            topics: TopicAccess::All,
            added_at: now,
            updated_at: now,
        };
        store::roles::create(tx, scope, &role).await?;
        if *stock == StockRole::Administrator {
            administrator = Some(id);
        }
    }
    administrator.ok_or_else(|| Error::internal("no stock role is the administrator"))
}

/// A token that a user made for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalToken {
    /// The token, shown this once.
    pub access_token: Secret,
    /// For whom it acts.
    pub user_id: UserId,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Its life in seconds.
    pub expires_in_s: i64,
}

/// Makes an access token without the browser: the portal's "Authorise Myself".
///
/// # Errors
/// `NotFound` when nobody has this e-mail address, `Invalid` naming `scope`, `Full` at `token` when
/// the person has as many of them in force as there may be.
pub async fn personal_token(
    engine: &Engine,
    email: &str,
    scope: &str,
) -> Result<PersonalToken, Error> {
    let scopes =
        ScopeSet::parse(scope).map_err(|unknown| Error::invalid("scope", unknown.to_string()))?;
    let user_id = people::find_by_email(engine.db(), email).await?.user.id;
    let (client_id, minting, now) = (
        Secret::token(engine.random()),
        Minting::new(engine),
        engine.now(),
    );
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let user = store::users::lock(tx, user_id)
                    .await?
                    .ok_or(Error::NotFound(crate::What::User))?;
                if user.user.is_disabled {
                    return Err(Error::Conflict("This user is disabled.".into()));
                }
                // Nobody makes another one for the person, whose row is locked.
                let have = store::tokens::count_personal(tx, user_id, now).await?;
                if have >= limits::PERSONAL_TOKENS {
                    return Err(Error::Full {
                        field: "token".to_owned(),
                        of: "a user",
                        things: "personal tokens in force (`switchboard token revoke` ends one)",
                        limit: limits::PERSONAL_TOKENS,
                    });
                }
                let application = personal_application(tx, client_id, now).await?;
                let issued = mint_personal(tx, &application, &user, scopes, minting).await?;
                Ok(PersonalToken {
                    access_token: issued.access_token,
                    user_id,
                    scopes,
                    expires_in_s: issued.expires_in_s,
                })
            })
        })
        .await
}

async fn personal_application(
    tx: &mut Tx,
    client_id: Secret,
    now: UnixMillis,
) -> Result<Application, Error> {
    if let Some(found) = store::applications::find_built_in(tx, PERSONAL).await? {
        return Ok(found);
    }
    let application = Application {
        id: ApplicationId(store::counters::next(tx, Kind::Application).await?),
        client_id: client_id.expose().to_owned(),
        secret_hash: None,
        name: "Personal tokens".to_owned(),
        redirect_uri: None,
        is_trusted: false,
        needs_pkce: true,
        is_console: false,
        built_in: Some(PERSONAL.to_owned()),
        added_at: now,
    };
    store::applications::create(tx, &application).await?;
    Ok(application)
}

/// A key that was made for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeKey {
    /// The key.
    pub key: ApiKey,
    /// Its secret, shown this once.
    pub secret: Secret,
}

/// Makes a key of an account without the browser.
///
/// `role` is the title or the number of a role; the Administrator's when absent, because programs
/// of the people who run the server expect every call to work.
///
/// # Errors
/// `NotFound` when there is no such account; `Invalid` naming `name` or `role`; `Conflict` when the
/// account has a key of this name.
pub async fn key(
    engine: &Engine,
    account_id: AccountId,
    name: &str,
    role: Option<&str>,
) -> Result<MadeKey, Error> {
    let role = role.unwrap_or(StockRole::Administrator.as_str());
    let new = crate::settings::NewKey {
        name: name.to_owned(),
        role_id: role_named(engine, account_id, role).await?,
    };
    let (key, secret) = crate::settings::create_key_beside(engine, account_id, new).await?;
    Ok(MadeKey { key, secret })
}

/// The role of an account with this title or number.
///
/// # Errors
/// `NotFound` when there is no such account; `Invalid` naming `role`, with the roles there are.
pub(super) async fn role_named(
    engine: &Engine,
    account_id: AccountId,
    wanted: &str,
) -> Result<RoleId, Error> {
    let directory = Directory::load(engine.db(), account_id).await?;
    let wanted = wanted.trim();
    let role = RoleId::parse(wanted)
        .and_then(|id| directory.roles.get(&id))
        .or_else(|| directory.role_named(wanted));
    role.map(|role| role.id).ok_or_else(|| {
        let titles: Vec<&str> = directory
            .roles
            .values()
            .map(|role| role.title.as_str())
            .take(20)
            .collect();
        Error::invalid(
            "role",
            format!(
                "the account has no user role of this name; it has {}",
                titles.join(", ")
            ),
        )
    })
}

/// An application to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// Name shown to the users who are asked for consent.
    pub name: String,
    /// Where the browser is sent back to, exactly.
    pub redirect_uri: String,
    /// May see and set what only trusted applications may.
    pub is_trusted: bool,
    /// Has no secret (a program on the user's own machine); PKCE is then asked for in any case.
    pub is_public: bool,
    /// Is refused without PKCE. Applications written for the original know nothing of PKCE and
    /// prove themselves by their secret, so this is a choice per application.
    pub needs_pkce: bool,
}

/// A registered application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredApplication {
    /// Number.
    pub id: ApplicationId,
    /// Public identifier.
    pub client_id: String,
    /// The secret, shown this once; none for a public application.
    pub client_secret: Option<Secret>,
}

/// Registers an application.
///
/// # Errors
/// `Invalid` naming `name` or `redirect_uri`; `Full` at `application` when the installation has as
/// many as there may be.
pub async fn application(
    engine: &Engine,
    new: NewApplication,
) -> Result<RegisteredApplication, Error> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            "a name of 1 to 100 characters is needed",
        ));
    }
    check_redirect(&new.redirect_uri)?;
    let client_id = Secret::token(engine.random()).expose().to_owned();
    let secret = (!new.is_public).then(|| Secret::token(engine.random()));
    let mut row = Application {
        id: ApplicationId(0),
        client_id: client_id.clone(),
        secret_hash: secret.as_ref().map(Secret::fingerprint),
        name,
        redirect_uri: Some(new.redirect_uri),
        is_trusted: new.is_trusted,
        needs_pkce: new.needs_pkce || new.is_public,
        is_console: false,
        built_in: None,
        added_at: engine.now(),
    };
    let id = engine
        .db()
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                // Whoever else registers one waits for the number, so the count is exact.
                row.id = ApplicationId(store::counters::next(tx, Kind::Application).await?);
                if store::applications::count(tx).await? >= limits::APPLICATIONS {
                    return Err(Error::Full {
                        field: "application".to_owned(),
                        of: "an installation",
                        things: "applications (`switchboard app delete` removes one)",
                        limit: limits::APPLICATIONS,
                    });
                }
                store::applications::create(tx, &row).await?;
                Ok(row.id)
            })
        })
        .await?;
    Ok(RegisteredApplication {
        id,
        client_id,
        client_secret: secret,
    })
}

/// Longest address that browsers are sent back to, in bytes; pages show it to whoever consents.
const LONGEST_REDIRECT: usize = 2_048;

/// An absolute address without a fragment (RFC 6749, 3.1.2) that is not a script in disguise.
fn check_redirect(text: &str) -> Result<(), Error> {
    let refuse = |reason| Err(Error::invalid("redirect_uri", reason));
    if text.len() > LONGEST_REDIRECT {
        return refuse("an address of at most 2048 bytes was expected");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("this is not an absolute address");
    };
    if url.fragment().is_some() {
        return refuse("the address must not have a fragment (#)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("the address must not hold a password");
    }
    if matches!(
        url.scheme(),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "filesystem"
    ) {
        return refuse("a browser cannot be sent to this kind of address");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_addresses_are_absolute_and_harmless() {
        for (text, is_taken) in [
            ("https://crm.example/callback?from=switchboard", true),
            ("http://127.0.0.1:8000/cb", true),
            ("com.example.app:/callback", true),
            ("/callback", false),
            ("crm.example/callback", false),
            ("https://crm.example/#cb", false),
            ("https://user:secret@crm.example/", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("", false),
        ] {
            assert_eq!(check_redirect(text).is_ok(), is_taken, "{text:?}");
        }
    }

    #[test]
    fn the_first_administrator_is_named_after_the_address() {
        assert_eq!(name_from("ines.morgado@northwind.example"), "Ines Morgado");
        assert_eq!(name_from("admin@localhost"), "Admin");
    }
}
