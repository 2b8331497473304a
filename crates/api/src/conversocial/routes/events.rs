//! The one call of v3.0.

use super::Route;

pub(super) const ROUTES: &[Route] = &[];
