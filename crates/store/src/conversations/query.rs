//! What lists of conversations are asked for.

use std::cmp::Ordering;

use domain::conversation::Conversation;
use domain::ids::{ConversationId, TagId, UserId};
use domain::mention::Status;
use domain::source::Service;

/// Which conversations, in which order. Of a list of alternatives one must fit, so an empty list
/// fits nothing; `None` asks for nothing. All that is asked for must fit.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// One of these stages.
    pub statuses: Option<Vec<Status>>,
    /// An urgent mention waits, or none does.
    pub is_priority: Option<bool>,
    /// Part of it is private, or nothing is.
    pub has_private: Option<bool>,
    /// One of these.
    pub ids: Option<Vec<ConversationId>>,
    /// Numbers.
    pub id_range: Range,
    /// Who is to handle it.
    pub assigned_to: Option<Assigned>,
    /// One of these customers: network and [key](domain::mention::Author::key).
    pub authors: Option<Vec<(Service, String)>>,
    /// A customer wrote in it, or nobody but the company did.
    pub has_author: Option<bool>,
    /// A mention bears one of these.
    pub tags: Option<Vec<TagId>>,
    /// A mention was found at one of these: service and `service_id` of a profile.
    pub places: Option<Vec<(Service, String)>>,
    /// Milliseconds of the oldest mention's date, a whole second: in one of these.
    pub oldest: Option<Vec<Range>>,
    /// Milliseconds of the newest mention's date, a whole second: in one of these.
    pub newest: Option<Vec<Range>>,
    /// Fields to sort by, the first one first; the oldest mention's date when there is none. What is
    /// equal in all of them comes by number, in the direction of the last field.
    pub sort: Vec<ConversationSort>,
    /// Only what comes after this place in the order; needs exactly one sort field (or none).
    pub after: Option<After>,
    /// How many to leave out at the start; not looked at with `after`.
    pub skip: usize,
    /// How many at most.
    pub limit: usize,
}

/// Numbers between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    /// The lower bound.
    pub from: Option<Bound>,
    /// The upper bound.
    pub to: Option<Bound>,
}

/// An end of a [`Range`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The number: of a conversation, or UNIX milliseconds.
    pub value: i64,
    /// It lies within.
    pub is_inclusive: bool,
}

impl Range {
    /// Everything.
    pub const fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// What lies in both.
    pub fn and(self, other: Self) -> Self {
        Self {
            from: both(
                self.from,
                other.from,
                |bound| (bound.value, !bound.is_inclusive),
                Ordering::Greater,
            ),
            to: both(
                self.to,
                other.to,
                |bound| (bound.value, bound.is_inclusive),
                Ordering::Less,
            ),
        }
    }

    /// Whether a number lies in it.
    pub fn contains(&self, value: i64) -> bool {
        let is_within = |bound: Bound, order| match value.cmp(&bound.value) {
            Ordering::Equal => bound.is_inclusive,
            found => found == order,
        };
        self.from
            .is_none_or(|bound| is_within(bound, Ordering::Greater))
            && self.to.is_none_or(|bound| is_within(bound, Ordering::Less))
    }
}

/// The bound that is further in this direction.
fn both(
    one: Option<Bound>,
    other: Option<Bound>,
    rank: impl Fn(&Bound) -> (i64, bool),
    further: Ordering,
) -> Option<Bound> {
    match (one, other) {
        (Some(one), Some(other)) if rank(&other).cmp(&rank(&one)) == further => Some(other),
        (Some(one), _) => Some(one),
        (None, other) => other,
    }
}

/// Who is to handle a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// One of these.
    Any(Vec<UserId>),
    /// Nobody.
    Nobody,
    /// Whoever.
    Somebody,
}

impl Assigned {
    /// Asks for conversations that somebody is to handle.
    pub const fn is_set(&self) -> bool {
        !matches!(self, Self::Nobody)
    }
}

/// What conversations are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// Date of the oldest mention.
    Oldest,
    /// Date of the newest mention.
    Newest,
    /// Number.
    Id,
    /// Stage: new, pending, done.
    Status,
    /// Those without an urgent mention before those with one.
    Priority,
    /// Those without a private mention before those with one.
    Private,
}

/// One field of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationSort {
    /// The field.
    pub by: SortBy,
    /// Largest first.
    pub is_descending: bool,
}

/// A place right after a conversation in a list with one sort field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Its value of the sort field: UNIX milliseconds, its number, the number of its status, or 0
    /// and 1 for priority.
    pub value: i64,
    /// Its number.
    pub id: ConversationId,
}

impl After {
    /// The place after a conversation.
    pub fn of(conversation: &Conversation, by: SortBy) -> Self {
        Self {
            value: match by {
                SortBy::Oldest => conversation.oldest_at.0,
                SortBy::Newest => conversation.newest_at.0,
                SortBy::Id => conversation.id.0,
                SortBy::Status => conversation.totals.status().number().into(),
                SortBy::Priority => conversation.totals.is_priority().into(),
                SortBy::Private => conversation.totals.has_private().into(),
            },
            id: conversation.id,
        }
    }
}
