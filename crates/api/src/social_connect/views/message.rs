//! `message`: remarks in `meta.messages`.

use crate::render::json::array;

/// Rows may be missing from a list or count.
pub fn partial_message() -> Vec<u8> {
    array(|a| {
        a.object(|o| {
            o.text("level", "warning");
            o.text("code", "partial_result");
            o.text(
                "description",
                "The index is being rebuilt: older mentions may be missing from this answer.",
            );
            o.flag("show_user", true);
        });
    })
}

/// Whether an updated mention still fits the filter of the list it was shown in. How the original
/// answers is not documented; this form is inference.
pub fn list_filter_message(matches: bool) -> Vec<u8> {
    array(|a| {
        a.object(|o| {
            o.text("level", "info");
            o.text("code", "list_filter");
            o.text(
                "description",
                if matches {
                    "The mention matches the list filter."
                } else {
                    "The mention no longer matches the list filter."
                },
            );
            o.object("details", |o| o.flag("matches", matches));
            o.flag("show_user", false);
        });
    })
}
