//! The executable from outside: what scripts rely on.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";

fn switchboard(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SWITCHBOARD_") {
            command.env_remove(name);
        }
    }
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    switchboard(data).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The one document on standard output, and nothing beside it.
fn document(output: &Output) -> Value {
    let text = stdout(output);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {}", stderr(output)))
}

fn init(data: &Path) -> Output {
    let mut child = switchboard(data)
        .args([
            "--json",
            "init",
            "--account",
            "Brand",
            "--email",
            "Me@Example.com",
        ])
        .arg("--password-stdin")
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
struct Server {
    child: Child,
    origin: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, |_| {})
    }

    fn start_with(data: &Path, arguments: &[&str], more: impl FnOnce(&mut Command)) -> Self {
        let mut command = switchboard(data);
        command
            .arg("serve")
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped());
        more(&mut command);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let origin = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}"))
            .trim_end()
            .to_owned();
        Self { child, origin, out }
    }

    fn get(&self, path: &str) -> String {
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

    /// Ends it as a service manager does, and gives what else it printed.
    fn stop(mut self) -> (Option<i32>, String) {
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

#[test]
fn help_reads_well_and_every_command_has_an_example() {
    let data = tempfile::tempdir().unwrap();
    let help = run(data.path(), &["--help"]);
    assert!(help.status.success());
    insta::assert_snapshot!(stdout(&help));
    for command in [
        &["serve"][..],
        &["demo"],
        &["init"],
        &["token", "create"],
        &["app", "create"],
        &["migrate"],
        &["index", "rebuild"],
        &["doctor"],
        &["openapi"],
        &["config", "check"],
        &["config", "show"],
    ] {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let help = run(data.path(), &arguments);
        assert!(help.status.success(), "{command:?}");
        let text = stdout(&help);
        let example = format!("switchboard {}", command.join(" "));
        let after = text.split("Example:").nth(1).unwrap_or_default();
        assert!(after.contains(&example), "{command:?}: {text}");
    }
}

#[test]
fn wrong_usage_is_status_2_and_says_nothing_on_standard_output() {
    let data = tempfile::tempdir().unwrap();
    for arguments in [
        &["serve", "--no-such-flag"][..],
        &["no-such-command"],
        &["init", "--account", "x"],
        &[],
    ] {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_failure_is_status_1_with_one_line_on_standard_error() {
    let data = tempfile::tempdir().unwrap();
    let output = run(
        data.path(),
        &["token", "create", "--email", "nobody@example.com"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    let output = run(
        data.path(),
        &["--json", "token", "create", "--email", "nobody@example.com"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(document(&output)["error"].is_string());
}

#[test]
fn the_first_account_is_made_once() {
    let data = tempfile::tempdir().unwrap();
    let output = init(data.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let made = document(&output);
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["account_id", "project_id", "user_id", "email"]);
    assert_eq!(made["email"], "me@example.com");

    let again = init(data.path());
    assert_eq!(again.status.code(), Some(1));
    assert!(stderr(&again).contains("already"), "{}", stderr(&again));
}

#[test]
fn a_password_is_made_up_and_shown_where_nobody_can_be_asked() {
    let data = tempfile::tempdir().unwrap();
    let output = run(
        data.path(),
        &[
            "--json",
            "init",
            "--account",
            "Brand",
            "--email",
            "me@example.com",
        ],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(document(&output)["password"].as_str().unwrap().len() > 20);
}

#[test]
fn a_weak_password_is_refused_before_anything_is_made() {
    let data = tempfile::tempdir().unwrap();
    let mut child = switchboard(data.path())
        .args(["init", "--account", "Brand", "--email", "me@example.com"])
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"password\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("password"), "{}", stderr(&output));
    assert!(init(data.path()).status.success());
}

#[test]
fn tokens_and_applications_have_the_documented_members() {
    let data = tempfile::tempdir().unwrap();
    let made = document(&init(data.path()));
    let token = document(&run(
        data.path(),
        &[
            "--json",
            "token",
            "create",
            "--email",
            "me@example.com",
            "--scope",
            "accounts_read accounts_write",
        ],
    ));
    let keys: Vec<&String> = token.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "user_id", "scope", "expires_in"]);
    assert_eq!(token["user_id"], made["user_id"]);
    let scope = token["scope"].as_str().unwrap();
    assert!(scope.contains("accounts_read accounts_write"), "{scope}");
    assert!(token["expires_in"].as_i64().unwrap() > 0);

    let app = document(&run(
        data.path(),
        &[
            "--json",
            "app",
            "create",
            "--name",
            "Dashboard",
            "--redirect-uri",
            "https://dash.example.com/callback",
        ],
    ));
    let keys: Vec<&String> = app.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["client_id", "client_secret"]);
}

#[test]
fn migrating_and_rebuilding_are_safe_to_repeat() {
    let data = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        assert!(run(data.path(), &["migrate"]).status.success());
    }
    assert!(init(data.path()).status.success());
    for _ in 0..2 {
        let output = run(data.path(), &["--json", "index", "rebuild"]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(document(&output)["mentions"], 0);
    }
}

#[test]
fn the_server_prints_one_line_answers_its_probes_and_ends_in_good_order() {
    let data = tempfile::tempdir().unwrap();
    assert!(init(data.path()).status.success());
    let server = Server::start(data.path(), &[]);
    assert!(
        server.origin.starts_with("http://127.0.0.1:"),
        "{}",
        server.origin
    );
    assert!(!server.origin.ends_with(":0"));
    assert!(server.get("/livez").starts_with("HTTP/1.1 200 "));
    let ready = server.get("/readyz");
    assert!(ready.starts_with("HTTP/1.1 200 "), "{ready}");
    assert!(server.get("/metrics").contains("index_rows"));
    assert!(server.get("/me").starts_with("HTTP/1.1 401 "));

    // Two servers on one directory would corrupt the index.
    let second = run(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        stderr(&second).contains("another server"),
        "{}",
        stderr(&second)
    );

    // Commands that need no index work beside it.
    let token = run(
        data.path(),
        &["--json", "token", "create", "--email", "me@example.com"],
    );
    let token = document(&token)["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let me = server.get(&format!("/me?access_token={token}"));
    assert!(me.starts_with("HTTP/1.1 200 "), "{me}");

    let (status, rest) = server.stop();
    assert_eq!(status, Some(0));
    assert_eq!(rest, "");
}

#[test]
fn logs_go_to_standard_error_one_line_each_without_tokens() {
    let data = tempfile::tempdir().unwrap();
    assert!(init(data.path()).status.success());
    let config = data.path().join("log.toml");
    std::fs::write(
        &config,
        "[log]\nformat = \"json\"\nlevel = \"debug\"\nrequests = \"all\"\n",
    )
    .unwrap();
    let errors = data.path().join("stderr");
    let server = Server::start_with(
        data.path(),
        &["--config", config.to_str().unwrap()],
        |command| {
            command.stderr(std::fs::File::create(&errors).unwrap());
        },
    );
    let answer = server.get("/me?access_token=very-secret-token&x=%0a%1b[2J");
    let id = answer
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "))
        .unwrap()
        .to_owned();
    server.stop();
    let log = std::fs::read_to_string(errors).unwrap();
    assert!(!log.contains("very-secret-token"), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let request = lines
        .iter()
        .find(|line| line["message"] == "request" && line["request_id"] == *id)
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(request["path"], "/me");
    assert_eq!(request["status"], 401);
    assert_eq!(request["client"], "127.0.0.1");
}

#[test]
fn a_worker_answers_its_probes_and_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    assert!(init(data.path()).status.success());
    let server = Server::start(data.path(), &["--role", "worker"]);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200 "));
    assert!(server.get("/me").starts_with("HTTP/1.1 404 "));
}

#[test]
fn doctor_finds_what_is_wrong_and_nothing_where_nothing_is() {
    let data = tempfile::tempdir().unwrap();
    let missing = data.path().join("absent");
    let output = run(&missing, &["--json", "doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(document(&output)["healthy"], false);

    let made = data.path().join("made");
    assert!(init(&made).status.success());
    let output = run(&made, &["--json", "doctor"]);
    assert!(output.status.success(), "{}", stdout(&output));
    let report = document(&output);
    assert_eq!(report["healthy"], true);
    let checks: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    for expected in [
        "settings",
        "directory",
        "disk",
        "database",
        "schema",
        "clock",
        "index",
    ] {
        assert!(checks.contains(&expected), "{checks:?}");
    }

    // Overwrite a page in the middle of the database.
    let file = made.join("switchboard.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let output = run(&made, &["--json", "doctor"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
}

#[test]
fn settings_are_overlaid_in_the_documented_order() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("switchboard.toml");
    std::fs::write(
        &file,
        "public_url = \"https://file.example\"\n[limits]\nenabled = false\nconsole = 7\n",
    )
    .unwrap();
    let show = |more: &mut dyn FnMut(&mut Command)| {
        let mut command = switchboard(data.path());
        command
            .args(["--json", "config", "show", "--config"])
            .arg(&file);
        more(&mut command);
        document(&command.output().unwrap())
    };
    let shown = show(&mut |_| {});
    assert_eq!(shown["public_url"], "https://file.example");
    assert_eq!(shown["limits"]["enabled"], false);
    assert_eq!(shown["limits"]["console"], 7);
    assert_eq!(shown["limits"]["per_user_per_hour"], 350);
    let shown = show(&mut |command| {
        command.env("SWITCHBOARD__LIMITS__CONSOLE", "8");
        command.env(
            "SWITCHBOARD__OUTBOUND__ALLOW",
            "127.0.0.0/8, feeds.internal",
        );
    });
    assert_eq!(shown["limits"]["console"], 8);
    assert_eq!(
        shown["outbound"]["allow"],
        serde_json::json!(["127.0.0.0/8", "feeds.internal"])
    );
}

#[test]
fn secrets_are_not_shown() {
    let data = tempfile::tempdir().unwrap();
    for form in [&["config", "show"][..], &["--json", "config", "show"]] {
        let output = switchboard(data.path())
            .args(form)
            .env(
                "SWITCHBOARD__STORE__URL",
                "postgres://me:hunter2@db/x?password=hunter3",
            )
            .env("SWITCHBOARD__METRICS__TOKEN", "hunter4")
            .output()
            .unwrap();
        assert!(output.status.success());
        let text = stdout(&output);
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("postgres://me:"), "{text}");
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_source_and_what_is_expected() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("wrong.toml");
    std::fs::write(
        &file,
        "listn.address = \"x\"\n[limits]\nenabled = \"no\"\nconsole = -1\n[log]\nformat = \"xml\"\n",
    )
    .unwrap();
    let output = switchboard(data.path())
        .args(["--json", "config", "check", "--config"])
        .arg(&file)
        .env("SWITCHBOARD__LIMITS__IN_FLIHGT", "7")
        .env("SWITCHBOARD__PUBLIC_URL", "care.example.com")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let problems = document(&output)["problems"].clone();
    let find = |key: &str| {
        problems
            .as_array()
            .unwrap()
            .iter()
            .find(|problem| problem["key"] == key)
            .unwrap_or_else(|| panic!("{key}: {problems}"))
            .clone()
    };
    let file = file.display().to_string();
    assert_eq!(find("limits.enabled")["source"], file);
    assert_eq!(
        find("limits.enabled")["reason"],
        "expected true or false, got \"no\""
    );
    assert!(
        find("limits.console")["reason"]
            .as_str()
            .unwrap()
            .contains("whole number")
    );
    assert_eq!(find("log.format")["reason"], "expected one of text, json");
    assert!(
        find("listn.address")["reason"]
            .as_str()
            .unwrap()
            .contains("listen.address")
    );
    let typo = find("limits.in_flihgt");
    assert_eq!(typo["source"], "SWITCHBOARD__LIMITS__IN_FLIHGT");
    assert!(
        typo["reason"]
            .as_str()
            .unwrap()
            .contains("limits.in_flight")
    );
    assert_eq!(find("public_url")["source"], "SWITCHBOARD__PUBLIC_URL");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_its_line() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("broken.toml");
    std::fs::write(&file, "public_url = \"\"\n[limits\n").unwrap();
    let output = switchboard(data.path())
        .args(["serve", "--config"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("broken.toml: line 2: "), "{said}");
}

#[test]
fn the_manual_is_the_default_file_and_explains_every_setting() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["config", "show", "--defaults"]);
    let manual = stdout(&output);
    assert_eq!(manual, include_str!("../../src/config.default.toml"));
    let mut is_explained = false;
    for line in manual.lines() {
        if line.starts_with('#') {
            is_explained = true;
        } else if line.is_empty() || line.starts_with('[') {
            is_explained = false;
        } else {
            assert!(is_explained, "nothing explains {line}");
            is_explained = false;
        }
    }
    assert!(run(data.path(), &["config", "check"]).status.success());
}

#[test]
fn the_openapi_document_is_printed() {
    let data = tempfile::tempdir().unwrap();
    let document = document(&run(data.path(), &["openapi"]));
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
}
