//! Lists, facets and durable updates by several clients at once.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::json;

use super::Amounts;
use super::calls::ask;
use crate::data::Generator;
use crate::http::Client;
use crate::load::Loaded;
use crate::measure::now;
use crate::peer::Peer;
use crate::queries::{Kind, draw};
use crate::report::{Report, Row};
use crate::server::{Access, Server};

/// Clients of the mixed load.
const MIXED_CLIENTS: usize = 4;

pub(super) async fn mixed(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    peer: &Peer,
    loaded: &Loaded,
    rows: u64,
) -> Result<()> {
    const LISTS: [Kind; 6] = [Kind::L1, Kind::L2, Kind::L3, Kind::L4, Kind::L6, Kind::L7];
    const FACETS: [Kind; 3] = [Kind::F1, Kind::F2, Kind::F4];
    let ids = Arc::new(loaded.sample.clone());
    let mut totals = [0_usize; 2];
    // Two turns each, one after the other.
    for turn in 0..4_u64 {
        let is_ours = turn % 2 == 0;
        let mut tasks = tokio::task::JoinSet::new();
        for one in 0..MIXED_CLIENTS {
            let (address, access, peer, ids, loaded) = (
                server.address.clone(),
                access.clone(),
                peer.clone(),
                Arc::clone(&ids),
                loaded.clone(),
            );
            let (length, seed) = (amounts.mixed, 1_000 + one as u64 + 10 * (turn / 2));
            tasks.spawn(async move {
                let mut client = Client::connect(&address, &access.token).await?;
                let mut random = Generator::new(seed, 0);
                let begin = now();
                let mut done = 0_usize;
                while begin.elapsed() < length {
                    match random.below(100) {
                        0..10 => {
                            let (topic, id, _) = ids.get(random.below(ids.len())).copied().context("no sample")?;
                            if is_ours {
                                let status = if random.below(2) == 0 { "done" } else { "pending" };
                                let updates = json!({ "status": status, "tags": ["tag1"] }).to_string();
                                client.post_json(&format!("/{}/inbox/mention/{topic}/{id}?version=20220101", access.account_id), &json!({ "updates": updates, "options": { "tags_edit_mode": "add" } })).await?;
                            } else {
                                peer.update(i64::try_from(random.below(usize::try_from(rows)?))?, i16::try_from(random.below(2))? + 1).await?;
                            }
                        }
                        chance => {
                            let kind = if chance < 85 { LISTS.get(random.below(LISTS.len())) } else { FACETS.get(random.below(FACETS.len())) };
                            let question = draw(kind.copied().context("no kind")?, &mut random);
                            if is_ours {
                                ask(&mut client, &access, &question, &loaded).await?;
                            } else {
                                for sql in &question.sql {
                                    peer.run(sql).await?;
                                }
                            }
                        }
                    }
                    done += 1;
                }
                anyhow::Ok(done)
            });
        }
        while let Some(done) = tasks.join_next().await {
            if let Some(total) = totals.get_mut(usize::from(!is_ours)) {
                *total += done??;
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = |total: usize| total as f64 / (2.0 * amounts.mixed.as_secs_f64());
    report.add(Row {
        name: "mixed load, 10 % durable updates, 4 clients".into(),
        ours: rate(totals[0]),
        peer: Some(rate(totals[1])),
        unit: "operations/s",
        more_is_better: true,
        target: Some(10.0),
        tails: None,
        remark: "75 % lists with bodies, 15 % facets".into(),
    });
    Ok(())
}
