//! Mentions made ready for storing, before a transaction is open.

use domain::ids::{AccountId, ChangeNumber, ConversationId, MentionId, ProjectId, TopicId};
use domain::mention::{Body, Mention, Source};
use domain::source::Service;
use domain::time::UnixMillis;

use super::packed;
use crate::convert::key;
use crate::error::StoreError;

/// A mention whose body and state are compressed: what costs time is done here,
/// by the caller, and not while others wait for the writer.
///
/// Conversation and change number are known only within the transaction and are set there.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(super) account_id: AccountId,
    pub(super) id: MentionId,
    pub(super) topic_id: TopicId,
    pub(super) project_id: ProjectId,
    pub(super) dedupe_key: Option<String>,
    pub(super) added_at: UnixMillis,
    pub(super) published_at: Option<UnixMillis>,
    pub(super) body: Vec<u8>,
    pub(super) state: Vec<u8>,
    /// What it belongs together with.
    pub conversation_id: ConversationId,
    /// The change that writes it.
    pub changed_by: ChangeNumber,
}

impl Prepared {
    /// Makes a mention ready.
    ///
    /// `dedupe_key` tells repeats of one message from other messages of the topic; see
    /// [`dedupe_key`]. Without one the mention is never taken for a repeat.
    pub fn new(mention: &Mention, dedupe_key: Option<&str>) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: mention.account_id,
            id: mention.id,
            topic_id: mention.topic_id,
            project_id: mention.project_id,
            dedupe_key: dedupe_key.map(|text| key(text).into_owned()),
            added_at: mention.added_at,
            published_at: mention.published_at,
            body: packed::encode(&mention.body)?,
            state: packed::encode(&mention.state)?,
            conversation_id: mention.conversation_id,
            changed_by: mention.changed_by,
        })
    }

    /// Its number.
    pub const fn id(&self) -> MentionId {
        self.id
    }

    /// The topic it was found for.
    pub const fn topic_id(&self) -> TopicId {
        self.topic_id
    }
}

/// What makes two messages of a topic the same: the service and its identifier, and where the
/// identifier is unique in one feed, mailbox or channel only, that too. `None` when the source gave
/// no identifier.
pub fn dedupe_key(body: &Body) -> Option<String> {
    let id = body.source.id.as_deref().filter(|id| !id.is_empty())?;
    Some(source_key(&body.source, id))
}

/// The [`dedupe_key`] of another message from the same place, by its identifier.
pub fn source_key(source: &Source, id: &str) -> String {
    let place = match source.service {
        Service::Rss
        | Service::Web
        | Service::Custom
        | Service::Mailservice
        | Service::EmailMailbox
        | Service::TelegramBot
        | Service::Keywordsearch => source.profile.as_deref().unwrap_or_default(),
        _ => "",
    };
    format!("{}\u{1f}{place}\u{1f}{id}", source.service)
}
