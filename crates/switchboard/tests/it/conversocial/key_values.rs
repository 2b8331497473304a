//! Small values that programs keep.
