//! What each command does.

mod admin;
mod audit;
mod config;
mod demo;
mod doctor;
mod index;
mod keep;
mod password;
mod people;
mod serve;

use std::collections::BTreeMap;

use anyhow::Context as _;

pub(crate) use password::made_up as made_up_password;

use crate::cli::{Account, App, Audit, Cli, Command, Index, Key, Token, User};
use crate::config::{Config, Layers, Origin, Problem, load};
use crate::output::Output;

/// Runs the command.
pub(crate) fn run(cli: Cli, output: Output) -> anyhow::Result<()> {
    let loaded = settings(&cli);
    if let Command::Config(command) = &cli.command {
        return config::run(command, loaded, output);
    }
    if let Command::Openapi { name } = &cli.command {
        openapi(name);
        return Ok(());
    }
    if matches!(cli.command, Command::Demo(_)) && cli.data.is_some() {
        anyhow::bail!(
            "--data: the demo works in a temporary directory, which it removes when it ends; \
             leave --data out, or make an installation with `switchboard init`"
        );
    }
    let (config, _) = loaded.map_err(|problems| anyhow::anyhow!(in_one_line(&problems)))?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(flags) => serve::run(&config, flags.role, output).await,
            Command::Demo(_) => demo::run(config, output).await,
            Command::Init(flags) => admin::init(&config, &flags, output).await,
            Command::Token(Token::Create { email, scope }) => {
                admin::token(&config, &email, scope.as_deref(), output).await
            }
            Command::Token(Token::List { email }) => {
                keep::tokens(&config, email.as_deref(), output).await
            }
            Command::Token(Token::Revoke { number, id, email }) => {
                keep::revoke_token(&config, number.or(id), email.as_deref(), output).await
            }
            Command::Account(Account::Create(flags)) => {
                people::create_account(&config, &flags, output).await
            }
            Command::Account(Account::List) => people::accounts(&config, output).await,
            Command::User(command) => user(&config, command, output).await,
            Command::Audit(Audit::Verify { account }) => {
                audit::verify(&config, account, output).await
            }
            Command::Key(Key::List { account }) => keep::keys(&config, account, output).await,
            Command::Key(Key::Revoke { account, name, key }) => {
                let name = name.or(key).unwrap_or_default();
                keep::revoke_key(&config, account, &name, output).await
            }
            Command::App(App::List) => keep::applications(&config, output).await,
            Command::App(App::Delete { client_id, id }) => {
                let client_id = client_id.or(id).unwrap_or_default();
                keep::delete_application(&config, &client_id, output).await
            }
            Command::Key(Key::Create {
                account,
                name,
                role,
            }) => admin::key(&config, account, &name, &role, output).await,
            Command::App(App::Create {
                name,
                redirect_uri,
                trusted,
                public,
                pkce,
            }) => {
                let new = engine::auth::setup::NewApplication {
                    name,
                    redirect_uri,
                    is_trusted: trusted,
                    is_public: public,
                    needs_pkce: pkce,
                };
                admin::app(&config, new, output).await
            }
            Command::Migrate => admin::migrate(&config, output).await,
            Command::Index(Index::Rebuild) => index::rebuild(&config, output).await,
            Command::Doctor => doctor::run(&config, output).await,
            Command::Openapi { .. } | Command::Config(_) => Ok(()),
        }
    });
    // Blocking work that is still running (an index commit, say) may finish, but is not waited
    // for without end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    outcome
}

async fn user(config: &Config, command: User, output: Output) -> anyhow::Result<()> {
    match command {
        User::List { account } => people::users(config, account, output).await,
        User::Create(flags) => people::create_user(config, &flags, output).await,
        User::Password {
            who,
            password_stdin,
        } => people::password(config, who.email(), password_stdin, output).await,
        User::Disable(who) => people::set_disabled(config, who.email(), true, output).await,
        User::Enable(who) => people::set_disabled(config, who.email(), false, output).await,
        User::Unlock(who) => people::unlock(config, who.email(), output).await,
    }
}

/// The settings in force and where those that are not defaults come from.
type Settings = Result<(Config, BTreeMap<String, Origin>), Vec<Problem>>;

fn settings(cli: &Cli) -> Settings {
    let mut flags = Vec::new();
    if let Some(data) = &cli.data {
        flags.push(("--data", "data", data.display().to_string()));
    }
    let mut flag = |name, key, value: &Option<String>| {
        if let Some(value) = value {
            flags.push((name, key, value.clone()));
        }
    };
    match &cli.command {
        Command::Serve(serve) => {
            flag("--listen", "listen.address", &serve.listen);
            flag("--public-url", "public_url", &serve.public_url);
        }
        Command::Demo(demo) => flag("--listen", "listen.address", &demo.listen),
        _ => {}
    }
    load(&Layers {
        file: cli.config.as_deref(),
        variables: std::env::vars_os().collect(),
        flags,
    })
}

fn in_one_line(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

/// The document goes out as it is in the repository, for people and scripts alike.
fn openapi(name: &str) {
    use std::io::Write as _;
    let Some(document) = api::openapi::find(name) else {
        return; // the command line takes known names only
    };
    // A reader that has gone away is not a failure.
    let _ = write!(std::io::stdout().lock(), "{}", document.text());
}
