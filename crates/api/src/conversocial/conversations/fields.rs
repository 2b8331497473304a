//! What is shown of a conversation.

use domain::author::AuthorId;
use domain::conversation::Conversation;
use domain::naming::stage;
use domain::topic::Profile;
use engine::conversations::Shown;

use crate::conversocial::dates;
use crate::conversocial::ids::hex;
use crate::conversocial::query::fields::{Field, View, put_link};
use crate::conversocial::query::values::{Cell, Kind};
use crate::render::json::Object;

/// The fields of a conversation. Its filters and orders are translated for the store
/// ([`filters`](super::filters)); the values here are what documents and answers are made of.
pub static FIELDS: &[Field<Shown>] = &[
    Field::new(
        "id",
        Kind::Name,
        "Identifier, 24 hexadecimal digits",
        |shown: &Shown, _| Cell::Text(hex(shown.conversation.id.get())),
    )
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "url",
        Kind::Address,
        "Its address",
        |shown: &Shown, view| {
            Cell::Text(
                view.links
                    .one("conversations", hex(shown.conversation.id.get())),
            )
        },
    )
    .always(),
    Field::new(
        "status",
        Kind::Text,
        "`unread`, `read` or `archived`",
        |shown: &Shown, _| Cell::Text(stage(shown.conversation.totals.status()).to_owned()),
    )
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "is_priority",
        Kind::Flag,
        "An urgent message waits",
        |shown: &Shown, _| Cell::Flag(shown.conversation.totals.is_priority()),
    )
    .always()
    .filtered()
    // A misprint of the documentation's own example.
    .also(&["is_priorty"])
    .sorted(),
    Field::new(
        "contains_private",
        Kind::Flag,
        "Has at least one private message",
        |shown: &Shown, _| Cell::Flag(shown.conversation.totals.has_private()),
    )
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "tags",
        Kind::Links,
        "Tags of its messages",
        |shown: &Shown, _| {
            let tags = shown.sides.tags.iter();
            Cell::Many(tags.map(|tag| Cell::Number(tag.get())).collect())
        },
    )
    .always()
    .filtered()
    .written(|object, name, shown, view| {
        object.array(name, |array| {
            for tag in &shown.sides.tags {
                array.object(|object| view.links.write(object, "tags", tag));
            }
        });
    }),
    Field::new(
        "author",
        Kind::NamedLink,
        "The customer",
        |shown: &Shown, _| {
            author(&shown.conversation).map_or(Cell::Null, |author| Cell::Text(author.to_string()))
        },
    )
    .always()
    .filtered()
    .written(|object, name, shown, view| {
        put_link(
            object,
            name,
            view.links,
            "authors",
            author(&shown.conversation),
        );
    }),
    Field::new(
        "channels",
        Kind::Links,
        "Where it takes place",
        |shown: &Shown, view| {
            let channels = shown.channels(view.directory, view.scope.topics());
            Cell::Many(
                channels
                    .into_iter()
                    .map(|id| Cell::Number(id.get()))
                    .collect(),
            )
        },
    )
    .always()
    .filtered()
    .written(put_channels),
    Field::new(
        "assigned_to",
        Kind::Link,
        "Who is to handle it",
        |shown: &Shown, _| {
            let user = shown.assigned_to();
            user.map_or(Cell::Null, |user| Cell::Number(user.get()))
        },
    )
    .always()
    .filtered()
    .written(|object, name, shown, view| {
        put_link(object, name, view.links, "users", shown.assigned_to());
    }),
    Field::new(
        "content_ids",
        Kind::Names,
        "Its messages, oldest first; of very long ones the newest",
        |shown: &Shown, _| {
            let ids = shown.content.iter();
            Cell::Many(ids.map(|id| Cell::Text(hex(id.get()))).collect())
        },
    )
    .always(),
    Field::new(
        "handling_times",
        Kind::Objects,
        "Stretches of work on it",
        |_: &Shown, _| Cell::Many(Vec::new()),
    )
    .always()
    .written(put_handling),
    Field::new(
        "oldest_sort_date",
        Kind::Date,
        "Date of its oldest message",
        |shown: &Shown, _| Cell::at(Some(shown.conversation.oldest_at)),
    )
    .asked()
    .filtered()
    .sorted(),
    Field::new(
        "newest_sort_date",
        Kind::Date,
        "Date of its newest message",
        |shown: &Shown, _| Cell::at(Some(shown.conversation.newest_at)),
    )
    .asked()
    .filtered()
    .sorted(),
];

fn author(conversation: &Conversation) -> Option<AuthorId> {
    let author = conversation.author.as_ref()?;
    AuthorId::new(author.service, &author.key)
}

fn put_channels(object: &mut Object<'_>, name: &'static str, shown: &Shown, view: &View<'_>) {
    object.array(name, |array| {
        for id in shown.channels(view.directory, view.scope.topics()) {
            let title = view.directory.profiles.get(&id).map(Profile::title);
            array.object(|object| {
                view.links
                    .write_named(object, "channels", id, title.unwrap_or_default());
            });
        }
    });
}

/// The shape is inference: the member is known from a client that only passes it on.
fn put_handling(object: &mut Object<'_>, name: &'static str, shown: &Shown, view: &View<'_>) {
    object.array(name, |array| {
        for interval in &shown.handling {
            array.object(|object| {
                put_link(object, "user", view.links, "users", Some(interval.user_id));
                object.text("started", &dates::seconds(interval.started_at));
                object.text("ended", &dates::seconds(interval.ended_at));
                object.number("seconds", interval.ms().div_euclid(1_000));
            });
        }
    });
}
