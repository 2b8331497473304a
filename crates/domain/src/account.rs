//! Accounts and projects.

use crate::ids::{AccountId, ProjectId};
use crate::plan::Plan;
use crate::time::UnixMillis;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Number.
    pub id: AccountId,
    /// Name of the company or brand.
    pub name: String,
    /// What it is for, in the account's own words.
    pub description: Option<String>,
    /// What the plan is called where it was sold; the plan's own name when absent.
    pub package: Option<String>,
    /// Plan; ours is always `enterprise_v5`, since nothing is held back.
    pub plan: Plan,
    /// IANA time zone of calendars and charts.
    pub timezone: String,
    /// When it was made.
    pub added_at: UnixMillis,
}

/// A group of topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The tenant.
    pub account_id: AccountId,
    /// Number.
    pub id: ProjectId,
    /// Name.
    pub name: String,
    /// When it was made.
    pub added_at: UnixMillis,
}
