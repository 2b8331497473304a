//! Looks whether index and database hold the same, and mends what differs.
//!
//! Both keep what their mentions come to ([`Checksum`](domain::checksum::Checksum)), so that it can
//! be compared at any moment at which both stand at the same change.

use std::sync::atomic::Ordering;

use domain::ids::AccountId;
use search::Holding;
use store::changes::Head;

use super::feed::Stage;
use super::log;
use crate::{Engine, Error};

/// Compares the index of every account with the database. One that differs is built anew.
pub async fn compare(engine: &Engine) -> Result<(), Error> {
    let mut held = Vec::new();
    for account in store::accounts::list(engine.db()).await? {
        if engine.follow().lacks_rows(account.id) {
            continue;
        }
        // Before the database is asked: what is in it was committed then.
        if let Some(holding) = engine.search().holding(account.id) {
            held.push((account.id, holding));
        }
    }
    for (account_id, head) in store::changes::all_newest(engine.db()).await? {
        let own = held.iter().find(|(id, _)| *id == account_id);
        if let Some((_, holding)) = own {
            settle(engine, account_id, holding, &head).await?;
        }
    }
    Ok(())
}

/// The same for one account.
pub(super) async fn account(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    let Some(holding) = engine.search().holding(account_id) else {
        return Ok(());
    };
    let head = store::changes::newest(engine.db(), account_id).await?;
    settle(engine, account_id, &holding, &head).await
}

async fn settle(
    engine: &Engine,
    account_id: AccountId,
    holding: &Holding,
    head: &Head,
) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    // Changes are on their way: another time.
    if holding.through != head.number || feed.stage() == Stage::Rebuilding {
        return Ok(());
    }
    if holding.checksum == head.checksum {
        feed.differs.store(false, Ordering::SeqCst);
        return Ok(());
    }
    metrics::counter!("index_differences").increment(1);
    let first_time = !feed.differs.swap(true, Ordering::SeqCst);
    tracing::error!(
        account.id = %account_id,
        change = %head.number,
        index.mentions = holding.checksum.mentions,
        database.mentions = head.checksum.mentions,
        first_time,
        "index and database differ; mending it"
    );
    if first_time {
        log::start_over(engine, account_id, &feed, head, log::Log::Same).await;
        return Ok(());
    }
    // The index was just built from every row there is, so it is the sum in the database that is
    // wrong.
    let (at, checksum) = (head.number, holding.checksum);
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>(store::changes::correct(tx, account_id, at, checksum).await?)
            })
        })
        .await?;
    Ok(())
}
