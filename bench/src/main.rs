//! Measures Switchboard beside PostgreSQL on the same machine, in the same minutes.
//!
//! Everything of ours goes through HTTP to a real server process. The same work is done by
//! PostgreSQL in turn with it, question by question, so that both meet the machine in the same
//! moments.

mod data;
mod hello;
mod http;
mod load;
mod measure;
mod peer;
mod queries;
mod report;
mod run;
mod server;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

/// Measures Switchboard beside PostgreSQL and prints one table.
#[derive(Debug, Parser)]
#[command(
    after_help = "Example: switchboard-bench --postgres postgres://switchboard@%2Ftmp%2Fpg/postgres --rows 1000000"
)]
pub(crate) struct Options {
    /// Mentions loaded before lists and facets are measured
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// 100,000 mentions and fewer repetitions: under three minutes
    #[arg(long)]
    quick: bool,
    /// A PostgreSQL 15 server that may be filled with a scratch table
    #[arg(
        long,
        env = "SWITCHBOARD_BENCH_POSTGRES",
        required_unless_present_any = ["report", "restart"]
    )]
    postgres: Option<String>,
    /// The executable to measure; the one beside this one when absent
    #[arg(long)]
    server: Option<PathBuf>,
    /// Where to write the table as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Scratch directory on the disk to measure; removed afterwards
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// Measure reports of all mentions instead, and leave the archives in this directory
    #[arg(long)]
    report: Option<PathBuf>,
    /// Measure starts after a crash instead: with the index as the crash left it, and without
    #[arg(long)]
    restart: bool,
    /// Serve the ceiling instead of measuring (used by the benchmark itself)
    #[arg(long, hide = true)]
    hello: bool,
}

fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == "--hello") {
        return tokio::runtime::Runtime::new()?.block_on(hello::serve());
    }
    let mut options = Options::parse();
    if options.quick {
        options.rows = options.rows.min(100_000);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let report = runtime.block_on(run::run(&options))?;
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report.json())?)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    #[expect(clippy::print_stdout, reason = "the result of the program")]
    {
        println!("{}", report.markdown());
    }
    Ok(())
}

/// Progress, for the person who waits.
#[expect(clippy::print_stderr, reason = "progress of a command-line program")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
