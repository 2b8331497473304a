//! `audit verify`.

use domain::ids::AccountId;
use engine::auth::audit::Verified;
use engine::auth::operator;
use serde_json::json;

use super::admin::open;
use crate::config::Config;
use crate::output::{Output, Silent};

/// Walks the chains of the log and tells where each is broken first, if it is.
pub(super) async fn verify(
    config: &Config,
    account: Option<i64>,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let found = operator::verify_log(&engine, account.map(AccountId)).await?;
    engine.db().close().await;
    let mut lines = Vec::new();
    let mut chains = Vec::new();
    let mut broken = Vec::new();
    for (chain, verified) in found {
        let title = if chain == 0 {
            "security log".to_owned()
        } else {
            format!("account {chain}")
        };
        match verified {
            Verified::Intact(entries) => {
                lines.push(format!("intact  {title}: {entries} entries"));
                chains.push(json!({ "chain": chain, "intact": true, "entries": entries }));
            }
            Verified::BrokenAt(entry) => {
                let entry = entry.get();
                lines.push(format!("BROKEN  {title}: at entry {entry}"));
                chains.push(json!({ "chain": chain, "intact": false, "broken_at": entry }));
                broken.push(format!("{title} at entry {entry}"));
            }
        }
    }
    let is_intact = broken.is_empty();
    output.print(
        &lines.join("\n"),
        &json!({ "intact": is_intact, "chains": chains }),
    );
    if is_intact {
        return Ok(());
    }
    if output.is_json {
        return Err(Silent.into());
    }
    anyhow::bail!("the log was changed: {}", broken.join(", "))
}
