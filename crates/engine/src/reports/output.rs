//! Writing the file of a report, on a thread that may block: a zip archive with one file in it.
//!
//! It takes turns with the users of the account page by page, and while the archive is put together.
//! It holds no place while it waits for messages: reading them needs places.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::conversation::Conversation;
use domain::ids::{AccountId, ConversationId};
use domain::mention::Mention;
use domain::report::{ReportFile, ReportFormat};
use domain::role::TopicAccess;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use work::{Turns, Work};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::csv::CsvFile;
use super::file;
use super::rows;
use super::workbook::WorkbookFile;
use crate::Directory;

/// Units that it takes to make a row of a message.
const ROW_UNITS: u64 = 200;
/// Bytes that are compressed and written in about a unit.
const BYTES_PER_UNIT: usize = 8;

/// Messages to write, and the conversations that they belong to.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) mentions: Vec<Mention>,
    pub(super) conversations: HashMap<ConversationId, Conversation>,
}

/// What comes through the channel.
#[derive(Debug)]
pub(super) enum Part {
    /// More messages.
    Page(Page),
    /// There are no more. Without it the file is not completed.
    End,
}

/// A file to write.
#[derive(Debug)]
pub(super) struct Order {
    /// The directory of reports.
    pub(super) directory: PathBuf,
    /// The name of the file when it is complete.
    pub(super) name: String,
    pub(super) format: ReportFormat,
    /// Names of what the messages point at.
    pub(super) names: Arc<Directory>,
    /// The topics whose profiles it may name.
    pub(super) reach: TopicAccess,
    /// Ends the writing.
    pub(super) stop: CancellationToken,
    /// Whose messages they are.
    pub(super) account_id: AccountId,
    /// Where it takes turns.
    pub(super) turns: Turns,
}

/// The writer's turns.
#[derive(Debug)]
struct Pace {
    account_id: AccountId,
    turns: Turns,
    /// While it has one.
    work: Mutex<Option<Work>>,
}

impl Pace {
    /// One thread writes, so nobody waits here; archives want to be sent all the same.
    fn work(&self) -> MutexGuard<'_, Option<Work>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn.
    fn begin(&self) -> io::Result<()> {
        let work = self.turns.work_blocking(self.account_id);
        *self.work() = Some(work.map_err(io::Error::other)?);
        Ok(())
    }

    /// Counts what is about to be done in it, and lets others go first in between.
    fn spend(&self, units: u64) -> io::Result<()> {
        match &*self.work() {
            Some(work) => work.spend(units).map_err(io::Error::other),
            None => Ok(()),
        }
    }

    /// Gives the place back.
    fn end(&self) {
        *self.work() = None;
    }
}

/// Writes what comes through the channel; the file has its name when it is complete and on disk,
/// and is gone when this fails.
pub(super) fn write(order: &Order, parts: &mut mpsc::Receiver<Part>) -> io::Result<ReportFile> {
    file::make_directory(&order.directory)?;
    let (whole, part) = file::places(&order.directory, &order.name);
    let written = write_part(order, &part, parts).and_then(|messages| {
        std::fs::rename(&part, &whole)?;
        File::open(&order.directory)?.sync_all()?;
        let bytes = std::fs::metadata(&whole)?.len();
        Ok(ReportFile {
            name: order.name.clone(),
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            messages,
        })
    });
    if written.is_err() {
        // What cannot be removed now is found by the housekeeping.
        let _ = std::fs::remove_file(&part);
        let _ = std::fs::remove_file(&whole);
    }
    written
}

/// Writes the archive; gives the number of messages in it.
fn write_part(order: &Order, path: &Path, parts: &mut mpsc::Receiver<Part>) -> io::Result<i64> {
    let pace = Arc::new(Pace {
        account_id: order.account_id,
        turns: order.turns.clone(),
        work: Mutex::default(),
    });
    let to = || Stop {
        stop: order.stop.clone(),
        pace: Arc::clone(&pace),
    };
    let (archive, messages) = match order.format {
        ReportFormat::Workbook => {
            let mut rows = WorkbookFile::new(&order.directory)?;
            let messages = each(order, &pace, parts, |row| rows.add(row))?;
            pace.begin()?;
            // A workbook is an archive already.
            let mut archive = begin(path, "inbound.xlsx", CompressionMethod::Stored, to())?;
            rows.finish(&mut archive)?;
            (archive, messages)
        }
        ReportFormat::Csv => {
            let archive = begin(path, "inbound.csv", CompressionMethod::Deflated, to())?;
            let mut rows = CsvFile::new(archive)?;
            let messages = each(order, &pace, parts, |row| rows.add(row))?;
            pace.begin()?;
            (rows.finish()?, messages)
        }
    };
    let Stoppable { inner, .. } = archive.finish().map_err(io::Error::other)?;
    let file = inner.into_inner().map_err(io::IntoInnerError::into_error)?;
    // The rest is up to the disk.
    pace.end();
    file.sync_all()?;
    Ok(messages)
}

type Archive = ZipWriter<Stoppable<BufWriter<File>>>;

fn begin(path: &Path, member: &str, method: CompressionMethod, stop: Stop) -> io::Result<Archive> {
    let inner = BufWriter::new(file::create(path)?);
    let mut archive = ZipWriter::new(Stoppable { inner, stop });
    // Its length is not known yet, and may need more than 32 bits.
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .large_file(true);
    archive
        .start_file(member, options)
        .map_err(io::Error::other)?;
    Ok(archive)
}

/// Makes rows of all messages that come; gives their number.
fn each(
    order: &Order,
    pace: &Pace,
    parts: &mut mpsc::Receiver<Part>,
    mut add: impl FnMut(&[rows::Cell<'_>; rows::COLUMNS]) -> io::Result<()>,
) -> io::Result<i64> {
    let mut messages = 0_i64;
    loop {
        match parts.blocking_recv() {
            Some(Part::Page(page)) => {
                pace.begin()?;
                for mention in &page.mentions {
                    pace.spend(ROW_UNITS)?;
                    let conversation = page.conversations.get(&mention.conversation_id);
                    add(&rows::row(
                        mention,
                        conversation,
                        &order.names,
                        &order.reach,
                    ))?;
                    messages = messages.saturating_add(1);
                }
                pace.end();
            }
            Some(Part::End) => return Ok(messages),
            None => return Err(stopped()),
        }
    }
}

fn stopped() -> io::Error {
    io::Error::other("the work was stopped")
}

/// What ends the writing, and lets others go first in between.
#[derive(Debug)]
struct Stop {
    stop: CancellationToken,
    pace: Arc<Pace>,
}

/// Something to write to, until it is stopped: ending an archive takes long.
#[derive(Debug)]
struct Stoppable<W> {
    inner: W,
    stop: Stop,
}

impl<W: Write> Write for Stoppable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.stop.is_cancelled() {
            return Err(stopped());
        }
        let units = u64::try_from(bytes.len() / BYTES_PER_UNIT).unwrap_or(u64::MAX);
        self.stop.pace.spend(units)?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: io::Seek> io::Seek for Stoppable<W> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
