//! What is done through Social Connect is what the Conversocial API tells.
//!
//! Random histories; after each step the answers of the one API are worked out from answers of the
//! other, by the table of what corresponds to what.

mod history;
mod table;

use serde_json::{Value, json};

use self::history::{Group, History};
use self::table::{Table, at, list, number};
use super::client::ORIGIN;
use super::dice::amount;
use super::world::hex;

/// Steps of a history.
const STEPS: usize = 40;
/// After so many steps everything is compared, not only what lists show and what was touched.
const EVERYTHING_EVERY: usize = 10;

impl History {
    /// Compares what lists of v1.3 show, by status, too. Gives what they must show.
    async fn compare_lists(&self, when: &str) -> Value {
        let expected = self.compare_whole_list("v1.3", when).await;
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
        expected
    }

    /// Compares the list of everything, with everything that can be put beside it.
    async fn compare_whole_list(&self, version: &str, when: &str) -> Value {
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
        expected
    }

    /// Compares one conversation, asked for alone.
    async fn compare_one(&self, group: &Group, expected: &Value, when: &str) {
        let address = format!("/v1.3/conversations/{}", hex(&group.id.to_string()));
        let answer = self.program.get(&address).await;
        if group.members.is_empty() {
            assert_eq!(answer.status(), 404, "{address} {when}");
            return;
        }
        let all = expected["conversations"].as_array().unwrap();
        let url = format!("{ORIGIN}{address}");
        let wanted = all.iter().find(|one| one["url"] == url);
        assert_eq!(Some(&answer.json()["conversation"]), wanted, "{when}");
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

/// Runs a history from its first step to its last; gives how many actions are left in the end.
async fn run(seed: u64) -> usize {
    let mut history = History::begin(seed).await;
    let mut steps = Vec::new();
    for number in 1..=STEPS {
        let step = history.step().await;
        history.read().await;
        steps.push(step.told);
        let when = format!("in history {seed} after\n{}", steps.join("\n"));
        let expected = history.compare_lists(&when).await;
        if number % EVERYTHING_EVERY == 0 {
            history.compare_whole_list("v1.1", &when).await;
            for group in &history.groups {
                history.compare_one(group, &expected, &when).await;
            }
        } else {
            let group = &history.groups[step.group];
            history.compare_one(group, &expected, &when).await;
        }
    }
    let mentions = history.mentions.values();
    mentions.map(|one| list(&one["actions"]).len()).sum()
}

/// Runs histories one after the other. Work goes with the mentions that are deleted, so one of them
/// may be left with little, but not all.
async fn run_all(seeds: impl Iterator<Item = u64>) {
    let (mut work, mut count) = (0, 0);
    for seed in seeds {
        work += run(seed).await;
        count += 1;
    }
    assert!(work >= 8 * count, "{work} actions in {count} histories");
}

/// How many histories there are; each test has half of them, so that two run at once.
fn histories() -> u64 {
    amount("SWITCHBOARD_HISTORIES", 4)
}

#[tokio::test]
async fn what_is_done_through_one_api_is_told_by_the_other() {
    run_all((1..=histories()).step_by(2)).await;
}

#[tokio::test]
async fn what_is_done_through_one_api_is_told_by_the_other_in_further_histories() {
    run_all((2..=histories()).step_by(2)).await;
}
