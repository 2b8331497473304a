//! RSS, Atom and JSON Feed.
//!
//! One tolerant reader of our own serves all XML formats. A strict parser with a lenient fallback
//! would give the same item two identities, depending on which of the two had read it.

mod conceal;
mod cursor;
mod dates;
mod decode;
mod document;
mod due;
mod entities;
mod fields;
mod item;
mod json_feed;
mod markup;
mod namespace;
mod people;
mod plain;
mod poll;
mod reader;
mod text;
mod tree;
mod xml_feed;

use domain::source::Service;
use domain::time::UnixMillis;
use futures::future::BoxFuture;
use url::Url;

use crate::channel::{Channel, Connection, PollError, Polled};
use crate::limit::Allowance;
use crate::safe_http::SafeHttp;

pub use document::{Broken, Document, Enclosure, Entry, Format, ParseError, Person, Rhythm};
pub use due::FeedSettings;

/// The connector for feeds. A connection's address is that of the feed.
#[derive(Debug, Clone, Default)]
pub struct Feed {
    settings: FeedSettings,
}

impl Feed {
    /// The connector with these settings.
    pub fn new(settings: FeedSettings) -> Self {
        Self { settings }
    }
}

impl Channel for Feed {
    fn service(&self) -> Service {
        Service::Rss
    }

    fn allowance(&self) -> Allowance {
        Allowance {
            // A person who adds a feed and corrects its address should not have to wait.
            burst: 3,
            every_ms: self.settings.min_interval_ms.max(1),
        }
    }

    fn check(&self, service_id: &str, http: &SafeHttp) -> Result<String, String> {
        // What browsers and readers put before the address of a feed.
        let address = service_id.trim();
        let address = match address.strip_prefix("feed:") {
            Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
            Some(rest) => rest.to_owned(),
            None => address.to_owned(),
        };
        let mut url = http.check(&address).map_err(|error| error.to_string())?;
        url.set_fragment(None);
        Ok(url.into())
    }

    fn poll<'a>(
        &'a self,
        connection: &'a Connection,
        http: &'a SafeHttp,
        now: UnixMillis,
    ) -> BoxFuture<'a, Result<Polled, PollError>> {
        Box::pin(poll::poll(&self.settings, connection, http, now))
    }
}

/// Reads a feed in any format. `location` is where it came from, for relative addresses.
pub fn parse(
    bytes: &[u8],
    content_type: Option<&str>,
    location: Option<&Url>,
) -> Result<Document, ParseError> {
    let decoded = decode::decode(bytes, content_type);
    let text = decoded
        .text
        .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    if text.starts_with('{') {
        return json_feed::parse(text, location);
    }
    xml_feed::parse(text, location)
}
