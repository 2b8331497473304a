//! Rights: the 80 permissions of a role and sets of them.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// One right of a role (`userrole.permissions`).
    Permission {
        InboxRead = "inbox.read",
        MailboxesUpdate = "mailboxes.update",
        InboxFocusViewOnly = "inbox.focus_view_only",
        InboxUnassignedResolveReply = "inbox.unassigned_resolve_reply",
        InsightsRead = "insights.read",
        InsightsCustomchartsRead = "insights.customcharts.read",
        InsightsCustomchartsUpdate = "insights.customcharts.update",
        UsagestatisticsRead = "usagestatistics.read",
        UsagestatisticsUserdetailsRead = "usagestatistics.userdetails.read",
        PropertiesUpdate = "properties.update",
        TagsCreate = "tags.create",
        TagsUpdate = "tags.update",
        ContacttagsUpdate = "contacttags.update",
        StatusUpdate = "status.update",
        AssignmentsUpdate = "assignments.update",
        SentimentUpdate = "sentiment.update",
        NoteUpdate = "note.update",
        NoteDelete = "note.delete",
        AutomationUpdate = "automation.update",
        ConnectedservicesDraftsUpdate = "connectedservices.drafts.update",
        ConnectedservicesStatusUpdate = "connectedservices.status.update",
        ConnectedservicesStatusReply = "connectedservices.status.reply",
        ConnectedservicesStatusLike = "connectedservices.status.like",
        ConnectedservicesStatusRetweet = "connectedservices.status.retweet",
        QueriesConnectservices = "queries.connectservices",
        QueriesUpdate = "queries.update",
        QueriesMentionsDelete = "queries.mentions.delete",
        QueriesMentionsDeleteService = "queries.mentions.delete.service",
        QueriesMentionsErasepiiandcontentUpdate = "queries.mentions.erasepiiandcontent.update",
        QueriesMentionsHideService = "queries.mentions.hide.service",
        UsersUpdate = "users.update",
        AdminusersUpdate = "adminusers.update",
        BusinesshoursschedulesUpdate = "businesshoursschedules.update",
        TeamsUpdate = "teams.update",
        AccountUpdate = "account.update",
        SavedsearchesUpdate = "savedsearches.update",
        CustomdashboardsRead = "customdashboards.read",
        CustomdashboardsUpdate = "customdashboards.update",
        CannedresponsesUpdate = "cannedresponses.update",
        ContactsRead = "contacts.read",
        ContactsUpdate = "contacts.update",
        ContactsDelete = "contacts.delete",
        CustomkiosksUpdate = "customkiosks.update",
        WhitelabelingUpdate = "whitelabeling.update",
        HistoryRead = "history.read",
        ExportHistoryallRead = "export.historyall.read",
        ApiRead = "api.read",
        MobileappsRead = "mobileapps.read",
        IpwhitelistUpdate = "ipwhitelist.update",
        PublisherRead = "publisher.read",
        SavedtargetingUpdate = "savedtargeting.update",
        AccountconnectedservicesUpdate = "accountconnectedservices.update",
        ContactssettingsUpdate = "contactssettings.update",
        SettingsRead = "settings.read",
        SecuritySettingsEdit = "security.settings.edit",
        SecuritySettingsAuditRead = "security.settings.audit.read",
        SettingsMentionLockingUpdate = "settings.mention.locking.update",
        PublishingguidelinesUpdate = "publishingguidelines.update",
        WatchdogsRead = "watchdogs.read",
        WatchdogsUpdate = "watchdogs.update",
        SettingsMentionHardlockingUpdate = "settings.mention.hardlocking.update",
        CrisisplansUpdate = "crisisplans.update",
        CrisiseventsUpdate = "crisisevents.update",
        CrisiseventstodosUpdate = "crisiseventstodos.update",
        ProfilemanagerProfileUpdate = "profilemanager.profile.update",
        TwittercustomprofilesUpdate = "twittercustomprofiles.update",
        AchievementsUpdate = "achievements.update",
        CustomachievementsAssign = "customachievements.assign",
        CustomachievementsUpdate = "customachievements.update",
        ProfilemanagerProfilegroupsRead = "profilemanager.profilegroups.read",
        ProfilemanagerProfilegroupsUpdate = "profilemanager.profilegroups.update",
        ReplysuggestionsRead = "replysuggestions.read",
        SocialcasesUpdate = "socialcases.update",
        SocialcasesrebuttalUpdate = "socialcasesrebuttal.update",
        InboxonlyassignedtomeRead = "inboxonlyassignedtome.read",
        ImportUpdate = "import.update",
        DomainallowlistUpdate = "domainallowlist.update",
        AutocasecreationrulesUpdate = "autocasecreationrules.update",
        SavedsegmentationsUpdate = "savedsegmentations.update",
        InboxBlockcontactUpdate = "inbox.blockcontact.update",
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct PermissionSet(u128);

impl PermissionSet {
    /// No right at all.
    pub const NONE: Self = Self(0);

    /// Every permission there is.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the permission is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// The set with the permission in it.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | Self::bit(permission))
    }

    /// The set without the permission.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !Self::bit(permission))
    }

    /// The members, in the documented order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }

    const fn bit(permission: Permission) -> u128 {
        1 << permission.number()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl std::fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Permission::as_str))
            .finish()
    }
}

impl serde::Serialize for PermissionSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> serde::Deserialize<'de> for PermissionSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Permission>::deserialize(deserializer).map(|list| list.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        assert_eq!(PermissionSet::all().iter().count(), 80);
        let set = PermissionSet::NONE
            .with(Permission::InboxRead)
            .with(Permission::InboxBlockcontactUpdate);
        assert!(set.contains(Permission::InboxBlockcontactUpdate));
        assert!(
            !set.without(Permission::InboxRead)
                .contains(Permission::InboxRead)
        );
    }
}
