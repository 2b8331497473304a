//! Projects: groups of topics.

use domain::account::Project;
use domain::change::ChangeKind;
use domain::ids::ProjectId;
use domain::permission::Permission;
use domain::scope::Scope;
use serde_json::{Value, json};
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, name, require};
use crate::{Engine, Error, What, room};

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
            room::check(tx, &scope_in, Counted::Projects, "project").await?;
            let told = told(ChangeKind::ProjectAdded, id, Value::Null, card(&project));
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
    let before = card(&project);
    project.name = title;
    let scope_in = scope.clone();
    change(engine, scope, move |tx| {
        Box::pin(async move {
            if !store::projects::update(tx, &scope_in, &project).await? {
                return Err(Error::NotFound(What::Project));
            }
            let told = told(ChangeKind::ProjectUpdated, id, before, card(&project));
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
            let told = told(ChangeKind::ProjectDeleted, id, card(&project), Value::Null);
            Ok(((), told))
        })
    })
    .await
}

/// Told to the change log as the history keeps it: as it is, or as it was.
fn told(kind: ChangeKind, id: ProjectId, before: Value, after: Value) -> Told {
    let detail = if after.is_null() { &before } else { &after };
    Told {
        kind,
        object_id: id.0,
        topic_id: None,
        detail: detail.clone(),
        before,
        after,
    }
}

fn card(project: &Project) -> Value {
    json!({ "name": project.name })
}
