//! The order of a run; one file for each measurement.

mod calls;
mod ceiling;
mod conversations;
mod ingest;
mod lists;
mod mixed;
mod pairs;
mod reports;
mod restarts;
mod singles;
mod starts;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use ceiling::ceiling;
use conversations::conversations;
use ingest::ingest;
use lists::lists_and_facets;
use mixed::mixed;
use pairs::pairs;
use reports::reports;
use restarts::restarts;
use singles::singles;
use starts::{starts, wait_complete};

use crate::load::load;
use crate::measure::{disk_bytes, fdatasync_median_ms, resident_bytes};
use crate::peer::Peer;
use crate::report::{Report, Row};
use crate::server::Installation;
use crate::{Options, say};

/// How much of everything.
struct Amounts {
    batches: usize,
    singles_per_client: usize,
    repeats: usize,
    mixed: Duration,
    pairs: usize,
    pages: usize,
}

impl Amounts {
    fn of(options: &Options) -> Self {
        if options.quick {
            Self {
                batches: 40,
                singles_per_client: 100,
                repeats: 40,
                mixed: Duration::from_secs(4),
                pairs: 500,
                pages: 2_000,
            }
        } else {
            Self {
                batches: 200,
                singles_per_client: 500,
                repeats: 200,
                mixed: Duration::from_secs(15),
                pairs: 10_000,
                pages: 20_000,
            }
        }
    }
}

/// Runs everything.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let amounts = Amounts::of(options);
    let executable = match &options.server {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("switchboard"),
    };
    let scratch = options.scratch.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("switchboard-bench-{}", std::process::id()))
    });
    std::fs::create_dir_all(&scratch)?;
    let result = match &options.report {
        Some(keep) => reports(options, &executable, &scratch, keep).await,
        None if options.restart => restarts(options, &executable, &scratch).await,
        None => measure(options, &amounts, &executable, &scratch).await,
    };
    std::fs::remove_dir_all(&scratch)?;
    result
}

async fn measure(
    options: &Options,
    amounts: &Amounts,
    executable: &Path,
    scratch: &Path,
) -> Result<Report> {
    let mut report = Report::default();
    report.note("rows", options.rows.to_string());
    report.note(
        "fdatasync of 4 KB, median now",
        format!("{:.3} ms", fdatasync_median_ms(scratch)?),
    );
    let postgres = options.postgres.as_deref().context("a PostgreSQL server")?;
    let peer = Peer::open(postgres).await?;

    let fresh = Installation {
        executable: executable.to_path_buf(),
        data: scratch.join("fresh"),
    };
    let access = fresh.init().await?;
    let server = fresh.serve().await?;
    #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
    report.add(plain(
        "memory, empty store, at rest",
        resident_bytes(server.pid())? as f64 / 1e6,
        "MB",
        "promised <= 60 MB",
    ));
    ingest(&mut report, amounts, &server, &access, &peer).await?;
    singles(&mut report, amounts, &server, &access, &peer).await?;
    report.note(
        "fdatasync of 4 KB, median after the durable part",
        format!("{:.3} ms", fdatasync_median_ms(scratch)?),
    );
    server.stop().await?;

    let full = Installation {
        executable: executable.to_path_buf(),
        data: scratch.join("full"),
    };
    let access = full.init().await?;
    say("loading");
    peer.clear().await?;
    let loaded = load(&full, &access, Some(&peer), options.rows).await?;
    peer.settle().await?;
    starts(&mut report, &full, &access, options.rows).await?;
    let server = full.serve().await?;
    wait_complete(&server, &access, options.rows).await?;
    lists_and_facets(
        &mut report,
        amounts,
        options,
        &server,
        &access,
        &peer,
        &loaded,
    )
    .await?;
    conversations(&mut report, amounts, &full, &server, &access, &loaded).await?;
    mixed(
        &mut report,
        amounts,
        &server,
        &access,
        &peer,
        &loaded,
        options.rows,
    )
    .await?;
    pairs(&mut report, amounts, &server, &access, &loaded).await?;
    ceiling(&mut report, amounts, executable, &server, &access, &loaded).await?;
    #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
    {
        let resident = resident_bytes(server.pid())? as f64;
        report.add(plain(
            "memory, loaded, after the queries",
            resident / 1e6,
            "MB",
            &format!(
                "{:.0} bytes a mention, whole process",
                resident / options.rows as f64
            ),
        ));
        let ours = disk_bytes(full.directory())? as f64 / options.rows as f64;
        let theirs = peer.disk_bytes().await? as f64 / options.rows as f64;
        report.add(Row {
            name: "disk".into(),
            ours,
            peer: Some(theirs),
            unit: "bytes a mention",
            more_is_better: false,
            target: Some(1.0 / 0.35),
            tails: None,
            remark: "promised <= 0.35 of the peer".into(),
        });
    }
    server.stop().await?;
    Ok(report)
}

fn plain(name: &str, ours: f64, unit: &'static str, remark: &str) -> Row {
    Row {
        name: name.into(),
        ours,
        peer: None,
        unit,
        more_is_better: false,
        target: None,
        tails: None,
        remark: remark.into(),
    }
}
