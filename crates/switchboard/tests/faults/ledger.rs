//! What the server has acknowledged, kept outside of it, and what it was last asked without answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub(crate) const STATUSES: &[&str] = &["new", "pending", "done"];
pub(crate) const SENTIMENTS: &[&str] = &["positive", "negative", "neutral", "unset"];
pub(crate) const TAGS: &[&str] = &["angry", "praise", "billing", "shop", "Größe"];

/// Everything about a mention that these tests change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape {
    pub(crate) status: String,
    pub(crate) sentiment: String,
    pub(crate) tags: BTreeSet<String>,
    /// In alphabetical order; one that was added twice stands twice.
    pub(crate) notes: Vec<String>,
    pub(crate) content: String,
}

/// How a mention is when it is added; its `source.id` tells everything.
pub(crate) fn initial(source: &str) -> Shape {
    let mut tags = BTreeSet::new();
    if source.ends_with('7') {
        tags.insert(TAGS[0].to_owned());
    }
    if source.ends_with("13") {
        // A tag that has to be made first.
        tags.insert(word(source));
    }
    Shape {
        status: STATUSES[0].to_owned(),
        sentiment: SENTIMENTS[3].to_owned(),
        tags,
        notes: Vec::new(),
        content: format!("A probe called {} of the fault tests.", word(source)),
    }
}

/// The one word that only this mention has.
pub(crate) fn word(source: &str) -> String {
    format!("w{}z", source.replace('-', "x"))
}

/// A mention as it is sent.
pub(crate) fn item(source: &str, topic: i64) -> Value {
    let shape = initial(source);
    json!({
        "topic": { "id": topic },
        "source": { "id": source, "service": "custom" },
        "author": { "name": "probe" },
        "message": { "content": shape.content, "sentiment": shape.sentiment, "language": "en" },
        "status": shape.status,
        "tags": shape.tags,
    })
}

/// A change of one mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) status: Option<&'static str>,
    pub(crate) sentiment: Option<&'static str>,
    /// Mode and names.
    pub(crate) tags: Option<(&'static str, Vec<&'static str>)>,
    pub(crate) note: Option<String>,
}

impl Change {
    pub(crate) fn apply(&self, shape: &mut Shape) {
        if let Some(status) = self.status {
            status.clone_into(&mut shape.status);
        }
        if let Some(sentiment) = self.sentiment {
            sentiment.clone_into(&mut shape.sentiment);
        }
        if let Some((mode, names)) = &self.tags {
            let names = names.iter().map(|name| (*name).to_owned());
            match *mode {
                "add" => shape.tags.extend(names),
                "delete" => shape
                    .tags
                    .retain(|tag| !names.clone().any(|name| name == *tag)),
                _ => shape.tags = names.collect(),
            }
        }
        if let Some(note) = &self.note {
            shape.notes.push(note.clone());
            shape.notes.sort();
        }
    }

    /// The parameters of the call.
    pub(crate) fn body(&self) -> Value {
        let mut updates = json!({});
        if let Some(status) = self.status {
            updates["status"] = json!(status);
        }
        if let Some(sentiment) = self.sentiment {
            updates["message"] = json!({ "sentiment": sentiment });
        }
        let mut body = json!({});
        if let Some((mode, names)) = &self.tags {
            updates["tags"] = json!(names);
            body["options"] = json!({ "tags_edit_mode": mode });
        }
        if let Some(note) = &self.note {
            updates["actions"] = json!([{ "type": "note", "extra": note }]);
        }
        body["updates"] = updates;
        body
    }
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Mentions by `source.id`, all or none.
    Add(Vec<String>),
    Update(String, Change),
}

/// What was acknowledged, and what is still open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    pub(crate) acknowledged: BTreeMap<String, Shape>,
    /// By client: asked, and no answer has come yet.
    pub(crate) open: BTreeMap<usize, Step>,
    pub(crate) updates: u64,
    pub(crate) notes: u64,
    /// Requests whose outcome nobody knew, and which were repeated.
    pub(crate) unknown: u64,
    /// Requests that the server refused for the moment.
    pub(crate) refused: u64,
}

/// A mention as the server shows it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) id: i64,
    pub(crate) shape: Shape,
    pub(crate) whole: Value,
}

/// What is wrong, a sentence each.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) sentences: Vec<String>,
}

impl Findings {
    pub(crate) fn say(&mut self, sentence: impl Into<String>) {
        self.sentences.push(sentence.into());
    }
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.sentences.len();
        writeln!(
            f,
            "{count} findings: {} lost, {} doubled",
            self.lost, self.doubled
        )?;
        self.sentences
            .iter()
            .take(20)
            .try_for_each(|line| writeln!(f, "- {line}"))
    }
}

impl Ledger {
    /// The answer to a client's open step has come.
    pub(crate) fn acknowledge(&mut self, client: usize) {
        match self.open.remove(&client) {
            None => {}
            Some(Step::Add(sources)) => {
                for source in sources {
                    let shape = initial(&source);
                    self.acknowledged.entry(source).or_insert(shape);
                }
            }
            Some(Step::Update(source, change)) => {
                let shape = self
                    .acknowledged
                    .get_mut(&source)
                    .expect("only what is known is changed");
                change.apply(shape);
                self.updates += 1;
                self.notes += u64::from(change.note.is_some());
            }
        }
    }

    /// Compares with everything that the server shows, by `source.id`.
    pub(crate) fn compare(&self, seen: &BTreeMap<String, Vec<Seen>>, findings: &mut Findings) {
        let mut may_be: BTreeMap<&str, Shape> = BTreeMap::new();
        let mut may_exist = BTreeSet::new();
        for step in self.open.values() {
            match step {
                Step::Add(sources) => {
                    may_exist.extend(sources.iter().map(String::as_str));
                    let unknown: Vec<&String> = sources
                        .iter()
                        .filter(|source| !self.acknowledged.contains_key(*source))
                        .collect();
                    let there = unknown
                        .iter()
                        .filter(|source| seen.contains_key(**source))
                        .count();
                    // Other clients may be adding the shared ones too.
                    let is_shared = sources.iter().any(|source| source.starts_with("shared"));
                    if there > 0 && there < unknown.len() && !is_shared {
                        findings.say(format!(
                            "{there} of {} of one request: {sources:?}",
                            unknown.len()
                        ));
                    }
                }
                Step::Update(source, change) => {
                    let mut shape = self.acknowledged[source].clone();
                    change.apply(&mut shape);
                    may_be.insert(source, shape);
                }
            }
        }
        for (source, shape) in &self.acknowledged {
            let Some(found) = seen.get(source).and_then(|found| found.first()) else {
                findings.lost += 1;
                findings.say(format!("{source} was acknowledged and is lost"));
                continue;
            };
            if found.shape != *shape && may_be.get(&**source) != Some(&found.shape) {
                findings.say(format!(
                    "{source} must be {shape:?} and is {:?}",
                    found.shape
                ));
            }
        }
        for (source, found) in seen {
            if found.len() > 1 {
                findings.doubled += 1;
                findings.say(format!("{source} is there {} times", found.len()));
            }
            if !self.acknowledged.contains_key(source) {
                if !may_exist.contains(&**source) {
                    findings.say(format!("{source} is there and was never asked for"));
                } else if found[0].shape != initial(source) {
                    findings.say(format!(
                        "{source} was just added and is {:?}",
                        found[0].shape
                    ));
                }
            }
        }
    }
}

impl std::fmt::Display for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} mentions and {} updates ({} notes) acknowledged, {} unknown outcomes repeated, {} refusals",
            self.acknowledged.len(),
            self.updates,
            self.notes,
            self.unknown,
            self.refused
        )
    }
}
