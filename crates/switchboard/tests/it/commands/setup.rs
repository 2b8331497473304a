//! Making the first account, tokens and applications; the schema and the index.

use std::io::Write as _;
use std::process::{Command, Stdio};

use store::testing::{POSTGRES, TestDb};

use super::process::{Server, document, init, init_with, run, stderr, stdout, switchboard};
use crate::conversocial::client::basic;

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

/// Two who set up at the same time, with these settings.
fn two_at_once(settings: &[(&'static str, String)]) {
    let data = tempfile::tempdir().unwrap();
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let more = |command: &mut Command| {
                        command.envs(settings.iter().map(|(name, value)| (*name, value)));
                    };
                    init_with(data.path(), more, &[])
                })
            })
            .collect();
        starts.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = outputs.iter().partition(|it| it.status.success());
    assert_eq!((made.len(), refused.len()), (1, 1), "{outputs:?}");
    assert!(
        stderr(refused[0]).contains("initialised already"),
        "{}",
        stderr(refused[0])
    );
}

#[test]
fn of_two_inits_at_once_one_makes_the_account_and_the_other_says_that_it_is_there() {
    two_at_once(&[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_inits_at_once_on_postgresql_one_makes_the_account() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    two_at_once(&[
        ("SWITCHBOARD__STORE__URL", std::env::var(POSTGRES).unwrap()),
        (
            "SWITCHBOARD__STORE__SCHEMA",
            db.options().schema.clone().unwrap(),
        ),
    ]);
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
fn a_key_made_beside_a_running_server_opens_it_at_once() {
    let data = tempfile::tempdir().unwrap();
    let account = document(&init(data.path()))["account_id"].to_string();
    let server = Server::start(data.path(), &[]);
    let create = |more: &[&str]| {
        let mut arguments = vec!["--json", "key", "create", "--account", &account];
        arguments.extend(more);
        run(data.path(), &arguments)
    };
    let made = document(&create(&["--name", "exporter"]));
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token", "secret"]);
    assert_eq!(made["token"], "exporter");
    let secret = made["secret"].as_str().unwrap();
    let authorization = basic("exporter", secret);
    let (status, answer) = server.call_as("GET", "/v1.3/keyvalues", &authorization, None);
    assert_eq!(status, 200, "{answer}");

    let plain = run(
        data.path(),
        &[
            "key",
            "create",
            "--account",
            &account,
            "--name",
            "reader",
            "--role",
            "contributor",
        ],
    );
    let text = stdout(&plain);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "token   reader");
    let secret = lines[1].strip_prefix("secret  ").unwrap();
    let authorization = basic("reader", secret);
    let (status, answer) = server.call_as("GET", "/v1.3/keyvalues", &authorization, None);
    assert_eq!(status, 403, "{answer}");

    for wrong in [
        &["--name", "exporter"][..],
        &["--name", "a:b"],
        &["--name", "x", "--role", "Nobody"],
    ] {
        let refused = create(wrong);
        assert_eq!(refused.status.code(), Some(1), "{wrong:?}");
        assert_eq!(stderr(&refused).lines().count(), 1, "{}", stderr(&refused));
    }
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
fn the_account_has_the_time_zone_that_init_was_given() {
    let data = tempfile::tempdir().unwrap();
    let refused = init_with(
        data.path(),
        |command| {
            command.env("NO_COLOR", "1");
        },
        &["--timezone", "Berlin"],
    );
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("Europe/Berlin"),
        "{}",
        stderr(&refused)
    );
    let made = init_with(data.path(), |_| {}, &["--timezone", "europe/berlin"]);
    let made = document(&made);
    let token = document(&run(
        data.path(),
        &["--json", "token", "create", "--email", "me@example.com"],
    ));
    let server = Server::start(data.path(), &[]);
    let path = format!("/{}/settings/account", made["account_id"]);
    let token = token["access_token"].as_str().unwrap();
    let (_, account) = server.call("GET", &path, token, None);
    assert_eq!(account["response"]["timezone"], "Europe/Berlin");
}

#[test]
fn where_there_is_no_account_commands_say_how_to_make_one() {
    let data = tempfile::tempdir().unwrap();
    for arguments in [
        &["token", "create", "--email", "me@example.com"][..],
        &["key", "create", "--account", "1001", "--name", "inbox"],
    ] {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains("switchboard init"),
            "{}",
            stderr(&output)
        );
    }
    init(data.path());
    let output = run(
        data.path(),
        &["token", "create", "--email", "nobody@example.com"],
    );
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("nobody@example.com") && said.contains("switchboard init"),
        "{said}"
    );
}

#[test]
fn a_new_token_says_when_it_ends_beside_it() {
    let data = tempfile::tempdir().unwrap();
    init(data.path());
    let output = run(
        data.path(),
        &["token", "create", "--email", "me@example.com"],
    );
    assert_eq!(stdout(&output).trim().len(), 32, "the token alone");
    let said = stderr(&output);
    assert!(
        said.contains("The token ends on ") && said.contains("(90 days from now)"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn what_an_installation_writes_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    fn open_to_others(directory: &std::path::Path, found: &mut Vec<String>) {
        let mode = std::fs::metadata(directory).unwrap().permissions().mode();
        if mode & 0o077 != 0 {
            found.push(format!("{} {mode:o}", directory.display()));
        }
        if directory.is_dir() {
            for entry in std::fs::read_dir(directory).unwrap() {
                open_to_others(&entry.unwrap().path(), found);
            }
        }
    }

    let above = tempfile::tempdir().unwrap();
    let data = above.path().join("data");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, open.clone()).unwrap();
    init(&data);
    assert!(run(&data, &["index", "rebuild"]).status.success());
    let mut found = Vec::new();
    open_to_others(&data, &mut found);
    assert_eq!(found, Vec::<String>::new());

    // Copied back by somebody whose files are open to all.
    std::fs::set_permissions(&data, open).unwrap();
    for name in ["switchboard.db", "secret"] {
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(data.join(name), open).unwrap();
    }
    assert!(run(&data, &["migrate"]).status.success());
    assert!(
        run(&data, &["token", "create", "--email", "me@example.com"])
            .status
            .success()
    );
    open_to_others(&data, &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_database_that_cannot_be_reached_is_named_with_the_reason_which_is_said_once() {
    let data = tempfile::tempdir().unwrap();
    let output = switchboard(data.path())
        .args(["account", "list"])
        .env(
            "SWITCHBOARD__STORE__URL",
            "postgres://me:hunter2@127.0.0.1:1/x",
        )
        .env("SWITCHBOARD__STORE__LOCK_MS", "100")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("no connection to PostgreSQL at 127.0.0.1:1: "),
        "{said}"
    );
    assert_eq!(said.matches("refused").count(), 1, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}
