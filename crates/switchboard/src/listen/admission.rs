//! Who is let in: counted places for connections, requests, streams, downloads and bytes of bodies.
//!
//! Nothing waits here. What finds no place is refused at once, because a queue in front of a busy
//! server only makes every answer late.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Options;
use crate::config::counted_as;

/// The places of a listener.
#[derive(Debug)]
pub(super) struct Places {
    connections: Arc<Semaphore>,
    per_address: Arc<PerAddress>,
    requests: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    downloads: Arc<Semaphore>,
    bytes: Arc<Bytes>,
}

/// Which places a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// The common one.
    Common,
    /// Probes and signing in.
    Reserved,
}

/// Answers that take as long as their clients need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasting {
    /// A live stream.
    Stream,
    /// The archive of a report, which can be larger than anybody takes in the time for an answer.
    /// It holds a file open.
    Download,
}

impl Lasting {
    /// What is said when all places are taken.
    pub(super) const fn refusal(self) -> &'static str {
        match self {
            Self::Stream => "too many live streams; try again in a second",
            Self::Download => "too many downloads; try again in a second",
        }
    }
}

impl Places {
    /// As many as the options say.
    pub(super) fn new(options: &Options) -> Self {
        let places = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        Self {
            connections: places(options.connections),
            per_address: Arc::new(PerAddress {
                most: options.connections_per_address,
                open: Mutex::default(),
            }),
            requests: places(options.in_flight),
            reserved: places(options.reserved_in_flight),
            streams: places(options.streams),
            downloads: places(options.downloads),
            bytes: Arc::new(Bytes {
                most: options.bodies_bytes,
                held: AtomicUsize::new(0),
            }),
        }
    }

    /// A place for a connection; addresses that many clients share are not counted.
    pub(super) fn connection(&self, address: IpAddr, is_shared: bool) -> Option<ConnectionPlace> {
        let place = Arc::clone(&self.connections).try_acquire_owned().ok()?;
        let counted = if is_shared {
            None
        } else {
            Some(self.per_address.take(address)?)
        };
        Some(ConnectionPlace {
            _place: place,
            _counted: counted,
        })
    }

    /// A place for a request.
    pub(super) fn request(&self, lane: Lane) -> Option<OwnedSemaphorePermit> {
        let places = match lane {
            Lane::Common => &self.requests,
            Lane::Reserved => &self.reserved,
        };
        Arc::clone(places).try_acquire_owned().ok()
    }

    /// A place for an answer that lasts.
    pub(super) fn lasting(&self, kind: Lasting) -> Option<OwnedSemaphorePermit> {
        let places = match kind {
            Lasting::Stream => &self.streams,
            Lasting::Download => &self.downloads,
        };
        Arc::clone(places).try_acquire_owned().ok()
    }

    /// A purse for the bytes of one body.
    pub(super) fn purse(&self) -> Purse {
        Purse {
            bytes: Arc::clone(&self.bytes),
            held: AtomicUsize::new(0),
        }
    }
}

/// The place of one connection, given back when dropped.
#[derive(Debug)]
pub(super) struct ConnectionPlace {
    _place: OwnedSemaphorePermit,
    _counted: Option<Counted>,
}

#[derive(Debug)]
struct PerAddress {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl PerAddress {
    fn take(self: &Arc<Self>, address: IpAddr) -> Option<Counted> {
        let address = counted_as(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Counted {
            table: Arc::clone(self),
            address,
        })
    }
}

#[derive(Debug)]
struct Counted {
    table: Arc<PerAddress>,
    address: IpAddr,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self
            .table
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[derive(Debug)]
struct Bytes {
    most: usize,
    held: AtomicUsize,
}

/// Bytes held for one request body, given back when dropped.
#[derive(Debug)]
pub(super) struct Purse {
    bytes: Arc<Bytes>,
    held: AtomicUsize,
}

impl Purse {
    /// Takes room for more bytes; false when there is none.
    pub(super) fn take(&self, count: usize) -> bool {
        let before = self.bytes.held.fetch_add(count, Ordering::Relaxed);
        if before.saturating_add(count) > self.bytes.most {
            self.bytes.held.fetch_sub(count, Ordering::Relaxed);
            return false;
        }
        self.held.fetch_add(count, Ordering::Relaxed);
        true
    }
}

impl Drop for Purse {
    fn drop(&mut self) {
        self.bytes
            .held
            .fetch_sub(self.held.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
