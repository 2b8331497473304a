//! Topics: what is listened to.

use domain::change::ChangeKind;
use domain::filter;
use domain::ids::{ProjectId, TopicId};
use domain::limits;
use domain::permission::Permission;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::topic::Topic;
use serde_json::{Value, json};
use store::Tx;
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, name, require};
use crate::{Denial, Engine, Error, What, room};

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

/// What changing topics needs.
const UPDATES: Permission = Permission::QueriesUpdate;

/// Makes a topic.
///
/// # Errors
/// `Denied` to those who do not reach all topics: they would not reach the new one either.
pub async fn create_topic(engine: &Engine, scope: &Scope, new: NewTopic) -> Result<Topic, Error> {
    require(scope, UPDATES)?;
    let title = name("topic.name", &new.name)?;
    let searchkeywords = keywords("topic.searchkeywords", new.searchkeywords)?;
    let (account_id, now) = (scope.account_id(), engine.now());
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            if *scope.topics() != TopicAccess::All {
                return Err(Error::Denied(Denial::Rule(
                    "A topic is made by somebody who reaches all topics.".into(),
                )));
            }
            let project = match new.project_id {
                Some(id) => store::projects::find(&mut *tx, &scope, id).await?,
                None => store::projects::list(&mut *tx, &scope)
                    .await?
                    .into_iter()
                    .next(),
            };
            let project_id = project.ok_or(Error::NotFound(What::Project))?.id;
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
            store::topics::create(tx, &scope, &topic).await?;
            room::check(tx, &scope, Counted::Topics, "topic").await?;
            check_keywords(
                tx,
                &scope,
                "topic.searchkeywords",
                topic.searchkeywords.as_ref(),
            )
            .await?;
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
    require(scope, UPDATES)?;
    let title = update
        .name
        .map(|title| name("updates.name", &title))
        .transpose()?;
    let searchkeywords = update
        .searchkeywords
        .map(|text| keywords("updates.searchkeywords", text))
        .transpose()?;
    let now = engine.now();
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let mut topic = find(tx, &scope, id).await?;
            let before = card(&topic);
            topic.name = title.unwrap_or(topic.name);
            let given = searchkeywords.clone().flatten();
            topic.searchkeywords = searchkeywords.unwrap_or(topic.searchkeywords);
            topic.updated_at = now;
            store::topics::update(tx, &scope, &topic).await?;
            check_keywords(tx, &scope, "updates.searchkeywords", given.as_ref()).await?;
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
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let topic = find(tx, &scope, id).await?;
            if store::mentions::topic_has_any(&mut *tx, &scope, id).await? {
                return Err(Error::Conflict(
                    "The topic still has mentions; delete them first.".into(),
                ));
            }
            take_from_roles(tx, &scope, id).await?;
            store::topics::delete(tx, &scope, id).await?;
            let before = card(&topic);
            Ok((
                (),
                told(ChangeKind::TopicDeleted, &topic, before, Value::Null),
            ))
        })
    })
    .await
}

async fn find(tx: &mut Tx, scope: &Scope, id: TopicId) -> Result<Topic, Error> {
    store::topics::find(&mut *tx, scope, id)
        .await?
        .ok_or(Error::NotFound(What::Topic))
}

/// Takes a topic that goes from the roles that name it: who may give a role is asked of its topics,
/// and nobody reaches one that is gone.
async fn take_from_roles(tx: &mut Tx, scope: &Scope, id: TopicId) -> Result<(), Error> {
    for mut role in store::roles::list(&mut *tx, scope).await? {
        if let TopicAccess::Only(topics) = &mut role.topics
            && topics.remove(&id)
        {
            store::roles::update(tx, scope, &role).await?;
        }
    }
    Ok(())
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

/// Refuses search keywords that were just written where all topics have too much of them now: each
/// account is shown with its topics.
async fn check_keywords(
    tx: &mut Tx,
    scope: &Scope,
    field: &str,
    given: Option<&String>,
) -> Result<(), Error> {
    if given.is_none() {
        return Ok(());
    }
    let bytes = store::topics::keyword_bytes(&mut *tx, scope).await?;
    if usize::try_from(bytes).is_ok_and(|bytes| bytes <= limits::KEYWORDS_BYTES) {
        return Ok(());
    }
    Err(Error::Full {
        field: field.to_owned(),
        of: "an account",
        things: "bytes of search keywords in all its topics",
        limit: limits::KEYWORDS_BYTES,
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

#[cfg(test)]
mod tests {
    use store::both_engines;

    use super::*;
    use crate::pipeline::tests::world::{ACCOUNT, world};
    use crate::testing::START;

    both_engines! {
        async fn the_keywords_of_all_topics_have_an_end_that_says_so(db: &Db) {
            const EACH: usize = 16 << 10;
            let world = world(db).await;
            let directory = world.engine().directory(ACCOUNT).await.unwrap();
            let project_id = *directory.projects.keys().next().unwrap();
            let scope = world.scope.clone();
            let before = usize::try_from(store::topics::keyword_bytes(db, &scope).await.unwrap()).unwrap();
            db.write(move |tx| Box::pin(async move {
                store::testing::arrange(tx);
                for id in 0..limits::KEYWORDS_BYTES / EACH - 1 {
                    let topic = Topic {
                        account_id: ACCOUNT,
                        id: TopicId(100_000 + i64::try_from(id).unwrap()),
                        project_id,
                        name: format!("Topic {id}"),
                        searchkeywords: Some("x".repeat(EACH)),
                        added_at: START,
                        updated_at: START,
                    };
                    store::topics::create(tx, &scope, &topic).await?;
                }
                Ok::<_, store::StoreError>(())
            })).await.unwrap();
            let create = async |bytes: usize| {
                let new = NewTopic {
                    name: "New".to_owned(),
                    project_id: None,
                    searchkeywords: Some("y".repeat(bytes)),
                };
                create_topic(world.engine(), &world.scope, new).await
            };
            let topic = create(EACH - before - 1).await.unwrap();
            let refused = create(2).await.unwrap_err();
            assert_eq!(
                refused.to_string(),
                "topic.searchkeywords: an account has at most 4194304 bytes of search keywords in \
                 all its topics."
            );
            let update = async |text: Option<String>| {
                let update = TopicUpdate { name: None, searchkeywords: Some(text) };
                update_topic(world.engine(), &world.scope, topic.id, update).await
            };
            let refused = update(Some("z".repeat(EACH - before + 1))).await.unwrap_err();
            assert!(matches!(refused, Error::Full { .. } | Error::Invalid { .. }), "{refused:?}");
            update(None).await.unwrap();
            create(2).await.unwrap();
        }
    }
}
