//! Logs: one event a line on standard error, which no content of an event can break.
//!
//! A thread of its own writes them. Whoever reads the log may stall, be gone, or have a full disk:
//! then lines are lost and counted, and nothing else happens.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::OnceLock;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Lines that wait to be written.
const MOST_WAITING: usize = 8_192;

/// Lines that found no room among those that wait.
static LOST: OnceLock<ErrorCounter> = OnceLock::new();

/// Starts writing logs, until what is returned is dropped, which waits a moment for what is still to
/// be written. A second call in a process changes nothing.
pub fn start(log: &Log) -> WorkerGuard {
    let filter = EnvFilter::builder().parse_lossy(&log.level);
    let (lines, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(MOST_WAITING)
        .thread_name("log-writer")
        .finish(Escaped);
    let lost = lines.error_counter();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        // They would go to standard error too, and end whoever logs when that cannot be written.
        .log_internal_errors(false)
        .with_ansi(false);
    // An error means that a subscriber is in place already, as in tests.
    let started = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        let _ = LOST.set(lost);
    }
    guard
}

/// Lines that were lost since the start, because whoever reads the log was too slow.
pub fn lost() -> u64 {
    let lost = LOST.get().map_or(0, ErrorCounter::dropped_lines);
    u64::try_from(lost).unwrap_or(u64::MAX)
}

/// Standard error behind an escape of control characters: what people send us must neither start
/// a line of its own nor move the reader's cursor.
#[derive(Debug, Clone, Copy)]
struct Escaped;

impl Write for Escaped {
    /// Receives one whole event, with its line end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let event = String::from_utf8_lossy(bytes);
        io::stderr().lock().write_all(escaped(&event).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The event with its control characters, line separators and direction marks written out.
fn escaped(event: &str) -> String {
    let line = event.strip_suffix('\n').unwrap_or(event);
    let mut out = String::with_capacity(line.len() + 1);
    for c in line.chars() {
        let is_harmful = c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if is_harmful {
            // The same form that JSON has; a `String` takes every write.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn an_event_stays_on_one_line_whatever_it_holds() {
        assert_eq!(
            escaped("a\nb\r\u{1b}[2J\u{9b}\u{202e}c\n"),
            "a\\u000ab\\u000d\\u001b[2J\\u009b\\u202ec\n"
        );
        assert_eq!(escaped("Grüße, 世界 👋\n"), "Grüße, 世界 👋\n");
    }
}
