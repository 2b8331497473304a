//! The command line: what can be typed, with an example each.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Self-hosted social customer care: everything people say to you or about you, in one inbox.
#[derive(Debug, Parser)]
#[command(
    name = "switchboard",
    version,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  switchboard demo                        look around, with made-up data
  switchboard init --account \"My Brand\" --email me@example.com
  switchboard serve                       the server, on http://127.0.0.1:8080

Settings come from defaults, then --config, then SWITCHBOARD__SECTION__KEY variables, then flags;
`switchboard config show` prints them. Exit status: 0 done, 1 failed, 2 wrong usage."
)]
pub struct Cli {
    /// Settings file
    #[arg(long, global = true, value_name = "FILE", env = "SWITCHBOARD_CONFIG")]
    pub config: Option<PathBuf>,
    /// Directory of the database and the index [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print one JSON document on standard output and nothing else
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server: API, sign-in and background work
    #[command(after_help = "\
Example:
  switchboard serve --listen 0.0.0.0:8080 --public-url https://care.example.com

Prints one line, `listening on http://ADDR`, when it accepts connections; port 0 picks a free
port. Logs go to standard error. SIGTERM or Ctrl-C ends it after the requests in progress.")]
    Serve(Serve),
    /// Run the server on a temporary directory filled with a made-up brand's week
    #[command(after_help = "\
Example:
  switchboard demo --listen 127.0.0.1:8080

Prints the address, the sign-in and a curl line that works. It works in a temporary directory, so it
takes no --data; everything is gone when it ends.")]
    Demo(Demo),
    /// Make the first account with its administrator
    #[command(after_help = "\
Example:
  printf %s \"$PASSWORD\" | switchboard init --account \"My Brand\" --email me@example.com --password-stdin
  switchboard init --account \"My Brand\" --email me@example.com --timezone Europe/Berlin

Asks for the password on a terminal; makes one up and prints it where there is neither.")]
    Init(Init),
    /// Accounts: the companies or brands on this server
    #[command(subcommand)]
    Account(Account),
    /// People who can sign in
    #[command(subcommand)]
    User(User),
    /// Access tokens for programs
    #[command(subcommand)]
    Token(Token),
    /// Keys for programs that use the Conversocial API
    #[command(subcommand)]
    Key(Key),
    /// OAuth applications
    #[command(subcommand)]
    App(App),
    /// The security log and the histories of settings
    #[command(subcommand)]
    Audit(Audit),
    /// Bring the database to this version's schema
    #[command(after_help = "Example:\n  switchboard migrate --data /var/lib/switchboard")]
    Migrate,
    /// The search index
    #[command(subcommand)]
    Index(Index),
    /// Look for what is wrong with this installation
    #[command(after_help = "\
Example:
  switchboard doctor --data /var/lib/switchboard

Checks settings, directory, disk, clock, database and index. Exit status 1 when something is wrong.")]
    Doctor,
    /// Print the OpenAPI document of an API
    #[command(after_help = "Example:\n  switchboard openapi social-connect > social-connect.json")]
    Openapi {
        /// Which API
        #[arg(value_name = "NAME", default_value = api::openapi::DEFAULT,
            value_parser = PossibleValuesParser::new(api::openapi::names()))]
        name: String,
    },
    /// The settings
    #[command(subcommand)]
    Config(Config),
}

/// Flags of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to accept connections on; port 0 picks a free one
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Address under which clients reach the server
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Which part of the work to do
    #[arg(long, value_enum, default_value_t = Role::All)]
    pub role: Role,
}

/// Which part of the work a server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// API and background work
    All,
    /// API without background work
    Api,
    /// Background work; only the probes answer
    Worker,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Address and port to accept connections on; port 0 picks a free one
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Name of the account: the company or brand
    #[arg(long, value_name = "NAME")]
    pub account: String,
    /// Address the administrator signs in with
    #[arg(long, value_name = "E")]
    pub email: String,
    /// Time zone in which charts count days, weeks and months
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = timezone)]
    pub timezone: String,
    /// Read the administrator's password from standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// Commands about accounts.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make another account with its administrator
    #[command(after_help = "\
Example:
  switchboard account create --name \"Second Brand\" --email me@example.com

Somebody who has a sign-in already is invited, and its administrator after accepting with the link
that is printed. Somebody new without --password-stdin gets a link to set a password, which is
printed.")]
    Create(CreateAccount),
    /// List the accounts
    #[command(after_help = "Example:\n  switchboard account list")]
    List,
}

/// Flags of `account create`.
#[derive(Debug, Args)]
pub struct CreateAccount {
    /// Name of the account: the company or brand
    #[arg(long, value_name = "NAME", alias = "account")]
    pub name: String,
    /// Address the administrator signs in with
    #[arg(long, value_name = "E")]
    pub email: String,
    /// Time zone in which charts count days, weeks and months
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = timezone)]
    pub timezone: String,
    /// Read the password of a new administrator from standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// Commands about users.
#[derive(Debug, Subcommand)]
pub enum User {
    /// List the users, of the whole server or of one account
    #[command(after_help = "Example:\n  switchboard user list --account 1001")]
    List {
        /// Number of an account
        #[arg(long, value_name = "ID", value_parser = number)]
        account: Option<i64>,
    },
    /// Make somebody a user of an account, or invite who is a user of the server already
    #[command(after_help = "\
Example:
  switchboard user create --account 1001 --email ann@example.com --name \"Ann Other\" --role Editor

Somebody new without --password-stdin gets a link to set a password, which is printed: it is good
once and ends after some days. Somebody who has a sign-in already is invited, and joins by accepting
with the link that is printed; for somebody who is invited already, that is another link.")]
    Create(CreateUser),
    /// Make a link with which a user sets a new password, or set one from standard input
    #[command(override_usage = "switchboard user password [OPTIONS] --email <E>")]
    #[command(after_help = "\
Example:
  switchboard user password --email ann@example.com
  printf %s \"$PASSWORD\" | switchboard user password --email ann@example.com --password-stdin

The present password works until the link is used. A new password ends every session, token and
consent of the user.")]
    Password {
        /// Whose
        #[command(flatten)]
        who: Who,
        /// Read the new password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lock a user out of the whole server; every session, token and consent ends
    #[command(override_usage = "switchboard user disable [OPTIONS] --email <E>")]
    #[command(after_help = "Example:\n  switchboard user disable --email ann@example.com")]
    Disable(Who),
    /// Let a disabled user in again
    #[command(override_usage = "switchboard user enable [OPTIONS] --email <E>")]
    #[command(after_help = "Example:\n  switchboard user enable --email ann@example.com")]
    Enable(Who),
    /// End the wait after too many failed sign-ins
    #[command(override_usage = "switchboard user unlock [OPTIONS] --email <E>")]
    #[command(after_help = "Example:\n  switchboard user unlock --email ann@example.com")]
    Unlock(Who),
}

/// Flags of `user create`.
#[derive(Debug, Args)]
pub struct CreateUser {
    /// Number of the account
    #[arg(long, value_name = "ID", value_parser = number)]
    pub account: i64,
    /// Address the user signs in with
    #[arg(long, value_name = "E")]
    pub email: String,
    /// Full name [default: made from the address]
    #[arg(long, value_name = "N")]
    pub name: Option<String>,
    /// Title or number of the role that says what the user may do
    #[arg(long, value_name = "R", default_value = "Editor")]
    pub role: String,
    /// Read the password of a new user from standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// A user, by address.
#[derive(Debug, Args)]
pub struct Who {
    /// Address the user signs in with
    #[arg(long = "email", value_name = "E", required_unless_present = "address")]
    pub email: Option<String>,
    #[arg(value_name = "E", conflicts_with = "email", hide = true)]
    pub address: Option<String>,
}

impl Who {
    /// The address.
    pub fn email(&self) -> &str {
        self.email
            .as_deref()
            .or(self.address.as_deref())
            .unwrap_or_default()
    }
}

/// Commands about the log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check that no entry was changed, removed or put in
    #[command(after_help = "\
Example:
  switchboard audit verify

Each entry holds the hash of the one before. Chain 0 is the security log of the server, the others
are the histories of the accounts of these numbers. Exit status 1 when a chain is broken; its first
broken entry is told.")]
    Verify {
        /// Check the history of this account only
        #[arg(long, value_name = "ID", value_parser = number)]
        account: Option<i64>,
    },
}

/// Commands about tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a personal access token, which is shown once
    #[command(after_help = "\
Example:
  switchboard token create --email me@example.com --scope \"accounts_read accounts_write email\"

With `email`, lists of users tell their addresses. When the token ends is said on standard error.")]
    Create {
        /// Whose token it is
        #[arg(long, value_name = "E")]
        email: String,
        /// What it may be used for, separated by spaces [default: everything]
        #[arg(long, value_name = "SCOPES")]
        scope: Option<String>,
    },
    /// List the access tokens that are in force; the tokens themselves are not kept
    #[command(after_help = "Example:\n  switchboard token list --email me@example.com")]
    List {
        /// Of this user only
        #[arg(long, value_name = "E")]
        email: Option<String>,
    },
    /// End a token with its whole consent, or everything that was given for a user
    #[command(after_help = "\
Example:
  switchboard token revoke 1042
  switchboard token revoke --email me@example.com")]
    Revoke {
        /// Number of the token, from `token list`
        #[arg(value_name = "NUMBER", value_parser = number,
            required_unless_present_any = ["id", "email"])]
        number: Option<i64>,
        #[arg(long, value_name = "NUMBER", value_parser = number, conflicts_with = "number",
            hide = true)]
        id: Option<i64>,
        /// All tokens of this user
        #[arg(long, value_name = "E", conflicts_with_all = ["number", "id"])]
        email: Option<String>,
    },
}

/// Commands about keys.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key, whose secret is shown once
    #[command(after_help = "\
Example:
  switchboard key create --account 1001 --name inbox --role Editor

The program sends name and secret as user name and password (HTTP Basic).")]
    Create {
        /// Number of the account that the key opens
        #[arg(long, value_name = "ID", value_parser = number)]
        account: i64,
        /// Name of the key
        #[arg(long, value_name = "N")]
        name: String,
        /// Title or number of the role that says what the key may do
        #[arg(long, value_name = "R", default_value = "Administrator")]
        role: String,
    },
    /// List the keys of an account; their secrets are not kept
    #[command(after_help = "Example:\n  switchboard key list --account 1001")]
    List {
        /// Number of the account
        #[arg(long, value_name = "ID", value_parser = number)]
        account: i64,
    },
    /// Remove a key; calls with it are refused from now on
    #[command(override_usage = "switchboard key revoke [OPTIONS] --account <ID> --name <N>")]
    #[command(after_help = "Example:\n  switchboard key revoke --account 1001 --name inbox")]
    Revoke {
        /// Number of the account
        #[arg(long, value_name = "ID", value_parser = number)]
        account: i64,
        /// Name or number of the key
        #[arg(long = "name", value_name = "N", required_unless_present = "key")]
        name: Option<String>,
        #[arg(value_name = "N", conflicts_with = "name", hide = true)]
        key: Option<String>,
    },
}

/// Commands about applications.
#[derive(Debug, Subcommand)]
pub enum App {
    /// Make an OAuth application, whose secret is shown once
    #[command(after_help = "\
Example:
  switchboard app create --name Dashboard --redirect-uri https://dash.example.com/callback")]
    Create {
        /// Name that users see when they consent
        #[arg(long, value_name = "N")]
        name: String,
        /// Where users are sent back to; compared letter by letter
        #[arg(long, value_name = "U")]
        redirect_uri: String,
        /// It may see and set what only trusted applications may
        #[arg(long)]
        trusted: bool,
        /// It runs on users' machines and can keep no secret: none is made, PKCE is required
        #[arg(long)]
        public: bool,
        /// It knows PKCE and is refused without
        #[arg(long)]
        pkce: bool,
    },
    /// List the applications; their secrets are not kept
    #[command(after_help = "Example:\n  switchboard app list")]
    List,
    /// Remove an application; everything that people allowed it ends
    #[command(override_usage = "switchboard app delete [OPTIONS] --client-id <ID>")]
    #[command(after_help = "\
Example:
  switchboard app delete --client-id 0f343b0931126a20f133d67c2b018a3b")]
    Delete {
        /// Its identifier, from `app list`
        #[arg(long = "client-id", value_name = "ID", required_unless_present = "id")]
        client_id: Option<String>,
        #[arg(value_name = "ID", conflicts_with = "client_id", hide = true)]
        id: Option<String>,
    },
}

/// Commands about the index.
#[derive(Debug, Subcommand)]
pub enum Index {
    /// Build the search index anew from the database
    #[command(after_help = "\
Example:
  switchboard index rebuild --data /var/lib/switchboard

Needs the server to be stopped; a server rebuilds a damaged or missing index by itself when it
starts. Safe to break off and to repeat.")]
    Rebuild,
}

/// Commands about settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Say whether the settings make sense
    #[command(after_help = "Example:\n  switchboard config check --config switchboard.toml")]
    Check,
    /// Print the settings in force and where they come from, with secrets masked
    #[command(after_help = "\
Example:
  switchboard config show --config switchboard.toml

--defaults prints the compiled-in file instead, which is also the manual.")]
    Show {
        /// Print the defaults with their explanations
        #[arg(long)]
        defaults: bool,
    },
}

fn timezone(text: &str) -> Result<String, String> {
    engine::settings::timezone_named(text)
        .ok_or_else(|| "the name of a time zone was expected, such as Europe/Berlin".to_owned())
}

fn number(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| "a number was expected, such as 1001".to_owned())
}
