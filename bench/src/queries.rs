//! The seven lists and five facets, as the API is asked and as SQL asks the peer.

use serde_json::json;

use crate::data::{DAYS, Generator, LANGUAGES, SERVICES};

/// One question in both languages.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) topic: usize,
    /// Filter in the filter language.
    pub(crate) filter: String,
    /// Days back from the end of the data; `None` for all of it.
    pub(crate) days: Option<i64>,
    pub(crate) limit: usize,
    /// `facetdefinitions`, for a facet.
    pub(crate) facet: Option<serde_json::Value>,
    /// Milliseconds after the start of the data where a deep page begins.
    pub(crate) deep_at_ms: Option<i64>,
    /// What the peer is asked: the rows, then the count.
    pub(crate) sql: Vec<String>,
}

/// Which of the questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    L1,
    L2,
    L3,
    L4,
    L5,
    L6,
    L7,
    F1,
    F2,
    F3,
    F4,
    F5,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::L1,
        Self::L2,
        Self::L3,
        Self::L4,
        Self::L5,
        Self::L6,
        Self::L7,
        Self::F1,
        Self::F2,
        Self::F3,
        Self::F4,
        Self::F5,
    ];

    /// What it asks.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::L1 => "L1 new mentions",
            Self::L2 => "L2 service, language, sentiment, NOT status, NOT tag, 30 days",
            Self::L3 => "L3 two common words, NOT status",
            Self::L4 => "L4 a rare word",
            Self::L5 => "L5 page of 50 deep in the list",
            Self::L6 => "L6 whole topic",
            Self::L7 => "L7 word, NOT word, tag, 90 days",
            Self::F1 => "F1 category x sentiment, 90 days",
            Self::F2 => "F2 day x status, 90 days",
            Self::F3 => "F3 authors, all time",
            Self::F4 => "F4 average rating by language, 30 days",
            Self::F5 => "F5 tags under a word",
        }
    }

    /// How many times better than the peer is promised.
    pub(crate) const fn target(self, is_large: bool) -> f64 {
        match (self, is_large) {
            (Self::L1, _) => 2.0,
            (Self::L2 | Self::L3 | Self::L6 | Self::L7, false) => 10.0,
            (Self::L2 | Self::L3 | Self::L6 | Self::L7, true) => 20.0,
            (Self::L4, false) => 4.0,
            (Self::L4, true) => 2.0,
            (Self::L5, false) => 1.0,
            (Self::L5, true) => 2.0,
            _ => 10.0,
        }
    }
}

/// Milliseconds after the start of the data that lie some days before its end.
fn days_back(days: i64) -> i64 {
    (DAYS - days) * 86_400_000
}

/// A question of a kind with drawn details.
pub(crate) fn draw(kind: Kind, random: &mut Generator) -> Question {
    let topic = random.topic();
    let mut question = Question {
        topic,
        filter: String::new(),
        days: None,
        limit: 20,
        facet: None,
        deep_at_ms: None,
        sql: Vec::new(),
    };
    let list = |condition: String, limit: usize, with_count: bool| {
        let mut sql = vec![format!(
            "SELECT id, body FROM mentions WHERE topic = {topic} {condition} ORDER BY added DESC, id DESC LIMIT {limit}"
        )];
        if with_count {
            sql.push(format!(
                "SELECT count(*) FROM mentions WHERE topic = {topic} {condition}"
            ));
        }
        sql
    };
    let since = |days: i64| format!("AND added >= {}", days_back(days));
    let word_sql =
        |query: String| format!("AND words @@ to_tsquery('simple', 'topic{topic} & {query}')");
    match kind {
        Kind::L1 => {
            question.filter = "status:new".into();
            question.sql = list("AND status = 0".into(), 20, true);
        }
        Kind::L2 => {
            let (one, two) = (random.below(4), 4 + random.below(4));
            let (language, sentiment, tag) = (random.below(5), random.below(2), random.below(60));
            question.days = Some(30);
            question.filter = format!(
                "service:({} OR {}) AND language:{} AND sentiment:{} AND NOT status:done AND NOT tag:tag{tag}",
                name(&SERVICES, one),
                name(&SERVICES, two),
                name(&LANGUAGES, language),
                ["neutral", "positive"]
                    .get(sentiment)
                    .copied()
                    .unwrap_or("neutral"),
            );
            question.sql = list(
                format!(
                    "AND service IN ({one}, {two}) AND language = {language} AND sentiment = {sentiment} AND status <> 2 AND NOT tags @> ARRAY[{tag}] {}",
                    since(30)
                ),
                20,
                true,
            );
        }
        Kind::L3 => {
            let (one, two) = (random.word_between(0, 50), random.word_between(50, 200));
            question.filter = format!("content:{one} AND content:{two} AND NOT status:done");
            question.sql = list(
                format!("{} AND status <> 2", word_sql(format!("{one} & {two}"))),
                20,
                true,
            );
        }
        Kind::L4 => {
            let word = random.word_between(20_000, 60_000);
            question.filter = format!("content:{word}");
            question.sql = list(word_sql(word), 20, true);
        }
        Kind::L5 => {
            question.limit = 50;
            let at = i64::try_from(random.below(usize::try_from(days_back(10)).unwrap_or(1)))
                .unwrap_or_default();
            question.deep_at_ms = Some(at);
            question.sql = list(format!("AND (added, id) < ({at}, 0)"), 50, false);
        }
        Kind::L6 => question.sql = list(String::new(), 20, true),
        Kind::L7 => {
            let (one, two, tag) = (
                random.word_between(0, 100),
                random.word_between(0, 100),
                random.below(60),
            );
            question.days = Some(90);
            question.limit = 50;
            question.filter = format!("content:{one} AND NOT content:{two} AND tag:tag{tag}");
            question.sql = list(
                format!(
                    "{} AND tags @> ARRAY[{tag}] {}",
                    word_sql(format!("{one} & !{two}")),
                    since(90)
                ),
                50,
                true,
            );
        }
        Kind::F1 => {
            question.days = Some(90);
            question.facet = Some(
                json!([{ "key": { "field": "source.category" }, "value": { "field": "mentions" }, "segmentation": { "field": "message.sentiment" }, "type": "mentions" }]),
            );
            question.sql = vec![format!(
                "SELECT category, sentiment, count(*) FROM mentions WHERE topic = {topic} {} GROUP BY 1, 2",
                since(90)
            )];
        }
        Kind::F2 => {
            question.days = Some(90);
            question.facet = Some(
                json!([{ "key": { "field": "date.added", "grouping": "day" }, "value": null, "segmentation": { "field": "custom", "field_values": { "New": "status:new", "Pending": "status:pending", "Done": "status:done" } }, "type": "mentions" }]),
            );
            question.sql = vec![format!(
                "SELECT added / 86400000, status, count(*) FROM mentions WHERE topic = {topic} {} GROUP BY 1, 2",
                since(90)
            )];
        }
        Kind::F3 => {
            question.facet = Some(
                json!([{ "key": null, "value": { "field": "author_id_cardinality" }, "segmentation": null, "type": "mentions" }]),
            );
            question.sql = vec![format!(
                "SELECT count(DISTINCT author) FROM mentions WHERE topic = {topic}"
            )];
        }
        Kind::F4 => {
            question.days = Some(30);
            question.facet = Some(
                json!([{ "key": { "field": "message.language" }, "value": { "field": "rating" }, "segmentation": null, "type": "mentions" }]),
            );
            question.sql = vec![format!(
                "SELECT language, avg(rating)::double precision FROM mentions WHERE topic = {topic} {} GROUP BY 1",
                since(30)
            )];
        }
        Kind::F5 => {
            let word = random.word_between(0, 300);
            question.filter = format!("content:{word}");
            question.facet = Some(
                json!([{ "key": null, "value": null, "segmentation": { "field": "tags", "size": 20 }, "type": "mentions" }]),
            );
            question.sql = vec![format!(
                "SELECT tag, count(*) FROM mentions, unnest(tags) AS tag WHERE topic = {topic} {} GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
                word_sql(word)
            )];
        }
    }
    question
}

fn name(names: &[&'static str], index: usize) -> &'static str {
    names.get(index).copied().unwrap_or_default()
}
