//! Projects: groups of topics.

use domain::account::Project;
use domain::change::ChangeKind;
use domain::ids::ProjectId;
use domain::permission::Permission;
use domain::scope::Scope;
use serde_json::json;
use store::counters::Kind;

use super::{Told, change, name, require};
use crate::{Engine, Error, What};

/// Makes a project.
pub async fn create_project(engine: &Engine, scope: &Scope, title: &str) -> Result<Project, Error> {
    require(scope, Permission::AccountUpdate)?;
    let title = name("project.name", title)?;
    let (account_id, added_at, scope_in) = (scope.account_id(), engine.now(), scope.clone());
    change(engine, scope, move |tx| {
        Box::pin(async move {
            let id = ProjectId(store::counters::next(tx, Kind::Project).await?);
            let project = Project {
                account_id,
                id,
                name: title,
                added_at,
            };
            store::projects::create(tx, &scope_in, &project).await?;
            let told = Told {
                kind: ChangeKind::ProjectAdded,
                object_id: id.0,
                topic_id: None,
                detail: json!({ "name": project.name }),
            };
            Ok((project, told))
        })
    })
    .await
}

/// Renames a project.
pub async fn update_project(
    engine: &Engine,
    scope: &Scope,
    id: ProjectId,
    title: &str,
) -> Result<Project, Error> {
    require(scope, Permission::AccountUpdate)?;
    let title = name("updates.name", title)?;
    let directory = engine.directory(scope.account_id()).await?;
    let mut project = directory
        .projects
        .get(&id)
        .cloned()
        .ok_or(Error::NotFound(What::Project))?;
    project.name = title;
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !store::projects::update(tx, &scope_in, &project).await? {
                return Err(Error::NotFound(What::Project));
            }
            let told = Told {
                kind: ChangeKind::ProjectUpdated,
                object_id: id.0,
                topic_id: None,
                detail: json!({ "name": project.name }),
            };
            Ok((project, told))
        })
    })
    .await
}

/// Removes a project without topics.
pub async fn delete_project(engine: &Engine, scope: &Scope, id: ProjectId) -> Result<(), Error> {
    require(scope, Permission::AccountUpdate)?;
    let directory = engine.directory(scope.account_id()).await?;
    let project = directory
        .projects
        .get(&id)
        .cloned()
        .ok_or(Error::NotFound(What::Project))?;
    if directory
        .topics
        .values()
        .any(|topic| topic.project_id == id)
    {
        return Err(Error::Conflict("The project still has topics.".into()));
    }
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !store::projects::delete(tx, &scope_in, id).await? {
                return Err(Error::NotFound(What::Project));
            }
            let told = Told {
                kind: ChangeKind::ProjectDeleted,
                object_id: id.0,
                topic_id: None,
                detail: json!({ "name": project.name }),
            };
            Ok(((), told))
        })
    })
    .await
}
