//! Errors in the documented form.
