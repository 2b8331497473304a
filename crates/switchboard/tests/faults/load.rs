//! Clients that add and change mentions until they are told to stop, and write down what the server
//! acknowledges. Whatever has an unknown outcome is asked again until there is an answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::chance::Chance;
use crate::client::{Client, Request};
use crate::inspect::{escape, is_partial};
use crate::ledger::{Change, Ledger, SENTIMENTS, STATUSES, Step, TAGS, item, word};
use crate::place::{Place, whole};

/// Mentions after which a client rather changes than adds.
const PLENTY: usize = 400;

/// Clients at work.
#[derive(Debug)]
pub(crate) struct Load {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    place: Place,
    /// Where the server is. Every request holds it for reading; who holds it for writing has all
    /// clients stand still, none of them waiting for an answer.
    address: RwLock<SocketAddr>,
    /// Further servers of the same installation; clients are spread over all.
    others: Mutex<Vec<SocketAddr>>,
    ledger: Mutex<Ledger>,
    /// The newest of the mentions that all clients add.
    newest_shared: AtomicU64,
    is_over: AtomicBool,
    complaints: Mutex<Vec<String>>,
}

impl Shared {
    /// Where a client asks.
    fn address_of(&self, client: usize, first: SocketAddr) -> SocketAddr {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        match client % (others.len() + 1) {
            0 => first,
            number => others[number - 1],
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn complain(&self, complaint: String) {
        self.complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(complaint);
        self.is_over.store(true, Ordering::SeqCst);
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    fn has_complaints(&self) -> bool {
        !self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }
}

impl Load {
    /// Starts so many clients.
    pub(crate) fn start(
        place: &Place,
        address: SocketAddr,
        chance: &mut Chance,
        clients: usize,
    ) -> Self {
        let shared = Arc::new(Shared {
            place: place.clone(),
            address: RwLock::new(address),
            others: Mutex::default(),
            ledger: Mutex::default(),
            newest_shared: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            complaints: Mutex::default(),
        });
        let threads = (0..clients)
            .map(|number| {
                let worker = Worker {
                    shared: Arc::clone(&shared),
                    number,
                    chance: chance.fork(),
                    client: Client::new(&*place.token),
                    own: Vec::new(),
                    ids: BTreeMap::new(),
                    keys: 0,
                };
                std::thread::spawn(move || worker.run())
            })
            .collect();
        Self { shared, threads }
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.shared.ledger().clone()
    }

    /// Whether the clients have given up; [`Self::pause`] and [`Self::finish`] tell why.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.is_over()
    }

    /// Says where the further servers are, while the clients go on.
    pub(crate) fn spread(&self, others: Vec<SocketAddr>) {
        *self
            .shared
            .others
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = others;
    }

    /// Lets the clients stand still until the guard is dropped.
    pub(crate) fn pause(&self) -> RwLockWriteGuard<'_, SocketAddr> {
        let guard = self
            .shared
            .address
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        self.check();
        guard
    }

    /// Fails when a client has seen something that must not be.
    fn check(&self) {
        let complaints = self
            .shared
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    /// Lets the clients finish what they are at, against a server that is well.
    pub(crate) fn finish(mut self) -> Ledger {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
        self.check();
        let ledger = self.ledger();
        assert!(ledger.open.is_empty(), "nothing is open: {:?}", ledger.open);
        ledger
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // A test that fails leaves its server dead: the clients must not ask for ever.
        if !self.threads.is_empty() {
            self.shared.complain("the test has ended".to_owned());
        }
    }
}

/// One client. It changes only what it added itself, so it knows how that must be.
#[derive(Debug)]
struct Worker {
    shared: Arc<Shared>,
    number: usize,
    chance: Chance,
    client: Client,
    /// What it has added, by `source.id`.
    own: Vec<String>,
    ids: BTreeMap<String, i64>,
    keys: u64,
}

impl Worker {
    fn run(mut self) {
        while !self.shared.is_over() {
            let Some((step, request)) = self.choose() else {
                continue;
            };
            self.shared.ledger().open.insert(self.number, step.clone());
            if !self.insist(&request) {
                return;
            }
            if let Step::Add(sources) = step {
                let mine = sources
                    .into_iter()
                    .filter(|source| !source.starts_with("shared"));
                for source in mine {
                    if !self.own.contains(&source) {
                        self.own.push(source);
                    }
                }
            }
        }
    }

    /// Asks until the server says that it is done; `false` when there is reason to give up.
    fn insist(&mut self, request: &Request) -> bool {
        loop {
            let shared = Arc::clone(&self.shared);
            let address = shared
                .address
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            let outcome = self
                .client
                .call(shared.address_of(self.number, *address), request);
            let mut ledger = shared.ledger();
            match outcome {
                Ok(answer) if answer.status == 200 => {
                    ledger.acknowledge(self.number);
                    return true;
                }
                Ok(answer) if matches!(answer.status, 409 | 503 | 507) => {
                    ledger.refused += 1;
                    if answer.header("retry-after").is_none() {
                        shared.complain(format!("{request:?} is refused without a hint: {answer}"));
                    }
                }
                Ok(answer) => shared.complain(format!("{request:?} is answered with {answer}")),
                Err(_) => ledger.unknown += 1,
            }
            drop((ledger, address));
            if shared.has_complaints() {
                return false;
            }
            // Not to be in the way of a server that starts.
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn choose(&mut self) -> Option<(Step, Request)> {
        // Everything is read again after each fault, so there must not be too much of it.
        let least = if self.own.len() < PLENTY { 0 } else { 40 };
        match self.chance.within(least..100) {
            0..30 => Some(self.add(1)),
            30..45 => {
                let count = self.chance.within(2..40);
                Some(self.add(count))
            }
            45..50 => self.add_again(),
            50..60 => Some(self.add_shared()),
            _ => self.update(),
        }
    }

    fn add(&mut self, count: u64) -> (Step, Request) {
        let first = self.own.len();
        let sources = (0..usize::try_from(count).unwrap())
            .map(|at| format!("c{}-{}", self.number, first + at))
            .collect();
        self.adding(sources)
    }

    /// What is there already, and something new among it.
    fn add_again(&mut self) -> Option<(Step, Request)> {
        if self.own.is_empty() {
            return None;
        }
        let mut sources: Vec<String> = (0..self.chance.within(1..5))
            .map(|_| self.chance.pick(&self.own).clone())
            .collect();
        if self.chance.percent(50) {
            sources.push(format!("c{}-{}", self.number, self.own.len()));
        }
        Some(self.adding(sources))
    }

    /// What other clients add at the same time.
    fn add_shared(&mut self) -> (Step, Request) {
        let newest = self
            .shared
            .newest_shared
            .fetch_add(self.chance.within(0..2), Ordering::SeqCst);
        let oldest = newest.saturating_sub(3);
        let sources = (oldest..=newest)
            .map(|number| format!("shared-{number}"))
            .collect();
        self.adding(sources)
    }

    fn adding(&mut self, sources: Vec<String>) -> (Step, Request) {
        let topic = self.shared.place.topic;
        let items: Vec<_> = sources.iter().map(|source| item(source, topic)).collect();
        let request = Request::post(
            self.shared.place.path("inbox/add"),
            serde_json::json!({ "mentions": items }),
        );
        let request = if self.chance.percent(20) {
            request.key(self.key())
        } else {
            request
        };
        (Step::Add(sources), request)
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("fault-{}-{}", self.number, self.keys)
    }

    fn update(&mut self) -> Option<(Step, Request)> {
        if self.own.is_empty() {
            return None;
        }
        let source = self.chance.pick(&self.own).clone();
        let id = self.id(&source)?;
        let status = self.shared.ledger().acknowledged[&source].status.clone();
        let others: Vec<&'static str> = STATUSES
            .iter()
            .copied()
            .filter(|other| *other != status)
            .collect();
        let mut change = Change::default();
        let kinds = self.chance.within(1..16);
        if kinds & 1 > 0 {
            change.status = Some(*self.chance.pick(&others));
        }
        if kinds & 2 > 0 {
            let mode = *self.chance.pick(&["add", "update", "delete"]);
            let names = vec![*self.chance.pick(TAGS), *self.chance.pick(TAGS)];
            change.tags = Some((mode, names));
        }
        if kinds & 4 > 0 {
            change.note = Some(format!(
                "note {} of client {}",
                self.chance.number(),
                self.number
            ));
        }
        if kinds & 8 > 0 {
            change.sentiment = Some(*self.chance.pick(SENTIMENTS));
        }
        let place = &self.shared.place;
        let path = place.path(&format!("inbox/mention/{}/{id}", place.topic));
        let request = Request::post(path, change.body());
        // Without a key a repeated note would stand twice, and a repeated status is refused.
        let needs_key = change.note.is_some() || change.status.is_some();
        let request = if needs_key || self.chance.percent(30) {
            request.key(self.key())
        } else {
            request
        };
        Some((Step::Update(source, change), request))
    }

    /// The number of a mention, looked up by the one word that only it has: what was acknowledged
    /// is found at once.
    fn id(&mut self, source: &str) -> Option<i64> {
        if let Some(id) = self.ids.get(source) {
            return Some(*id);
        }
        let path = format!("inbox/mentions?filter={}", escape(&word(source)));
        let request = Request::get(self.shared.place.path(&path));
        let shared = Arc::clone(&self.shared);
        let address = shared
            .address
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let answer = self
            .client
            .call(shared.address_of(self.number, *address), &request)
            .ok()?;
        if answer.status != 200 {
            if !matches!(answer.status, 503 | 507) {
                shared.complain(format!("looking for {source}: {answer}"));
            }
            return None;
        }
        let answer = answer.json();
        let found = answer["response"]["data"].as_array()?;
        match found.as_slice() {
            [one] if one["source"]["id"] == source => {
                let id = whole(&one["id"]);
                self.ids.insert(source.to_owned(), id);
                Some(id)
            }
            [] if is_partial(&answer) => None,
            _ => {
                shared.complain(format!(
                    "{source} was acknowledged and its word finds {answer}"
                ));
                None
            }
        }
    }
}
