//! Accounts, users, tokens, keys and applications from the command line, beside a running server.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use store::testing::{POSTGRES, TestDb};

use super::process::{Server, document, init_with, stderr, stdout, switchboard};
use crate::conversocial::client::basic;

const NEW: &str = "die Fähre nach Wyk fährt pünktlich";

/// An installation with a server, on either database.
struct Place {
    server: Server,
    settings: Vec<(&'static str, String)>,
    account: String,
    data: tempfile::TempDir,
    // dropped last
    _db: Option<TestDb>,
}

impl Place {
    fn sqlite() -> Self {
        Self::start(None)
    }

    /// `None` without a PostgreSQL server.
    async fn postgres() -> Option<Self> {
        let db = TestDb::postgres().await?;
        Some(Self::start(Some(db)))
    }

    fn start(db: Option<TestDb>) -> Self {
        let mut settings = Vec::new();
        if let Some(db) = &db {
            settings.push(("SWITCHBOARD__STORE__URL", std::env::var(POSTGRES).unwrap()));
            let schema = db.options().schema.clone().unwrap();
            settings.push(("SWITCHBOARD__STORE__SCHEMA", schema));
        }
        let data = tempfile::tempdir().unwrap();
        let made = init_with(data.path(), |command| with(command, &settings), &[]);
        let account = document(&made)["account_id"].to_string();
        let server = Server::start_with(data.path(), &[], |command| with(command, &settings));
        Self {
            server,
            settings,
            account,
            data,
            _db: db,
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = switchboard(self.data.path());
        with(&mut command, &self.settings);
        command.args(arguments).output().unwrap()
    }

    /// The document of a command that succeeds.
    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let output = self.run(&all);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            stderr(&output)
        );
        document(&output)
    }

    fn token(&self, email: &str) -> String {
        let made = self.json(&["token", "create", "--email", email]);
        made["access_token"].as_str().unwrap().to_owned()
    }

    fn status(&self, token: &str) -> u16 {
        self.server.call("GET", "/me", token, None).0
    }

    fn users(&self, token: &str) -> Vec<Value> {
        let path = format!("/{}/settings/users", self.account);
        let (status, answer) = self.server.call("GET", &path, token, None);
        assert_eq!(status, 200, "{answer}");
        answer["response"]["data"].as_array().unwrap().clone()
    }

    fn refused(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        let said = stderr(&output);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

fn with(command: &mut Command, settings: &[(&'static str, String)]) {
    command.envs(settings.iter().map(|(name, value)| (*name, value)));
}

fn with_input(
    data: &Path,
    settings: &[(&'static str, String)],
    arguments: &[&str],
    input: &str,
) -> Output {
    let mut command = switchboard(data);
    with(&mut command, settings);
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{input}").unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn users(place: &Place) {
    let own = place.token("me@example.com");
    assert_eq!(place.users(&own).len(), 1);
    let create = [
        "user",
        "create",
        "--account",
        &place.account,
        "--email",
        "Ann@Example.com",
    ];
    let made = place.json(&create);
    assert_eq!(made["email"], "ann@example.com");
    let link = made["password_link"].as_str().unwrap();
    assert!(link.contains("/account/password/link/"), "{link}");
    let path = format!("/account/{}", link.split_once("/account/").unwrap().1);
    let path = path.as_str();
    assert!(
        place.server.get(path).starts_with("HTTP/1.1 303"),
        "the server knows the link"
    );
    let seen = place.users(&own);
    assert_eq!(seen.len(), 2, "the server takes the new user over at once");
    assert_eq!(
        (&seen[1]["name"], &seen[1]["account_role"]),
        (&json!("Ann"), &json!("Editor"))
    );
    place.refused(&create, "already");
    place.refused(
        &[
            "user",
            "create",
            "--account",
            "999",
            "--email",
            "x@y.example",
        ],
        "account",
    );
    place.refused(
        &[
            "user",
            "create",
            "--account",
            &place.account,
            "--email",
            "no address",
        ],
        "email",
    );
    let role = [
        "user",
        "create",
        "--account",
        &place.account,
        "--email",
        "x@y.example",
        "--role",
        "Nobody",
    ];
    place.refused(&role, "Editor");

    let listed = place.json(&["user", "list"]);
    let listed = listed["users"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1]["email"], "ann@example.com");
    assert_eq!(listed[1]["has_password"], false);
    assert_eq!(listed[1]["accounts"][0]["role"], "Editor");

    let token = place.token("ann@example.com");
    assert_eq!(place.status(&token), 200);
    let arguments = [
        "--json",
        "user",
        "password",
        "--email",
        "ann@example.com",
        "--password-stdin",
    ];
    let set = with_input(place.data.path(), &place.settings, &arguments, NEW);
    assert!(set.status.success(), "{}", stderr(&set));
    assert!(!stdout(&set).contains(NEW));
    assert_eq!(
        place.status(&token),
        401,
        "a new password ends the tokens in the running server"
    );
    assert!(
        place.server.get(path).starts_with("HTTP/1.1 410"),
        "and the link"
    );
    let weak = with_input(place.data.path(), &place.settings, &arguments[1..], "short");
    assert_eq!(weak.status.code(), Some(1));
    assert!(stderr(&weak).contains("15 characters"), "{}", stderr(&weak));

    let token = place.token("ann@example.com");
    for _ in 0..2 {
        assert_eq!(
            place.json(&["user", "disable", "--email", "ann@example.com"])["disabled"],
            true
        );
    }
    assert_eq!(place.status(&token), 401);
    place.refused(
        &["token", "create", "--email", "ann@example.com"],
        "disabled",
    );
    place.refused(
        &["user", "password", "--email", "ann@example.com"],
        "disabled",
    );
    for _ in 0..2 {
        assert_eq!(
            place.json(&["user", "enable", "ann@example.com"])["disabled"],
            false
        );
    }
    assert_eq!(place.status(&token), 401, "what has ended stays so");
    assert_eq!(place.status(&place.token("ann@example.com")), 200);
    assert_eq!(
        place.json(&["user", "unlock", "--email", "ann@example.com"])["was_locked"],
        false
    );
    place.refused(&["user", "unlock", "--email", "nobody@example.com"], "user");
    place.refused(
        &["user", "disable", "--email", "nobody@example.com"],
        "user",
    );
    // A write of the server after the commands goes on where they ended.
    let path = format!("/{}/settings/tags", place.account);
    let (status, answer) =
        place
            .server
            .call("POST", &path, &own, Some(&json!({"tag": {"tag": "vip"}})));
    assert_eq!(status, 200, "{answer}");
}

fn tokens_keys_and_applications(place: &Place) {
    let own = place.token("me@example.com");
    let other = place.token("me@example.com");
    let listed = place.json(&["token", "list"]);
    let listed = listed["tokens"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["is_personal"], true);
    assert_eq!(listed[0]["email"], "me@example.com");
    let number = listed[1]["id"].to_string();
    assert_eq!(place.status(&other), 200);
    assert_eq!(place.json(&["token", "revoke", &number])["revoked"], 1);
    assert_eq!(
        place.status(&other),
        401,
        "the running server notices at once"
    );
    assert_eq!(place.json(&["token", "revoke", &number])["revoked"], 0);
    place.refused(&["token", "revoke", "99999"], "token");
    assert_eq!(place.status(&own), 200);
    assert_eq!(
        place.json(&["token", "revoke", "--email", "me@example.com"])["revoked"],
        1
    );
    assert_eq!(place.status(&own), 401);
    assert_eq!(
        place.json(&["token", "list", "--email", "me@example.com"])["tokens"],
        json!([])
    );

    let account = &place.account;
    let key = place.json(&["key", "create", "--account", account, "--name", "Exporter"]);
    let authorization = basic("Exporter", key["secret"].as_str().unwrap());
    let call = || {
        place
            .server
            .call_as("GET", "/v1.3/keyvalues", &authorization, None)
            .0
    };
    assert_eq!(call(), 200);
    let keys = place.json(&["key", "list", "--account", account]);
    assert_eq!(keys["keys"][0]["name"], "Exporter");
    assert!(!keys.to_string().contains(key["secret"].as_str().unwrap()));
    assert_eq!(
        place.json(&["key", "revoke", "--account", account, "--name", "exporter"])["revoked"],
        true
    );
    assert_eq!(call(), 401);
    place.refused(
        &["key", "revoke", "--account", account, "--name", "exporter"],
        "key",
    );
    place.refused(&["key", "list", "--account", "999"], "account");

    let made = place.json(&[
        "app",
        "create",
        "--name",
        "Dash",
        "--redirect-uri",
        "https://d.example/cb",
        "--trusted",
    ]);
    let id = made["client_id"].as_str().unwrap();
    let listed = place.json(&["app", "list"]);
    assert_eq!(
        listed["applications"].as_array().unwrap().len(),
        1,
        "the server's own is not listed"
    );
    assert_eq!(listed["applications"][0]["client_id"], id);
    assert_eq!(listed["applications"][0]["trusted"], true);
    let page = format!("/oauth/authorize/?client_id={id}&response_type=code");
    assert!(place.server.get(&page).starts_with("HTTP/1.1 200"));
    assert_eq!(
        place.json(&["app", "delete", "--client-id", id])["deleted"],
        true
    );
    assert!(place.server.get(&page).starts_with("HTTP/1.1 400"));
    place.refused(&["app", "delete", id], "application");
}

fn accounts_and_the_log(place: &Place) {
    let made = place.json(&[
        "account",
        "create",
        "--name",
        "Second",
        "--email",
        "me@example.com",
    ]);
    assert_eq!(
        made["password_link"],
        Value::Null,
        "who is there already has a password"
    );
    assert_eq!(made["membership"], "invited", "and is asked");
    let link = made["invitation_link"].as_str().unwrap();
    let secret = link.split_once("/account/invitation/link/").unwrap().1;
    assert!(
        secret.len() == 64 && made["invitation_link_ends_at"].is_i64(),
        "{made}"
    );
    let third = place.json(&[
        "account",
        "create",
        "--name",
        "Third",
        "--email",
        "cem@example.com",
        "--timezone",
        "europe/berlin",
    ]);
    assert!(third["password_link"].is_string());
    assert_eq!(third["membership"], "active");
    let invite = [
        "user",
        "create",
        "--account",
        &third["account_id"].to_string(),
    ];
    let invite = [&invite[..], &["--email", "me@example.com"]].concat();
    let said = stdout(&place.run(&invite));
    assert!(
        said.starts_with("Invited me@example.com") && said.contains("/account"),
        "{said}"
    );
    let first = said.lines().last().unwrap();
    let again = place.json(&invite);
    let second = again["invitation_link"].as_str().unwrap();
    assert_ne!(second, first, "invited again: another link");
    let path = second.split_once("/account/").unwrap().1;
    let opened = place.server.get(&format!("/account/{path}"));
    assert!(opened.starts_with("HTTP/1.1 303"), "{opened}");
    let listed = place.json(&["account", "list"]);
    let listed = listed["accounts"].as_array().unwrap();
    assert_eq!(listed.len(), 3);
    assert_eq!(
        (&listed[2]["name"], &listed[2]["timezone"]),
        (&json!("Third"), &json!("Europe/Berlin"))
    );
    place.refused(
        &["account", "create", "--name", " ", "--email", "x@y.example"],
        "account",
    );

    let topic = json!({"topic": {"name": "News"}});
    let path = |account: &Value| format!("/{account}/settings/topics");
    let token = place.token("me@example.com");
    let invited = place
        .server
        .call("POST", &path(&made["account_id"]), &token, Some(&topic));
    assert_eq!(
        invited.0, 404,
        "who has not accepted is a stranger: {}",
        invited.1
    );
    let token = place.token("cem@example.com");
    let (status, answer) =
        place
            .server
            .call("POST", &path(&third["account_id"]), &token, Some(&topic));
    assert_eq!(status, 200, "{answer}");
    let path = format!("/{}/inbox/mentions", third["account_id"]);
    let (status, answer) = place.server.call("GET", &path, &token, None);
    assert_eq!(status, 200, "{answer}");

    let verified = place.json(&["audit", "verify"]);
    assert_eq!(verified["intact"], true);
    let chains: Vec<String> = verified["chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chain| chain["chain"].to_string())
        .collect();
    assert!(
        chains.contains(&"0".to_owned()) && chains.contains(&third["account_id"].to_string()),
        "{chains:?}"
    );
    let third = third["account_id"].to_string();
    let one = place.json(&["audit", "verify", "--account", &third]);
    assert_eq!(one["chains"].as_array().unwrap().len(), 1);
    place.refused(&["audit", "verify", "--account", "999"], "account");
}

#[test]
fn links_without_a_public_url_lead_to_where_the_server_listens_and_say_so() {
    let data = tempfile::tempdir().unwrap();
    assert!(init_with(data.path(), |_| {}, &[]).status.success());
    let link = |settings: &[(&'static str, String)]| {
        let mut command = switchboard(data.path());
        with(&mut command, settings);
        let output = command
            .args(["user", "password", "--email", "me@example.com"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let said = stdout(&output);
        let link = said.lines().last().unwrap();
        let (base, secret) = link.split_once("/account/password/link/").unwrap();
        assert!(secret.len() > 20, "{said}");
        (base.to_owned(), stderr(&output))
    };
    let listen = |address: &str| ("SWITCHBOARD__LISTEN__ADDRESS", address.to_owned());
    let (base, hint) = link(&[listen("0.0.0.0:8123")]);
    assert_eq!(base, "http://127.0.0.1:8123");
    assert!(
        hint.contains("public_url") && hint.contains("listen.address"),
        "{hint}"
    );
    let (base, hint) = link(&[listen("127.0.0.1:0")]);
    assert_eq!(base, "", "nobody knows the port");
    assert!(hint.contains("Set public_url"), "{hint}");
    let public = (
        "SWITCHBOARD__PUBLIC_URL",
        "https://care.example.com".to_owned(),
    );
    assert_eq!(
        link(&[public]),
        ("https://care.example.com".to_owned(), String::new())
    );
}

#[test]
fn users_are_looked_after_beside_a_running_server() {
    users(&Place::sqlite());
}

#[test]
fn tokens_keys_and_applications_end_in_a_running_server_at_once() {
    tokens_keys_and_applications(&Place::sqlite());
}

#[test]
fn accounts_are_made_beside_a_running_server_and_the_log_is_checked() {
    accounts_and_the_log(&Place::sqlite());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_on_postgresql() {
    for check in [users, tokens_keys_and_applications, accounts_and_the_log] {
        let Some(place) = Place::postgres().await else {
            return;
        };
        check(&place);
    }
}

#[test]
fn a_log_that_somebody_changed_is_told_with_its_first_broken_entry() {
    let data = tempfile::tempdir().unwrap();
    assert!(init_with(data.path(), |_| {}, &[]).status.success());
    let run = |arguments: &[&str]| switchboard(data.path()).args(arguments).output().unwrap();
    for _ in 0..2 {
        assert!(run(&["user", "disable", "me@example.com"]).status.success());
    }
    let file = tamper(
        data.path(),
        "UPDATE audit SET at = at + 1 WHERE account_id = 0 AND id = 2",
    );
    assert_eq!(file, 1);
    let found = run(&["audit", "verify"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(stdout(&found).contains("at entry 2"), "{}", stdout(&found));
    assert_eq!(stderr(&found).lines().count(), 1);
    let found = run(&["--json", "audit", "verify"]);
    assert_eq!(found.status.code(), Some(1));
    let told = document(&found);
    assert_eq!(told["intact"], false);
    assert_eq!(
        told["chains"][0],
        json!({"chain": 0, "intact": false, "broken_at": 2})
    );
}

/// What somebody with the file does to it; gives how many rows that was.
fn tamper(data: &Path, statement: &str) -> usize {
    let connection = rusqlite::Connection::open(data.join("switchboard.db")).unwrap();
    connection.execute(statement, ()).unwrap()
}
