//! Questions and answers of lists.

use domain::checksum::Checksum;
use domain::filter::{NumberField, Predicate};
use domain::ids::{ChangeNumber, MentionId, TopicId};
use domain::mention::Mention;
use domain::time::UnixMillis;

use crate::CutWords;

/// The window that every mention lies in.
pub const ALL_TIME: (UnixMillis, UnixMillis) = (UnixMillis(i64::MIN), UnixMillis(i64::MAX));

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortField {
    /// `dateadd`: arrival.
    Added,
    /// `followers` of the author.
    Followers,
    /// `timestamps.action_reply_first`: moment of the first reply.
    FirstReply,
    /// `timestamps.action_reply_first_in_bh`: business hours up to the first reply.
    FirstReplyInHours,
    /// `timestamps.action_status_last`: newest change of status.
    LastStatus,
    /// `timestamps.action_last_date`: newest action.
    LastAction,
}

impl SortField {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Added,
        Self::Followers,
        Self::FirstReply,
        Self::FirstReplyInHours,
        Self::LastStatus,
        Self::LastAction,
    ];

    /// The number that is compared.
    pub const fn number(self) -> NumberField {
        match self {
            Self::Added => NumberField::Added,
            Self::Followers => NumberField::Followers,
            Self::FirstReply => NumberField::FirstReply,
            Self::FirstReplyInHours => NumberField::ResponseTimeInHours,
            Self::LastStatus => NumberField::LastStatus,
            Self::LastAction => NumberField::LastAction,
        }
    }
}

/// The order of a list: by the field, then by the mention's number in the same direction.
/// Mentions without a value come last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// What is compared.
    pub field: SortField,
    /// Greatest first.
    pub is_descending: bool,
}

impl Sort {
    /// Newest arrival first.
    pub const NEWEST: Self = Self {
        field: SortField::Added,
        is_descending: true,
    };
}

/// A place in a list: just at the mention with this sort value and number, whether or not it is
/// still in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The value that the list is sorted by; `None` when the mention has none.
    pub sort_value: Option<i64>,
    /// The mention.
    pub id: MentionId,
}

/// Which mentions, in which order, from where.
///
/// Account, reachable topics and "only what is assigned to me" come from the scope and cannot be
/// widened here.
#[derive(Debug, Clone, Copy)]
pub struct ListQuery<'a> {
    /// What the mentions must answer with yes.
    pub predicate: &'a Predicate,
    /// Only these topics; `None` for all within reach.
    pub topics: Option<&'a [TopicId]>,
    /// Arrived at or after the first moment and at or before the second.
    pub added: (UnixMillis, UnixMillis),
    /// Order.
    pub sort: Sort,
    /// Start after this place (or end before it, see `is_backward`); `None` starts at the first
    /// (or ends with the last).
    pub cursor: Option<Cursor>,
    /// The page before the cursor instead of the page after it. Its hits stand in the order of
    /// the list all the same.
    pub is_backward: bool,
    /// Most hits to return.
    pub limit: usize,
    /// Count all mentions that match, wherever the cursor is.
    pub count: bool,
}

impl<'a> ListQuery<'a> {
    /// The newest twenty, uncounted.
    pub const fn newest(predicate: &'a Predicate) -> Self {
        Self {
            predicate,
            topics: None,
            added: ALL_TIME,
            sort: Sort::NEWEST,
            cursor: None,
            is_backward: false,
            limit: 20,
            count: false,
        }
    }
}

/// One mention of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hit {
    /// Its topic.
    pub topic_id: TopicId,
    /// Its number.
    pub id: MentionId,
    /// The value that the list is sorted by.
    pub sort_value: Option<i64>,
}

impl Hit {
    /// The place of this mention in the list.
    pub const fn cursor(self) -> Cursor {
        Cursor {
            sort_value: self.sort_value,
            id: self.id,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListPage {
    /// The mentions, in the order of the list.
    pub hits: Vec<Hit>,
    /// All that match, exactly, when it was asked for.
    pub total: Option<u64>,
    /// There are more in the direction of paging.
    pub has_more: bool,
    /// Mentions may be missing: the account's index is not complete yet, or the words that were
    /// asked for are not.
    pub is_partial: bool,
}

/// What changed in one account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Batch<'a> {
    /// Mentions as they are now. A version that is not newer than the known one is passed over,
    /// so repeating a batch is harmless.
    pub upsert: &'a [Mention],
    /// Mentions that are gone.
    pub delete: &'a [MentionId],
    /// With this batch everything up to this change is in the index. A writer whose change may
    /// overtake an earlier one passes only as far as it can vouch for.
    pub through: ChangeNumber,
    /// Words of these mentions that were cut already; those of the others are cut meanwhile.
    pub words: Option<&'a CutWords>,
}

/// How far an account's index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountState {
    /// Not loaded: load it or begin a rebuild. Changes applied before that are not kept.
    Absent,
    /// Being read from disk.
    Loading,
    /// Complete.
    Ready,
    /// Being built anew; lists answer from what there was, and from what is applied meanwhile,
    /// and say that they are partial.
    Rebuilding,
}

/// What an account's index holds, to be compared with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// The change up to which it is complete.
    pub through: ChangeNumber,
    /// What its mentions come to.
    pub checksum: Checksum,
}

/// What reading an account's snapshot gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// The account is ready.
    Ready {
        /// Changes after this one have to be applied.
        through: ChangeNumber,
        /// What [`Search::write`](crate::Search::write) was told of that change, if anything.
        mark: Option<i64>,
    },
    /// There is no snapshot: rebuild.
    Missing,
    /// There was one and it could not be trusted; it was set aside. Rebuild.
    Damaged(String),
}

/// Memory of the index, estimated from the sizes of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryUse {
    /// By account, in ascending order.
    pub accounts: Vec<AccountMemory>,
}

/// Memory of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountMemory {
    /// The account.
    pub account_id: domain::ids::AccountId,
    /// Rows, those of deleted mentions included.
    pub rows: u64,
    /// Bytes of columns, dictionaries and of texts that wait for the word index.
    pub bytes: u64,
}
