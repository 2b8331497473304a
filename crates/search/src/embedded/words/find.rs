//! Finds the rows whose text holds words one after another, for many questions in one walk.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use domain::filter::{Pattern, States, TextField, Wildcards};
use domain::ids::AccountId;
use tantivy::columnar::Column;
use tantivy::postings::{Postings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED};
use work::Work;

use super::{Committed, prefix};
use crate::SearchError;
use crate::embedded::columns::mask::RowSet;
use crate::embedded::lookup::units;
use crate::embedded::select::literal_prefix;

/// A question about texts, and what was found.
#[derive(Debug)]
pub(in crate::embedded) struct Asked<'q> {
    pub(in crate::embedded) field: TextField,
    /// One at least.
    pub(in crate::embedded) words: &'q [Pattern],
    pub(in crate::embedded) rows: RowSet,
}

/// Any word at all, as a pattern.
const ANY: &str = "*";

/// The pattern that has to be tried on the words of a dictionary, if it is one.
fn tried(pattern: &Pattern) -> Option<&str> {
    match pattern {
        Pattern::Exact(_) => None,
        Pattern::Present => Some(ANY),
        Pattern::Wildcard(text) => Some(text),
    }
}

impl Committed {
    /// Answers questions. `row_of` gives the row of an epoch and a row, if there is one.
    pub(in crate::embedded) fn find(
        &self,
        account: AccountId,
        asked: &mut [Asked<'_>],
        mut row_of: impl FnMut(u32, u32) -> Option<usize>,
        work: &Work,
    ) -> Result<(), SearchError> {
        let prefix = prefix(account);
        for (field, has) in [
            (self.fields.title, [TextField::Title, TextField::Anywhere]),
            (
                self.fields.content,
                [TextField::Content, TextField::Anywhere],
            ),
        ] {
            let mut asked: Vec<&mut Asked<'_>> = asked
                .iter_mut()
                .filter(|one| has.contains(&one.field))
                .collect();
            if asked.is_empty() {
                continue;
            }
            let walks = Walks::of(&asked);
            for (segment, rows) in self.searcher.segment_readers().iter().zip(&*self.rows) {
                work.spend(20)?;
                let terms = segment.inverted_index(field)?;
                let place = Place {
                    segment,
                    terms: &terms,
                    prefix: &prefix,
                    work,
                };
                let mut row_of = |doc| {
                    let (epoch, row) = halves(rows, doc)?;
                    row_of(epoch, row)
                };
                place.answer(&mut asked, &walks, &mut row_of)?;
            }
        }
        Ok(())
    }
}

fn halves(rows: &Column<u64>, doc: DocId) -> Option<(u32, u32)> {
    let row = rows.first(doc)?;
    let [epoch, row] =
        [row >> 32, row & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or(u32::MAX));
    Some((epoch, row))
}

/// The patterns that have to be tried on words, by the parts of the dictionary they may be in.
struct Walks<'q> {
    parts: Vec<Walk<'q>>,
    /// Patterns whose words are needed together, because others stand beside them.
    in_phrases: HashSet<&'q str>,
    /// Questions of a single pattern.
    alone: HashMap<&'q str, Vec<usize>>,
}

/// One part: all words with this beginning.
struct Walk<'q> {
    prefix: String,
    patterns: Vec<&'q str>,
    matcher: Wildcards,
}

impl<'q> Walks<'q> {
    fn of(asked: &[&mut Asked<'q>]) -> Self {
        let mut all = Self {
            parts: Vec::new(),
            in_phrases: HashSet::new(),
            alone: HashMap::new(),
        };
        for (at, one) in asked.iter().enumerate() {
            if let [single] = one.words {
                if let Some(pattern) = tried(single) {
                    all.alone.entry(pattern).or_default().push(at);
                }
            } else {
                all.in_phrases.extend(one.words.iter().filter_map(tried));
            }
        }
        let patterns: HashSet<&str> = all.alone.keys().chain(&all.in_phrases).copied().collect();
        let mut sorted: Vec<(String, &str)> = patterns
            .into_iter()
            .map(|pattern| (literal_prefix(pattern), pattern))
            .collect();
        sorted.sort_unstable();
        // A part that lies within the one before is walked with it.
        let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
        for (prefix, pattern) in sorted {
            match parts.last_mut() {
                Some((before, patterns)) if prefix.starts_with(before.as_str()) => {
                    patterns.push(pattern);
                }
                _ => parts.push((prefix, vec![pattern])),
            }
        }
        let walk = |(prefix, patterns): (String, Vec<&'q str>)| Walk {
            prefix,
            matcher: Wildcards::new(patterns.iter().copied()),
            patterns,
        };
        all.parts = parts.into_iter().map(walk).collect();
        all
    }
}

/// One field of one segment, for one account.
struct Place<'a> {
    segment: &'a SegmentReader,
    terms: &'a InvertedIndexReader,
    prefix: &'a str,
    work: &'a Work,
}

impl Place<'_> {
    fn answer<'q>(
        &self,
        asked: &mut [&mut Asked<'q>],
        walks: &Walks<'q>,
        row_of: &mut impl FnMut(DocId) -> Option<usize>,
    ) -> Result<(), SearchError> {
        let mut kept: HashMap<&str, Vec<TermInfo>> = HashMap::new();
        let mut held = self.work.hold(0)?;
        for walk in &walks.parts {
            self.walk(walk, walks, asked, &mut kept, &mut held, row_of)?;
        }
        for one in asked {
            match one.words {
                [Pattern::Exact(word)] => {
                    if let Some(term) = self.exact(word)? {
                        self.documents(&term, |doc| {
                            if let Some(row) = row_of(doc) {
                                one.rows.set(row, true);
                            }
                        })?;
                    }
                }
                [_] => {}
                words => {
                    let alternatives = self.alternatives(words, &kept)?;
                    if alternatives.iter().all(|terms| !terms.is_empty()) {
                        for doc in self.phrase(&alternatives)? {
                            if let Some(row) = row_of(doc) {
                                one.rows.set(row, true);
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Tries the patterns of a part on its words.
    fn walk<'q>(
        &self,
        walk: &Walk<'q>,
        walks: &Walks<'q>,
        asked: &mut [&mut Asked<'q>],
        kept: &mut HashMap<&'q str, Vec<TermInfo>>,
        held: &mut work::Held,
        row_of: &mut impl FnMut(DocId) -> Option<usize>,
    ) -> Result<(), SearchError> {
        let start = format!("{}{}", self.prefix, walk.prefix);
        let mut stream = self.terms.terms().range().ge(&start).into_stream()?;
        let mut states = States::default();
        let mut fitting: Vec<&'q str> = Vec::new();
        let a_word = 2 + units(walk.matcher.width(), 12);
        let mut rows = Vec::new();
        self.work.spend(20)?;
        while let Some((term, info)) = stream.next() {
            if !term.starts_with(start.as_bytes()) {
                break;
            }
            self.work.spend(a_word)?;
            let word = term.get(self.prefix.len()..).unwrap_or_default();
            let Ok(word) = std::str::from_utf8(word) else {
                continue;
            };
            fitting.clear();
            walk.matcher.fitting(word, &mut states, |pattern| {
                fitting.extend(walk.patterns.get(pattern));
            });
            // What it is in is read once for all patterns.
            rows.clear();
            let mut is_read = false;
            for pattern in &fitting {
                let alone = walks.alone.get(pattern);
                if alone.is_some() && !is_read {
                    self.documents(info, |doc| rows.extend(row_of(doc)))?;
                    is_read = true;
                }
                for at in alone.into_iter().flatten() {
                    self.work.spend(1 + units(rows.len(), 16))?;
                    if let Some(one) = asked.get_mut(*at) {
                        for row in &rows {
                            one.rows.set(*row, true);
                        }
                    }
                }
                if walks.in_phrases.contains(pattern) {
                    self.work.spend(1)?;
                    held.more(size_of::<TermInfo>() * 2)?;
                    kept.entry(*pattern).or_default().push(info.clone());
                }
            }
        }
        Ok(())
    }

    fn exact(&self, word: &str) -> Result<Option<TermInfo>, SearchError> {
        self.work.spend(10)?;
        let term = format!("{}{word}", self.prefix);
        Ok(self.terms.terms().get(term)?)
    }

    /// The terms of each pattern of a phrase.
    fn alternatives<'k>(
        &self,
        words: &[Pattern],
        kept: &'k HashMap<&str, Vec<TermInfo>>,
    ) -> Result<Vec<Cow<'k, [TermInfo]>>, SearchError> {
        let mut all = Vec::with_capacity(words.len());
        for pattern in words {
            all.push(match pattern {
                Pattern::Exact(word) => self.exact(word)?.into_iter().collect(),
                pattern => tried(pattern)
                    .and_then(|pattern| kept.get(pattern))
                    .map_or(Cow::Borrowed(&[][..]), |terms| {
                        Cow::Borrowed(terms.as_slice())
                    }),
            });
        }
        Ok(all)
    }

    fn documents(&self, term: &TermInfo, mut each: impl FnMut(DocId)) -> Result<(), SearchError> {
        let alive = self.segment.alive_bitset();
        self.work.spend(3 + u64::from(term.doc_freq / 16))?;
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
    fn phrase(&self, alternatives: &[Cow<'_, [TermInfo]>]) -> Result<Vec<DocId>, SearchError> {
        let mut order: Vec<(u32, &[TermInfo])> = (0..)
            .zip(alternatives.iter().map(|terms| &**terms))
            .collect();
        let terms = alternatives.iter().map(|terms| terms.len()).sum();
        self.work.spend(units(terms, 20))?;
        order.sort_by_cached_key(|(_, terms)| {
            terms
                .iter()
                .map(|term| u64::from(term.doc_freq))
                .sum::<u64>()
        });
        // Where the phrase would have to begin: document, position of its first word.
        let mut starts: Option<Vec<(DocId, u32)>> = None;
        let mut positions = Vec::new();
        let mut held = self.work.hold(0)?;
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
                held.at_least(found.len() * size_of::<(DocId, u32)>() * 2)?;
            }
            // Sorting them takes several times as long as handing them out.
            self.work.spend(units(found.len(), 2))?;
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
        let documents = candidates.map_or(u64::from(term.doc_freq), |candidates| {
            u64::from(term.doc_freq).min(units(candidates.len(), 1))
        });
        self.work.spend(5 + documents)?;
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
