//! Everything of the executable: flags, settings, wiring, listening.
//!
//! It is a library so that the black-box tests can start a server in their own process.
//!
//! # Organization
//! [`cli`] says what can be typed and [`commands`] does it; [`config`] reads the settings,
//! [`wiring`] builds the parts from them, [`listen`] accepts connections; [`logs`] and [`measure`]
//! tell what happens. [`demo`] makes up a brand's week.
//!
//! # Invariants
//! - No rule and no SQL lives here, and no path of an API but the probes and the sign-in.
//! - Standard output belongs to the result of a command; everything else goes to standard error.

pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
mod health;
pub mod listen;
pub mod logs;
pub mod measure;
mod output;
mod presence;
pub mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

/// Reads the command line, does what it says, and gives the exit status.
pub fn main() -> ExitCode {
    // Whatever is made from here on (database, index, reports, backups) only its owner may read.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come here too. A closed output is no reason to fail.
            let _ = error.print();
            let is_json = std::env::args_os().any(|argument| argument == "--json");
            if error.use_stderr() {
                output::Output { is_json }.document(&output::misuse(&error.to_string()));
            }
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let output = output::Output { is_json: cli.json };
    match commands::run(cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<output::Silent>() {
                output.fail(&engine::error::in_full(error.as_ref()));
            }
            ExitCode::FAILURE
        }
    }
}
