//! Start-up without and with an index on disk, and the memory of a loaded server at rest.

use std::time::Duration;

use anyhow::{Result, bail};

use super::calls::try_count;
use super::plain;
use crate::http::Client;
use crate::measure::{now, resident_bytes};
use crate::report::Report;
use crate::server::{Access, Installation, Server};

/// Start-up without and with an index on disk.
pub(super) async fn starts(
    report: &mut Report,
    installation: &Installation,
    access: &Access,
    rows: u64,
) -> Result<()> {
    for (name, forget) in [
        ("start, index deleted", true),
        ("start, with snapshot", false),
    ] {
        if forget {
            let index = installation.directory().join("index");
            if index.exists() {
                std::fs::remove_dir_all(index)?;
            }
        }
        let server = installation.serve().await?;
        let listening = server.listening_after;
        let begin = now();
        wait_complete(&server, access, rows).await?;
        let complete = listening + begin.elapsed();
        report.add(plain(
            name,
            complete.as_secs_f64(),
            "s",
            &format!(
                "accepts connections after {:.2} s, complete answers after {:.2} s",
                listening.as_secs_f64(),
                complete.as_secs_f64()
            ),
        ));
        if !forget {
            #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
            report.add(plain(
                "memory, loaded, at rest",
                resident_bytes(server.pid())? as f64 / 1e6,
                "MB",
                "",
            ));
        }
        server.stop().await?;
    }
    Ok(())
}

/// Returns when lists are answered, and checks that they are complete.
pub(super) async fn wait_complete(server: &Server, access: &Access, rows: u64) -> Result<()> {
    let counted = wait_answer(server, access, &[]).await?;
    if u64::try_from(counted)? < rows {
        bail!("a list of {counted} was answered while there are {rows}");
    }
    Ok(())
}

/// How many mentions there are, as soon as that is answered: until the index is complete the
/// server refuses with 503.
pub(super) async fn wait_answer(
    server: &Server,
    access: &Access,
    more: &[(&str, String)],
) -> Result<i64> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    for _ in 0..6_000 {
        if let Some(counted) = try_count(&mut client, access, more).await? {
            return Ok(counted);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the index was not complete after five minutes")
}
