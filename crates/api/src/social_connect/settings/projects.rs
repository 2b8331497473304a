//! `settings/projects` and `settings/project`.

use domain::account::Project;
use domain::ids::ProjectId;
use engine::settings;
use engine::{Directory, Error, What};

use super::PAGE;
use crate::social_connect::call::Call;
use crate::social_connect::params::missing;
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/projects`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write(about, move |call| {
        let view = call.view(&directory, call.scope()?);
        let projects: Vec<&Project> = directory.projects.values().collect();
        let page = call.short_page(
            &projects,
            |project| project.id.get(),
            PAGE,
            |a, project| a.object(|o| views::project(o, project, &view)),
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `POST settings/projects`.
pub async fn create(call: Call) -> Answer {
    let given = call.params.required_object("project")?;
    let name = given.text("name")?.ok_or_else(|| missing("project.name"))?;
    let project = settings::create_project(&call.engine, call.scope()?, &name).await?;
    show_changed(call, project.id).await
}

/// `GET settings/project/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = project_id(&call)?;
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write(about, move |call| show(call, &directory, id))
        .await
}

/// `POST settings/project/{id}`.
pub async fn update(call: Call) -> Answer {
    let id = project_id(&call)?;
    let updates = call.params.required_object("updates")?;
    let name = updates
        .text("name")?
        .ok_or_else(|| missing("updates.name"))?;
    settings::update_project(&call.engine, call.scope()?, id, &name).await?;
    show_changed(call, id).await
}

/// `DELETE settings/project/{id}`.
pub async fn delete(call: Call) -> Answer {
    let id = project_id(&call)?;
    settings::delete_project(&call.engine, call.scope()?, id).await?;
    Ok(Reply::done())
}

async fn show_changed(call: Call, id: ProjectId) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write_surely(about, move |call| show(call, &directory, id))
        .await
}

fn show(call: &Call, directory: &Directory, id: ProjectId) -> Answer {
    let view = call.view(directory, call.scope()?);
    let project = directory
        .projects
        .get(&id)
        .ok_or(Error::NotFound(What::Project))?;
    Ok(Reply::object(|o| views::project(o, project, &view)))
}

fn project_id(call: &Call) -> Result<ProjectId, Error> {
    call.id("id", ProjectId::parse, What::Project)
}
