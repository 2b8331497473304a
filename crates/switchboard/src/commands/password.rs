//! Where a password comes from.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use engine::random::Random;

/// A password and whether somebody has to be told.
pub(super) struct Password {
    /// The password.
    pub(super) text: String,
    /// We made it.
    pub(super) is_made_up: bool,
}

/// From standard input, from a person at a terminal, or made up.
pub(super) fn obtain(from_stdin: bool, random: &dyn Random) -> anyhow::Result<Password> {
    if from_stdin {
        return Ok(Password {
            text: from_standard_input()?,
            is_made_up: false,
        });
    }
    if std::io::stdin().is_terminal() {
        return ask();
    }
    Ok(Password {
        text: made_up(random),
        is_made_up: true,
    })
}

/// From standard input, which must not be empty.
pub(super) fn from_standard_input() -> anyhow::Result<String> {
    let text = read_line()?;
    anyhow::ensure!(
        !text.is_empty(),
        "--password-stdin: standard input is empty"
    );
    Ok(text)
}

/// Exactly what stands before the first line end.
fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("standard input cannot be read")?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

fn ask() -> anyhow::Result<Password> {
    let first = hidden("Password for the administrator: ")?;
    let second = hidden("Once more: ")?;
    anyhow::ensure!(first == second, "the two passwords differ");
    Ok(Password {
        text: first,
        is_made_up: false,
    })
}

/// Asks on the terminal without showing what is typed.
fn hidden(question: &str) -> anyhow::Result<String> {
    let mut err = std::io::stderr().lock();
    write!(err, "{question}").and_then(|()| err.flush())?;
    let echo = Echo::off()?;
    let answer = read_line();
    drop(echo);
    writeln!(err)?;
    answer
}

/// The terminal's echo, back on when dropped. `stty` is on every system that has terminals, and
/// spares us a library for one call.
struct Echo;

impl Echo {
    fn off() -> anyhow::Result<Self> {
        anyhow::ensure!(
            stty("-echo"),
            "the terminal cannot be told to hide the password; use --password-stdin"
        );
        Ok(Self)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(argument: &str) -> bool {
    Command::new("stty")
        .arg(argument)
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// 20 characters of an alphabet of 32 without look-alikes: 100 bits.
pub(crate) fn made_up(random: &dyn Random) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 20];
    random.fill(&mut bytes);
    let mut text = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            text.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte % 32)).copied();
        text.push(letter.map_or('x', char::from));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::random::SeededRandom;

    #[test]
    fn made_up_passwords_are_long_and_differ() {
        let random = SeededRandom::new(1);
        let (one, other) = (made_up(&random), made_up(&random));
        assert_eq!(one.len(), 23);
        assert_ne!(one, other);
    }
}
