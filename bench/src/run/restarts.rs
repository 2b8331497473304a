//! Starts after a crash: how long until lists are complete.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::calls::{api_item, make_topic};
use super::plain;
use super::starts::wait_answer;
use crate::data::{Generator, word};
use crate::http::Client;
use crate::load::load;
use crate::measure::{Samples, now};
use crate::report::Report;
use crate::server::{Access, Installation, Server};
use crate::{Options, say};

/// How often each start is measured; the median is told.
const TIMES: usize = 3;
/// Calls that add mentions between a start and the crash, and mentions in each.
const CALLS: usize = 20;
const MENTIONS: usize = 500;

/// Kills servers and starts them again.
pub(super) async fn restarts(
    options: &Options,
    executable: &Path,
    scratch: &Path,
) -> Result<Report> {
    let mut report = Report::default();
    report.note("rows", options.rows.to_string());
    let words_asked = [("filter", format!("content:{}", word(0)))];
    let installation = Installation {
        executable: executable.to_path_buf(),
        data: scratch.join("restarts"),
    };
    let access = installation.init().await?;
    say("loading");
    load(&installation, &access, None, options.rows).await?;
    // An orderly end leaves a snapshot of everything there is at this point.
    let server = installation.serve().await?;
    wait_answer(&server, &access, &words_asked).await?;
    let topic = make_topic(
        &mut Client::connect(&server.address, &access.token).await?,
        &access,
        "Restarts",
    )
    .await?;
    server.stop().await?;

    let mut killed = Samples::default();
    let mut rows = i64::try_from(options.rows)?;
    for round in 0..TIMES {
        let server = installation.serve().await?;
        add(&server, &access, topic, round).await?;
        rows += i64::try_from(CALLS * MENTIONS)?;
        server.kill().await?;
        let (server, took) = start(&installation, &access, rows).await?;
        killed.add(took);
        server.stop().await?;
    }
    report.add(plain(
        "start after kill -9, with snapshot",
        killed.quantile_ms(0.5) / 1e3,
        "s",
        &format!(
            "promised <= 3 s; median of {TIMES}, {} changes behind the snapshot",
            CALLS * MENTIONS
        ),
    ));

    let (mut columns, mut words) = (Samples::default(), Samples::default());
    for _ in 0..TIMES {
        std::fs::remove_dir_all(installation.directory().join("index"))?;
        let begin = now();
        let (server, took) = start(&installation, &access, rows).await?;
        columns.add(took);
        wait_answer(&server, &access, &words_asked).await?;
        words.add(begin.elapsed());
        server.stop().await?;
    }
    report.add(plain(
        "start, index deleted, complete lists",
        columns.quantile_ms(0.5) / 1e3,
        "s",
        &format!("promised <= 15 s; median of {TIMES}"),
    ));
    report.add(plain(
        "start, index deleted, filters with words",
        words.quantile_ms(0.5) / 1e3,
        "s",
        &format!("median of {TIMES}"),
    ));
    Ok(report)
}

/// Starts a server and gives how long it took until a list was answered with all mentions.
async fn start(
    installation: &Installation,
    access: &Access,
    rows: i64,
) -> Result<(Server, Duration)> {
    let begin = now();
    let server = installation.serve().await?;
    let counted = wait_answer(&server, access, &[]).await?;
    let took = begin.elapsed();
    if counted != rows {
        bail!("a list of {counted} was answered while there are {rows}");
    }
    Ok((server, took))
}

async fn add(server: &Server, access: &Access, topic: i64, round: usize) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let path = format!("/{}/inbox/add", access.account_id);
    let seed = 100 + u64::try_from(round)?;
    let mut items = Generator::new(seed, u64::try_from(CALLS * MENTIONS)?);
    let mut number = -1 - i64::try_from(round * CALLS * MENTIONS)?;
    for _ in 0..CALLS {
        let mut mentions = Vec::with_capacity(MENTIONS);
        for item in items.by_ref().take(MENTIONS) {
            mentions.push(api_item(number, &item, topic));
            number -= 1;
        }
        let body = Value::from(mentions).to_string();
        client.post_form(&path, "mentions", &body).await?;
    }
    Ok(())
}
