//! Tags and text of HTML that the sanitiser wrote.
//!
//! Its output is regular (every tag closed, every attribute in double quotes), so no second
//! parser is needed. It must not be used on HTML from outside.

/// A stretch of sanitised HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Between tags, still with entities.
    Text(&'a str),
    /// A tag.
    Tag(Tag<'a>),
}

/// A start or end tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// With its angle brackets.
    pub(super) raw: &'a str,
    /// Lower case.
    pub(super) name: &'a str,
    /// `</…>`.
    pub(super) is_end: bool,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    fn read(raw: &'a str) -> Self {
        let inner = raw.trim_start_matches('<').trim_end_matches('>');
        let is_end = inner.starts_with('/');
        let inner = inner.trim_start_matches('/');
        let (name, attributes) = inner
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((inner, ""));
        Self {
            raw,
            name: name.trim_end_matches('/'),
            is_end,
            attributes,
        }
    }

    /// The value of an attribute, still with entities.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        while let Some((key, after)) = rest.split_once("=\"") {
            let (value, next) = after.split_once('"')?;
            if key.trim() == name {
                return Some(value);
            }
            rest = next;
        }
        None
    }
}

/// Cuts sanitised HTML into tags and text.
pub(super) fn pieces(clean: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = clean;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = if rest.starts_with('<') {
            tag_end(rest)
        } else {
            rest.find('<').unwrap_or(rest.len())
        };
        let (piece, next) = rest.split_at_checked(end)?;
        rest = next;
        Some(if piece.starts_with('<') {
            Piece::Tag(Tag::read(piece))
        } else {
            Piece::Text(piece)
        })
    })
}

/// The byte after the `>` of the tag at the start.
fn tag_end(rest: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
