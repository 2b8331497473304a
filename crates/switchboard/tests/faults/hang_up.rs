//! Clients that hang up: in the middle of a request, or before its answer.

use std::io::Write as _;
use std::net::{Shutdown, SocketAddr};

use tokio::time::Instant;

use crate::chance::{Chance, count, seed};
use crate::client::{Client, Request, connect};
use crate::inspect::{Depth, Inspector};
use crate::ledger::{Change, Ledger, STATUSES, Step, item, word};
use crate::place::{Place, Scratch, whole};
use crate::process::{LIMIT, Server, until};

/// Requests that are broken off before everything is looked at.
const ROUND: u64 = 50;

#[test]
fn a_client_that_hangs_up_leaves_nothing_half_done() {
    let seed = seed();
    let scratch = Scratch::new(seed);
    let mut chance = Chance::new(seed);
    let place = Place::make(&scratch.path().join("data"), &scratch.path().join("log"));
    let server = Server::start(&place);
    let mut client = Client::new(&*place.token);
    let mut ledger = Ledger::default();
    let targets = targets(&place, server.address, &mut client, &mut ledger);
    let mut inspector = Inspector::new(&place, server.address);
    check(&mut inspector, &ledger, Depth::All, "before");
    let sockets = server.sockets();

    let times = count("SWITCHBOARD_FAULT_HANG_UPS", 150);
    let (mut cut_off, mut complete) = (0_u64, 0_u64);
    let mut made = 0;
    while made < times {
        let mut unanswered = Vec::new();
        for at in 0..ROUND.min(times - made) {
            let number = usize::try_from(made + at).unwrap();
            let target = &targets[usize::try_from(at).unwrap()];
            let (step, request) = choose(&place, number, target, &ledger, &mut chance);
            let bytes = request.bytes(&place.token);
            let sent = if chance.percent(50) {
                bytes.len()
            } else {
                chance.index(bytes.len())
            };
            hang_up(server.address, &bytes[..sent], &mut chance);
            // A request that did not come whole must have no effect at all.
            if sent == bytes.len() {
                complete += 1;
                ledger.open.insert(number, step);
                unanswered.push((number, request));
            } else {
                cut_off += 1;
            }
        }
        made += ROUND.min(times - made);
        until("the connections of those who hung up are gone", || {
            server.sockets() <= sockets
        });
        check(&mut inspector, &ledger, Depth::Some(5), "after hang-ups");
        for (number, request) in unanswered {
            // As a client does that wants to know.
            until("a repeated request is answered", || {
                let answer = client.ask(server.address, &request);
                assert!(matches!(answer.status, 200 | 409), "{request:?}: {answer}");
                answer.status == 200
            });
            ledger.acknowledge(number);
        }
        check(
            &mut inspector,
            &ledger,
            Depth::Some(5),
            "after their repetition",
        );
    }
    check(&mut inspector, &ledger, Depth::All, "in the end");
    server.stop();
    place.doctor().unwrap();
    println!(
        "{cut_off} requests cut off within, {complete} before their answer: {ledger}; 0 lost, 0 doubled, \
         no connection left open (waited up to {LIMIT:?})"
    );
}

/// What was begun goes on when its client has gone: the server may need a moment until everything
/// agrees.
fn check(inspector: &mut Inspector<'_>, ledger: &Ledger, depth: Depth, when: &str) {
    let since = Instant::now();
    loop {
        let findings = inspector.check(ledger, depth);
        if findings.sentences.is_empty() {
            return;
        }
        assert!(since.elapsed() < LIMIT, "{when}: {findings}");
    }
}

/// Mentions to change: one for each request of a round.
fn targets(
    place: &Place,
    address: SocketAddr,
    client: &mut Client,
    ledger: &mut Ledger,
) -> Vec<(String, i64)> {
    let sources: Vec<String> = (0..ROUND)
        .map(|number| format!("target-{number}"))
        .collect();
    let items: Vec<_> = sources
        .iter()
        .map(|source| item(source, place.topic))
        .collect();
    let body = serde_json::json!({ "mentions": items });
    ledger.open.insert(0, Step::Add(sources.clone()));
    client.json(address, &Request::post(place.path("inbox/add"), body));
    ledger.acknowledge(0);
    sources
        .into_iter()
        .map(|source| {
            let path = place.path(&format!("inbox/mentions?filter={}", word(&source)));
            let found = client.json(address, &Request::get(path));
            let id = whole(&found["response"]["data"][0]["id"]);
            (source, id)
        })
        .collect()
}

fn choose(
    place: &Place,
    number: usize,
    (source, id): &(String, i64),
    ledger: &Ledger,
    chance: &mut Chance,
) -> (Step, Request) {
    if chance.percent(50) {
        let count = if chance.percent(50) {
            1
        } else {
            chance.within(2..30)
        };
        let sources: Vec<String> = (0..count).map(|at| format!("hang-{number}-{at}")).collect();
        let items: Vec<_> = sources
            .iter()
            .map(|source| item(source, place.topic))
            .collect();
        let request = Request::post(
            place.path("inbox/add"),
            serde_json::json!({ "mentions": items }),
        );
        return (Step::Add(sources), request);
    }
    let status = &ledger.acknowledged[source].status;
    let others: Vec<&'static str> = STATUSES
        .iter()
        .copied()
        .filter(|other| *other != status)
        .collect();
    let change = Change {
        status: Some(*chance.pick(&others)),
        note: Some(format!("note of request {number}")),
        ..Change::default()
    };
    let path = place.path(&format!("inbox/mention/{}/{id}", place.topic));
    let request = Request::post(path, change.body()).key(format!("hang-{number}"));
    (Step::Update(source.clone(), change), request)
}

/// Sends some bytes on a connection of their own and goes away, one way or another.
fn hang_up(to: SocketAddr, bytes: &[u8], chance: &mut Chance) {
    let mut stream = connect(to).unwrap();
    // The server may have closed already, for instance when a head is wrong.
    let _ = stream.get_mut().write_all(bytes);
    match chance.within(0..3) {
        // In the middle of what the server does with it.
        0 => std::thread::sleep(chance.ms(0..8)),
        1 => drop(stream.get_mut().shutdown(Shutdown::Write)),
        _ => {}
    }
}
