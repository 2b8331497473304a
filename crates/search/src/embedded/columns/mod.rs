//! Columns: one value for each row, in pages of [`PAGE`] rows that are copied when they change.
//!
//! # Organization
//! [`rows`] are all pages of an account, a [`page`] has columns of [`cells`] and [`numbers`], and
//! both keep whole numbers ([`ints`]) as narrow as the page allows. [`fields`] says which column
//! holds what and reads a mention into a row, [`texts`] cuts its texts into words. A
//! [`dictionary`] numbers words and sets of words; its entries ([`entry`]) are found by a hash
//! [`table`], those of the mention before by [`recent`], and the sets that hold a value by
//! [`holders`]. A [`mask`] is a set of rows.
//!
//! # Invariants
//! - A page is packed when its last row comes; a change afterwards widens what it has to.
//! - Numbers of words and sets are never given out again.

pub(super) mod cells;
pub(super) mod dictionary;
mod entry;
pub(super) mod fields;
mod holders;
pub(super) mod ints;
pub(super) mod late;
pub(super) mod mask;
pub(super) mod numbers;
pub(super) mod page;
pub(super) mod recent;
pub(super) mod rows;
pub(super) mod table;
pub(super) mod texts;

/// Rows in a page. A change copies one column of one page, so pages are small; a row set has one
/// mask for each page, so they are not tiny.
pub(super) const PAGE: usize = 1_024;

/// A row number as an index; the engine runs where addresses have at least 32 bits.
pub(super) const fn index(number: u32) -> usize {
    number as usize
}

/// An index as a row, word or set number; stays at the greatest number when there are too many.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
