//! Two servers on one PostgreSQL database.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use domain::ids::UserId;
use domain::time::{Clock as _, SystemClock};
use serde_json::{Value, json};
use store::testing::{POSTGRES, TestDb};
use tempfile::TempDir;

use super::process::{Server, document, init_with, stderr, switchboard};

/// A database of its own, and two servers on it.
struct Nodes {
    one: Server,
    other: Server,
    settings: Vec<(&'static str, String)>,
    data: TempDir,
    account: String,
    topic: i64,
    token: String,
    // dropped last
    db: TestDb,
}

impl Nodes {
    /// `None` without a PostgreSQL server.
    async fn start() -> Option<Self> {
        let db = TestDb::postgres().await?;
        let settings = vec![
            ("SWITCHBOARD__STORE__URL", std::env::var(POSTGRES).unwrap()),
            (
                "SWITCHBOARD__STORE__SCHEMA",
                db.options().schema.clone().unwrap(),
            ),
            ("SWITCHBOARD__LIMITS__ENABLED", "false".to_owned()),
        ];
        let data = tempfile::tempdir().unwrap();
        let (here, there) = (data.path().join("one"), data.path().join("other"));
        let made = document(&init_with(&here, |command| with(command, &settings), &[]));
        let token = token(&here, &settings, "me@example.com");
        // Cursors that one server gives are read by the other, so both have one secret.
        std::fs::create_dir(&there).unwrap();
        std::fs::copy(here.join("secret"), there.join("secret")).unwrap();
        let start = |data: &Path, node: &str| {
            Server::start_with(data, &[], |command| {
                with(command, &settings);
                command.env("SWITCHBOARD__NODE", node);
            })
        };
        let (one, other) = (start(&here, "0"), start(&there, "1"));
        let mut nodes = Self {
            one,
            other,
            settings,
            data,
            account: made["account_id"].to_string(),
            topic: 0,
            token,
            db,
        };
        let topic = nodes.post(
            &nodes.one,
            "settings/topics",
            &json!({"topic": {"name": "Support"}}),
        );
        nodes.topic = topic["id"].as_i64().unwrap();
        Some(nodes)
    }

    /// A token, made by a third process.
    fn token(&self, email: &str) -> String {
        token(&self.data.path().join("one"), &self.settings, email)
    }

    /// Revokes all tokens of a user, as a third process does.
    async fn revoke(&self, user: i64) {
        let revoked = self.db.write(move |tx| {
            Box::pin(async move {
                let at = SystemClock.now();
                store::tokens::revoke_of_user(tx, UserId(user), at).await
            })
        });
        revoked.await.unwrap();
    }

    fn path(&self, rest: &str) -> String {
        format!("/{}/{rest}", self.account)
    }

    fn get(&self, server: &Server, rest: &str) -> Value {
        let (status, body) = server.call("GET", &self.path(rest), &self.token, None);
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["meta"].get("messages"), None, "{body}");
        body["response"].clone()
    }

    fn post(&self, server: &Server, rest: &str, body: &Value) -> Value {
        let (status, body) = server.call("POST", &self.path(rest), &self.token, Some(body));
        assert_eq!(status, 200, "{body}");
        body["response"].clone()
    }

    fn add(&self, server: &Server, texts: &[String]) {
        let items: Vec<Value> = texts
            .iter()
            .map(|text| json!({"topic": {"id": self.topic}, "message": {"content": text}}))
            .collect();
        self.post(server, "inbox/add", &json!({ "mentions": items }));
    }

    fn count(&self, server: &Server, filter: &str) -> i64 {
        let path = format!("inbox/mentions?limit=0&filter={filter}");
        self.get(server, &path)["count"].as_i64().unwrap()
    }

    /// The changes after a number, as many as were asked for, as a server streams them.
    fn changes(&self, server: &Server, after: i64, count: usize) -> Vec<(i64, Value)> {
        let address = server.origin.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nlast-event-id: {after}\r\n\r\n",
            self.path("events"),
            self.token
        )
        .unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert_eq!(lines.next().unwrap(), "HTTP/1.1 200 OK");
        lines
            .filter_map(|line| {
                let data: Value = serde_json::from_str(line.strip_prefix("data: ")?).unwrap();
                Some((data["number"].as_i64().unwrap(), data))
            })
            .take(count)
            .collect()
    }
}

fn with(command: &mut Command, settings: &[(&'static str, String)]) {
    command.envs(settings.iter().map(|(name, value)| (name, value)));
}

fn token(data: &Path, settings: &[(&'static str, String)], email: &str) -> String {
    let mut command = switchboard(data);
    with(&mut command, settings);
    command.args(["--json", "token", "create", "--email", email]);
    let made = document(&command.output().unwrap());
    made["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_acknowledged_is_in_the_next_answer_of_the_other() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let servers = [&nodes.one, &nodes.other];
    for number in 0..40_usize {
        let (writer, reader) = (servers[number % 2], servers[(number + 1) % 2]);
        nodes.add(writer, &[format!("message {number}")]);
        let expected = i64::try_from(number).unwrap() + 1;
        assert_eq!(nodes.count(reader, "is:public"), expected);
        let newest = nodes.get(reader, "inbox/mentions?limit=1");
        let newest = &newest["data"][0];
        assert_eq!(newest["message"]["content"], format!("message {number}"));
        // Worked on where it was read, and seen where it was written.
        let id = newest["id"].as_str().unwrap();
        let updates = json!({"updates": {"status": "done", "tags": [format!("tag {number}")]}});
        let path = format!("inbox/mention/{}/{id}", nodes.topic);
        nodes.post(reader, &path, &updates);
        assert_eq!(nodes.count(writer, "status:done"), expected);
        let filter = format!("tag:%22tag+{number}%22");
        assert_eq!(nodes.count(writer, &filter), 1);
    }
    // Settings are no different.
    for (writer, reader) in [(servers[0], servers[1]), (servers[1], servers[0])] {
        let topic = nodes.post(
            writer,
            "settings/topics",
            &json!({"topic": {"name": "New"}}),
        );
        let path = format!("settings/topic/{}", topic["id"]);
        assert_eq!(nodes.get(reader, &path)["name"], "New");
        nodes.post(reader, &path, &json!({"updates": {"name": "Newer"}}));
        let topics = nodes.get(writer, "settings/topics?limit=100");
        let topics = topics["data"].as_array().unwrap();
        let found = topics.iter().find(|known| known["id"] == topic["id"]);
        assert_eq!(found.unwrap()["name"], "Newer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_both_servers_never_clash_and_the_log_has_no_gap() {
    const WRITERS: usize = 3;
    const BATCHES: usize = 12;
    const BATCH: usize = 7;
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let total = 2 * WRITERS * BATCHES * BATCH;
    // The making of the topic is in the log already.
    let start = 1;
    std::thread::scope(|scope| {
        for server in [&nodes.one, &nodes.other] {
            for _ in 0..WRITERS {
                let nodes = &nodes;
                scope.spawn(move || {
                    for batch in 0..BATCHES {
                        let texts: Vec<String> =
                            (0..BATCH).map(|item| format!("{batch} {item}")).collect();
                        nodes.add(server, &texts);
                    }
                });
            }
        }
        // While they write, both servers stream the same, whoever wrote it.
        let expected: Vec<i64> = (start..)
            .skip(1)
            .take(total)
            .map(|number: i64| number)
            .collect();
        let listeners = [&nodes.one, &nodes.other].map(|server| {
            let nodes = &nodes;
            scope.spawn(move || nodes.changes(server, start, total))
        });
        let [one, other] = listeners.map(|listener| listener.join().unwrap());
        let numbers: Vec<i64> = one.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, expected);
        assert_eq!(one, other);
        let ids: BTreeSet<&str> = one
            .iter()
            .map(|(_, change)| change["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), total);
    });
    for server in [&nodes.one, &nodes.other] {
        let count = nodes.count(server, "is:public");
        assert_eq!(count, i64::try_from(total).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_rights_hold_on_both_servers_at_once() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let roles = nodes.get(&nodes.one, "settings/userroles?limit=100");
    let roles = roles["data"].as_array().unwrap();
    let editor = roles.iter().find(|role| role["title"] == "Editor").unwrap();
    for (here, there) in [(&nodes.one, &nodes.other), (&nodes.other, &nodes.one)] {
        let email = format!("agent@{}.example", here.origin.rsplit(':').next().unwrap());
        let user = json!({"name": "Agent", "email": email, "account_role": editor["id"]});
        let user = nodes.post(here, "settings/users", &json!({ "user": user }));
        let token = nodes.token(&email);
        let may_list = |server: &Server| {
            let path = nodes.path("inbox/mentions?limit=0");
            let (status, body) = server.call("GET", &path, &token, None);
            assert!(matches!(status, 200 | 401 | 404), "{body}");
            status == 200
        };
        assert!(may_list(here) && may_list(there));
        let path = format!("settings/user/{}", user["id"]);
        nodes.post(here, &path, &json!({"updates": {"enabled": false}}));
        assert!(!may_list(there) && !may_list(here), "kept out");
        nodes.post(there, &path, &json!({"updates": {"enabled": true}}));
        assert!(may_list(here) && may_list(there), "let in again");
        nodes.revoke(user["id"].as_i64().unwrap()).await;
        assert!(!may_list(here) && !may_list(there), "the token is revoked");
    }
    let me = |server: &Server| server.call("GET", "/me", &nodes.token, None).0;
    assert_eq!((me(&nodes.one), me(&nodes.other)), (200, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_the_number_of_another_or_another_secret_does_not_start() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let third = nodes.data.path().join("third");
    std::fs::create_dir(&third).unwrap();
    let refused = |node: &str| {
        let mut command = switchboard(&third);
        with(&mut command, &nodes.settings);
        // Not to wait for a server that will not end.
        command
            .env("SWITCHBOARD__STORE__LOCK_MS", "100")
            .env("SWITCHBOARD__NODE", node)
            .args(["serve", "--listen", "127.0.0.1:0"]);
        let output = command.output().unwrap();
        assert!(!output.status.success());
        stderr(&output)
    };
    let said = refused("2");
    assert!(said.contains("secret"), "{said}");
    let secret = nodes.data.path().join("one/secret");
    std::fs::copy(secret, third.join("secret")).unwrap();
    let said = refused("1");
    assert!(said.contains("node = 1"), "{said}");
    // Those that were there first are not disturbed, and a killed one comes back at once.
    let path = nodes.path("inbox/mentions?limit=0");
    assert_eq!(nodes.other.call("GET", &path, &nodes.token, None).0, 200);
    let Nodes {
        one,
        other,
        settings,
        data,
        token,
        db,
        ..
    } = nodes;
    other.kill();
    let again = Server::start_with(&data.path().join("other"), &[], |command| {
        with(command, &settings);
        command.env("SWITCHBOARD__NODE", "1");
    });
    assert_eq!(again.call("GET", &path, &token, None).0, 200);
    drop((again, one, db));
}
