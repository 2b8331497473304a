//! The one error type of the use cases, named by what the caller must do.

use domain::permission::Permission;

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// An account the caller belongs to.
    Account,
    /// A project.
    Project,
    /// A topic.
    Topic,
    /// A connected profile.
    Profile,
    /// A mention.
    Mention,
    /// A user of the account.
    User,
    /// A role.
    Role,
    /// A tag.
    Tag,
    /// An application.
    Application,
    /// An access token.
    Token,
    /// A conversation.
    Conversation,
    /// An author.
    Author,
    /// A contact.
    Contact,
    /// A note on a contact.
    Note,
    /// A kind of annotation.
    AnnotationType,
    /// A report.
    Report,
    /// A key of a program.
    Key,
    /// A stored value.
    KeyValue,
    /// A path of the API.
    Path,
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Account => "account",
            Self::Project => "project",
            Self::Topic => "topic",
            Self::Profile => "connected profile",
            Self::Mention => "mention",
            Self::User => "user",
            Self::Role => "user role",
            Self::Tag => "tag",
            Self::Application => "application",
            Self::Token => "token",
            Self::Conversation => "conversation",
            Self::Author => "author",
            Self::Contact => "contact",
            Self::Note => "note",
            Self::AnnotationType => "annotation type",
            Self::Report => "report",
            Self::Key => "key",
            Self::KeyValue => "stored value",
            Self::Path => "path",
        })
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The role lacks this permission.
    Permission(Permission),
    /// The token lacks this scope.
    TokenScope(&'static str),
    /// A rule that is neither, in a sentence.
    Rule(String),
}

impl std::fmt::Display for Denial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Permission(permission) => {
                write!(f, "Your user role lacks the permission \"{permission}\".")
            }
            Self::TokenScope(scope) => write!(f, "The access token lacks the scope \"{scope}\"."),
            Self::Rule(sentence) => f.write_str(sentence),
        }
    }
}

/// One further fact about an invalid parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// The part that is wrong, as the caller wrote it.
    pub found: Option<String>,
    /// First character of that part, counted from 0 in Unicode code points.
    pub start: Option<usize>,
    /// Character after its last.
    pub end: Option<usize>,
    /// What may have been meant.
    pub suggestion: Option<String>,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// What can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or the caller may not know of it.
    #[error("The {0} does not exist.")]
    NotFound(What),
    /// The caller may not do this.
    #[error("{0}")]
    Denied(Denial),
    /// Something given is wrong: change it and try again.
    #[error("{field}: {reason}")]
    Invalid {
        /// The parameter or member, as a path from the parameter's name.
        field: String,
        /// What was expected.
        reason: String,
        /// More, where there is more to say.
        details: Vec<Detail>,
    },
    /// More was given than one call takes.
    #[error("{field}: at most {limit} are taken at once, {given} were given.")]
    TooMany {
        /// The parameter.
        field: String,
        /// How many are taken.
        limit: usize,
        /// How many were given.
        given: usize,
    },
    /// There is as much of it as there may be.
    #[error("{field}: {of} has at most {limit} {things}.")]
    Full {
        /// The parameter or member, as a path from the parameter's name.
        field: String,
        /// What has it, with its article.
        of: &'static str,
        /// What there is of it, in the plural.
        things: &'static str,
        /// How much there may be.
        limit: usize,
    },
    /// As many of it are open at a time as may be: close one, or try again later.
    #[error("At most {limit} {things} of one {of} are open at a time; close one first.")]
    Crowded {
        /// What is open, in the plural.
        things: &'static str,
        /// Who has them open.
        of: &'static str,
        /// How many may be.
        limit: usize,
    },
    /// The state of the object forbids this now.
    #[error("{0}")]
    Conflict(String),
    /// The language is not one of ISO 639-1, or nothing is known of it.
    #[error("The language {0:?} is not supported.")]
    UnsupportedLanguage(String),
    /// Too many calls: try again later.
    #[error("Too many requests.")]
    Limited {
        /// Milliseconds until the next call is taken.
        retry_after_ms: i64,
    },
    /// Nobody is signed in, or the token is not valid.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Something needed is away or overloaded: try again later.
    #[error("The service is not available at the moment.{}", advice(.0))]
    Unavailable(#[source] Cause),
    /// A defect, or damage.
    #[error("An internal error occurred.")]
    Internal(#[source] Cause),
}

/// What lies behind an error that the caller can do nothing about; logged, never shown.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The database.
    #[error(transparent)]
    Store(store::StoreError),
    /// The index.
    #[error(transparent)]
    Search(search::SearchError),
    /// Too much is worked on already, which is no defect.
    #[error("too much is worked on already")]
    Busy,
    /// Something is on its way, which is no defect.
    #[error("{0}")]
    NotYet(&'static str),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// What the caller is told beside that the service is away: a change whose commit was cut off may
/// have been made.
const fn advice(cause: &Cause) -> &'static str {
    match cause {
        Cause::Store(store::StoreError::Uncertain(_)) => {
            " It is not known whether the change was made: look before you repeat it, or repeat it \
             with the same Idempotency-Key, which makes it once."
        }
        _ => "",
    }
}

impl Error {
    /// An invalid parameter.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            reason: reason.into(),
            details: Vec::new(),
        }
    }

    /// A missing permission.
    pub const fn lacks(permission: Permission) -> Self {
        Self::Denied(Denial::Permission(permission))
    }

    /// A defect, in words for the log.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal(Cause::Other(what.into()))
    }

    /// Overload or absence, in words for the log.
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::Unavailable(Cause::Other(what.into()))
    }

    /// Too much is worked on already: try again in a moment.
    pub const fn busy() -> Self {
        Self::Unavailable(Cause::Busy)
    }

    /// Something is on its way: try again in a moment. In words for the log.
    pub const fn not_yet(what: &'static str) -> Self {
        Self::Unavailable(Cause::NotYet(what))
    }

    /// Why the caller has to come back although nothing is wrong; `None` where something is, or
    /// where coming back does not help.
    pub const fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(Cause::Busy) => Some("too much is worked on already"),
            Self::Unavailable(Cause::NotYet(what)) => Some(what),
            Self::Unavailable(Cause::Store(store::StoreError::Busy)) => {
                Some("the database is busy")
            }
            _ => None,
        }
    }

    /// A filter that cannot be read, with the place of the mistake.
    pub fn filter(field: &str, error: &domain::filter::FilterError) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            reason: error.to_string(),
            details: vec![Detail {
                found: Some(error.found.clone()).filter(|found| !found.is_empty()),
                start: Some(error.start),
                end: Some(error.end),
                suggestion: error.suggestion.clone(),
                message: error.to_string(),
            }],
        }
    }
}

impl From<store::StoreError> for Error {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::Conflict(what) => {
                Self::Conflict(format!("This cannot be done: {what}."))
            }
            store::StoreError::Busy
            | store::StoreError::Unavailable(_)
            | store::StoreError::Uncertain(_) => Self::Unavailable(Cause::Store(error)),
            store::StoreError::Broken(_) => Self::Internal(Cause::Store(error)),
        }
    }
}

/// An error with all its causes. Those that its own words end with are not said twice.
pub fn in_full(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::StoreError;

    #[test]
    fn a_change_whose_commit_was_cut_off_is_said_to_be_uncertain_and_other_absences_promise_nothing()
     {
        let uncertain = Error::from(StoreError::uncertain("the proxy closed"));
        assert!(matches!(uncertain, Error::Unavailable(_)));
        let said = uncertain.to_string();
        assert!(
            said.contains("not known") && said.contains("Idempotency-Key"),
            "{said}"
        );
        assert!(!said.contains("proxy"), "causes are not shown: {said}");
        for other in [StoreError::Busy, StoreError::unavailable("x")] {
            let said = Error::from(other).to_string();
            assert_eq!(said, "The service is not available at the moment.");
        }
    }
}
