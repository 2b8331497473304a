//! How many of a kind an account has.

use domain::scope::Scope;

use crate::db::Reader;
use crate::error::StoreError;

/// What an account has several of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Projects.
    Projects,
    /// Topics.
    Topics,
    /// Tags.
    Tags,
    /// Roles.
    Roles,
    /// Profiles, connected or not.
    Profiles,
    /// Users.
    Members,
}

/// Counts them.
pub async fn count<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    what: Counted,
) -> Result<usize, StoreError> {
    let text = match what {
        Counted::Projects => "SELECT COUNT(*) FROM projects WHERE account_id = $1",
        Counted::Topics => "SELECT COUNT(*) FROM topics WHERE account_id = $1",
        Counted::Tags => "SELECT COUNT(*) FROM tags WHERE account_id = $1",
        Counted::Roles => "SELECT COUNT(*) FROM roles WHERE account_id = $1",
        Counted::Profiles => "SELECT COUNT(*) FROM profiles WHERE account_id = $1",
        Counted::Members => "SELECT COUNT(*) FROM memberships WHERE account_id = $1",
    };
    let (count,): (i64,) = from
        .into()
        .sql(text)
        .bind(scope.account_id().get())
        .fetch_one()
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
