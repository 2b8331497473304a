//! Which topics want a message.

use domain::filter::{self, Predicate};
use domain::ids::{AccountId, ChangeNumber, ConversationId, MentionId};
use domain::mention::Mention;
use domain::time::UnixMillis;
use domain::topic::Topic;

use super::enrich::Enriched;
use crate::Error;

/// The question a topic asks of each message.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted(Predicate);

impl Wanted {
    /// The search keywords of a topic, ready to be asked; a topic without any takes everything.
    ///
    /// # Errors
    /// `Invalid` when they cannot be read, which the settings prevent.
    pub fn by(topic: &Topic) -> Result<Self, Error> {
        let Some(text) = topic
            .searchkeywords
            .as_deref()
            .filter(|text| !text.trim().is_empty())
        else {
            return Ok(Self(Predicate::Everything));
        };
        filter::parse(text)
            .and_then(|query| filter::text_query(&query))
            .map(Self)
            .map_err(|error| Error::filter("searchkeywords", &error))
    }

    /// Whether the topic wants this message.
    pub fn takes(
        &self,
        account_id: AccountId,
        topic: &Topic,
        message: &Enriched,
        now: UnixMillis,
    ) -> bool {
        if self.0 == Predicate::Everything {
            return true;
        }
        let mention = Mention {
            account_id,
            topic_id: topic.id,
            project_id: topic.project_id,
            id: MentionId(0),
            conversation_id: ConversationId(0),
            added_at: now,
            published_at: message.published_at,
            body: message.body.clone(),
            state: message.state.clone(),
            changed_by: ChangeNumber::default(),
        };
        filter::matches(&self.0, &mention)
    }
}
