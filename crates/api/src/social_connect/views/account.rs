//! `account` and `project`.

use domain::account::Project;
use engine::Directory;

use super::View;
use super::profile::size_of_all;
use super::topic::{size_of_topics, topic};
use super::user::member;
use crate::render::json::Object;

/// 2100-01-01T00:00:00Z: accounts of a self-hosted server do not run out, but the member is
/// documented as always present.
const NEVER: i64 = 4_102_444_800;

/// An account with its projects, topics, monitored profiles and users.
pub fn account(o: &mut Object<'_>, view: &View<'_>) {
    let directory = view.directory;
    let account = &directory.account;
    o.number("id", account.id.get());
    o.text("name", &account.name);
    o.number("expires", NEVER);
    o.flag("expired", false);
    o.set("plan", &account.plan);
    o.array("projects", |a| {
        for found in directory.projects.values() {
            a.object(|o| project(o, found, view));
        }
    });
    o.array("users", |a| {
        for found in directory.members.values() {
            a.object(|o| member(o, found, view));
        }
    });
    // Not in the original: the zone of calendar days in facets, and what the other dialect tells.
    o.text("timezone", &account.timezone);
    o.maybe_text("description", account.description.as_deref());
    o.maybe_text("package", account.package.as_deref());
}

/// About how many bytes [`account`] writes.
pub fn size_of_account(directory: &Directory) -> usize {
    const EACH: usize = 512;
    let count = directory.projects.len() + directory.members.len();
    count * EACH + size_of_topics(directory) + size_of_profiles(directory)
}

/// About how many bytes the profiles of an account are written in.
pub fn size_of_profiles(directory: &Directory) -> usize {
    size_of_all(directory.profiles.values())
}

/// A project with those of its topics that the caller reaches.
pub fn project(o: &mut Object<'_>, project: &Project, view: &View<'_>) {
    let directory = view.directory;
    let topics = || {
        directory
            .topics_of(view.scope)
            .filter(|topic| topic.project_id == project.id)
    };
    let is_empty = !directory
        .topics
        .values()
        .any(|topic| topic.project_id == project.id);
    o.number("id", project.id.get());
    o.text("name", &project.name);
    o.flag("visible", is_empty || topics().next().is_some());
    o.array("topics", |a| {
        for found in topics() {
            a.object(|o| topic(o, found, view, true));
        }
    });
}
