//! The executable as a process: run to its end, or as a server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

pub(super) const PASSWORD: &str = "correct horse battery staple";

pub(super) fn switchboard(data: &Path) -> Command {
    let mut command = without_directory();
    command.arg("--data").arg(data);
    command
}

/// The executable with no flag and none of this process's settings.
fn without_directory() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SWITCHBOARD_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

pub(super) fn run(data: &Path, arguments: &[&str]) -> Output {
    switchboard(data).args(arguments).output().unwrap()
}

pub(super) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(super) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The one document on standard output, and nothing beside it.
pub(super) fn document(output: &Output) -> Value {
    let text = stdout(output);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {}", stderr(output)))
}

pub(super) fn init(data: &Path) -> Output {
    init_with(data, |_| {}, &[])
}

/// The same with an environment and flags of one's own.
pub(super) fn init_with(data: &Path, more: impl FnOnce(&mut Command), flags: &[&str]) -> Output {
    let mut command = switchboard(data);
    more(&mut command);
    let mut child = command
        .args([
            "--json",
            "init",
            "--account",
            "Brand",
            "--email",
            "Me@Example.com",
        ])
        .arg("--password-stdin")
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{PASSWORD}").unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// A server process, ended with the test.
pub(super) struct Server {
    child: Child,
    pub(super) origin: String,
    out: BufReader<ChildStdout>,
}

impl Server {
    pub(super) fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, |_| {})
    }

    /// The demo, and the document it prints when it is ready.
    pub(super) fn demo() -> (Self, Value) {
        // It makes a directory of its own.
        let mut command = without_directory();
        command.args(["--json", "demo", "--listen", "127.0.0.1:0"]);
        let (child, out, line) = Self::first_line(command);
        let ready: Value = serde_json::from_str(&line).unwrap();
        let origin = ready["listening"].as_str().unwrap().to_owned();
        (Self { child, origin, out }, ready)
    }

    pub(super) fn start_with(
        data: &Path,
        arguments: &[&str],
        more: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = switchboard(data);
        command
            .arg("serve")
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments);
        more(&mut command);
        let (child, out, line) = Self::first_line(command);
        let origin = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}"))
            .trim_end()
            .to_owned();
        Self { child, origin, out }
    }

    /// The same as a process to which a signal means nothing.
    pub(super) fn start_ignoring(data: &Path, signal: &str) -> Self {
        let mut command = Command::new("env");
        command
            .arg(format!("--ignore-signal={signal}"))
            .arg(env!("CARGO_BIN_EXE_switchboard"))
            .arg("--data")
            .arg(data)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null());
        let (child, out, line) = Self::first_line(command);
        let origin = line.strip_prefix("listening on ").unwrap();
        let origin = origin.trim_end().to_owned();
        Self { child, origin, out }
    }

    /// The process's number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn first_line(mut command: Command) -> (Child, BufReader<ChildStdout>, String) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        (child, out, line)
    }

    pub(super) fn get(&self, path: &str) -> String {
        let address = self.origin.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Calls with a token and perhaps a JSON body; gives the status and the answer.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        self.call_as(method, path, &format!("Bearer {token}"), body)
    }

    /// The same with credentials of any kind.
    pub(super) fn call_as(
        &self,
        method: &str,
        path: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let address = self.origin.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: {authorization}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        (status, body)
    }

    /// Ends it as a service manager does, and gives what else it printed.
    pub(super) fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
