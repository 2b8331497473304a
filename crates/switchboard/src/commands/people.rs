//! Accounts and users from the command line.

use std::fmt::Write as _;

use domain::ids::AccountId;
use domain::time::UnixMillis;
use engine::Engine;
use engine::auth::operator::{self, UserWithPlaces, Way};
use engine::auth::password_links;
use engine::auth::{people, sign_in};
use serde_json::{Value, json};

use super::admin::open;
use super::password;
use crate::cli::{CreateAccount, CreateUser};
use crate::config::Config;
use crate::output::{Output, table};

/// `account create`.
pub(super) async fn create_account(
    config: &Config,
    flags: &CreateAccount,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let password = given_password(flags.password_stdin)?;
    let (made, way) = operator::create_account(
        &engine,
        &flags.name,
        &flags.email,
        password.as_deref(),
        &flags.timezone,
    )
    .await?;
    engine.db().close().await;
    let mut document = json!({
        "account_id": made.account_id,
        "project_id": made.project_id,
        "user_id": made.user_id,
        "email": made.email,
    });
    let mut text = match way {
        Way::Invitation { .. } => format!(
            "Made account {} \"{}\", to which {} is invited as administrator.",
            made.account_id, flags.name, made.email
        ),
        _ => format!(
            "Made account {} \"{}\" with administrator {}.",
            made.account_id, flags.name, made.email
        ),
    };
    tell_way(&engine, &made.email, &way, &mut text, &mut document);
    output.print(&text, &document);
    hint_at_address(config, &way, output);
    Ok(())
}

/// `account list`.
pub(super) async fn accounts(config: &Config, output: Output) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let found = operator::accounts(&engine).await?;
    engine.db().close().await;
    let mut rows = vec![["account", "name", "time zone", "made"].map(str::to_owned)];
    rows.extend(found.iter().map(|account| {
        [
            account.id.to_string(),
            account.name.clone(),
            account.timezone.clone(),
            day(Some(account.added_at)),
        ]
    }));
    let listed: Vec<_> = found
        .iter()
        .map(|account| {
            json!({
                "id": account.id,
                "name": account.name,
                "timezone": account.timezone,
                "added": account.added_at.seconds(),
            })
        })
        .collect();
    output.print(&table(&rows), &json!({ "accounts": listed }));
    Ok(())
}

/// `user create`.
pub(super) async fn create_user(
    config: &Config,
    flags: &CreateUser,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let password = given_password(flags.password_stdin)?;
    let made = operator::create_user(
        &engine,
        AccountId(flags.account),
        &flags.email,
        flags.name.as_deref(),
        &flags.role,
        password.as_deref(),
    )
    .await?;
    engine.db().close().await;
    let mut document = json!({
        "user_id": made.user_id,
        "email": made.email,
        "account_id": flags.account,
    });
    let mut text = match made.way {
        Way::Invitation { .. } => format!(
            "Invited {} (number {}) to account {}.",
            made.email, made.user_id, flags.account
        ),
        _ => format!(
            "Made {} (number {}) a user of account {}.",
            made.email, made.user_id, flags.account
        ),
    };
    tell_way(&engine, &made.email, &made.way, &mut text, &mut document);
    output.print(&text, &document);
    hint_at_address(config, &made.way, output);
    Ok(())
}

/// `user list`.
pub(super) async fn users(
    config: &Config,
    account: Option<i64>,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let found = operator::users(&engine, account.map(AccountId)).await?;
    engine.db().close().await;
    let mut rows =
        vec![["user", "address", "name", "accounts", "signed in", ""].map(str::to_owned)];
    rows.extend(found.iter().map(row));
    let listed: Vec<_> = found.iter().map(document).collect();
    output.print(&table(&rows), &json!({ "users": listed }));
    Ok(())
}

fn row(found: &UserWithPlaces) -> [String; 6] {
    let user = &found.listed.user;
    let places: Vec<String> = found
        .places
        .iter()
        .map(|place| format!("{} ({})", place.account_id, place.role))
        .collect();
    let note = match (user.is_disabled, found.listed.has_password) {
        (true, _) => "disabled",
        (false, true) => "",
        (false, false) => "no password",
    };
    [
        user.id.to_string(),
        user.email.clone(),
        user.name.clone(),
        places.join(", "),
        day(found.listed.last_login_at),
        note.to_owned(),
    ]
}

fn document(found: &UserWithPlaces) -> Value {
    let user = &found.listed.user;
    let places: Vec<_> = found
        .places
        .iter()
        .map(|place| {
            json!({
                "id": place.account_id,
                "name": place.account,
                "role": place.role,
                "membership": place.state,
            })
        })
        .collect();
    json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "disabled": user.is_disabled,
        "has_password": found.listed.has_password,
        "added": user.added_at.seconds(),
        "last_login": found.listed.last_login_at.map(UnixMillis::seconds),
        "accounts": places,
    })
}

/// `user password`.
pub(super) async fn password(
    config: &Config,
    email: &str,
    from_stdin: bool,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let mut document = json!({ "email": email });
    let mut text;
    let mut way = Way::Open;
    if let Some(new) = given_password(from_stdin)? {
        people::reset_password(&engine, email, &new).await?;
        text = format!(
            "Set the password of {email}. Every session, token and consent of the user has ended."
        );
    } else {
        let link = password_links::create(&engine, email).await?;
        text = format!("Made a link for {email}.");
        way = Way::Password(link);
        tell_links(&engine, &way, &mut text, &mut document);
    }
    engine.db().close().await;
    output.print(&text, &document);
    hint_at_address(config, &way, output);
    Ok(())
}

/// `user disable` and `user enable`.
pub(super) async fn set_disabled(
    config: &Config,
    email: &str,
    is_disabled: bool,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    people::set_disabled(&engine, email, is_disabled, None).await?;
    engine.db().close().await;
    let text = if is_disabled {
        format!("{email} is locked out; every session, token and consent has ended.")
    } else {
        format!("{email} may sign in again.")
    };
    output.print(&text, &json!({ "email": email, "disabled": is_disabled }));
    Ok(())
}

/// `user unlock`.
pub(super) async fn unlock(config: &Config, email: &str, output: Output) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let known = store::users::find_by_email(engine.db(), &email.trim().to_lowercase()).await?;
    anyhow::ensure!(known.is_some(), "there is no such user");
    let was_locked = sign_in::unlock(&engine, email, None).await?;
    engine.db().close().await;
    let text = if was_locked {
        format!("{email} may try to sign in again.")
    } else {
        format!("{email} was not locked.")
    };
    output.print(&text, &json!({ "email": email, "was_locked": was_locked }));
    Ok(())
}

/// A password from standard input, when it was said to be there.
fn given_password(from_stdin: bool) -> anyhow::Result<Option<String>> {
    from_stdin.then(password::from_standard_input).transpose()
}

/// Adds to what is printed what the person has to do to get into the account.
fn tell_way(engine: &Engine, email: &str, way: &Way, text: &mut String, document: &mut Value) {
    let is_invited = matches!(way, Way::Invitation { .. });
    if let Some(members) = document.as_object_mut() {
        let membership = if is_invited { "invited" } else { "active" };
        members.insert("membership".to_owned(), json!(membership));
    }
    tell_links(engine, way, text, document);
    if let Way::Invitation {
        has_password: false,
        ..
    } = way
    {
        text.push_str(
            "\nThere is no password to sign in with yet; `switchboard user password --email ",
        );
        text.push_str(email);
        text.push_str("` makes a link to set one.");
    }
}

/// Says beside it where the address of a link comes from, when nobody set it.
fn hint_at_address(config: &Config, way: &Way, output: Output) {
    if !config.public_url.is_empty() || matches!(way, Way::Open) {
        return;
    }
    let address = crate::wiring::settled_url(config);
    if address.is_empty() {
        output.hint(
            "public_url is not set and listen.address leaves the port open: the link has no host. \
             Set public_url to the address at which people reach the server.",
        );
    } else {
        output.hint(&format!(
            "public_url is not set: the link leads to {address}, which is listen.address. Set \
             public_url to the address at which people reach the server.",
        ));
    }
}

/// Adds the link of a way to what is printed.
fn tell_links(engine: &Engine, way: &Way, text: &mut String, document: &mut Value) {
    let (name, words, url, ends_at) = match way {
        Way::Open => return,
        Way::Password(link) => (
            "password_link",
            "The password is set here",
            link.url(engine),
            link.expires_at,
        ),
        Way::Invitation { link, .. } => (
            "invitation_link",
            "The person is a user already and accepts the invitation here",
            link.url(engine),
            link.expires_at,
        ),
    };
    let until = ends_at.civil().strftime("%Y-%m-%d %H:%M UTC");
    // A `String` takes every write.
    let _ = write!(text, "\n{words}, once, until {until}:\n{url}");
    if let Some(members) = document.as_object_mut() {
        members.insert(name.to_owned(), json!(url));
        members.insert(format!("{name}_ends_at"), json!(ends_at.seconds()));
    }
}

/// A point in time as a day.
pub(super) fn day(at: Option<UnixMillis>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.day().to_string())
}
