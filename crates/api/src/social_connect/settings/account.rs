//! `settings/account`: the account itself.

use engine::settings::{self, AccountUpdate};
use engine::{Directory, Error};

use crate::social_connect::call::Call;
use crate::social_connect::params::FieldObject;
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/account`.
pub async fn get(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let about = views::size_of_account(&directory);
    call.write(about, move |call| show(call, &directory)).await
}

fn show(call: &Call, directory: &Directory) -> Answer {
    let view = call.view(directory, call.scope()?);
    Ok(Reply::object(|o| views::account(o, &view)))
}

/// `POST settings/account`.
pub async fn update(call: Call) -> Answer {
    let updates = call.params.required_object("updates")?;
    let update = AccountUpdate {
        name: updates.text("name")?,
        description: erasable(&updates, "description")?,
        package: erasable(&updates, "package")?,
        timezone: updates.text("timezone")?,
    };
    settings::update_account(&call.engine, call.scope()?, update).await?;
    // It was made, so it is answered however much is written at the moment.
    show(&call, &*call.engine.directory(call.account_id()?).await?)
}

/// A text that `null` takes away as the empty one does.
fn erasable(given: &FieldObject, name: &str) -> Result<Option<String>, Error> {
    if !given.has(name) {
        return Ok(None);
    }
    Ok(Some(given.filled_text(name)?.unwrap_or_default()))
}
