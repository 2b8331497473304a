//! How many calls a user, a key or an address may make: fixed windows, counted in memory.
//!
//! No call writes. [`upkeep`](super::upkeep) adds what was counted to the store every second and
//! takes over what other servers of the same installation counted, so that a restart forgets at
//! most the last second.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{ApiKeyId, UserId};
use domain::time::UnixMillis;
use store::rates::Hits;

use super::config::LimitsConfig;
use super::identity::Identity;
use crate::Engine;

/// Most addresses and users counted at once; beyond it nobody new is counted, so that a flood of
/// addresses can not fill the memory.
const MOST_SUBJECTS: usize = 200_000;

/// What is left of a caller's allowance after this call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Calls per window.
    pub limit: i64,
    /// Length of a window in seconds.
    pub window_s: i64,
    /// Calls left in this window.
    pub remaining: i64,
    /// When the next window begins.
    pub resets_at: UnixMillis,
    /// This call is one too many.
    pub is_exceeded: bool,
}

/// Counts a call of a user. The tokens of one user share the allowance, as the vendor documents;
/// tokens of the API console have a smaller one of their own.
///
/// `None` when calls are not limited.
pub fn count_call(engine: &Engine, identity: &Identity) -> Option<Allowance> {
    let subject = if identity.is_console {
        Subject::Console(identity.user.id)
    } else {
        Subject::User(identity.user.id)
    };
    engine.auth_state().limits.count(subject, engine.now())
}

/// Counts a call without a token.
pub fn count_anonymous_call(engine: &Engine, address: IpAddr) -> Option<Allowance> {
    let subject = Subject::Address(network(address));
    engine.auth_state().limits.count(subject, engine.now())
}

/// What one customer of a network provider has: an IPv4 address, or 64 bits of an IPv6 address.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(std::net::Ipv6Addr::from_bits(address.to_bits() >> 64 << 64))
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    User(UserId),
    Console(UserId),
    Address(IpAddr),
    Key(ApiKeyId),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Console(id) => write!(f, "console:{id}"),
            Self::Address(address) => write!(f, "address:{address}"),
            Self::Key(id) => write!(f, "key:{id}"),
        }
    }
}

impl Subject {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("user", id) => UserId::parse(id).map(Self::User),
            ("console", id) => UserId::parse(id).map(Self::Console),
            ("address", address) => address.parse().ok().map(Self::Address),
            ("key", id) => ApiKeyId::parse(id).map(Self::Key),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    window_at: UnixMillis,
    /// Calls known, those of other servers included.
    total: i64,
    /// Of them, not yet in the store.
    unsaved: i64,
}

/// The counts of this server.
#[derive(Debug)]
pub(super) struct Limits {
    config: LimitsConfig,
    windows: Mutex<HashMap<Subject, Window>>,
}

impl Limits {
    pub(super) fn new(config: LimitsConfig) -> Self {
        Self {
            config,
            windows: Mutex::default(),
        }
    }

    pub(super) fn count(&self, subject: Subject, now: UnixMillis) -> Option<Allowance> {
        if !self.config.enabled {
            return None;
        }
        let window_ms = self.window_ms(subject);
        let window_at = self.window_at(subject, now);
        let limit = match subject {
            Subject::User(_) => self.config.user,
            Subject::Console(_) => self.config.console,
            Subject::Address(_) => self.config.address,
            Subject::Key(_) => self.config.key,
        };
        let mut windows = self.lock();
        if windows.len() >= MOST_SUBJECTS && !windows.contains_key(&subject) {
            return None;
        }
        let window = windows.entry(subject).or_default();
        if window.window_at != window_at {
            *window = Window {
                window_at,
                ..Window::default()
            };
        }
        let is_exceeded = window.total >= limit;
        if !is_exceeded {
            window.total += 1;
            window.unsaved += 1;
        }
        Some(Allowance {
            limit,
            window_s: window_ms / 1_000,
            remaining: (limit - window.total).max(0),
            resets_at: window_at.plus_ms(window_ms),
            is_exceeded,
        })
    }

    /// What is to be added to the store, in the order of the subjects' names; windows that are
    /// over are forgotten.
    pub(super) fn take_unsaved(&self, now: UnixMillis) -> Vec<Hits> {
        let mut windows = self.lock();
        // A window that is over is kept until its last calls are in the store.
        windows.retain(|subject, window| {
            window.unsaved > 0 || window.window_at == self.window_at(*subject, now)
        });
        let mut unsaved: Vec<Hits> = windows
            .iter_mut()
            .filter(|(_, window)| window.unsaved > 0)
            .map(|(subject, window)| Hits {
                subject: subject.to_string(),
                window_at: window.window_at,
                hits: std::mem::take(&mut window.unsaved),
            })
            .collect();
        unsaved.sort_by(|a, b| a.subject.cmp(&b.subject));
        unsaved
    }

    /// Takes back what could not be added to the store.
    pub(super) fn put_back(&self, unsaved: &[Hits]) {
        let mut windows = self.lock();
        for hits in unsaved {
            let window = Subject::parse(&hits.subject).and_then(|it| windows.get_mut(&it));
            if let Some(window) = window.filter(|window| window.window_at == hits.window_at) {
                window.unsaved += hits.hits;
            }
        }
    }

    /// Takes over totals from the store.
    pub(super) fn learn(&self, totals: &[Hits]) {
        let mut windows = self.lock();
        for hits in totals {
            let Some(subject) = Subject::parse(&hits.subject) else {
                continue;
            };
            let window = windows.entry(subject).or_default();
            // Several windows of a key fit into one of a user; the newest counts.
            if window.window_at < hits.window_at {
                *window = Window {
                    window_at: hits.window_at,
                    ..Window::default()
                };
            }
            if window.window_at == hits.window_at {
                window.total = hits.hits + window.unsaved;
            }
        }
    }

    /// When the oldest window began that is not over at a point in time.
    pub(super) fn oldest_window_at(&self, now: UnixMillis) -> UnixMillis {
        let longest = self.config.window_ms.max(self.config.key_window_ms);
        start_of(longest, now)
    }

    fn window_ms(&self, subject: Subject) -> i64 {
        match subject {
            Subject::Key(_) => self.config.key_window_ms,
            Subject::User(_) | Subject::Console(_) | Subject::Address(_) => self.config.window_ms,
        }
    }

    fn window_at(&self, subject: Subject, now: UnixMillis) -> UnixMillis {
        start_of(self.window_ms(subject), now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_of(window_ms: i64, now: UnixMillis) -> UnixMillis {
    UnixMillis(now.0 - now.0.rem_euclid(window_ms.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_291_200_000);
    const ANNA: Subject = Subject::User(UserId(1));

    fn limits() -> Limits {
        Limits::new(LimitsConfig::default())
    }

    #[test]
    fn a_user_has_exactly_350_calls_in_an_hour_and_then_as_many_again() {
        let limits = limits();
        for used in 1..=350 {
            let at = NOW.plus_ms(used * 10_000);
            let left = limits.count(ANNA, at).unwrap();
            assert_eq!((left.remaining, left.is_exceeded), (350 - used, false));
            assert_eq!((left.limit, left.window_s), (350, 3_600));
        }
        let refused = limits.count(ANNA, NOW.plus_ms(3_599_999)).unwrap();
        assert!(refused.is_exceeded);
        assert_eq!(refused.resets_at, NOW.plus_ms(3_600_000));
        let next = limits.count(ANNA, NOW.plus_ms(3_600_000)).unwrap();
        assert_eq!((next.remaining, next.is_exceeded), (349, false));
    }

    #[test]
    fn users_the_console_and_addresses_are_counted_apart() {
        let limits = limits();
        for (subject, limit) in [
            (Subject::Console(UserId(1)), 20),
            (Subject::Address("192.0.2.7".parse().unwrap()), 150),
            (ANNA, 350),
            (Subject::User(UserId(2)), 350),
        ] {
            let left = limits.count(subject, NOW).unwrap();
            assert_eq!((left.limit, left.remaining), (limit, limit - 1));
        }
    }

    #[test]
    fn a_key_has_30_calls_in_a_minute_and_then_as_many_again() {
        let limits = limits();
        let key = Subject::Key(ApiKeyId(7));
        for used in 1..=30 {
            let left = limits.count(key, NOW.plus_ms(used * 1_000)).unwrap();
            assert_eq!((left.remaining, left.is_exceeded), (30 - used, false));
            assert_eq!((left.limit, left.window_s), (30, 60));
        }
        let refused = limits.count(key, NOW.plus_ms(59_999)).unwrap();
        assert!(refused.is_exceeded);
        assert_eq!(refused.resets_at, NOW.plus_ms(60_000));
        assert!(!limits.count(key, NOW.plus_ms(60_000)).unwrap().is_exceeded);
    }

    #[test]
    fn of_several_windows_of_a_key_the_newest_is_remembered() {
        let (first, second) = (limits(), limits());
        let key = Subject::Key(ApiKeyId(7));
        first.count(key, NOW);
        let mut saved = first.take_unsaved(NOW);
        first.count(key, NOW.plus_ms(60_000));
        first.count(key, NOW.plus_ms(60_000));
        saved.extend(first.take_unsaved(NOW.plus_ms(60_000)));
        for totals in [saved.clone(), saved.into_iter().rev().collect()] {
            second.learn(&totals);
            let left = second.count(key, NOW.plus_ms(61_000)).unwrap();
            assert_eq!(left.remaining, 30 - 3);
            second.put_back(&[]);
            second.lock().clear();
        }
    }

    #[test]
    fn nothing_is_counted_when_limits_are_off() {
        let limits = Limits::new(LimitsConfig {
            enabled: false,
            ..LimitsConfig::default()
        });
        assert_eq!(limits.count(ANNA, NOW), None);
    }

    #[test]
    fn counts_survive_a_restart_and_add_up_with_those_of_other_servers() {
        let (first, second) = (limits(), limits());
        for _ in 0..3 {
            first.count(ANNA, NOW);
        }
        let saved = first.take_unsaved(NOW);
        assert_eq!(saved.len(), 1);
        assert_eq!((saved[0].subject.as_str(), saved[0].hits), ("user:1", 3));
        assert!(first.take_unsaved(NOW).is_empty());
        second.count(ANNA, NOW);
        second.learn(&saved);
        assert_eq!(second.count(ANNA, NOW).unwrap().remaining, 350 - 5);
    }

    #[test]
    fn what_could_not_be_saved_is_tried_again() {
        let limits = limits();
        limits.count(ANNA, NOW);
        let unsaved = limits.take_unsaved(NOW);
        limits.put_back(&unsaved);
        assert_eq!(limits.take_unsaved(NOW), unsaved);
    }

    #[test]
    fn the_addresses_of_one_ipv6_customer_count_as_one() {
        for (address, expected) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("192.0.2.7", "192.0.2.7"),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(network(address), expected.parse::<IpAddr>().unwrap());
        }
        let subjects = [
            ANNA,
            Subject::Address("2001:db8::".parse().unwrap()),
            Subject::Key(ApiKeyId(7)),
        ];
        for subject in subjects {
            assert_eq!(Subject::parse(&subject.to_string()), Some(subject));
        }
    }
}
