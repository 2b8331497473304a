//! `accounts`: a token reaches one, although it is asked for like a list.

use domain::account::Account;
use domain::ids::AccountId;
use engine::{Error, What};

use super::call::Call;
use super::query::fields::{Field, View};
use super::query::values::{Cell, Kind};
use super::query::{list as answer_list, one};
use super::reply::Answer;
use crate::render::json::Object;

/// The fields of an account.
pub static FIELDS: &[Field<Account>] = &[
    Field::new("id", Kind::Id, "Identifier", |account: &Account, _| {
        Cell::Number(account.id.get())
    })
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "url",
        Kind::Address,
        "Its address",
        |account: &Account, view| Cell::Text(view.links.one("accounts", account.id)),
    )
    .always(),
    Field::new("name", Kind::Text, "Name", |account: &Account, _| {
        Cell::Text(account.name.clone())
    })
    .filtered()
    .sorted(),
    Field::new(
        "description",
        Kind::Text,
        "What it is for; empty while nobody has said it",
        |account: &Account, _| Cell::Text(account.description.clone().unwrap_or_default()),
    )
    .filtered()
    .sorted(),
    Field::new("package", Kind::Text, "Plan", |account: &Account, _| {
        Cell::Text(
            account
                .package
                .clone()
                .unwrap_or_else(|| package(account.plan.as_str())),
        )
    })
    .filtered()
    .sorted(),
    Field::new(
        "created_date",
        Kind::Date,
        "When it was made",
        |account: &Account, _| Cell::at(Some(account.added_at)),
    )
    .filtered()
    .sorted(),
    Field::new(
        "channels",
        Kind::Links,
        "Its channels within reach",
        |_: &Account, view| {
            let ids = view.directory.profiles_within(view.scope);
            Cell::Many(ids.map(|profile| Cell::Number(profile.id.get())).collect())
        },
    )
    .filtered()
    .written(put_channels),
    Field::new(
        "reports",
        Kind::Address,
        "The list of its reports",
        |account: &Account, view| {
            let id = account.id.to_string();
            Cell::Text(view.links.query("/reports", [("account", id.as_str())]))
        },
    ),
];

fn put_channels(object: &mut Object<'_>, name: &'static str, _: &Account, view: &View<'_>) {
    object.array(name, |array| {
        for profile in view.directory.profiles_within(view.scope) {
            array.object(|object| view.links.write(object, "channels", profile.id));
        }
    });
}

/// The plan without its edition: `enterprise_v5` is `Enterprise`, as in the documentation's
/// example.
fn package(plan: &str) -> String {
    let words = plan
        .trim_end_matches(|last: char| last.is_ascii_digit())
        .trim_end_matches('v')
        .trim_end_matches('_')
        .replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `GET /accounts`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()).await?;
    let view = View::of(&call, &directory);
    let items = std::iter::once(&directory.account);
    answer_list(&call, "accounts", items, FIELDS, &view)
}

/// `GET /accounts/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id("id", AccountId::parse, What::Account)?;
    if id != call.account_id() {
        return Err(Error::NotFound(What::Account).into());
    }
    let directory = call.engine.directory(id).await?;
    let view = View::of(&call, &directory);
    Ok(one(&call, "account", &directory.account, FIELDS, &view))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plan::Plan;

    #[test]
    fn a_package_is_a_plan_without_its_edition() {
        for (plan, expected) in [
            (Plan::EnterpriseV5, "Enterprise"),
            (Plan::Enterprisev3, "Enterprise"),
            (Plan::Professional, "Professional"),
            (Plan::Teamv4, "Team"),
            (Plan::Engagorv1, "Engagor"),
            (Plan::InternalOnlyInbox, "Internal only inbox"),
            (Plan::Free, "Free"),
        ] {
            assert_eq!(package(plan.as_str()), expected);
        }
    }
}
