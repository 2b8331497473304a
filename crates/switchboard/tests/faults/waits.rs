//! Nobody waits for somebody else: while four clients ask for the most that the limits allow,
//! others are served.
//!
//! In the gate it is small and nothing is timed: everything is answered. With
//! `SWITCHBOARD_FAULT_WAITS` it measures how much longer others wait, on as many mentions as that
//! says, and holds the figures against what is wanted; that means something in a release build.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use domain::account::{Account, Project};
use domain::ids::{AccountId, ProjectId, UserId};
use domain::plan::Plan;
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::{Membership, MembershipState};
use serde_json::{Value, json};
use store::counters::Kind;
use store::{Db, DbOptions};
use tokio::time::Instant;

use crate::chance::{count, seed};
use crate::client::{Client, Request};
use crate::inspect::escape;
use crate::place::{Place, Scratch, whole};
use crate::process::{Server, until};

/// Mentions that are added at once.
const BATCH: u64 = 100;
/// Words of its own that a mention has.
const WORDS: u64 = 4;
/// Times that everything is measured.
const RUNS: usize = 5;

/// Who is served while others ask for a lot.
struct Asker {
    name: &'static str,
    token: String,
    account: String,
    topic: i64,
}

#[test]
fn others_are_served_while_four_clients_ask_for_the_most_there_may_be() {
    let scratch = Scratch::new(seed());
    let measured = count("SWITCHBOARD_FAULT_WAITS", 0);
    let is_measured = measured > 0;
    let (mentions, asked, runs) = if is_measured {
        (measured, 1_000, RUNS)
    } else {
        (600, 20, 1)
    };
    let place = Place::make(&scratch.path().join("data"), &scratch.path().join("log"));
    let askers = askers(&place);
    let server = Server::start(&place);
    fill(&place, server.address, mentions);
    let askers: Vec<Asker> = askers
        .into_iter()
        .map(|asker| with_topic(asker, server.address))
        .collect();

    let mut worst: Vec<Vec<Duration>> = Vec::new();
    for run in 0..runs {
        let alone = serve(&askers, server.address, asked, run);
        let load = Heavy::start(&place, server.address);
        load.is_at_work();
        let beside = serve(&askers, server.address, asked, run + runs);
        let (answered, refused) = load.stop();
        if is_measured {
            println!("run {run}: heavy calls answered {answered}, refused {refused}");
        }
        worst.push(
            beside
                .iter()
                .zip(&alone)
                .map(|(beside, alone)| beside.saturating_sub(*alone))
                .collect(),
        );
    }
    if is_measured {
        let kinds = askers
            .iter()
            .flat_map(|asker| KINDS.iter().map(move |kind| (asker.name, kind)));
        for (at, (name, (kind, most))) in kinds.enumerate() {
            let mut waits: Vec<Duration> = worst.iter().map(|run| run[at]).collect();
            waits.sort_unstable();
            let median = waits[waits.len() / 2];
            println!(
                "{name}, {kind}: worst added wait, median of {runs} runs: {median:?} ({waits:?})"
            );
            assert!(median <= *most, "{name}, {kind}: {median:?}");
        }
    }
    server.stop();
}

/// What is asked, and how much longer it may take.
const KINDS: &[(&str, Duration)] = &[
    ("/livez", Duration::from_millis(250)),
    ("/me", Duration::from_millis(250)),
    ("a durable write", Duration::from_millis(250)),
    ("a list of 20", Duration::from_secs(1)),
];

fn request(kind: usize, asker: &Asker, unique: &str) -> Request {
    let account = &asker.account;
    match kind {
        0 => Request::get("/livez"),
        1 => Request::get("/me"),
        2 => Request::post(
            format!("/{account}/inbox/add"),
            json!({ "mentions": [item(unique, asker.topic, "a durable write")] }),
        ),
        _ => Request::get(format!("/{account}/inbox/mentions?limit=20")),
    }
}

/// Asks everything for everybody; gives the longest time of each kind.
fn serve(askers: &[Asker], to: SocketAddr, times: u64, run: usize) -> Vec<Duration> {
    let mut worst = Vec::new();
    for asker in askers {
        let mut client = Client::new(&*asker.token);
        for (kind, (name, _)) in KINDS.iter().enumerate() {
            let mut longest = Duration::ZERO;
            for time in 0..times {
                let unique = format!("{}-{run}-{time}", asker.account);
                let request = request(kind, asker, &unique);
                let since = Instant::now();
                let answer = client.ask(to, &request);
                longest = longest.max(since.elapsed());
                assert_eq!(answer.status, 200, "{}, {name}: {answer}", asker.name);
            }
            worst.push(longest);
        }
    }
    worst
}

/// Clients that ask for the most there may be, one after the other, until they are stopped.
struct Heavy {
    threads: Vec<std::thread::JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
    is_begun: Arc<AtomicU64>,
}

impl Heavy {
    fn start(place: &Place, to: SocketAddr) -> Self {
        let mut heavy = Self {
            threads: Vec::new(),
            is_over: Arc::default(),
            answered: Arc::default(),
            refused: Arc::default(),
            is_begun: Arc::default(),
        };
        for request in heaviest(place) {
            let mut client = Client::new(&*place.token);
            let (is_over, is_begun) = (Arc::clone(&heavy.is_over), Arc::clone(&heavy.is_begun));
            let (answered, refused) = (Arc::clone(&heavy.answered), Arc::clone(&heavy.refused));
            heavy.threads.push(std::thread::spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    is_begun.fetch_add(1, Ordering::SeqCst);
                    let answer = client.ask(to, &request);
                    match answer.status {
                        200 => answered.fetch_add(1, Ordering::SeqCst),
                        // More than one call may take, or others were first.
                        400 | 503 => refused.fetch_add(1, Ordering::SeqCst),
                        _ => panic!("{answer}"),
                    };
                }
            }));
        }
        heavy
    }

    fn is_at_work(&self) {
        until("all heavy calls have begun", || {
            self.is_begun.load(Ordering::SeqCst) >= 4
        });
    }

    fn stop(self) -> (u64, u64) {
        self.is_over.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().unwrap();
        }
        (
            self.answered.load(Ordering::SeqCst),
            self.refused.load(Ordering::SeqCst),
        )
    }
}

/// The most that the limits allow, of each kind.
fn heaviest(place: &Place) -> Vec<Request> {
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    let pairs = letters
        .chars()
        .flat_map(|one| letters.chars().map(move |other| (one, other)));
    let patterns: Vec<String> = pairs
        .map(|(one, other)| format!("*{one}*{other}*"))
        .collect();
    let any = patterns[..85].join(" OR ");
    let phrases: Vec<String> = letters
        .chars()
        .map(|one| format!("w*/*{one}*/w*"))
        .collect();
    let filters = &patterns[..200];
    let facet = |segmentation: Value, count: usize| {
        let one = json!({
            "key": { "field": "author.name" },
            "value": { "field": "author_id_cardinality" },
            "segmentation": segmentation,
        });
        Request::post(
            place.path("insights/facets"),
            json!({ "facetdefinitions": vec![one; count], "date_from": 0 }),
        )
    };
    let list = |filter: &str| {
        let path = format!(
            "inbox/mentions?limit=100&date_from=0&sort=followers:desc&filter={}",
            escape(filter)
        );
        Request::get(place.path(&path))
    };
    vec![
        list(&any),
        list(&phrases.join(" OR ")),
        facet(json!({ "field": "author.name", "size": 10 }), 50),
        facet(json!({ "field": "custom", "field_values": filters }), 1),
    ]
}

fn item(source: &str, topic: i64, content: &str) -> Value {
    json!({
        "topic": { "id": topic },
        "source": { "id": source, "service": "custom" },
        "author": { "name": format!("author {source}"), "id": source },
        "message": { "content": content, "language": "en" },
    })
}

/// So many mentions, each with words and an author of its own.
fn fill(place: &Place, to: SocketAddr, mentions: u64) {
    let mut client = Client::new(&*place.token);
    for first in (0..mentions).step_by(usize::try_from(BATCH).unwrap()) {
        let items: Vec<Value> = (first..mentions.min(first + BATCH))
            .map(|number| {
                let words = (0..WORDS).map(|word| spelled(number * WORDS + word));
                let content: Vec<String> = words.collect();
                item(
                    &format!("f{number}"),
                    place.topic,
                    &format!("{} and the words that all have", content.join(" ")),
                )
            })
            .collect();
        let request = Request::post(place.path("inbox/add"), json!({ "mentions": items }));
        client.json(to, &request);
    }
}

/// A word that nobody else has, of letters as words have them.
fn spelled(number: u64) -> String {
    let mut rest = number.wrapping_mul(2_654_435_761) % 4_294_967_296;
    let mut word = String::from("w");
    while rest > 0 {
        word.push(char::from(b'a' + u8::try_from(rest % 26).unwrap()));
        rest /= 26;
    }
    format!("{word}{number}")
}

/// Somebody else of the same account, and somebody of another one.
fn askers(place: &Place) -> Vec<Asker> {
    let server = Server::start(place);
    let mut client = Client::new(&*place.token);
    let roles = client.json(
        server.address,
        &Request::get(place.path("settings/userroles")),
    );
    let role = roles["response"]
        .as_array()
        .or_else(|| roles["response"]["data"].as_array())
        .unwrap()
        .iter()
        .find(|role| role["title"] == "Manager")
        .unwrap()["id"]
        .clone();
    let users: Vec<i64> = ["colleague", "other"]
        .iter()
        .map(|name| {
            let user = json!({ "name": name, "email": email(name), "account_role": role });
            let request = Request::post(place.path("settings/users"), json!({ "user": user }));
            let made = client.json(server.address, &request);
            whole(&made["response"]["id"])
        })
        .collect();
    server.stop();
    let other = second_account(&place.data, UserId(users[1]));
    [
        (
            "a colleague",
            "colleague",
            place.account.clone(),
            place.topic,
        ),
        ("another account", "other", other.to_string(), 0),
    ]
    .into_iter()
    .map(|(name, user, account, topic)| {
        let token = place.json(&["token", "create", "--email", &email(user)]);
        Asker {
            name,
            token: token["access_token"].as_str().unwrap().to_owned(),
            account,
            topic,
        }
    })
    .collect()
}

fn email(name: &str) -> String {
    format!("{name}@fault.test")
}

fn with_topic(asker: Asker, to: SocketAddr) -> Asker {
    if asker.topic != 0 {
        return asker;
    }
    let path = format!("/{}/settings/topics", asker.account);
    let request = Request::post(path, json!({ "topic": { "name": "Other" } }));
    let topic = Client::new(&*asker.token).json(to, &request);
    Asker {
        topic: whole(&topic["response"]["id"]),
        ..asker
    }
}

/// Makes another account whose administrator is this user, while no server runs.
fn second_account(data: &Path, user_id: UserId) -> AccountId {
    let options = DbOptions::new("sqlite:", data);
    let now = UnixMillis(1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let db = Db::open(&options).await.unwrap();
        let account_id = db
            .write(move |tx| {
                Box::pin(async move {
                    let id = AccountId(store::counters::next(tx, Kind::Account).await?);
                    let account = Account {
                        id,
                        name: "Other".to_owned(),
                        description: None,
                        package: None,
                        plan: Plan::EnterpriseV5,
                        timezone: "UTC".to_owned(),
                        added_at: now,
                    };
                    store::accounts::create(tx, &account).await?;
                    let scope = Scope::system(id);
                    let project = Project {
                        account_id: id,
                        id: ProjectId(store::counters::next(tx, Kind::Project).await?),
                        name: "Other".to_owned(),
                        added_at: now,
                    };
                    store::projects::create(tx, &scope, &project).await?;
                    let role_id = engine::auth::setup::make_stock_roles(tx, &scope, now).await?;
                    let membership = Membership {
                        account_id: id,
                        user_id,
                        role_id,
                        state: MembershipState::Active,
                        is_expert: false,
                        timezone: None,
                        added_at: now,
                    };
                    store::memberships::create(tx, &scope, &membership).await?;
                    Ok::<_, engine::Error>(id)
                })
            })
            .await
            .unwrap();
        db.close().await;
        account_id
    })
}
