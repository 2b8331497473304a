//! What a connection is doing at the moment, and until when it may go on doing it.
//!
//! hyper's own header timer cannot tell a silent connection from half a request, and starts anew
//! with a fresh allocation for each request. Here the socket, the service and the answer's body
//! note what happens in a few atomics, and the connection's task looks at them when it would sleep.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use tokio::time::{Duration, Instant};

use super::Options;

/// Phases in the order of a connection's life; the last four repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing was received yet.
    First,
    /// Part of a request's head was received.
    Head,
    /// A request is being worked on; it has a deadline of its own.
    Busy,
    /// An answer is being sent.
    Answering,
    /// A live stream is being sent.
    Streaming,
    /// Between two requests.
    Idle,
}

/// State of one connection, shared by the parts that serve it.
#[derive(Debug)]
pub(super) struct Pulse {
    start: Instant,
    phase: AtomicU8,
    /// Milliseconds after `start` at which the phase began.
    since: AtomicU64,
    /// Milliseconds after `start` since which the peer takes nothing, plus one; 0 while it does.
    blocked: AtomicU64,
    /// A request body was left unread, so that the peer may still be sending.
    unread: AtomicBool,
    /// The last answer was sent, and the peer is heard out.
    over: AtomicBool,
}

impl Pulse {
    /// The state of a connection that was just made.
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            phase: AtomicU8::new(code(Phase::First)),
            since: AtomicU64::new(0),
            blocked: AtomicU64::new(0),
            unread: AtomicBool::new(false),
            over: AtomicBool::new(false),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The present phase.
    pub(super) fn phase(&self) -> Phase {
        let code_now = self.phase.load(Ordering::Relaxed);
        [
            Phase::First,
            Phase::Head,
            Phase::Busy,
            Phase::Answering,
            Phase::Streaming,
        ]
        .into_iter()
        .find(|phase| code(*phase) == code_now)
        .unwrap_or(Phase::Idle)
    }

    /// Begins a phase.
    pub(super) fn enter(&self, phase: Phase) {
        self.since.store(self.now(), Ordering::Relaxed);
        self.phase.store(code(phase), Ordering::Relaxed);
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        if matches!(self.phase(), Phase::First | Phase::Idle) {
            self.enter(Phase::Head);
        }
    }

    /// The answer was handed over in full, or given up.
    pub(super) fn answered(&self) {
        if matches!(self.phase(), Phase::Answering | Phase::Streaming) {
            self.enter(Phase::Idle);
        }
    }

    /// The last answer was sent: what the peer says from now on is not looked at.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.enter(Phase::Idle);
    }

    /// Whether the last answer was sent.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// When the present phase began.
    pub(super) fn since(&self) -> Instant {
        let ms = self.since.load(Ordering::Relaxed);
        self.start
            .checked_add(Duration::from_millis(ms))
            .unwrap_or(self.start)
    }

    /// The peer took something.
    pub(super) fn took(&self) {
        self.blocked.store(0, Ordering::Relaxed);
    }

    /// The peer takes nothing.
    pub(super) fn stalled(&self) {
        if self.blocked.load(Ordering::Relaxed) == 0 {
            self.blocked
                .store(self.now().saturating_add(1), Ordering::Relaxed);
        }
    }

    /// A request body will not be read to its end.
    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    /// Whether the peer may still be sending what nobody reads.
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// When the connection must be cut if nothing happens.
    pub(super) fn deadline(&self, options: &Options) -> Option<Instant> {
        let after = |ms: u64, allowed: Duration| {
            self.start
                .checked_add(Duration::from_millis(ms))
                .and_then(|begun| begun.checked_add(allowed))
        };
        let since = self.since.load(Ordering::Relaxed);
        let phase = match self.phase() {
            Phase::First => after(since, options.first_byte),
            Phase::Head => after(since, options.header),
            Phase::Busy | Phase::Streaming => None,
            Phase::Answering => after(since, options.request),
            Phase::Idle => after(since, options.idle),
        };
        let write = match self.blocked.load(Ordering::Relaxed) {
            0 => None,
            since => after(since.saturating_sub(1), options.write),
        };
        match (phase, write) {
            (Some(phase), Some(write)) => Some(phase.min(write)),
            (phase, write) => phase.or(write),
        }
    }
}

const fn code(phase: Phase) -> u8 {
    match phase {
        Phase::First => 0,
        Phase::Head => 1,
        Phase::Busy => 2,
        Phase::Answering => 3,
        Phase::Streaming => 4,
        Phase::Idle => 5,
    }
}
