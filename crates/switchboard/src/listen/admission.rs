//! Who is let in: counted places for connections, requests, bodies, streams, downloads and bytes,
//! in all and for each address.
//!
//! Nothing waits here. What finds no place is refused at once, because a queue in front of a busy
//! server only makes every answer late. Where it is the client that makes the server wait, the one
//! who has done so for the longest makes room ([`Crowd`]).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::Options;
use super::body::Sender;
use super::crowd::{Crowd, Member, Rank, Stay};
use super::pulse::{Phase, Pulse};
use crate::config::counted_as;

/// The places of a listener.
#[derive(Debug)]
pub(super) struct Places {
    connections: Arc<Crowd<Caller>>,
    requests: Arc<Shares>,
    sign_ins: Arc<Shares>,
    streams: Arc<Shares>,
    downloads: Arc<Shares>,
    bodies: Arc<Crowd<Sender>>,
    answers: Arc<Crowd<Taker>>,
    /// Bytes of bodies whose senders showed a token.
    known_bytes: Arc<Bytes>,
    /// Bytes of all other bodies, and of heads that are long in coming.
    nameless_bytes: Arc<Bytes>,
}

/// Which places a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// The common one.
    Common,
    /// Signing in.
    SignIn,
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

/// A connection, for those who look for one to send away.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) pulse: Arc<Pulse>,
    /// Cancelled when the connection is to be dropped.
    pub(super) leave: CancellationToken,
}

impl Member for Caller {
    /// First those to whom the last word was said, then whoever has been silent for the longest.
    /// Bodies that come in and answers that go out are bounded on their own.
    fn rank(&self) -> Option<Rank> {
        match self.pulse.phase() {
            Phase::First | Phase::Head | Phase::Idle => Some(Rank {
                kind: u8::from(!self.pulse.is_over()),
                since: Some(self.pulse.since()),
            }),
            Phase::Busy | Phase::Answering | Phase::Streaming => None,
        }
    }

    fn send_away(&self) {
        metrics::counter!("http_connections_sent_away_total").increment(1);
        self.leave.cancel();
    }
}

/// Somebody who takes a long answer.
#[derive(Debug)]
pub(super) struct Taker(pub(super) CancellationToken);

impl Member for Taker {
    fn rank(&self) -> Option<Rank> {
        Some(Rank {
            kind: 0,
            since: None,
        })
    }

    fn send_away(&self) {
        metrics::counter!("http_answers_cut_off_total").increment(1);
        self.0.cancel();
    }
}

impl Places {
    /// As many as the options say.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            connections: Crowd::new(options.connections, options.connections_per_address),
            requests: Shares::new(options.in_flight, options.in_flight_per_address),
            sign_ins: Shares::new(
                options.reserved_in_flight,
                options.reserved_in_flight_per_address,
            ),
            streams: Shares::new(options.streams, options.streams),
            downloads: Shares::new(options.downloads, options.downloads_per_address),
            bodies: Crowd::new(options.bodies, options.bodies_per_address),
            answers: Crowd::new(options.answers, options.answers_per_address),
            // Half, so that no address has all of it, and never less than one body.
            known_bytes: Bytes::new(
                options.bodies_bytes,
                (options.bodies_bytes / 2).max(options.body_bytes),
            ),
            nameless_bytes: Bytes::new(
                options.nameless_bodies_bytes,
                options.nameless_bodies_bytes_per_address,
            ),
        }
    }

    /// A place for a connection; addresses that many clients share are not bounded on their own.
    pub(super) fn connection(
        &self,
        address: IpAddr,
        is_shared: bool,
        caller: Caller,
    ) -> Option<Stay<Caller>> {
        self.connections.enter(address, is_shared, caller)
    }

    /// A place for a request. Of the places of an address, those who show no token get half.
    pub(super) fn request(&self, lane: Lane, address: IpAddr, is_known: bool) -> Option<Share> {
        match lane {
            Lane::Common if is_known => self.requests.take(address, 0),
            Lane::Common => self.requests.take(address, self.requests.each / 2),
            Lane::SignIn => self.sign_ins.take(address, 0),
        }
    }

    /// A place for an answer that lasts.
    pub(super) fn lasting(&self, kind: Lasting, address: IpAddr) -> Option<Share> {
        match kind {
            Lasting::Stream => self.streams.take(address, 0),
            Lasting::Download => self.downloads.take(address, 0),
        }
    }

    /// A place for a body that comes in.
    pub(super) fn body(&self, address: IpAddr, sender: Sender) -> Option<Stay<Sender>> {
        self.bodies.enter(address, false, sender)
    }

    /// A place for a long answer that goes out.
    pub(super) fn answer(&self, address: IpAddr, taker: Taker) -> Option<Stay<Taker>> {
        self.answers.enter(address, false, taker)
    }

    /// A purse for the bytes of one body.
    pub(super) fn purse(&self, address: IpAddr, is_known: bool) -> Purse {
        let bytes = if is_known {
            &self.known_bytes
        } else {
            &self.nameless_bytes
        };
        Purse::new(bytes, address)
    }

    /// Takes room in a purse. Where there is none for a body without a token, those whose bodies
    /// have been coming in for the longest have to make it, until `is_gone` says that it was the
    /// one who asks.
    pub(super) fn fill(&self, purse: &Purse, count: usize, is_gone: impl Fn() -> bool) -> bool {
        let is_nameless = Arc::ptr_eq(&purse.bytes, &self.nameless_bytes);
        loop {
            let of = match purse.take(count) {
                Ok(()) => return true,
                Err(_) if !is_nameless || is_gone() => return false,
                Err(Full::Here) => Some(purse.address),
                Err(Full::Everywhere) => None,
            };
            if !self.bodies.send_one_away(of) {
                return false;
            }
        }
    }

    /// Room for a head that is long in coming.
    pub(super) fn head_purse(&self, address: IpAddr) -> Purse {
        Purse::new(&self.nameless_bytes, address)
    }
}

/// Places in all and for each address.
#[derive(Debug)]
struct Shares {
    most: usize,
    each: usize,
    table: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    total: usize,
    addresses: HashMap<IpAddr, usize>,
}

impl Shares {
    fn new(most: usize, each: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            each,
            table: Mutex::default(),
        })
    }

    /// A place, with at least `left` places of the address left free.
    fn take(self: &Arc<Self>, address: IpAddr, left: usize) -> Option<Share> {
        let address = counted_as(address);
        let most_here = self.each.saturating_sub(left).max(1);
        let mut table = self.lock();
        if table.total >= self.most {
            return None;
        }
        let here = table.addresses.entry(address).or_default();
        if *here >= most_here {
            return None;
        }
        *here = here.saturating_add(1);
        table.total = table.total.saturating_add(1);
        Some(Share {
            shares: Arc::clone(self),
            address,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One place, given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    shares: Arc<Shares>,
    address: IpAddr,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut table = self.shares.lock();
        table.total = table.total.saturating_sub(1);
        give_back(&mut table.addresses, self.address, 1);
    }
}

/// Lowers the count of an address, which is forgotten when nothing is left.
fn give_back(addresses: &mut HashMap<IpAddr, usize>, address: IpAddr, count: usize) {
    if let Entry::Occupied(mut here) = addresses.entry(address) {
        let left = here.get().saturating_sub(count);
        if left == 0 {
            here.remove();
        } else {
            here.insert(left);
        }
    }
}

#[derive(Debug)]
struct Bytes {
    most: usize,
    each: usize,
    table: Mutex<Held>,
}

impl Bytes {
    fn new(most: usize, each: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            each,
            table: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where there is no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// At this address.
    Here,
    /// In all.
    Everywhere,
}

/// Bytes held for one request, given back when dropped.
#[derive(Debug)]
pub(super) struct Purse {
    bytes: Arc<Bytes>,
    address: IpAddr,
    held: AtomicUsize,
}

impl Purse {
    fn new(bytes: &Arc<Bytes>, address: IpAddr) -> Self {
        Self {
            bytes: Arc::clone(bytes),
            address: counted_as(address),
            held: AtomicUsize::new(0),
        }
    }

    /// Takes room for more bytes.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn take(&self, count: usize) -> Result<(), Full> {
        let mut table = self.bytes.lock();
        let here = table.addresses.get(&self.address).copied().unwrap_or(0);
        if here.saturating_add(count) > self.bytes.each {
            return Err(Full::Here);
        }
        if table.total.saturating_add(count) > self.bytes.most {
            return Err(Full::Everywhere);
        }
        table
            .addresses
            .insert(self.address, here.saturating_add(count));
        table.total = table.total.saturating_add(count);
        self.held.fetch_add(count, Ordering::Relaxed);
        Ok(())
    }

    /// Gives everything back.
    pub(super) fn empty(&self) {
        let mut table = self.bytes.lock();
        let held = self.held.swap(0, Ordering::Relaxed);
        if held > 0 {
            table.total = table.total.saturating_sub(held);
            give_back(&mut table.addresses, self.address, held);
        }
    }
}

impl Drop for Purse {
    fn drop(&mut self) {
        self.empty();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 3));

    #[test]
    fn an_address_has_its_share_and_no_more_and_the_whole_has_an_end() {
        let shares = Shares::new(3, 2);
        let mut held: Vec<_> = (0..2).map(|_| shares.take(ONE, 0).unwrap()).collect();
        assert!(shares.take(ONE, 0).is_none());
        let other = shares.take(OTHER, 0).unwrap();
        assert!(shares.take(OTHER, 0).is_none());
        held.pop();
        assert!(shares.take(OTHER, 1).is_none());
        assert!(shares.take(OTHER, 0).is_some());
        drop((held, other));
        assert!(shares.lock().addresses.is_empty());
        assert_eq!(shares.lock().total, 0);
    }

    #[test]
    fn bytes_are_bounded_by_address_and_in_all_and_given_back() {
        let bytes = Bytes::new(10, 6);
        let (one, other) = (Purse::new(&bytes, ONE), Purse::new(&bytes, OTHER));
        one.take(6).unwrap();
        assert_eq!(one.take(1), Err(Full::Here));
        assert_eq!(other.take(5), Err(Full::Everywhere));
        other.take(4).unwrap();
        one.empty();
        other.take(2).unwrap();
        assert_eq!(other.take(1), Err(Full::Here));
        drop((one, other));
        assert!(bytes.lock().addresses.is_empty());
        assert_eq!(bytes.lock().total, 0);
    }
}
