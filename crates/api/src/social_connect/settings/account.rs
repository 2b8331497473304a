//! `settings/account`: the account itself.

use engine::settings::{self, AccountUpdate};

use crate::social_connect::call::Call;
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/account`.
pub async fn get(call: Call) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    Ok(Reply::object(|o| views::account(o, &view)))
}

/// `POST settings/account`.
pub async fn update(call: Call) -> Answer {
    let updates = call.params.required_object("updates")?;
    let update = AccountUpdate {
        name: updates.text("name")?,
        timezone: updates.text("timezone")?,
    };
    settings::update_account(&call.engine, call.scope()?, update).await?;
    get(call).await
}
