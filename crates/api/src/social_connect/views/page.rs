//! `paged_list`.

use crate::render::json::{Array, object};

/// A page: total count, elements, and where the neighbours are.
///
/// Recorded clients read `paging.next_url` without asking whether it is there, so both members are
/// always present and `null` at the ends.
pub fn paged_list(
    count: u64,
    data: impl FnOnce(&mut Array<'_>),
    next_url: Option<&str>,
    previous_url: Option<&str>,
) -> Vec<u8> {
    object(|o| {
        o.set("count", &count);
        o.array("data", data);
        o.object("paging", |o| {
            o.set("next_url", &next_url);
            o.set("previous_url", &previous_url);
        });
    })
}
