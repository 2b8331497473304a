//! Who works when and how much, where work may take long.
//!
//! # Organization
//! [`Turns`] lets as many pieces of work run at once as there are places; the others wait, and
//! whoever has had least comes first, by account and then by user. A running piece carries a
//! [`Work`], on which it counts what it does: there it is told to stop when it takes too much or
//! when nobody waits for it any more, and there it lets others go first in between. [`Room`]
//! counts the bytes of answers in the making, over all of them. What is measured of it is in
//! [`measure`].
//!
//! # Invariants
//! - Nothing here looks at a clock but to end a wait and to measure it: work is counted in units,
//!   so the same work always ends at the same place.
//! - A place is given back by dropping what holds it, whichever way that happens.
//! - What holds a place never waits for another one, whatever it is a place for: two that did could
//!   wait for each other.

#![warn(missing_docs)]

mod caller;
mod line;
mod measure;
mod room;
mod turns;
mod units;

pub use caller::Caller;
pub use room::{Held, Room};
pub use turns::{Load, Place, Places, Refused, Turns};
pub use units::{SLICE, Stopped, Work};
