//! The `switchboard` executable.

use std::process::ExitCode;

fn main() -> ExitCode {
    switchboard::main()
}
