//! Whose turn it is to be polled.
//!
//! Sources that do not answer hold their places until their time is over, and there may be any
//! number of them. So a source whose answer takes longer than a moment gives its place to the next
//! one and waits on among the slow ones; no topic and no account has all places, and one host has
//! at most a few, whoever asks it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::{AccountId, ProfileId, TopicId};
use domain::topic::Profile;

/// How many sources are asked at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    /// Those that were asked a moment ago.
    pub(super) places: usize,
    /// Those that take longer.
    pub(super) slow: usize,
    /// Of one host, quick or slow.
    pub(super) per_host: usize,
}

impl Shares {
    /// Places that one topic may have: two are left for the others.
    fn of_topic(self) -> usize {
        self.places.saturating_sub(2).max(1)
    }

    /// Places that one account may have: one is left for the others.
    fn of_account(self) -> usize {
        self.places.saturating_sub(1).max(1)
    }

    /// Slow ones that one account may have.
    fn slow_of_account(self) -> usize {
        (self.slow / 4 * 3).max(1)
    }
}

/// A source that is being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    account_id: AccountId,
    topic_id: TopicId,
    id: ProfileId,
    host: String,
    is_slow: bool,
}

impl Asked {
    fn of(profile: &Profile) -> Self {
        Self {
            account_id: profile.account_id,
            topic_id: profile.topic_id,
            id: profile.id,
            host: host(&profile.service_id),
            is_slow: false,
        }
    }

    fn is(&self, account_id: AccountId, id: ProfileId) -> bool {
        (self.account_id, self.id) == (account_id, id)
    }
}

/// Host and port; what is no address has none and shares it with nobody.
fn host(service_id: &str) -> String {
    url::Url::parse(service_id)
        .ok()
        .and_then(|url| {
            let port = url.port_or_known_default().unwrap_or_default();
            Some(format!("{}:{port}", url.host_str()?))
        })
        .unwrap_or_default()
}

/// Who is being asked, and who is next.
#[derive(Debug)]
pub(super) struct Turns {
    shares: Shares,
    asked: Mutex<Vec<Asked>>,
}

/// A source's turn; it ends with this value.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    account_id: AccountId,
    id: ProfileId,
}

impl Turns {
    pub(super) fn new(shares: Shares) -> Arc<Self> {
        Arc::new(Self {
            shares,
            asked: Mutex::default(),
        })
    }

    /// Takes the next one out of those that are due, if any may be asked now: of the account of
    /// which the fewest are being asked, then of the topic, then of the host, then the first.
    pub(super) fn next(self: &Arc<Self>, due: &mut Vec<Profile>) -> Option<(Profile, Turn)> {
        let mut asked = self.lock();
        let (position, new) = due
            .iter()
            .map(Asked::of)
            .enumerate()
            .filter_map(|(position, new)| Some((self.rank(&asked, &new)?, position, new)))
            .min_by_key(|(rank, position, _)| (*rank, *position))
            .map(|(_, position, new)| (position, new))?;
        let turn = Turn {
            turns: Arc::clone(self),
            account_id: new.account_id,
            id: new.id,
        };
        asked.push(new);
        drop(asked);
        Some((due.remove(position), turn))
    }

    /// How many are being asked of its account, topic and host; `None` when it must wait.
    fn rank(&self, asked: &[Asked], new: &Asked) -> Option<(usize, usize, usize)> {
        let shares = self.shares;
        let count = |holds: &dyn Fn(&Asked) -> bool| asked.iter().filter(|one| holds(one)).count();
        let of_account = |one: &Asked| one.account_id == new.account_id;
        let of_topic = |one: &Asked| of_account(one) && one.topic_id == new.topic_id;
        let of_host = |one: &Asked| !new.host.is_empty() && one.host == new.host;
        let may_begin = count(&|one| !one.is_slow) < shares.places
            && count(&|one| !one.is_slow && of_account(one)) < shares.of_account()
            && count(&|one| !one.is_slow && of_topic(one)) < shares.of_topic()
            && count(&of_host) < shares.per_host
            && count(&|one| one.is(new.account_id, new.id)) == 0;
        may_begin.then(|| (count(&of_account), count(&of_topic), count(&of_host)))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Gives the place to the next one and waits on among the slow; `false` when there are too many
    /// of those.
    pub(super) fn is_slow(&self) -> bool {
        let shares = self.turns.shares;
        let mut asked = self.turns.lock();
        let slow = asked.iter().filter(|one| one.is_slow);
        let of_account = slow.clone().filter(|one| one.account_id == self.account_id);
        if of_account.count() >= shares.slow_of_account() || slow.count() >= shares.slow {
            return false;
        }
        for one in asked
            .iter_mut()
            .filter(|one| one.is(self.account_id, self.id))
        {
            one.is_slow = true;
        }
        true
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut asked = self.turns.lock();
        asked.retain(|one| !one.is(self.account_id, self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::source::{Provider, Service};
    use domain::time::UnixMillis;
    use domain::topic::Connection;

    const SHARES: Shares = Shares {
        places: 8,
        slow: 32,
        per_host: 4,
    };

    fn due(id: i64, account: i64, topic: i64, host: &str) -> Profile {
        Profile {
            account_id: AccountId(account),
            topic_id: TopicId(topic),
            id: ProfileId(id),
            service: Service::Rss,
            service_id: format!("http://{host}/{id}"),
            provider: Provider::SearchProviderRss,
            displayname: None,
            username: None,
            avatar: None,
            added_at: UnixMillis(0),
            removed_at: None,
            connection: Connection::default(),
        }
    }

    /// Begins as many as may begin; gives their numbers.
    fn begin(turns: &Arc<Turns>, due: &mut Vec<Profile>) -> (Vec<i64>, Vec<Turn>) {
        std::iter::from_fn(|| turns.next(due))
            .map(|(profile, turn)| (profile.id.0, turn))
            .unzip()
    }

    #[test]
    fn a_host_has_a_few_places_and_its_next_source_comes_when_one_ends() {
        let turns = Turns::new(SHARES);
        let mut waiting: Vec<_> = (1..=60).map(|id| due(id, 1, id, "slow.example")).collect();
        waiting.push(due(99, 1, 1, "quick.example"));
        let (begun, mut held) = begin(&turns, &mut waiting);
        assert_eq!(begun.len(), 5);
        assert!(begun.contains(&99));
        for turn in &held {
            assert!(turn.is_slow());
        }
        assert_eq!(
            begin(&turns, &mut waiting).0,
            [0; 0],
            "slow ones count, too"
        );
        held.clear();
        assert_eq!(begin(&turns, &mut waiting).0.len(), 4);
    }

    #[test]
    fn however_many_hosts_do_not_answer_another_topic_and_another_account_have_their_turn() {
        let turns = Turns::new(SHARES);
        let tarpit = |id| due(id, 1, 1, &format!("slow{id}.example"));
        let mut waiting: Vec<_> = (1..=60).map(tarpit).collect();
        let mut held = Vec::new();
        loop {
            let (begun, turns) = begin(&turns, &mut waiting);
            let all_hold = begun.is_empty();
            held.extend(turns);
            for turn in &held {
                turn.is_slow();
            }
            if all_hold {
                break;
            }
        }
        assert_eq!(
            held.len(),
            24 + 6,
            "as many as one account may have slow, and one topic places"
        );
        waiting.push(due(98, 1, 2, "quick.example"));
        waiting.push(due(99, 2, 3, "quick.example"));
        assert_eq!(begin(&turns, &mut waiting).0, [99, 98]);
    }

    #[test]
    fn accounts_and_then_topics_take_turns() {
        let turns = Turns::new(Shares {
            places: 5,
            ..SHARES
        });
        let mut waiting = vec![
            due(1, 1, 1, "a.example"),
            due(2, 1, 1, "b.example"),
            due(3, 1, 2, "c.example"),
            due(4, 2, 3, "d.example"),
            due(5, 2, 3, "e.example"),
        ];
        assert_eq!(begin(&turns, &mut waiting).0, [1, 4, 3, 5, 2]);
    }

    #[test]
    fn what_is_being_asked_is_not_asked_twice() {
        let turns = Turns::new(SHARES);
        let same = || vec![due(1, 1, 1, "a.example")];
        let (begun, _held) = begin(&turns, &mut same());
        assert_eq!(begun, [1]);
        assert_eq!(begin(&turns, &mut same()).0, [0; 0]);
    }
}
