//! `connectedprofile`.

use domain::filter::{postedby_filter, postedin_filter, profile_filter};
use domain::source::Service;
use domain::time::UnixMillis;
use domain::topic::{Health, Profile};

use super::View;
use crate::render::json::Object;

/// A connected profile with ready-made filters and the state of its connection.
pub fn connected_profile(o: &mut Object<'_>, profile: &Profile, _view: &View<'_>) {
    o.number("id", profile.id.get());
    o.set("type", &profile.service);
    o.text("service_id", &profile.service_id);
    o.maybe_text("displayname", profile.displayname.as_deref());
    o.maybe_text("username", profile.username.as_deref());
    o.maybe_text("avatar", profile.avatar.as_deref());
    o.set("provider", &profile.provider);
    o.object("filters", |o| {
        let (service, id) = (profile.service, profile.service_id.as_str());
        if writes_itself(service) {
            o.text("postedby", &postedby_filter(service, id));
            o.text("postedin", &postedin_filter(service, id));
        }
        o.text("profile", &profile_filter(service, id));
    });
    // Not in the original: how the connection fares.
    let connection = &profile.connection;
    o.object("connection", |o| {
        o.set("status", &connection.health);
        if connection.health != Health::Healthy {
            o.maybe_text("message", connection.message.as_deref());
        }
        o.set(
            "last_polled",
            &connection.polled_at.map(UnixMillis::seconds),
        );
        o.set(
            "last_succeeded",
            &connection.succeeded_at.map(UnixMillis::seconds),
        );
        o.set("next_poll", &connection.due_at.map(UnixMillis::seconds));
        o.number("failures", connection.failures);
    });
}

/// About how many bytes profiles are written in.
pub fn size_of_all<'a>(profiles: impl IntoIterator<Item = &'a Profile>) -> usize {
    let each = profiles.into_iter();
    each.map(|one| 1_024 + one.service_id.len() * 4).sum()
}

/// Whether profiles of the service post and are posted to; feeds and searches only collect.
const fn writes_itself(service: Service) -> bool {
    !matches!(
        service,
        Service::Rss
            | Service::Keywordsearch
            | Service::InstagramHashtag
            | Service::InstagramBusinessProfileHashtag
    )
}
