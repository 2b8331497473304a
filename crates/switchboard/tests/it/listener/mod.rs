//! The listener over real sockets: raw bytes in, raw bytes out.
//!
//! Time-outs are set to fractions of a second. Nothing asserts how long something took, only that
//! it happened at all before a limit that is far away.

mod flood;
mod framing;
mod overload;
mod probes;
mod shutdown;
mod slow;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use futures::future::BoxFuture;
use switchboard::config::{Layers, load};
use switchboard::listen::{Client, End, Health, Options, Parts, Report, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Far beyond anything that a test waits for.
const LIMIT: Duration = Duration::from_secs(30);

/// Options with short times and the default limits.
fn options() -> Options {
    let (config, _) = load(&Layers::default()).unwrap();
    let short = Duration::from_millis(200);
    Options {
        first_byte: short,
        handshake: short,
        header: short,
        idle: short,
        body_grace: short,
        write: short,
        ..Options::from(&config)
    }
}

/// A running listener.
struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<End>,
    /// Lets the requests to `/gate` pass.
    gate: Arc<Notify>,
    /// A request to `/gate` waits.
    waits: Arc<Notify>,
    /// A request to `/question` is over.
    left: Arc<Notify>,
    /// A POST to `/gate` ran to its end.
    is_done: Arc<AtomicBool>,
}

#[derive(Default)]
struct Fine;

impl Health for Fine {
    fn check(&self) -> BoxFuture<'_, Report> {
        Box::pin(async { Report::default() })
    }

    fn metrics(&self) -> String {
        "up 1\n".to_owned()
    }
}

impl Running {
    async fn start(options: Options) -> Self {
        Self::start_with(options, None, Arc::new(Fine)).await
    }

    async fn start_with(
        options: Options,
        tls: Option<tokio_rustls::TlsAcceptor>,
        health: Arc<dyn Health>,
    ) -> Self {
        let (gate, waits) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let left = Arc::new(Notify::new());
        let is_done = Arc::new(AtomicBool::new(false));
        let parts = Parts {
            options,
            tls,
            router: router(Arc::clone(&gate), Arc::clone(&waits), Arc::clone(&is_done))
                .merge(question(Arc::clone(&waits), Arc::clone(&left))),
            health,
            name: "test".to_owned(),
            introduce: |extensions, client| {
                extensions.insert(client);
            },
            shows_token: api::http::credentials::are_shown,
            only_reads: |method, uri| method.is_safe() || uri.path() == "/question",
            refuse: |uri, refusal| {
                api::front::refuse(uri, refusal.status, refusal.error, refusal.reason)
            },
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::new(listener, parts).unwrap();
        let address = server.address();
        let stop = CancellationToken::new();
        let ended = tokio::spawn(server.run(stop.clone()));
        Self {
            address,
            stop,
            ended,
            gate,
            waits,
            left,
            is_done,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection from 127.0.0.*.
    async fn connect_from(&self, last: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket
            .bind(SocketAddr::from(([127, 0, 0, last], 0)))
            .unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// Sends bytes on a new connection and reads until the server closes it.
    async fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }
}

/// Everything until the server closes the connection; a reset counts as closed.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let _ = tokio::time::timeout(LIMIT, read)
        .await
        .expect("the server does not close the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer's head, read byte by byte so that nothing beyond it is lost.
async fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = async {
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(stream.read_u8().await.unwrap());
        }
    };
    tokio::time::timeout(LIMIT, read)
        .await
        .expect("the server does not answer");
    String::from_utf8(bytes).unwrap()
}

/// Something that is asked for and takes for ever.
fn question(waits: Arc<Notify>, left: Arc<Notify>) -> Router {
    struct Over(Arc<Notify>);
    impl Drop for Over {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let ask = move |_: Bytes| {
        let (waits, over) = (Arc::clone(&waits), Over(Arc::clone(&left)));
        async move {
            waits.notify_one();
            std::future::pending::<()>().await;
            drop(over);
        }
    };
    Router::new().route("/question", post(ask))
}

fn router(gate: Arc<Notify>, waits: Arc<Notify>, is_done: Arc<AtomicBool>) -> Router {
    let pass = {
        let (gate, waits) = (Arc::clone(&gate), Arc::clone(&waits));
        move || {
            let (gate, waits) = (Arc::clone(&gate), Arc::clone(&waits));
            async move {
                waits.notify_one();
                gate.notified().await;
                "passed"
            }
        }
    };
    let finish = move || {
        let (gate, waits) = (Arc::clone(&gate), Arc::clone(&waits));
        let is_done = Arc::clone(&is_done);
        async move {
            waits.notify_one();
            gate.notified().await;
            is_done.store(true, Ordering::SeqCst);
            "finished"
        }
    };
    Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/echo", post(|body: Bytes| async move { body }))
        .route(
            "/count",
            post(|body: axum::body::Body| async move {
                match axum::body::to_bytes(body, usize::MAX).await {
                    Ok(bytes) => bytes.len().to_string(),
                    Err(error) => error.to_string(),
                }
            })
            .layer(axum::extract::DefaultBodyLimit::disable()),
        )
        .route("/gate", get(pass).post(finish))
        .route(
            "/query",
            get(|uri: http::Uri| async move { uri.query().unwrap_or("").to_owned() }),
        )
        .route("/oauth/authorize/", get(|| async { "sign in" }))
        .route(
            "/oauth/access_token/",
            post(|body: Bytes| async move { body }),
        )
        .route("/large", get(|| async { vec![b'x'; 64 * 1024 * 1024] }))
        .route(
            "/address",
            get(
                |axum::Extension(client): axum::Extension<Client>| async move {
                    format!("{} {}", client.ip, client.is_secure)
                },
            ),
        )
        .route(
            "/archive",
            get(|| async {
                let kind = [(http::header::CONTENT_TYPE, "application/zip")];
                let never = futures::stream::pending::<Result<Bytes, std::convert::Infallible>>();
                (kind, axum::body::Body::from_stream(never))
            }),
        )
        .route(
            "/events",
            get(|| async {
                let first = futures::stream::iter([Ok::<_, std::convert::Infallible>(
                    Event::default().data("first"),
                )]);
                Sse::new(futures::StreamExt::chain(first, futures::stream::pending()))
            }),
        )
}
