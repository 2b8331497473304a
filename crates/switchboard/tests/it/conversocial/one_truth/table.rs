//! What corresponds to what: answers of the Conversocial API, made of those of Social Connect alone.

use std::collections::BTreeMap;

use domain::time::UnixMillis;
use serde_json::{Value, json};

use crate::conversocial::world::hex;

/// What corresponds to what.
pub(super) struct Table {
    /// What addresses begin with.
    pub(super) base: String,
    pub(super) channel: i64,
    /// Numbers of tags by name.
    pub(super) tags: BTreeMap<String, i64>,
    /// Numbers of mentions by their identifier at the service.
    pub(super) sources: BTreeMap<String, i64>,
}

impl Table {
    fn link(&self, resource: &str, id: impl std::fmt::Display) -> Value {
        json!({"id": id.to_string(), "url": format!("{}/{resource}/{id}", self.base)})
    }

    fn user(&self, user: &Value) -> Value {
        match user.get("id") {
            Some(id) => self.link("users", number(id)),
            None => Value::Null,
        }
    }

    fn tag_links(&self, names: &[String]) -> Value {
        let mut ids: Vec<i64> = names.iter().map(|name| self.tags[name]).collect();
        ids.sort_unstable();
        ids.dedup();
        json!(
            ids.iter()
                .map(|id| self.link("tags", id))
                .collect::<Vec<_>>()
        )
    }

    fn channels(&self, mentions: &[&Value]) -> Value {
        let is_there = mentions
            .iter()
            .any(|one| one["source"]["profile"] == "page");
        let mut channel = self.link("channels", self.channel);
        channel["name"] = json!("Demo page");
        if is_there {
            json!([channel])
        } else {
            json!([])
        }
    }

    pub(super) fn conversation(&self, id: i64, mentions: &[&Value]) -> Value {
        let mut by_number = mentions.to_vec();
        by_number.sort_by_key(|one| number(&one["id"]));
        let any = |test: &dyn Fn(&Value) -> bool| mentions.iter().any(|one| test(one));
        let status = if any(&|one| one["status"] == "new") {
            "unread"
        } else if any(&|one| one["status"] == "pending") {
            "read"
        } else {
            "archived"
        };
        let names: Vec<String> = mentions.iter().flat_map(|one| names(one)).collect();
        let assignee = by_number.iter().rev().find_map(|one| {
            let assignees = list(&one["assignees"]);
            assignees
                .into_iter()
                .find(|assignee| assignee["type"] == "user")
        });
        let mut stretches: Vec<(i64, i64, i64)> =
            mentions.iter().flat_map(|one| stretches(one)).collect();
        stretches.sort_by_key(|(_, start, _)| *start);
        let total: i64 = mentions
            .iter()
            .map(|one| number(&one["timestamps"]["handle_time"]))
            .sum();
        assert_eq!(
            stretches
                .iter()
                .map(|(_, start, end)| end - start)
                .sum::<i64>(),
            total
        );
        let mut conversation = self.link("conversations", hex(&id.to_string()));
        let author = by_number[0]["author"]["id"].as_str().unwrap();
        let more = json!({
            "status": status,
            "is_priority": any(&|one| is_urgent(one) && one["status"] != "done"),
            "contains_private": any(&|one| one["message"]["type"] == "privatemessage"),
            "tags": self.tag_links(&names),
            "author": self.link("authors", format!("f:{author}")),
            "channels": self.channels(mentions),
            "assigned_to": assignee.map(|assignee| self.user(&assignee)),
            "content_ids": mentions.iter().map(|one| hex(one["id"].as_str().unwrap())).collect::<Vec<_>>(),
            "handling_times": stretches.iter().map(|(user, start, end)| json!({
                "user": self.link("users", user),
                "started": date(*start),
                "ended": date(*end),
                "seconds": end - start,
            })).collect::<Vec<_>>(),
        });
        conversation
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        conversation
    }

    pub(super) fn content(&self, mention: &Value) -> Value {
        let (message, source) = (&mention["message"], &mention["source"]);
        let answered = source["in_reply_to_message_id"].as_str();
        let parent = answered.and_then(|id| self.sources.get(id));
        let judged = history(mention);
        let judged = judged
            .iter()
            .rev()
            .find(|(_, action)| action["type"] == "sentiment");
        let judge = judged.map_or(Value::Null, |(_, action)| self.user(&action["user"]));
        let attachments: Vec<Value> = list(&message["attachments"])
            .iter()
            .map(|one| json!({"type": one["type"], "url": one["url"], "title": one["title"]}))
            .collect();
        json!({
            "id": hex(mention["id"].as_str().unwrap()),
            "type": match message["type"].as_str().unwrap() {
                "privatemessage" => "private_message",
                other => other,
            },
            "platform": source["service"],
            "platform_id": source["id"],
            "link": source["url"],
            "created_date": date(at(mention)),
            "text": message["content"],
            "author": self.link("authors", format!("f:{}", mention["author"]["id"].as_str().unwrap())),
            "user": null,
            "is_by_source": mention["author"]["managed"],
            "is_private": message["type"] == "privatemessage",
            "is_priority": is_urgent(mention),
            "parent": parent.map(|id| hex(&id.to_string())),
            "channels": self.channels(&[mention]),
            "tags": self.tag_links(&names(mention)),
            "sentiment": score(message["sentiment"].as_str().unwrap())
                .map(|value| json!({"created_by": judge, "value": value})),
            "attachments": attachments,
        })
    }

    fn head(&self, id: i64, mention: &Value, number: &str, action: &Value) -> Value {
        json!({
            "id": format!("{}-{number}", hex(mention["id"].as_str().unwrap())),
            "conversation": hex(&id.to_string()),
            "user": self.user(&action["user"]),
            "created_date": date(action["date"]["added"].as_i64().unwrap()),
        })
    }

    pub(super) fn notes(&self, id: i64, mention: &Value) -> Vec<Value> {
        let notes = history(mention)
            .into_iter()
            .filter(|(_, action)| action["type"] == "note");
        notes
            .map(|(number, action)| {
                let mut note = self.head(id, mention, &number.to_string(), &action);
                note["text"] = action["details"].clone();
                note
            })
            .collect()
    }

    pub(super) fn actions(&self, id: i64, mention: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        for (number, action) in history(mention) {
            for ((word, details), part) in self.told(&action).into_iter().zip(1..) {
                let number = if part == 1 {
                    number.to_string()
                } else {
                    format!("{number}-{part}")
                };
                let mut one = self.head(id, mention, &number, &action);
                one["type"] = json!(word);
                one["details"] = details;
                all.push(one);
            }
        }
        all
    }

    fn told(&self, action: &Value) -> Vec<(&'static str, Value)> {
        let metadata = &action["metadata"];
        let words = action["description"].as_str().unwrap();
        match action["type"].as_str().unwrap() {
            "status" => vec![match metadata["status"].as_str().unwrap() {
                "done" => ("archived", json!({})),
                "pending" => ("read", json!({})),
                _ => ("unarchived", json!({})),
            }],
            "assign" => vec![match list(&metadata["assignees"]).first() {
                Some(user) => ("assigned", json!({"user": self.user(user)})),
                None => ("unassigned", json!({})),
            }],
            "tag" => {
                let (word, list) = words.split_once(" tags: ").unwrap();
                let names: Vec<String> = list.split(", ").map(str::to_owned).collect();
                let word = if word == "Added" {
                    "tagged"
                } else {
                    "untagged"
                };
                vec![(word, json!({"tags": self.tag_links(&names)}))]
            }
            "sentiment" => {
                let tone = words.strip_prefix("Sentiment changed to ").unwrap();
                vec![("sentiment_set", json!({"value": score(tone)}))]
            }
            "property" => {
                let is_urgent = ["high", "critical"]
                    .iter()
                    .any(|level| metadata["priority"] == *level);
                vec![("priority_set", json!({"is_priority": is_urgent}))]
            }
            "note" => vec![("note_added", json!({}))],
            other => panic!("{other}"),
        }
    }
}

fn names(mention: &Value) -> Vec<String> {
    let names = list(&mention["tags"]).into_iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

fn score(tone: &str) -> Option<i64> {
    match tone {
        "positive" => Some(1),
        "neutral" => Some(0),
        "negative" => Some(-1),
        _ => None,
    }
}

/// Stretches of work: what one person did without a pause of more than ten minutes.
fn stretches(mention: &Value) -> Vec<(i64, i64, i64)> {
    let mut all: Vec<(i64, i64, i64)> = Vec::new();
    for (_, action) in history(mention) {
        let at = action["date"]["added"].as_i64().unwrap();
        let user = number(&action["user"]["id"]);
        match all.last_mut() {
            Some((last, _, end)) if *last == user && at - *end <= 600 => *end = at,
            _ => all.push((user, at, at)),
        }
    }
    all.retain(|(_, start, end)| end > start);
    all
}

pub(super) fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .unwrap_or_else(|| panic!("{value}"))
}

/// Date of publication, else of arrival.
pub(super) fn at(mention: &Value) -> i64 {
    let date = &mention["date"];
    number(date.get("published").unwrap_or(&date["added"]))
}

fn date(seconds: i64) -> String {
    let moment = UnixMillis::from_seconds(seconds).to_string();
    moment.trim_end_matches('Z').to_owned()
}

/// Levels high and critical.
fn is_urgent(mention: &Value) -> bool {
    mention["priority"]["id"]
        .as_i64()
        .is_some_and(|level| level >= 6)
}

pub(super) fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The actions of a mention, oldest first, with their numbers.
fn history(mention: &Value) -> Vec<(usize, Value)> {
    let mut actions = list(&mention["actions"]);
    actions.reverse();
    (1..).zip(actions).collect()
}
