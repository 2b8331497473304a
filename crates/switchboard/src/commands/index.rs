//! `index rebuild`.

use std::sync::Arc;

use domain::time::SystemClock;
use engine::random::SystemRandom;
use serde_json::json;

use crate::config::Config;
use crate::output::Output;
use crate::wiring::{self, Index};

/// Builds the index of every account anew and writes it down; conversations that are not what their
/// mentions say are put right first.
pub(super) async fn rebuild(config: &Config, output: Output) -> anyhow::Result<()> {
    let _lock = wiring::lock(config)?;
    let db = wiring::database(config).await?;
    let engine = wiring::engine(
        config,
        db,
        Index::OnDisk,
        config.public_url.clone(),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
    .await?;
    let mut rows = 0;
    let mut mended = 0;
    let accounts = store::accounts::list(engine.db()).await?;
    for account in &accounts {
        mended += engine::conversations::rebuild(&engine, account.id)
            .await?
            .mended;
        engine::follow::rebuild(&engine, account.id).await?;
        engine::follow::save(&engine, account.id).await?;
    }
    for account in engine.search().memory().accounts {
        rows += account.rows;
    }
    engine.db().close().await;
    output.print(
        &format!(
            "Rebuilt the index of {} accounts with {rows} mentions. {mended} conversations were put right.",
            accounts.len()
        ),
        &json!({ "accounts": accounts.len(), "mentions": rows, "conversations_mended": mended }),
    );
    Ok(())
}
