//! Random work through Social Connect, and what it leads to.

use std::collections::BTreeMap;

use domain::source::Service;
use serde_json::{Value, json};

use crate::conversocial::client::Cv;
use crate::conversocial::dice::Dice;
use crate::support::{App, Client, NewPerson, START};

/// Mentions that belong together: a thread, or what one person writes in private.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) id: i64,
    key: String,
    pub(super) members: Vec<i64>,
    /// Takes more mentions.
    is_open: bool,
}

pub(super) struct History {
    pub(super) app: App,
    agents: Vec<Client>,
    pub(super) program: Cv,
    pub(super) channel: i64,
    dice: Dice,
    pub(super) groups: Vec<Group>,
    /// What Social Connect says of each mention.
    pub(super) mentions: BTreeMap<i64, Value>,
    added: u64,
}

/// One thing that was done.
pub(super) struct Step {
    pub(super) told: String,
    /// The group of the mention it was done to.
    pub(super) group: usize,
}

impl History {
    pub(super) async fn begin(seed: u64) -> Self {
        let app = App::test().await;
        let channel = app.channel(Service::Facebook, "page", "Demo page").await;
        let colleague = app.member(NewPerson::default()).await;
        Self {
            agents: vec![(*app).clone(), colleague.client.in_topic(app.topic)],
            program: app.program().await,
            channel,
            dice: Dice::new(seed),
            groups: Vec::new(),
            mentions: BTreeMap::new(),
            added: 0,
            app,
        }
    }

    /// A number below `sides`.
    fn roll(&self, sides: u64) -> i64 {
        i64::try_from(self.dice.roll(sides)).unwrap()
    }

    pub(super) async fn step(&mut self) -> Step {
        self.app.advance(1_000 * self.roll(420));
        let ids: Vec<i64> = self.mentions.keys().copied().collect();
        if ids.is_empty() || self.roll(3) == 0 {
            return self.add().await;
        }
        let id = *self.dice.pick(&ids);
        let mut groups = self.groups.iter();
        let group = groups
            .position(|group| group.members.contains(&id))
            .unwrap();
        if self.roll(24) == 0 {
            let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
            self.app.delete(&path).await.response();
            self.groups[group].members.retain(|member| *member != id);
            let told = format!("delete {id}");
            return Step { told, group };
        }
        let tag = self.dice.pick(&["late", "lost", "thanks"]);
        let me = self.app.first.user_id.get();
        let mut options = json!({"tags_edit_mode": "add"});
        let updates = match self.roll(8) {
            0 => json!({ "tags": [tag] }),
            1 => {
                options = json!({"tags_edit_mode": "delete"});
                json!({ "tags": [tag] })
            }
            2 => json!({"assignees": [{"id": me, "type": "user"}]}),
            3 => json!({"assignees": []}),
            4 => {
                let tone = self
                    .dice
                    .pick(&["positive", "neutral", "negative", "unset"]);
                json!({"message": {"sentiment": tone}})
            }
            5 => json!({"priority": {"id": self.roll(11)}}),
            6 => {
                let note = format!("note {}", self.roll(99));
                json!({"actions": [{"type": "note", "extra": note}]})
            }
            _ => json!({"status": self.dice.pick(&["new", "pending", "done"])}),
        };
        let agent = self.dice.pick(&self.agents);
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
        let told = format!("{updates} {options} on {id}");
        Step { told, group }
    }

    async fn add(&mut self) -> Step {
        self.added += 1;
        let is_private = self.roll(2) == 0;
        let author = self.dice.pick(&["11", "12", "13"]);
        let thread = self.dice.pick(&["top1", "top2", "top3"]);
        let mut item = json!({
            "message": {"content": format!("message {}", self.added)},
            "author": {"id": author, "name": format!("name{author}")},
            "source": {"service": "facebook", "id": format!("s{}", self.added)},
            "status": self.dice.pick(&["new", "new", "pending", "done"]),
        });
        if self.roll(2) == 0 {
            item["source"]["profile"] = json!("page");
            item["source"]["url"] = json!(format!("https://example.org/{}", self.added));
        }
        if self.roll(2) == 0 {
            item["priority"] = json!({"id": self.roll(11)});
        }
        if self.roll(3) == 0 {
            item["tags"] = json!([self.dice.pick(&["late", "lost"])]);
        }
        if self.roll(2) == 0 {
            let before = START.seconds() - self.roll(5) * 1_000;
            item["date"] = json!({ "published": before });
        }
        if self.roll(4) == 0 {
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
            if self.added > 1 && self.roll(2) == 0 {
                let answered = 1 + self.roll(self.added - 1);
                item["source"]["in_reply_to_message_id"] = json!(format!("s{answered}"));
            }
            format!("thread {thread}")
        };
        let new = self.app.add_one(item.clone()).await;
        let id: i64 = new["id"].as_str().unwrap().parse().unwrap();
        let is_done = |member: &i64| self.mentions[member]["status"] == "done";
        let mut groups = self.groups.iter();
        let present = groups.position(|group| group.is_open && group.key == key);
        let group = match present {
            // a person begins anew when everything is done
            Some(old) if is_private && self.groups[old].members.iter().all(is_done) => {
                self.groups[old].is_open = false;
                self.open(id, key)
            }
            Some(group) => {
                self.groups[group].members.push(id);
                group
            }
            None => self.open(id, key),
        };
        let told = format!("add {item}");
        Step { told, group }
    }

    fn open(&mut self, id: i64, key: String) -> usize {
        self.groups.push(Group {
            id,
            key,
            members: vec![id],
            is_open: true,
        });
        self.groups.len() - 1
    }

    /// Reads all mentions anew through Social Connect.
    pub(super) async fn read(&mut self) {
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
}
