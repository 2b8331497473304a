//! Arguments that narrow a list.
