//! Logs: one event a line on standard error, which no content of an event can break.
//!
//! A thread of its own writes them. Whoever reads the log may stall, be gone, or have a full disk:
//! then lines are lost and counted, and nothing else happens.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Lines that wait to be written.
const MOST_LINES: usize = 8_192;

/// The bytes of these lines: others have a say in how long a line is.
const MOST_BYTES: usize = 8 << 20;

static WAITING: OnceLock<Arc<Waiting>> = OnceLock::new();

/// Starts writing logs, until what is returned is dropped, which waits a moment for what is still to
/// be written. A second call in a process changes nothing.
pub fn start(log: &Log) -> WorkerGuard {
    let filter = EnvFilter::builder().parse_lossy(&log.level);
    let waiting = Arc::new(Waiting::default());
    let (lines, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(MOST_LINES)
        .thread_name("log-writer")
        .finish(Escaped(io::stderr(), Arc::clone(&waiting)));
    let bounded = Bounded(lines, Arc::clone(&waiting));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || bounded.clone())
        // They would go to standard error too, and end whoever logs when that cannot be written.
        .log_internal_errors(false)
        .with_ansi(false);
    // An error means that a subscriber is in place already, as in tests.
    let started = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        let _ = WAITING.set(waiting);
    }
    guard
}

/// Lines that were lost since the start: whoever reads the log was too slow, or they could not be
/// written.
pub fn lost() -> u64 {
    WAITING.get().map_or(0, |waiting| waiting.held().lost)
}

/// What was logged and is not written yet.
#[derive(Debug, Default)]
struct Waiting(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    lines: usize,
    bytes: usize,
    lost: u64,
}

impl Waiting {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more line of so many bytes may wait; else it is lost.
    fn begin(&self, bytes: usize) -> bool {
        let mut held = self.held();
        let (lines, all) = (held.lines + 1, held.bytes.saturating_add(bytes));
        if lines > MOST_LINES || all > MOST_BYTES {
            held.lost += 1;
            return false;
        }
        (held.lines, held.bytes) = (lines, all);
        true
    }

    fn end(&self, bytes: usize, is_written: bool) {
        let mut held = self.held();
        held.lines = held.lines.saturating_sub(1);
        held.bytes = held.bytes.saturating_sub(bytes);
        held.lost += u64::from(!is_written);
    }
}

/// Hands on what has room among what waits.
#[derive(Debug, Clone)]
struct Bounded(NonBlocking, Arc<Waiting>);

impl Write for Bounded {
    /// Receives one whole event, with its line end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1.begin(bytes.len()) {
            self.0.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A log behind an escape of control characters: what people send us must neither start a line of
/// its own nor move the reader's cursor.
#[derive(Debug)]
struct Escaped<W>(W, Arc<Waiting>);

impl<W: Write> Write for Escaped<W> {
    /// Receives one whole event, with its line end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let event = String::from_utf8_lossy(bytes);
        let written = self.0.write_all(escaped(&event).as_bytes());
        self.1.end(bytes.len(), written.is_ok());
        written.map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
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
    use super::*;

    /// A log on a full disk.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_wait_have_a_number_and_bytes_and_what_is_more_is_lost_and_counted() {
        let waiting = Waiting::default();
        let long = MOST_BYTES / 2;
        assert!(waiting.begin(long) && waiting.begin(long));
        assert!(!waiting.begin(1));
        waiting.end(long, true);
        for _ in 1..MOST_LINES {
            assert!(waiting.begin(1));
        }
        assert!(!waiting.begin(1));
        assert_eq!(waiting.held().lost, 2);
    }

    #[test]
    fn lines_that_cannot_be_written_are_lost_and_counted() {
        let waiting = Arc::new(Waiting::default());
        let mut log = Escaped(Full, Arc::clone(&waiting));
        assert!(waiting.begin(4));
        assert!(log.write(b"one\n").is_err());
        let held = waiting.held();
        assert_eq!((held.lines, held.bytes, held.lost), (0, 0, 1));
    }

    #[test]
    fn an_event_stays_on_one_line_whatever_it_holds() {
        assert_eq!(
            escaped("a\nb\r\u{1b}[2J\u{9b}\u{202e}c\n"),
            "a\\u000ab\\u000d\\u001b[2J\\u009b\\u202ec\n"
        );
        assert_eq!(escaped("Grüße, 世界 👋\n"), "Grüße, 世界 👋\n");
    }
}
