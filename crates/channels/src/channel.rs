//! What a connector is: it is asked for news, and answers with items and a new bookmark.

use bytes::Bytes;
use domain::ids::ProfileId;
use domain::source::Service;
use domain::time::UnixMillis;
use domain::topic::Profile;
use futures::future::BoxFuture;

use crate::draft::Draft;
use crate::limit::Allowance;
use crate::safe_http::SafeHttp;

/// A connector: one kind of source.
///
/// It is stateless. What it needs to remember between two polls is in the cursor, which the
/// caller stores in the same transaction as the items and hands back at the next poll. A crash
/// between poll and commit therefore repeats items and never loses one; `external_id` tells that
/// they are the same.
pub trait Channel: Send + Sync + std::fmt::Debug {
    /// The service it serves.
    fn service(&self) -> Service;

    /// How often one connection may be asked at most.
    fn allowance(&self) -> Allowance;

    /// Checks and tidies the `service_id` of a connection that is to be made (for a feed: its
    /// address). The error is a sentence for the person who typed it, without secrets.
    fn check(&self, service_id: &str, http: &SafeHttp) -> Result<String, String>;

    /// Asks the source for what is new since the connection's cursor.
    fn poll<'a>(
        &'a self,
        connection: &'a Connection,
        http: &'a SafeHttp,
        now: UnixMillis,
    ) -> BoxFuture<'a, Result<Polled, PollError>>;
}

/// What a connector needs to know of a connected profile.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// The profile.
    pub profile_id: ProfileId,
    /// Identifier at the service, as it may be shown: what messages refer to.
    pub service_id: String,
    /// Where to ask: the address of a feed, with the secrets that may be in it. It must not get
    /// into what the connector returns, but for the cursor.
    pub address: String,
    /// Name shown, where the user gave one.
    pub displayname: Option<String>,
    /// What the connector returned at the last committed poll; `None` at the first one.
    pub cursor: Option<String>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the address nor the cursor, which knows it, may get into a log.
        f.debug_struct("Connection")
            .field("profile_id", &self.profile_id)
            .field("service_id", &self.service_id)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// The connection of a profile whose address is known.
    pub fn new(profile: &Profile, address: String) -> Self {
        Self {
            profile_id: profile.id,
            service_id: profile.service_id.clone(),
            address,
            displayname: profile.displayname.clone(),
            cursor: profile.connection.cursor.clone(),
        }
    }
}

/// What a poll brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Polled {
    /// New and changed items, oldest first.
    pub items: Vec<InboundItem>,
    /// Items that could not be read, to be kept with their bytes for a person to look at.
    pub poisoned: Vec<Poisoned>,
    /// The new bookmark; to be stored together with the items.
    pub cursor: String,
    /// When the source should be asked again.
    pub due_at: UnixMillis,
    /// More items wait than one poll may bring; `due_at` is set accordingly.
    pub has_more: bool,
    /// The source has moved for good, to this address. The cursor already knows; the profile's
    /// `service_id` may be updated, and the items do not change their identity by it.
    pub moved_to: Option<String>,
    /// What the source says of itself.
    pub profile: ProfileInfo,
    /// Oddities worth a line in the connection's health, as sentences.
    pub notes: Vec<String>,
}

/// What a source says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileInfo {
    /// Its title.
    pub displayname: Option<String>,
    /// Its web page.
    pub url: Option<String>,
    /// Its picture.
    pub avatar: Option<String>,
}

/// Whether an item is seen for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// Not seen at the last poll. It may still be known from an earlier one.
    New,
    /// Seen before with other content.
    Update,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct InboundItem {
    /// Identifies the message within its connection: the key against doubles.
    pub external_id: String,
    /// Hash of what it says: two items with equal `external_id` and `revision` are the same.
    pub revision: String,
    /// Whether it is new or an edit.
    pub kind: ItemKind,
    /// The bytes it was read from.
    pub raw: Bytes,
    /// When it was fetched.
    pub received_at: UnixMillis,
    /// What it says.
    pub draft: Draft,
}

/// An item that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poisoned {
    /// Identifies the item within its connection, the same at every poll.
    pub external_id: String,
    /// Its bytes.
    pub raw: Bytes,
    /// What is wrong with it, as a sentence.
    pub reason: String,
}

/// Why a poll failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PollError {
    /// What the caller should do about it.
    pub kind: PollErrorKind,
    /// A sentence for the operator, without secrets.
    pub message: String,
    /// How long the source wants to be left alone, in milliseconds.
    pub retry_after_ms: Option<i64>,
}

/// What kind of failure it was. Only [`PollErrorKind::Gone`] ends polling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollErrorKind {
    /// Network trouble or a server's own error: try again, later and later.
    Transient,
    /// The source asks for patience.
    RateLimited,
    /// The source says that it is gone for good: disable the connection.
    Gone,
    /// The source or our own guard says no: tell the operator, try again rarely.
    Refused,
    /// What came is not what was expected: tell the operator, try again.
    Malformed,
}

impl PollError {
    /// A failure without a wish of the source.
    pub fn new(kind: PollErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after_ms: None,
        }
    }

    /// The connection must not be polled again until somebody changes it.
    pub const fn is_final(&self) -> bool {
        matches!(self.kind, PollErrorKind::Gone)
    }
}
