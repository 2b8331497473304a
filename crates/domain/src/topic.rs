//! Topics and the profiles they monitor.

use crate::ids::{AccountId, ProfileId, ProjectId, TopicId};
use crate::sealed::Sealed;
use crate::source::{Provider, Service};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

/// What an account listens to: a boolean query over connected profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The tenant.
    pub account_id: AccountId,
    /// Number.
    pub id: TopicId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Name.
    pub name: String,
    /// Boolean query over the text in the filter language; `None` takes everything.
    pub searchkeywords: Option<String>,
    /// When it was made.
    pub added_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

vocabulary! {
    /// Whether a connection works.
    #[derive(Default)]
    Health {
        #[default]
        Unknown = "unknown",
        Healthy = "healthy",
        Failing = "failing",
        Disabled = "disabled",
    }
}

/// A connected profile: one source that a topic monitors (`connectedprofile`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The tenant.
    pub account_id: AccountId,
    /// The topic.
    pub topic_id: TopicId,
    /// Number.
    pub id: ProfileId,
    /// Network or kind of channel.
    pub service: Service,
    /// Identifier at the service; the address of a feed. It is shown and mentions refer to it, so
    /// it holds no secret: where the address does, this is the address without it.
    pub service_id: String,
    /// Collector.
    pub provider: Provider,
    /// Name shown.
    pub displayname: Option<String>,
    /// Handle.
    pub username: Option<String>,
    /// Picture.
    pub avatar: Option<String>,
    /// When it was connected.
    pub added_at: UnixMillis,
    /// When it was disconnected. What it brought stays, and who asks for that may ask where it
    /// came from.
    pub removed_at: Option<UnixMillis>,
    /// State of the connection.
    pub connection: Connection,
}

impl Profile {
    /// Whether its topic monitors it still.
    pub fn is_connected(&self) -> bool {
        self.removed_at.is_none()
    }

    /// What people call it: its name, else its handle, else its identifier.
    pub fn title(&self) -> &str {
        [&self.displayname, &self.username]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .find(|name| !name.is_empty())
            .unwrap_or(&self.service_id)
    }
}

/// State of a connection: where it stands and how it fares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    /// Whether it works.
    pub health: Health,
    /// Why not, in words for the operator.
    pub message: Option<String>,
    /// When it was last tried.
    pub polled_at: Option<UnixMillis>,
    /// When it last worked.
    pub succeeded_at: Option<UnixMillis>,
    /// When it is due again.
    pub due_at: Option<UnixMillis>,
    /// Failures in a row.
    pub failures: i64,
    /// The connector's own bookmark (JSON); moves only together with what was read.
    pub cursor: Option<String>,
    /// Where to ask, when `service_id` does not tell because the address holds a secret.
    pub address: Option<Sealed>,
}
