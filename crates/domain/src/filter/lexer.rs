//! Cuts a filter into keys, values, operators and parentheses.

use super::ast::{Piece, Range, Span, Value};
use super::error::{FilterError, FilterErrorKind as Kind};
use super::keys::{Key, key, similar_key};

/// A token with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What a filter is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    /// `NOT`, or `-` right before something.
    Not,
    /// A key and its colon; a value or `Open` follows.
    Key(&'static Key),
    Value(Value),
}

/// Beginnings of addresses without `//`: a term like `mailto:joe@example.com` has no key.
const SCHEMES: &[&str] = &["mailto", "tel", "sms", "urn", "did", "magnet", "doi"];

/// The tokens of a filter.
pub(super) fn tokens(text: &[char]) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        groups: Vec::new(),
    };
    while lexer.next()? {}
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t [char],
    at: usize,
    tokens: Vec<Token>,
    /// The key of each group that is open.
    groups: Vec<Option<&'static Key>>,
}

/// Whether a run of plain characters ends here.
pub(super) fn ends_run(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn error(&self, kind: Kind, start: usize, end: usize) -> FilterError {
        FilterError::at(kind, self.text, start, end)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span {
            start,
            end: self.at,
        };
        self.tokens.push(Token { kind, span });
    }

    fn skip_space(&mut self) {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Reads one token, or a key and its value; `false` at the end.
    fn next(&mut self) -> Result<bool, FilterError> {
        self.skip_space();
        let start = self.at;
        let group_key = self.groups.last().copied().flatten();
        match self.peek(0) {
            None => return Ok(false),
            Some('(') => {
                let key = match self.tokens.last().map(|token| &token.kind) {
                    Some(TokenKind::Key(key)) => Some(*key),
                    _ => group_key,
                };
                self.groups.push(key);
                self.single(TokenKind::Open);
            }
            Some(')') => {
                self.groups.pop();
                self.single(TokenKind::Close);
            }
            Some('[' | '{') if group_key.is_some() => self.range()?,
            Some('<' | '>') if group_key.is_some_and(|key| key.kind.takes_ranges()) => {
                self.comparison()?;
            }
            Some('"') => self.quoted_value()?,
            Some('-') if self.peek(1).is_some_and(|c| !c.is_whitespace() && c != ')') => {
                self.single(TokenKind::Not);
            }
            Some(_) => {
                let end = self.run_end(start);
                if let Some((key, colon)) = self.key_of_run(start, end)? {
                    self.at = colon + 1;
                    self.push(TokenKind::Key(key), start);
                    self.value_of(key, start)?;
                } else {
                    self.at = end;
                    let run: String = self
                        .text
                        .get(start..end)
                        .unwrap_or_default()
                        .iter()
                        .collect();
                    let kind = match run.as_str() {
                        "AND" => TokenKind::And,
                        "OR" => TokenKind::Or,
                        "NOT" => TokenKind::Not,
                        _ => TokenKind::Value(self.pieces(start, end)),
                    };
                    self.push(kind, start);
                }
            }
        }
        Ok(true)
    }

    fn single(&mut self, kind: TokenKind) {
        self.at += 1;
        self.push(kind, self.at - 1);
    }

    /// Where the run of plain characters that begins at `start` ends.
    fn run_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(c) = self.text.get(at) {
            match c {
                '\\' if at + 1 < self.text.len() => at += 2,
                c if ends_run(*c) => break,
                _ => at += 1,
            }
        }
        at
    }

    /// The key at the start of a run, and the place of its colon.
    ///
    /// What stands before a colon is a key unless it cannot be meant as one: it has other
    /// characters than a key (`C++:`), is a number (`12:30`) or begins an address (`https://…`).
    fn key_of_run(
        &self,
        start: usize,
        end: usize,
    ) -> Result<Option<(&'static Key, usize)>, FilterError> {
        let run = self.text.get(start..end).unwrap_or_default();
        let Some(length) = run.iter().position(|c| *c == ':') else {
            return Ok(None);
        };
        let name: String = run.iter().take(length).collect();
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        if name.is_empty() || !is_name {
            return Ok(None);
        }
        if let Some(key) = key(&name) {
            return Ok(Some((key, start + length)));
        }
        let is_number = name.chars().all(|c| !c.is_ascii_alphabetic());
        let is_address = run.get(length + 1..length + 3) == Some(&['/', '/'])
            || SCHEMES
                .iter()
                .any(|scheme| name.eq_ignore_ascii_case(scheme));
        if is_number || is_address {
            return Ok(None);
        }
        let suggestion = similar_key(&name).map(ToOwned::to_owned);
        Err(self
            .error(Kind::UnknownKey, start, start + length)
            .suggest(suggestion))
    }

    /// The value after a key, unless it is a group.
    fn value_of(&mut self, key: &'static Key, key_start: usize) -> Result<(), FilterError> {
        let after_key = self.at;
        self.skip_space();
        let start = self.at;
        let missing = self.error(Kind::MissingValue, key_start, after_key);
        match self.peek(0) {
            None | Some(')') => Err(missing),
            Some('(') => Ok(()),
            Some('"') => self.quoted_value(),
            Some('[' | '{') => self.range(),
            Some('<' | '>') if key.kind.takes_ranges() => self.comparison(),
            Some(_) => {
                let end = self.run_end(start);
                let is_operator = matches!(
                    self.text.get(start..end),
                    Some(['A', 'N', 'D'] | ['O', 'R'] | ['N', 'O', 'T'])
                );
                if is_operator && start > after_key {
                    return Err(missing);
                }
                self.at = end;
                self.push(TokenKind::Value(self.pieces(start, end)), start);
                Ok(())
            }
        }
    }

    fn quoted_value(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        let text = self.quoted()?;
        self.push(
            TokenKind::Value(Value::Text(vec![Piece::Literal(text)])),
            start,
        );
        Ok(())
    }

    /// Text between quotes; `\` takes the next character literally.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) | (Some('\\'), None) => {
                    return Err(self.error(Kind::UnclosedQuote, start, self.text.len()));
                }
                (Some('"'), _) => {
                    self.at += 1;
                    return Ok(text);
                }
                (Some('\\'), Some(c)) => {
                    text.push(c);
                    self.at += 2;
                }
                (Some(c), _) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
    }

    /// Plain characters as text with wildcards.
    fn pieces(&self, start: usize, end: usize) -> Value {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut chars = self.text.get(start..end).unwrap_or_default().iter();
        while let Some(c) = chars.next() {
            let literal = match c {
                '*' => {
                    pieces.push(Piece::Any);
                    continue;
                }
                '?' => {
                    pieces.push(Piece::One);
                    continue;
                }
                '\\' => chars.next().unwrap_or(&'\\'),
                c => c,
            };
            if let Some(Piece::Literal(text)) = pieces.last_mut() {
                text.push(*literal);
            } else {
                pieces.push(Piece::Literal(literal.to_string()));
            }
        }
        Value::Text(pieces)
    }

    /// `>5`, `>=5`, `<5`, `<=5`.
    fn comparison(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        let is_lower = self.peek(0) == Some('>');
        let includes = self.peek(1) == Some('=');
        self.at += 1 + usize::from(includes);
        let number = if self.peek(0) == Some('"') {
            self.quoted()?
        } else {
            let begin = self.at;
            self.at = self.run_end(begin);
            self.text
                .get(begin..self.at)
                .unwrap_or_default()
                .iter()
                .collect()
        };
        if number.is_empty() {
            return Err(self.error(Kind::MissingValue, start, self.at));
        }
        let range = if is_lower {
            Range {
                low: Some(number),
                includes_low: includes,
                high: None,
                includes_high: true,
            }
        } else {
            Range {
                low: None,
                includes_low: true,
                high: Some(number),
                includes_high: includes,
            }
        };
        self.push(TokenKind::Value(Value::Range(range)), start);
        Ok(())
    }

    /// `[a TO b]` with any mixture of brackets and braces.
    fn range(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        let includes_low = self.peek(0) == Some('[');
        self.at += 1;
        let low = self.bound(start)?;
        self.skip_space();
        let to = self.at;
        self.at = self.bound_end(to);
        let is_to = matches!(self.text.get(to..self.at), Some(['T' | 't', 'O' | 'o']));
        if !is_to {
            return Err(self.malformed(start));
        }
        let high = self.bound(start)?;
        self.skip_space();
        let includes_high = match self.peek(0) {
            Some(']') => true,
            Some('}') => false,
            _ => return Err(self.malformed(start)),
        };
        self.at += 1;
        let range = Range {
            low,
            includes_low,
            high,
            includes_high,
        };
        self.push(TokenKind::Value(Value::Range(range)), start);
        Ok(())
    }

    /// One end of a range; `None` for `*`.
    fn bound(&mut self, range_start: usize) -> Result<Option<String>, FilterError> {
        self.skip_space();
        if self.peek(0) == Some('"') {
            return self.quoted().map(Some);
        }
        let start = self.at;
        self.at = self.bound_end(start);
        match self.text.get(start..self.at).unwrap_or_default() {
            [] => Err(self.malformed(range_start)),
            ['*'] => Ok(None),
            text => Ok(Some(text.iter().collect())),
        }
    }

    fn bound_end(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|c| c.is_whitespace() || matches!(c, ']' | '}' | '[' | '{' | '"'))
            .unwrap_or(rest.len());
        start + length
    }

    /// The range from its bracket to where it should have ended.
    fn malformed(&self, start: usize) -> FilterError {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest
            .iter()
            .position(|c| matches!(c, ']' | '}'))
            .map_or(self.text.len(), |length| self.at + length + 1);
        self.error(Kind::MalformedRange, start, end)
    }
}
