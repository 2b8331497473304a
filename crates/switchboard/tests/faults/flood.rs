//! Floods without credentials: slow bodies, slow heads, silent and dripping connections, answers that
//! nobody takes, all from one address. Callers from another address, callers with a token from the
//! same one, probes and those who sign in are served all the same.
//!
//! With `SWITCHBOARD_FAULT_WAITS`, which means a release build, everybody who is to be served also
//! is within a second of asking.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::chance::{count, seed};
use crate::ledger::item;
use crate::place::{Place, Scratch};
use crate::process::{LIMIT, Server, until};

const FLOODING: u8 = 2;
const OTHER: u8 = 3;

/// Between two bytes of those who drip, and before somebody who was sent away comes again.
const PAUSE: Duration = Duration::from_millis(500);

/// Between two requests of those who are served, so that they meet the flood at all its moments.
const PACE: Duration = Duration::from_millis(20);

/// How long anybody waits for an answer, when that is measured.
const LONGEST: Duration = Duration::from_secs(1);

/// How somebody makes the server wait.
#[derive(Debug, Clone, Copy)]
enum Kind {
    SlowBody,
    SlowChunks,
    SlowSignIn,
    SlowHead,
    Silent,
    Dripping,
    Reader,
}

const KINDS: [Kind; 7] = [
    Kind::SlowBody,
    Kind::SlowChunks,
    Kind::SlowSignIn,
    Kind::SlowHead,
    Kind::Silent,
    Kind::Dripping,
    Kind::Reader,
];

impl Kind {
    /// What is sent at once.
    const fn first(self) -> &'static str {
        match self {
            Self::SlowBody => {
                "POST /me HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                 content-length: 900000\r\n\r\n"
            }
            Self::SlowChunks => {
                "POST /v1.3/tags HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
            }
            Self::SlowSignIn => {
                "POST /oauth/access_token/ HTTP/1.1\r\nhost: x\r\n\
                 content-type: application/x-www-form-urlencoded\r\ncontent-length: 60000\r\n\r\n"
            }
            Self::SlowHead => "GET /me HTTP/1.1\r\nhost: x\r\nx-slow: ",
            Self::Silent | Self::Dripping => "",
            Self::Reader => "GET /v1.3/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n",
        }
    }

    /// What is sent again and again.
    const fn then(self) -> &'static str {
        match self {
            Self::SlowBody | Self::SlowSignIn => "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            Self::SlowChunks => "1\r\na\r\n",
            Self::SlowHead | Self::Dripping => "a",
            Self::Silent | Self::Reader => "",
        }
    }
}

async fn connect(from: u8, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, from], 0)))?;
    socket.connect(to).await
}

/// What the flood has done.
#[derive(Debug, Default)]
struct Done {
    connected: AtomicUsize,
    again: AtomicU64,
}

/// One of the flood, until the runtime ends.
async fn pester(kind: Kind, to: SocketAddr, done: Arc<Done>) {
    let mut is_first = true;
    loop {
        if let Ok(mut stream) = connect(FLOODING, to).await
            && stream.write_all(kind.first().as_bytes()).await.is_ok()
        {
            if is_first {
                is_first = false;
                done.connected.fetch_add(1, Ordering::SeqCst);
            }
            // Ports of closed connections would be missing soon.
            let _ = stream.set_zero_linger();
            // A reader takes nothing, so it is not asked whether there is something.
            let is_over = |stream: &TcpStream| {
                !matches!(kind, Kind::Reader) && stream.try_read(&mut [0; 64]).is_ok()
            };
            loop {
                tokio::time::sleep(PAUSE).await;
                let more = kind.then().as_bytes();
                if is_over(&stream) || stream.write_all(more).await.is_err() {
                    break;
                }
            }
        }
        done.again.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends a request on a connection of its own and reads the answer to its end.
async fn ask(from: u8, to: SocketAddr, request: &str) -> String {
    let mut bytes = Vec::new();
    let work = async {
        let mut stream = connect(from, to).await?;
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_end(&mut bytes).await
    };
    let outcome = tokio::time::timeout(LIMIT, work).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(
        matches!(outcome, Ok(Ok(_))),
        "127.0.0.{from}: {request:?}: {outcome:?}: {text:?}"
    );
    text
}

/// What a caller must be answered, and how. Whoever shows no token shares places with the flood of
/// the own address, and may have to come again there.
fn requests(place: &Place, from: u8) -> Vec<(&'static str, String, u16)> {
    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n")
    };
    let post = |path: &str, kind: &str, more: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {kind}\r\n\
             content-length: {length}\r\n{more}\r\n{body}"
        )
    };
    let token = format!("authorization: Bearer {}\r\n", place.token);
    let form = "application/x-www-form-urlencoded";
    let mentions = json!({ "mentions": [item("flood", place.topic)] }).to_string();
    let in_form = form_urlencoded::Serializer::new(String::new())
        .append_pair("mentions", &json!([item("flood", place.topic)]).to_string())
        .append_pair("unknown", &"y".repeat(200_000))
        .append_pair("access_token", &place.token)
        .finish();
    let mut requests = vec![
        ("livez", get("/livez", ""), 200),
        ("readyz", get("/readyz", ""), 200),
        ("metrics", get("/metrics", ""), 200),
        ("me", get("/me", &token), 200),
        (
            "list",
            get(&place.path("inbox/mentions?limit=20"), &token),
            200,
        ),
        (
            "write",
            post(
                &place.path("inbox/add"),
                "application/json",
                &token,
                &mentions,
            ),
            200,
        ),
        (
            "token in a form",
            post(&place.path("inbox/add"), form, "", &in_form),
            200,
        ),
        // The code is wrong, but it was looked at.
        (
            "sign-in",
            post(
                "/oauth/access_token/",
                form,
                "",
                "grant_type=authorization_code&code=x&client_id=y",
            ),
            400,
        ),
    ];
    if from == OTHER {
        requests.push(("nobody", get("/me", ""), 401));
    }
    requests
}

/// Asks for everything from an address, again and again; gives the longest wait for each.
async fn serve(
    place: &Place,
    from: u8,
    to: SocketAddr,
    rounds: u64,
) -> Vec<(&'static str, Duration)> {
    let mut longest = Vec::new();
    for (name, request, status) in requests(place, from) {
        let mut worst = Duration::ZERO;
        for _ in 0..rounds {
            let since = Instant::now();
            let answer = ask(from, to, &request).await;
            worst = worst.max(since.elapsed());
            tokio::time::sleep(PACE).await;
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{name} from 127.0.0.{from}: {answer:?}"
            );
        }
        longest.push((name, worst));
    }
    longest
}

/// Nobody waited longer than they may.
fn hold_against(waits: &[(&'static str, Duration)], who: &str) {
    for (name, wait) in waits {
        assert!(*wait <= LONGEST, "{who}: {name} took {wait:?}");
    }
}

fn told(waits: &[(&'static str, Duration)]) -> String {
    let parts: Vec<String> = waits
        .iter()
        .map(|(name, wait)| format!("{name} {} ms", wait.as_millis()))
        .collect();
    parts.join(", ")
}

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_flood_from_one_address_keeps_nobody_out() {
    let seed = seed();
    let scratch = Scratch::new(seed);
    let place = Place::make(&scratch.path().join("data"), &scratch.path().join("log"));
    let server = Server::start(&place);
    let each = count("SWITCHBOARD_FAULT_FLOOD", 40);
    let rounds = count("SWITCHBOARD_FAULT_FLOOD_ROUNDS", 2);
    let is_measured = count("SWITCHBOARD_FAULT_WAITS", 0) > 0;
    let calm = runtime();
    let alone = calm.block_on(serve(&place, OTHER, server.address, rounds));
    println!("alone: {}", told(&alone));

    let flood = runtime();
    let done = Arc::new(Done::default());
    let mut expected = 0;
    for kind in KINDS {
        for _ in 0..each {
            flood.spawn(pester(kind, server.address, Arc::clone(&done)));
            expected += 1;
        }
        until("the flood stands", || {
            done.connected.load(Ordering::SeqCst) >= expected
        });
        for (from, who) in [(OTHER, "another address"), (FLOODING, "the same address")] {
            let waits = calm.block_on(serve(&place, from, server.address, rounds));
            println!("{each} more of {kind:?}, {who}: {}", told(&waits));
            if is_measured {
                hold_against(&waits, who);
            }
        }
    }
    println!(
        "{expected} at once, who came again {} times; the server has {} KiB in memory and {} sockets",
        done.again.load(Ordering::Relaxed),
        server.resident_kib(),
        server.sockets()
    );
    flood.shutdown_background();
    until("the flood is over", || server.sockets() < 64);
    let after = calm.block_on(serve(&place, FLOODING, server.address, rounds));
    println!("afterwards: {}", told(&after));
    server.stop();
    place.doctor().unwrap();
}
