//! In which order a list is.

use std::collections::HashSet;

use super::fields::{Field, View};
use crate::conversocial::errors::Failure;
use crate::http::pairs::Pairs;

/// One part of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The field as it was named.
    pub name: &'a str,
    /// From the greatest to the least.
    pub is_descending: bool,
}

/// The parts of `sort`: names with or without a minus, separated by commas; later ones decide
/// where earlier ones are equal. So a field that was named before decides nothing, and is left out.
pub fn parts(pairs: &Pairs) -> Vec<Part<'_>> {
    let mut named = HashSet::new();
    pairs
        .all("sort")
        .flat_map(|names| names.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| match name.strip_prefix('-') {
            Some(name) => Part {
                name: name.trim(),
                is_descending: true,
            },
            None => Part {
                name,
                is_descending: false,
            },
        })
        .filter(|part| named.insert(part.name))
        .collect()
}

/// Sorts things that stand in the order of their ids, which stays where nothing else decides.
///
/// Things without a value come before all that have one.
///
/// # Errors
/// A field cannot be sorted by.
pub fn sort<T>(
    pairs: &Pairs,
    table: &'static [Field<T>],
    items: &mut [&T],
    view: &View<'_>,
) -> Result<(), Failure> {
    let parts = parts(pairs);
    let mut order = Vec::with_capacity(parts.len());
    for part in parts {
        let field = table
            .iter()
            .find(|field| field.sorts && field.name == part.name)
            .ok_or_else(|| unsortable(part.name))?;
        order.push((field, part.is_descending));
    }
    items.sort_by(|one, other| {
        order
            .iter()
            .map(|(field, is_descending)| {
                let ordering = (field.value)(one, view).cmp(&(field.value)(other, view));
                if *is_descending {
                    ordering.reverse()
                } else {
                    ordering
                }
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(())
}

/// The refusal of a field that cannot be sorted by.
pub fn unsortable(field: &str) -> Failure {
    Failure::Sort {
        field: field.to_owned(),
    }
}
