//! Beginning as one of several servers that share a database.

use std::sync::atomic::Ordering;

use sha2::{Digest, Sha256};
use store::{Db, Dialect};

use crate::{Engine, Error, address};

/// The fingerprint of the secret that servers on one database must share; it tells nothing of it.
pub fn secret_fingerprint(engine: &Engine) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"switchboard secret\0");
    hash.update(engine.config().secret);
    hash.finalize().to_vec()
}

/// Whether a secret is the one with which the addresses of the installation's feeds were sealed, as
/// far as the newest of them tells; with another one none of them can be asked.
///
/// # Errors
/// Those of the database.
pub async fn opens_addresses(db: &Db, secret: &[u8; 32]) -> Result<bool, Error> {
    let newest = store::profiles::find_sealed(db).await?;
    Ok(newest.is_none_or(|profile| address::open_with(secret, &profile).is_some()))
}

/// Notes that this server starts, and frees what its earlier starts had taken and never ended: jobs
/// and sources that were being asked. Called before any work is taken; the caller has made sure
/// that no other server has this one's number.
pub async fn begin(engine: &Engine) -> Result<(), Error> {
    let (node, now) = (engine.node(), engine.now());
    let is_only_server = engine.db().dialect() == Dialect::Sqlite;
    let (holder, jobs, profiles) = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let holder = store::nodes::begin(tx, node, now).await?;
                let jobs = store::jobs::free(tx, holder, is_only_server, now).await?;
                let profiles = store::profiles::free(tx, holder, is_only_server, now).await?;
                Ok::<_, Error>((holder, jobs, profiles))
            })
        })
        .await?;
    engine.parts.start.store(holder.start, Ordering::Relaxed);
    if jobs > 0 || profiles > 0 {
        tracing::info!(
            jobs,
            profiles,
            "work that the last run did not finish is taken up again"
        );
    }
    Ok(())
}
