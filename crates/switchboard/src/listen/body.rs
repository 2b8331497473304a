//! Bodies on their way in and out, each with its own guard.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::Options;
use super::admission::Purse;
use super::pulse::{Phase, Pulse};

/// Why a request body was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is larger than allowed.
    TooLarge,
    /// It comes in too slowly.
    TooSlow,
    /// All bodies together are larger than allowed.
    NoRoom,
    /// The client stopped or sent nonsense.
    Broken,
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the request body is too large",
            Self::TooSlow => "the request body comes in too slowly",
            Self::NoRoom => "too many request bodies at once",
            Self::Broken => "the request body is incomplete or malformed",
        })
    }
}

impl std::error::Error for Cut {}

/// What became of a request body; outlives the body, which the handler may drop.
#[derive(Debug)]
pub(super) struct Meter {
    purse: Purse,
    cut: AtomicU8,
    is_left: AtomicBool,
}

impl Meter {
    /// A meter with a purse for the bytes.
    pub(super) const fn new(purse: Purse) -> Self {
        Self {
            purse,
            cut: AtomicU8::new(0),
            is_left: AtomicBool::new(false),
        }
    }

    /// Whether nobody read the body to its end: the answer needed no more of it.
    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Acquire)
    }

    /// Why the body was cut short, if it was.
    pub(super) fn cut(&self) -> Option<Cut> {
        match self.cut.load(Ordering::Acquire) {
            1 => Some(Cut::TooLarge),
            2 => Some(Cut::TooSlow),
            3 => Some(Cut::NoRoom),
            4 => Some(Cut::Broken),
            _ => None,
        }
    }

    fn note(&self, cut: Cut) -> Cut {
        let code = match cut {
            Cut::TooLarge => 1,
            Cut::TooSlow => 2,
            Cut::NoRoom => 3,
            Cut::Broken => 4,
        };
        self.cut.store(code, Ordering::Release);
        cut
    }
}

/// A request body that is limited in size and must keep coming.
///
/// Only the time in which somebody waits for it counts, so a handler that takes its time does not
/// make the client look slow.
#[derive(Debug)]
pub(super) struct Arriving {
    inner: Incoming,
    meter: Arc<Meter>,
    left: usize,
    grace: Duration,
    rate: u64,
    received: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    is_over: bool,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.is_over && !self.inner.is_end_stream() {
            self.meter.is_left.store(true, Ordering::Release);
        }
    }
}

impl Arriving {
    /// Guards a body.
    pub(super) const fn new(inner: Incoming, meter: Arc<Meter>, options: &Options) -> Self {
        Self {
            inner,
            meter,
            left: options.body_bytes,
            grace: options.body_grace,
            rate: options.body_rate,
            received: 0,
            waited: Duration::ZERO,
            waiting_since: None,
            timer: None,
            is_over: false,
        }
    }

    /// How long the client may have been waited for by now.
    fn allowed(&self) -> Duration {
        let earned = self.received.saturating_mul(1_000) / self.rate.max(1);
        self.grace.saturating_add(Duration::from_millis(earned))
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Cut> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let until = since + self.allowed().saturating_sub(self.waited);
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Cut::TooSlow)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) else {
            let cut = ready!(this.wait(cx));
            return Poll::Ready(Some(Err(this.meter.note(cut))));
        };
        if let Some(since) = this.waiting_since.take() {
            this.waited = this.waited.saturating_add(since.elapsed());
        }
        let frame = match frame {
            None => {
                this.is_over = true;
                return Poll::Ready(None);
            }
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return Poll::Ready(Some(Err(this.meter.note(Cut::Broken)))),
        };
        let size = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = this.left.checked_sub(size) else {
            return Poll::Ready(Some(Err(this.meter.note(Cut::TooLarge))));
        };
        if !this.meter.purse.take(size) {
            return Poll::Ready(Some(Err(this.meter.note(Cut::NoRoom))));
        }
        this.left = left;
        this.received = this
            .received
            .saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// What an answer holds until it is sent.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The place of the request or stream.
    pub(super) place: Option<OwnedSemaphorePermit>,
    /// The bytes of the request body.
    pub(super) meter: Option<Arc<Meter>>,
}

/// An answer on its way out.
pub(super) struct Leaving {
    inner: Body,
    pulse: Arc<Pulse>,
    _held: Held,
    end: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Leaving {
    /// An answer that must be taken within the usual time.
    pub(super) fn answer(inner: Body, pulse: Arc<Pulse>, held: Held) -> Self {
        pulse.enter(Phase::Answering);
        Self {
            inner,
            pulse,
            _held: held,
            end: None,
        }
    }

    /// A live stream, which lasts until the listener closes.
    pub(super) fn stream(
        inner: Body,
        pulse: Arc<Pulse>,
        held: Held,
        end: WaitForCancellationFutureOwned,
    ) -> Self {
        pulse.enter(Phase::Streaming);
        Self {
            inner,
            pulse,
            _held: held,
            end: Some(Box::pin(end)),
        }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.pulse.answered();
    }
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Some(end) = &mut this.end
            && end.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(None);
        }
        Pin::new(&mut this.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
