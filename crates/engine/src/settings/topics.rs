//! Topics: what is listened to.

use domain::change::ChangeKind;
use domain::filter;
use domain::ids::{ProjectId, TopicId};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::topic::Topic;
use serde_json::{Value, json};
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, name, require};
use crate::{Engine, Error, What, room};

/// A topic to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTopic {
    /// Name.
    pub name: String,
    /// The project; the account's first when absent.
    pub project_id: Option<ProjectId>,
    /// Boolean query over the text; takes everything when absent.
    pub searchkeywords: Option<String>,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicUpdate {
    /// Name.
    pub name: Option<String>,
    /// `Some(None)` takes everything from now on.
    pub searchkeywords: Option<Option<String>>,
}

/// Makes a topic.
pub async fn create_topic(engine: &Engine, scope: &Scope, new: NewTopic) -> Result<Topic, Error> {
    require(scope, Permission::QueriesUpdate)?;
    let title = name("topic.name", &new.name)?;
    let searchkeywords = keywords("topic.searchkeywords", new.searchkeywords)?;
    let directory = engine.directory(scope.account_id()).await?;
    let project_id = match new.project_id {
        Some(id) if directory.projects.contains_key(&id) => id,
        Some(_) => return Err(Error::NotFound(What::Project)),
        None => directory
            .projects
            .keys()
            .next()
            .copied()
            .ok_or(Error::NotFound(What::Project))?,
    };
    let (account_id, now, scope_in) = (scope.account_id(), engine.now(), scope.clone());
    change(engine, scope, move |tx| {
        Box::pin(async move {
            let id = TopicId(store::counters::next(tx, Kind::Topic).await?);
            let topic = Topic {
                account_id,
                id,
                project_id,
                name: title,
                searchkeywords,
                added_at: now,
                updated_at: now,
            };
            store::topics::create(tx, &scope_in, &topic).await?;
            room::check(tx, &scope_in, Counted::Topics, "topic").await?;
            let told = told(ChangeKind::TopicAdded, &topic, Value::Null, card(&topic));
            Ok((topic, told))
        })
    })
    .await
}

/// Renames a topic or changes its query. What was found before stays.
pub async fn update_topic(
    engine: &Engine,
    scope: &Scope,
    id: TopicId,
    update: TopicUpdate,
) -> Result<Topic, Error> {
    require(scope, Permission::QueriesUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let mut topic = directory.topic(scope, id)?.clone();
    let before = card(&topic);
    if let Some(title) = update.name {
        topic.name = name("updates.name", &title)?;
    }
    if let Some(searchkeywords) = update.searchkeywords {
        topic.searchkeywords = keywords("updates.searchkeywords", searchkeywords)?;
    }
    topic.updated_at = engine.now();
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !store::topics::update(tx, &scope_in, &topic).await? {
                return Err(Error::NotFound(What::Topic));
            }
            let told = told(ChangeKind::TopicUpdated, &topic, before, card(&topic));
            Ok((topic, told))
        })
    })
    .await
}

/// Removes a topic that holds no mentions, with its connected profiles.
///
/// # Errors
/// `Conflict` while there are mentions: they would be lost in silence.
pub async fn delete_topic(engine: &Engine, scope: &Scope, id: TopicId) -> Result<(), Error> {
    require(scope, Permission::QueriesUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let topic = directory.topic(scope, id)?.clone();
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if store::mentions::topic_has_any(&mut *tx, &scope_in, id).await? {
                return Err(Error::Conflict(
                    "The topic still has mentions; delete them first.".into(),
                ));
            }
            if !store::topics::delete(tx, &scope_in, id).await? {
                return Err(Error::NotFound(What::Topic));
            }
            let before = card(&topic);
            Ok((
                (),
                told(ChangeKind::TopicDeleted, &topic, before, Value::Null),
            ))
        })
    })
    .await
}

fn told(kind: ChangeKind, topic: &Topic, before: Value, after: Value) -> Told {
    Told {
        kind,
        object_id: topic.id.0,
        topic_id: Some(topic.id),
        detail: json!({ "name": topic.name, "searchkeywords": topic.searchkeywords }),
        before,
        after,
    }
}

/// What the history keeps.
fn card(topic: &Topic) -> Value {
    json!({
        "name": topic.name,
        "project_id": topic.project_id,
        "searchkeywords": topic.searchkeywords,
    })
}

/// A query that is text only and not pure negation.
fn keywords(field: &str, text: Option<String>) -> Result<Option<String>, Error> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let query = filter::parse(&text).map_err(|error| Error::filter(field, &error))?;
    filter::text_query(&query).map_err(|error| Error::filter(field, &error))?;
    Ok(Some(text))
}
