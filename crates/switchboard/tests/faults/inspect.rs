//! Reads everything through the API and checks that the ledger, the database, every list, count and
//! facet agree.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::ledger::{Findings, Ledger, SENTIMENTS, STATUSES, Seen, Shape};
use crate::place::{Place, whole};
use crate::process::until;

/// Tags of which each has a list looked through.
const MOST_TAGS: usize = 12;

/// How many mentions are also read one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Every so-manieth.
    Some(usize),
    All,
}

/// Somebody who looks.
#[derive(Debug)]
pub(crate) struct Inspector<'a> {
    place: &'a Place,
    address: SocketAddr,
    client: Client,
}

/// Whether a mention has what a filter asks for.
type Has<'a> = Box<dyn Fn(&Shape) -> bool + 'a>;

/// Elements of a list and the count that it states.
struct Listed {
    elements: Vec<Value>,
    count: u64,
}

impl<'a> Inspector<'a> {
    pub(crate) fn new(place: &'a Place, address: SocketAddr) -> Self {
        Self {
            place,
            address,
            client: Client::new(&*place.token),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Value {
        self.client.json(self.address, &Request::get(path))
    }

    /// Everything, once lists say that they are complete.
    pub(crate) fn check(&mut self, ledger: &Ledger, depth: Depth) -> Findings {
        self.wait_until_complete();
        self.check_now(ledger, depth)
    }

    /// Waits until no list says that it is partial.
    pub(crate) fn wait_until_complete(&mut self) {
        until("lists are complete", || self.count("").1);
    }

    /// A count of what there is, and whether it is said to be complete.
    pub(crate) fn count(&mut self, filter: &str) -> (u64, bool) {
        let path = self.place.path(&format!(
            "inbox/mentions?limit=0&partial=true&filter={}",
            escape(filter)
        ));
        let answer = self.get(&path);
        (
            answer["response"]["count"].as_u64().unwrap(),
            !is_partial(&answer),
        )
    }

    fn list(&mut self, filter: &str, sort: &str, findings: &mut Findings) -> Listed {
        // Who finds something is asked only once what it is.
        let fields = if filter.is_empty() { "" } else { "&fields=id" };
        let mut path = self.place.path(&format!(
            "inbox/mentions?limit=100&sort={sort}&filter={}{fields}",
            escape(filter)
        ));
        let mut listed = Listed {
            elements: Vec::new(),
            count: 0,
        };
        loop {
            let answer = self.get(&path);
            let page = &answer["response"];
            if is_partial(&answer) {
                findings.say(format!("{path} was complete and is partial again"));
            }
            listed.count = page["count"].as_u64().unwrap();
            let elements = page["data"].as_array().unwrap();
            listed.elements.extend(elements.iter().cloned());
            let Some(next) = page["paging"]["next_url"]
                .as_str()
                .filter(|_| !elements.is_empty())
            else {
                break;
            };
            let (_, rest) = next.split_once("://").unwrap();
            let (_, rest) = rest.split_once('/').unwrap();
            path = format!("/{rest}");
        }
        if listed.count != u64::try_from(listed.elements.len()).unwrap() {
            let len = listed.elements.len();
            findings.say(format!(
                "the list of {filter:?} has {len} elements and says {}",
                listed.count
            ));
        }
        listed
    }

    /// The same without waiting: nobody may write meanwhile.
    pub(crate) fn check_now(&mut self, ledger: &Ledger, depth: Depth) -> Findings {
        let mut findings = Findings::default();
        let everything = self.list("", "dateadd:asc", &mut findings);
        let mut seen: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        for element in everything.elements {
            let source = element["source"]["id"]
                .as_str()
                .unwrap_or("(none)")
                .to_owned();
            seen.entry(source).or_default().push(read(element));
        }
        ledger.compare(&seen, &mut findings);
        let all: Vec<&Seen> = seen.values().flatten().collect();
        self.check_one_by_one(&all, depth, &mut findings);
        self.check_filters(&all, &mut findings);
        self.check_facets(&all, &mut findings);
        findings
    }

    /// What the database says of a mention is what the list says.
    fn check_one_by_one(&mut self, all: &[&Seen], depth: Depth, findings: &mut Findings) {
        let step = match depth {
            Depth::All => 1,
            Depth::Some(step) => step,
        };
        for seen in all.iter().step_by(step) {
            let path = self
                .place
                .path(&format!("inbox/mention/{}/{}", self.place.topic, seen.id));
            let answer = self.client.ask(self.address, &Request::get(path));
            if answer.status != 200 {
                findings.say(format!(
                    "mention {} is listed, and alone: {answer}",
                    seen.id
                ));
            } else if answer.json()["response"] != seen.whole {
                findings.say(format!(
                    "mention {} is {} in the list, and alone: {answer}",
                    seen.id, seen.whole
                ));
            }
        }
    }

    /// The index finds by every property exactly what has it.
    fn check_filters(&mut self, all: &[&Seen], findings: &mut Findings) {
        let mut filters: Vec<(String, Has<'_>)> = vec![("probe".to_owned(), Box::new(|_| true))];
        for status in STATUSES {
            filters.push((
                format!("status:{status}"),
                Box::new(move |shape| shape.status == *status),
            ));
        }
        for sentiment in SENTIMENTS {
            let has = move |shape: &Shape| shape.sentiment == *sentiment;
            filters.push((format!("sentiment:{sentiment}"), Box::new(has)));
        }
        for tag in tags(all).into_iter().take(MOST_TAGS) {
            let has = |shape: &Shape| shape.tags.contains(tag);
            filters.push((format!("tag:\"{tag}\""), Box::new(has)));
        }
        for (filter, has) in filters {
            let wanted: BTreeSet<i64> = all
                .iter()
                .filter(|seen| has(&seen.shape))
                .map(|seen| seen.id)
                .collect();
            let found: BTreeSet<i64> = self
                .list(&filter, "dateadd:desc", findings)
                .elements
                .iter()
                .map(|element| whole(&element["id"]))
                .collect();
            if found != wanted {
                let missing: Vec<_> = wanted.difference(&found).take(5).collect();
                let surplus: Vec<_> = found.difference(&wanted).take(5).collect();
                findings.say(format!(
                    "{filter} finds {} instead of {}: without {missing:?}, with {surplus:?}",
                    found.len(),
                    wanted.len()
                ));
            }
            let (count, _) = self.count(&filter);
            if count != u64::try_from(wanted.len()).unwrap() {
                findings.say(format!(
                    "{filter} counts {count} instead of {}",
                    wanted.len()
                ));
            }
        }
    }

    fn check_facets(&mut self, all: &[&Seen], findings: &mut Findings) {
        let definitions = json!({ "facetdefinitions": [
            { "segmentation": { "field": "status", "size": 100 } },
            { "segmentation": { "field": "message.sentiment", "size": 100 } },
            { "segmentation": { "field": "tags", "size": 1000 } },
            {},
        ] });
        let request = Request::post(self.place.path("insights/facets"), definitions);
        let answer = self.client.json(self.address, &request);
        let mut wanted = [(); 4].map(|()| BTreeMap::<String, u64>::new());
        for seen in all {
            let shape = &seen.shape;
            *wanted[0].entry(shape.status.clone()).or_default() += 1;
            *wanted[1].entry(shape.sentiment.clone()).or_default() += 1;
            for tag in &shape.tags {
                *wanted[2].entry(tag.clone()).or_default() += 1;
            }
            *wanted[3].entry("All".to_owned()).or_default() += 1;
        }
        for (at, wanted) in wanted.iter().enumerate() {
            let table = &answer["response"][at];
            let name = if at < 2 { "id" } else { "text" };
            let found: BTreeMap<String, u64> = table["segments"]
                .as_array()
                .unwrap()
                .iter()
                .zip(table["data"].as_array().unwrap())
                .map(|(label, row)| {
                    (
                        label[name].as_str().unwrap().to_owned(),
                        row[0].as_u64().unwrap(),
                    )
                })
                .filter(|(_, count)| *count > 0)
                .collect();
            if found != *wanted {
                findings.say(format!("facet {at} counts {found:?} instead of {wanted:?}"));
            }
        }
    }
}

fn tags<'a>(all: &[&'a Seen]) -> BTreeSet<&'a String> {
    all.iter().flat_map(|seen| &seen.shape.tags).collect()
}

fn read(element: Value) -> Seen {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(text).collect()
    };
    let actions = element["actions"].as_array().unwrap();
    let mut notes: Vec<String> = actions
        .iter()
        .filter(|action| action["type"] == "note")
        .map(|action| text(&action["details"]))
        .collect();
    notes.sort();
    Seen {
        id: whole(&element["id"]),
        shape: Shape {
            status: text(&element["status"]),
            sentiment: text(&element["message"]["sentiment"]),
            tags: texts(&element["tags"]).into_iter().collect(),
            notes,
            content: text(&element["message"]["content"]),
        },
        whole: element,
    }
}

/// Whether the answer says that mentions may be missing from it.
pub(crate) fn is_partial(answer: &Value) -> bool {
    let messages = answer["meta"]["messages"].as_array();
    messages.is_some_and(|all| {
        all.iter()
            .any(|message| message["code"] == "partial_result")
    })
}

/// A value within a query.
pub(crate) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
