//! Fills a data directory with a year of mentions, and the peer with the same.
//!
//! Arrival is the server's own clock, so a past cannot be loaded through HTTP. The product's own
//! use case `inbox/add` runs here in process, with a clock that moves through the year; the server
//! is started on the directory afterwards.

use std::sync::Arc;

use anyhow::{Context, Result};
use channels::{Draft, SafeHttp, SafeHttpSettings};
use domain::ids::{AccountId, TopicId};
use domain::language::Language;
use domain::mention::{Sentiment, Status};
use domain::message_type::MessageType;
use domain::scope::Scope;
use domain::source::{Category, Provider, Service};
use domain::time::{Clock, DAY_MS, ManualClock, SystemClock, UnixMillis};
use engine::pipeline::item::{NewItem, add};
use engine::random::SystemRandom;
use engine::reports::ReportsConfig;
use engine::settings::{NewTopic, create_topic};
use engine::{Engine, EngineConfig};
use search::{Search, SearchOptions};
use store::{Db, DbOptions};

use crate::data::{CATEGORIES, DAYS, Generator, Item, LANGUAGES, SENTIMENTS, SERVICES, TOPICS};
use crate::peer::Peer;
use crate::say;
use crate::server::{Access, Installation};

/// What was loaded, for those who ask about it.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    /// Topic numbers, by the generator's index.
    pub(crate) topics: Vec<i64>,
    /// Some mentions: topic, number, and the peer's number.
    pub(crate) sample: Vec<(i64, i64, i64)>,
    /// First and last moment of the data.
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
}

/// Loads both sides, or ours alone.
pub(crate) async fn load(
    installation: &Installation,
    access: &Access,
    peer: Option<&Peer>,
    rows: u64,
) -> Result<Loaded> {
    let end_ms = SystemClock.now().0;
    let start_ms = end_ms - DAYS * 86_400_000;
    let clock = Arc::new(ManualClock::at(UnixMillis(start_ms)));
    let db = Db::open(&DbOptions::new("sqlite:", &installation.data)).await?;
    let config = EngineConfig {
        public_url: "http://127.0.0.1".into(),
        secret: [0; 32],
        auth: engine::auth::AuthConfig::default(),
        polling: engine::jobs::PollingConfig::default(),
        changes_kept_ms: 30 * DAY_MS,
        index: engine::follow::IndexConfig::default(),
        reports: ReportsConfig::new(installation.data.join("reports")),
        streams: engine::live::StreamsConfig::default(),
    };
    let engine = Engine::new(
        db.clone(),
        Search::open(&SearchOptions { directory: None })?,
        SafeHttp::new(SafeHttpSettings::default())?,
        Arc::<ManualClock>::clone(&clock),
        Arc::new(SystemRandom),
        1,
        config,
    )
    .await?;
    engine::follow::start(&engine).await?;
    let scope = Scope::system(AccountId(access.account_id));
    let mut topics = Vec::with_capacity(TOPICS);
    for number in 0..TOPICS {
        let new = NewTopic {
            name: format!("Topic {number}"),
            project_id: None,
            searchkeywords: None,
        };
        topics.push(create_topic(&engine, &scope, new).await?.id.0);
    }
    let mut generator = Generator::new(42, rows);
    let mut sample = Vec::new();
    let mut number = 0_i64;
    loop {
        let mut items: Vec<Item> = generator.by_ref().take(500).collect();
        let Some(at_ms) = items.first().map(|item| item.at_ms) else {
            break;
        };
        // One call of `inbox/add` arrives at one moment, so its items have one date on both sides.
        for item in &mut items {
            item.at_ms = at_ms;
        }
        clock.set(UnixMillis(start_ms + at_ms));
        let news = items
            .iter()
            .zip(number..)
            .map(|(item, number)| new_item(item, number, &topics))
            .collect::<Result<Vec<_>>>()?;
        let recorded = add(&engine, &scope, news).await?;
        if let Some(peer) = peer {
            peer.insert(number, &items).await?;
        }
        if let (Some(id), Some(item)) = (recorded.added.first(), items.first()) {
            sample.push((
                topics.get(item.topic).copied().unwrap_or_default(),
                id.0,
                number,
            ));
        }
        number += i64::try_from(items.len())?;
        if number % 100_000 == 0 {
            say(&format!("loaded {number}"));
        }
    }
    drop(engine);
    db.close().await;
    Ok(Loaded {
        topics,
        sample,
        start_ms,
        end_ms,
    })
}

fn new_item(item: &Item, number: i64, topics: &[i64]) -> Result<NewItem> {
    let service = SERVICES
        .get(item.service)
        .and_then(|word| Service::parse(word))
        .context("a service")?;
    let category = CATEGORIES
        .get(item.service)
        .and_then(|word| Category::parse(word))
        .context("a category")?;
    let mut draft = Draft::new(service, Provider::SearchProviderApi, category);
    draft.content.clone_from(&item.text);
    draft.message_type = Some(MessageType::Post);
    draft.language = LANGUAGES
        .get(item.language)
        .and_then(|code| Language::parse(code));
    draft.sentiment = SENTIMENTS
        .get(item.sentiment)
        .and_then(|word| Sentiment::parse(word));
    draft.rating = item.rating.map(f64::from);
    draft.tags = item.tags.iter().map(|tag| format!("tag{tag}")).collect();
    draft.author.id = Some(item.author.to_string());
    draft.author.name = Some(format!("author{}", item.author));
    draft.author.fullname = Some(format!("Author Number {}", item.author));
    draft.author.url = Some(format!("https://example.com/people/{}", item.author));
    draft.author.img = Some(format!(
        "https://img.example.com/{}/normal.jpg",
        item.author
    ));
    draft.source.id = Some(format!("m{number}"));
    draft.source.domain = "example.com".into();
    draft.source.url = Some(format!("https://example.com/posts/m{number}"));
    Ok(NewItem {
        topic_id: TopicId(topics.get(item.topic).copied().unwrap_or_default()),
        draft,
        status: [Status::New, Status::Pending, Status::Done]
            .get(item.status)
            .copied(),
        priority: None,
    })
}
