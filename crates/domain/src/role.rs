//! Roles: what the members of an account may do, and in which topics.

use std::collections::BTreeSet;

use crate::ids::{AccountId, RoleId, TopicId};
use crate::permission::{Permission, PermissionSet};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Kind of licence that a role needs (`userrole.license`).
    License {
        Free = "free",
        Paying = "paying",
    }
}

/// Which topics a role reaches.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TopicAccess {
    /// Every topic of the account, also later ones.
    All,
    /// These topics.
    Only(BTreeSet<TopicId>),
}

impl TopicAccess {
    /// Whether the topic is within reach.
    pub fn contains(&self, topic: TopicId) -> bool {
        match self {
            Self::All => true,
            Self::Only(topics) => topics.contains(&topic),
        }
    }

    /// Whether everything that `other` reaches is within reach.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(topics), Self::Only(others)) => others.is_subset(topics),
        }
    }
}

/// A role of an account (`userrole`).
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// The tenant.
    pub account_id: AccountId,
    /// Number within the installation.
    pub id: RoleId,
    /// Its name.
    pub title: String,
    /// Kind of licence.
    pub license: License,
    /// Made by the system: cannot be changed or removed.
    pub is_stock: bool,
    /// What it allows.
    pub permissions: PermissionSet,
    /// Where it allows it.
    pub topics: TopicAccess,
    /// When it was made.
    pub added_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

vocabulary! {
    /// The roles every account starts with.
    StockRole {
        Administrator = "Administrator",
        Manager = "Manager",
        Editor = "Editor",
        Contributor = "Contributor",
    }
}

impl StockRole {
    /// What the role allows.
    ///
    /// The vendor documents that the Administrator may do everything and that the Contributor can
    /// only draft and ask for approval; the cuts between Manager and Editor are ours: a Manager
    /// runs the account but its security and plan, an Editor works in inbox and publisher.
    pub fn permissions(self) -> PermissionSet {
        use Permission as P;
        let contributor: PermissionSet = [
            P::ApiRead,
            P::MobileappsRead,
            P::InboxRead,
            P::InsightsRead,
            P::InsightsCustomchartsRead,
            P::CustomdashboardsRead,
            P::ContactsRead,
            P::PublisherRead,
            P::ConnectedservicesDraftsUpdate,
            P::NoteUpdate,
            // Who writes notes for others reads theirs.
            P::HistoryRead,
            P::WatchdogsRead,
            P::ReplysuggestionsRead,
            P::ProfilemanagerProfilegroupsRead,
        ]
        .into_iter()
        .collect();
        let editor = [
            P::InboxUnassignedResolveReply,
            P::PropertiesUpdate,
            P::TagsUpdate,
            P::TagsCreate,
            P::ContacttagsUpdate,
            P::StatusUpdate,
            P::AssignmentsUpdate,
            P::SentimentUpdate,
            P::ConnectedservicesStatusUpdate,
            P::ConnectedservicesStatusReply,
            P::ConnectedservicesStatusLike,
            P::ConnectedservicesStatusRetweet,
            P::ContactsUpdate,
            P::SavedsearchesUpdate,
            P::SocialcasesUpdate,
            P::CrisiseventstodosUpdate,
            P::QueriesMentionsHideService,
            P::InboxBlockcontactUpdate,
        ]
        .into_iter()
        .fold(contributor, PermissionSet::with);
        match self {
            Self::Administrator => administrator(),
            Self::Manager => [
                P::AdminusersUpdate,
                P::AccountUpdate,
                P::IpwhitelistUpdate,
                P::SecuritySettingsEdit,
                P::SecuritySettingsAuditRead,
                P::WhitelabelingUpdate,
                P::ExportHistoryallRead,
                P::DomainallowlistUpdate,
                P::SettingsMentionHardlockingUpdate,
            ]
            .into_iter()
            .fold(administrator(), PermissionSet::without),
            Self::Editor => editor,
            Self::Contributor => contributor,
        }
    }
}

/// Everything but the permissions that take something away from who holds them.
fn administrator() -> PermissionSet {
    Permission::ALL
        .iter()
        .copied()
        .filter(|permission| !permission.is_restriction())
        .collect()
}

impl Permission {
    /// Whether holding it narrows what the user sees instead of widening it.
    ///
    /// `inbox.focus_view_only` and `inboxonlyassignedtome.read` are such (their names; the vendor
    /// lists them among the permissions without a word).
    pub const fn is_restriction(self) -> bool {
        matches!(
            self,
            Self::InboxFocusViewOnly | Self::InboxonlyassignedtomeRead
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_may_do_everything_and_is_narrowed_by_nothing() {
        let set = StockRole::Administrator.permissions();
        for permission in Permission::ALL {
            assert_eq!(
                set.contains(*permission),
                !permission.is_restriction(),
                "{permission}"
            );
        }
    }

    #[test]
    fn each_stock_role_includes_the_next() {
        let [admin, manager, editor, contributor] = [
            StockRole::Administrator,
            StockRole::Manager,
            StockRole::Editor,
            StockRole::Contributor,
        ]
        .map(StockRole::permissions);
        for (outer, inner) in [(admin, manager), (manager, editor), (editor, contributor)] {
            assert!(inner.iter().all(|permission| outer.contains(permission)));
            assert_ne!(outer, inner);
        }
        assert!(!contributor.contains(Permission::StatusUpdate));
        assert!(!contributor.contains(Permission::ConnectedservicesStatusReply));
    }
}
