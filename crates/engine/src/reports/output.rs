//! Writing the file of a report, on a thread that may block: a zip archive with one file in it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::conversation::Conversation;
use domain::ids::ConversationId;
use domain::mention::Mention;
use domain::report::{ReportFile, ReportFormat};
use domain::role::TopicAccess;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::csv::CsvFile;
use super::file;
use super::rows;
use super::workbook::WorkbookFile;
use crate::Directory;

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
        // What can not be removed now is found by the housekeeping.
        let _ = std::fs::remove_file(&part);
        let _ = std::fs::remove_file(&whole);
    }
    written
}

/// Writes the archive; gives the number of messages in it.
fn write_part(order: &Order, path: &Path, parts: &mut mpsc::Receiver<Part>) -> io::Result<i64> {
    let stop = order.stop.clone();
    let (archive, messages) = match order.format {
        ReportFormat::Workbook => {
            let mut rows = WorkbookFile::new(&order.directory)?;
            let messages = each(order, parts, |row| rows.add(row))?;
            // A workbook is an archive already.
            let mut archive = begin(path, "inbound.xlsx", CompressionMethod::Stored, stop)?;
            rows.finish(&mut archive)?;
            (archive, messages)
        }
        ReportFormat::Csv => {
            let archive = begin(path, "inbound.csv", CompressionMethod::Deflated, stop)?;
            let mut rows = CsvFile::new(archive)?;
            let messages = each(order, parts, |row| rows.add(row))?;
            (rows.finish()?, messages)
        }
    };
    let Stoppable { inner, .. } = archive.finish().map_err(io::Error::other)?;
    let file = inner.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(messages)
}

type Archive = ZipWriter<Stoppable<BufWriter<File>>>;

fn begin(
    path: &Path,
    member: &str,
    method: CompressionMethod,
    stop: CancellationToken,
) -> io::Result<Archive> {
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
    parts: &mut mpsc::Receiver<Part>,
    mut add: impl FnMut(&[rows::Cell<'_>; rows::COLUMNS]) -> io::Result<()>,
) -> io::Result<i64> {
    let mut messages = 0_i64;
    loop {
        match parts.blocking_recv() {
            Some(Part::Page(page)) => {
                for mention in &page.mentions {
                    let conversation = page.conversations.get(&mention.conversation_id);
                    add(&rows::row(
                        mention,
                        conversation,
                        &order.names,
                        &order.reach,
                    ))?;
                    messages = messages.saturating_add(1);
                }
            }
            Some(Part::End) => return Ok(messages),
            None => return Err(stopped()),
        }
    }
}

fn stopped() -> io::Error {
    io::Error::other("the work was stopped")
}

/// Something to write to, until it is stopped: ending an archive takes long.
#[derive(Debug)]
struct Stoppable<W> {
    inner: W,
    stop: CancellationToken,
}

impl<W: Write> Write for Stoppable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.is_cancelled() {
            return Err(stopped());
        }
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
