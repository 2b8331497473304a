//! Work on one mention: status, tags, assignment, notes and properties.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::change::{ChangeKind, NewChange};
use domain::conversation::Share;
use domain::filter;
use domain::ids::{MentionId, TagId, TodoId, TopicId};
use domain::language::Language;
use domain::limits;
use domain::mention::{Assignee, Location, Mention, Priority, Sentiment, Status};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::tag::tag_key;
use serde_json::json;
use store::Tx;

use super::change::{self, Resolved};
use super::list::{compile, is_visible};
use super::members::{self, Given};
use super::room;
use crate::write::{self, Effects};
use crate::{Directory, Engine, Error, What, assigned, conversations};

/// Longest note and comment, in characters.
const LONGEST_NOTE: usize = 20_000;

/// What to do with the tags given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TagMode {
    /// Put them beside those that are there.
    Add,
    /// Replace those that are there.
    #[default]
    Update,
    /// Take them away.
    Delete,
}

/// A change of tags, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChange {
    /// What to do.
    pub mode: TagMode,
    /// The names.
    pub names: Vec<String>,
}

/// New assignees: all of them, or only those of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssigneeChange {
    /// These and no others.
    All(Vec<Assignee>),
    /// Replaces the users, the teams or both, as far as given.
    Partly {
        /// The users, if they are to change.
        users: Option<Vec<domain::ids::UserId>>,
        /// The teams, if they are to change.
        teams: Option<Vec<domain::ids::TeamId>>,
    },
}

/// A note to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNote {
    /// What it says.
    pub text: String,
    /// To-dos written with it.
    pub todos: Vec<String>,
}

/// A to-do to tick or untick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TodoChange {
    /// Which.
    pub id: TodoId,
    /// Its new state.
    pub is_done: bool,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MentionUpdate {
    /// Stage in the workflow.
    pub status: Option<Status>,
    /// Tone.
    pub sentiment: Option<Sentiment>,
    /// Tags, by name; new names become tags when the user may create them.
    pub tags: Option<TagChange>,
    /// Who is to handle it.
    pub assignees: Option<AssigneeChange>,
    /// Comment on the assignment.
    pub assignment_comment: Option<String>,
    /// Notes to add.
    pub notes: Vec<NewNote>,
    /// Urgency; `Some(None)` takes it away.
    pub priority: Option<Option<Priority>>,
    /// Language; `Some(None)` makes it unknown.
    pub language: Option<Option<Language>>,
    /// Place; replaces the one that is there.
    pub location: Option<Location>,
    /// To-dos to tick or untick.
    pub todos: Vec<TodoChange>,
}

/// How strict an update is, which depends on the date version the caller states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateRules {
    /// Setting the status that a mention already has is an error.
    pub refuse_same_status: bool,
}

/// The outcome of an update.
#[derive(Debug, Clone)]
pub struct Updated {
    /// The mention as it now is.
    pub mention: Mention,
    /// Whether it still fits the list's filter, if one was given.
    pub matches: Option<bool>,
}

/// Changes one mention. Everything is written or nothing.
///
/// # Errors
/// `NotFound`, `Denied` for the first permission that is missing, `Invalid` with the member below
/// `updates`.
pub async fn update(
    engine: &Engine,
    scope: &Scope,
    topic: TopicId,
    id: MentionId,
    update: MentionUpdate,
    list_filter: Option<&str>,
    rules: UpdateRules,
) -> Result<Updated, Error> {
    let directory = engine.directory(scope.account_id()).await?;
    // A filter that cannot be read is refused before anything is changed.
    let listed = list_filter
        .map(|text| compile(text, "list_filter", scope, &directory, engine.now()))
        .transpose()?;
    members::check_permissions(scope, given(&update))?;
    room::check_call(&update)?;
    check_values(&update)?;
    if !scope.reaches(topic) {
        return Err(Error::NotFound(What::Mention));
    }

    let work_engine = engine.clone();
    let work_scope = scope.clone();
    let mention = write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            transact(
                tx,
                &work_engine,
                &work_scope,
                &directory,
                topic,
                id,
                update,
                rules,
            )
            .await
        })
    })
    .await?;
    let (Some(text), Some(listed)) = (list_filter, listed) else {
        return Ok(Updated {
            mention,
            matches: None,
        });
    };
    // Read anew, because the update may have made the very tag that the filter names. It is done, so
    // a filter that cannot be read any more is no reason to say that it is not.
    let directory = engine.directory_as_known(scope.account_id()).await?;
    let predicate = compile(text, "list_filter", scope, &directory, engine.now()).unwrap_or(listed);
    let matches = Some(filter::matches(&predicate, &mention));
    Ok(Updated { mention, matches })
}

#[expect(
    clippy::too_many_arguments,
    reason = "the body of one transaction, called once"
)]
async fn transact(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    directory: &Directory,
    topic: TopicId,
    id: MentionId,
    update: MentionUpdate,
    rules: UpdateRules,
) -> Result<(Mention, Effects), Error> {
    let mut mention = store::mentions::lock(tx, scope, topic, id)
        .await?
        .filter(|mention| is_visible(scope, mention))
        .ok_or(Error::NotFound(What::Mention))?;
    check_state(scope, &mention, &update, rules)?;
    room::check_noted(&mention, &update)?;
    let (tags, new_tags) = match &update.tags {
        Some(given) => {
            let (ids, made) = resolve_tags(tx, engine, scope, directory, given).await?;
            (Some((given.mode, ids)), made)
        }
        None => (None, Vec::new()),
    };
    let assignees = update
        .assignees
        .as_ref()
        .map(|given| resolve_assignees(directory, &mention, given))
        .transpose()?;
    let resolved = Resolved {
        status: update.status,
        sentiment: update.sentiment,
        tags,
        assignees,
        assignment_comment: update.assignment_comment,
        notes: update.notes,
        priority: update.priority,
        language: update.language,
        location: update.location,
        todos: update.todos,
    };
    let assignees_before = mention.state.assignees.clone();
    let before = Share::of(&mention);
    let changed = change::apply(
        &mut mention,
        &resolved,
        scope.actor().user_id(),
        engine.now(),
    );
    if !changed.is_empty() {
        room::check_mention(&mention)?;
    }
    if changed.is_empty() && new_tags.is_empty() {
        return Ok((mention, Effects::none()));
    }

    let mut changes = Vec::with_capacity(2);
    for (id, name) in &new_tags {
        changes.push(NewChange {
            kind: ChangeKind::TagAdded,
            object_id: id.0,
            topic_id: None,
            detail: json!({ "name": name }),
        });
    }
    if !changed.is_empty() {
        changes.push(NewChange {
            kind: ChangeKind::MentionUpdated,
            object_id: mention.id.0,
            topic_id: Some(mention.topic_id),
            detail: assigned::detail(&changed, &assignees_before, &mention.state.assignees),
        });
    }
    let numbers = write::number(tx, scope, changes.len()).await?;
    let mut mentions = Vec::new();
    if !changed.is_empty() {
        mention.changed_by = *numbers.end();
        store::mentions::update(tx, scope, &mention).await?;
        let shift = conversations::Shift {
            id: mention.conversation_id,
            before,
            after: Some(Share::of(&mention)),
        };
        conversations::shift(tx, scope, &[shift]).await?;
        mentions.push(mention.clone());
    }
    write::log(tx, scope, engine, &numbers, &changes).await?;
    crate::settings::record_new_tags(tx, engine, scope, &new_tags).await?;
    crate::agent_events::note_work(tx, engine, scope, directory, &mention, &changed).await?;
    let effects = Effects {
        mentions,
        settings: !new_tags.is_empty(),
        numbers: Some(numbers),
        ..Effects::default()
    };
    Ok((mention, effects))
}

/// The members that an update sets.
fn given(update: &MentionUpdate) -> Given {
    Given {
        status: update.status.is_some(),
        sentiment: update.sentiment.is_some(),
        tags: update.tags.is_some(),
        assignment: update.assignees.is_some() || update.assignment_comment.is_some(),
        notes: !update.notes.is_empty() || !update.todos.is_empty(),
        properties: update.priority.is_some()
            || update.language.is_some()
            || update.location.is_some(),
    }
}

fn check_values(update: &MentionUpdate) -> Result<(), Error> {
    for (index, note) in update.notes.iter().enumerate() {
        let field = format!("updates.actions[{index}].extra");
        if note.text.trim().is_empty() {
            return Err(Error::invalid(
                field,
                "the text of a note must not be empty",
            ));
        }
        check_length(&field, &note.text, LONGEST_NOTE)?;
        for (at, todo) in note.todos.iter().enumerate() {
            let field = format!("updates.actions[{index}].todos[{at}]");
            if todo.trim().is_empty() {
                return Err(Error::invalid(field, "a to-do must not be empty"));
            }
            check_length(&field, todo, limits::TODO_CHARS)?;
        }
    }
    if let Some(comment) = &update.assignment_comment {
        check_length("updates.assignment.comments", comment, LONGEST_NOTE)?;
    }
    update.tags.as_ref().map_or(Ok(()), |tags| {
        members::check_tags("updates.tags", &tags.names)
    })
}

pub(crate) fn check_length(field: &str, text: &str, longest: usize) -> Result<(), Error> {
    if text.chars().nth(longest).is_some() {
        return Err(Error::invalid(
            field,
            format!("at most {longest} characters were expected"),
        ));
    }
    Ok(())
}

/// What the mention's present state forbids.
fn check_state(
    scope: &Scope,
    mention: &Mention,
    update: &MentionUpdate,
    rules: UpdateRules,
) -> Result<(), Error> {
    if let Some(status) = update.status {
        if status == mention.state.status && rules.refuse_same_status {
            return Err(Error::invalid(
                "updates.status",
                format!("the mention already has the status \"{status}\""),
            ));
        }
        members::check_status(scope, &mention.state.assignees, status)?;
    }
    let known: HashSet<TodoId> = mention.state.todos.iter().map(|todo| todo.id).collect();
    for (index, todo) in update.todos.iter().enumerate() {
        if !known.contains(&todo.id) {
            return Err(Error::invalid(
                format!("updates.todos[{index}].id"),
                format!("the mention has no to-do {}", todo.id),
            ));
        }
    }
    Ok(())
}

/// Tags by name; those that do not exist yet are made. Unknown names to be taken away are left out.
async fn resolve_tags(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    directory: &Directory,
    given: &TagChange,
) -> Result<(Vec<TagId>, Vec<(TagId, String)>), Error> {
    let mut ids = Vec::with_capacity(given.names.len());
    let mut missing: BTreeMap<String, String> = BTreeMap::new();
    let still = still_named(tx, scope, directory, &given.names).await?;
    for name in &given.names {
        match still.get(&tag_key(name)) {
            Some(id) => ids.push(*id),
            None => {
                missing
                    .entry(tag_key(name))
                    .or_insert_with(|| name.trim().to_owned());
            }
        }
    }
    let mut made = Vec::new();
    if given.mode != TagMode::Delete && !missing.is_empty() {
        for (_, name) in missing {
            // Another request may have made it since the directory was read.
            if let Some(tag) = store::tags::find_by_name(&mut *tx, scope, &name).await? {
                ids.push(tag.id);
                continue;
            }
            if !scope.may(Permission::TagsCreate) {
                return Err(Error::lacks(Permission::TagsCreate));
            }
            let id = crate::settings::insert_tag(tx, engine, scope, &name).await?;
            made.push((id, name));
            ids.push(id);
        }
    }
    Ok((ids, made))
}

/// The tags of these names that the directory knows and that are called so in this transaction,
/// by [key](tag_key): another request may have renamed or removed one since.
async fn still_named(
    tx: &mut Tx,
    scope: &Scope,
    directory: &Directory,
    names: &[String],
) -> Result<BTreeMap<String, TagId>, Error> {
    let known: BTreeSet<TagId> = names
        .iter()
        .filter_map(|name| Some(directory.tag_named(name)?.id))
        .collect();
    let known: Vec<TagId> = known.into_iter().collect();
    let found = store::tags::find_many(&mut *tx, scope, &known).await?;
    Ok(found
        .into_iter()
        .map(|tag| (tag_key(&tag.name), tag.id))
        .collect())
}

fn resolve_assignees(
    directory: &Directory,
    mention: &Mention,
    given: &AssigneeChange,
) -> Result<Vec<Assignee>, Error> {
    let present = &mention.state.assignees;
    let mut assignees: Vec<Assignee> = match given {
        AssigneeChange::All(all) => all.clone(),
        AssigneeChange::Partly { users, teams } => {
            let kept = present.iter().copied().filter(|assignee| match assignee {
                Assignee::User(_) => users.is_none(),
                Assignee::Team(_) => teams.is_none(),
            });
            kept.chain(users.iter().flatten().map(|id| Assignee::User(*id)))
                .chain(teams.iter().flatten().map(|id| Assignee::Team(*id)))
                .collect()
        }
    };
    let mut seen = std::collections::HashSet::new();
    assignees.retain(|assignee| seen.insert(*assignee));
    for assignee in &assignees {
        // Somebody who has left the account stays assigned, but cannot be assigned anew.
        if present.contains(assignee) {
            continue;
        }
        match assignee {
            Assignee::User(id) => {
                let is_active = directory.members.get(id).is_some_and(|member| {
                    member.membership.state == domain::user::MembershipState::Active
                });
                if !is_active {
                    return Err(Error::invalid(
                        "updates.assignees",
                        format!("the account has no active user {id}"),
                    ));
                }
            }
            Assignee::Team(id) => {
                return Err(Error::invalid(
                    "updates.assignees",
                    format!("the account has no team {id}"),
                ));
            }
        }
    }
    Ok(assignees)
}
