//! `tags` of the account.

use domain::ids::TagId;
use domain::tag::{Tag, TagStatus};
use engine::{Error, What};

use super::call::Call;
use super::query::fields::{Field, View};
use super::query::values::{Cell, Kind};
use super::query::{list as answer_list, one};
use super::reply::Answer;

/// The fields of a tag.
pub static FIELDS: &[Field<Tag>] = &[
    Field::new("id", Kind::Id, "Identifier", |tag: &Tag, _| {
        Cell::Number(tag.id.get())
    })
    .always()
    .filtered()
    .sorted(),
    Field::new("url", Kind::Address, "Its address", |tag: &Tag, view| {
        Cell::Text(view.links.one("tags", tag.id))
    })
    .always(),
    Field::new("name", Kind::Text, "The word", |tag: &Tag, _| {
        Cell::Text(tag.name.clone())
    })
    .filtered()
    .sorted(),
    Field::new("is_active", Kind::Flag, "Still offered", |tag: &Tag, _| {
        Cell::Flag(tag.status == TagStatus::Active)
    })
    .filtered()
    .sorted(),
];

/// `GET /tags`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()).await?;
    let view = View::of(&call, &directory);
    answer_list(&call, "tags", directory.tags.values(), FIELDS, &view)
}

/// `GET /tags/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id("id", TagId::parse, What::Tag)?;
    let directory = call.engine.directory(call.account_id()).await?;
    let tag = directory.tags.get(&id).ok_or(Error::NotFound(What::Tag))?;
    Ok(one(&call, "tag", tag, FIELDS, &View::of(&call, &directory)))
}
