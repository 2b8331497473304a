//! `reports`: asked for, polled, fetched by the link in `download`.

use domain::ids::{AccountId, ProfileId, ReportId};
use domain::report::{Report, ReportDate, ReportFormat, ReportSubject};
use engine::reports::NewReport;
use engine::{Error, What};
use jiff::civil::Date;

use super::call::{Body, Call};
use super::downloads;
use super::errors::{Failure, expected, missing};
use super::query::fields::{Field, View, put_link};
use super::query::values::{Cell, Kind};
use super::query::{list as answer_list, one};
use super::reply::Answer;
use crate::http::dates::{Written, parse_written};
use crate::http::origin::Origin;

/// A report with the link to its file, where the caller may have it.
#[derive(Debug, Clone)]
pub struct Entry {
    report: Report,
    download: Option<String>,
}

impl Entry {
    fn of(call: &Call, report: Report) -> Self {
        let origin = Origin::new(&call.engine.config().public_url);
        let link = engine::reports::link(&call.engine, &call.scope, &report);
        Self {
            download: link.map(|link| downloads::address(&origin, &link)),
            report,
        }
    }

    const fn channel(&self) -> Option<ProfileId> {
        match self.report.subject {
            ReportSubject::Account => None,
            ReportSubject::Profile(id) => Some(id),
        }
    }
}

/// The fields of a report. Those about its making appear one after the other ("attributes
/// appear", reports page); `channel` is not among those that a recorded client knows.
pub static FIELDS: &[Field<Entry>] = &[
    Field::new("id", Kind::Id, "Identifier", |entry: &Entry, _| {
        Cell::Number(entry.report.id.get())
    })
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "url",
        Kind::Address,
        "Its address",
        |entry: &Entry, view| Cell::Text(view.links.one("reports", entry.report.id)),
    )
    .always(),
    Field::new(
        "name",
        Kind::Text,
        "What it is about",
        |entry: &Entry, _| Cell::Text(entry.report.name.clone()),
    )
    .filtered()
    .sorted(),
    Field::new("account", Kind::Link, "Its account", |entry: &Entry, _| {
        Cell::Number(entry.report.account_id.get())
    })
    .filtered()
    // The documentation's examples have the plural.
    .also(&["accounts"])
    .written(|object, name, entry, view| {
        let id = entry.report.account_id;
        put_link(object, name, view.links, "accounts", Some(id));
    }),
    Field::new(
        "channel",
        Kind::Link,
        "The channel it is about, unless it is the whole account",
        |entry: &Entry, _| {
            let channel = entry.channel();
            channel.map_or(Cell::Null, |id| Cell::Number(id.get()))
        },
    )
    .asked()
    .filtered()
    .also(&["channels"])
    .written(|object, name, entry, view| {
        put_link(object, name, view.links, "channels", entry.channel());
    }),
    Field::new("date_from", Kind::Day, "First day", |entry: &Entry, _| {
        Cell::day(entry.report.first_day)
    })
    .filtered()
    .sorted(),
    Field::new("date_to", Kind::Day, "Last day", |entry: &Entry, _| {
        Cell::day(entry.report.last_day)
    })
    .filtered()
    .sorted(),
    Field::new(
        "date_type",
        Kind::Text,
        "Which date of a message lies in the range: `created_date` or `updated_date`",
        |entry: &Entry, _| Cell::Text(entry.report.by.as_str().to_owned()),
    )
    .filtered()
    .sorted(),
    Field::new(
        "generated_by",
        Kind::Link,
        "The user who asked for it; null when a program did",
        |entry: &Entry, _| {
            let user = entry.report.user_id;
            user.map_or(Cell::Null, |id| Cell::Number(id.get()))
        },
    )
    .filtered()
    .written(|object, name, entry, view| {
        put_link(object, name, view.links, "users", entry.report.user_id);
    }),
    Field::new(
        "generation_start_date",
        Kind::Date,
        "When work on it began",
        |entry: &Entry, _| Cell::at(entry.report.started_at),
    )
    .absent_unset()
    .filtered()
    .sorted(),
    Field::new(
        "generated_date",
        Kind::Date,
        "When it was ready",
        |entry: &Entry, _| Cell::at(entry.report.generated_at),
    )
    .absent_unset()
    .filtered()
    .sorted(),
    Field::new(
        "download",
        Kind::Address,
        "The file, for those who may export",
        |entry: &Entry, _| Cell::text(entry.download.as_deref()),
    )
    .absent_unset(),
    Field::new(
        "failure",
        Kind::Text,
        "Why there is no file",
        |entry: &Entry, _| Cell::text(entry.report.failure.as_deref()),
    )
    .absent_unset()
    .filtered()
    .sorted(),
];

/// `GET /reports`.
pub async fn list(call: Call) -> Answer {
    let reports = engine::reports::list(&call.engine, &call.scope).await?;
    let entries: Vec<Entry> = reports
        .into_iter()
        .map(|report| Entry::of(&call, report))
        .collect();
    let directory = call.engine.directory(call.account_id()).await?;
    let view = View::of(&call, &directory);
    answer_list(&call, "reports", entries.iter(), FIELDS, &view)
}

/// `GET /reports/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id("id", ReportId::parse, What::Report)?;
    let report = engine::reports::get(&call.engine, &call.scope, id).await?;
    answer_one(&call, report).await
}

/// `POST /reports`.
pub async fn create(call: Call) -> Answer {
    let new = NewReport {
        subject: subject(&call)?,
        first_day: day(&call.body, "date_from")?,
        last_day: day(&call.body, "date_to")?,
        by: word(
            &call.body,
            "date_type",
            ReportDate::parse,
            "created_date or updated_date",
        )?,
        format: word(&call.body, "format", ReportFormat::parse, "xlsx or csv")?,
    };
    let report = engine::reports::create(&call.engine, &call.scope, new).await?;
    answer_one(&call, report).await
}

async fn answer_one(call: &Call, report: Report) -> Answer {
    let entry = Entry::of(call, report);
    let directory = call.engine.directory(call.account_id()).await?;
    Ok(one(
        call,
        "report",
        &entry,
        FIELDS,
        &View::of(call, &directory),
    ))
}

/// The account or one channel: exactly one of them is named.
fn subject(call: &Call) -> Result<ReportSubject, Failure> {
    let text = |name| {
        call.body
            .text(name)
            .map(|text| text.filter(|text| !text.trim().is_empty()))
    };
    match (text("account")?, text("channel")?) {
        (None, None) => Err(Failure::Missing {
            param: "account",
            message: r#"Either "account" or "channel" is needed."#.to_owned(),
        }),
        (Some(_), Some(_)) => Err(Error::invalid(
            "account",
            r#"only one of "account" and "channel" was expected"#,
        )
        .into()),
        (Some(account), None) => {
            let id = AccountId::parse(account.trim());
            id.filter(|id| *id == call.account_id())
                .map(|_| ReportSubject::Account)
                .ok_or_else(|| Error::NotFound(What::Account).into())
        }
        (None, Some(channel)) => ProfileId::parse(channel.trim())
            .map(ReportSubject::Profile)
            .ok_or_else(|| Error::NotFound(What::Profile).into()),
    }
}

fn day(body: &Body, name: &'static str) -> Result<Date, Failure> {
    let text = body.text(name)?.ok_or_else(|| missing(name))?;
    match parse_written(&text) {
        Some(Written::Day(day)) => Ok(day),
        _ => Err(expected(name, "a day as 2026-05-26", &text).into()),
    }
}

fn word<T: Default>(
    body: &Body,
    name: &str,
    parse: fn(&str) -> Option<T>,
    words: &str,
) -> Result<T, Error> {
    match body.text(name)? {
        None => Ok(T::default()),
        Some(text) => parse(text.trim()).ok_or_else(|| expected(name, words, &text)),
    }
}
