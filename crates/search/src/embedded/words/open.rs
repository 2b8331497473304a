//! Opens the word index, or says that it cannot be trusted.

use std::path::Path;
use std::sync::Mutex;

use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::{Committed, Fields, State, WordIndex, spell};
use crate::SearchError;

impl WordIndex {
    /// An index that is nowhere but in memory.
    pub(in crate::embedded) fn in_memory() -> Result<Self, SearchError> {
        let (schema, fields) = Fields::schema();
        Self::with(Index::create_in_ram(schema), fields, 0)
    }

    /// A new index in an empty directory.
    pub(in crate::embedded) fn create(directory: &Path) -> Result<Self, SearchError> {
        let (schema, fields) = Fields::schema();
        std::fs::create_dir_all(directory)?;
        let index = Index::create_in_dir(directory, schema)?;
        Self::with(index, fields, 0)
    }

    /// The index in a directory, after checking every byte that is read later.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub(in crate::embedded) fn open(directory: &Path) -> Result<Self, String> {
        let (schema, fields) = Fields::schema();
        let text = |error: tantivy::TantivyError| error.to_string();
        let files = MmapDirectory::open(directory).map_err(|error| error.to_string())?;
        let index = Index::open(files).map_err(text)?;
        if index.schema() != schema {
            return Err("it has another format".to_owned());
        }
        let damaged = index.validate_checksum().map_err(text)?;
        if let Some(file) = damaged.into_iter().next() {
            return Err(format!("{} is damaged", file.display()));
        }
        let metas = index.load_metas().map_err(text)?;
        let managed = index.directory().list_managed_files();
        for segment in &metas.segments {
            let id = segment.id().uuid_string();
            // What is not on the list was not checked above.
            let is_listed = |ending: &&str| managed.contains(Path::new(&format!("{id}.{ending}")));
            if !FILES.iter().all(is_listed) {
                return Err("a file of a segment is not on the list of files".to_owned());
            }
            let forgotten = managed.iter().any(|file| {
                let name = file.to_string_lossy();
                name.starts_with(&id) && name.ends_with(".del")
            });
            if forgotten && !segment.has_deletes() {
                return Err("the list of segments does not know of deleted documents".to_owned());
            }
        }
        let commit = match metas.payload.as_deref() {
            Some(payload) => read_payload(payload).ok_or("its commit cannot be read")?,
            None if metas.segments.is_empty() => 0,
            None => return Err("its commit is not numbered".to_owned()),
        };
        let opened = Self::with(index, fields, commit).map_err(|error| error.to_string())?;
        opened.committed().check()?;
        Ok(opened)
    }

    fn with(index: Index, fields: Fields, commit: u32) -> Result<Self, SearchError> {
        index
            .tokenizers()
            .register(spell::TOKENIZER, spell::SpelledWords::default());
        let committed = Committed::new(reader(&index)?.searcher(), fields, commit)?;
        Ok(Self {
            index,
            fields,
            state: Mutex::new(State {
                writer: None,
                losses: 0,
                committed,
            }),
        })
    }
}

impl Committed {
    /// The lists of documents in `meta.json` have no checksum of their own: compare their numbers
    /// with the files.
    fn check(&self) -> Result<(), String> {
        for segment in self.searcher.segment_readers() {
            let rows = segment
                .fast_fields()
                .u64("row")
                .map_err(|error| error.to_string())?;
            let deleted = segment.alive_bitset().map_or(0, |alive| {
                segment.max_doc().saturating_sub(alive.num_alive_docs_u32())
            });
            if rows.num_docs() != segment.max_doc() || deleted != segment.num_deleted_docs() {
                return Err("a segment has another number of documents than is written".to_owned());
            }
        }
        Ok(())
    }
}

/// What every segment has of the files that are read.
const FILES: [&str; 4] = ["term", "idx", "pos", "fast"];

trait NumAlive {
    fn num_alive_docs_u32(&self) -> u32;
}

impl NumAlive for tantivy::fastfield::AliveBitSet {
    fn num_alive_docs_u32(&self) -> u32 {
        u32::try_from(self.num_alive_docs()).unwrap_or(u32::MAX)
    }
}

/// Readers see a new commit when they are told to, never on their own.
pub(super) fn reader(index: &Index) -> Result<IndexReader, SearchError> {
    Ok(index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()?)
}

/// The number of a commit with a checksum, since the file it stands in has none.
pub(super) fn write_payload(commit: u32) -> String {
    let check = crc32fast::hash(&commit.to_le_bytes());
    format!("{commit}:{check}")
}

fn read_payload(payload: &str) -> Option<u32> {
    let commit = payload.split_once(':')?.0.parse().ok()?;
    (payload == write_payload(commit)).then_some(commit)
}
