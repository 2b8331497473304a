//! Projects: groups of topics.

use domain::account::Project;
use domain::change::ChangeKind;
use domain::ids::ProjectId;
use domain::permission::Permission;
use domain::scope::Scope;
use serde_json::{Value, json};
use store::Tx;
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, name, require};
use crate::{Engine, Error, What, room};

/// What changing projects needs.
const UPDATES: Permission = Permission::AccountUpdate;

/// Makes a project.
pub async fn create_project(engine: &Engine, scope: &Scope, title: &str) -> Result<Project, Error> {
    require(scope, UPDATES)?;
    let title = name("project.name", title)?;
    let (account_id, added_at) = (scope.account_id(), engine.now());
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let id = ProjectId(store::counters::next(tx, Kind::Project).await?);
            let project = Project {
                account_id,
                id,
                name: title,
                added_at,
            };
            store::projects::create(tx, &scope, &project).await?;
            room::check(tx, &scope, Counted::Projects, "project").await?;
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
    require(scope, UPDATES)?;
    let title = name("updates.name", title)?;
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let mut project = find(tx, &scope, id).await?;
            let before = card(&project);
            project.name = title;
            store::projects::update(tx, &scope, &project).await?;
            let told = told(ChangeKind::ProjectUpdated, id, before, card(&project));
            Ok((project, told))
        })
    })
    .await
}

/// Removes a project without topics.
pub async fn delete_project(engine: &Engine, scope: &Scope, id: ProjectId) -> Result<(), Error> {
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let project = find(tx, &scope, id).await?;
            if store::topics::has_of_project(&mut *tx, &scope, id).await? {
                return Err(Error::Conflict("The project still has topics.".into()));
            }
            store::projects::delete(tx, &scope, id).await?;
            let told = told(ChangeKind::ProjectDeleted, id, card(&project), Value::Null);
            Ok(((), told))
        })
    })
    .await
}

async fn find(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<Project, Error> {
    store::projects::find(&mut *tx, scope, id)
        .await?
        .ok_or(Error::NotFound(What::Project))
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
