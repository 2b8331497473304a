//! How a message becomes a mention.
//!
//! # Organization
//! [`intake`] keeps what a connector brings before anything is done with it, [`mod@enrich`] reads it
//! (pure), [`assign`] asks the topics whether they want it, [`record`] writes mentions, and
//! [`process`] is the job that goes from one to the other. [`item`] is the way in for programs,
//! which ends in [`record`] at once.
//!
//! # Invariants
//! - A source is acknowledged after its items are durable, and before anything is done with them.
//! - Each step can be repeated: what is recorded already is passed over.
//! - What cannot be read is kept with its bytes and never holds up what comes after it.

pub mod assign;
mod clean;
pub mod enrich;
mod entities;
mod html;
pub mod intake;
pub mod item;
mod language;
mod lengths;
pub mod process;
pub mod record;

pub use clean::{MAX_CONTENT, MAX_NAME, MAX_TITLE, line, web_address};
pub use enrich::{CONTINENTS, Enriched, enrich};
pub use html::looks_like_html;
pub use language::guess as guess_language;

#[cfg(test)]
pub(crate) mod tests;
