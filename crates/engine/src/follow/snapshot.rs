//! Writes an index to disk, so that a restart has little to read.
//!
//! Not in turns: it cannot let anybody in between, and a place that waits for the disk would be
//! kept from those who could work. One index is written at a time, so it takes one thread.

use domain::ids::{AccountId, ChangeNumber};

use super::blocking;
use crate::{Engine, Error};

/// Writes the index of an account to disk and gives the change up to which it is complete; `None`
/// when it is not complete, or is kept in memory only.
pub async fn save(engine: &Engine, account_id: AccountId) -> Result<Option<ChangeNumber>, Error> {
    let search = engine.search().clone();
    let Some(capture) = blocking(move || search.capture(account_id)).await?? else {
        return Ok(None);
    };
    // Of the very change that is the last one in it, so that a log that was cut off before it and
    // went on otherwise is not taken for the same.
    let mark = store::changes::mark(engine.db(), account_id, capture.through()).await?;
    let search = engine.search().clone();
    let Some(through) = blocking(move || search.write(&capture, mark)).await?? else {
        return Ok(None);
    };
    engine.follow().feed(account_id).set_saved(through);
    Ok(Some(through))
}

/// How many changes the newest snapshot of an account lacks; `None` when there is no snapshot.
pub(crate) fn behind(engine: &Engine, account_id: AccountId) -> Option<i64> {
    let feed = engine.follow().feed(account_id);
    let saved = feed.saved()?;
    Some(feed.applied().0.saturating_sub(saved.0))
}
