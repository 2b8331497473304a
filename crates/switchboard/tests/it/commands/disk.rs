//! A disk that fails under a running server.

use std::process::Command;

use serde_json::json;

use super::process::{Server, document, init, run};

#[test]
fn after_a_failed_write_the_supervisor_is_told_and_a_new_start_is_well() {
    let data = tempfile::tempdir().unwrap();
    let made = document(&init(data.path()));
    let token = document(&run(
        data.path(),
        &["--json", "token", "create", "--email", "me@example.com"],
    ));
    let token = token["access_token"].as_str().unwrap();
    let path = format!("/{}/settings/topics", made["account_id"]);
    let topic = |server: &Server, name: &str| {
        let body = json!({"topic": {"name": name}});
        server.call("POST", &path, token, Some(&body)).0
    };

    // Files may not grow any more: every write fails as on a broken disk, and not as on a full one.
    let server = Server::start_ignoring(data.path(), "XFSZ");
    assert_eq!(topic(&server, "One"), 200);
    assert!(server.get("/livez").starts_with("HTTP/1.1 200"));
    let done = Command::new("prlimit")
        .args(["--pid", &server.id().to_string(), "--fsize=1:unlimited"])
        .status();
    assert!(done.unwrap().success());
    assert_ne!(topic(&server, "Two"), 200);
    let told = server.get("/livez");
    assert!(told.starts_with("HTTP/1.1 500"), "{told}");
    assert!(told.contains("\"reason\""), "{told}");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 503"));
    // Reading goes on; that the disk is whole again changes nothing before a new start.
    let done = Command::new("prlimit")
        .args([
            "--pid",
            &server.id().to_string(),
            "--fsize=unlimited:unlimited",
        ])
        .status();
    assert!(done.unwrap().success());
    assert_eq!(server.call("GET", &path, token, None).0, 200);
    assert_eq!(topic(&server, "Three"), 503);
    assert!(server.get("/livez").starts_with("HTTP/1.1 500"));

    server.kill();
    let server = Server::start(data.path(), &[]);
    assert!(server.get("/livez").starts_with("HTTP/1.1 200"));
    assert_eq!(topic(&server, "Four"), 200);
    let (_, listed) = server.call("GET", &path, token, None);
    let listed = listed["response"]["data"].to_string();
    assert!(
        listed.contains("One") && listed.contains("Four"),
        "{listed}"
    );
    assert!(!listed.contains("Three"), "{listed}");
}
