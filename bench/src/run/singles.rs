//! Single durable adds by many clients at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::Amounts;
use super::calls::{api_item, make_topic};
use crate::data::Generator;
use crate::http::Client;
use crate::measure::{Samples, now};
use crate::peer::Peer;
use crate::report::{Report, Row};
use crate::server::{Access, Server};

/// Clients that add single mentions at once.
const SINGLE_CLIENTS: usize = 16;

pub(super) async fn singles(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    peer: &Peer,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let topic_id = make_topic(&mut client, access, "Singles").await?;
    let next = Arc::new(AtomicI64::new(10_000_000));
    let rounds = 4;
    let share = amounts.singles_per_client / rounds;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_samples, mut their_samples) = (Samples::default(), Samples::default());
    for round in 0..rounds {
        let begin = now();
        let mut tasks = tokio::task::JoinSet::new();
        for one in 0..SINGLE_CLIENTS {
            let (address, access, next) =
                (server.address.clone(), access.clone(), Arc::clone(&next));
            tasks.spawn(async move {
                let mut client = Client::connect(&address, &access.token).await?;
                let mut samples = Samples::default();
                for item in Generator::new(100 + one as u64 + round as u64 * 50, share as u64) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let body = Value::from(vec![api_item(number, &item, topic_id)]).to_string();
                    let begin = now();
                    client
                        .post_form(
                            &format!("/{}/inbox/add", access.account_id),
                            "mentions",
                            &body,
                        )
                        .await?;
                    samples.add(begin.elapsed());
                }
                anyhow::Ok(samples)
            });
        }
        while let Some(done) = tasks.join_next().await {
            our_samples.merge(&done??);
        }
        ours.push(begin.elapsed());
        let begin = now();
        let mut tasks = tokio::task::JoinSet::new();
        for one in 0..SINGLE_CLIENTS {
            let (peer, next) = (peer.clone(), Arc::clone(&next));
            tasks.spawn(async move {
                let mut samples = Samples::default();
                for item in Generator::new(100 + one as u64 + round as u64 * 50, share as u64) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let begin = now();
                    peer.insert(2_000_000_000 + number, &[item]).await?;
                    samples.add(begin.elapsed());
                }
                anyhow::Ok(samples)
            });
        }
        while let Some(done) = tasks.join_next().await {
            their_samples.merge(&done??);
        }
        theirs.push(begin.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = |rounds: &mut Vec<Duration>| {
        rounds.sort_unstable();
        let median = rounds.get(rounds.len() / 2).copied().unwrap_or_default();
        (SINGLE_CLIENTS * share) as f64 / median.as_secs_f64()
    };
    report.add(Row {
        name: "single durable adds, 16 clients".into(),
        ours: rate(&mut ours),
        peer: Some(rate(&mut theirs)),
        unit: "adds/s",
        more_is_better: true,
        target: Some(1.5),
        tails: None,
        remark: format!(
            "one add: {:.2} ms p50, {:.1} ms p99; peer {:.2} / {:.1} ms",
            our_samples.median_ms(),
            our_samples.p99_ms(),
            their_samples.median_ms(),
            their_samples.p99_ms()
        ),
    });
    Ok(())
}
