//! What authentication does now and then instead of at each request: writing counts and last uses,
//! and removing what is long dead.

use std::time::Duration;

use domain::time::{DAY_MS, HOUR_MS, UnixMillis};
use tokio_util::sync::CancellationToken;

use crate::{Engine, Error};

/// How long dead tokens are kept: a refresh token that is stolen and used late is still recognised
/// as used before, and its consent revoked.
const KEPT_MS: i64 = 30 * DAY_MS;

/// Reads the counts of calls that were made before this server started. Call it once, before the
/// first request.
pub async fn start(engine: &Engine) -> Result<(), Error> {
    let limits = &engine.auth_state().limits;
    let since = limits.oldest_window_at(engine.now());
    limits.learn(&store::rates::list(engine.db(), since).await?);
    Ok(())
}

/// Runs until it is cancelled, and then once more, so that an orderly stop loses no count.
pub async fn run(engine: Engine, stop: CancellationToken) {
    let mut pruned_at = UnixMillis::default();
    loop {
        let is_last = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(Duration::from_secs(1)) => false,
        };
        if let Err(error) = flush(&engine).await {
            tracing::warn!(%error, "writing the counts of calls failed, trying again");
        }
        if is_last {
            return;
        }
        let now = engine.now();
        if now.since(pruned_at).abs() >= HOUR_MS {
            match prune(&engine).await {
                Ok(()) => pruned_at = now,
                Err(error) => tracing::warn!(%error, "removing expired tokens failed"),
            }
        }
    }
}

/// Writes what was counted and used since the last call.
pub async fn flush(engine: &Engine) -> Result<(), Error> {
    let (state, now) = (engine.auth_state(), engine.now());
    let unsaved = state.limits.take_unsaved(now);
    let used: Vec<_> = state.take_used().into_keys().collect();
    let used_keys: Vec<_> = state.take_used_keys().into_keys().collect();
    if unsaved.is_empty() && used.is_empty() && used_keys.is_empty() {
        return Ok(());
    }
    let hits = unsaved.clone();
    let written: Result<Vec<i64>, Error> = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let totals = store::rates::add(tx, &hits).await?;
                // A last use that is lost is noted again at the next one.
                store::tokens::mark_used(tx, &used, now).await?;
                store::keys::mark_used(tx, &used_keys, now).await?;
                Ok(totals)
            })
        })
        .await;
    match written {
        Ok(totals) => {
            let mut known = unsaved;
            for (hits, total) in known.iter_mut().zip(totals) {
                hits.hits = total;
            }
            state.limits.learn(&known);
            Ok(())
        }
        Err(error) => {
            state.limits.put_back(&unsaved);
            Err(error)
        }
    }
}

/// Removes what is long dead.
pub async fn prune(engine: &Engine) -> Result<(), Error> {
    let now = engine.now();
    let window_ms = engine.config().auth.throttle.window_ms;
    let since = engine.auth_state().limits.oldest_window_at(now);
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::codes::prune(tx, now.plus_ms(-KEPT_MS)).await?;
                store::tokens::prune(tx, now.plus_ms(-KEPT_MS)).await?;
                store::sessions::prune(tx, now).await?;
                store::throttle::prune(tx, now.plus_ms(-window_ms)).await?;
                store::rates::prune(tx, since).await?;
                Ok(())
            })
        })
        .await
}
