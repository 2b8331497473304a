//! Those who make the server wait: a bounded number in all and for each address, of whom one is
//! sent away when another comes.
//!
//! Refusing the newcomer would let whoever came first keep everybody else out for as long as they
//! like. A caller in earnest is soon done and gone from here; whoever stays the longest is the one
//! to send away, first among those of the newcomer's own address.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::config::counted_as;

/// Addresses that are looked at for somebody to send away when there is no room in all.
const LOOKED_AT: usize = 16;

/// Somebody who can be sent away.
pub(super) trait Member {
    /// Who is sent away first: the lowest, and of equals the one who came first. `None` for those
    /// who are being served.
    fn rank(&self) -> Option<Rank>;

    /// Ends whatever it is; it counts no more.
    fn send_away(&self);
}

/// Of two kinds the lower goes first, and of one kind whoever has been waited for since earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) kind: u8,
    /// `None` where all that counts is who came first.
    pub(super) since: Option<Instant>,
}

impl Rank {
    /// Nobody comes before the first of these.
    const LOWEST: Self = Self {
        kind: 0,
        since: None,
    };
}

/// The crowd.
#[derive(Debug)]
pub(super) struct Crowd<M> {
    most: usize,
    each: usize,
    table: Mutex<Table<M>>,
}

#[derive(Debug)]
struct Table<M> {
    next: u64,
    total: usize,
    addresses: HashMap<IpAddr, BTreeMap<u64, M>>,
    /// Addresses by the number of their members.
    sizes: BTreeSet<(usize, IpAddr)>,
}

impl<M: Member> Crowd<M> {
    /// Room for `most` in all and `each` of an address.
    pub(super) fn new(most: usize, each: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            each,
            table: Mutex::new(Table {
                next: 0,
                total: 0,
                addresses: HashMap::new(),
                sizes: BTreeSet::new(),
            }),
        })
    }

    /// Lets somebody in, and sends somebody away where there is no room. `None` when everybody is
    /// being served. Addresses that many clients share are bounded by the whole only.
    pub(super) fn enter(
        self: &Arc<Self>,
        address: IpAddr,
        is_shared: bool,
        member: M,
    ) -> Option<Stay<M>> {
        let address = counted_as(address);
        let (number, gone) = {
            let mut table = self.lock();
            let here = table.addresses.get(&address).map_or(0, BTreeMap::len);
            let gone = if !is_shared && here >= self.each {
                Some(table.take_from(address)?)
            } else if table.total >= self.most {
                Some(table.take_from_largest()?)
            } else {
                None
            };
            (table.add(address, member), gone)
        };
        if let Some(gone) = gone {
            gone.send_away();
        }
        Some(Stay {
            crowd: Arc::clone(self),
            address,
            number,
        })
    }

    /// Sends away one of an address, or of the address that has most.
    pub(super) fn send_one_away(&self, of: Option<IpAddr>) -> bool {
        let gone = {
            let mut table = self.lock();
            match of {
                Some(address) => table.take_from(counted_as(address)),
                None => table.take_from_largest(),
            }
        };
        if let Some(gone) = &gone {
            gone.send_away();
        }
        gone.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Table<M>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Member> Table<M> {
    fn add(&mut self, address: IpAddr, member: M) -> u64 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let members = self.addresses.entry(address).or_default();
        self.sizes.remove(&(members.len(), address));
        members.insert(number, member);
        self.sizes.insert((members.len(), address));
        self.total = self.total.saturating_add(1);
        number
    }

    fn take_from(&mut self, address: IpAddr) -> Option<M> {
        let members = self.addresses.get(&address)?;
        let mut first: Option<(Rank, u64)> = None;
        for (number, member) in members {
            let Some(rank) = member.rank() else { continue };
            if first.is_none_or(|(lowest, _)| rank < lowest) {
                first = Some((rank, *number));
            }
            if rank == Rank::LOWEST {
                break;
            }
        }
        self.remove(address, first?.1)
    }

    fn take_from_largest(&mut self) -> Option<M> {
        let largest: Vec<IpAddr> = self
            .sizes
            .iter()
            .rev()
            .take(LOOKED_AT)
            .map(|(_, address)| *address)
            .collect();
        largest
            .into_iter()
            .find_map(|address| self.take_from(address))
    }
}

impl<M> Table<M> {
    fn remove(&mut self, address: IpAddr, number: u64) -> Option<M> {
        let members = self.addresses.get_mut(&address)?;
        let before = members.len();
        let member = members.remove(&number)?;
        let after = members.len();
        if after == 0 {
            self.addresses.remove(&address);
        }
        self.sizes.remove(&(before, address));
        if after > 0 {
            self.sizes.insert((after, address));
        }
        self.total = self.total.saturating_sub(1);
        Some(member)
    }
}

/// Somebody's time in a crowd, over when dropped.
#[derive(Debug)]
pub(super) struct Stay<M> {
    crowd: Arc<Crowd<M>>,
    address: IpAddr,
    number: u64,
}

impl<M> Drop for Stay<M> {
    fn drop(&mut self) {
        let mut table = self
            .crowd
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Those who were sent away are gone already.
        let left = table.remove(self.address, self.number);
        drop(table);
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[derive(Debug, Clone, Default)]
    struct One {
        rank: Option<u8>,
        is_gone: Arc<AtomicBool>,
    }

    impl One {
        fn new(rank: Option<u8>) -> Self {
            Self {
                rank,
                ..Self::default()
            }
        }

        fn is_gone(&self) -> bool {
            self.is_gone.load(Ordering::Relaxed)
        }
    }

    impl Member for One {
        fn rank(&self) -> Option<Rank> {
            self.rank.map(|kind| Rank { kind, since: None })
        }

        fn send_away(&self) {
            self.is_gone.store(true, Ordering::Relaxed);
        }
    }

    fn address(number: u8) -> IpAddr {
        IpAddr::from([127, 0, 0, number])
    }

    #[test]
    fn whoever_comes_to_a_full_address_takes_the_place_of_its_oldest() {
        let crowd = Crowd::new(100, 2);
        let ones: Vec<One> = (0..4).map(|_| One::new(Some(0))).collect();
        let _other = crowd.enter(address(3), false, ones[3].clone()).unwrap();
        let _stays: Vec<_> = ones[..3]
            .iter()
            .map(|one| crowd.enter(address(2), false, one.clone()).unwrap())
            .collect();
        let gone: Vec<bool> = ones.iter().map(One::is_gone).collect();
        assert_eq!(gone, [true, false, false, false]);
    }

    #[test]
    fn the_lowest_rank_goes_first_and_those_being_served_stay() {
        let crowd = Crowd::new(100, 3);
        let ones = [One::new(None), One::new(Some(1)), One::new(Some(0))];
        let _stays: Vec<_> = ones
            .iter()
            .map(|one| crowd.enter(address(2), false, one.clone()).unwrap())
            .collect();
        let served = One::new(None);
        let _first = crowd.enter(address(2), false, served.clone()).unwrap();
        assert!(ones[2].is_gone() && !ones[1].is_gone());
        let _second = crowd.enter(address(2), false, served.clone()).unwrap();
        assert!(ones[1].is_gone() && !ones[0].is_gone());
        assert!(crowd.enter(address(2), false, served).is_none());
    }

    /// A newcomer who did not have the time to say anything is not the one to go.
    #[test]
    fn of_one_kind_whoever_has_been_waited_for_since_earlier_goes_first() {
        struct Since(Instant, Arc<AtomicBool>);
        impl Member for Since {
            fn rank(&self) -> Option<Rank> {
                Some(Rank {
                    kind: 0,
                    since: Some(self.0),
                })
            }
            fn send_away(&self) {
                self.1.store(true, Ordering::Relaxed);
            }
        }
        let now = Instant::now();
        let crowd = Crowd::new(100, 3);
        let gone: Vec<Arc<AtomicBool>> = (0..4).map(|_| Arc::default()).collect();
        let _stays: Vec<_> = [5, 1, 3, 9]
            .into_iter()
            .zip(&gone)
            .map(|(ms, gone)| {
                let since = now + std::time::Duration::from_millis(ms);
                let one = Since(since, Arc::clone(gone));
                crowd.enter(address(2), false, one).unwrap()
            })
            .collect();
        let gone: Vec<bool> = gone
            .iter()
            .map(|gone| gone.load(Ordering::Relaxed))
            .collect();
        assert_eq!(gone, [false, true, false, false]);
    }

    #[test]
    fn when_there_is_no_room_in_all_the_address_that_has_most_loses_one() {
        let crowd = Crowd::new(5, 4);
        let many: Vec<One> = (0..4).map(|_| One::new(Some(0))).collect();
        let few = One::new(Some(0));
        let _few = crowd.enter(address(3), false, few.clone()).unwrap();
        let mut stays: Vec<_> = many
            .iter()
            .map(|one| crowd.enter(address(2), false, one.clone()).unwrap())
            .collect();
        let _third = crowd.enter(address(4), false, One::new(Some(0))).unwrap();
        assert!(many[0].is_gone() && !few.is_gone());
        // Who leaves makes room, and was not sent away.
        stays.pop();
        let _fourth = crowd.enter(address(5), false, One::new(Some(0))).unwrap();
        let gone: Vec<bool> = many.iter().map(One::is_gone).collect();
        assert_eq!(gone, [true, false, false, false]);
    }

    #[test]
    fn a_shared_address_is_bounded_by_the_whole_only() {
        let crowd = Crowd::new(3, 1);
        let ones: Vec<One> = (0..4).map(|_| One::new(Some(0))).collect();
        let _stays: Vec<_> = ones
            .iter()
            .map(|one| crowd.enter(address(2), true, one.clone()).unwrap())
            .collect();
        let gone: Vec<bool> = ones.iter().map(One::is_gone).collect();
        assert_eq!(gone, [true, false, false, false]);
    }

    #[test]
    fn nothing_is_kept_of_an_address_that_has_nobody_here() {
        let crowd = Crowd::new(2, 1);
        for number in 1..100 {
            drop(crowd.enter(address(number), false, One::new(Some(0))));
        }
        let table = crowd.lock();
        assert_eq!((table.total, table.sizes.len()), (0, 0));
        assert!(table.addresses.is_empty());
    }
}
