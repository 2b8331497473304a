//! Words of running text, the same for the index, for the matcher and for queries.
//!
//! # Organization
//! [`fold()`] gives the form in which words are compared, [`for_each_word`] cuts a text into words,
//! [`phrase()`] cuts a question into the words that must follow one another; [`KeywordMatcher`] finds
//! the topics that want a text; [`label_key`] tells which names look the same.
//!
//! # Invariants
//! - Every word of a text has a position: 0, 1, 2, … without gaps. **Several words may share a
//!   position**; they are handed out one after another, positions never go down.
//! - A phrase of `n` words is found in a text when there is a position `p` such that for every
//!   `i < n` one of the text's words at position `p + i` is the phrase's word `i`. Nothing else is
//!   needed: no stemming, no stop words, no slop.
//! - Words are folded, never empty, and at most [`MAX_WORD_BYTES`] long.
//!
//! # What a word is
//! - A run of letters and digits between Unicode word boundaries; `_` joins inside a word, `.` and
//!   `,` join between digits (`4.5`, `10,000`). Apostrophes, full stops and hyphens between letters
//!   separate, so that `Delhaize's`, `l'homme` and `example.com` are found by `Delhaize`, `homme`
//!   and `example`, and as written, because a question is cut the same way.
//! - Scripts that are written without spaces between words (Chinese, Japanese, Thai, Lao, Khmer,
//!   Burmese) and Korean: every character is a word at its own position, and every pair of
//!   neighbours is one more word at the position of the first. A question uses pairs where it can,
//!   and the single character where it has only one.
//! - An emoji (also a joined or flag sequence) is a word; skin tones do not count.
//! - `#tag` and `@name` are found with and without their sign: `tag` and `#tag` share a position.
//!   A sign in the middle of something (`joe@example.com`) is no sign.

mod fold;
mod label;
mod matcher;
mod phrase;
mod script;
mod words;

pub use fold::{fold, fold_into};
pub use label::{is_invisible, label_key};
pub use matcher::{KeywordMatcher, MatchBuffer};
pub use phrase::phrase;
pub(crate) use phrase::phrase_parts;
pub(crate) use script::{Class, class};
pub use words::{MAX_WORD_BYTES, Word, WordBuffer, for_each_word, words};
