//! `actionlink`: what this user can do to this mention now, and how.
//!
//! A link is there exactly when the call behind it would be accepted: the permissions are the ones
//! the engine asks for. Answering is offered only where a connector can answer, so not for feed
//! items and messages that programs added.

use channels::registry::{Ability, can};
use domain::mention::{Assignee, Mention, Status};
use domain::permission::Permission;
use domain::source::Provider;

use super::View;
use crate::render::json::Array;

/// Form-encoded `updates={"status":"done"}`.
const MARK_DONE: &str = "updates=%7B%22status%22%3A%22done%22%7D";
/// Form-encoded `updates={"status":"new"}`.
const MARK_TODO: &str = "updates=%7B%22status%22%3A%22new%22%7D";

/// Writes the links of a mention.
///
/// `api` links have a method and no name, `web` links a name and no method, as in recorded
/// answers.
pub(super) fn action_links(a: &mut Array<'_>, mention: &Mention, view: &View<'_>) {
    let scope = view.scope;
    let may = |permission| scope.may(permission);
    let links = Links { mention, view };
    if can_reply(mention)
        && may(Permission::ConnectedservicesStatusReply)
        && may_resolve(mention, view)
    {
        links.web(a, "reply", "Reply", "Reply to this message");
        a.object(|o| {
            o.text("key", "reply");
            o.text("type", "api");
            o.display(
                "link",
                format_args!(
                    "{}/{}/publisher/add/?type=reply&topic_id={}&mention_id={}",
                    view.links.api(),
                    mention.account_id,
                    mention.topic_id,
                    mention.id
                ),
            );
            o.text("http_method", "POST");
        });
    }
    if may(Permission::StatusUpdate) {
        if mention.state.status == Status::Done {
            links.web(
                a,
                "mark_as_todo",
                "Mark as to do",
                "Move this message back to the inbox",
            );
            links.api(a, "mark_as_todo", "POST", Some(MARK_TODO));
        } else if may_resolve(mention, view) {
            links.web(a, "mark_as_done", "Mark as done", "Resolve this message");
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

/// Whether a connector can answer the message where it was found.
fn can_reply(mention: &Mention) -> bool {
    let source = &mention.body.source;
    source.provider != Provider::SearchProviderApi && can(source.service, Ability::Reply)
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

    fn web(&self, a: &mut Array<'_>, key: &str, name: &str, title: &str) {
        let mention = self.mention;
        a.object(|o| {
            o.text("key", key);
            o.text("type", "web");
            o.text("name", name);
            o.text("title", title);
            o.display(
                "link",
                format_args!(
                    "{}/messages/{}/permalink/{}/{}/?action={key}",
                    self.view.links.web(),
                    mention.account_id,
                    mention.topic_id,
                    mention.id
                ),
            );
        });
    }
}
