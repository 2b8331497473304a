//! The change log as it happens.
//!
//! A listener remembers the last number it saw and asks for what came after; numbers have no gaps
//! and are never used twice, so it can go on after any interruption without loss or repeat. It hears
//! of a change when lists show it, which is a moment after the commit. A change is read once for
//! all who listen to its account.

mod places;
mod recent;
mod standing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::change::{Change, ChangeKind};
use domain::ids::{AccountId, ChangeNumber, UserId};
use domain::permission::Permission;
use domain::scope::Scope;
use tokio::sync::watch;

use crate::{Engine, Error, assigned, follow};

pub use places::StreamsConfig;
pub use standing::Standing;

/// What the listeners of this node share.
#[derive(Debug, Default)]
pub(crate) struct State {
    places: places::Places,
    recents: recent::Recents,
    standings: standing::Standings,
}

impl State {
    /// An account's log lost something: what is kept of it is dropped, and whoever listens has to
    /// start over.
    pub(crate) fn lose(&self, account_id: AccountId) {
        self.recents.lose(account_id);
    }
}

/// A place in the change log of one account.
#[derive(Debug)]
pub struct Listener {
    account_id: AccountId,
    seen: ChangeNumber,
    news: watch::Receiver<ChangeNumber>,
    recent: Arc<recent::Recent>,
    /// Changes when the log has lost something.
    losses: watch::Receiver<u64>,
    _place: places::Place,
}

/// Part of the log.
#[derive(Debug)]
pub struct News {
    /// Changes that the listener may see.
    pub changes: Vec<Arc<Change>>,
    /// The number up to which the log was read; the place to go on from, also when nothing of it
    /// may be seen.
    pub through: ChangeNumber,
    /// The last change read may have changed what the listener may see: what comes after it is to be
    /// asked for with a scope that was looked up since.
    pub ends_scope: bool,
}

/// Starts after a number, or at what the lists of this node show at present.
///
/// # Errors
/// `Denied` without the right to read the inbox; `Conflict` when the log does not reach back that
/// far any more or does not reach that far yet: the caller has to read the lists anew; `Crowded` when
/// the user or the account has as many streams open as [`StreamsConfig`] says.
pub async fn listen(
    engine: &Engine,
    scope: &Scope,
    after: Option<ChangeNumber>,
) -> Result<Listener, Error> {
    if !scope.may(Permission::InboxRead) {
        return Err(Error::lacks(Permission::InboxRead));
    }
    let account_id = scope.account_id();
    let place =
        engine
            .live()
            .places
            .take(engine.config().streams, scope.actor().user_id(), account_id)?;
    follow::start_account(engine, account_id).await?;
    // Before the log is looked at, so that a loss after that is heard of.
    let recent = engine.live().recents.of(account_id);
    let losses = recent.losses();
    let news = engine.follow().watch(account_id);
    let head = store::changes::head(engine.db(), account_id).await?;
    // What is committed and not shown yet is still to be told.
    let shown = *news.borrow();
    let seen = after.unwrap_or(head.min(shown));
    let oldest = store::changes::oldest(engine.db(), account_id)
        .await?
        .unwrap_or(head.next());
    if seen > head || seen.next() < oldest {
        return Err(Error::Conflict(format!(
            "The change log holds the events after {} up to {head}; read the lists anew and listen from there.",
            oldest.0.saturating_sub(1)
        )));
    }
    Ok(Listener {
        account_id,
        seen,
        news,
        recent,
        losses,
        _place: place,
    })
}

impl Listener {
    /// The number up to which the log was read: the place to go on from.
    pub const fn seen(&self) -> ChangeNumber {
        self.seen
    }

    /// The number up to which the lists of this node show the log, for those who start over.
    pub fn shown(&self) -> ChangeNumber {
        *self.news.borrow()
    }

    /// What came since the last call and is in the lists of this node; waits until there is
    /// something.
    ///
    /// # Errors
    /// `Conflict` when the log does not follow on what was heard: the caller has to read the lists
    /// anew and to listen from [`shown`](Self::shown).
    pub async fn next(&mut self, engine: &Engine, scope: &Scope) -> Result<News, Error> {
        loop {
            // Numbers of a log that has lost its end are given again, to other changes.
            if self.losses.has_changed().unwrap_or(true) {
                return Err(Error::Conflict(
                    "The change log has lost events; read the lists anew.".to_owned(),
                ));
            }
            let shown = *self.news.borrow_and_update();
            let mut changes = self
                .recent
                .after(engine, self.account_id, self.seen, shown)
                .await?;
            let end = changes
                .iter()
                .position(|change| may_change_scope(scope, change));
            if let Some(end) = end {
                changes.truncate(end.saturating_add(1));
            }
            if let Some(last) = changes.last() {
                self.seen = last.number;
                let changes = changes
                    .into_iter()
                    .filter_map(|change| seen(scope, change))
                    .collect();
                return Ok(News {
                    changes,
                    through: self.seen,
                    ends_scope: end.is_some(),
                });
            }
            let is_open = tokio::select! {
                changed = self.news.changed() => changed.is_ok(),
                // Looked at above, where it must still count as changed.
                lost = self.losses.changed() => {
                    self.losses.mark_changed();
                    lost.is_ok()
                }
            };
            if !is_open {
                return Err(Error::unavailable("the change log is closed"));
            }
        }
    }
}

/// Whether a change may be of what its listener may see: their membership, or a role, which may be
/// theirs. What is no matter of the account (the token, the person as such) is not in its log.
fn may_change_scope(scope: &Scope, change: &Change) -> bool {
    match change.kind {
        ChangeKind::UserUpdated | ChangeKind::UserDeleted => {
            scope.actor().user_id() == Some(UserId(change.object_id))
        }
        ChangeKind::RoleUpdated => true,
        _ => false,
    }
}

/// Changes of topics within reach, of assigned mentions only for those who see no others; settings
/// without a topic only for who may read settings.
fn seen(scope: &Scope, change: Arc<Change>) -> Option<Arc<Change>> {
    let Some(topic) = change.topic_id else {
        let is_visible = match change.kind {
            ChangeKind::TagAdded | ChangeKind::TagUpdated | ChangeKind::TagDeleted => true,
            _ => scope.may(Permission::SettingsRead),
        };
        return is_visible.then_some(change);
    };
    if !scope.reaches(topic) {
        return None;
    }
    match scope.only_assigned() {
        // Who sees assigned mentions only would learn of others from their changes.
        Some(user) => assigned::seen_by(user, Change::clone(&change)).map(Arc::new),
        None => Some(change),
    }
}
