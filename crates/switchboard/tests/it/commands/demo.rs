//! The demo as a visitor meets it.

use serde_json::Value;

use super::process::{Server, run, stderr, stdout};

const README: &str = include_str!("../../../../../README.md");

/// What stands in the README between these two.
fn printed(before: &str, after: &str) -> &'static str {
    let (_, rest) = README.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[test]
fn the_first_answer_of_the_demo_is_complete_and_the_readme_prints_its_token() {
    let (server, ready) = Server::demo();
    let (account, token) = (
        &ready["account_id"],
        ready["access_token"].as_str().unwrap(),
    );
    let answer = server.get(&format!(
        "/{account}/inbox/mentions?access_token={token}&limit=1\
         &filter=is:public+OR+is:private+OR+is:case"
    ));
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
    assert_eq!(body["meta"].get("messages"), None, "{body}");
    assert_eq!(body["response"]["count"], ready["mentions"]);

    assert_eq!(printed("Bearer ", "'"), token);
    let key = format!(
        "{}:{}",
        ready["token"].as_str().unwrap(),
        ready["secret"].as_str().unwrap()
    );
    assert_eq!(printed("KEY=", "\n"), key);
    let printed_account = printed("API=http://127.0.0.1:8080/", "\n");
    assert_eq!(printed_account, account.to_string());
}

#[test]
fn the_demo_refuses_a_directory_that_it_would_not_use() {
    let data = tempfile::tempdir().unwrap();
    let refused = run(data.path(), &["demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--data"), "{}", stderr(&refused));
    assert_eq!(stdout(&refused), "");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}
