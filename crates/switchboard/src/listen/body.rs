//! Bodies on their way in and out, each with its own guard.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::task::AtomicWaker;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::admission::{Lane, Purse, Share, Taker};
use super::crowd::{Member, Rank, Stay};
use super::door::Door;
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
    /// Others came while it was coming in, and it had been coming in for the longest.
    SentAway,
    /// It is in, but there is no place among the requests.
    NoPlace,
}

impl Cut {
    const ALL: [Self; 6] = [
        Self::TooLarge,
        Self::TooSlow,
        Self::NoRoom,
        Self::Broken,
        Self::SentAway,
        Self::NoPlace,
    ];

    const fn code(self) -> u8 {
        match self {
            Self::TooLarge => 1,
            Self::TooSlow => 2,
            Self::NoRoom => 3,
            Self::Broken => 4,
            Self::SentAway => 5,
            Self::NoPlace => 6,
        }
    }
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the request body is too large",
            Self::TooSlow => "the request body comes in too slowly",
            Self::NoRoom => "too many request bodies at once",
            Self::Broken => "the request body is incomplete or malformed",
            Self::SentAway => {
                "too many request bodies come in at once, and this one had taken the longest"
            }
            Self::NoPlace => "the server is busy; try again in a second",
        })
    }
}

impl std::error::Error for Cut {}

/// What a request holds until it is done, and what became of its body. It outlives the body, which
/// the handler may drop.
#[derive(Debug)]
pub(super) struct Meter {
    purse: Purse,
    place: Mutex<Option<Share>>,
    cut: AtomicU8,
    is_left: AtomicBool,
    waker: AtomicWaker,
    began: Instant,
    received: AtomicU64,
}

impl Meter {
    /// A meter with a purse for the bytes.
    pub(super) fn new(purse: Purse) -> Self {
        Self {
            began: Instant::now(),
            received: AtomicU64::new(0),
            purse,
            place: Mutex::new(None),
            cut: AtomicU8::new(0),
            is_left: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    /// Keeps the place of the request for as long as it is worked on.
    pub(super) fn keep(&self, place: Share) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    /// Whether nobody read the body to its end: the answer needed no more of it.
    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Acquire)
    }

    /// Why the body was cut short, if it was.
    pub(super) fn cut(&self) -> Option<Cut> {
        let code = self.cut.load(Ordering::Acquire);
        Cut::ALL.into_iter().find(|cut| cut.code() == code)
    }

    fn note(&self, cut: Cut) -> Cut {
        self.cut.store(cut.code(), Ordering::Release);
        cut
    }
}

/// Bytes that make up for a millisecond of waiting, when it is asked who has taken the longest.
const BYTES_PER_MS: u64 = 64;

/// A client whose body is coming in, for those who look for one to send away.
#[derive(Debug)]
pub(super) struct Sender {
    meter: Arc<Meter>,
    is_known: bool,
}

impl Member for Sender {
    /// Those who show a token are asked for it before anything is read of their bodies; they are
    /// sent away last. Of a large body that comes in quickly, what has come counts for time.
    fn rank(&self) -> Option<Rank> {
        let received = self.meter.received.load(Ordering::Relaxed);
        let earned = Duration::from_millis(received / BYTES_PER_MS);
        Some(Rank {
            kind: u8::from(self.is_known),
            since: self.meter.began.checked_add(earned),
        })
    }

    fn send_away(&self) {
        metrics::counter!("http_bodies_sent_away_total").increment(1);
        self.meter.note(Cut::SentAway);
        self.meter.purse.empty();
        self.meter.waker.wake();
    }
}

/// Whose body it is, and what it may take.
pub(super) struct Terms {
    pub(super) door: Arc<Door>,
    pub(super) address: IpAddr,
    pub(super) lane: Lane,
    /// The sender showed a token, which is looked at before the body is read.
    pub(super) is_known: bool,
    /// Most bytes.
    pub(super) most: usize,
}

/// A request body that is limited in size and must keep coming. While it comes it has a place among
/// the bodies; the request takes its own place when it is in.
///
/// Only the time in which somebody waits for it counts, so a handler that takes its time does not
/// make the client look slow.
pub(super) struct Arriving {
    inner: Incoming,
    meter: Arc<Meter>,
    terms: Terms,
    /// Its place among the bodies that come in.
    stay: Option<Stay<Sender>>,
    left: usize,
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
    pub(super) fn new(inner: Incoming, meter: &Arc<Meter>, terms: Terms) -> Self {
        let sender = Sender {
            meter: Arc::clone(meter),
            is_known: terms.is_known,
        };
        let stay = terms.door.places.body(terms.address, sender);
        if stay.is_none() {
            meter.note(Cut::NoRoom);
        }
        Self {
            inner,
            meter: Arc::clone(meter),
            left: terms.most,
            terms,
            stay,
            waited: Duration::ZERO,
            waiting_since: None,
            timer: None,
            is_over: false,
        }
    }

    /// The body is in.
    fn finish(&mut self) -> Result<(), Cut> {
        if self.is_over {
            return Ok(());
        }
        self.is_over = true;
        self.stay = None;
        let Terms {
            door,
            address,
            lane,
            is_known,
            ..
        } = &self.terms;
        match door.places.request(*lane, *address, *is_known) {
            Some(place) => {
                self.meter.keep(place);
                Ok(())
            }
            None => Err(self.meter.note(Cut::NoPlace)),
        }
    }

    /// How long the client may have been waited for by now.
    fn allowed(&self) -> Duration {
        let options = &self.terms.door.options;
        let received = self.meter.received.load(Ordering::Relaxed);
        let earned = received.saturating_mul(1_000) / options.body_rate.max(1);
        options
            .body_grace
            .saturating_add(Duration::from_millis(earned))
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
        this.meter.waker.register(cx.waker());
        if let Some(cut) = this.meter.cut() {
            return Poll::Ready(Some(Err(cut)));
        }
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) else {
            let cut = ready!(this.wait(cx));
            return Poll::Ready(Some(Err(this.meter.note(cut))));
        };
        if let Some(since) = this.waiting_since.take() {
            this.waited = this.waited.saturating_add(since.elapsed());
        }
        let frame = match frame {
            None => return Poll::Ready(this.finish().err().map(Err)),
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return Poll::Ready(Some(Err(this.meter.note(Cut::Broken)))),
        };
        let size = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = this.left.checked_sub(size) else {
            return Poll::Ready(Some(Err(this.meter.note(Cut::TooLarge))));
        };
        let meter = &this.meter;
        let places = &this.terms.door.places;
        let has_room = places.fill(&meter.purse, size, || meter.cut().is_some());
        // Of those who had to make room, it may have been the one.
        if let Some(cut) = meter.cut() {
            meter.purse.empty();
            return Poll::Ready(Some(Err(cut)));
        }
        if !has_room {
            return Poll::Ready(Some(Err(meter.note(Cut::NoRoom))));
        }
        this.left = left;
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        meter.received.fetch_add(size, Ordering::Relaxed);
        // Whoever reads may ask no more when the length was told and has come.
        if this.inner.is_end_stream()
            && let Err(cut) = this.finish()
        {
            return Poll::Ready(Some(Err(cut)));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// An answer on its way out.
pub(super) struct Leaving {
    inner: Body,
    pulse: Arc<Pulse>,
    _place: Option<Place>,
    end: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

/// The place that an answer has until it is sent.
pub(super) enum Place {
    /// Of a stream or a download.
    Lasting(#[expect(dead_code, reason = "held")] Share),
    /// Of a long answer.
    Long(#[expect(dead_code, reason = "held")] Stay<Taker>),
}

impl Leaving {
    /// An answer that must be taken within the usual time.
    pub(super) fn answer(inner: Body, pulse: Arc<Pulse>, place: Option<Place>) -> Self {
        pulse.enter(Phase::Answering);
        Self {
            inner,
            pulse,
            _place: place,
            end: None,
        }
    }

    /// A live stream, which lasts until the listener closes.
    pub(super) fn stream(
        inner: Body,
        pulse: Arc<Pulse>,
        place: Share,
        end: WaitForCancellationFutureOwned,
    ) -> Self {
        pulse.enter(Phase::Streaming);
        Self {
            inner,
            pulse,
            _place: Some(Place::Lasting(place)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, load};
    use crate::listen::Options;
    use crate::listen::admission::Places;

    /// Those who come later are sent away first when what has come of an earlier body makes up for
    /// the time that it took.
    #[test]
    fn a_large_body_that_comes_in_quickly_keeps_its_place() {
        let (config, _) = load(&Layers::default()).unwrap();
        let places = Places::new(&Options::from(&config));
        let began = Instant::now();
        let rank = |after_ms: u64, received: u64, is_known: bool| {
            let mut meter = Meter::new(places.purse(IpAddr::from([127, 0, 0, 2]), is_known));
            meter.began = began + Duration::from_millis(after_ms);
            meter.received = AtomicU64::new(received);
            Sender {
                meter: Arc::new(meter),
                is_known,
            }
            .rank()
        };
        assert!(rank(0, 0, false) < rank(1, 0, false));
        assert!(rank(1, 0, false) < rank(0, 60_000, false));
        assert!(rank(0, 60_000, false) < rank(1_000, 0, false));
        assert!(rank(1_000, 60_000, false) < rank(0, 0, true));
    }
}
