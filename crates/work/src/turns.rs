//! Places for work, and turns at them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::AccountId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::line::{Line, Ticket};
use crate::{Caller, Room, Stopped, Work, measure};

/// How many work and wait. The server itself is bound by the number that run only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Pieces of work that run at once.
    pub running: usize,
    /// Pieces of work at all: those that run, those that were begun and those that wait.
    pub tickets: usize,
    /// Of one account.
    pub tickets_of_account: usize,
    /// Of one user.
    pub tickets_of_caller: usize,
    /// How long somebody waits for the first turn.
    pub patience: Duration,
}

impl Places {
    /// One processor less than there are, so that requests that take no time find one.
    pub fn beside_serving() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            running: processors.saturating_sub(1).max(1),
            tickets: 128,
            tickets_of_account: 64,
            tickets_of_caller: 16,
            patience: Duration::from_secs(10),
        }
    }
}

/// Why work was not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too much waits already, or it waited too long.
    #[error("too much work waits already")]
    Busy,
    /// It did not end in order.
    #[error("a piece of work did not end in order")]
    Broken,
}

/// How much goes on at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Where.
    pub pool: &'static str,
    /// Pieces of work that run.
    pub running: usize,
    /// Pieces of work that wait for their first turn or for the next one.
    pub waiting: usize,
}

/// Turns at places; cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// What they are called in what is measured.
    name: &'static str,
    places: Places,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    line: Line,
    running: HashSet<Ticket>,
}

impl State {
    /// Fills the places that are free.
    fn fill(&mut self, most: usize) {
        while self.running.len() < most
            && let Some(next) = self.line.let_go()
        {
            self.running.insert(next);
        }
    }
}

impl Turns {
    /// Turns at so many places, which are called like this in what is measured.
    pub fn new(name: &'static str, places: Places) -> Self {
        measure::begin(name);
        Self {
            shared: Arc::new(Shared {
                name,
                places,
                state: Mutex::default(),
            }),
        }
    }

    /// Waits for a turn. The server itself waits for as long as it takes: it comes to its turn,
    /// because whoever has had least does.
    ///
    /// # Errors
    /// [`Refused::Busy`], for others than the server.
    pub async fn place(&self, caller: Caller) -> Result<Place, Refused> {
        let (place, may_go) = self.enter(caller)?;
        if caller.is_server() {
            // Who lets go does so for as long as the place is in the line.
            may_go.await.map_err(|_| Refused::Broken)?;
            place.begin();
            return Ok(place);
        }
        let went = tokio::time::timeout(self.shared.places.patience, may_go).await;
        place.begin();
        if matches!(went, Ok(Ok(()))) {
            Ok(place)
        } else {
            Err(self.shared.refuse())
        }
    }

    /// Waits for a turn of the server itself, for an account, on a thread that may block. The work
    /// has no end of its own; whoever has to wait for something else drops it and comes again.
    ///
    /// # Errors
    /// [`Refused::Broken`], which does not happen.
    pub fn work_blocking(&self, account_id: AccountId) -> Result<Work, Refused> {
        let (place, may_go) = self.enter(Caller::system(account_id))?;
        may_go.blocking_recv().map_err(|_| Refused::Broken)?;
        place.begin();
        Ok(Work::in_place(
            u64::MAX,
            Room::endless(),
            Arc::default(),
            place,
        ))
    }

    fn enter(&self, caller: Caller) -> Result<(Place, oneshot::Receiver<()>), Refused> {
        let places = &self.shared.places;
        let mut state = self.shared.lock();
        let line = &mut state.line;
        if !caller.is_server()
            && (line.asked_for() >= places.tickets
                || line.of_account(caller) >= places.tickets_of_account
                || line.of_caller(caller) >= places.tickets_of_caller)
        {
            return Err(self.shared.refuse());
        }
        let ticket = line.enter(caller);
        let may_go = line.wait(ticket, caller, 0);
        state.fill(places.running);
        let place = Place {
            shared: Arc::clone(&self.shared),
            ticket,
            caller,
            had: AtomicU64::new(0),
            waits: Mutex::new(Waits {
                over: Duration::ZERO,
                since: Some(Instant::now()),
            }),
        };
        Ok((place, may_go))
    }

    /// Does work of at most so many units on a thread for it, when its turn comes. A caller that
    /// goes away ends it.
    ///
    /// # Errors
    /// [`Refused`] when it was not begun or did not end.
    pub async fn run<T: Send + 'static>(
        &self,
        caller: Caller,
        most: u64,
        room: &Room,
        job: impl FnOnce(&Work) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let place = self.place(caller).await?;
        let is_unwanted = Arc::new(AtomicBool::new(false));
        let hang_up = HangUp {
            is_unwanted: Arc::clone(&is_unwanted),
            shared: Arc::clone(&self.shared),
            ticket: place.ticket,
        };
        let work = Work::in_place(most, room.clone(), is_unwanted, place);
        let done = tokio::task::spawn_blocking(move || {
            let value = job(&work);
            drop(work);
            value
        })
        .await;
        drop(hang_up);
        done.map_err(|_| Refused::Broken)
    }

    /// How many may work and wait.
    pub fn places(&self) -> Places {
        self.shared.places
    }

    /// How much goes on.
    pub fn load(&self) -> Load {
        let (running, all) = self.in_use();
        Load {
            pool: self.shared.name,
            running,
            waiting: all.saturating_sub(running),
        }
    }

    /// Pieces of work that run and that are here at all.
    pub fn in_use(&self) -> (usize, usize) {
        let state = self.shared.lock();
        (state.running.len(), state.line.tickets())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody is told to come back.
    fn refuse(&self) -> Refused {
        measure::refused(self.name);
        Refused::Busy
    }
}

/// Ends work whose caller goes away.
struct HangUp {
    is_unwanted: Arc<AtomicBool>,
    shared: Arc<Shared>,
    ticket: Ticket,
}

impl Drop for HangUp {
    fn drop(&mut self) {
        self.is_unwanted.store(true, Ordering::Relaxed);
        // Work that has let others in hears of it here.
        self.shared.lock().line.give_up(self.ticket);
    }
}

/// A place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    shared: Arc<Shared>,
    ticket: Ticket,
    caller: Caller,
    /// Units of this piece of work.
    had: AtomicU64,
    waits: Mutex<Waits>,
}

/// How long a piece of work has waited.
#[derive(Debug)]
struct Waits {
    over: Duration,
    /// Since when it waits, while it does.
    since: Option<Instant>,
}

impl Place {
    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A wait begins.
    fn pause(&self) {
        self.waits().since = Some(Instant::now());
    }

    /// A wait is over; whether there was one.
    fn begin(&self) -> bool {
        let mut waits = self.waits();
        let Some(since) = waits.since.take() else {
            return false;
        };
        waits.over = waits.over.saturating_add(since.elapsed());
        true
    }

    /// Notes that what was done here did not come to its end.
    pub fn cut_short(&self, stopped: Stopped) {
        measure::cut_short(self.shared.name, stopped);
    }

    /// Counts units that were done in this place.
    pub fn charge(&self, units: u64) {
        self.had.fetch_add(units, Ordering::Relaxed);
        self.shared.lock().line.charge(self.caller, units);
    }

    /// Ends a turn and waits for the next one, if anybody waits.
    pub(crate) fn let_others_in(&self, units: u64) -> Result<(), Stopped> {
        self.charge(units);
        let mut state = self.shared.lock();
        if !state.line.is_waited_for() {
            drop(state);
            // The threads that serve requests share the processors with this one.
            std::thread::yield_now();
            return Ok(());
        }
        let had = self.had.load(Ordering::Relaxed);
        let may_go = state.line.wait(self.ticket, self.caller, had);
        state.running.remove(&self.ticket);
        state.fill(self.shared.places.running);
        drop(state);
        self.pause();
        let went = may_go.blocking_recv();
        self.begin();
        went.map_err(|_| Stopped::Cancelled)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.begin() {
            // Whoever waited went away before the first turn.
            self.cut_short(Stopped::Cancelled);
        } else if self.had.load(Ordering::Relaxed) == 0 {
            // What counts no units, like a statement, has had a turn all the same.
            self.charge(0);
        }
        measure::waited(self.shared.name, self.waits().over);
        let mut state = self.shared.lock();
        state.running.remove(&self.ticket);
        state.line.leave(self.ticket, self.caller);
        state.fill(self.shared.places.running);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use domain::ids::UserId;
    use domain::scope::Actor;

    use super::*;
    use crate::SLICE;

    fn caller(account: i64, user: i64) -> Caller {
        Caller {
            account: Some(AccountId(account)),
            actor: Actor::User(UserId(user)),
        }
    }

    fn places() -> Places {
        Places {
            running: 1,
            tickets: 20,
            tickets_of_account: 10,
            tickets_of_caller: 5,
            patience: Duration::from_mins(10),
        }
    }

    /// Work that says whenever it has done a slice, and does the next one when it is told to.
    fn stepwise(
        turns: &Turns,
        caller: Caller,
        name: &'static str,
        slices: usize,
        said: &mpsc::Sender<&'static str>,
    ) -> tokio::task::JoinHandle<Result<Result<(), Stopped>, Refused>> {
        let (turns, said) = (turns.clone(), said.clone());
        tokio::spawn(async move {
            turns
                .run(caller, u64::MAX, &Room::endless(), move |work| {
                    for _ in 0..slices {
                        let _ = said.send(name);
                        work.spend(SLICE)?;
                    }
                    Ok(())
                })
                .await
        })
    }

    #[tokio::test]
    async fn users_take_turns_whatever_each_of_them_asks_for() {
        let turns = Turns::new("test", places());
        let (said, heard) = mpsc::channel();
        // The place is taken until all have come.
        let door = turns.place(caller(9, 9)).await.unwrap();
        let mut all: Vec<_> = (0..4)
            .map(|_| stepwise(&turns, caller(1, 1), "heavy", 3, &said))
            .collect();
        tokio::task::yield_now().await;
        all.push(stepwise(&turns, caller(1, 2), "colleague", 1, &said));
        tokio::task::yield_now().await;
        all.push(stepwise(&turns, caller(2, 3), "other", 1, &said));
        tokio::task::yield_now().await;
        assert_eq!(turns.in_use(), (1, 7));
        drop(door);
        for one in all {
            one.await.unwrap().unwrap().unwrap();
        }
        let order: Vec<&str> = heard.try_iter().collect();
        assert_eq!(order.len(), 14);
        assert!(
            order[..3].contains(&"other") && order[..4].contains(&"colleague"),
            "{order:?}"
        );
        assert_eq!(turns.in_use(), (0, 0));
    }

    #[tokio::test]
    async fn those_who_come_later_wait_for_one_slice_of_those_who_are_there() {
        let turns = Turns::new("test", places());
        let (said, heard) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let heavy = {
            let (turns, said) = (turns.clone(), said.clone());
            tokio::spawn(async move {
                turns
                    .run(caller(1, 1), u64::MAX, &Room::endless(), move |work| {
                        let _ = said.send("begun");
                        let _ = told.recv();
                        for _ in 0..5 {
                            work.spend(SLICE)?;
                            let _ = said.send("heavy");
                        }
                        Ok::<_, Stopped>(())
                    })
                    .await
            })
        };
        let begun = tokio::task::spawn_blocking(move || {
            assert_eq!(heard.recv().unwrap(), "begun");
            heard
        });
        let heard = begun.await.unwrap();
        let later = stepwise(&turns, caller(1, 2), "later", 1, &said);
        while turns.in_use() != (1, 2) {
            tokio::task::yield_now().await;
        }
        tell.send(()).unwrap();
        later.await.unwrap().unwrap().unwrap();
        heavy.await.unwrap().unwrap().unwrap();
        let order: Vec<&str> = heard.try_iter().collect();
        assert_eq!(order[0], "later", "{order:?}");
    }

    #[tokio::test]
    async fn too_many_are_refused_by_user_account_and_in_all() {
        let turns = Turns::new("test", places());
        let _running = turns.place(caller(1, 1)).await.unwrap();
        let mut waiting = Vec::new();
        let mut enter = |account, user| match turns.enter(caller(account, user)) {
            Ok(place) => {
                waiting.push(place);
                true
            }
            Err(_) => false,
        };
        let taken = |enter: &mut dyn FnMut(i64, i64) -> bool, account, user| {
            (0..20).filter(|_| enter(account, user)).count()
        };
        assert_eq!(taken(&mut enter, 1, 1), 4);
        assert_eq!(taken(&mut enter, 1, 2), 5);
        assert_eq!(taken(&mut enter, 1, 3), 0);
        assert_eq!(taken(&mut enter, 2, 1), 5);
        assert_eq!(taken(&mut enter, 3, 1), 5);
        assert_eq!(taken(&mut enter, 4, 1), 0);
        waiting.clear();
        assert_eq!(turns.in_use(), (1, 1));
    }

    #[tokio::test]
    async fn who_waits_too_long_is_told_so_and_leaves_no_trace() {
        let turns = Turns::new(
            "test",
            Places {
                patience: Duration::ZERO,
                ..places()
            },
        );
        let running = turns.place(caller(1, 1)).await.unwrap();
        assert_eq!(turns.place(caller(2, 1)).await.unwrap_err(), Refused::Busy);
        assert_eq!(turns.in_use(), (1, 1));
        drop(running);
        assert_eq!(turns.in_use(), (0, 0));
    }

    #[tokio::test]
    async fn work_whose_caller_went_away_ends_and_frees_its_place() {
        let turns = Turns::new("test", places());
        let (ended, end) = mpsc::channel();
        let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
        let spinning = {
            let turns = turns.clone();
            tokio::spawn(async move {
                turns
                    .run(caller(1, 1), u64::MAX, &Room::endless(), move |work| {
                        let _ = begun.send(());
                        let stopped = loop {
                            if let Err(stopped) = work.spend(1) {
                                break stopped;
                            }
                        };
                        let _ = ended.send(stopped);
                    })
                    .await
            })
        };
        has_begun.recv().await.unwrap();
        // Another one waits, so that the work may be between two turns when it ends.
        let other = tokio::spawn({
            let turns = turns.clone();
            async move { turns.place(caller(2, 1)).await.is_ok() }
        });
        spinning.abort();
        let stopped = tokio::task::spawn_blocking(move || end.recv().unwrap());
        assert_eq!(stopped.await.unwrap(), Stopped::Cancelled);
        assert!(other.await.unwrap());
        while turns.in_use() != (0, 0) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn the_server_takes_its_turn_when_all_places_and_the_line_are_full_of_users() {
        let turns = Turns::new(
            "test",
            Places {
                patience: Duration::ZERO,
                ..places()
            },
        );
        let running = turns.place(caller(1, 1)).await.unwrap();
        let mut line = Vec::new();
        for user in 2..100 {
            while let Ok(place) = turns.enter(caller(user % 4, user)) {
                line.push(place);
            }
        }
        assert_eq!(turns.in_use(), (1, 20));
        assert_eq!(turns.place(caller(7, 7)).await.unwrap_err(), Refused::Busy);
        // It is neither refused nor does it wait for a moment only, and takes nobody's place.
        let mut server = Box::pin(turns.place(Caller::system(AccountId(9))));
        for _ in 0..100 {
            assert!(looked_at(server.as_mut()).await.is_none());
        }
        assert_eq!(turns.in_use(), (1, 21));
        assert_eq!(turns.load().waiting, 20);
        drop(running);
        drop(line);
        let place = server.await.unwrap();
        // What it holds keeps no user out of the line.
        let users: Vec<_> = (0..100)
            .filter_map(|user| turns.enter(caller(user % 4, user)).ok())
            .collect();
        assert_eq!(users.len(), 20);
        drop(place);
        drop(users);
        assert_eq!(turns.in_use(), (0, 0));
    }

    #[tokio::test]
    async fn a_thread_of_the_server_waits_for_its_turn_behind_those_who_had_less() {
        let turns = Turns::new("test", places());
        let user = turns.place(caller(1, 1)).await.unwrap();
        let thread = std::thread::spawn({
            let turns = turns.clone();
            move || drop(turns.work_blocking(AccountId(1)).unwrap())
        });
        while turns.in_use() != (1, 2) {
            tokio::task::yield_now().await;
        }
        drop(user);
        tokio::task::spawn_blocking(move || thread.join().unwrap())
            .await
            .unwrap();
        assert_eq!(turns.in_use(), (0, 0));
    }

    #[tokio::test]
    async fn what_counts_no_units_has_had_its_turns_all_the_same() {
        let turns = Turns::new("test", places());
        let door = turns.place(caller(9, 9)).await.unwrap();
        let many: Vec<_> = (0..3).map(|_| turns.enter(caller(1, 1)).unwrap()).collect();
        let (other, mut other_may_go) = turns.enter(caller(2, 2)).unwrap();
        drop(door);
        // The first of those who came first; then the other one, who has had nothing yet.
        let mut many = many.into_iter();
        let (first, first_may_go) = many.next().unwrap();
        first_may_go.await.unwrap();
        first.begin();
        assert!(other_may_go.try_recv().is_err());
        drop(first);
        other_may_go.await.unwrap();
        drop(other);
        for (place, may_go) in many {
            may_go.await.unwrap();
            drop(place);
        }
        assert_eq!(turns.in_use(), (0, 0));
    }

    /// Counts, and nothing else.
    #[derive(Debug, Default)]
    struct Counts(Mutex<std::collections::BTreeMap<String, f64>>);

    #[derive(Debug)]
    struct Counted(String, &'static Counts);

    impl Counted {
        fn add(&self, more: f64) {
            *self.1.0.lock().unwrap().entry(self.0.clone()).or_default() += more;
        }
    }

    impl metrics::CounterFn for Counted {
        fn increment(&self, value: u64) {
            self.add(f64::from(u32::try_from(value).unwrap()));
        }

        fn absolute(&self, _: u64) {}
    }

    impl metrics::HistogramFn for Counted {
        fn record(&self, _: f64) {
            self.add(1.0);
        }
    }

    static COUNTS: std::sync::LazyLock<Counts> = std::sync::LazyLock::new(Counts::default);

    struct Recorder;

    impl metrics::Recorder for Recorder {
        fn describe_counter(
            &self,
            _: metrics::KeyName,
            _: Option<metrics::Unit>,
            _: metrics::SharedString,
        ) {
        }
        fn describe_gauge(
            &self,
            _: metrics::KeyName,
            _: Option<metrics::Unit>,
            _: metrics::SharedString,
        ) {
        }
        fn describe_histogram(
            &self,
            _: metrics::KeyName,
            _: Option<metrics::Unit>,
            _: metrics::SharedString,
        ) {
        }

        fn register_counter(
            &self,
            key: &metrics::Key,
            _: &metrics::Metadata<'_>,
        ) -> metrics::Counter {
            metrics::Counter::from_arc(Arc::new(Counted(name(key), &COUNTS)))
        }

        fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
            metrics::Gauge::noop()
        }

        fn register_histogram(
            &self,
            key: &metrics::Key,
            _: &metrics::Metadata<'_>,
        ) -> metrics::Histogram {
            metrics::Histogram::from_arc(Arc::new(Counted(name(key), &COUNTS)))
        }
    }

    fn name(key: &metrics::Key) -> String {
        let labels: Vec<&str> = key.labels().map(metrics::Label::value).collect();
        format!("{} {}", key.name(), labels.join(" "))
    }

    #[tokio::test]
    async fn who_is_refused_cut_short_and_waits_is_counted() {
        metrics::set_global_recorder(Recorder).unwrap();
        let turns = Turns::new("measured", places());
        let run = async |most| {
            let room = Room::new(4_000);
            turns
                .run(caller(1, 1), most, &room, |work| {
                    work.hold(10)?;
                    work.spend(100)
                })
                .await
                .unwrap()
        };
        run(1_000).await.unwrap();
        assert_eq!(run(10).await, Err(Stopped::TooMuch));
        let room = Room::new(400);
        let hold = |work: &Work| work.hold(300).map(drop);
        let too_large = turns.run(caller(1, 1), 10, &room, hold).await.unwrap();
        assert_eq!(too_large, Err(Stopped::TooLarge));
        let _others: Vec<_> = (0..4).map(|_| room.take(100).unwrap()).collect();
        let hold = |work: &Work| work.hold(1).map(drop);
        let no_room = turns.run(caller(1, 1), 10, &room, hold).await.unwrap();
        assert_eq!(no_room, Err(Stopped::NoRoom));
        // One that waits and goes away, and one too many.
        let door = turns.place(caller(9, 9)).await.unwrap();
        drop(turns.enter(caller(1, 1)).unwrap());
        let line: Vec<_> = (0..5).map(|_| turns.enter(caller(2, 2)).unwrap()).collect();
        assert_eq!(turns.place(caller(2, 2)).await.unwrap_err(), Refused::Busy);
        assert_eq!(
            turns.load(),
            Load {
                pool: "measured",
                running: 1,
                waiting: 5
            }
        );
        drop(line);
        drop(door);
        let counts = COUNTS.0.lock().unwrap().clone();
        let of = |name: &str| counts.get(name).copied().unwrap_or(-1.0);
        let near = |one: f64, other: f64| (one - other).abs() < 0.1;
        for (name, expected) in [
            ("work_refused_total measured", 1.0),
            ("work_cut_short_total measured out_of_budget", 1.0),
            ("work_cut_short_total measured too_large", 1.0),
            ("work_cut_short_total measured no_room", 1.0),
            ("work_cut_short_total measured cancelled", 6.0),
            // Four that ran, one that went away, the door, and five that waited.
            ("work_wait_seconds measured", 11.0),
        ] {
            assert!(near(of(name), expected), "{name}: {counts:?}");
        }
    }

    /// What a future gives when it is looked at once; `None` while it waits.
    async fn looked_at<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
                std::task::Poll::Ready(value) => Some(value),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
