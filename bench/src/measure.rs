//! Timing: medians, tails and what the machine does at the moment.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The present moment. The one place of the benchmark that reads a clock.
pub(crate) fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    Instant::now()
}

/// Durations of one kind of work.
#[derive(Debug, Default, Clone)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// Adds all of another.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The sample below which a share of all lies, in milliseconds.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list that fits memory"
        )]
        let index = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
        sorted
            .get(index)
            .map_or(f64::NAN, |sample| sample.as_secs_f64() * 1_000.0)
    }

    /// The median in milliseconds.
    pub(crate) fn median_ms(&self) -> f64 {
        self.quantile_ms(0.5)
    }

    /// The 99th percentile in milliseconds.
    pub(crate) fn p99_ms(&self) -> f64 {
        self.quantile_ms(0.99)
    }
}

/// Median of appending 4 KB and waiting for the disk, in milliseconds: what durable figures of
/// this minute have to be read against.
pub(crate) fn fdatasync_median_ms(directory: &Path) -> Result<f64> {
    let path = directory.join("fdatasync.probe");
    let mut file = std::fs::File::create(&path)?;
    let block = [7_u8; 4_096];
    let mut samples = Samples::default();
    for _ in 0..200 {
        let begin = now();
        file.write_all(&block)?;
        file.sync_data()?;
        samples.add(begin.elapsed());
    }
    std::fs::remove_file(&path)?;
    Ok(samples.median_ms())
}

/// Resident memory of a process that is its own, in bytes, from `/proc`.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64> {
    status_bytes(pid, "RssAnon:")
}

fn status_bytes(pid: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kilobytes: u64 = status
        .lines()
        .filter(|line| line.starts_with(field))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .sum();
    Ok(kilobytes * 1_024)
}

/// Resident memory of a process, mapped files included, in bytes.
pub(crate) fn whole_resident_bytes(pid: u32) -> Result<u64> {
    status_bytes(pid, "VmRSS:")
}

/// The most that it was since [`forget_peak`], in bytes.
pub(crate) fn peak_resident_bytes(pid: u32) -> Result<u64> {
    status_bytes(pid, "VmHWM:")
}

/// Begins to look for the peak of a process's memory anew.
pub(crate) fn forget_peak(pid: u32) -> Result<()> {
    Ok(std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// Bytes of all files below a directory.
pub(crate) fn disk_bytes(directory: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        sum += if meta.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            meta.len()
        };
    }
    Ok(sum)
}
