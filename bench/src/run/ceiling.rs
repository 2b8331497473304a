//! How close answers come to what the HTTP library can do at all.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Amounts;
use crate::http::Client;
use crate::load::Loaded;
use crate::measure::now;
use crate::report::{Report, Row};
use crate::server::{Access, Server};

/// One mention and a page of 20 against axum's hello.
pub(super) async fn ceiling(
    report: &mut Report,
    amounts: &Amounts,
    executable: &Path,
    server: &Server,
    access: &Access,
    loaded: &Loaded,
) -> Result<()> {
    use tokio::io::AsyncBufReadExt;
    let bench: PathBuf = executable.with_file_name("switchboard-bench");
    let mut hello = tokio::process::Command::new(bench)
        .args(["--postgres", "-", "--hello"])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let line = tokio::io::BufReader::new(hello.stdout.take().context("no output")?)
        .lines()
        .next_line()
        .await?
        .context("no hello")?;
    let ceiling = line.trim_start_matches("listening on http://").to_owned();
    let (topic, id, _) = *loaded.sample.first().context("no sample")?;
    let single = format!("/{}/inbox/mention/{topic}/{id}", access.account_id);
    let page = format!(
        "/{}/inbox/mentions?limit=20&date_from={}",
        access.account_id,
        loaded.start_ms / 1_000
    );
    let mut rates = [0.0, 0.0, 0.0];
    let rounds = 3;
    for _ in 0..rounds {
        for (slot, (address, path, requests)) in [
            (&ceiling, "/", amounts.pages * 4),
            (&server.address, single.as_str(), amounts.pages * 2),
            (&server.address, page.as_str(), amounts.pages / 2),
        ]
        .into_iter()
        .enumerate()
        {
            let rate = throughput(address, &access.token, path, requests).await?;
            if let Some(sum) = rates.get_mut(slot) {
                *sum += rate / f64::from(rounds);
            }
        }
    }
    let [hello_rate, single_rate, page_rate] = rates;
    let row = |name: &str, ours: f64, target: f64| Row {
        name: name.into(),
        ours,
        peer: Some(hello_rate),
        unit: "requests/s",
        more_is_better: true,
        target: Some(target),
        tails: None,
        remark: "the peer is axum's hello, 16 connections, client on the same cores".into(),
    };
    report.add(row("a mention", single_rate, 0.45));
    report.add(row("a page of 20 with count", page_rate, 0.10));
    Ok(())
}

async fn throughput(address: &str, token: &str, path: &str, requests: usize) -> Result<f64> {
    let connections = 16;
    let begin = now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (address, token, path) = (address.to_owned(), token.to_owned(), path.to_owned());
        tasks.spawn(async move {
            let mut client = Client::connect(&address, &token).await?;
            for _ in 0..requests / connections {
                client.get(&path, &[]).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = requests as f64 / begin.elapsed().as_secs_f64();
    Ok(rate)
}
