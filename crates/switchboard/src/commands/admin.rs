//! What an administrator does from the command line: first account, tokens, keys, applications,
//! schema.

use std::sync::Arc;

use domain::ids::AccountId;
use domain::time::{SECOND_MS, SystemClock};
use engine::auth::setup;
use engine::auth::setup::NewApplication;
use engine::random::SystemRandom;
use engine::{Error, What};
use serde_json::json;

use super::password::{self, Password};
use crate::cli::Init;
use crate::config::Config;
use crate::output::Output;
use crate::wiring::{self, Index};

/// Makes the first account. The schema comes first, so that a password is not asked for in vain.
pub(super) async fn init(config: &Config, flags: &Init, output: Output) -> anyhow::Result<()> {
    let engine = open_or_make(config).await?;
    let Password { text, is_made_up } = password::obtain(flags.password_stdin, engine.random())?;
    let made = setup::init(
        &engine,
        &flags.account,
        &flags.email,
        &text,
        &flags.timezone,
    )
    .await?;
    engine.db().close().await;
    let mut document = json!({
        "account_id": made.account_id.get(),
        "project_id": made.project_id.get(),
        "user_id": made.user_id.get(),
        "email": made.email,
    });
    let mut lines = format!(
        "Made account {} \"{}\" with administrator {}.\n",
        made.account_id, flags.account, made.email
    );
    if is_made_up {
        if let Some(members) = document.as_object_mut() {
            members.insert("password".to_owned(), json!(text));
        }
        lines.push_str("Password, shown this once: ");
        lines.push_str(&text);
        lines.push('\n');
    }
    lines.push_str("Next: `switchboard serve`, and `switchboard token create --email ");
    lines.push_str(&made.email);
    lines.push_str("` for a token.");
    output.print(&lines, &document);
    Ok(())
}

/// Makes a personal access token.
pub(super) async fn token(
    config: &Config,
    email: &str,
    scope: Option<&str>,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let everything = engine::auth::ScopeSet::all().to_string();
    let made = match setup::personal_token(&engine, email, scope.unwrap_or(&everything)).await {
        Err(Error::NotFound(What::User)) => {
            anyhow::bail!(nobody(&format!("the e-mail address {email}")))
        }
        made => made?,
    };
    let ends_at = engine
        .now()
        .plus_ms(made.expires_in_s.saturating_mul(SECOND_MS));
    engine.db().close().await;
    let token = made.access_token.expose();
    output.print(
        token,
        &json!({
            "access_token": token,
            "user_id": made.user_id.get(),
            "scope": made.scopes.to_string(),
            "expires_in": made.expires_in_s,
        }),
    );
    // Beside it, so that scripts may take the output as the token.
    output.hint(&format!(
        "The token ends on {} ({} days from now).",
        ends_at.timestamp().strftime("%Y-%m-%d at %H:%M UTC"),
        made.expires_in_s.div_euclid(DAY_S)
    ));
    Ok(())
}

/// Makes a key of a program.
pub(super) async fn key(
    config: &Config,
    account: i64,
    name: &str,
    role: &str,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let made = match setup::key(&engine, AccountId(account), name, Some(role)).await {
        Err(Error::NotFound(What::Account)) => {
            anyhow::bail!(nobody(&format!("the number {account}")))
        }
        made => made?,
    };
    engine.db().close().await;
    let (token, secret) = (&made.key.name, made.secret.expose());
    output.print(
        &format!("token   {token}\nsecret  {secret}"),
        &json!({ "token": token, "secret": secret }),
    );
    Ok(())
}

/// Makes an OAuth application.
pub(super) async fn app(
    config: &Config,
    new: NewApplication,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let made = setup::application(&engine, new).await?;
    engine.db().close().await;
    let secret = made
        .client_secret
        .as_ref()
        .map(engine::auth::Secret::expose);
    output.print(
        &format!(
            "client_id     {}\nclient_secret {}",
            made.client_id,
            secret.unwrap_or("(none: a public application)")
        ),
        &json!({ "client_id": made.client_id, "client_secret": secret }),
    );
    Ok(())
}

/// Brings the schema up to date.
pub(super) async fn migrate(config: &Config, output: Output) -> anyhow::Result<()> {
    let db = wiring::database(config).await?;
    let versions = store::health::schema_versions(&db).await?;
    db.close().await;
    output.print(
        &format!("The database has schema {}.", versions.found),
        &json!({ "schema": versions.found }),
    );
    Ok(())
}

/// Why an account or a user is not found, and what to do about it.
fn nobody(known_by: &str) -> String {
    format!(
        "there is nobody and nothing with {known_by}; `switchboard init` said which account and \
         administrator it made"
    )
}

/// What to do where there is nothing yet.
pub(super) const NO_ACCOUNT: &str = "there is no account yet; `switchboard init --account NAME --email ADDRESS` makes the first one";

/// Seconds of a day.
const DAY_S: i64 = domain::time::DAY_MS / SECOND_MS;

/// The use cases of an installation that has an account, without an index, which a running server
/// may be using. Where there is none, none is made: the directory is likely to be a wrong one.
pub(super) async fn open(config: &Config) -> anyhow::Result<engine::Engine> {
    if !wiring::is_made(config) {
        anyhow::bail!(
            "there is no installation in {}: {NO_ACCOUNT}",
            config.data.display()
        );
    }
    let engine = open_or_make(config).await?;
    anyhow::ensure!(
        !store::accounts::list(engine.db()).await?.is_empty(),
        NO_ACCOUNT
    );
    Ok(engine)
}

/// The use cases without an index, over a database that is made where it is missing.
async fn open_or_make(config: &Config) -> anyhow::Result<engine::Engine> {
    let db = wiring::database(config).await?;
    wiring::engine(
        config,
        db,
        Index::InMemory,
        wiring::settled_url(config),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
    .await
}
