//! `inbox/add`: messages that programs bring, each shaped like a `mention`.

use domain::ids::TopicId;
use engine::pipeline::item;

use super::call::Call;
use super::items;
use super::params::{Field, expected, missing};
use super::reply::{Answer, Reply};

/// `POST inbox/add`. Items without a topic of their own go to the parameter `topic_id`, where that
/// is given.
pub async fn add(call: Call) -> Answer {
    const NAME: &str = "mentions";
    let value = call.params.json(NAME)?.ok_or_else(|| missing(NAME))?;
    let default_topic = call
        .params
        .text("topic_id")
        .map(|text| {
            TopicId::parse(text.trim())
                .ok_or_else(|| expected("topic_id", "the number of a topic", &text))
        })
        .transpose()?;
    let items = items::read(Field::new(NAME, value), default_topic)?;
    item::add(&call.engine, call.scope()?, items).await?;
    Ok(Reply::done())
}
