//! `/{account_id}/insights/…`.

mod facets;
