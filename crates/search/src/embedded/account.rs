//! One account: a writer at a time makes the next state from the present one and puts it in
//! place; questions take the state that is there and keep it while they run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::checksum::Checksum;
use domain::filter::NumberField;
use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;

use super::columns::PAGE;
use super::columns::fields::{ALIVE, Extra, HAS_CONTENT, HAS_TITLE, Row, number_column};
use super::columns::mask::Mask;
use super::columns::recent::Recent;
use super::columns::rows::Rows;
use super::columns::table::{Table, mix};
use super::columns::texts::{Cutter, Texts, fingerprint, notes};
use super::pending::{Pending, Text};
use super::prepared::{CutText, Entry, Prepared, PreparedTexts};
use super::view::View;
use super::words::{Committed, Feed};
use crate::query::Batch;

/// An account's index.
#[derive(Debug)]
pub(super) struct Account {
    writer: Mutex<Writer>,
    view: RwLock<Arc<View>>,
}

/// What only the writer needs.
#[derive(Debug)]
struct Writer {
    /// From a mention to its row.
    rows: Table,
    /// Order of the last text.
    texts: u64,
    /// From a mention to the order of its text, if that waits for the word index.
    queued: HashMap<i64, u64>,
    cutter: Cutter,
    /// The word index takes no more of this account's texts: another index of the account is
    /// being built, and its words take their place.
    is_detached: bool,
}

impl Account {
    pub(super) fn new(mut view: View) -> Self {
        view.checksum = checksum(&view.rows);
        let mut rows = Table::with_room(view.rows.len());
        let last = super::columns::number(view.rows.len());
        for (hash, row) in hashes(&view.rows, last) {
            // There is room for all.
            rows.insert(hash, row, std::iter::empty);
        }
        Self {
            writer: Mutex::new(Writer {
                rows,
                texts: view
                    .pending
                    .iter()
                    .map(|text| text.order)
                    .max()
                    .unwrap_or(0),
                queued: view
                    .pending
                    .iter()
                    .map(|text| (text.id, text.order))
                    .collect(),
                cutter: Cutter::default(),
                is_detached: false,
            }),
            view: RwLock::new(Arc::new(view)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present state.
    pub(super) fn view(&self) -> Arc<View> {
        self.view
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn publish(&self, view: View) {
        let before = std::mem::replace(
            &mut *self.view.write().unwrap_or_else(PoisonError::into_inner),
            Arc::new(view),
        );
        // Freed here, after the lock.
        drop(before);
    }

    /// Takes in a batch; questions see all of it or nothing.
    pub(super) fn apply(&self, batch: &Batch<'_>) {
        let mut writer = self.lock();
        let mut view = View::clone(&self.view());
        let mut recent = Recent::default();
        for mention in batch.upsert {
            let cut = batch.words.and_then(|words| words.get(mention));
            writer.upsert(&mut view, mention, cut, &mut recent);
        }
        for id in batch.delete {
            writer.delete(&mut view, id.0, batch.through);
        }
        view.applied = view.applied.max(batch.through);
        self.publish(view);
    }

    /// The texts that the word index should take now, if it takes any of this account.
    pub(super) fn waiting(&self) -> Pending {
        let writer = self.lock();
        if writer.is_detached {
            Pending::default()
        } else {
            self.view().pending.clone()
        }
    }

    /// The word index has taken these texts.
    pub(super) fn committed(&self, taken: &Pending, words: Committed) {
        let mut writer = self.lock();
        if writer.is_detached {
            return;
        }
        let newest = taken.iter().map(|text| text.order).max().unwrap_or(0);
        let mut view = View::clone(&self.view());
        view.pending.remove_through(newest);
        writer.queued.retain(|_, order| *order > newest);
        view.words = words;
        self.publish(view);
    }

    /// Takes in mentions that are new to it, without their texts.
    pub(super) fn place(&self, prepared: &Prepared) {
        let mut writer = self.lock();
        let mut view = View::clone(&self.view());
        let mut recent = Recent::default();
        for entry in &prepared.0 {
            writer.place(&mut view, entry, &mut recent);
        }
        view.lacks_words = true;
        self.publish(view);
    }

    /// Uses another commit of the word index, which holds the words of all rows or not.
    pub(super) fn words(&self, words: Committed, lacks_words: bool) {
        let _writer = self.lock();
        let mut view = View::clone(&self.view());
        view.words = words;
        view.lacks_words = lacks_words;
        self.publish(view);
    }

    /// What the word index is told about those of these texts that the rows still have.
    pub(super) fn still<'a>(&self, texts: &'a PreparedTexts) -> Vec<Feed<'a>> {
        let writer = self.lock();
        let view = self.view();
        let feed = texts.0.iter().filter_map(|text| {
            let row = writer.find(&view.rows, text.id)?;
            let found = view.rows.row(row)?;
            (found.bit(ALIVE) && found.number(Extra::Text) == Some(text.fingerprint)).then(|| {
                Feed::Put {
                    account: view.account_id,
                    id: text.id,
                    epoch: view.epoch_of(row),
                    row,
                    replaces: false,
                    texts: &text.texts,
                }
            })
        });
        feed.collect()
    }

    /// The word index takes no more from this account.
    pub(super) fn detach(&self) {
        self.lock().is_detached = true;
    }
}

/// What the word index is told about these texts.
pub(super) fn feed<'a>(view: &'a View, texts: &'a Pending) -> impl Iterator<Item = Feed<'a>> {
    texts.iter().map(|text| match &text.texts {
        Some(texts) => Feed::Put {
            account: view.account_id,
            id: text.id,
            epoch: view.epoch_of(text.row),
            row: text.row,
            replaces: text.replaces,
            texts,
        },
        None => Feed::Drop(view.account_id, text.id),
    })
}

/// The mention of a row, unless the row was given up for another one.
fn current_id(rows: &Rows, row: u32) -> Option<i64> {
    rows.number(Extra::Version.column(), row)?;
    rows.id(row)
}

/// The rows before this one that belong to a mention, with the hash of its number.
fn hashes(rows: &Rows, end: u32) -> impl Iterator<Item = (u64, u32)> {
    (0..end).filter_map(|row| Some((mix(current_id(rows, row)?), row)))
}

impl Writer {
    fn find(&self, rows: &Rows, id: i64) -> Option<u32> {
        self.rows.find(mix(id), |row| {
            rows.id(row) == Some(id) && current_id(rows, row).is_some()
        })
    }

    fn upsert(
        &mut self,
        view: &mut View,
        mention: &Mention,
        cut: Option<&CutText>,
        recent: &mut Recent,
    ) {
        let id = mention.id.0;
        let text = cut.map_or_else(|| fingerprint(mention), |cut| cut.fingerprint);
        let known = self
            .find(&view.rows, id)
            .and_then(|row| Some((row, view.rows.row(row)?)));
        if let Some((_, before)) = &known
            && before
                .number(Extra::Version)
                .is_some_and(|version| version >= mention.changed_by.0)
        {
            return;
        }
        let notes = match cut {
            Some(cut) => cut.notes.clone(),
            None => notes(mention, &mut self.cutter),
        };
        let has_note = !notes.is_empty();
        let same_text = known
            .as_ref()
            .filter(|(_, before)| before.bit(ALIVE) && before.number(Extra::Text) == Some(text));
        if let Some((row, before)) = same_text
            && is_same_place(before, mention)
        {
            let has = [before.bit(HAS_TITLE), before.bit(HAS_CONTENT), has_note];
            let after = Row::of(mention, &view.dictionaries, recent, text, has);
            view.checksum.remove(mention.id, version_of(before));
            view.checksum.add(mention.id, mention.changed_by);
            view.rows.set(*row, after, notes);
            return;
        }
        if let Some((_, before)) = known.as_ref().filter(|(_, before)| before.bit(ALIVE)) {
            view.checksum.remove(mention.id, version_of(before));
        }
        view.checksum.add(mention.id, mention.changed_by);
        let texts = match cut {
            Some(cut) => Arc::clone(&cut.texts),
            None => Arc::new(Texts::of(mention, &mut self.cutter)),
        };
        let has = [!texts.title.is_empty(), !texts.content.is_empty(), has_note];
        let after = Row::of(mention, &view.dictionaries, recent, text, has);
        let replaces = known.is_some() || view.may_hold_forgotten;
        let row = match known {
            Some((row, before)) if is_same_place(&before, mention) => {
                view.rows.set(row, after, notes);
                row
            }
            other => {
                if let Some((row, before)) = other {
                    give_up(&mut view.rows, row, &before);
                }
                let row = view.rows.push(after, notes);
                let rows = &view.rows;
                self.rows.insert(mix(id), row, || hashes(rows, row));
                row
            }
        };
        self.queue(view, row, id, replaces, Some(texts));
    }

    fn place(&mut self, view: &mut View, entry: &Entry, recent: &mut Recent) {
        let mention = &entry.mention;
        let id = mention.id.0;
        if self.find(&view.rows, id).is_some() {
            // It was read twice.
            self.upsert(view, mention, None, recent);
            return;
        }
        view.checksum.add(mention.id, mention.changed_by);
        let row = Row::of(
            mention,
            &view.dictionaries,
            recent,
            entry.fingerprint,
            entry.has,
        );
        let row = view.rows.push(row, entry.notes.clone());
        let rows = &view.rows;
        self.rows.insert(mix(id), row, || hashes(rows, row));
    }

    fn delete(&mut self, view: &mut View, id: i64, through: ChangeNumber) {
        let Some((row, before)) = self
            .find(&view.rows, id)
            .and_then(|row| Some((row, view.rows.row(row)?)))
        else {
            return;
        };
        if !before.bit(ALIVE) {
            return;
        }
        view.checksum.remove(MentionId(id), version_of(&before));
        let mut after = Row::EMPTY;
        keep_place(&before, &mut after);
        let version = before.number(Extra::Version).unwrap_or(0).max(through.0);
        after.set_number(Extra::Version, version);
        view.rows.set(row, after, Vec::new());
        self.queue(view, row, id, true, None);
    }

    /// Notes that the word index does not have this text yet.
    fn queue(
        &mut self,
        view: &mut View,
        row: u32,
        id: i64,
        replaces: bool,
        texts: Option<Arc<Texts>>,
    ) {
        self.texts += 1;
        if let Some(order) = self.queued.insert(id, self.texts) {
            view.pending.remove(order);
        }
        let texts = texts.filter(|texts| !texts.title.is_empty() || !texts.content.is_empty());
        view.pending.push(Text {
            order: self.texts,
            row,
            id,
            replaces,
            texts,
        });
    }
}

/// The version of a row's mention.
fn version_of(row: &Row) -> ChangeNumber {
    ChangeNumber(row.number(Extra::Version).unwrap_or_default())
}

/// What the mentions of all rows come to.
fn checksum(rows: &Rows) -> Checksum {
    let mut sum = Checksum::default();
    for (number, page) in (0..rows.pages()).filter_map(|at| Some((at, rows.page(at)?))) {
        let mut alive = *page.alive();
        alive.and(&Mask::range(0, rows.len() - number * PAGE));
        alive.walk(|at| {
            let version = page.number(Extra::Version.column(), at).unwrap_or_default();
            sum.add(MentionId(page.id(at)), ChangeNumber(version));
            true
        });
    }
    sum
}

/// Whether the mention stands where its row stands.
fn is_same_place(before: &Row, mention: &Mention) -> bool {
    let column = number_column(NumberField::Added);
    before.numbers.get(column).copied().flatten() == Some(mention.added_at.0)
}

/// A row that no mention has any more: it has no version, but keeps its place.
fn give_up(rows: &mut Rows, row: u32, before: &Row) {
    let mut after = Row::EMPTY;
    keep_place(before, &mut after);
    rows.set(row, after, Vec::new());
}

fn keep_place(before: &Row, after: &mut Row) {
    let column = number_column(NumberField::Added);
    if let (Some(from), Some(to)) = (before.numbers.get(column), after.numbers.get_mut(column)) {
        *to = *from;
    }
    after.set_number(Extra::Id, before.number(Extra::Id).unwrap_or(i64::MIN));
}
