//! The calls of the Customer Profiles API.

use super::Route;

pub(super) const ROUTES: &[Route] = &[];
