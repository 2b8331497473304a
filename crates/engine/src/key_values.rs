//! Small values that programs keep with an account.
