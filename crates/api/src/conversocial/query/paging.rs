//! Pages by limit and offset, and the addresses of those beside them.

use engine::Error;

use super::values::read_number;
use crate::conversocial::errors::expected;
use crate::conversocial::links::Links;
use crate::conversocial::reply::Reply;
use crate::http::pairs::Pairs;

/// Things on a page when nothing is said (what the documentation's links show).
pub const DEFAULT: usize = 10;
/// Most things on a page; who asks for more gets so many.
pub const MOST: usize = 50;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// How many things.
    pub limit: usize,
    /// How many are passed over before.
    pub offset: usize,
}

/// The addresses of the pages beside this one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// The page after it.
    pub next_page: Option<String>,
    /// The page before it.
    pub prev_page: Option<String>,
}

/// How many things are asked for, of `most` at most: `page_size`, which `limit` is another word for.
///
/// # Errors
/// It is no number above nought.
pub fn page_size(pairs: &Pairs, default: usize, most: usize) -> Result<usize, Error> {
    for name in ["page_size", "limit"] {
        if let Some(text) = pairs.last(name) {
            let number = read_number(name, text)?;
            return match usize::try_from(number) {
                Ok(number @ 1..) => Ok(number.min(most)),
                _ => Err(expected(name, "a number greater than 0", text)),
            };
        }
    }
    Ok(default)
}

/// A number of things to pass over.
///
/// # Errors
/// It is no number, or below nought.
pub fn passed_over(pairs: &Pairs, name: &str) -> Result<usize, Error> {
    let Some(text) = pairs.last(name) else {
        return Ok(0);
    };
    usize::try_from(read_number(name, text)?)
        .map_err(|_| expected(name, "0 or a greater number", text))
}

impl Paging {
    /// Adds `paging` to an answer.
    pub fn onto(&self, reply: Reply) -> Reply {
        reply.paged(self.next_page.as_deref(), self.prev_page.as_deref())
    }
}

impl Slice {
    /// The part that the arguments ask for.
    ///
    /// # Errors
    /// A number is wrong.
    pub fn of(pairs: &Pairs) -> Result<Self, Error> {
        Ok(Self {
            limit: page_size(pairs, DEFAULT, MOST)?,
            offset: passed_over(pairs, "offset")?,
        })
    }

    /// The things of this part, and the addresses beside it.
    ///
    /// `path` is that of the list below the base. Links have the size and the place first,
    /// then all other arguments as they were given: clients follow them without adding anything.
    pub fn cut<T>(
        self,
        items: Vec<T>,
        pairs: &Pairs,
        path: &str,
        links: &Links,
    ) -> (Vec<T>, Paging) {
        let total = items.len();
        let end = self.offset.saturating_add(self.limit);
        let link = |offset: usize| {
            let first = [
                ("limit", self.limit.to_string()),
                ("offset", offset.to_string()),
            ];
            let others = pairs
                .iter()
                .filter(|(name, _)| !["limit", "offset", "page_size"].contains(name));
            links.query(
                path,
                first
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .chain(others),
            )
        };
        let paging = Paging {
            next_page: (end < total).then(|| link(end)),
            prev_page: (self.offset > 0).then(|| link(self.offset.saturating_sub(self.limit))),
        };
        let page = items
            .into_iter()
            .skip(self.offset)
            .take(self.limit)
            .collect();
        (page, paging)
    }
}
