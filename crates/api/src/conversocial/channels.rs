//! `channels`: profiles of the topics within reach, also those that were disconnected: their
//! messages are here, and reports can be made of them.

use domain::ids::ProfileId;
use domain::naming::platform;
use domain::source::Service;
use domain::topic::{Health, Profile};
use engine::What;

use super::call::Call;
use super::query::fields::{Field, View, put_link};
use super::query::values::{Cell, Kind};
use super::query::{list as answer_list, one};
use super::reply::Answer;

/// The fields of a channel.
pub static FIELDS: &[Field<Profile>] = &[
    Field::new("id", Kind::Id, "Identifier", |profile: &Profile, _| {
        Cell::Number(profile.id.get())
    })
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "url",
        Kind::Address,
        "Its address",
        |profile: &Profile, view| Cell::Text(view.links.one("channels", profile.id)),
    )
    .always(),
    Field::new(
        "name",
        Kind::Text,
        "Name of the page, or its handle",
        |profile: &Profile, _| Cell::Text(profile.title().to_owned()),
    )
    .filtered()
    .sorted(),
    Field::new("type", Kind::Text, "Network", |profile: &Profile, _| {
        Cell::Text(platform(profile.service).to_owned())
    })
    .filtered()
    .sorted(),
    Field::new(
        "created",
        Kind::Date,
        "When it was connected",
        |profile: &Profile, _| Cell::at(Some(profile.added_at)),
    )
    .filtered()
    .sorted(),
    Field::new(
        "is_active",
        Kind::Flag,
        "Messages are collected",
        |profile: &Profile, _| {
            Cell::Flag(profile.is_connected() && profile.connection.health != Health::Disabled)
        },
    )
    .filtered()
    .sorted(),
    Field::new(
        "account",
        Kind::Link,
        "Its account",
        |profile: &Profile, _| Cell::Number(profile.account_id.get()),
    )
    .filtered()
    .written(|object, name, profile, view| {
        put_link(
            object,
            name,
            view.links,
            "accounts",
            Some(profile.account_id),
        );
    }),
    Field::new(
        "reports",
        Kind::Address,
        "The list of its reports",
        |profile: &Profile, view| {
            let id = profile.id.to_string();
            Cell::Text(view.links.query("/reports", [("channel", id.as_str())]))
        },
    ),
    Field::new(
        "small_image",
        Kind::Address,
        "Picture",
        |profile: &Profile, _| Cell::text(profile.avatar.as_deref()),
    )
    .filtered(),
    // Nothing counts them.
    Field::new(
        "fans",
        Kind::Number,
        "Fans or followers; not known",
        |_: &Profile, _| Cell::Null,
    )
    .filtered()
    .sorted(),
    Field::new(
        "fb_page_url",
        Kind::Address,
        "The page at Facebook; null for other networks",
        |profile: &Profile, _| match profile.service {
            Service::Facebook => {
                Cell::Text(format!("https://www.facebook.com/{}", profile.service_id))
            }
            _ => Cell::Null,
        },
    )
    .filtered(),
];

/// `GET /channels`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()).await?;
    let view = View::of(&call, &directory);
    let items = directory.profiles_within(&call.scope);
    answer_list(&call, "channels", items, FIELDS, &view)
}

/// `GET /channels/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id("id", ProfileId::parse, What::Profile)?;
    let directory = call.engine.directory(call.account_id()).await?;
    let profile = directory.profile_within(&call.scope, id)?;
    let view = View::of(&call, &directory);
    Ok(one(&call, "channel", profile, FIELDS, &view))
}
