//! `settings/apikeys` and `settings/apikey`: what programs of the other dialect come in with.
//!
//! The original has no such calls: its keys were made in its web application.

use domain::api_key::ApiKey;
use domain::ids::{ApiKeyId, RoleId};
use engine::auth::Secret;
use engine::settings::{self, KeyUpdate, NewKey};
use engine::{Directory, Error, What};

use super::PAGE;
use crate::social_connect::call::Call;
use crate::social_connect::params::{FieldObject, expected, missing};
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/apikeys`.
pub async fn list(call: Call) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let keys = settings::list_keys(&call.engine, scope).await?;
    let limit = call.params.limit(PAGE.0, PAGE.1)?;
    let about = views::SIZE_OF_KEY * keys.len().min(limit);
    call.write(about, move |call| {
        let page = call.short_page(
            &keys,
            |key| key.id.get(),
            PAGE,
            |a, key| a.object(|o| views::api_key(o, key, &directory, None)),
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `POST settings/apikeys`.
pub async fn create(call: Call) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let given = call.params.required_object("apikey")?;
    let new = NewKey {
        name: given.text("name")?.ok_or_else(|| missing("apikey.name"))?,
        role_id: role(&given, &directory)?.ok_or_else(|| missing("apikey.role_id"))?,
    };
    let (key, secret) =
        settings::create_key(&call.engine, call.identity.trust(), scope, new).await?;
    Ok(show(&key, &directory, Some(&secret)))
}

/// `GET settings/apikey/{id}`.
pub async fn get(call: Call) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let key = settings::get_key(&call.engine, scope, key_id(&call)?).await?;
    Ok(show(&key, &directory, None))
}

/// `POST settings/apikey/{id}`.
pub async fn update(call: Call) -> Answer {
    let id = key_id(&call)?;
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let updates = call.params.required_object("updates")?;
    let update = KeyUpdate {
        name: updates.text("name")?,
        role_id: role(&updates, &directory)?,
        resets_secret: updates.flag("reset_secret")?.unwrap_or(false),
    };
    let (key, secret) =
        settings::update_key(&call.engine, call.identity.trust(), scope, id, update).await?;
    Ok(show(&key, &directory, secret.as_ref()))
}

/// `DELETE settings/apikey/{id}`.
pub async fn delete(call: Call) -> Answer {
    let id = key_id(&call)?;
    settings::delete_key(&call.engine, call.scope()?, id).await?;
    Ok(Reply::done())
}

/// A secret is in the answer to the call that made it, and in no repetition of that answer.
fn show(key: &ApiKey, directory: &Directory, secret: Option<&Secret>) -> Reply {
    let plain = Reply::object(|o| views::api_key(o, key, directory, None));
    match secret {
        Some(secret) => {
            Reply::object(|o| views::api_key(o, key, directory, Some(secret))).repeated_as(plain)
        }
        None => plain,
    }
}

/// The role by number, or by title for people who write the call by hand.
fn role(given: &FieldObject, directory: &Directory) -> Result<Option<RoleId>, Error> {
    if let Some(text) = given.filled_text("role_id")? {
        return match RoleId::parse(text.trim()) {
            Some(id) => Ok(Some(id)),
            None => Err(expected(
                &given.path_of("role_id"),
                "the number of a user role",
                &text,
            )),
        };
    }
    let Some(title) = given.filled_text("role")? else {
        return Ok(None);
    };
    match directory.role_named(&title) {
        Some(role) => Ok(Some(role.id)),
        None => Err(expected(
            &given.path_of("role"),
            "the title of a user role",
            &title,
        )),
    }
}

fn key_id(call: &Call) -> Result<ApiKeyId, Error> {
    call.id("id", ApiKeyId::parse, What::Key)
}
