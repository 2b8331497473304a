//! How many calls a user, a key or an address may make, in fixed windows.
//!
//! A server that is alone counts in memory, and no call writes: [`upkeep`](super::upkeep) adds what
//! was counted to the store every second, so that a restart forgets at most the last second. Where
//! several servers may share the database, each reserves a small part of what is left and uses it
//! up before it asks again: all together never use more than the allowance, most calls cost no
//! query, and what one server holds back from the others becomes ever less and is given back when
//! it is not used.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{ApiKeyId, UserId};
use domain::time::{SECOND_MS, SteadyMillis, UnixMillis};
use store::Dialect;
use store::rates::{Block, Hits};

use super::config::LimitsConfig;
use super::identity::Identity;
use crate::{Engine, Error};

/// Most addresses and users counted at once; beyond it nobody new is counted, so that a flood of
/// addresses cannot fill the memory.
const MOST_SUBJECTS: usize = 200_000;

/// A server reserves this part of what is left of an allowance of a user or a key…
const PARTS: i64 = 40;
/// … and this part of an address's: anybody can make such calls, so they shall cost fewer queries.
const ADDRESS_PARTS: i64 = 15;
/// What is reserved and was not used for so long is given back.
const IDLE_MS: i64 = 3 * SECOND_MS;
/// When nothing is left, the store is asked again after this time: something may come back.
const ASK_AGAIN_MS: i64 = SECOND_MS;
/// Callers who reserve at the same time do it one after another, in so many groups.
const GATES: usize = 64;

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
///
/// # Errors
/// `Unavailable` when several servers share the allowance and the database cannot say.
pub async fn count_call(engine: &Engine, identity: &Identity) -> Result<Option<Allowance>, Error> {
    let subject = if identity.is_console {
        Subject::Console(identity.user.id)
    } else {
        Subject::User(identity.user.id)
    };
    count(engine, subject).await
}

/// Counts a call without a token; otherwise like [`count_call`].
pub async fn count_anonymous_call(
    engine: &Engine,
    address: IpAddr,
) -> Result<Option<Allowance>, Error> {
    count(engine, Subject::Address(network(address))).await
}

/// Counts a call of whoever it is.
pub(super) async fn count(engine: &Engine, subject: Subject) -> Result<Option<Allowance>, Error> {
    let limits = &engine.auth_state().limits;
    if engine.db().dialect() == Dialect::Sqlite {
        return Ok(limits.count(subject, engine.now()));
    }
    loop {
        if let Taken::Counted(allowance) = limits.take(subject, engine.now(), engine.steady()) {
            return Ok(allowance);
        }
        let _turn = limits.gate(subject).lock().await;
        // Somebody may have reserved for all while this call waited.
        let now = engine.now();
        if let Taken::Counted(allowance) = limits.take(subject, now, engine.steady()) {
            return Ok(allowance);
        }
        let window_at = limits.window_at(subject, now);
        let (limit, parts) = (limits.limit(subject), subject.parts());
        let block = engine
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    let name = subject.to_string();
                    store::rates::reserve(tx, &name, window_at, limit, parts).await
                })
            })
            .await?;
        limits.receive(subject, window_at, block, engine.steady());
    }
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
    /// The pages at which people look after their own.
    Pages(UserId),
    Address(IpAddr),
    Key(ApiKeyId),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Console(id) => write!(f, "console:{id}"),
            Self::Pages(id) => write!(f, "pages:{id}"),
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
            ("pages", id) => UserId::parse(id).map(Self::Pages),
            ("address", address) => address.parse().ok().map(Self::Address),
            ("key", id) => ApiKeyId::parse(id).map(Self::Key),
            _ => None,
        }
    }
}

impl Subject {
    const fn parts(self) -> i64 {
        match self {
            Self::Address(_) => ADDRESS_PARTS,
            Self::User(_) | Self::Console(_) | Self::Pages(_) | Self::Key(_) => PARTS,
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
    /// Of them, reserved for this server and not made yet.
    reserved: i64,
    /// When a call was counted last.
    used_at: SteadyMillis,
    /// When the store last said that nothing is left.
    spent_at: Option<SteadyMillis>,
}

/// What came of counting a call on what is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It is counted, or refused; `None` when calls are not limited.
    Counted(Option<Allowance>),
    /// Something has to be reserved first.
    Nothing,
}

/// The counts of this server.
#[derive(Debug)]
pub(super) struct Limits {
    config: LimitsConfig,
    windows: Mutex<HashMap<Subject, Window>>,
    gates: Vec<tokio::sync::Mutex<()>>,
}

impl Limits {
    pub(super) fn new(config: LimitsConfig) -> Self {
        Self {
            config,
            windows: Mutex::default(),
            gates: std::iter::repeat_with(tokio::sync::Mutex::default)
                .take(GATES)
                .collect(),
        }
    }

    pub(super) fn count(&self, subject: Subject, now: UnixMillis) -> Option<Allowance> {
        if !self.config.enabled {
            return None;
        }
        let mut windows = self.lock();
        let window = self.present(&mut windows, subject, now)?;
        let is_exceeded = window.total >= self.limit(subject);
        if !is_exceeded {
            window.total += 1;
            window.unsaved += 1;
        }
        Some(self.allowance(subject, *window, is_exceeded))
    }

    /// Counts a call on what is reserved.
    fn take(&self, subject: Subject, now: UnixMillis, steady: SteadyMillis) -> Taken {
        if !self.config.enabled {
            return Taken::Counted(None);
        }
        let mut windows = self.lock();
        let Some(window) = self.present(&mut windows, subject, now) else {
            return Taken::Counted(None);
        };
        if window.reserved > 0 {
            window.reserved -= 1;
            window.used_at = steady;
            return Taken::Counted(Some(self.allowance(subject, *window, false)));
        }
        let is_spent = window
            .spent_at
            .is_some_and(|at| steady.since(at) < ASK_AGAIN_MS);
        if is_spent {
            return Taken::Counted(Some(self.allowance(subject, *window, true)));
        }
        // It is not idle while something is reserved for it.
        window.used_at = steady;
        Taken::Nothing
    }

    /// Notes what was reserved.
    fn receive(&self, subject: Subject, window_at: UnixMillis, block: Block, steady: SteadyMillis) {
        let mut windows = self.lock();
        let Some(window) = windows
            .get_mut(&subject)
            .filter(|window| window.window_at == window_at)
        else {
            // The window ended meanwhile, and what was reserved with it.
            return;
        };
        window.total = block.total;
        window.reserved += block.got;
        window.used_at = steady;
        window.spent_at = (block.got == 0).then_some(steady);
    }

    /// What is reserved and not used, to be given back to the store, in the order of the subjects'
    /// names: what is idle, or all of it. Idle windows are forgotten.
    pub(super) fn take_unused(
        &self,
        now: UnixMillis,
        steady: SteadyMillis,
        all: bool,
    ) -> Vec<Hits> {
        let mut windows = self.lock();
        let mut unused = Vec::new();
        windows.retain(|subject, window| {
            let is_over = window.window_at != self.window_at(*subject, now);
            let is_idle = all || is_over || steady.since(window.used_at) >= IDLE_MS;
            if is_idle && !is_over && window.reserved > 0 {
                unused.push(Hits {
                    subject: subject.to_string(),
                    window_at: window.window_at,
                    hits: window.reserved,
                });
            }
            !is_idle
        });
        unused.sort_by(|a, b| a.subject.cmp(&b.subject));
        unused
    }

    /// Whose turn it is to reserve.
    fn gate(&self, subject: Subject) -> &tokio::sync::Mutex<()> {
        static ONLY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let number = BuildHasherDefault::<DefaultHasher>::default().hash_one(subject);
        let gates = u64::try_from(self.gates.len()).unwrap_or(1).max(1);
        usize::try_from(number % gates)
            .ok()
            .and_then(|number| self.gates.get(number))
            .unwrap_or(&ONLY)
    }

    /// The present window of a subject; `None` when too many are counted.
    fn present<'w>(
        &self,
        windows: &'w mut HashMap<Subject, Window>,
        subject: Subject,
        now: UnixMillis,
    ) -> Option<&'w mut Window> {
        if windows.len() >= MOST_SUBJECTS && !windows.contains_key(&subject) {
            return None;
        }
        let window_at = self.window_at(subject, now);
        let window = windows.entry(subject).or_default();
        if window.window_at != window_at {
            *window = Window {
                window_at,
                ..Window::default()
            };
        }
        Some(window)
    }

    const fn limit(&self, subject: Subject) -> i64 {
        match subject {
            Subject::User(_) | Subject::Pages(_) => self.config.user,
            Subject::Console(_) => self.config.console,
            Subject::Address(_) => self.config.address,
            Subject::Key(_) => self.config.key,
        }
    }

    fn allowance(&self, subject: Subject, window: Window, is_exceeded: bool) -> Allowance {
        let (limit, window_ms) = (self.limit(subject), self.window_ms(subject));
        let left = limit
            .saturating_sub(window.total)
            .saturating_add(window.reserved);
        Allowance {
            limit,
            window_s: window_ms / 1_000,
            remaining: if is_exceeded { 0 } else { left.max(0) },
            resets_at: window.window_at.plus_ms(window_ms),
            is_exceeded,
        }
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
            Subject::User(_) | Subject::Console(_) | Subject::Pages(_) | Subject::Address(_) => {
                self.config.window_ms
            }
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

    /// Servers that share an allowance, and the store between them.
    struct Shared {
        servers: Vec<Limits>,
        total: i64,
        questions: i64,
    }

    impl Shared {
        fn new(servers: usize) -> Self {
            Self {
                servers: std::iter::repeat_with(limits).take(servers).collect(),
                total: 0,
                questions: 0,
            }
        }

        /// Makes a call at one of them, as [`count`](super::count) does.
        fn call(&mut self, server: usize, subject: Subject, steady: i64) -> Allowance {
            let (limits, steady) = (&self.servers[server], SteadyMillis(steady));
            loop {
                if let Taken::Counted(allowance) = limits.take(subject, NOW, steady) {
                    return allowance.unwrap();
                }
                let (limit, parts) = (limits.limit(subject), subject.parts());
                // What the statement does.
                let left = (limit - self.total).max(0);
                let got = if left == 0 { 0 } else { (left / parts).max(1) };
                self.total += got;
                self.questions += 1;
                let block = Block {
                    total: self.total,
                    got,
                };
                limits.receive(subject, limits.window_at(subject, NOW), block, steady);
            }
        }
    }

    #[test]
    fn several_servers_together_take_the_whole_allowance_and_never_more() {
        for subject in [
            ANNA,
            Subject::Key(ApiKeyId(7)),
            Subject::Address("192.0.2.7".parse().unwrap()),
        ] {
            for servers in [1, 2, 3, 5] {
                // Evenly, and nearly all at one of them.
                for even in [true, false] {
                    let mut shared = Shared::new(servers);
                    let limit = shared.servers[0].limit(subject);
                    let mut taken = 0;
                    for number in 0..2 * usize::try_from(limit).unwrap() {
                        let server = if even || number % 29 == 0 {
                            number % servers
                        } else {
                            0
                        };
                        if !shared.call(server, subject, 0).is_exceeded {
                            taken += 1;
                        }
                    }
                    assert!(
                        taken <= limit && taken * 10 >= limit * 9,
                        "{subject} {servers} {even}: {taken}"
                    );
                    assert!(
                        shared.questions <= limit + i64::try_from(servers).unwrap(),
                        "at most one for each call"
                    );
                }
            }
        }
    }

    #[test]
    fn one_server_alone_tells_exactly_what_is_left() {
        let mut shared = Shared::new(1);
        for used in 1..=350 {
            assert_eq!(shared.call(0, ANNA, used).remaining, 350 - used);
        }
        let refused = shared.call(0, ANNA, 351);
        assert_eq!((refused.remaining, refused.is_exceeded), (0, true));
        assert!(shared.questions < 150, "{}", shared.questions);
        let before = shared.questions;
        for _ in 0..1_000 {
            assert!(shared.call(0, ANNA, 352).is_exceeded);
        }
        assert_eq!(shared.questions, before, "refusing costs nothing");
    }

    #[test]
    fn what_one_server_does_not_use_the_others_get() {
        let mut shared = Shared::new(2);
        shared.call(0, ANNA, 0);
        assert!(
            shared.servers[0]
                .take_unused(NOW, SteadyMillis(IDLE_MS - 1), false)
                .is_empty()
        );
        let unused = shared.servers[0].take_unused(NOW, SteadyMillis(IDLE_MS), false);
        assert_eq!(
            (unused[0].subject.as_str(), unused[0].hits),
            ("user:1", 350 / PARTS - 1)
        );
        shared.total -= unused[0].hits;
        let others = (0..400)
            .filter(|at| !shared.call(1, ANNA, 4_000 + at).is_exceeded)
            .count();
        assert_eq!(others, 349);
        assert!(
            shared.servers[0].lock().is_empty(),
            "and nothing stays in memory"
        );
    }

    #[test]
    fn at_its_end_a_server_gives_everything_back_and_of_a_window_that_is_over_nothing() {
        let mut shared = Shared::new(1);
        shared.call(0, ANNA, 0);
        let later = NOW.plus_ms(3_600_000);
        assert!(
            shared.servers[0]
                .take_unused(later, SteadyMillis(0), true)
                .is_empty()
        );
        shared.total = 0;
        shared.call(0, ANNA, 0);
        assert_eq!(
            shared.servers[0]
                .take_unused(NOW, SteadyMillis(0), true)
                .len(),
            1
        );
    }
}
