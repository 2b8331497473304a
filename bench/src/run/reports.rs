//! A report of all mentions: how long it takes, and how much memory the whole server needs for it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::plain;
use super::starts::wait_complete;
use crate::data::DAYS;
use crate::http::Client;
use crate::load::load;
use crate::measure::{forget_peak, now, peak_resident_bytes, resident_bytes, whole_resident_bytes};
use crate::report::Report;
use crate::server::{Access, Installation, Server};
use crate::{Options, say};

/// Memory that a report may take, whatever its size.
const PROMISED_MB: f64 = 300.0;

/// Loads, asks for one report of each format, and leaves the archives in `keep`.
pub(super) async fn reports(
    options: &Options,
    executable: &Path,
    scratch: &Path,
    keep: &Path,
) -> Result<Report> {
    let mut report = Report::default();
    report.note("rows", options.rows.to_string());
    std::fs::create_dir_all(keep)?;
    let full = Installation {
        executable: executable.to_path_buf(),
        data: scratch.join("full"),
    };
    let access = full.init().await?;
    let key = full.key(&access).await?;
    say("loading");
    load(&full, &access, None, options.rows).await?;
    // The first start builds the index, and what that needed would hide what a report needs.
    let server = full.serve().await?;
    wait_complete(&server, &access, options.rows).await?;
    server.stop().await?;
    let server = full.serve().await?;
    wait_complete(&server, &access, options.rows).await?;
    for format in ["xlsx", "csv"] {
        one(&mut report, options, &server, &access, &key, (format, keep)).await?;
    }
    server.stop().await?;
    Ok(report)
}

#[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
async fn one(
    report: &mut Report,
    options: &Options,
    server: &Server,
    access: &Access,
    key: &(String, String),
    (format, keep): (&str, &Path),
) -> Result<()> {
    let mut client = Client::connect_as(&server.address, &key.0, &key.1).await?;
    let (from, to) = days();
    let order = json!({
        "account": access.account_id.to_string(), "date_from": from, "date_to": to,
        "format": format,
    });
    forget_peak(server.pid())?;
    let before = whole_resident_bytes(server.pid())?;
    let own_before = resident_bytes(server.pid())?;
    let mut own_peak = own_before;
    let begin = now();
    let asked = entity(&client.post_json("/v1.3/reports", &order).await?)?;
    let path = format!("/v1.3/reports/{}", text(&asked, "id")?);
    let made = loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        own_peak = own_peak.max(resident_bytes(server.pid())?);
        let state = entity(&client.get(&path, &[]).await?)?;
        if let Some(reason) = state.get("failure").and_then(Value::as_str) {
            bail!("the report failed: {reason}");
        }
        if state.get("download").is_some_and(Value::is_string) {
            break state;
        }
    };
    let seconds = begin.elapsed().as_secs_f64();
    let peak = peak_resident_bytes(server.pid())?;
    let needed = peak.saturating_sub(before) as f64 / 1e6;
    let whole = peak as f64 / 1e6;
    let own = own_peak.saturating_sub(own_before) as f64 / 1e6;

    let link = text(&made, "download")?;
    let path = link
        .split_once("/reports/")
        .map(|(_, rest)| format!("/reports/{rest}"))
        .context("a link to /reports/")?;
    let begin = now();
    let archive = client.get(&path, &[]).await?;
    let fetched = begin.elapsed().as_secs_f64();
    let file = keep.join(format!("report-{format}.zip"));
    std::fs::write(&file, &archive)?;

    let rate = options.rows as f64 / seconds;
    report.add(plain(
        &format!("report, {format}"),
        seconds,
        "s",
        &format!("{rate:.0} messages a second"),
    ));
    report.add(plain(
        &format!("report, {format}, memory at its peak above that before"),
        needed,
        "MB",
        &format!(
            "{own:.0} MB of it the process's own (RssAnon), {whole:.0} MB in all (VmHWM); promised <= {PROMISED_MB} MB: {}",
            if needed <= PROMISED_MB { "met" } else { "**missed**" }
        ),
    ));
    report.add(plain(
        &format!("report, {format}, file"),
        archive.len() as f64 / 1e6,
        "MB",
        &format!("fetched in {fetched:.1} s, left at {}", file.display()),
    ));
    Ok(())
}

/// First and last day that the data can have; it ends at the present moment.
fn days() -> (String, String) {
    use domain::time::{Clock as _, DAY_MS, SystemClock};
    let now = SystemClock.now();
    let day = |at: domain::time::UnixMillis| at.to_string().chars().take(10).collect();
    (
        day(now.plus_ms(-(DAYS + 1) * DAY_MS)),
        day(now.plus_ms(DAY_MS)),
    )
}

fn entity(body: &[u8]) -> Result<Value> {
    let mut answer: Value = serde_json::from_slice(body)?;
    answer
        .get_mut("report")
        .map(Value::take)
        .context("an answer without `report`")
}

fn text(object: &Value, name: &str) -> Result<String> {
    object
        .get(name)
        .and_then(Value::as_str)
        .map(ToOwned::to_owned)
        .with_context(|| format!("a report without `{name}`"))
}
