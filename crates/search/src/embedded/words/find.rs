//! Finds the rows whose text holds words one after another.

use domain::filter::{Pattern, TextField};
use domain::ids::AccountId;
use tantivy::columnar::Column;
use tantivy::postings::{Postings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED};

use super::{Committed, prefix};
use crate::SearchError;
use crate::embedded::select::literal_prefix;

impl Committed {
    /// Hands epoch and row of each hit to `each`; a hit in title and content comes twice.
    pub(in crate::embedded) fn find(
        &self,
        account: AccountId,
        field: TextField,
        words: &[Pattern],
        mut each: impl FnMut(u32, u32),
    ) -> Result<(), SearchError> {
        let fields: &[Field] = match field {
            TextField::Title => &[self.fields.title],
            TextField::Content => &[self.fields.content],
            TextField::Anywhere => &[self.fields.title, self.fields.content],
            TextField::Note => &[],
        };
        let prefix = prefix(account);
        for (segment, rows) in self.searcher.segment_readers().iter().zip(&*self.rows) {
            for field in fields {
                let terms = segment.inverted_index(*field)?;
                let place = Place {
                    segment,
                    terms: &terms,
                    prefix: &prefix,
                };
                place.find(words, |doc| report(rows, doc, &mut each))?;
            }
        }
        Ok(())
    }
}

fn report(rows: &Column<u64>, doc: DocId, each: &mut impl FnMut(u32, u32)) {
    if let Some(row) = rows.first(doc) {
        let [epoch, row] = [row >> 32, row & u64::from(u32::MAX)]
            .map(|half| u32::try_from(half).unwrap_or(u32::MAX));
        each(epoch, row);
    }
}

/// One field of one segment, for one account.
struct Place<'a> {
    segment: &'a SegmentReader,
    terms: &'a InvertedIndexReader,
    prefix: &'a str,
}

impl Place<'_> {
    fn find(&self, words: &[Pattern], mut each: impl FnMut(DocId)) -> Result<(), SearchError> {
        let mut alternatives = Vec::with_capacity(words.len());
        for pattern in words {
            let found = self.fitting(pattern)?;
            if found.is_empty() {
                return Ok(());
            }
            alternatives.push(found);
        }
        if let [single] = alternatives.as_slice() {
            for term in single {
                self.documents(term, &mut each)?;
            }
            return Ok(());
        }
        for doc in self.phrase(&alternatives)? {
            each(doc);
        }
        Ok(())
    }

    /// The account's terms that fit a pattern.
    fn fitting(&self, pattern: &Pattern) -> Result<Vec<TermInfo>, SearchError> {
        let start = match pattern {
            Pattern::Exact(word) => {
                let term = format!("{}{word}", self.prefix);
                return Ok(self.terms.terms().get(term)?.into_iter().collect());
            }
            Pattern::Present => self.prefix.to_owned(),
            Pattern::Wildcard(text) => format!("{}{}", self.prefix, literal_prefix(text)),
        };
        let mut found = Vec::new();
        let mut stream = self.terms.terms().range().ge(&start).into_stream()?;
        while let Some((term, info)) = stream.next() {
            if !term.starts_with(start.as_bytes()) {
                break;
            }
            let word = term.get(self.prefix.len()..).unwrap_or_default();
            if std::str::from_utf8(word).is_ok_and(|word| pattern.fits(word)) {
                found.push(info.clone());
            }
        }
        Ok(found)
    }

    fn documents(&self, term: &TermInfo, each: &mut impl FnMut(DocId)) -> Result<(), SearchError> {
        let alive = self.segment.alive_bitset();
        let mut block = self
            .terms
            .read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
        while block.block_len() > 0 {
            for doc in block.docs() {
                if alive.is_none_or(|alive| alive.is_alive(*doc)) {
                    each(*doc);
                }
            }
            block.advance();
        }
        Ok(())
    }

    /// Documents in which terms of each pattern follow one another. Begins with the rarest
    /// pattern, so that the others are looked up in few documents.
    fn phrase(&self, alternatives: &[Vec<TermInfo>]) -> Result<Vec<DocId>, SearchError> {
        let mut order: Vec<(u32, &Vec<TermInfo>)> = (0..).zip(alternatives).collect();
        order.sort_by_key(|(_, terms)| {
            terms
                .iter()
                .map(|term| u64::from(term.doc_freq))
                .sum::<u64>()
        });
        // Where the phrase would have to begin: document, position of its first word.
        let mut starts: Option<Vec<(DocId, u32)>> = None;
        let mut positions = Vec::new();
        for (offset, terms) in order {
            let candidates = starts.as_ref().map(|starts| {
                let mut docs: Vec<DocId> = starts.iter().map(|(doc, _)| *doc).collect();
                docs.dedup();
                docs
            });
            let mut found = Vec::new();
            for term in terms {
                self.positions(
                    term,
                    candidates.as_deref(),
                    &mut positions,
                    |doc, position| {
                        if let Some(start) = position.checked_sub(offset) {
                            found.push((doc, start));
                        }
                    },
                )?;
            }
            found.sort_unstable();
            found.dedup();
            if let Some(starts) = &starts {
                found.retain(|start| starts.binary_search(start).is_ok());
            }
            if found.is_empty() {
                return Ok(Vec::new());
            }
            starts = Some(found);
        }
        let mut docs: Vec<DocId> = starts
            .unwrap_or_default()
            .into_iter()
            .map(|(doc, _)| doc)
            .collect();
        docs.dedup();
        let alive = self.segment.alive_bitset();
        docs.retain(|doc| alive.is_none_or(|alive| alive.is_alive(*doc)));
        Ok(docs)
    }

    /// Hands the places of a term to `each`, of all documents or of the candidates.
    fn positions(
        &self,
        term: &TermInfo,
        candidates: Option<&[DocId]>,
        buffer: &mut Vec<u32>,
        mut each: impl FnMut(DocId, u32),
    ) -> Result<(), SearchError> {
        let mut postings = self
            .terms
            .read_postings_from_terminfo(term, IndexRecordOption::WithFreqsAndPositions)?;
        let mut hand_out = |doc, postings: &mut tantivy::postings::SegmentPostings| {
            buffer.clear();
            postings.positions(buffer);
            for position in buffer.iter() {
                each(doc, *position);
            }
        };
        match candidates {
            None => {
                let mut doc = postings.doc();
                while doc != TERMINATED {
                    hand_out(doc, &mut postings);
                    doc = postings.advance();
                }
            }
            Some(candidates) => {
                for candidate in candidates {
                    let mut doc = postings.doc();
                    if doc < *candidate {
                        doc = postings.seek(*candidate);
                    }
                    if doc == *candidate {
                        hand_out(doc, &mut postings);
                    } else if doc == TERMINATED {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}
