//! The sum of the mentions of a conversation.

use super::{Renewal, SILENCE_MS, Share};
use crate::ids::{AccountId, ConversationId, MentionId, TopicId, UserId};
use crate::mention::{Mention, Status};
use crate::source::Service;
use crate::time::UnixMillis;

/// A conversation, added up from its mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The tenant.
    pub account_id: AccountId,
    /// The number of the mention that opened it.
    pub id: ConversationId,
    /// The topic of all its mentions.
    pub topic_id: TopicId,
    /// What a new mention must have to be added; `None` when none is added any more.
    pub key: Option<String>,
    /// When its first mention came.
    pub opened_at: UnixMillis,
    /// When its newest mention came.
    pub added_at: UnixMillis,
    /// [`Share::at`] of the oldest mention.
    pub oldest_at: UnixMillis,
    /// [`Share::at`] of the newest mention.
    pub newest_at: UnixMillis,
    /// The customer; `None` when all mentions are the company's own.
    pub author: Option<ConversationAuthor>,
    /// Counts of its mentions.
    pub totals: Totals,
    /// The user assignee of the mention with the largest number that has one.
    pub assigned_to: Option<UserId>,
}

/// The customer of a conversation: who wrote the mention with the smallest number that is not the
/// company's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationAuthor {
    /// The network.
    pub service: Service,
    /// What tells authors of the network apart; see [`Author::key`](crate::mention::Author::key).
    pub key: String,
    /// The mention.
    pub mention_id: MentionId,
}

/// How many mentions of a conversation are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// All.
    pub mentions: i64,
    /// Those with the status new.
    pub new: i64,
    /// Those with the status pending.
    pub pending: i64,
    /// Those that are urgent and not done.
    pub urgent: i64,
    /// Those that the public cannot see.
    pub private: i64,
}

impl Totals {
    /// Adds a mention.
    pub fn add(&mut self, share: &Share) {
        self.count(share, 1);
    }

    /// Takes a mention away.
    pub fn remove(&mut self, share: &Share) {
        self.count(share, -1);
    }

    fn count(&mut self, share: &Share, by: i64) {
        let counts = [
            (&mut self.mentions, true),
            (&mut self.new, share.status == Status::New),
            (&mut self.pending, share.status == Status::Pending),
            (&mut self.urgent, share.is_urgent),
            (&mut self.private, share.is_private),
        ];
        for (count, applies) in counts {
            if applies {
                *count = count.saturating_add(by);
            }
        }
    }

    /// The most urgent stage of its mentions: new, else pending, else done.
    pub const fn status(&self) -> Status {
        if self.new > 0 {
            Status::New
        } else if self.pending > 0 {
            Status::Pending
        } else {
            Status::Done
        }
    }

    /// An urgent mention waits to be handled.
    pub const fn is_priority(&self) -> bool {
        self.urgent > 0
    }

    /// Part of it is hidden from the public.
    pub const fn has_private(&self) -> bool {
        self.private > 0
    }
}

/// What cannot be told from a sum when a mention is taken out of it, and must be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost {
    /// Dates of the oldest, the newest or the last added mention.
    pub dates: bool,
    /// The customer.
    pub author: bool,
}

impl Conversation {
    /// A conversation without mentions, to be opened by this one.
    pub fn open(mention: &Mention, key: Option<String>) -> Self {
        Self {
            account_id: mention.account_id,
            id: ConversationId(mention.id.0),
            topic_id: mention.topic_id,
            key,
            opened_at: mention.added_at,
            added_at: mention.added_at,
            oldest_at: mention.added_at.whole_seconds(),
            newest_at: mention.added_at.whole_seconds(),
            author: None,
            totals: Totals::default(),
            assigned_to: None,
        }
    }

    /// Whether a mention that has its key and comes now is added to it, rather than opening
    /// another.
    pub fn takes(&self, renewal: Renewal, now: UnixMillis) -> bool {
        match renewal {
            Renewal::Never => true,
            Renewal::AfterDoneOrSilence => {
                self.totals.status() != Status::Done && now.since(self.added_at) < SILENCE_MS
            }
        }
    }

    /// Adds a mention, all but its assignee.
    pub fn add(&mut self, share: &Share) {
        if self.totals.mentions == 0 {
            (self.oldest_at, self.newest_at) = (share.at, share.at);
            self.added_at = share.added_at;
        }
        self.oldest_at = self.oldest_at.min(share.at);
        self.newest_at = self.newest_at.max(share.at);
        self.added_at = self.added_at.max(share.added_at);
        if let Some((service, key)) = &share.customer
            && self
                .author
                .as_ref()
                .is_none_or(|author| share.mention_id <= author.mention_id)
        {
            self.author = Some(ConversationAuthor {
                service: *service,
                key: key.clone(),
                mention_id: share.mention_id,
            });
        }
        self.totals.add(share);
    }

    /// Takes a mention away, all but its assignee, and tells what it may have taken with it.
    pub fn remove(&mut self, share: &Share) -> Lost {
        self.totals.remove(share);
        let is_author = self
            .author
            .as_ref()
            .is_some_and(|author| author.mention_id == share.mention_id);
        if is_author {
            self.author = None;
        }
        Lost {
            dates: share.at <= self.oldest_at
                || share.at >= self.newest_at
                || share.added_at >= self.added_at,
            author: is_author,
        }
    }

    /// Puts one share of a mention in the place of another; tells what must be looked up.
    ///
    /// That is little: a change that leaves dates and author alone loses none of them.
    pub fn replace(&mut self, before: &Share, after: &Share) -> Lost {
        let lost = self.remove(before);
        self.add(after);
        Lost {
            dates: lost.dates && before.at != after.at,
            author: lost.author && after.customer.is_none(),
        }
    }

    /// The sum of these mentions anew; what was said before is forgotten, but for the number, the
    /// topic, the key and the time it was opened.
    pub fn sum<'a>(&mut self, shares: impl IntoIterator<Item = &'a Share>) {
        self.totals = Totals::default();
        (self.author, self.assigned_to) = (None, None);
        self.added_at = self.opened_at;
        let opened_at = self.opened_at.whole_seconds();
        (self.oldest_at, self.newest_at) = (opened_at, opened_at);
        let mut assigned_by = None;
        for share in shares {
            self.add(share);
            if share.assignee.is_some() && assigned_by.is_none_or(|by| by < share.mention_id) {
                assigned_by = Some(share.mention_id);
                self.assigned_to = share.assignee;
            }
        }
    }

    /// The dates when it has no mention any more.
    pub fn clear_dates(&mut self) {
        self.added_at = self.opened_at;
        let opened_at = self.opened_at.whole_seconds();
        (self.oldest_at, self.newest_at) = (opened_at, opened_at);
    }
}
