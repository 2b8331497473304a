//! `actionlink`: what this user can do to this mention now, and how.
//!
//! A link is there exactly when the call behind it would be accepted, which the engine tells.
//! Answering is not offered, because no connector can answer yet, and there
//! are no `web` links, because there is no web application yet.

use domain::mention::Mention;
use engine::inbox;

use super::View;
use crate::render::json::Array;

/// Form-encoded `updates={"status":"done"}`.
const MARK_DONE: &str = "updates=%7B%22status%22%3A%22done%22%7D";
/// Form-encoded `updates={"status":"new"}`.
const MARK_TODO: &str = "updates=%7B%22status%22%3A%22new%22%7D";

/// Writes the links of a mention.
///
/// `api` links have a method and no name, as in recorded answers.
pub(super) fn action_links(a: &mut Array<'_>, mention: &Mention, view: &View<'_>) {
    let offers = inbox::offers(view.scope, mention);
    let links = Links { mention, view };
    for (is_offered, key, method, parameters) in [
        (offers.mark_new, "mark_as_todo", "POST", Some(MARK_TODO)),
        (offers.mark_done, "mark_as_done", "POST", Some(MARK_DONE)),
        (offers.status, "status", "POST", None),
        (offers.assign, "assign", "POST", None),
        (offers.tag, "tags", "POST", None),
        (offers.sentiment, "sentiment", "POST", None),
        (offers.note, "note", "POST", None),
        (offers.delete, "delete", "DELETE", None),
    ] {
        if is_offered {
            links.api(a, key, method, parameters);
        }
    }
}

struct Links<'a> {
    mention: &'a Mention,
    view: &'a View<'a>,
}

impl Links<'_> {
    fn api(&self, a: &mut Array<'_>, key: &str, method: &str, post_params: Option<&str>) {
        let mention = self.mention;
        a.object(|o| {
            o.text("key", key);
            o.text("type", "api");
            o.display(
                "link",
                format_args!(
                    "{}/{}/inbox/mention/{}/{}",
                    self.view.links.api(),
                    mention.account_id,
                    mention.topic_id,
                    mention.id
                ),
            );
            o.text("http_method", method);
            o.maybe_text("post_params", post_params);
        });
    }
}
