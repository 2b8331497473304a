//! `authors`: people at networks, one by one.

use domain::author::AuthorId;
use domain::naming::platform;
use engine::What;
use engine::authors::AuthorCard;

use super::call::Call;
use super::errors::Failure;
use super::query::fields::{Field, View};
use super::query::one;
use super::query::values::{Cell, Kind};
use super::reply::Answer;

/// The fields of an author. A recorded client fails over any further one.
pub static FIELDS: &[Field<AuthorCard>] = &[
    Field::new(
        "id",
        Kind::Name,
        "Prefix of the network, a colon, the identifier there",
        |card: &AuthorCard, _| Cell::Text(card.id.to_string()),
    ),
    Field::new(
        "url",
        Kind::Address,
        "Its address",
        |card: &AuthorCard, view| Cell::Text(view.links.one("authors", &card.id)),
    ),
    Field::new("platform", Kind::Text, "Network", |card: &AuthorCard, _| {
        Cell::Text(platform(card.service).to_owned())
    }),
    Field::new(
        "platform_id",
        Kind::Text,
        "Identifier at the network",
        |card: &AuthorCard, _| Cell::Text(card.id.key().to_owned()),
    ),
    Field::new(
        "screen_name",
        Kind::Text,
        "Handle",
        |card: &AuthorCard, _| Cell::text(card.author.name.as_deref()),
    ),
    Field::new(
        "real_name",
        Kind::Text,
        "Full name",
        |card: &AuthorCard, _| Cell::text(card.author.fullname.as_deref()),
    ),
    Field::new(
        "location",
        Kind::Text,
        "Where the author says to be",
        |card: &AuthorCard, _| Cell::text(card.author.location.as_deref()),
    ),
    Field::new(
        "website",
        Kind::Text,
        "Page outside of the network",
        |card: &AuthorCard, _| Cell::text(card.author.website.as_deref()),
    ),
    Field::new(
        "description",
        Kind::Text,
        "What authors say about themselves",
        |card: &AuthorCard, _| Cell::text(card.author.bio.as_deref()),
    ),
    Field::new(
        "profile_picture",
        Kind::Address,
        "Picture",
        |card: &AuthorCard, _| Cell::text(card.author.img.as_deref()),
    ),
    Field::new(
        "profile_link",
        Kind::Address,
        "Profile page at the network",
        |card: &AuthorCard, _| Cell::text(card.author.url.as_deref()),
    ),
];

/// `GET /authors`: recorded clients never list authors, and nobody documented how.
pub async fn list(_: Call) -> Answer {
    Err(Failure::Method {
        allowed: "OPTIONS".to_owned(),
        reason: Some("Authors are asked for one by one."),
    })
}

/// `GET /authors/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id("id", AuthorId::parse, What::Author)?;
    let card = engine::authors::get(&call.engine, &call.scope, &id).await?;
    let directory = call.engine.directory(call.account_id()).await?;
    Ok(one(
        &call,
        "author",
        &card,
        FIELDS,
        &View::of(&call, &directory),
    ))
}
