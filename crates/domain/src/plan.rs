//! Subscription plans (`account.plan`).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Name of the plan an account is on.
    Plan {
        Starter = "starter",
        Basic = "basic",
        Standard = "standard",
        Professional = "professional",
        Enterprise = "enterprise",
        Trial = "trial",
        Engagorv1 = "engagorv1",
        Free = "free",
        Special = "special",
        Reseller = "reseller",
        Basicv3 = "basicv3",
        Professionalv3 = "professionalv3",
        Enterprisev3 = "enterprisev3",
        Starterv4 = "starterv4",
        Professionalv4 = "professionalv4",
        Teamv4 = "teamv4",
        Enterprisev4 = "enterprisev4",
        StandardV5 = "standard_v5",
        EnterpriseV5 = "enterprise_v5",
        PartnerV5 = "partner_v5",
        Casemanagement = "casemanagement",
        InternalOnlyInbox = "internal_only_inbox",
    }
}
