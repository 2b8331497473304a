//! Who may give what: one rule for the roles of users and of keys, given and taken.

use domain::permission::{Permission, PermissionSet};
use domain::role::{Role, TopicAccess};
use domain::scope::Scope;

use crate::Error;
use crate::error::Denial;

/// Nobody hands out more than they have: a role that allows what they may not, that reaches topics
/// which they do not reach, or that lacks a restriction which they bear.
///
/// # Errors
/// `Denied`, but `Invalid` at the field for topics.
pub(super) fn check_grant(field: &str, scope: &Scope, role: &Role) -> Result<(), Error> {
    match excess(scope, role) {
        None => Ok(()),
        Some(Excess::Permission(permission)) => Err(Error::lacks(permission)),
        Some(Excess::Topics) => Err(Error::invalid(
            field,
            "a role cannot reach more topics than your own",
        )),
        Some(Excess::Restriction(restriction)) => Err(rule(format!(
            "Your user role has the restriction \"{restriction}\", so you can give only roles \
             that have it too."
        ))),
    }
}

/// Nobody takes a role from somebody, or changes it, that is more than they could give: otherwise
/// the lesser administrator would rule over the greater one.
///
/// # Errors
/// `Denied`.
pub(super) fn check_held(scope: &Scope, role: &Role) -> Result<(), Error> {
    match excess(scope, role) {
        None => Ok(()),
        Some(Excess::Permission(permission)) => Err(Error::lacks(permission)),
        Some(Excess::Topics) => Err(rule(format!(
            "The user role \"{}\" reaches topics that yours does not.",
            role.title
        ))),
        Some(Excess::Restriction(restriction)) => Err(rule(format!(
            "The user role \"{}\" is free of the restriction \"{restriction}\", which yours has.",
            role.title
        ))),
    }
}

/// Whether a role is in anything more than another one.
pub(super) fn is_more(role: &Role, than: &Role) -> bool {
    beyond(role, than.permissions, &than.topics).is_some()
}

/// In what a role is more than somebody has.
#[derive(Debug, PartialEq, Eq)]
enum Excess {
    Permission(Permission),
    Topics,
    Restriction(Permission),
}

fn excess(scope: &Scope, role: &Role) -> Option<Excess> {
    beyond(role, scope.permissions(), scope.topics())
}

fn beyond(role: &Role, own: PermissionSet, reach: &TopicAccess) -> Option<Excess> {
    let given = role.permissions;
    let permission = first(given, own, false).map(Excess::Permission);
    let restriction = || first(own, given, true).map(Excess::Restriction);
    let topics = || (!reach.covers(&role.topics)).then_some(Excess::Topics);
    permission.or_else(topics).or_else(restriction)
}

/// The first of one set that another lacks, of those that restrict or of those that do not.
fn first(one: PermissionSet, other: PermissionSet, restricts: bool) -> Option<Permission> {
    one.iter()
        .find(|it| it.is_restriction() == restricts && !other.contains(*it))
}

fn rule(sentence: String) -> Error {
    Error::Denied(Denial::Rule(sentence))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::ids::{AccountId, RoleId, TopicId, UserId};
    use domain::role::License;
    use domain::time::UnixMillis;

    use super::*;

    fn role(permissions: &[Permission], topics: &TopicAccess) -> Role {
        Role {
            account_id: AccountId(1),
            id: RoleId(1),
            title: "Role".to_owned(),
            license: License::Paying,
            is_stock: false,
            permissions: permissions.iter().copied().collect(),
            topics: topics.clone(),
            added_at: UnixMillis(0),
            updated_at: UnixMillis(0),
        }
    }

    fn only(topics: &[i64]) -> TopicAccess {
        TopicAccess::Only(
            topics
                .iter()
                .map(|id| TopicId(*id))
                .collect::<BTreeSet<_>>(),
        )
    }

    #[test]
    fn a_role_is_given_by_whoever_has_all_of_it_and_bears_no_restriction_that_it_lacks() {
        use Permission::{
            InboxFocusViewOnly as Focus, InboxRead, InboxonlyassignedtomeRead as Own,
        };
        use Permission::{StatusUpdate, UsersUpdate};
        let (all, one, two) = (TopicAccess::All, only(&[1]), only(&[1, 2]));
        let excess_of = |held: (&[Permission], &TopicAccess),
                         given: (&[Permission], &TopicAccess)| {
            let scope = Scope::for_member(
                AccountId(1),
                UserId(1),
                held.1.clone(),
                held.0.iter().copied().collect(),
            );
            excess(&scope, &role(given.0, given.1))
        };
        let plain: &[Permission] = &[InboxRead, UsersUpdate];
        let bound: &[Permission] = &[InboxRead, UsersUpdate, Own];
        let both: &[Permission] = &[InboxRead, UsersUpdate, Own, Focus];
        for (held, given, expected) in [
            ((plain, &all), (plain, &all), None),
            ((plain, &all), (bound, &one), None),
            ((plain, &two), (plain, &one), None),
            ((plain, &two), (plain, &two), None),
            ((plain, &one), (plain, &only(&[])), None),
            ((plain, &one), (plain, &two), Some(Excess::Topics)),
            ((plain, &one), (plain, &all), Some(Excess::Topics)),
            (
                (plain, &all),
                (&[StatusUpdate], &one),
                Some(Excess::Permission(StatusUpdate)),
            ),
            ((bound, &all), (plain, &all), Some(Excess::Restriction(Own))),
            (
                (bound, &all),
                (&[], &only(&[])),
                Some(Excess::Restriction(Own)),
            ),
            ((bound, &all), (&[Own], &one), None),
            (
                (both, &all),
                (bound, &all),
                Some(Excess::Restriction(Focus)),
            ),
            ((both, &all), (both, &all), None),
        ] {
            let found = excess_of(held, given);
            assert_eq!(found, expected, "{held:?} gives {given:?}");
        }
    }
}
