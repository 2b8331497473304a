//! Batches of 500 through HTTP until they are visible.

use anyhow::{Result, bail};
use serde_json::Value;

use super::Amounts;
use super::calls::{api_item, count, make_topic};
use crate::data::{Generator, Item};
use crate::http::Client;
use crate::measure::{Samples, now};
use crate::peer::Peer;
use crate::report::{Report, Row};
use crate::server::{Access, Server};

pub(super) async fn ingest(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    peer: &Peer,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let topic_id = make_topic(&mut client, access, "Ingest").await?;
    let path = format!("/{}/inbox/add", access.account_id);
    let mut generator = Generator::new(1, 500 * amounts.batches as u64);
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let mut number = 0_i64;
    for _ in 0..amounts.batches {
        let items: Vec<Item> = generator.by_ref().take(500).collect();
        let mentions: Vec<Value> = items
            .iter()
            .zip(number..)
            .map(|(item, number)| api_item(number, item, topic_id))
            .collect();
        let body = Value::from(mentions).to_string();
        let begin = now();
        client.post_form(&path, "mentions", &body).await?;
        ours.add(begin.elapsed());
        let begin = now();
        peer.insert(1_000_000_000 + number, &items).await?;
        theirs.add(begin.elapsed());
        number += 500;
    }
    let counted = count(&mut client, access, &[]).await?;
    if counted != number {
        bail!("{number} mentions were acknowledged, {counted} are listed");
    }
    let rate = |samples: &Samples| 500.0 * 1_000.0 / samples.median_ms();
    report.add(Row {
        name: "ingest, batches of 500, durable and visible".into(),
        ours: rate(&ours),
        peer: Some(rate(&theirs)),
        unit: "mentions/s",
        more_is_better: true,
        target: Some(3.0),
        tails: None,
        remark: format!(
            "median of {} batches; a batch p99 {:.0} ms against {:.0} ms",
            ours.len(),
            ours.p99_ms(),
            theirs.p99_ms()
        ),
    });
    Ok(())
}
