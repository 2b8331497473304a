//! What a question sees: one unchanging state of an account.

use std::sync::Arc;

use domain::ids::{AccountId, ChangeNumber};
use work::Work;

use super::columns::fields::Dictionaries;
use super::columns::index;
use super::columns::rows::Rows;
use super::pending::Pending;
use super::words::{Asked, Committed};
use crate::SearchError;

/// Rows from this one on were numbered in this epoch.
///
/// The word index may hold documents of rows that a crash forgot; their numbers were given out
/// again. Documents carry the epoch in which their row was numbered, and it is a new one after
/// each start, so that a forgotten row's document is never taken for another row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first_row: u32,
    pub(super) epoch: u32,
}

/// One state of an account.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) account_id: AccountId,
    pub(super) rows: Rows,
    pub(super) dictionaries: Arc<Dictionaries>,
    pub(super) spans: Arc<Vec<Span>>,
    pub(super) pending: Pending,
    pub(super) words: Committed,
    /// The word index may hold documents of mentions that a crash forgot.
    pub(super) may_hold_forgotten: bool,
    pub(super) applied: ChangeNumber,
}

impl View {
    /// An account without mentions.
    pub(super) fn empty(account_id: AccountId, words: Committed) -> Self {
        let epoch = words.next_epoch();
        Self {
            account_id,
            rows: Rows::default(),
            dictionaries: Arc::default(),
            spans: Arc::new(vec![Span {
                first_row: 0,
                epoch,
            }]),
            pending: Pending::default(),
            words,
            may_hold_forgotten: false,
            applied: ChangeNumber(0),
        }
    }

    /// The epoch in which a row was numbered.
    pub(super) fn epoch_of(&self, row: u32) -> u32 {
        let after = self.spans.partition_point(|span| span.first_row <= row);
        after
            .checked_sub(1)
            .and_then(|at| self.spans.get(at))
            .map_or(0, |span| span.epoch)
    }

    /// Finds the rows whose title or content holds the words of each question one after another.
    pub(super) fn find_texts(
        &self,
        asked: &mut [Asked<'_>],
        work: &Work,
    ) -> Result<(), SearchError> {
        let mut span = Span {
            first_row: u32::MAX,
            epoch: 0,
        };
        let mut span_end = 0;
        let row_of = |epoch: u32, row: u32| {
            if row < span.first_row || row >= span_end {
                let after = self.spans.partition_point(|span| span.first_row <= row);
                span = after
                    .checked_sub(1)
                    .and_then(|at| self.spans.get(at))
                    .copied()
                    .unwrap_or(span);
                span_end = self
                    .spans
                    .get(after)
                    .map_or(u32::MAX, |next| next.first_row);
            }
            (span.epoch == epoch).then_some(index(row))
        };
        self.words.find(self.account_id, asked, row_of, work)?;
        for one in asked {
            self.pending
                .correct(one.field, one.words, &mut one.rows, work)?;
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.bytes() + self.dictionaries.bytes() + self.pending.bytes()
    }
}
