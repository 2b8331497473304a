//! The `switchboard` executable.
fn main() {}
