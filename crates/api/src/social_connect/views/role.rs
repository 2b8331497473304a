//! `userrole`.

use domain::role::Role;
use engine::Directory;

use super::View;
use super::topic::{size_of_topics, topic};
use crate::render::json::Object;

/// A role: what it allows, and in which topics.
pub fn user_role(o: &mut Object<'_>, role: &Role, view: &View<'_>) {
    o.display("id", format_args!("{}", role.id));
    o.text("title", &role.title);
    o.set("license", &role.license);
    o.set("permissions", &role.permissions);
    o.array("topics", |a| {
        let directory = view.directory;
        let reached = directory.topics_of(view.scope);
        for found in reached.filter(|topic| role.topics.contains(topic.id)) {
            a.object(|o| topic(o, found, view, false));
        }
    });
    // Not in the original: whether later topics are within reach too, and whether it is one of
    // the roles that cannot be changed.
    o.flag("all_topics", role.topics == domain::role::TopicAccess::All);
    o.flag("stock", role.is_stock);
    o.object("date", |o| {
        o.number("added", role.added_at.seconds());
        o.number("updated", role.updated_at.seconds());
    });
}

/// About how many bytes a role is written in that reaches all topics.
pub fn size_of_role(directory: &Directory) -> usize {
    4_096 + size_of_topics(directory)
}
