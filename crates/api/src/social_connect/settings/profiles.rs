//! `settings/topic/{topic_id}/profiles` and `…/profile/{id}`.

use domain::ids::ProfileId;
use domain::source::Service;
use domain::topic::Profile;
use engine::settings::{self, NewProfile, ProfileUpdate};
use engine::{Error, What};

use super::PAGE;
use crate::social_connect::call::Call;
use crate::social_connect::params::{expected, missing};
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/topic/{topic_id}/profiles`.
pub async fn list(call: Call) -> Answer {
    let scope = call.scope()?;
    let topic = call.topic_id(What::Topic)?;
    let profiles = settings::list_profiles(&call.engine, scope, topic).await?;
    let directory = call.engine.directory(scope.account_id()).await?;
    call.write(views::size_of_all(&profiles), move |call| {
        let view = call.view(&directory, call.scope()?);
        let page = call.short_page(
            &profiles,
            |profile| profile.id.get(),
            PAGE,
            |a, profile| a.object(|o| views::connected_profile(o, profile, &view)),
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `POST settings/topic/{topic_id}/profiles`.
pub async fn create(call: Call) -> Answer {
    let topic = call.topic_id(What::Topic)?;
    let given = call.params.required_object("profile")?;
    let kind = given
        .filled_text("type")?
        .ok_or_else(|| missing("profile.type"))?;
    let new = NewProfile {
        service: Service::parse(kind.trim())
            .ok_or_else(|| expected("profile.type", "a service such as rss", &kind))?,
        service_id: given
            .filled_text("service_id")?
            .ok_or_else(|| missing("profile.service_id"))?,
        displayname: given.filled_text("displayname")?,
    };
    let profile = settings::connect_profile(&call.engine, call.scope()?, topic, new).await?;
    show(&call, &profile).await
}

/// `GET settings/topic/{topic_id}/profile/{id}`.
pub async fn get(call: Call) -> Answer {
    let (topic, id) = (call.topic_id(What::Topic)?, profile_id(&call)?);
    let profiles = settings::list_profiles(&call.engine, call.scope()?, topic).await?;
    let profile = profiles
        .iter()
        .find(|profile| profile.id == id)
        .ok_or(Error::NotFound(What::Profile))?;
    show(&call, profile).await
}

/// `POST settings/topic/{topic_id}/profile/{id}`.
pub async fn update(call: Call) -> Answer {
    let (topic, id) = (call.topic_id(What::Topic)?, profile_id(&call)?);
    let updates = call.params.required_object("updates")?;
    let update = ProfileUpdate {
        displayname: updates.text("displayname")?,
        service_id: updates.filled_text("service_id")?,
        is_enabled: updates.flag("enabled")?,
    };
    let profile = settings::update_profile(&call.engine, call.scope()?, topic, id, update).await?;
    show(&call, &profile).await
}

/// `DELETE settings/topic/{topic_id}/profile/{id}`.
pub async fn delete(call: Call) -> Answer {
    let (topic, id) = (call.topic_id(What::Topic)?, profile_id(&call)?);
    settings::disconnect_profile(&call.engine, call.scope()?, topic, id).await?;
    Ok(Reply::done())
}

async fn show(call: &Call, profile: &Profile) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    Ok(Reply::object(|o| {
        views::connected_profile(o, profile, &view);
    }))
}

fn profile_id(call: &Call) -> Result<ProfileId, Error> {
    call.id("id", ProfileId::parse, What::Profile)
}
