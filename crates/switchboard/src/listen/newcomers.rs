//! Connections that were accepted and not looked at yet: a bounded number, so that a busy server
//! accepts no faster than it reads.
//!
//! Without that bound a burst of connections would make somebody give way ([`super::crowd`]) whose
//! request is there and was only not read yet. With it, whoever is sent away had the time in which
//! nearly all who came later were looked at.

use std::io::{self, IoSlice};
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

/// Fewest and most newcomers: with few of them whoever opens many connections and is silent would
/// decide how fast all others are accepted.
const NUMBER: RangeInclusive<usize> = 64..=256;

/// How long a connection that says nothing is a newcomer. When a timer says that it is over, what
/// the system had to tell of the connections until then has been heard, too.
const PATIENCE: Duration = Duration::from_millis(10);

/// The newcomers of a listener.
#[derive(Debug, Clone)]
pub(super) struct Newcomers(Arc<Semaphore>);

impl Newcomers {
    /// A small part of the connections that one address may have, since those of one address give
    /// way to each other.
    pub(super) fn new(connections_per_address: usize) -> Self {
        let most = (connections_per_address / 4).clamp(*NUMBER.start(), *NUMBER.end());
        Self::of(most)
    }

    fn of(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    /// Waits until one more may be accepted.
    pub(super) async fn next(&self) -> Turn {
        // It is never closed; then nobody would be bounded.
        Turn(Arc::clone(&self.0).acquire_owned().await.ok())
    }
}

/// The right to accept one connection and to look at it.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held")] Option<OwnedSemaphorePermit>);

/// A socket that is a newcomer until something was read from it, or it was silent for a moment.
#[derive(Debug)]
pub(super) struct Newcomer<S> {
    inner: S,
    fresh: Option<(Turn, Pin<Box<Sleep>>)>,
}

impl<S> Newcomer<S> {
    /// A connection that was just accepted.
    pub(super) fn new(inner: S, turn: Turn) -> Self {
        let patience = Box::pin(tokio::time::sleep(PATIENCE));
        Self {
            inner,
            fresh: Some((turn, patience)),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Newcomer<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let outcome = Pin::new(&mut this.inner).poll_read(cx, out);
        if let Some((_, patience)) = &mut this.fresh
            && (outcome.is_ready() || patience.as_mut().poll(cx).is_ready())
        {
            this.fresh = None;
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Newcomer<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test]
    async fn whoever_said_something_makes_room_for_the_next_newcomer() {
        let newcomers = Newcomers::of(1);
        let turn = newcomers.next().await;
        let (mut client, served) = duplex(64);
        let mut served = Newcomer::new(served, turn);
        assert!(served.read_u8().now_or_never().is_none());
        assert!(newcomers.next().now_or_never().is_none());
        client.write_u8(b'a').await.unwrap();
        assert_eq!(served.read_u8().await.unwrap(), b'a');
        assert!(newcomers.next().now_or_never().is_some());
    }

    #[tokio::test]
    async fn whoever_is_silent_for_a_moment_makes_room_for_the_next_newcomer() {
        let newcomers = Newcomers::of(1);
        let (client, served) = duplex(64);
        let mut served = Newcomer::new(served, newcomers.next().await);
        let silent = tokio::spawn(async move { served.read_u8().await.is_err() });
        drop(newcomers.next().await);
        drop(client);
        assert!(silent.await.unwrap());
    }

    #[tokio::test]
    async fn a_small_limit_per_address_makes_nobody_wait_for_those_who_are_silent() {
        let newcomers = Newcomers::new(1);
        let mut silent = Vec::new();
        for _ in 0..63 {
            silent.push(newcomers.next().now_or_never().unwrap());
        }
        assert!(newcomers.next().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_connection_that_ends_makes_room_for_the_next_newcomer() {
        let newcomers = Newcomers::of(1);
        drop(Newcomer::new(duplex(64).1, newcomers.next().await));
        assert!(newcomers.next().now_or_never().is_some());
    }
}
