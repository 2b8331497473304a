//! Names and colours of priorities. The vendor documents a number from 0 to 10, a name and a
//! colour, and that there are four bands; the rest is inference.

use domain::mention::{Priority, PriorityBand};

use crate::render::json::Object;

/// Writes a `priority` object.
pub fn write(o: &mut Object<'_>, priority: Priority) {
    let (name, color) = match priority.band() {
        PriorityBand::Low => ("Low", "rgb(111,168,220)"),
        PriorityBand::Medium => ("Medium", "rgb(246,178,107)"),
        PriorityBand::High => ("High", "rgb(224,102,102)"),
        PriorityBand::Critical => ("Critical", "rgb(153,0,0)"),
    };
    o.number("id", i64::from(priority.get()));
    o.text("name", name);
    o.text("color", color);
}
