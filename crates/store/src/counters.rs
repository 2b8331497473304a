//! Small numbers for accounts, topics, users and the like: clients of the original keep them in
//! 32-bit columns. They start at 1001.

use crate::db::Tx;
use crate::error::StoreError;

/// What is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Accounts.
    Account,
    /// Projects.
    Project,
    /// Topics.
    Topic,
    /// Connected profiles.
    Profile,
    /// Tags.
    Tag,
    /// Roles.
    Role,
    /// People.
    User,
    /// Teams.
    Team,
    /// OAuth applications.
    Application,
    /// Tokens and the consents they come from.
    Token,
    /// Keys of programs.
    ApiKey,
    /// Reports.
    Report,
    /// Kinds of annotations.
    AnnotationType,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Project => "project",
            Self::Topic => "topic",
            Self::Profile => "profile",
            Self::Tag => "tag",
            Self::Role => "role",
            Self::User => "user",
            Self::Team => "team",
            Self::Application => "application",
            Self::Token => "token",
            Self::ApiKey => "api_key",
            Self::Report => "report",
            Self::AnnotationType => "annotation_type",
        }
    }
}

/// The next number of this kind in the installation; one that is rolled back is handed out again.
pub async fn next(tx: &mut Tx, kind: Kind) -> Result<i64, StoreError> {
    let (value,): (i64,) = tx
        .sql(
            "INSERT INTO counters (kind, value)
            VALUES ($1, $2)
            ON CONFLICT (kind) DO UPDATE SET value = counters.value + 1
            RETURNING value",
        )
        .bind(kind.name())
        .bind(1001_i64)
        .fetch_one()
        .await?;
    Ok(value)
}
