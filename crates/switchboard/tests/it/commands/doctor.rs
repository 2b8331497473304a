//! What `doctor` says of an index and a database that do not agree, of the clock and of reports.

use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::{Server, document, init, run, stdout};

/// A data directory whose server has taken in two messages and has ended in good order.
fn made() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let account = document(&init(&data))["account_id"].clone();
    let server = Server::start(&data, &[]);
    let arguments = ["--json", "token", "create", "--email", "me@example.com"];
    let token = document(&run(&data, &arguments))["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let topic = json!({"topic": {"name": "Support"}});
    let path = format!("/{account}/settings/topics");
    let (status, topic) = server.call("POST", &path, &token, Some(&topic));
    assert_eq!(status, 200, "{topic}");
    let message = |text: &str| json!({"message": {"content": text}, "topic": {"id": topic["response"]["id"]}});
    let messages = json!({"mentions": [message("one"), message("two")]});
    let path = format!("/{account}/inbox/add");
    let (status, answer) = server.call("POST", &path, &token, Some(&messages));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        said(&data, "index").1,
        "a server is using it; /readyz says how it is"
    );
    assert_eq!(server.stop().0, Some(0));
    (directory, data)
}

/// A copy, in which something is changed in the database.
fn changed(data: &Path, statements: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    let done = Command::new("cp")
        .arg("-r")
        .arg(format!("{}/.", data.display()))
        .arg(copy.path())
        .status();
    assert!(done.unwrap().success());
    let database = Connection::open(copy.path().join("switchboard.db")).unwrap();
    database.execute_batch(statements).unwrap();
    copy
}

/// The verdict and the sentence of a check.
#[track_caller]
fn said(data: &Path, check: &str) -> (String, String) {
    let output = run(data, &["--json", "doctor"]);
    let report = document(&output);
    let found = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["check"] == check)
        .unwrap_or_else(|| panic!("{}", stdout(&output)));
    let is_broken = found["status"] == "broken";
    assert_eq!(output.status.success(), report["healthy"] == true);
    assert!(!is_broken || !output.status.success());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    (word(&found["status"]), word(&found["detail"]))
}

#[test]
fn doctor_says_how_index_and_database_differ_and_who_mends_it() {
    let (_directory, data) = made();
    let (verdict, detail) = said(&data, "index");
    assert_eq!(verdict, "ok");
    assert!(
        detail.ends_with(": 2 mentions, as in the database"),
        "{detail}"
    );
    let last = "(SELECT MAX(number) FROM changes)";
    for (statements, verdict, sentence) in [
        (
            format!("UPDATE change_heads SET number = number - 1; DELETE FROM changes WHERE number = {last}"),
            "warning",
            "it is ahead of the database; the server rebuilds it when it starts",
        ),
        (
            format!("UPDATE changes SET at = at - 1000 WHERE number = {last}"),
            "warning",
            "it holds changes that the database has lost; the server rebuilds it when it starts",
        ),
        (
            format!(
                "INSERT INTO changes (account_id, number, kind, object_id, at)
                SELECT account_id, number + 1, kind, object_id, at FROM changes WHERE number = {last};
                UPDATE change_heads SET number = number + 1"
            ),
            "ok",
            "; the server catches up",
        ),
        (
            "UPDATE mentions SET changed_by = changed_by + 1".to_owned(),
            "broken",
            "2 mentions, other versions of them than the database (2); run `switchboard index rebuild`",
        ),
        (
            "DELETE FROM mentions WHERE id = (SELECT MAX(id) FROM mentions)".to_owned(),
            "broken",
            "2 mentions, not as many as the database (1); run `switchboard index rebuild`",
        ),
        (
            "UPDATE change_heads SET checksum = checksum + 1".to_owned(),
            "warning",
            "as the database, whose checksum is wrong; the server corrects it",
        ),
    ] {
        let copy = changed(&data, &statements);
        let (found, detail) = said(copy.path(), "index");
        assert!(detail.ends_with(sentence), "{statements}: {detail}");
        assert_eq!(found, verdict, "{statements}");
    }
    // Without an index, and with one that is damaged.
    let copy = changed(&data, "SELECT 1");
    let index = copy.path().join("index");
    std::fs::remove_dir_all(&index).unwrap();
    assert_eq!(
        said(copy.path(), "index").1,
        "none yet; the server makes it"
    );
}

#[test]
fn doctor_says_that_the_clock_is_behind_what_is_stored() {
    let (_directory, data) = made();
    assert_eq!(said(&data, "clock").0, "ok");
    let copy = changed(
        &data,
        "UPDATE changes SET at = 4102444800000 WHERE number = (SELECT MAX(number) FROM changes)",
    );
    let (verdict, detail) = said(copy.path(), "clock");
    assert_eq!(verdict, "broken");
    assert!(
        detail.ends_with("but something was stored at 2100-01-01T00:00:00Z"),
        "{detail}"
    );
}

#[test]
fn doctor_says_whether_reports_can_be_written() {
    let data = tempfile::tempdir().unwrap();
    assert!(init(data.path()).status.success());
    assert_eq!(
        said(data.path(), "reports"),
        ("ok".to_owned(), "there are none yet".to_owned())
    );
    let place = data.path().join("reports");
    std::fs::create_dir(&place).unwrap();
    assert_eq!(
        said(data.path(), "reports").1,
        format!("{} is writable", place.display())
    );
    std::fs::remove_dir(&place).unwrap();
    std::fs::write(&place, "no directory").unwrap();
    let (verdict, detail) = said(data.path(), "reports");
    assert_eq!(verdict, "broken");
    assert!(
        detail.starts_with(&format!("{} cannot be written to: ", place.display())),
        "{detail}"
    );
}

#[test]
fn doctor_looks_whether_the_secret_is_whole() {
    let data = tempfile::tempdir().unwrap();
    assert!(init(data.path()).status.success());
    let ok = ("ok".to_owned(), "it is there".to_owned());
    assert_eq!(said(data.path(), "secret"), ok);
    let file = data.path().join("secret");
    std::fs::write(&file, [7; 31]).unwrap();
    let (verdict, detail) = said(data.path(), "secret");
    assert_eq!(verdict, "broken");
    assert_eq!(
        detail,
        format!(
            "{} has 31 bytes instead of 32; restore it from a backup",
            file.display()
        )
    );
    // As an editor leaves it that marks its files.
    std::fs::write(&file, [&b"\xef\xbb\xbf"[..], &[7; 32]].concat()).unwrap();
    let (verdict, detail) = said(data.path(), "secret");
    assert_eq!(verdict, "broken");
    assert!(detail.contains(" has 35 bytes instead of 32; "), "{detail}");
    std::fs::remove_file(&file).unwrap();
    let (verdict, detail) = said(data.path(), "secret");
    assert_eq!(verdict, "warning");
    assert!(detail.contains(" is missing; "), "{detail}");
    assert!(!file.exists(), "doctor changes nothing");
}
