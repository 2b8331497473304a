//! Columns: one value for each row, in pages of [`PAGE`] rows that are copied when they change.

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
