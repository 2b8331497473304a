//! A real server process on a directory.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::measure::now;

/// The executable and its data directory.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) executable: PathBuf,
    pub(crate) data: PathBuf,
}

/// What scripts need to call the API.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) account_id: i64,
    pub(crate) token: String,
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// From the start of the process to the line that says it listens.
    pub(crate) listening_after: Duration,
}

impl Installation {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .env("SWITCHBOARD__LIMITS__ENABLED", "false")
            .env("SWITCHBOARD__LOG__LEVEL", "error")
            .arg("--data")
            .arg(&self.data);
        command
    }

    async fn json(&self, arguments: &[&str], input: &str) -> Result<Value> {
        use tokio::io::AsyncWriteExt;
        let mut child = self
            .command()
            .args(arguments)
            .arg("--json")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!(
                "{arguments:?} failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Makes the first account and a token.
    pub(crate) async fn init(&self) -> Result<Access> {
        let made = self
            .json(
                &[
                    "init",
                    "--account",
                    "Bench",
                    "--email",
                    "bench@example.com",
                    "--password-stdin",
                ],
                "a long enough passphrase 42\n",
            )
            .await?;
        let token = self
            .json(
                &[
                    "token",
                    "create",
                    "--email",
                    "bench@example.com",
                    "--scope",
                    "identify accounts_read accounts_write",
                ],
                "",
            )
            .await?;
        Ok(Access {
            account_id: made
                .get("account_id")
                .and_then(Value::as_i64)
                .context("init gave no account_id")?,
            token: token
                .get("access_token")
                .and_then(Value::as_str)
                .context("no access_token")?
                .to_owned(),
        })
    }

    /// Makes a key: its name and its secret.
    pub(crate) async fn key(&self, access: &Access) -> Result<(String, String)> {
        let account = access.account_id.to_string();
        let arguments = ["key", "create", "--account", &account, "--name", "bench"];
        let made = self.json(&arguments, "").await?;
        let text = |name| made.get(name).and_then(Value::as_str).map(str::to_owned);
        text("token")
            .zip(text("secret"))
            .context("no name and secret")
    }

    /// Starts the server and waits until it listens.
    pub(crate) async fn serve(&self) -> Result<Server> {
        let begin = now();
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", self.executable.display()))?;
        let stdout = child.stdout.take().context("no output")?;
        let line = BufReader::new(stdout)
            .lines()
            .next_line()
            .await?
            .context("the server ended at once")?;
        let address = line
            .strip_prefix("listening on http://")
            .with_context(|| format!("unexpected line {line:?}"))?
            .to_owned();
        Ok(Server {
            child,
            address,
            listening_after: begin.elapsed(),
        })
    }

    /// The data directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.data
    }
}

impl Server {
    /// Its process number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Ends it as a crash does.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }

    /// Asks it to stop and waits for its orderly end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let status = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status()
            .await?;
        if !status.success() {
            bail!("the server could not be told to stop");
        }
        self.child.wait().await?;
        Ok(())
    }
}
