//! `users`: the members of the account, those too that are kept out of it, because links to them
//! stand in conversations.

use domain::ids::UserId;
use domain::time::UnixMillis;
use engine::directory::Member;
use engine::{Error, What};

use super::call::Call;
use super::query::fields::{Field, View, put_link};
use super::query::values::{Cell, Kind};
use super::query::{list as answer_list, one};
use super::reply::Answer;

/// A member as this resource shows it.
#[derive(Debug, Clone)]
pub struct Person {
    member: Member,
    last_login: Option<UnixMillis>,
}

impl Person {
    /// First and last name: what is before and after the first space. The model has one name.
    fn names<'a>(&'a self) -> (Option<&'a str>, Option<&'a str>) {
        let name = self.member.user.name.trim();
        let (first, last) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
        let filled = |part: &'a str| Some(part).filter(|part| !part.is_empty());
        (filled(first), filled(last.trim_start()))
    }
}

/// The fields of a user.
pub static FIELDS: &[Field<Person>] = &[
    Field::new("id", Kind::Id, "Identifier", |person: &Person, _| {
        Cell::Number(person.member.user.id.get())
    })
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "url",
        Kind::Address,
        "Its address",
        |person: &Person, view| Cell::Text(view.links.one("users", person.member.user.id)),
    )
    .always(),
    Field::new(
        "first_name",
        Kind::Text,
        "First name",
        |person: &Person, _| Cell::text(person.names().0),
    )
    .filtered()
    .sorted(),
    Field::new(
        "last_name",
        Kind::Text,
        "Last name",
        |person: &Person, _| Cell::text(person.names().1),
    )
    .filtered()
    .sorted(),
    Field::new(
        "email",
        Kind::Text,
        "E-mail address",
        |person: &Person, _| Cell::Text(person.member.user.email.clone()),
    )
    .filtered()
    .sorted(),
    Field::new(
        "timezone",
        Kind::Text,
        "Time zone, a name of the tz database",
        |person: &Person, view| {
            let own = person.member.membership.timezone.as_ref();
            Cell::Text(own.unwrap_or(&view.directory.account.timezone).clone())
        },
    )
    .filtered()
    .sorted(),
    Field::new(
        "date_joined",
        Kind::Date,
        "When the user joined the account",
        |person: &Person, _| Cell::at(Some(person.member.membership.added_at)),
    )
    .filtered()
    .sorted(),
    Field::new(
        "last_login",
        Kind::Date,
        "When the user signed in last",
        |person: &Person, _| Cell::at(person.last_login),
    )
    .filtered()
    .sorted(),
    Field::new(
        "is_expert",
        Kind::Flag,
        "Is asked for what agents do not know",
        |person: &Person, _| Cell::Flag(person.member.membership.is_expert),
    )
    .filtered()
    .sorted(),
    // There are no groups of experts here.
    Field::new(
        "crowds_name",
        Kind::Text,
        "Group of experts; always null",
        |_: &Person, _| Cell::Null,
    )
    .filtered()
    .sorted(),
    Field::new(
        "account",
        Kind::Link,
        "The account",
        |person: &Person, _| Cell::Number(person.member.membership.account_id.get()),
    )
    .filtered()
    .written(|object, name, person, view| {
        let id = person.member.membership.account_id;
        put_link(object, name, view.links, "accounts", Some(id));
    }),
];

/// `GET /users`.
pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()).await?;
    let people = people(&call, directory.members.values()).await?;
    let view = View::of(&call, &directory);
    answer_list(&call, "users", people.iter(), FIELDS, &view)
}

/// `GET /users/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id("id", UserId::parse, What::User)?;
    let directory = call.engine.directory(call.account_id()).await?;
    let found = people(&call, directory.members.get(&id).into_iter()).await?;
    let person = found.first().ok_or(Error::NotFound(What::User))?;
    Ok(one(
        &call,
        "user",
        person,
        FIELDS,
        &View::of(&call, &directory),
    ))
}

async fn people<'a>(
    call: &Call,
    members: impl Iterator<Item = &'a Member>,
) -> Result<Vec<Person>, Error> {
    let logins = engine::settings::last_logins(&call.engine, &call.scope).await?;
    Ok(members
        .map(|member| Person {
            member: member.clone(),
            last_login: logins.get(&member.user.id).copied(),
        })
        .collect())
}
