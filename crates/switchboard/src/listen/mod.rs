//! The listener: accepts connections, keeps slow and greedy clients from harming others, and stops
//! in good order.
//!
//! Built on hyper's HTTP/1 connection instead of `axum::serve`, which leaves silent clients, half
//! heads and trickling bodies open for ever and waits for them without end when it stops.
//!
//! # Organization
//! [`Server`] accepts; [`connection`](self) serves one socket under the deadlines of [`pulse`];
//! [`heads`] judges the head of each request; the door gives each request its place, limits and
//! number and asks the router. [`admission`] has the places, [`crowd`] those who are waited for, and
//! [`newcomers`] those who were not looked at yet.

mod address;
mod admission;
mod body;
mod connection;
mod crowd;
mod door;
mod heads;
mod newcomers;
mod options;
mod probes;
mod pulse;
mod record;
mod refusal;
mod secrets;
mod socket;
mod target;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use address::Client;
pub use options::Options;
pub use probes::{Health, Report};
pub use refusal::Refusal;
pub use tls::acceptor;

use admission::{Caller, Places};
use door::{Door, Names};
use newcomers::{Newcomer, Newcomers, Turn};
use probes::Readiness;
use pulse::Pulse;

/// Connections that are being told that there is no place; more are dropped without a word.
const REFUSED_AT_ONCE: usize = 64;

/// Connections that the system keeps until they are accepted, if it lets us. A client that finds no
/// room there tries again after a whole second.
const BACKLOG: u32 = 16 * 1024;

/// Takes an address.
///
/// # Errors
/// It cannot be had.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // Connections of the process before this one may still be closing.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A bound listener.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    door: Arc<Door>,
}

/// What a server needs beside its address.
pub struct Parts {
    /// Limits and deadlines.
    pub options: Options,
    /// Certificate; plain HTTP without.
    pub tls: Option<TlsAcceptor>,
    /// Who answers.
    pub router: Router,
    /// Who knows how things are.
    pub health: Arc<dyn Health>,
    /// Begins every request's number; differs from start to start.
    pub name: String,
    /// Tells the router who asks, in its own words.
    pub introduce: fn(&mut http::Extensions, Client),
    /// Whether a request shows a token in its headers or in its address. Whoever answers looks at
    /// it before the body is read.
    pub shows_token: fn(&http::HeaderMap, &http::Uri) -> bool,
    /// Whether a request changes nothing, whatever becomes of it: it ends with its client.
    pub only_reads: fn(&http::Method, &http::Uri) -> bool,
    /// Writes a refusal in the words of those who are asked at an address.
    pub refuse: fn(&http::Uri, &Refusal<'_>) -> http::Response<axum::body::Body>,
}

/// How the end was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every request was answered.
    Clean,
    /// Some did not end in time and were cut off.
    CutOff,
}

impl Server {
    /// A server on a bound listener, whose clients wait until [`run`](Self::run).
    ///
    /// # Errors
    /// The listener has no address.
    pub fn new(listener: TcpListener, parts: Parts) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let door = Door {
            places: Arc::new(Places::new(&parts.options)),
            options: parts.options,
            router: parts.router,
            readiness: Readiness::new(Arc::clone(&parts.health)),
            health: parts.health,
            stopping: CancellationToken::new(),
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
            names: Names::new(parts.name),
            introduce: parts.introduce,
            shows_token: parts.shows_token,
            only_reads: parts.only_reads,
            refuse: parts.refuse,
        };
        Ok(Self {
            listener,
            address,
            tls: parts.tls,
            door: Arc::new(door),
        })
    }

    /// Where clients connect, with the port that was chosen.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is cancelled, then ends in good order: readiness turns false, no more
    /// connections are accepted, streams end, requests in progress get their answers, and what is
    /// left after the deadline is cut off.
    pub async fn run(self, stop: CancellationToken) -> End {
        let connections = TaskTracker::new();
        let cut = CancellationToken::new();
        let refusals = Arc::new(Semaphore::new(REFUSED_AT_ONCE));
        let door = Arc::clone(&self.door);
        let mut drained = std::pin::pin!(async {
            stop.cancelled().await;
            door.stopping.cancel();
            tokio::time::sleep(door.options.drain).await;
        });
        let newcomers = Newcomers::new(door.options.connections_per_address);
        loop {
            let (turn, accepted) = tokio::select! {
                biased;
                () = &mut drained => break,
                accepted = async {
                    let turn = newcomers.next().await;
                    (turn, self.listener.accept().await)
                } => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    self.admit(stream, peer, turn, &connections, &cut, &refusals);
                }
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    // Most likely there are no descriptors left. Connections end and free some.
                    tracing::warn!(%error, "cannot accept connections");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(self.listener);
        self.door.closing.cancel();
        connections.close();
        self.door.tasks.close();
        let all = async {
            connections.wait().await;
            self.door.tasks.wait().await;
        };
        if tokio::time::timeout(self.door.options.shutdown, all)
            .await
            .is_ok()
        {
            return End::Clean;
        }
        tracing::warn!(
            connections = connections.len(),
            "cutting off what did not end in time"
        );
        cut.cancel();
        connections.wait().await;
        End::CutOff
    }

    fn admit(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        turn: Turn,
        connections: &TaskTracker,
        cut: &CancellationToken,
        refusals: &Arc<Semaphore>,
    ) {
        // Answers are written whole; waiting for more to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was lost before it was served");
            return;
        }
        let trusted = &self.door.options.trusted;
        let is_shared = trusted.iter().any(|network| network.contains(peer.ip()));
        let caller = Caller {
            pulse: Arc::new(Pulse::new()),
            leave: CancellationToken::new(),
        };
        let places = &self.door.places;
        let Some(place) = places.connection(peer.ip(), is_shared, caller.clone()) else {
            metrics::counter!("http_connections_refused_total").increment(1);
            if self.tls.is_none()
                && let Ok(permit) = Arc::clone(refusals).try_acquire_owned()
            {
                connections.spawn(async move {
                    refuse(stream).await;
                    drop(permit);
                });
            }
            return;
        };
        let stream = Newcomer::new(stream, turn);
        let door = Arc::clone(&self.door);
        let tls = self.tls.clone();
        let cut = cut.clone();
        connections.spawn(async move {
            let leave = caller.leave.clone();
            let work = async {
                match tls {
                    None => connection::serve(stream, peer, false, door, caller).await,
                    Some(tls) => {
                        let handshake = tls.accept(stream);
                        let deadline = door.options.handshake;
                        if let Ok(Ok(stream)) = tokio::time::timeout(deadline, handshake).await {
                            connection::serve(stream, peer, true, door, caller).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = cut.cancelled() => {}
                () = leave.cancelled() => {}
                () = work => {}
            }
            drop(place);
        });
    }
}

/// Tells a client that there is no place for it, and waits a moment for it to hear that.
async fn refuse(mut stream: TcpStream) {
    let words = async {
        stream.write_all(refusal::FULL).await?;
        stream.shutdown().await?;
        let mut waste = [0; 1_024];
        while stream.read(&mut waste).await? > 0 {}
        io::Result::Ok(())
    };
    // A client that does not listen is not waited for.
    let _ = tokio::time::timeout(Duration::from_secs(1), words).await;
}

/// Errors of `accept` that speak of the connection that was to be accepted.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
