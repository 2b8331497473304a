//! The line in front of the places: whoever has had least comes first.

use std::collections::HashMap;

use domain::ids::AccountId;
use tokio::sync::oneshot;

use crate::Caller;

/// What is charged for a turn beside its units, so that many small ones count too.
const TURN: u64 = 1_000;

/// A piece of work, by number.
pub(crate) type Ticket = u64;

/// How much somebody has had, and how many pieces of work they have here.
#[derive(Debug, Default)]
struct Share {
    had: u64,
    tickets: usize,
}

/// A piece of work that waits for a turn.
#[derive(Debug)]
struct Waiting {
    ticket: Ticket,
    caller: Caller,
    had: u64,
    /// Its place in the order of coming, also of coming back.
    came: u64,
    /// Dropped without a word when it is not wanted any more.
    go: oneshot::Sender<()>,
}

/// Who waits and who has had how much.
#[derive(Debug, Default)]
pub(crate) struct Line {
    waiting: Vec<Waiting>,
    accounts: HashMap<Option<AccountId>, Share>,
    callers: HashMap<Caller, Share>,
    tickets: usize,
    /// Those of them that the server has for itself.
    of_server: usize,
    next: u64,
}

impl Line {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// All pieces of work, those that run included.
    pub(crate) const fn tickets(&self) -> usize {
        self.tickets
    }

    /// Those that others than the server asked for.
    pub(crate) const fn asked_for(&self) -> usize {
        self.tickets.saturating_sub(self.of_server)
    }

    /// Those of them that users of an account asked for.
    pub(crate) fn of_account(&self, caller: Caller) -> usize {
        self.callers
            .iter()
            .filter(|(other, _)| other.account == caller.account && !other.is_server())
            .map(|(_, share)| share.tickets)
            .sum()
    }

    /// Those of a user.
    pub(crate) fn of_caller(&self, caller: Caller) -> usize {
        self.callers.get(&caller).map_or(0, |share| share.tickets)
    }

    /// Somebody comes. Who was not here has had as much as the one here who has had least: what
    /// was not used cannot be saved up.
    pub(crate) fn enter(&mut self, caller: Caller) -> Ticket {
        let least = self.accounts.values().map(|share| share.had).min();
        let account = self.accounts.entry(caller.account).or_insert(Share {
            had: least.unwrap_or(0),
            tickets: 0,
        });
        account.tickets += 1;
        let of_account = self
            .callers
            .iter()
            .filter(|(other, _)| other.account == caller.account);
        let least = of_account.map(|(_, share)| share.had).min();
        let share = self.callers.entry(caller).or_insert(Share {
            had: least.unwrap_or(0),
            tickets: 0,
        });
        share.tickets += 1;
        self.tickets += 1;
        self.of_server += usize::from(caller.is_server());
        self.number()
    }

    /// Waits for a turn, having had so much of this piece of work.
    pub(crate) fn wait(
        &mut self,
        ticket: Ticket,
        caller: Caller,
        had: u64,
    ) -> oneshot::Receiver<()> {
        let (go, may_go) = oneshot::channel();
        let came = self.number();
        self.waiting.push(Waiting {
            ticket,
            caller,
            had,
            came,
            go,
        });
        may_go
    }

    /// Does not wait any more.
    pub(crate) fn give_up(&mut self, ticket: Ticket) {
        self.waiting.retain(|one| one.ticket != ticket);
    }

    /// Whether anybody waits.
    pub(crate) fn is_waited_for(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Somebody's turn is over.
    pub(crate) fn charge(&mut self, caller: Caller, units: u64) {
        let units = units.saturating_add(TURN);
        for share in [
            self.accounts.get_mut(&caller.account),
            self.callers.get_mut(&caller),
        ]
        .into_iter()
        .flatten()
        {
            share.had = share.had.saturating_add(units);
        }
    }

    /// A piece of work is over.
    pub(crate) fn leave(&mut self, ticket: Ticket, caller: Caller) {
        self.give_up(ticket);
        self.tickets = self.tickets.saturating_sub(1);
        self.of_server = self
            .of_server
            .saturating_sub(usize::from(caller.is_server()));
        if let Some(share) = self.accounts.get_mut(&caller.account) {
            share.tickets = share.tickets.saturating_sub(1);
            if share.tickets == 0 {
                self.accounts.remove(&caller.account);
            }
        }
        if let Some(share) = self.callers.get_mut(&caller) {
            share.tickets = share.tickets.saturating_sub(1);
            if share.tickets == 0 {
                self.callers.remove(&caller);
            }
        }
    }

    /// Lets the next one go: of the account that has had least the user who has had least, and of
    /// theirs the piece of work that has. Answers which one that is.
    pub(crate) fn let_go(&mut self) -> Option<Ticket> {
        while let Some(at) = self.first() {
            let next = self.waiting.swap_remove(at);
            if next.go.send(()).is_ok() {
                return Some(next.ticket);
            }
        }
        None
    }

    fn first(&self) -> Option<usize> {
        let had = |share: Option<&Share>| share.map_or(0, |share| share.had);
        let of_account = |one: &&Waiting| {
            let had = had(self.accounts.get(&one.caller.account));
            (had, one.came)
        };
        let account = self.waiting.iter().min_by_key(of_account)?.caller.account;
        let caller = self
            .waiting
            .iter()
            .filter(|one| one.caller.account == account)
            .min_by_key(|one| (had(self.callers.get(&one.caller)), one.came))?
            .caller;
        self.waiting
            .iter()
            .enumerate()
            .filter(|(_, one)| one.caller == caller)
            .min_by_key(|(_, one)| (one.had, one.came))
            .map(|(at, _)| at)
    }
}
