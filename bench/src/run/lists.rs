//! The list queries and facets, each beside the same question to the peer.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Amounts;
use super::calls::ask;
use crate::Options;
use crate::data::Generator;
use crate::http::{Client, response};
use crate::load::Loaded;
use crate::measure::{Samples, now};
use crate::peer::Peer;
use crate::queries::{Kind, draw};
use crate::report::{Report, Row};
use crate::server::{Access, Server};

pub(super) async fn lists_and_facets(
    report: &mut Report,
    amounts: &Amounts,
    options: &Options,
    server: &Server,
    access: &Access,
    peer: &Peer,
    loaded: &Loaded,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let mut random = Generator::new(77, 0);
    for kind in Kind::ALL {
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        let begin = now();
        for round in 0..amounts.repeats + 3 {
            let question = draw(kind, &mut random);
            let own = ask(&mut client, access, &question, loaded).await?;
            let start = now();
            for sql in &question.sql {
                peer.run(sql).await?;
            }
            let other = start.elapsed();
            // The first few warm both sides' caches.
            if round >= 3 {
                ours.add(own);
                theirs.add(other);
            }
            if begin.elapsed() > Duration::from_mins(1) {
                break;
            }
        }
        check_counts(&mut client, access, peer, loaded, kind).await?;
        report.add(Row {
            name: kind.title().into(),
            ours: ours.median_ms(),
            peer: Some(theirs.median_ms()),
            unit: "ms",
            more_is_better: false,
            target: Some(kind.target(options.rows >= 5_000_000)),
            tails: Some((ours.p99_ms(), Some(theirs.p99_ms()))),
            remark: format!("n={}", ours.len()),
        });
    }
    Ok(())
}

/// Both sides must count the same, or their times mean nothing.
async fn check_counts(
    client: &mut Client,
    access: &Access,
    peer: &Peer,
    loaded: &Loaded,
    kind: Kind,
) -> Result<()> {
    let mut random = Generator::new(5, 0);
    for _ in 0..3 {
        let question = draw(kind, &mut random);
        let [_, counting] = question.sql.as_slice() else {
            return Ok(());
        };
        let topic = loaded
            .topics
            .get(question.topic)
            .copied()
            .unwrap_or_default();
        let from = question
            .days
            .map_or(loaded.start_ms, |days| loaded.end_ms - days * 86_400_000);
        let ours = count_from(client, access, topic, &question.filter, from).await?;
        let theirs = peer.number(counting).await?;
        if ours != theirs {
            bail!(
                "{}: {} counts {ours}, PostgreSQL {theirs}",
                kind.title(),
                question.filter
            );
        }
    }
    Ok(())
}

async fn count_from(
    client: &mut Client,
    access: &Access,
    topic: i64,
    filter: &str,
    from_ms: i64,
) -> Result<i64> {
    let query = [
        ("limit", "0".to_owned()),
        ("topic_ids", topic.to_string()),
        ("filter", filter.to_owned()),
        ("date_from", (from_ms / 1_000).to_string()),
    ];
    let answer = client
        .get(&format!("/{}/inbox/mentions", access.account_id), &query)
        .await?;
    response(&answer)?
        .get("count")
        .and_then(Value::as_i64)
        .context("a list without count")
}
