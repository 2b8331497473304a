//! A write, and the list that starts after it.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::calls::api_item;
use super::{Amounts, plain};
use crate::data::Generator;
use crate::http::{Client, response};
use crate::load::Loaded;
use crate::measure::{Samples, now};
use crate::report::Report;
use crate::server::{Access, Server};

/// Every acknowledged write must be in the list that starts after it.
pub(super) async fn pairs(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    loaded: &Loaded,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let topic = *loaded.topics.first().context("no topic")?;
    let mut samples = Samples::default();
    let mut seen = 0_usize;
    for (number, item) in Generator::new(9, amounts.pairs as u64).enumerate() {
        let id = 50_000_000 + i64::try_from(number)?;
        let body = Value::from(vec![api_item(id, &item, topic)]).to_string();
        client
            .post_form(
                &format!("/{}/inbox/add", access.account_id),
                "mentions",
                &body,
            )
            .await?;
        let begin = now();
        let found = client
            .get(
                &format!("/{}/inbox/mentions", access.account_id),
                &[("filter", format!("id:m{id}")), ("limit", "1".to_owned())],
            )
            .await?;
        samples.add(begin.elapsed());
        seen += usize::from(response(&found)?.get("count").and_then(Value::as_i64) == Some(1));
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    report.add(plain(
        "a write is in the next list",
        100.0 * seen as f64 / amounts.pairs as f64,
        "%",
        &format!(
            "{seen} of {} pairs; the list takes {:.2} ms p50, {:.2} ms p99",
            amounts.pairs,
            samples.median_ms(),
            samples.p99_ms()
        ),
    ));
    if seen != amounts.pairs {
        bail!("{} writes were not in the next list", amounts.pairs - seen);
    }
    Ok(())
}
