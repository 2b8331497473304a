//! Text values as patterns.

use super::ast::Piece;
use super::predicate::Pattern;
use crate::text::{Class, class, fold, phrase_parts};

/// A value that is compared as a whole.
pub(super) fn pattern(pieces: &[Piece]) -> Pattern {
    match pieces {
        [Piece::Any] => Pattern::Present,
        [Piece::Literal(text)] => Pattern::Exact(fold(text)),
        pieces => {
            let mut out = String::new();
            for piece in pieces {
                match piece {
                    Piece::Any => out.push('*'),
                    Piece::One => out.push('?'),
                    Piece::Literal(text) => push_literal(&mut out, text),
                }
            }
            Pattern::Wildcard(out)
        }
    }
}

/// The folded text as part of a wildcard pattern.
fn push_literal(pattern: &mut String, text: &str) {
    for c in fold(text).chars() {
        if matches!(c, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
}

/// The value without the sign that hashtags and user names may be written with; empty when there
/// is nothing else.
pub(super) fn without_sign(pieces: &[Piece], sign: char) -> Vec<Piece> {
    let wide = char::from_u32(u32::from(sign) + 0xFEE0).unwrap_or(sign);
    let mut pieces = pieces.to_vec();
    if let Some(Piece::Literal(first)) = pieces.first_mut() {
        *first = first.trim_start_matches([sign, wide]).to_owned();
        if first.is_empty() {
            pieces.remove(0);
        }
    }
    pieces
}

/// The patterns that consecutive words of a text must fit; empty when there is no word.
///
/// A wildcard reaches within one word (`deliver*`, `*burger`); alone it is any word. In scripts
/// that are cut into single characters a wildcard at the end of a run adds nothing, because runs
/// are found anyway.
pub(super) fn words(pieces: &[Piece]) -> Vec<Pattern> {
    if let [Piece::Literal(text)] = pieces {
        return exact(text, true).collect();
    }
    let chunks = chunks(pieces);
    let mut out = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        let is_last = index + 1 == chunks.len();
        match chunk {
            Chunk::Plain(text) => out.extend(exact(text, is_last)),
            Chunk::Wild(pieces) => match run_of_characters(pieces) {
                Some(text) => out.extend(exact(text, is_last)),
                None => out.push(pattern(pieces)),
            },
        }
    }
    out
}

fn exact(text: &str, is_last: bool) -> impl Iterator<Item = Pattern> {
    phrase_parts(text, is_last).into_iter().map(Pattern::Exact)
}

/// `東京*`, `*東京`: the characters alone.
fn run_of_characters(pieces: &[Piece]) -> Option<&str> {
    let mut literals = pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text),
        _ => None,
    });
    let text = literals.next()?;
    let is_run = literals.next().is_none()
        && !pieces.contains(&Piece::One)
        && text
            .chars()
            .all(|c| matches!(class(c), Class::Paired | Class::Mark));
    is_run.then_some(text.as_str())
}

/// A part of a value between spaces and the like.
enum Chunk {
    /// Text without wildcards, with its punctuation.
    Plain(String),
    /// One word with wildcards.
    Wild(Vec<Piece>),
}

fn chunks(pieces: &[Piece]) -> Vec<Chunk> {
    let elements: Vec<Piece> = pieces
        .iter()
        .flat_map(|piece| match piece {
            Piece::Literal(text) => text
                .chars()
                .map(|c| Piece::Literal(c.to_string()))
                .collect(),
            wild => vec![wild.clone()],
        })
        .collect();
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut word: Vec<Piece> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let around = (
            index.checked_sub(1).and_then(|before| elements.get(before)),
            elements.get(index + 1),
        );
        if belongs_to_word(element, word.is_empty(), around) {
            word.push(element.clone());
        } else {
            close(&mut chunks, &mut word);
            if let Piece::Literal(text) = element {
                plain(&mut chunks, text);
            }
        }
    }
    close(&mut chunks, &mut word);
    chunks.retain(|chunk| match chunk {
        Chunk::Plain(text) => text
            .chars()
            .any(|c| class(c) != Class::Other || !c.is_ascii()),
        Chunk::Wild(_) => true,
    });
    chunks
}

/// Letters and wildcards; a sign at the start; `.` and `,` between digits.
fn belongs_to_word(
    element: &Piece,
    is_first: bool,
    around: (Option<&Piece>, Option<&Piece>),
) -> bool {
    let Piece::Literal(text) = element else {
        return true;
    };
    let is_digit = |piece: Option<&Piece>| match piece {
        Some(Piece::Literal(text)) => text.chars().all(char::is_numeric),
        Some(_) => true,
        None => false,
    };
    text.chars().all(|c| match c {
        '#' | '@' => is_first && around.1.is_some(),
        '.' | ',' => {
            !is_first
                && matches!(around.0, Some(Piece::Literal(_)))
                && is_digit(around.0)
                && is_digit(around.1)
        }
        c => class(c) != Class::Other,
    })
}

fn plain(chunks: &mut Vec<Chunk>, text: &str) {
    match chunks.last_mut() {
        Some(Chunk::Plain(before)) => before.push_str(text),
        _ => chunks.push(Chunk::Plain(text.to_owned())),
    }
}

/// Ends a word: with wildcards it is a chunk of its own.
fn close(chunks: &mut Vec<Chunk>, word: &mut Vec<Piece>) {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in word.drain(..) {
        match (merged.last_mut(), piece) {
            (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
            (Some(Piece::Any), Piece::Any) => {}
            (_, piece) => merged.push(piece),
        }
    }
    match merged.as_slice() {
        [] => {}
        [Piece::Literal(text)] => plain(chunks, text),
        _ => chunks.push(Chunk::Wild(merged)),
    }
}
