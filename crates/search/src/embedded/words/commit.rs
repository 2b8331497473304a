//! Writes what the accounts have gathered, in one commit.

use domain::ids::AccountId;
use tantivy::index::SegmentId;
use tantivy::indexer::LogMergePolicy;
use tantivy::{IndexWriter, SegmentMeta, TantivyDocument, Term};

use super::open::{reader, write_payload};
use super::spell::spell;
use super::{Committed, Fields, State, WordIndex, prefix};
use crate::SearchError;
use crate::embedded::columns::texts::Texts;

/// Memory for documents between commits.
const MEMORY: usize = 50_000_000;

/// One thing to be written.
#[derive(Debug)]
pub(in crate::embedded) enum Feed<'a> {
    /// Everything of the account goes.
    DropAccount(AccountId),
    /// The mention's document goes.
    Drop(AccountId, i64),
    /// The mention has these words and no others.
    Put {
        account: AccountId,
        id: i64,
        epoch: u32,
        row: u32,
        /// An older document of the mention may be there. Looking for one costs as much as
        /// writing one, so it is not done for mentions that are new.
        replaces: bool,
        texts: &'a Texts,
    },
}

impl WordIndex {
    /// Commits what is fed. When it fails nothing of it is written, and the next commit may
    /// repeat it.
    pub(in crate::embedded) fn commit<'a>(
        &self,
        feed: impl IntoIterator<Item = Feed<'a>>,
    ) -> Result<Committed, SearchError> {
        let mut state = self.lock();
        let result = self.try_commit(&mut state, feed);
        if result.is_err() {
            // What the writer has taken so far must not get into the next commit unnoticed.
            state.lose();
        }
        result
    }

    /// Takes what is fed, to be part of the next commit, whoever makes it. When a commit fails
    /// before that, or this does, all of it is lost; [`losses`](Self::losses) tells.
    pub(in crate::embedded) fn take<'a>(
        &self,
        feed: impl IntoIterator<Item = Feed<'a>>,
    ) -> Result<(), SearchError> {
        let mut state = self.lock();
        let result = self.feed(&mut state, feed);
        if result.is_err() {
            state.lose();
        }
        result
    }

    /// How often what was taken and not committed has been lost.
    pub(in crate::embedded) fn losses(&self) -> u64 {
        self.lock().losses
    }

    fn try_commit<'a>(
        &self,
        state: &mut State,
        feed: impl IntoIterator<Item = Feed<'a>>,
    ) -> Result<Committed, SearchError> {
        self.feed(state, feed)?;
        let commit = state.committed.commit.saturating_add(1);
        let mut prepared = self.writer(state)?.prepare_commit()?;
        prepared.set_payload(&write_payload(commit));
        prepared.commit()?;
        let searcher = reader(&self.index)?.searcher();
        state.committed = Committed::new(searcher, self.fields, commit)?;
        Ok(state.committed.clone())
    }

    fn writer<'s>(&self, state: &'s mut State) -> Result<&'s mut IndexWriter, SearchError> {
        Ok(match &mut state.writer {
            Some(writer) => writer,
            empty => empty.insert(self.new_writer()?),
        })
    }

    fn feed<'a>(
        &self,
        state: &mut State,
        feed: impl IntoIterator<Item = Feed<'a>>,
    ) -> Result<(), SearchError> {
        let writer = self.writer(state)?;
        for item in feed {
            match item {
                Feed::DropAccount(account) => {
                    writer.delete_term(self.fields.account_key(account));
                }
                Feed::Drop(account, id) => {
                    writer.delete_term(self.fields.mention_key(account, id));
                }
                Feed::Put {
                    account,
                    id,
                    epoch,
                    row,
                    replaces,
                    texts,
                } => {
                    if replaces {
                        writer.delete_term(self.fields.mention_key(account, id));
                    }
                    writer.add_document(self.fields.document(account, id, epoch, row, texts))?;
                }
            }
        }
        Ok(())
    }

    /// Rewrites the segments that still hold deleted texts and removes the old files. Answers
    /// with the same commit in its new files, or nothing when there was nothing to do.
    pub(in crate::embedded) fn purge(&self) -> Result<Option<Committed>, SearchError> {
        let mut state = self.lock();
        let deleted: Vec<SegmentId> = self
            .index
            .searchable_segment_metas()?
            .iter()
            .filter(|segment| segment.has_deletes())
            .map(SegmentMeta::id)
            .collect();
        if deleted.is_empty() {
            return Ok(None);
        }
        let state = &mut *state;
        let writer = match &mut state.writer {
            Some(writer) => writer,
            empty => empty.insert(self.new_writer()?),
        };
        for segment in deleted {
            // A segment that is being merged just now loses its deleted texts by that.
            if let Err(error) = writer.merge(&[segment]).wait() {
                tracing::debug!(%error, "a segment is not rewritten now");
            }
        }
        let searcher = reader(&self.index)?.searcher();
        state.committed = Committed::new(searcher, self.fields, state.committed.commit)?;
        writer.garbage_collect_files().wait()?;
        Ok(Some(state.committed.clone()))
    }

    fn new_writer(&self) -> Result<IndexWriter, SearchError> {
        // One thread: each one that is busy makes a segment of its own at every commit.
        let writer = self.index.writer_with_num_threads(1, MEMORY)?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(8);
        policy.set_min_layer_size(5_000);
        policy.set_max_docs_before_merge(5_000_000);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }
}

impl State {
    fn lose(&mut self) {
        self.writer = None;
        self.losses = self.losses.saturating_add(1);
    }
}

impl Fields {
    fn account_key(self, account: AccountId) -> Term {
        Term::from_field_text(self.key, &format!("{account}:"))
    }

    fn mention_key(self, account: AccountId, id: i64) -> Term {
        Term::from_field_text(self.key, &format!("{account}:{id}"))
    }

    fn document(
        self,
        account: AccountId,
        id: i64,
        epoch: u32,
        row: u32,
        texts: &Texts,
    ) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(self.key, format!("{account}:"));
        document.add_text(self.key, format!("{account}:{id}"));
        document.add_u64(self.row, u64::from(epoch) << 32 | u64::from(row));
        let prefix = prefix(account);
        for (field, words) in [(self.title, &texts.title), (self.content, &texts.content)] {
            if !words.is_empty() {
                document.add_text(field, spell(&prefix, words));
            }
        }
        document
    }
}
