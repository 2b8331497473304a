//! Lists of conversations through the second API, over everything that was loaded.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Amounts;
use crate::data::{DAYS, Generator, TAGS};
use crate::http::Client;
use crate::load::Loaded;
use crate::measure::{Samples, now};
use crate::report::{Report, Row};
use crate::server::{Access, Installation, Server};

/// What a page may take at the median, in milliseconds.
const PROMISED_MS: f64 = 50.0;

/// A list that people ask for, with details that change from call to call.
type Asked = (&'static str, fn(&mut Generator, &Known) -> String);

/// Numbers of what was loaded.
struct Known {
    tags: Vec<i64>,
    user: i64,
    start_ms: i64,
}

const LISTS: [Asked; 10] = [
    ("C1 unread, oldest first", |_, _| {
        "status=unread&is_priority=false".into()
    }),
    ("C2 from a day on", |random, known| {
        format!(
            "is_priority=false&oldest_sort_date_gte={}",
            a_day(random, known)
        )
    }),
    ("C3 newest first", |_, _| {
        "is_priority=false&sort=-newest_sort_date".into()
    }),
    ("C4 unread, newest first", |_, _| {
        "status=unread&sort=-newest_sort_date".into()
    }),
    ("C5 a frequent tag", |random, known| {
        format!("is_priority=false&tags={}", tag(known, random.below(5)))
    }),
    ("C6 a rare tag, newest first", |random, known| {
        format!(
            "is_priority=false&sort=-newest_sort_date&tags={}",
            tag(known, TAGS - 1 - random.below(20))
        )
    }),
    ("C7 an author", |random, _| {
        format!("is_priority=false&author=f:{}", random.below(1_000))
    }),
    ("C8 assigned to somebody with no work", |_, known| {
        format!("is_priority=false&assigned_to={}", known.user)
    }),
    ("C9 private, which nothing is", |_, _| {
        "is_priority=false&contains_private=true".into()
    }),
    ("C10 a page with content", |random, known| {
        format!(
            "is_priority=false&include=content&oldest_sort_date_gte={}",
            a_day(random, known)
        )
    }),
];

pub(super) async fn conversations(
    report: &mut Report,
    amounts: &Amounts,
    installation: &Installation,
    server: &Server,
    access: &Access,
    loaded: &Loaded,
) -> Result<()> {
    let key = installation.key(access).await?;
    let mut client = Client::connect_as(&server.address, &key.0, &key.1).await?;
    let known = known(&mut client, loaded).await?;
    let mut random = Generator::new(78, 0);
    for (title, arguments) in LISTS {
        let mut samples = Samples::default();
        let mut found = 0;
        for round in 0..amounts.repeats + 3 {
            let path = format!(
                "/v1.3/conversations?page_size=20&{}",
                arguments(&mut random, &known)
            );
            let begin = now();
            let answer = client.get(&path, &[]).await?;
            if round >= 3 {
                samples.add(begin.elapsed());
            }
            found = list(&answer, "conversations")?.len();
        }
        let median = samples.median_ms();
        let is_met = if median <= PROMISED_MS {
            "met"
        } else {
            "**missed**"
        };
        report.add(Row {
            name: title.into(),
            ours: median,
            peer: None,
            unit: "ms",
            more_is_better: false,
            target: None,
            tails: Some((samples.p99_ms(), None)),
            remark: format!(
                "n={}; {found} on the last page; promised <= {PROMISED_MS} ms: {is_met}",
                samples.len()
            ),
        });
    }
    Ok(())
}

async fn known(client: &mut Client, loaded: &Loaded) -> Result<Known> {
    let mut tags = Vec::new();
    for number in 0..TAGS {
        let path = format!("/v1.3/tags?fields=id&name=tag{number}");
        let answer = client.get(&path, &[]).await?;
        let found = list(&answer, "tags")?;
        tags.extend(found.first().and_then(id));
    }
    let answer = client.get("/v1.3/users?fields=id", &[]).await?;
    let users = list(&answer, "users")?;
    Ok(Known {
        tags,
        user: users.first().and_then(id).context("a user")?,
        start_ms: loaded.start_ms,
    })
}

fn list(answer: &[u8], name: &str) -> Result<Vec<Value>> {
    let mut answer: Value = serde_json::from_slice(answer)?;
    match answer.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) => Ok(list),
        _ => anyhow::bail!("an answer without a list of {name}"),
    }
}

fn id(thing: &Value) -> Option<i64> {
    thing.get("id")?.as_str()?.parse().ok()
}

fn tag(known: &Known, rank: usize) -> i64 {
    known.tags.get(rank).copied().unwrap_or_default()
}

/// A day within the data, as the API writes it.
fn a_day(random: &mut Generator, known: &Known) -> String {
    let days = i64::try_from(random.below(usize::try_from(DAYS).unwrap_or(1))).unwrap_or_default();
    let at = domain::time::UnixMillis(known.start_ms + days * 86_400_000);
    at.to_string().chars().take(10).collect()
}
