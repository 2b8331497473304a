//! Places for work, and turns at them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::line::{Line, Ticket};
use crate::{Caller, Room, Stopped, Work};

/// How many work and wait.
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

/// Turns at places; cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
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
    /// Turns at so many places.
    pub fn new(places: Places) -> Self {
        Self {
            shared: Arc::new(Shared {
                places,
                state: Mutex::default(),
            }),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Refused::Busy`].
    pub async fn place(&self, caller: Caller) -> Result<Place, Refused> {
        let (place, may_go) = self.enter(caller)?;
        match tokio::time::timeout(self.shared.places.patience, may_go).await {
            Ok(Ok(())) => Ok(place),
            _ => Err(Refused::Busy),
        }
    }

    fn enter(&self, caller: Caller) -> Result<(Place, oneshot::Receiver<()>), Refused> {
        let places = &self.shared.places;
        let mut state = self.shared.lock();
        let line = &mut state.line;
        if line.tickets() >= places.tickets
            || line.of_account(caller) >= places.tickets_of_account
            || line.of_caller(caller) >= places.tickets_of_caller
        {
            return Err(Refused::Busy);
        }
        let ticket = line.enter(caller);
        let may_go = line.wait(ticket, caller, 0);
        state.fill(places.running);
        let place = Place {
            shared: Arc::clone(&self.shared),
            ticket,
            caller,
            had: AtomicU64::new(0),
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
}

impl Place {
    /// Counts units that were done in this place.
    pub(crate) fn charge(&self, units: u64) {
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
        may_go.blocking_recv().map_err(|_| Stopped::Cancelled)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.running.remove(&self.ticket);
        state.line.leave(self.ticket, self.caller);
        state.fill(self.shared.places.running);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use domain::ids::{AccountId, UserId};
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
        let turns = Turns::new(places());
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
        let turns = Turns::new(places());
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
        let turns = Turns::new(places());
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
        let turns = Turns::new(Places {
            patience: Duration::ZERO,
            ..places()
        });
        let running = turns.place(caller(1, 1)).await.unwrap();
        assert_eq!(turns.place(caller(2, 1)).await.unwrap_err(), Refused::Busy);
        assert_eq!(turns.in_use(), (1, 1));
        drop(running);
        assert_eq!(turns.in_use(), (0, 0));
    }

    #[tokio::test]
    async fn work_whose_caller_went_away_ends_and_frees_its_place() {
        let turns = Turns::new(places());
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
}
