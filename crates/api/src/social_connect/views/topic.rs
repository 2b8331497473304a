//! `topic`.

use domain::topic::Topic;
use engine::Directory;

use super::View;
use super::profile::connected_profile;
use crate::render::json::Object;

/// A topic, with the profiles it monitors where the caller asks about topics as such.
pub fn topic(o: &mut Object<'_>, topic: &Topic, view: &View<'_>, with_profiles: bool) {
    o.number("id", topic.id.get());
    o.text("name", &topic.name);
    o.maybe_text("searchkeywords", topic.searchkeywords.as_deref());
    if with_profiles {
        o.array("monitoredprofiles", |a| {
            for profile in view.directory.profiles_of(topic.id) {
                a.object(|o| connected_profile(o, profile, view));
            }
        });
    }
}

/// About how many bytes the topics of an account are written in, without their profiles.
pub(super) fn size_of_topics(directory: &Directory) -> usize {
    let topics = directory.topics.values();
    topics
        .map(|topic| 512 + topic.searchkeywords.as_ref().map_or(0, String::len))
        .sum()
}
