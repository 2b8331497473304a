//! The one table of what can be filtered, sorted and counted.
//!
//! The parser, the matcher, the search engines, the facets, the suggestions and the documentation
//! all read it. Where a field's value comes from is in [`super::values`].

/// Fields whose values are words: compared folded, with wildcards, never tokenised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum WordField {
    /// `message.language`; no value when unknown.
    Language,
    /// `message.sentiment`.
    Sentiment,
    /// `message.type`.
    Type,
    /// `status`.
    Status,
    /// `source.service`.
    Service,
    /// `source.category`.
    Category,
    /// `source.type`.
    Provider,
    /// `source.domain`.
    Domain,
    /// `source.application`.
    Application,
    /// Profiles the mention has to do with: found on, written by or to.
    Profile,
    /// Own profile that wrote it.
    PostedBy,
    /// Own profile it was posted on.
    PostedIn,
    /// `source.in_reply_to_message_id`.
    InReplyTo,
    /// `source.thread_id`.
    Thread,
    /// `source.id`.
    SourceId,
    /// `author.name` and `author.fullname`.
    Author,
    /// `author.name`.
    AuthorName,
    /// `author.id`.
    AuthorId,
    /// Hashtags without `#`.
    Hashtag,
    /// Named users without `@`.
    MentionedUser,
    /// Links in the text and of attachments.
    Url,
    /// Host names of those links.
    LinkedDomain,
    /// Pictures that are attached (their addresses).
    Photo,
    /// Videos that are attached (their addresses).
    Video,
    /// `location.continent`.
    Continent,
    /// `location.country`.
    Country,
    /// `location.region`.
    Region,
    /// `location.city`.
    City,
    /// `actions.type`: everything that was ever done to it.
    ActionType,
    /// `bot` or `flow`.
    HandledBy,
    /// Tags of the author's contact.
    ContactTag,
    /// What tells authors apart: service and author id, for counting people.
    AuthorKey,
}

/// Fields whose values are identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IdField {
    /// The topic.
    Topic,
    /// The project.
    Project,
    /// Tags.
    Tag,
    /// Assigned users.
    AssignedUser,
    /// Assigned teams.
    AssignedTeam,
    /// Users who did something to it.
    ActionBy,
    /// The conversation.
    Conversation,
    /// The mention's own number.
    Mention,
    /// Cases it is part of.
    Case,
}

/// Fields whose value is an integer, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NumberField {
    /// `date.added`, Unix milliseconds.
    Added,
    /// `date.published`, Unix milliseconds.
    Published,
    /// Newest action, Unix milliseconds.
    LastAction,
    /// Newest change of status, Unix milliseconds.
    LastStatus,
    /// First reply, Unix milliseconds.
    FirstReply,
    /// Followers of the author.
    Followers,
    /// Rating in hundredths.
    Rating,
    /// Satisfaction score in hundredths.
    Csat,
    /// Recommendation score in hundredths.
    Nps,
    /// Priority, 0 to 10.
    Priority,
    /// Seconds from publication to the first reply.
    ResponseTime,
    /// The same in business hours.
    ResponseTimeInHours,
    /// Seconds from publication to the first time done.
    ResolveTime,
    /// The same in business hours.
    ResolveTimeInHours,
    /// Seconds agents spent.
    HandleTime,
    /// Seconds from publication to the first assignment.
    AssignTime,
    /// Seconds from publication to the first action of a person.
    FirstActionTime,
}

/// Fields whose value is running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// The message.
    Content,
    /// Its headline.
    Title,
    /// Message or headline: what a word without a key asks for.
    Anywhere,
    /// Notes of agents.
    Note,
}

/// Properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Seen by the two parties only.
    Private,
    /// Answers another message.
    Reply,
    /// Shares somebody else's message.
    Retweet,
    /// Written by one of the account's own profiles.
    Managed,
    /// Stands for a case.
    Case,
    /// Part of a case.
    PartOfCase,
    /// Assigned to somebody.
    Assigned,
    /// Has coordinates or a place.
    Located,
}

impl WordField {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Language,
        Self::Sentiment,
        Self::Type,
        Self::Status,
        Self::Service,
        Self::Category,
        Self::Provider,
        Self::Domain,
        Self::Application,
        Self::Profile,
        Self::PostedBy,
        Self::PostedIn,
        Self::InReplyTo,
        Self::Thread,
        Self::SourceId,
        Self::Author,
        Self::AuthorName,
        Self::AuthorId,
        Self::Hashtag,
        Self::MentionedUser,
        Self::Url,
        Self::LinkedDomain,
        Self::Photo,
        Self::Video,
        Self::Continent,
        Self::Country,
        Self::Region,
        Self::City,
        Self::ActionType,
        Self::HandledBy,
        Self::ContactTag,
        Self::AuthorKey,
    ];
}

impl IdField {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Topic,
        Self::Project,
        Self::Tag,
        Self::AssignedUser,
        Self::AssignedTeam,
        Self::ActionBy,
        Self::Conversation,
        Self::Mention,
        Self::Case,
    ];
}

impl NumberField {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Added,
        Self::Published,
        Self::LastAction,
        Self::LastStatus,
        Self::FirstReply,
        Self::Followers,
        Self::Rating,
        Self::Csat,
        Self::Nps,
        Self::Priority,
        Self::ResponseTime,
        Self::ResponseTimeInHours,
        Self::ResolveTime,
        Self::ResolveTimeInHours,
        Self::HandleTime,
        Self::AssignTime,
        Self::FirstActionTime,
    ];
}
