//! One connection, from its first byte to its last.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

use super::admission::Caller;
use super::door::{Door, Visitor};
use super::heads::{Heads, MOST_FIELDS, MOST_HEAD, Verdicts};
use super::pulse::Phase;
use super::socket::Socket;

/// How long a client that was refused may go on sending before the socket is dropped. Dropping it
/// at once would reset the connection and take the refusal from the client's hands.
const LINGER: Duration = Duration::from_secs(2);

/// Most bytes that hyper keeps of what it reads; the head with what follows it must fit.
const READ_BUFFER: usize = MOST_HEAD + 32 * 1024;

/// Serves the requests of a connection until the client leaves, is too slow, or the listener
/// closes.
pub(super) async fn serve<S>(
    stream: S,
    peer: SocketAddr,
    is_tls: bool,
    door: Arc<Door>,
    caller: Caller,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let pulse = Arc::clone(&caller.pulse);
    // A handshake had its own deadline.
    pulse.enter(Phase::First);
    let verdicts = Arc::new(Verdicts::default());
    let visitor = Visitor {
        door: Arc::clone(&door),
        caller,
        verdicts: Arc::clone(&verdicts),
        peer,
        is_tls,
    };
    let socket = Socket::new(stream, Arc::clone(&pulse));
    let heads = Heads::new(socket, verdicts, Arc::clone(&door.places), peer.ip());
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        // The watch below does it, with a shorter time for silence than for pauses.
        .header_read_timeout(None)
        .max_headers(MOST_FIELDS)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(heads), visitor);

    let mut closing = pin!(door.closing.cancelled());
    let mut timer = pin!(tokio::time::sleep(door.options.first_byte));
    let mut is_closing = false;
    let has_ended = poll_fn(|cx| {
        if !is_closing && closing.as_mut().poll(cx).is_ready() {
            is_closing = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        if let Poll::Ready(outcome) = connection.poll_without_shutdown(cx) {
            if outcome.is_err() {
                pulse.leave_unread();
            }
            return Poll::Ready(true);
        }
        // A timer that fires early is looked at and set anew; only one that would fire late has
        // to be set at once. So a connection that is used often costs no timer operations.
        while let Some(deadline) = pulse.deadline(&door.options) {
            if timer.deadline() > deadline || timer.is_elapsed() {
                if deadline <= Instant::now() {
                    metrics::counter!("http_connections_too_slow_total").increment(1);
                    return Poll::Ready(false);
                }
                timer.as_mut().reset(deadline);
            }
            if timer.as_mut().poll(cx).is_pending() {
                break;
            }
        }
        Poll::Pending
    })
    .await;

    if has_ended {
        // It is heard out for a moment, unless somebody else needs its place.
        pulse.end();
        let mut stream = connection.into_parts().io.into_inner().into_inner();
        let goodbye = async {
            if stream.shutdown().await.is_ok() && pulse.has_unread() {
                let mut waste = vec![0; 16 * 1024];
                while stream.read(&mut waste).await.is_ok_and(|count| count > 0) {}
            }
        };
        // Whether the client notices is its own affair.
        let _ = tokio::time::timeout(LINGER, goodbye).await;
    }
}
