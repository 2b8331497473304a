//! Whom a change of a mention concerns: written into the change log by whoever changes mentions,
//! read for those who see only what is assigned to them.
//!
//! It stands in the log and not only in the mention, so that a listener who comes back later is
//! told what was assigned then, whatever became of it since.

use domain::change::{Change, ChangeKind};
use domain::ids::UserId;
use domain::mention::Assignee;
use serde_json::{Map, Value, json};

/// The users a mention is assigned to after the change.
const ASSIGNED: &str = "assigned";
/// The users it was taken from by the change.
const UNASSIGNED: &str = "unassigned";
/// The name under which a change of assignees is told.
const ASSIGNEES: &str = "assignees";

/// The detail of a change: names of what changed, and whom it concerns, where there is any.
pub(crate) fn detail(changed: &[&str], before: &[Assignee], after: &[Assignee]) -> Value {
    let mut detail = Map::new();
    if !changed.is_empty() {
        detail.insert("changed".to_owned(), json!(changed));
    }
    let (before, after) = (users(before), users(after));
    let lost: Vec<UserId> = before
        .into_iter()
        .filter(|user| !after.contains(user))
        .collect();
    for (name, users) in [(ASSIGNED, after), (UNASSIGNED, lost)] {
        if !users.is_empty() {
            detail.insert(name.to_owned(), json!(users));
        }
    }
    if detail.is_empty() {
        Value::Null
    } else {
        Value::Object(detail)
    }
}

fn users(assignees: &[Assignee]) -> Vec<UserId> {
    assignees.iter().filter_map(Assignee::user_id).collect()
}

/// The change as a user learns of it who sees only what is assigned to them: as it is while the
/// mention is theirs; that it was taken from them, and nothing else, by the change that did it.
pub(crate) fn seen_by(user: UserId, mut change: Change) -> Option<Change> {
    if !change.kind.is_mention() {
        return None;
    }
    let names = |list: &str| {
        change
            .detail
            .get(list)
            .and_then(Value::as_array)
            .is_some_and(|users| users.contains(&json!(user)))
    };
    if names(ASSIGNED) {
        return Some(change);
    }
    if !names(UNASSIGNED) {
        return None;
    }
    change.detail = if change.kind == ChangeKind::MentionDeleted {
        json!({ UNASSIGNED: [user] })
    } else {
        json!({ "changed": [ASSIGNEES], UNASSIGNED: [user] })
    };
    Some(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{AccountId, ChangeNumber, TeamId, TopicId};
    use domain::time::UnixMillis;

    fn user(id: i64) -> Assignee {
        Assignee::User(UserId(id))
    }

    fn change(kind: ChangeKind, detail: Value) -> Change {
        Change {
            account_id: AccountId(1),
            number: ChangeNumber(7),
            kind,
            object_id: 5,
            topic_id: Some(TopicId(3)),
            user_id: Some(UserId(9)),
            at: UnixMillis(0),
            detail,
        }
    }

    #[test]
    fn a_change_names_whom_it_concerns_where_there_is_any() {
        assert_eq!(detail(&[], &[], &[]), Value::Null);
        let team = Assignee::Team(TeamId(1));
        assert_eq!(
            detail(&["status"], &[team], &[team]),
            json!({"changed": ["status"]})
        );
        assert_eq!(
            detail(&["assignees"], &[user(1), user(2)], &[user(2), user(3)]),
            json!({"changed": ["assignees"], "assigned": [2, 3], "unassigned": [1]})
        );
        assert_eq!(detail(&[], &[user(1)], &[]), json!({"unassigned": [1]}));
    }

    #[test]
    fn a_user_sees_what_is_theirs_and_that_it_is_taken_from_them() {
        let both = detail(&["note", "assignees"], &[user(1)], &[user(2)]);
        let told = change(ChangeKind::MentionUpdated, both);
        assert_eq!(seen_by(UserId(2), told.clone()), Some(told.clone()));
        let taken = seen_by(UserId(1), told.clone()).unwrap();
        assert_eq!(
            taken.detail,
            json!({"changed": ["assignees"], "unassigned": [1]})
        );
        assert_eq!(seen_by(UserId(3), told), None);
        let theirs = json!({"assigned": [1]});
        assert_eq!(
            seen_by(UserId(1), change(ChangeKind::TopicUpdated, theirs)),
            None
        );
    }
}
