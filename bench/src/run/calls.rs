//! What several measurements ask of the API.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use hyper::Method;
use serde_json::{Value, json};

use crate::data::{CATEGORIES, Item, LANGUAGES, SENTIMENTS, SERVICES};
use crate::http::{Client, response};
use crate::load::Loaded;
use crate::measure::now;
use crate::queries::Question;
use crate::server::Access;

/// The item as `inbox/add` takes it.
pub(super) fn api_item(number: i64, item: &Item, topic_id: i64) -> Value {
    json!({
        "topic": { "id": topic_id },
        "message": { "content": item.text, "language": LANGUAGES.get(item.language), "sentiment": SENTIMENTS.get(item.sentiment), "type": "post" },
        "author": { "id": item.author.to_string(), "name": format!("author{}", item.author), "fullname": format!("Author Number {}", item.author), "url": format!("https://example.com/people/{}", item.author), "img": format!("https://img.example.com/{}/normal.jpg", item.author) },
        "source": { "id": format!("m{number}"), "category": CATEGORIES.get(item.service), "service": SERVICES.get(item.service), "domain": "example.com", "url": format!("https://example.com/posts/m{number}") },
        "tags": item.tags.iter().map(|tag| format!("tag{tag}")).collect::<Vec<_>>(),
        "status": (["new", "pending", "done"].get(item.status)),
    })
}

/// Makes a topic through the settings API.
pub(super) async fn make_topic(client: &mut Client, access: &Access, name: &str) -> Result<i64> {
    let topic = json!({ "name": name }).to_string();
    let made = client
        .post_form(
            &format!("/{}/settings/topics", access.account_id),
            "topic",
            &topic,
        )
        .await?;
    response(&made)?
        .get("id")
        .and_then(Value::as_i64)
        .context("a topic without id")
}

pub(super) async fn count(
    client: &mut Client,
    access: &Access,
    more: &[(&str, String)],
) -> Result<i64> {
    try_count(client, access, more)
        .await?
        .context("the index is not complete")
}

/// How many mentions there are; nothing while the index is not complete.
pub(super) async fn try_count(
    client: &mut Client,
    access: &Access,
    more: &[(&str, String)],
) -> Result<Option<i64>> {
    let mut query = vec![
        ("limit", "0".to_owned()),
        ("date_from", "2000-01-01".to_owned()),
    ];
    query.extend(more.iter().cloned());
    let path = format!("/{}/inbox/mentions", access.account_id);
    let (status, answer) = client.send(Method::GET, &path, &query, None).await?;
    match status {
        200 => response(&answer)?
            .get("count")
            .and_then(Value::as_i64)
            .context("a list without count")
            .map(Some),
        503 => Ok(None),
        _ => bail!("GET {path}: {status} {}", String::from_utf8_lossy(&answer)),
    }
}

/// Asks the API a question; returns how long the answer took, without what prepared it.
pub(super) async fn ask(
    client: &mut Client,
    access: &Access,
    question: &Question,
    loaded: &Loaded,
) -> Result<Duration> {
    let topic = loaded
        .topics
        .get(question.topic)
        .copied()
        .unwrap_or_default();
    let mut query = vec![("topic_ids", topic.to_string())];
    if !question.filter.is_empty() {
        query.push(("filter", question.filter.clone()));
    }
    let from = question
        .days
        .map_or(loaded.start_ms, |days| loaded.end_ms - days * 86_400_000);
    query.push(("date_from", (from / 1_000).to_string()));
    let path = if let Some(facet) = &question.facet {
        query.push(("facetdefinitions", facet.to_string()));
        format!("/{}/insights/facets", access.account_id)
    } else {
        query.push(("limit", question.limit.to_string()));
        format!("/{}/inbox/mentions", access.account_id)
    };
    if let Some(at) = question.deep_at_ms {
        let token = deep_token(client, access, topic, loaded, at).await?;
        query.push(("page_token", token));
    }
    let begin = now();
    client.get(&path, &query).await?;
    Ok(begin.elapsed())
}

/// A page token in the depth of a list: that of a one-row list which ends there.
async fn deep_token(
    client: &mut Client,
    access: &Access,
    topic: i64,
    loaded: &Loaded,
    at: i64,
) -> Result<String> {
    let query = [
        ("topic_ids", topic.to_string()),
        ("limit", "1".to_owned()),
        ("date_from", (loaded.start_ms / 1_000).to_string()),
        ("date_to", ((loaded.start_ms + at) / 1_000).to_string()),
    ];
    let answer = response(
        &client
            .get(&format!("/{}/inbox/mentions", access.account_id), &query)
            .await?,
    )?;
    let Some(next) = answer.pointer("/paging/next_url").and_then(Value::as_str) else {
        return Ok(String::new());
    };
    let token = next
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix("page_token="))
        .context("a next_url without page_token")?;
    Ok(percent_encoding::percent_decode_str(token)
        .decode_utf8()?
        .into_owned())
}
