//! `settings/userroles` and `settings/userrole`.

use std::collections::BTreeSet;

use domain::ids::{RoleId, TopicId};
use domain::permission::{Permission, PermissionSet};
use domain::role::{Role, TopicAccess};
use engine::settings::{self, NewRole, RoleUpdate};
use engine::{Directory, Error, What};

use super::PAGE;
use crate::social_connect::call::Call;
use crate::social_connect::params::{Field, FieldObject, expected, missing};
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/userroles`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let limit = call.params.limit(PAGE.0, PAGE.1)?;
    let about = views::size_of_role(&directory) * directory.roles.len().min(limit);
    call.write(about, move |call| {
        let view = call.view(&directory, call.scope()?);
        let roles: Vec<&Role> = directory.roles.values().collect();
        let page = call.short_page(
            &roles,
            |role| role.id.get(),
            PAGE,
            |a, role| a.object(|o| views::user_role(o, role, &view)),
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `POST settings/userroles`.
pub async fn create(call: Call) -> Answer {
    let given = call.params.required_object("userrole")?;
    let new = NewRole {
        title: given
            .text("title")?
            .ok_or_else(|| missing("userrole.title"))?,
        permissions: permissions(&given)?.unwrap_or_default(),
        topics: topics(&given)?.unwrap_or(TopicAccess::All),
    };
    let role = settings::create_role(&call.engine, call.scope()?, new).await?;
    show_changed(call, role.id).await
}

/// `GET settings/userrole/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = role_id(&call)?;
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_role(&directory);
    call.write(about, move |call| show(call, &directory, id))
        .await
}

/// `POST settings/userrole/{id}`.
pub async fn update(call: Call) -> Answer {
    let id = role_id(&call)?;
    let updates = call.params.required_object("updates")?;
    let update = RoleUpdate {
        title: updates.text("title")?,
        permissions: permissions(&updates)?,
        topics: topics(&updates)?,
    };
    settings::update_role(
        &call.engine,
        call.identity.trust(),
        call.scope()?,
        id,
        update,
    )
    .await?;
    show_changed(call, id).await
}

/// `DELETE settings/userrole/{id}`.
pub async fn delete(call: Call) -> Answer {
    let id = role_id(&call)?;
    settings::delete_role(&call.engine, call.scope()?, id).await?;
    Ok(Reply::done())
}

async fn show_changed(call: Call, id: RoleId) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_role(&directory);
    call.write_surely(about, move |call| show(call, &directory, id))
        .await
}

fn show(call: &Call, directory: &Directory, id: RoleId) -> Answer {
    let view = call.view(directory, call.scope()?);
    let role = directory
        .roles
        .get(&id)
        .ok_or(Error::NotFound(What::Role))?;
    Ok(Reply::object(|o| views::user_role(o, role, &view)))
}

fn permissions(given: &FieldObject) -> Result<Option<PermissionSet>, Error> {
    let Some(items) = given.list("permissions")? else {
        return Ok(None);
    };
    items
        .into_iter()
        .map(|item| {
            let wrong = item.wrong("the name of a permission");
            Permission::parse(&item.into_text()?).ok_or(wrong)
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Identifiers, or objects with one as the answer has them; the word `all` for every topic.
fn topics(given: &FieldObject) -> Result<Option<TopicAccess>, Error> {
    let Some(field) = given.get("topics") else {
        return Ok(None);
    };
    if let Ok(word) = field.clone().into_text() {
        return match word.as_str() {
            "all" => Ok(Some(TopicAccess::All)),
            other => Err(expected(field.path(), "all, or a list of topics", other)),
        };
    }
    let ids: BTreeSet<TopicId> = field
        .into_list()?
        .into_iter()
        .map(topic_id)
        .collect::<Result<_, _>>()?;
    Ok(Some(TopicAccess::Only(ids)))
}

fn topic_id(item: Field) -> Result<TopicId, Error> {
    match item.clone().into_object() {
        Ok(topic) => match topic.integer("id")? {
            Some(id) => Ok(TopicId(id)),
            None => Err(missing(&topic.path_of("id"))),
        },
        Err(_) => item.into_integer().map(TopicId),
    }
}

fn role_id(call: &Call) -> Result<RoleId, Error> {
    call.id("id", RoleId::parse, What::Role)
}
