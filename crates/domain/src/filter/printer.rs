//! Writes a filter in its shortest form.

use std::fmt;

use super::ast::{Clause, Node, Piece, Query, Range, Value};
use super::lexer::{TokenKind, ends_run, tokens};

/// How tightly an operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Some(root) => node(f, root, None),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        node(f, self, None)
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = self.key {
            write!(f, "{}:", key.name)?;
        }
        match &self.value {
            Value::Text(pieces) => f.write_str(&text(pieces, self.key.is_some())),
            Value::Range(range) => write!(f, "{range}"),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{} TO {}{}",
            if self.includes_low { '[' } else { '{' },
            bound(self.low.as_deref()),
            bound(self.high.as_deref()),
            if self.includes_high { ']' } else { '}' },
        )
    }
}

fn node(f: &mut fmt::Formatter<'_>, this: &Node, within: Option<Level>) -> fmt::Result {
    let level = match this {
        Node::Or(_) => Level::Or,
        Node::And(_) => Level::And,
        Node::Not(part) => {
            f.write_str("NOT ")?;
            return node(f, part, Some(Level::Not));
        }
        Node::Clause(clause) => return write!(f, "{clause}"),
    };
    let in_parentheses = within.is_some_and(|outer| outer >= level);
    if in_parentheses {
        f.write_str("(")?;
    }
    let (Node::And(parts) | Node::Or(parts)) = this else {
        return Ok(());
    };
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(if level == Level::And { " AND " } else { " OR " })?;
        }
        node(f, part, Some(level))?;
    }
    if in_parentheses {
        f.write_str(")")?;
    }
    Ok(())
}

/// A text value: as it is when it is read back as the same, else within quotes; with wildcards in
/// it, with backslashes.
fn text(pieces: &[Piece], has_key: bool) -> String {
    if let [Piece::Literal(literal)] = pieces {
        return if is_plain(literal, has_key) {
            literal.clone()
        } else {
            quote(literal)
        };
    }
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => out.push('*'),
            Piece::One => out.push('?'),
            Piece::Literal(literal) => {
                for c in literal.chars() {
                    let starts = out.is_empty() && matches!(c, '-' | '[' | '{' | '<' | '>' | '"');
                    if starts || ends_run(c) || matches!(c, '*' | '?' | '\\' | ':') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out
}

fn is_plain(text: &str, has_key: bool) -> bool {
    let special = |c: char| ends_run(c) || matches!(c, '*' | '?' | '\\');
    if text.is_empty() || text.contains(special) || text.starts_with('"') {
        return false;
    }
    if has_key {
        return !text.starts_with(['[', '{', '<', '>']);
    }
    // A word without a key could be an operator or look like a key: whoever reads filters knows.
    let chars: Vec<char> = text.chars().collect();
    matches!(
        tokens(&chars).as_deref(),
        Ok([one]) if matches!(&one.kind, TokenKind::Value(value) if value.plain() == Some(text))
    )
}

fn bound(text: Option<&str>) -> String {
    let special =
        |c: char| c.is_whitespace() || matches!(c, ']' | '}' | '[' | '{' | '"' | '\\' | '*');
    match text {
        None => "*".to_owned(),
        Some(text) if text.is_empty() || text.contains(special) => quote(text),
        Some(text) => text.to_owned(),
    }
}

/// The text within quotes, so that it is read back as it is.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// A value as it is written after a key: within quotes only where it needs them.
pub(super) fn value(literal: &str) -> String {
    if is_plain(literal, true) {
        literal.to_owned()
    } else {
        quote(literal)
    }
}
