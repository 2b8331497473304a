//! Reports: what was asked for and where the file is.
