//! Polling real feeds on this machine, and the runner.

mod feeds;
mod runner;
mod server;
mod trim;
