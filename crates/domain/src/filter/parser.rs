//! Builds the tree of a filter.
//!
//! ```text
//! query   = [ or ]
//! or      = and { "OR" and }
//! and     = not { [ "AND" ] not }
//! not     = { "NOT" | "-" } primary
//! primary = "(" or ")" | key ":" "(" or ")" | key ":" value | value
//! value   = word | "quoted text" | "[" a "TO" b "]" | ">" a | …
//! ```
//! A key before a group holds for every value in it that has no key of its own.

use super::ast::{Clause, Node, Piece, Query, Span, Value};
use super::error::{FilterError, FilterErrorKind as Kind};
use super::keys::Key;
use super::lexer::{Token, TokenKind, tokens};

/// Most bytes a filter may have.
pub const MAX_BYTES: usize = 16 * 1024;
/// Most levels of parentheses and negations.
pub const MAX_DEPTH: usize = 64;
/// Most words and values.
pub const MAX_CLAUSES: usize = 1_000;
/// Most `*` and `?` within values; a `*` alone, which asks for any value, is none of them.
pub const MAX_WILDCARDS: usize = 256;

/// Reads a filter. Names of tags, topics and users are not looked at; see [`super::compile()`].
///
/// # Errors
/// Says which characters are wrong and what may have been meant.
pub fn parse(text: &str) -> Result<Query, FilterError> {
    if text.len() > MAX_BYTES {
        let chars: Vec<char> = text.chars().collect();
        return Err(FilterError::at(Kind::TooLong, &chars, 0, chars.len()));
    }
    let chars: Vec<char> = text.chars().collect();
    let tokens = tokens(&chars)?;
    let extra = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Value(_)))
        .nth(MAX_CLAUSES);
    if let Some(extra) = extra {
        let span = extra.span;
        return Err(FilterError::at(
            Kind::TooManyClauses,
            &chars,
            span.start,
            span.end,
        ));
    }
    check_wildcards(&chars, &tokens)?;
    let mut parser = Parser {
        chars: &chars,
        tokens: &tokens,
        at: 0,
    };
    if tokens.is_empty() {
        return Ok(Query::default());
    }
    let root = parser.or(0, None)?;
    match parser.peek() {
        None => Ok(Query { root: Some(root) }),
        Some(token) => Err(parser.error(Kind::UnopenedParenthesis, token.span)),
    }
}

/// Each one is a place at which every word of the account has to be tried.
fn check_wildcards(chars: &[char], tokens: &[Token]) -> Result<(), FilterError> {
    let mut count = 0_usize;
    for token in tokens {
        if let TokenKind::Value(Value::Text(pieces)) = &token.kind
            && pieces.len() > 1
        {
            let wild = |piece: &&Piece| matches!(piece, Piece::Any | Piece::One);
            count = count.saturating_add(pieces.iter().filter(wild).count());
            if count > MAX_WILDCARDS {
                let span = token.span;
                return Err(FilterError::at(
                    Kind::TooManyWildcards,
                    chars,
                    span.start,
                    span.end,
                ));
            }
        }
    }
    Ok(())
}

struct Parser<'t> {
    chars: &'t [char],
    tokens: &'t [Token],
    at: usize,
}

/// A key before a group.
type GroupKey = Option<(&'static Key, Span)>;

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<&'t Token> {
        let token = self.peek();
        self.at += usize::from(token.is_some());
        token
    }

    fn error(&self, kind: Kind, span: Span) -> FilterError {
        FilterError::at(kind, self.chars, span.start, span.end)
    }

    fn or(&mut self, depth: usize, key: GroupKey) -> Result<Node, FilterError> {
        let mut parts = vec![self.and(depth, key)?];
        while matches!(self.peek(), Some(token) if token.kind == TokenKind::Or) {
            self.at += 1;
            parts.push(self.and(depth, key)?);
        }
        Ok(one_or(parts, Node::Or))
    }

    fn and(&mut self, depth: usize, key: GroupKey) -> Result<Node, FilterError> {
        let mut parts = vec![self.not(depth, key)?];
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Or | TokenKind::Close => break,
                TokenKind::And => self.at += 1,
                _ => {}
            }
            parts.push(self.not(depth, key)?);
        }
        Ok(one_or(parts, Node::And))
    }

    fn not(&mut self, depth: usize, key: GroupKey) -> Result<Node, FilterError> {
        let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Not) else {
            return self.primary(depth, key);
        };
        self.check_depth(depth, token.span)?;
        self.at += 1;
        Ok(Node::Not(Box::new(self.not(depth + 1, key)?)))
    }

    fn check_depth(&self, depth: usize, span: Span) -> Result<(), FilterError> {
        if depth < MAX_DEPTH {
            Ok(())
        } else {
            Err(self.error(Kind::TooDeep, span))
        }
    }

    fn primary(&mut self, depth: usize, key: GroupKey) -> Result<Node, FilterError> {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let Some(token) = self.take() else {
            return Err(self.nothing_after(before));
        };
        match &token.kind {
            TokenKind::Open => self.group(depth, key, token.span),
            TokenKind::Key(key) => match self.peek() {
                Some(next) if next.kind == TokenKind::Open => {
                    self.at += 1;
                    self.group(depth, Some((*key, token.span)), next.span)
                }
                _ => match self.take() {
                    Some(Token {
                        kind: TokenKind::Value(value),
                        span,
                    }) => Ok(Node::Clause(Clause {
                        key: Some(*key),
                        value: value.clone(),
                        span: Span {
                            start: token.span.start,
                            end: span.end,
                        },
                        value_span: *span,
                    })),
                    _ => Err(self.error(Kind::MissingValue, token.span)),
                },
            },
            TokenKind::Value(value) => Ok(Node::Clause(Clause {
                key: key.map(|(key, _)| key),
                value: value.clone(),
                span: token.span,
                value_span: token.span,
            })),
            TokenKind::Close => Err(match before {
                Some(open) if open.kind == TokenKind::Open => self.error(
                    Kind::EmptyParentheses,
                    Span {
                        start: open.span.start,
                        end: token.span.end,
                    },
                ),
                Some(operator) => self.nothing_after(Some(operator)),
                None => self.error(Kind::UnopenedParenthesis, token.span),
            }),
            TokenKind::And | TokenKind::Or | TokenKind::Not => Err(match before {
                Some(Token {
                    kind: TokenKind::And | TokenKind::Or | TokenKind::Not,
                    ..
                }) => self.nothing_after(before),
                _ => self.error(Kind::NothingBefore, token.span),
            }),
        }
    }

    fn nothing_after(&self, operator: Option<&Token>) -> FilterError {
        match operator {
            Some(token) if token.kind == TokenKind::Open => {
                self.error(Kind::UnclosedParenthesis, token.span)
            }
            Some(token) => self.error(Kind::NothingAfter, token.span),
            None => self.error(Kind::NothingAfter, Span::default()),
        }
    }

    /// What stands between parentheses, of which the first is taken.
    fn group(&mut self, depth: usize, key: GroupKey, open: Span) -> Result<Node, FilterError> {
        self.check_depth(depth, open)?;
        let inner = self.or(depth + 1, key)?;
        match self.take() {
            Some(token) if token.kind == TokenKind::Close => Ok(inner),
            _ => Err(self.error(Kind::UnclosedParenthesis, open)),
        }
    }
}

fn one_or(mut parts: Vec<Node>, many: impl FnOnce(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1
        && let Some(part) = parts.pop()
    {
        return part;
    }
    many(parts)
}
