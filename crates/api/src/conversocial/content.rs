//! `content`: the messages of conversations. They have no address of their own.

use domain::author::AuthorId;
use domain::ids::MentionId;
use domain::mention::{Mention, Priority};
use domain::naming;

use super::ids::hex;
use super::query::fields::{View, put_link};
use super::{dates, sentiment};
use crate::render::json::Object;

/// Writes one message: 17 members, always all of them. A recorded client fails over any further
/// one, and over links to resources that it does not know, so `parent` is the bare identifier.
pub fn write(
    object: &mut Object<'_>,
    mention: &Mention,
    parent: Option<MentionId>,
    view: &View<'_>,
) {
    let (body, state) = (&mention.body, &mention.state);
    let source = &body.source;
    let links = view.links;
    object.text("id", &hex(mention.id.get()));
    object.text("type", naming::kind(source.service, body.message_type));
    object.text("platform", naming::platform(source.service));
    object.set("platform_id", &source.id);
    object.set("link", &source.url);
    object.text("created_date", &dates::seconds(mention.clock_start()));
    object.text("text", body.plain_text());
    let author = body.author.key();
    let author = author.and_then(|key| AuthorId::new(source.service, key));
    put_link(object, "author", links, "authors", author);
    // Whoever brings a message may name anybody; a link leads only to users of the account.
    let members = &view.directory.members;
    let sender = mention.sent_by().filter(|id| members.contains_key(id));
    put_link(object, "user", links, "users", sender);
    object.flag("is_by_source", body.author.managed);
    object.flag("is_private", mention.is_private());
    object.flag(
        "is_priority",
        state.priority.is_some_and(Priority::is_urgent),
    );
    object.set("parent", &parent.map(|id| hex(id.get())));
    object.array("channels", |array| {
        let reach = view.scope.topics();
        if let Some(profile) = view.directory.profile_of_mention(reach, mention) {
            array.object(|object| {
                links.write_named(object, "channels", profile.id, profile.title());
            });
        }
    });
    object.array("tags", |array| {
        for tag in &state.tags {
            array.object(|object| links.write(object, "tags", tag));
        }
    });
    match sentiment::of(state) {
        None => object.null("sentiment"),
        Some((value, user)) => object.object("sentiment", |object| {
            put_link(object, "created_by", links, "users", user);
            object.number("value", value.into());
        }),
    }
    object.array("attachments", |array| {
        for attachment in &body.attachments {
            array.object(|object| {
                object.text("type", attachment.kind.as_str());
                object.set("url", &attachment.url);
                object.set("title", &attachment.title);
            });
        }
    });
}
