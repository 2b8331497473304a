//! An installation: a directory with an account, a topic and a token, and how to run commands on it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use crate::client::{Client, Request};
use crate::process::Server;

const EMAIL: &str = "admin@fault.test";
const PASSWORD: &str = "nine unlikely words of a fault test";

/// Where a server keeps its things, and who may talk to it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) data: PathBuf,
    /// Everything that the servers say, outside of `data`.
    pub(crate) log: PathBuf,
    settings: Vec<(String, String)>,
    pub(crate) account: String,
    pub(crate) topic: i64,
    pub(crate) token: String,
}

impl Place {
    /// An installation on SQLite in a directory that does not exist yet.
    pub(crate) fn make(data: &Path, log: &Path) -> Self {
        Self::make_with(data, log, Vec::new())
    }

    /// An installation on a schema of a PostgreSQL server.
    pub(crate) fn make_on_postgres(data: &Path, log: &Path, schema: &Schema) -> Self {
        let settings = vec![
            ("SWITCHBOARD__STORE__URL".to_owned(), schema.url.clone()),
            ("SWITCHBOARD__STORE__SCHEMA".to_owned(), schema.name.clone()),
        ];
        Self::make_with(data, log, settings)
    }

    fn make_with(data: &Path, log: &Path, mut settings: Vec<(String, String)>) -> Self {
        settings.push((
            "SWITCHBOARD__LIMITS__ENABLED".to_owned(),
            "false".to_owned(),
        ));
        let mut place = Self {
            data: data.to_owned(),
            log: log.to_owned(),
            settings,
            account: String::new(),
            topic: 0,
            token: String::new(),
        };
        let made = place.init();
        place.account = whole(&made["account_id"]).to_string();
        let token = place.json(&["token", "create", "--email", EMAIL]);
        token["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut place.token);
        let server = Server::start(&place);
        let path = place.path("settings/topics");
        let request = Request::post(path, json!({ "topic": { "name": "Faults" } }));
        let topic = Client::new(&*place.token).json(server.address, &request);
        place.topic = whole(&topic["response"]["id"]);
        server.stop();
        place
    }

    /// Another server of the same installation, with a directory of its own.
    pub(crate) fn node(&self, number: usize, data: &Path, log: &Path) -> Self {
        std::fs::create_dir(data).unwrap();
        std::fs::copy(self.data.join("secret"), data.join("secret")).unwrap();
        let mut place = self.clone();
        data.clone_into(&mut place.data);
        log.clone_into(&mut place.log);
        let number = ("SWITCHBOARD__NODE".to_owned(), number.to_string());
        place.settings.push(number);
        place
    }

    /// The path of a call of the account.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/{}/{rest}", self.account)
    }

    /// A command on this installation, with nothing of the test's environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SWITCHBOARD_") {
                command.env_remove(name);
            }
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.arg("--data").arg(&self.data).stdin(Stdio::null());
        command
    }

    fn init(&self) -> Value {
        let mut child = self
            .command()
            .args([
                "--json",
                "init",
                "--account",
                "Fault",
                "--email",
                EMAIL,
                "--password-stdin",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        document(&child.wait_with_output().unwrap())
    }

    /// Runs a command and gives its one document.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        document(
            &self
                .command()
                .arg("--json")
                .args(arguments)
                .output()
                .unwrap(),
        )
    }

    /// What `doctor` says of the database and the index while no server runs; its opinion on free
    /// space is not wanted on the small volumes of these tests.
    pub(crate) fn doctor(&self) -> Result<(), String> {
        let output = self.command().args(["--json", "doctor"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
            format!(
                "doctor: {error}: {}",
                String::from_utf8_lossy(&output.stderr)
            )
        })?;
        for check in report["checks"].as_array().unwrap() {
            let (name, status) = (check["check"].as_str(), check["status"].as_str());
            if status == Some("broken") && name != Some("disk") {
                return Err(format!("doctor: {check}"));
            }
        }
        Ok(())
    }
}

fn document(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A whole number, which the API writes as text in some places.
pub(crate) fn whole(value: &Value) -> i64 {
    let found = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    found.unwrap_or_else(|| panic!("{value} is not a number"))
}

/// A schema of its own on the PostgreSQL server that the environment names, gone with the test.
#[derive(Debug)]
pub(crate) struct Schema {
    url: String,
    name: String,
}

impl Schema {
    /// `None` where there is no server.
    pub(crate) fn make() -> Option<Self> {
        let url = std::env::var("SWITCHBOARD_TEST_POSTGRES").ok()?;
        let name = format!("fault_{}", std::process::id());
        execute(
            &url,
            format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"),
        )
        .unwrap();
        Some(Self { url, name })
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the schema {} is kept", self.name);
        } else if let Err(error) = execute(&self.url, format!("DROP SCHEMA {} CASCADE", self.name))
        {
            println!("the schema {} is left behind: {error}", self.name);
        }
    }
}

fn execute(url: &str, text: String) -> Result<(), sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        connection
            .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text)))
            .await?;
        connection.close().await
    })
}

/// A directory of a test, kept when it fails.
#[derive(Debug)]
pub(crate) struct Scratch {
    directory: Option<tempfile::TempDir>,
    seed: u64,
}

impl Scratch {
    pub(crate) fn new(seed: u64) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("switchboard-fault-")
            .tempdir()
            .unwrap();
        Self::within(directory, seed)
    }

    pub(crate) const fn within(directory: tempfile::TempDir, seed: u64) -> Self {
        Self {
            directory: Some(directory),
            seed,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.as_ref().unwrap().path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(directory) = self.directory.take()
        {
            let kept = directory.keep();
            println!(
                "SWITCHBOARD_FAULT_SEED={} fails; {} is kept",
                self.seed,
                kept.display()
            );
        }
    }
}
