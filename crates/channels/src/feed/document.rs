//! What a feed says, the same for all formats.

use domain::time::UnixMillis;
use serde::{Deserialize, Serialize};

use crate::draft::TextFormat;

/// A feed as read.
#[derive(Debug, Default)]
pub struct Document {
    /// Which format it was.
    pub format: Format,
    /// Title, plain text.
    pub title: Option<String>,
    /// Web page of the feed.
    pub link: Option<String>,
    /// Identifier as written.
    pub id: Option<String>,
    /// Picture.
    pub image: Option<String>,
    /// Language as written.
    pub language: Option<String>,
    /// Program that wrote it.
    pub generator: Option<String>,
    /// Author of items that name none.
    pub author: Option<Person>,
    /// It speaks the vocabulary of podcasts.
    pub is_podcast: bool,
    /// How often it wants to be read.
    pub rhythm: Rhythm,
    /// Its items in the order of the document.
    pub entries: Vec<Entry>,
    /// Items that could not be read.
    pub broken: Vec<Broken>,
}

/// A format of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// RSS 0.9x, 1.0, 2.0 and what resembles them.
    #[default]
    Rss,
    /// Atom 0.3 and 1.0.
    Atom,
    /// The channels of 1997.
    Cdf,
    /// JSON Feed.
    Json,
}

/// How often a feed wants to be read.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rhythm {
    /// Milliseconds between two polls.
    pub interval_ms: Option<i64>,
    /// Hours of the day in UTC (0-23) when it rests.
    pub skip_hours: Vec<u8>,
    /// Days of the week in UTC (0 is Monday) when it rests.
    pub skip_days: Vec<u8>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Name; the address when only that is given.
    pub name: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// Picture.
    pub image: Option<String>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Identifier as written.
    pub id: Option<String>,
    /// Title, plain text.
    pub title: Option<String>,
    /// Web page, absolute where that was possible.
    pub link: Option<String>,
    /// Whole text, or else the summary.
    pub content: String,
    /// How `content` is written.
    pub format: TextFormat,
    /// Who wrote it.
    pub author: Option<Person>,
    /// When it was published.
    pub published_at: Option<UnixMillis>,
    /// When it was changed.
    pub updated_at: Option<UnixMillis>,
    /// Language as written.
    pub language: Option<String>,
    /// What it is filed under.
    pub categories: Vec<String>,
    /// What hangs on it.
    pub enclosures: Vec<Enclosure>,
    /// Identifier of the item that it answers.
    pub in_reply_to: Option<String>,
    /// The text it was read from.
    pub raw: String,
}

/// A file that hangs on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Where it is.
    pub url: String,
    /// Media type or kind (`audio/mpeg`, `image`); may be empty.
    pub media_type: String,
    /// Its title.
    pub title: Option<String>,
}

/// An item that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What is wrong with it, as a sentence.
    pub reason: String,
    /// Its text.
    pub raw: String,
}

/// Why a document is no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Nothing at all.
    #[error("the answer is empty")]
    Empty,
    /// A web page.
    #[error("this is a web page, not a feed{}", hint(.0.as_deref()))]
    WebPage(
        /// The feed that the page names.
        Option<String>,
    ),
    /// Something else.
    #[error("this is neither RSS, nor Atom, nor JSON Feed")]
    NotAFeed,
    /// Not read for safety.
    #[error("the feed is refused: {0}")]
    Refused(String),
}

fn hint(feed: Option<&str>) -> String {
    feed.map(|feed| format!("; its feed seems to be {feed}"))
        .unwrap_or_default()
}
