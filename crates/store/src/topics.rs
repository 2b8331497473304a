//! Topics: what an account listens to.

use domain::ids::{AccountId, ProjectId, TopicId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::topic::Topic;

use crate::convert::{delete_one, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct TopicRow {
        account_id: i64,
        id: i64,
        project_id: i64,
        name: String,
        searchkeywords: Option<String>,
        added_at: i64,
        updated_at: i64,
    }
}

impl From<TopicRow> for Topic {
    fn from(row: TopicRow) -> Self {
        Self {
            account_id: AccountId(row.account_id),
            id: TopicId(row.id),
            project_id: ProjectId(row.project_id),
            name: row.name,
            searchkeywords: row.searchkeywords,
            added_at: UnixMillis(row.added_at),
            updated_at: UnixMillis(row.updated_at),
        }
    }
}

/// Bytes of the search keywords of all topics of the account.
pub async fn keyword_bytes<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<i64, StoreError> {
    let (bytes,) = from
        .into()
        .sql(
            "SELECT COALESCE(SUM(OCTET_LENGTH(searchkeywords)), 0) FROM topics
            WHERE account_id = $1",
        )
        .bind(scope.account_id().0)
        .fetch_one()
        .await?;
    Ok(bytes)
}

/// Adds a topic.
///
/// # Errors
/// `Conflict` when the account has no such project.
pub async fn create(tx: &mut Tx, scope: &Scope, topic: &Topic) -> Result<(), StoreError> {
    own(scope, topic.account_id)?;
    tx.setting(
        scope.account_id(),
        "INSERT INTO topics
            (account_id, id, project_id, name, searchkeywords, added_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )?
    .bind(topic.account_id.0)
    .bind(topic.id.0)
    .bind(topic.project_id.0)
    .bind(&*topic.name)
    .bind(topic.searchkeywords.as_deref())
    .bind(topic.added_at.0)
    .bind(topic.updated_at.0)
    .execute()
    .await
    .map(drop)
}

/// The topic with this number, if it is within reach of the scope.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: TopicId,
) -> Result<Option<Topic>, StoreError> {
    if !scope.reaches(id) {
        return Ok(None);
    }
    Ok(from
        .into()
        .sql(
            "SELECT account_id, id, project_id, name, searchkeywords, added_at, updated_at
            FROM topics
            WHERE account_id = $1 AND id = $2",
        )
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<TopicRow>()
        .await?
        .map(Topic::from))
}

/// The topics of the account that are within reach of the scope, by number.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<Topic>, StoreError> {
    Ok(from
        .into()
        .sql(
            "SELECT account_id, id, project_id, name, searchkeywords, added_at, updated_at
            FROM topics
            WHERE account_id = $1
            ORDER BY id",
        )
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<TopicRow>()
        .await?
        .into_iter()
        .map(Topic::from)
        .filter(|topic| scope.reaches(topic.id))
        .collect())
}

/// Whether a project has topics, whoever reaches them.
pub async fn has_of_project<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    project_id: ProjectId,
) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = from
        .into()
        .sql("SELECT id FROM topics WHERE account_id = $1 AND project_id = $2 LIMIT 1")
        .bind(scope.account_id().0)
        .bind(project_id.0)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// Changes project, name, keywords and time of change; tells whether the topic exists.
pub async fn update(tx: &mut Tx, scope: &Scope, topic: &Topic) -> Result<bool, StoreError> {
    own(scope, topic.account_id)?;
    if !scope.reaches(topic.id) {
        return Ok(false);
    }
    tx.setting(
        scope.account_id(),
        "UPDATE topics
        SET project_id = $3, name = $4, searchkeywords = $5, updated_at = $6
        WHERE account_id = $1 AND id = $2",
    )?
    .bind(topic.account_id.0)
    .bind(topic.id.0)
    .bind(topic.project_id.0)
    .bind(&*topic.name)
    .bind(topic.searchkeywords.as_deref())
    .bind(topic.updated_at.0)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Removes a topic and its connected profiles, but not its mentions; tells whether it existed.
pub async fn delete(tx: &mut Tx, scope: &Scope, id: TopicId) -> Result<bool, StoreError> {
    if !scope.reaches(id) {
        return Ok(false);
    }
    tx.setting(
        scope.account_id(),
        "DELETE FROM profiles WHERE account_id = $1 AND topic_id = $2",
    )?
    .bind(scope.account_id().0)
    .bind(id.0)
    .execute()
    .await?;
    let text = "DELETE FROM topics WHERE account_id = $1 AND id = $2";
    delete_one(tx, text, scope, id.0).await
}
