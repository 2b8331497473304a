//! Forgetting old changes: the change log is kept for as long as somebody may come back to it.
//!
//! A snapshot of the index is brought up to date from the log, so a server notes how far its own
//! goes, and nothing beyond that is removed. A server that has been away for twice as long as the
//! log is kept holds it up no longer; when it comes back it builds its index anew.

use domain::ids::{AccountId, ChangeNumber};
use domain::time::UnixMillis;

use crate::{Engine, Error};

/// Rows that are removed in one transaction, so that others get their turn.
const ROWS: usize = 1_000;

/// Notes that the snapshot of an account on this server holds everything up to a change.
pub(super) async fn note_snapshot(
    engine: &Engine,
    account_id: AccountId,
    through: ChangeNumber,
) -> Result<(), Error> {
    let follower = format!("index {}", engine.node());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok(store::changes::move_cursor(tx, account_id, &follower, through).await?)
            })
        })
        .await
}

/// Removes the changes of every account that are older than the log is kept.
pub(super) async fn run(engine: &Engine, now: UnixMillis) -> Result<(), Error> {
    for account in store::accounts::list(engine.db()).await? {
        while trim_some(engine, account.id, now).await? {
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

/// Removes one portion; tells whether more may be left.
async fn trim_some(engine: &Engine, account_id: AccountId, now: UnixMillis) -> Result<bool, Error> {
    let Some(through) = removable(engine, account_id, now).await? else {
        return Ok(false);
    };
    let removed = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>(store::changes::trim(tx, account_id, through, ROWS).await?)
            })
        })
        .await?;
    Ok(usize::try_from(removed).is_ok_and(|removed| removed >= ROWS))
}

/// The newest of the oldest changes that nobody needs any more.
async fn removable(
    engine: &Engine,
    account_id: AccountId,
    now: UnixMillis,
) -> Result<Option<ChangeNumber>, Error> {
    let (db, kept_ms) = (engine.db(), engine.config().changes_kept_ms);
    let old = now.plus_ms(-kept_ms);
    let Some(old) = store::changes::written_before(db, account_id, old, ROWS).await? else {
        return Ok(None);
    };
    let needed_after = store::changes::slowest_cursor(db, account_id).await?;
    let seen_by_all = needed_after.map_or(old, |slowest| slowest.min(old));
    let ancient = now.plus_ms(-kept_ms.saturating_mul(2));
    let ancient = store::changes::written_before(db, account_id, ancient, ROWS).await?;
    Ok(Some(
        ancient.map_or(seen_by_all, |ancient| ancient.max(seen_by_all)),
    ))
}
