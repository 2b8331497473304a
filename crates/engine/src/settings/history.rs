//! The history of an account's settings: who changed what, and how it was before.

use domain::audit_event::{AuditEvent, HistoryEvent};
use domain::change::ChangeKind;
use domain::ids::{TagId, UserId};
use domain::scope::Scope;
use serde_json::json;
use store::Tx;

use super::Told;
use crate::auth::audit::{self, Record};
use crate::{Engine, Error};

/// Adds a change to the history, in its transaction and after its row in the change log.
pub(super) async fn record(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    told: &Told,
) -> Result<(), Error> {
    let subject = matches!(
        told.kind,
        ChangeKind::UserAdded | ChangeKind::UserUpdated | ChangeKind::UserDeleted
    )
    .then_some(UserId(told.object_id));
    let account_id = scope.account_id();
    let mut records: Vec<Record> = events(told)
        .into_iter()
        .map(|event| Record::settings(account_id, event))
        .collect();
    if matches!(
        told.kind,
        ChangeKind::AccountUpdated
            | ChangeKind::KeyAdded
            | ChangeKind::KeyUpdated
            | ChangeKind::KeyDeleted
    ) {
        records.push(Record::account(account_id, AuditEvent::SettingsEdited));
    }
    for record in records {
        let record = record
            .by(scope.actor().user_id())
            .about(subject)
            .with(json!({
                "id": told.object_id,
                "topic_id": told.topic_id,
                "before": told.before,
                "after": told.after,
            }));
        audit::append(tx, engine.now(), record).await?;
    }
    Ok(())
}

/// Adds tags that were made by using them.
pub(crate) async fn record_new_tags(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    made: &[(TagId, String)],
) -> Result<(), Error> {
    for (id, name) in made {
        let record = Record::settings(scope.account_id(), HistoryEvent::AccountTagAdd)
            .by(scope.actor().user_id())
            .with(json!({
                "id": id,
                "topic_id": null,
                "before": null,
                "after": { "name": name },
            }));
        audit::append(tx, engine.now(), record).await?;
    }
    Ok(())
}

/// The vendor's names for what happened: one, or two when a member got another role and was let in
/// or kept out at once.
fn events(told: &Told) -> Vec<HistoryEvent> {
    use HistoryEvent as E;
    let event = match told.kind {
        ChangeKind::TopicAdded => E::QueryAdd,
        ChangeKind::TopicUpdated => E::QueryEdit,
        ChangeKind::TopicDeleted => E::QueryDelete,
        ChangeKind::ProfileAdded => E::QueryConnectedserviceAdd,
        ChangeKind::ProfileUpdated => E::QueryConnectedserviceEdit,
        ChangeKind::ProfileDeleted => E::QueryConnectedserviceDelete,
        ChangeKind::TagAdded => E::AccountTagAdd,
        ChangeKind::TagUpdated => return tag_events(told),
        ChangeKind::TagDeleted => E::AccountTagDelete,
        ChangeKind::UserAdded => E::UserAdd,
        ChangeKind::UserUpdated => return user_events(told),
        ChangeKind::UserDeleted => E::UserDelete,
        ChangeKind::RoleAdded => E::UserCustomRoleAdd,
        ChangeKind::RoleUpdated => E::UserCustomRoleEdit,
        ChangeKind::RoleDeleted => E::UserCustomRoleDelete,
        ChangeKind::ProjectAdded => E::ProjectAdd,
        ChangeKind::ProjectUpdated => E::ProjectEdit,
        ChangeKind::ProjectDeleted => E::ProjectDelete,
        // The vendor has a name for them among the events of security only.
        ChangeKind::AccountUpdated
        | ChangeKind::KeyAdded
        | ChangeKind::KeyUpdated
        | ChangeKind::KeyDeleted => return Vec::new(),
        // Not settings.
        ChangeKind::MentionAdded | ChangeKind::MentionUpdated | ChangeKind::MentionDeleted => {
            return Vec::new();
        }
    };
    vec![event]
}

fn tag_events(told: &Told) -> Vec<HistoryEvent> {
    if !told.differs("status") {
        return vec![HistoryEvent::AccountTagEdit];
    }
    let is_archived = told.after.get("status") == Some(&json!("archived"));
    let others = ["name", "color", "parent_id", "is_visible"];
    let is_edited = others.iter().any(|name| told.differs(name));
    let moved = if is_archived {
        HistoryEvent::AccountTagArchive
    } else {
        HistoryEvent::AccountTagUnarchive
    };
    is_edited
        .then_some(HistoryEvent::AccountTagEdit)
        .into_iter()
        .chain([moved])
        .collect()
}

fn user_events(told: &Told) -> Vec<HistoryEvent> {
    let mut events = Vec::new();
    if told.differs("role_id") {
        events.push(HistoryEvent::UserRoleChange);
    }
    if told.differs("state") {
        let is_active = told.after.get("state") == Some(&json!("active"));
        events.push(if is_active {
            HistoryEvent::UserEnable
        } else {
            HistoryEvent::UserDisable
        });
    }
    if events.is_empty() {
        events.push(HistoryEvent::UserEdit);
    }
    events
}

impl Told {
    fn differs(&self, member: &str) -> bool {
        self.before.get(member) != self.after.get(member)
    }
}
