//! Every route of the dialect, asked by every kind of caller.
