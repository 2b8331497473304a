//! Projects: groups of topics.

use domain::account::Project;
use domain::ids::{AccountId, ProjectId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::{delete_one, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct ProjectRow {
        account_id: i64,
        id: i64,
        name: String,
        added_at: i64,
    }
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            account_id: AccountId(row.account_id),
            id: ProjectId(row.id),
            name: row.name,
            added_at: UnixMillis(row.added_at),
        }
    }
}

/// Adds a project.
pub async fn create(tx: &mut Tx, scope: &Scope, project: &Project) -> Result<(), StoreError> {
    own(scope, project.account_id)?;
    tx.setting(
        scope.account_id(),
        "INSERT INTO projects (account_id, id, name, added_at) VALUES ($1, $2, $3, $4)",
    )?
    .bind(project.account_id.0)
    .bind(project.id.0)
    .bind(&*project.name)
    .bind(project.added_at.0)
    .execute()
    .await
    .map(drop)
}

/// The project with this number.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: ProjectId,
) -> Result<Option<Project>, StoreError> {
    Ok(from
        .into()
        .sql(
            "SELECT account_id, id, name, added_at FROM projects WHERE account_id = $1 AND id = $2",
        )
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<ProjectRow>()
        .await?
        .map(Project::from))
}

/// All projects of the account, by number.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<Project>, StoreError> {
    Ok(from
        .into()
        .sql(
            "SELECT account_id, id, name, added_at FROM projects WHERE account_id = $1 ORDER BY id",
        )
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<ProjectRow>()
        .await?
        .into_iter()
        .map(Project::from)
        .collect())
}

/// Changes the name; tells whether the project exists.
pub async fn update(tx: &mut Tx, scope: &Scope, project: &Project) -> Result<bool, StoreError> {
    own(scope, project.account_id)?;
    tx.setting(
        scope.account_id(),
        "UPDATE projects SET name = $3 WHERE account_id = $1 AND id = $2",
    )?
    .bind(project.account_id.0)
    .bind(project.id.0)
    .bind(&*project.name)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Removes a project; tells whether it existed.
///
/// # Errors
/// `Conflict` while topics belong to it.
pub async fn delete(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<bool, StoreError> {
    let text = "DELETE FROM projects WHERE account_id = $1 AND id = $2";
    delete_one(tx, text, scope, id.0).await
}
