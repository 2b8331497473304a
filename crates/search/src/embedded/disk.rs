//! The files of the engine: `words/` is the word index, `accounts/N.snapshot` the columns.
//!
//! All of it can be deleted at any time. What cannot be trusted is deleted here, and said so.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use domain::ids::AccountId;

use super::snapshot;
use super::view::View;
use super::words::{Committed, WordIndex};
use crate::SearchError;

const MAGIC: &[u8; 8] = b"SWBSNAP1";
/// Checksum and length at the end of a file.
const TRAILER: usize = 12;

/// Snapshots consist of many small numbers; the packer takes them in larger pieces.
const BUFFER: usize = 1 << 16;

/// Where the files are.
#[derive(Debug)]
pub(super) struct Disk {
    accounts: PathBuf,
}

impl Disk {
    /// Opens the directory. When the word index cannot be trusted everything is deleted, because
    /// the snapshots rely on it.
    pub(super) fn open(directory: &Path) -> Result<(Self, WordIndex), SearchError> {
        let disk = Self {
            accounts: directory.join("accounts"),
        };
        let path = directory.join("words");
        let opened = if path.is_dir() {
            // Checksums stand before every use of the files; should one of them slip through, a
            // panic of the reader must not end the server.
            catch_unwind(AssertUnwindSafe(|| WordIndex::open(&path)))
                .unwrap_or_else(|_| Err("reading it failed".to_owned()))
        } else {
            Err("there is none".to_owned())
        };
        let words = match opened {
            Ok(words) => words,
            Err(reason) => {
                if path.exists() {
                    tracing::warn!(path = %path.display(), reason, "the word index cannot be trusted; it will be rebuilt");
                }
                // Snapshots first: one that is left beside a new word index would be believed.
                remove_all(&disk.accounts)?;
                remove_all(&path)?;
                WordIndex::create(&path)?
            }
        };
        fs::create_dir_all(&disk.accounts)?;
        Ok((disk, words))
    }

    fn path(&self, account: AccountId) -> PathBuf {
        self.accounts.join(format!("{account}.snapshot"))
    }

    /// Removes a snapshot that is not needed or not trusted.
    pub(super) fn remove(&self, account: AccountId) {
        if let Err(error) = self.remove_durably(account) {
            tracing::warn!(account.id = %account, %error, "a snapshot cannot be removed");
        }
    }

    /// Removes a snapshot before something that it relies on goes.
    pub(super) fn remove_durably(&self, account: AccountId) -> io::Result<()> {
        match fs::remove_file(self.path(account)) {
            Ok(()) => sync_directory(&self.accounts),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes a snapshot aside, makes it durable and puts it in place of the one before.
    pub(super) fn save(&self, view: &View, mark: Option<i64>) -> io::Result<()> {
        fs::create_dir_all(&self.accounts)?;
        let path = self.path(view.account_id);
        let aside = path.with_extension("new");
        let mut out = Checked {
            inner: BufWriter::new(File::create(&aside)?),
            check: crc32fast::Hasher::new(),
            len: 0,
        };
        out.write_all(MAGIC)?;
        let mut packed = BufWriter::with_capacity(BUFFER, zstd::Encoder::new(&mut out, 1)?);
        snapshot::write(view, mark, &mut packed)?;
        let packed = packed
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        packed.finish()?;
        let (check, len) = (out.check.finalize(), out.len);
        let mut inner = out.inner;
        inner.write_all(&check.to_le_bytes())?;
        inner.write_all(&len.to_le_bytes())?;
        let file = inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&aside, &path)?;
        sync_directory(&self.accounts)
    }

    /// Reads a snapshot and the mark of its last change; `None` when there is none.
    ///
    /// # Errors
    /// In words, why it cannot be trusted.
    pub(super) fn load(
        &self,
        account: AccountId,
        words: Committed,
    ) -> Result<Option<(View, Option<i64>)>, String> {
        let bytes = match fs::read(self.path(account)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let packed = checked(&bytes)?;
        let body = zstd::Decoder::new(packed).map_err(|error| error.to_string())?;
        let mut body = BufReader::with_capacity(BUFFER, body);
        let read = snapshot::read(account, words, &mut body).map_err(|error| error.to_string())?;
        match body.read(&mut [0]) {
            Ok(0) => Ok(Some(read)),
            _ => Err("it goes on behind its end".to_owned()),
        }
    }
}

/// The body of a file whose checksum is right.
fn checked(bytes: &[u8]) -> Result<&[u8], String> {
    let cut = || "it is cut off".to_owned();
    let (body, trailer) = bytes
        .len()
        .checked_sub(TRAILER)
        .and_then(|at| bytes.split_at_checked(at))
        .ok_or_else(cut)?;
    let (check, len) = trailer.split_at_checked(4).ok_or_else(cut)?;
    let len_here = u64::try_from(body.len()).unwrap_or(u64::MAX);
    if len != len_here.to_le_bytes() || check != crc32fast::hash(body).to_le_bytes() {
        return Err("its checksum is wrong".to_owned());
    }
    body.strip_prefix(MAGIC)
        .ok_or_else(|| "it has another format".to_owned())
}

/// Counts and checks what passes through.
struct Checked<W> {
    inner: W,
    check: crc32fast::Hasher,
    len: u64,
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let taken = bytes.get(..written).unwrap_or(bytes);
        self.check.update(taken);
        self.len += u64::try_from(written).unwrap_or_default();
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Makes a removal or renaming durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn remove_all(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    }
    match path.parent() {
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}
