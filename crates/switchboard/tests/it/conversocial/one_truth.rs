//! What is done through Social Connect is what the Conversocial API tells.
//!
//! Random histories; after each step every answer of the one API is worked out from answers of the
//! other, by the table of what corresponds to what.

use std::collections::BTreeMap;

use domain::time::UnixMillis;
use serde_json::{Value, json};

use domain::source::Service;

use super::client::{Cv, ORIGIN};
use super::world::hex;
use crate::support::{App, Client, NewPerson, START};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len() as u64)]
    }
}

/// Mentions that belong together: a thread, or what one person writes in private.
#[derive(Debug)]
struct Group {
    id: i64,
    key: String,
    members: Vec<i64>,
    /// Takes more mentions.
    is_open: bool,
}

struct History {
    app: App,
    agents: Vec<Client>,
    program: Cv,
    channel: i64,
    dice: Dice,
    groups: Vec<Group>,
    /// What Social Connect says of each mention.
    mentions: BTreeMap<i64, Value>,
    added: usize,
}

impl History {
    async fn begin(seed: u64) -> Self {
        let app = App::test().await;
        let channel = app.channel(Service::Facebook, "page", "Demo page").await;
        let colleague = app.member(NewPerson::default()).await;
        Self {
            agents: vec![(*app).clone(), colleague.client.in_topic(app.topic)],
            program: app.program().await,
            channel,
            dice: Dice(seed),
            groups: Vec::new(),
            mentions: BTreeMap::new(),
            added: 0,
            app,
        }
    }

    async fn step(&mut self) -> String {
        self.app
            .advance(1_000 * i64::try_from(self.dice.roll(420)).unwrap());
        let ids: Vec<i64> = self.mentions.keys().copied().collect();
        if ids.is_empty() || self.dice.roll(3) == 0 {
            return self.add().await;
        }
        let id = ids[self.dice.roll(ids.len() as u64)];
        if self.dice.roll(24) == 0 {
            let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
            self.app.delete(&path).await.response();
            for group in &mut self.groups {
                group.members.retain(|member| *member != id);
            }
            return format!("delete {id}");
        }
        let tag = self.dice.pick(&["late", "lost", "thanks"]);
        let me = self.app.first.user_id.get();
        let mut options = json!({"tags_edit_mode": "add"});
        let updates = match self.dice.roll(8) {
            0 => json!({ "tags": [tag] }),
            1 => {
                options = json!({"tags_edit_mode": "delete"});
                json!({ "tags": [tag] })
            }
            2 => json!({"assignees": [{"id": me, "type": "user"}]}),
            3 => json!({"assignees": []}),
            4 => {
                json!({"message": {"sentiment": self.dice.pick(&["positive", "neutral", "negative", "unset"])}})
            }
            5 => json!({"priority": {"id": self.dice.roll(11)}}),
            6 => {
                json!({"actions": [{"type": "note", "extra": format!("note {}", self.dice.roll(99))}]})
            }
            _ => json!({"status": self.dice.pick(&["new", "pending", "done"])}),
        };
        let agent = self.agents[self.dice.roll(2)].clone();
        let answer = agent
            .update_with(
                &id.to_string(),
                &updates,
                &[("options", &options.to_string())],
            )
            .await;
        // setting the status that is set already is an error, and nothing else is
        let is_fine =
            answer.status() == 200 || (answer.status() == 400 && updates.get("status").is_some());
        assert!(is_fine, "{}", answer.text());
        format!("{updates} on {id}")
    }

    async fn add(&mut self) -> String {
        self.added += 1;
        let is_private = self.dice.roll(2) == 0;
        let author = self.dice.pick(&["11", "12", "13"]);
        let thread = self.dice.pick(&["top1", "top2", "top3"]);
        let mut item = json!({
            "message": {"content": format!("message {}", self.added)},
            "author": {"id": author, "name": format!("name{author}")},
            "source": {"service": "facebook", "id": format!("s{}", self.added)},
            "status": self.dice.pick(&["new", "new", "pending", "done"]),
        });
        if self.dice.roll(2) == 0 {
            item["source"]["profile"] = json!("page");
            item["source"]["url"] = json!(format!("https://example.org/{}", self.added));
        }
        if self.dice.roll(2) == 0 {
            item["priority"] = json!({"id": self.dice.roll(11)});
        }
        if self.dice.roll(3) == 0 {
            item["tags"] = json!([self.dice.pick(&["late", "lost"])]);
        }
        if self.dice.roll(2) == 0 {
            let before = START.seconds() - i64::try_from(self.dice.roll(5) * 1_000).unwrap();
            item["date"] = json!({ "published": before });
        }
        if self.dice.roll(4) == 0 {
            item["message"]["attachments"] =
                json!([{"type": "photo", "url": "https://example.org/a.png", "title": "A"}]);
        }
        let key = if is_private {
            item["message"]["type"] = json!("privatemessage");
            // of one page or another, each has its own conversations
            let page = item["source"]["profile"].as_str().unwrap_or_default();
            format!("private {author} {page}")
        } else {
            item["message"]["type"] = json!(self.dice.pick(&["post", "comment"]));
            item["source"]["thread_id"] = json!(thread);
            if self.added > 1 && self.dice.roll(2) == 0 {
                let answered = 1 + self.dice.roll(self.added as u64 - 1);
                item["source"]["in_reply_to_message_id"] = json!(format!("s{answered}"));
            }
            format!("thread {thread}")
        };
        let new = self.app.add_one(item.clone()).await;
        let id: i64 = new["id"].as_str().unwrap().parse().unwrap();
        let is_done = |member: &i64| self.mentions[member]["status"] == "done";
        let present = self
            .groups
            .iter_mut()
            .find(|group| group.is_open && group.key == key);
        match present {
            // a person begins anew when everything is done
            Some(group) if is_private && group.members.iter().all(is_done) => {
                group.is_open = false;
                self.open(id, key);
            }
            Some(group) => group.members.push(id),
            None => self.open(id, key),
        }
        format!("add {item}")
    }

    fn open(&mut self, id: i64, key: String) {
        self.groups.push(Group {
            id,
            key,
            members: vec![id],
            is_open: true,
        });
    }

    /// Reads all mentions anew through Social Connect.
    async fn read(&mut self) {
        let all = self
            .app
            .mentions(&[("limit", "100"), ("filter", "is:public OR is:private")])
            .await
            .data();
        self.mentions = all
            .into_iter()
            .map(|mention| (mention["id"].as_str().unwrap().parse().unwrap(), mention))
            .collect();
    }

    async fn compare(&self, when: &str) {
        for version in ["v1.1", "v1.3"] {
            let told = self
                .program
                .json(&format!(
                    "/{version}/conversations?is_priority=true&is_priority=false&page_size=50\
                    &include=content&include=notes&include=actions"
                ))
                .await;
            let expected = self.expected(version).await;
            for part in ["conversations", "content", "notes", "actions"] {
                assert_eq!(told[part], expected[part], "{part} of {version} {when}");
            }
        }
        let expected = self.expected("v1.3").await;
        for status in ["unread", "read", "archived"] {
            let told = self
                .program
                .json(&format!(
                    "/v1.3/conversations?status={status}&page_size=50&fields=id"
                ))
                .await;
            let all = expected["conversations"].as_array().unwrap().iter();
            let wanted: Vec<Value> = all
                .filter(|one| one["status"] == status)
                .map(|one| json!({"id": one["id"]}))
                .collect();
            assert_eq!(told["conversations"], json!(wanted), "{status} {when}");
        }
        for group in &self.groups {
            let address = format!("/v1.3/conversations/{}", hex(&group.id.to_string()));
            let answer = self.program.get(&address).await;
            if group.members.is_empty() {
                assert_eq!(answer.status(), 404, "{address} {when}");
                continue;
            }
            let all = expected["conversations"].as_array().unwrap();
            let wanted = all
                .iter()
                .find(|one| one["url"] == format!("{ORIGIN}{address}"));
            assert_eq!(Some(&answer.json()["conversation"]), wanted, "{when}");
        }
    }

    /// What the other API must say, of Social Connect's answers alone.
    async fn expected(&self, version: &str) -> Value {
        let tags = self
            .app
            .get("/{a}/settings/tags", &[("limit", "100")])
            .await
            .data();
        let table = Table {
            base: format!("{ORIGIN}/{version}"),
            channel: self.channel,
            tags: tags
                .iter()
                .map(|tag| (tag["tag"].as_str().unwrap().to_owned(), number(&tag["id"])))
                .collect(),
            sources: self
                .mentions
                .iter()
                .filter_map(|(id, mention)| {
                    Some((mention["source"]["id"].as_str()?.to_owned(), *id))
                })
                .collect(),
        };
        let mut all: Vec<(i64, i64, Value, Vec<&Value>)> = Vec::new();
        for group in &self.groups {
            let mut members: Vec<(i64, i64)> = group
                .members
                .iter()
                .map(|id| (at(&self.mentions[id]), *id))
                .collect();
            members.sort_unstable();
            let members: Vec<&Value> = members.iter().map(|(_, id)| &self.mentions[id]).collect();
            let Some(first) = members.first() else {
                continue;
            };
            let conversation = table.conversation(group.id, &members);
            all.push((at(first), group.id, conversation, members));
        }
        all.sort_by_key(|(at, id, ..)| (*at, *id));
        let members = || {
            all.iter()
                .flat_map(|(_, id, _, members)| members.iter().map(|one| (*id, *one)))
        };
        json!({
            "conversations": all.iter().map(|(_, _, one, _)| one).collect::<Vec<_>>(),
            "content": members().map(|(_, one)| table.content(one)).collect::<Vec<_>>(),
            "notes": members().flat_map(|(id, one)| table.notes(id, one)).collect::<Vec<_>>(),
            "actions": members().flat_map(|(id, one)| table.actions(id, one)).collect::<Vec<_>>(),
        })
    }
}

fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .unwrap_or_else(|| panic!("{value}"))
}

/// Date of publication, else of arrival.
fn at(mention: &Value) -> i64 {
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

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The actions of a mention, oldest first, with their numbers.
fn history(mention: &Value) -> Vec<(usize, Value)> {
    let mut actions = list(&mention["actions"]);
    actions.reverse();
    (1..).zip(actions).collect()
}

/// What corresponds to what.
struct Table {
    base: String,
    channel: i64,
    /// Numbers of tags by name.
    tags: BTreeMap<String, i64>,
    /// Numbers of mentions by their identifier at the service.
    sources: BTreeMap<String, i64>,
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

    fn conversation(&self, id: i64, mentions: &[&Value]) -> Value {
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

    fn content(&self, mention: &Value) -> Value {
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

    fn notes(&self, id: i64, mention: &Value) -> Vec<Value> {
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

    fn actions(&self, id: i64, mention: &Value) -> Vec<Value> {
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

/// Some histories, so that several run at once.
async fn histories(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut history = History::begin(seed).await;
        let mut steps = Vec::new();
        for _ in 0..40 {
            steps.push(history.step().await);
            history.read().await;
            let when = format!("in history {seed} after\n{}", steps.join("\n"));
            history.compare(&when).await;
        }
        let work: usize = history
            .mentions
            .values()
            .map(|one| list(&one["actions"]).len())
            .sum();
        assert!(
            history.groups.len() > 3 && work > 8,
            "{work} actions are no history"
        );
    }
}

#[tokio::test]
async fn what_is_done_through_one_api_is_told_by_the_other() {
    histories(1..4).await;
}

#[tokio::test]
async fn what_is_done_through_one_api_is_told_by_the_other_in_further_histories() {
    histories(4..7).await;
}
