//! `actionlink`: what this user can do to this mention now, and how.
//!
//! A link is there exactly when the call behind it would be accepted: the permissions are the ones
//! the engine asks for. Answering is not offered, because no connector can answer yet, and there
//! are no `web` links, because there is no web application yet.

use domain::mention::{Assignee, Mention, Status};
use domain::permission::Permission;

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
    let scope = view.scope;
    let may = |permission| scope.may(permission);
    let links = Links { mention, view };
    if may(Permission::StatusUpdate) {
        if mention.state.status == Status::Done {
            links.api(a, "mark_as_todo", "POST", Some(MARK_TODO));
        } else if may_resolve(mention, view) {
            links.api(a, "mark_as_done", "POST", Some(MARK_DONE));
        }
        links.api(a, "status", "POST", None);
    }
    for (key, permission) in [
        ("assign", Permission::AssignmentsUpdate),
        ("tags", Permission::TagsUpdate),
        ("sentiment", Permission::SentimentUpdate),
        ("note", Permission::NoteUpdate),
    ] {
        if may(permission) {
            links.api(a, key, "POST", None);
        }
    }
    if may(Permission::QueriesMentionsDelete) {
        links.api(a, "delete", "DELETE", None);
    }
}

/// Without `inbox.unassigned_resolve_reply` only what is assigned to the user.
fn may_resolve(mention: &Mention, view: &View<'_>) -> bool {
    view.scope.may(Permission::InboxUnassignedResolveReply)
        || view
            .scope
            .actor()
            .user_id()
            .is_none_or(|user| mention.state.assignees.contains(&Assignee::User(user)))
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
