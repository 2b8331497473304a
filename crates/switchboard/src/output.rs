//! What a command says: text for people, or one JSON document for scripts.

use std::io::Write as _;

use serde_json::Value;

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// JSON and nothing else.
    pub(crate) is_json: bool,
}

impl Output {
    /// Prints the result of a command.
    pub(crate) fn print(self, text: &str, document: &Value) {
        if self.is_json {
            line(&document.to_string());
        } else {
            line(text);
        }
    }

    /// Prints the document of a command whose text is said elsewhere.
    pub(crate) fn document(self, document: &Value) {
        if self.is_json {
            line(&document.to_string());
        }
    }

    /// Says something beside the result, on standard error; scripts are told in the document.
    pub(crate) fn hint(self, text: &str) {
        if !self.is_json {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Prints why a command failed: one line on standard error, and the document for scripts.
    pub(crate) fn fail(self, reason: &str) {
        let reason = one_line(reason);
        if self.is_json {
            line(&serde_json::json!({ "error": reason }).to_string());
        }
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "switchboard: {reason}");
    }
}

/// The failure of a command that has said already what is wrong.
#[derive(Debug)]
pub(crate) struct Silent;

impl std::fmt::Display for Silent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("see above")
    }
}

impl std::error::Error for Silent {}

/// The document of a command line that was not understood: what is wrong, without the usage.
pub(crate) fn misuse(text: &str) -> Value {
    let reason = text.split("\n\n").next().unwrap_or_default();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    serde_json::json!({ "error": one_line(reason) })
}

/// Rows of text under each other, the first being the titles.
pub(crate) fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// Writes to standard output. A reader that has gone away (`| head`) is not a failure.
fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush());
}

/// The text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
