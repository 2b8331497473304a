//! What one dialect writes, the other tells.
