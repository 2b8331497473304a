//! The demo as a visitor meets it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// What a program reads of the demo.
struct Reader {
    server: Server,
    authorization: String,
}

impl Reader {
    fn of(server: Server, ready: &Value) -> Self {
        let [name, secret] = ["token", "secret"].map(|name| ready[name].as_str().unwrap());
        let authorization = format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")));
        Self {
            server,
            authorization,
        }
    }

    fn read(&self, path: &str) -> Value {
        let (status, answer) = self.server.call_as("GET", path, &self.authorization, None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Pages of conversations with all that is beside them.
    fn pages(&self, query: &str, most: usize) -> Vec<Value> {
        let mut path = format!("/v1.3/conversations?{query}&include=content,actions&page_size=50");
        let mut pages = Vec::new();
        while pages.len() < most {
            let page = self.read(&path);
            let next = page["paging"]["next_page"].as_str().map(ToOwned::to_owned);
            pages.push(page);
            let Some(next) = next else { break };
            path = next.strip_prefix(&self.server.origin).unwrap().to_owned();
        }
        pages
    }
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().unwrap_or_else(|| panic!("{of}"))
}

fn ids(things: &[Value]) -> BTreeSet<&str> {
    things
        .iter()
        .filter_map(|thing| thing["id"].as_str())
        .collect()
}

#[test]
fn the_demo_has_customers_channels_senders_and_work_that_takes_time() {
    let (server, ready) = Server::demo();
    let reader = Reader::of(server, &ready);
    let users = reader.read("/v1.3/users?limit=50");
    let users = ids(list(&users, "users"));

    let mut pages = reader.pages("is_priority=0&contains_private=1", 4);
    for page in &pages {
        let content: BTreeMap<&str, &Value> = list(page, "content")
            .iter()
            .map(|message| (message["id"].as_str().unwrap(), message))
            .collect();
        for conversation in list(page, "conversations") {
            let customer = &conversation["author"]["id"];
            assert!(
                customer.is_string(),
                "answers join questions: {conversation}"
            );
            for id in list(conversation, "content_ids") {
                let message = content[id.as_str().unwrap()];
                let is_ours = message["is_by_source"] == true;
                assert_eq!(message["author"]["id"] == *customer, !is_ours, "{message}");
            }
        }
    }
    let author = &list(&pages[0], "conversations")[0]["author"]["url"];
    let path = author
        .as_str()
        .unwrap()
        .strip_prefix(&reader.server.origin)
        .unwrap();
    let author = reader.read(path);
    assert_ne!(
        author["author"]["real_name"],
        account_name(&reader),
        "{author}"
    );

    pages.extend(reader.pages("status=archived", 4));
    let mut words = BTreeSet::new();
    let (mut all, mut worked_on) = (0, 0);
    for page in &pages {
        for conversation in list(page, "conversations") {
            all += 1;
            worked_on += usize::from(!list(conversation, "handling_times").is_empty());
        }
        for message in list(page, "content") {
            let is_page =
                !["rss", "keywordsearch"].contains(&message["platform"].as_str().unwrap());
            assert_eq!(list(message, "channels").is_empty(), !is_page, "{message}");
            if let Some(user) = message["user"]["id"].as_str() {
                assert!(users.contains(user), "{message}");
            }
        }
        words.extend(
            list(page, "actions")
                .iter()
                .filter_map(|action| action["type"].as_str()),
        );
    }
    assert!(worked_on * 2 > all, "{worked_on} of {all}");
    for word in [
        "assigned",
        "read",
        "archived",
        "tagged",
        "sentiment_set",
        "note_added",
    ] {
        assert!(words.contains(word), "{word} in {words:?}");
    }
}

/// The name of the account.
fn account_name(reader: &Reader) -> Value {
    list(&reader.read("/v1.3/accounts?fields=name"), "accounts")[0]["name"].clone()
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
