//! `settings/topics` and `settings/topic`.

use domain::ids::{ProjectId, TopicId};
use domain::topic::Topic;
use engine::settings::{self, NewTopic, TopicUpdate};
use engine::{Directory, Error, What};

use super::PAGE;
use crate::social_connect::call::Call;
use crate::social_connect::params::{FieldObject, expected, missing};
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/topics`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write(about, move |call| {
        let scope = call.scope()?;
        let view = call.view(&directory, scope);
        let topics: Vec<&Topic> = directory.topics_of(scope).collect();
        let page = call.short_page(
            &topics,
            |topic| topic.id.get(),
            PAGE,
            |a, topic| a.object(|o| views::topic(o, topic, &view, true)),
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `POST settings/topics`.
pub async fn create(call: Call) -> Answer {
    let given = call.params.required_object("topic")?;
    let new = NewTopic {
        name: given.text("name")?.ok_or_else(|| missing("topic.name"))?,
        project_id: given.integer("project_id")?.map(ProjectId),
        searchkeywords: keywords(&given)?.flatten(),
    };
    let topic = settings::create_topic(&call.engine, call.scope()?, new).await?;
    show_changed(call, topic.id).await
}

/// `GET settings/topic/{topic_id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.topic_id(What::Topic)?;
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write(about, move |call| show(call, &directory, id))
        .await
}

/// `POST settings/topic/{topic_id}`.
pub async fn update(call: Call) -> Answer {
    let id = call.topic_id(What::Topic)?;
    let updates = call.params.required_object("updates")?;
    let update = TopicUpdate {
        name: updates.text("name")?,
        searchkeywords: keywords(&updates)?,
    };
    settings::update_topic(&call.engine, call.scope()?, id, update).await?;
    show_changed(call, id).await
}

/// `DELETE settings/topic/{topic_id}`.
pub async fn delete(call: Call) -> Answer {
    let id = call.topic_id(What::Topic)?;
    settings::delete_topic(&call.engine, call.scope()?, id).await?;
    Ok(Reply::done())
}

/// The topic as the directory now has it, monitored profiles included.
async fn show_changed(call: Call, id: TopicId) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write_surely(about, move |call| show(call, &directory, id))
        .await
}

fn show(call: &Call, directory: &Directory, id: TopicId) -> Answer {
    let scope = call.scope()?;
    let topic = directory.topic(scope, id)?;
    let view = call.view(directory, scope);
    Ok(Reply::object(|o| views::topic(o, topic, &view, true)))
}

/// `null` and `""` take the query away.
#[expect(
    clippy::option_option,
    reason = "absent, `null` and a value are three different wishes"
)]
fn keywords(given: &FieldObject) -> Result<Option<Option<String>>, Error> {
    if !given.has("searchkeywords") {
        return Ok(None);
    }
    match given.get("searchkeywords") {
        Some(field) if !field.clone().into_value().is_string() => {
            let path = given.path_of("searchkeywords");
            Err(expected(
                &path,
                "a query as text",
                &field.into_value().to_string(),
            ))
        }
        _ => given.filled_text("searchkeywords").map(Some),
    }
}
