//! The server as a process, and what `doctor` says of it.

use serde_json::Value;

use super::process::{Server, document, init, run, stderr, stdout};

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

    // Overwrite the second half of the database: a single page may be one that nothing uses.
    let file = made.join("switchboard.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let output = run(&made, &["--json", "doctor"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
}

#[test]
fn a_server_without_an_account_says_how_to_make_one() {
    let data = tempfile::tempdir().unwrap();
    let errors = data.path().join("stderr");
    let server = Server::start_with(data.path(), &[], |command| {
        command.stderr(std::fs::File::create(&errors).unwrap());
    });
    assert_eq!(server.stop().0, Some(0));
    let said = std::fs::read_to_string(errors).unwrap();
    assert!(said.contains("switchboard init"), "{said}");
}
