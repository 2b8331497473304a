//! What authentication does now and then instead of at each request: writing counts and last uses,
//! and removing what is long dead.

use std::time::Duration;

use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use store::Dialect;
use tokio_util::sync::CancellationToken;

use crate::{Engine, Error};

/// How long dead tokens are kept: a refresh token that is stolen and used late is still recognised
/// as used before, and its consent revoked.
const KEPT_MS: i64 = 30 * DAY_MS;

/// When what is dead is removed for the first time; every hour from then on.
const FIRST_PRUNE_MS: i64 = 10 * MINUTE_MS;

/// Reads the counts of calls that were made before this server started. Call it once, before the
/// first request.
pub async fn start(engine: &Engine) -> Result<(), Error> {
    if engine.db().dialect() != Dialect::Sqlite {
        // What is left is reserved when it is needed.
        return Ok(());
    }
    let limits = &engine.auth_state().limits;
    let since = limits.oldest_window_at(engine.now());
    limits.learn(&store::rates::list(engine.db(), since).await?);
    Ok(())
}

/// Runs until it is cancelled, and then once more, so that an orderly stop loses no count.
pub async fn run(engine: Engine, stop: CancellationToken) {
    let (mut pruned_at, mut wait_ms) = (engine.steady(), FIRST_PRUNE_MS);
    loop {
        let is_last = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(Duration::from_secs(1)) => false,
        };
        let written = if is_last {
            finish(&engine).await
        } else {
            flush(&engine).await
        };
        if let Err(error) = written {
            tracing::warn!(%error, "writing the counts of calls failed, trying again");
        }
        if is_last {
            return;
        }
        let now = engine.steady();
        if now.since(pruned_at) >= wait_ms {
            match prune(&engine).await {
                Ok(()) => (pruned_at, wait_ms) = (now, HOUR_MS),
                Err(error) => tracing::warn!(%error, "removing expired tokens failed"),
            }
        }
    }
}

/// Writes what was counted and used since the last call, and gives back what other servers may use.
pub async fn flush(engine: &Engine) -> Result<(), Error> {
    give_back(engine, false).await?;
    write(engine).await
}

/// The same at the end of a server, which needs nothing of what it reserved any more.
pub async fn finish(engine: &Engine) -> Result<(), Error> {
    give_back(engine, true).await?;
    write(engine).await
}

async fn give_back(engine: &Engine, all: bool) -> Result<(), Error> {
    if engine.db().dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let limits = &engine.auth_state().limits;
    let unused = limits.take_unused(engine.now(), engine.steady(), all);
    if unused.is_empty() {
        return Ok(());
    }
    // What cannot be given back is lost to the others until the window ends, which is little.
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move { Ok::<_, Error>(store::rates::give_back(tx, &unused).await?) })
        })
        .await
}

async fn write(engine: &Engine) -> Result<(), Error> {
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
    let Some(now) = engine.purge_time() else {
        return Ok(());
    };
    let window_ms = engine.config().auth.throttle.window_ms;
    let since = engine.auth_state().limits.oldest_window_at(now);
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::codes::prune(tx, now.plus_ms(-KEPT_MS)).await?;
                store::tokens::prune(tx, now.plus_ms(-KEPT_MS)).await?;
                store::sessions::prune(tx, now).await?;
                store::password_links::prune(tx, now).await?;
                store::invitation_links::prune(tx, now).await?;
                store::throttle::prune(tx, now.plus_ms(-window_ms)).await?;
                store::rates::prune(tx, since).await?;
                Ok(())
            })
        })
        .await
}
