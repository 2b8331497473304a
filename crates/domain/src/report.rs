//! Reports: what is asked for and how far it is.
