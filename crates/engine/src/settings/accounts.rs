//! The accounts that a user belongs to, and what is set for a whole account.

use std::sync::Arc;

use domain::account::Account;
use domain::change::ChangeKind;
use domain::ids::UserId;
use domain::permission::Permission;
use domain::scope::Scope;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{LONGEST_NAME, Told, change, name};
use crate::auth::Identity;
use crate::{Directory, Engine, Error, What};

/// Longest description, in characters.
const LONGEST_DESCRIPTION: usize = 2_000;

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountUpdate {
    /// Name of the company or brand.
    pub name: Option<String>,
    /// What it is for; an empty text takes it away.
    pub description: Option<String>,
    /// What the plan is called; an empty text takes it away.
    pub package: Option<String>,
    /// IANA time zone of calendars and charts.
    pub timezone: Option<String>,
}

/// The usual spelling of a time zone of the IANA database, whatever the case it is given in.
pub fn timezone_named(text: &str) -> Option<String> {
    TimeZone::get(text.trim())
        .ok()?
        .iana_name()
        .map(str::to_owned)
}

/// A time zone that exists.
pub(crate) fn timezone(field: &str, text: &str) -> Result<String, Error> {
    timezone_named(text).ok_or_else(|| {
        Error::invalid(
            field,
            format!("the name of a time zone such as \"Europe/Berlin\" was expected, got {text:?}"),
        )
    })
}

/// Renames the account, describes it, or moves it to another time zone: from then on days, weeks and
/// months of charts are counted there, those of the past too.
pub async fn update_account(
    engine: &Engine,
    scope: &Scope,
    update: AccountUpdate,
) -> Result<Account, Error> {
    let title = update
        .name
        .map(|text| name("updates.name", &text))
        .transpose()?;
    let description = update
        .description
        .map(|text| words("updates.description", &text, LONGEST_DESCRIPTION))
        .transpose()?;
    let package = update
        .package
        .map(|text| words("updates.package", &text, LONGEST_NAME))
        .transpose()?;
    let zone = update
        .timezone
        .map(|text| timezone("updates.timezone", &text))
        .transpose()?;
    let account_id = scope.account_id();
    change(engine, scope, Permission::AccountUpdate, move |tx, _| {
        Box::pin(async move {
            let mut account = store::accounts::find(&mut *tx, account_id)
                .await?
                .ok_or(Error::NotFound(What::Account))?;
            let before = card(&account);
            account.name = title.unwrap_or(account.name);
            account.description = description.unwrap_or(account.description);
            account.package = package.unwrap_or(account.package);
            account.timezone = zone.unwrap_or(account.timezone);
            store::accounts::update(tx, &account).await?;
            let after = card(&account);
            let told = Told {
                kind: ChangeKind::AccountUpdated,
                object_id: account_id.0,
                topic_id: None,
                detail: after.clone(),
                before,
                after,
            };
            Ok((account, told))
        })
    })
    .await
}

/// Text without space around it; none when nothing is left.
fn words(field: &str, text: &str, longest: usize) -> Result<Option<String>, Error> {
    let text = text.trim();
    crate::inbox::check_length(field, text, longest)?;
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// What the history keeps.
fn card(account: &Account) -> Value {
    json!({
        "name": account.name,
        "description": account.description,
        "package": account.package,
        "timezone": account.timezone,
    })
}

/// The accounts of a user, by number, with what the user's role reaches there.
pub async fn accounts_of(
    engine: &Engine,
    identity: &Identity,
) -> Result<Vec<(Arc<Directory>, Scope)>, Error> {
    let user: UserId = identity.user_id();
    let mut found = Vec::new();
    for account_id in store::memberships::accounts_of(engine.db(), user).await? {
        // An account that the role closes to programs, or that the user left just now, is left out.
        if let Ok(scope) = identity.scope_for(engine, account_id).await {
            found.push((engine.directory(account_id).await?, scope));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones_are_those_of_the_iana_database() {
        for (text, named) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            (" europe/berlin ", Some("Europe/Berlin")),
            ("UTC", Some("UTC")),
            ("Berlin", None),
            ("+02:00", None),
            ("", None),
        ] {
            assert_eq!(timezone_named(text).as_deref(), named, "{text:?}");
        }
    }
}
