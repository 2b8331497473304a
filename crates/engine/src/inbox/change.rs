//! What an update does to a mention: pure, so that it can run inside a transaction.

use std::collections::HashMap;

use domain::action_type::ActionType;
use domain::handling;
use domain::ids::{ActionId, TagId, TodoId, UserId};
use domain::language::Language;
use domain::mention::{
    Action, ActionDetail, Assignee, Location, Mention, Priority, Sentiment, Status,
};
use domain::time::UnixMillis;

use super::update::{NewNote, TagMode, TodoChange};

/// An update whose names are resolved.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::option_option,
    reason = "left alone, taken away and set are three things"
)]
pub(super) struct Resolved {
    pub(super) status: Option<Status>,
    pub(super) sentiment: Option<Sentiment>,
    pub(super) tags: Option<(TagMode, Vec<TagId>)>,
    pub(super) assignees: Option<Vec<Assignee>>,
    pub(super) assignment_comment: Option<String>,
    pub(super) notes: Vec<NewNote>,
    pub(super) priority: Option<Option<Priority>>,
    pub(super) language: Option<Option<Language>>,
    pub(super) location: Option<Location>,
    pub(super) todos: Vec<TodoChange>,
}

/// Changes the mention and returns the names of what changed; empty when nothing did.
pub(super) fn apply(
    mention: &mut Mention,
    update: &Resolved,
    user_id: Option<UserId>,
    now: UnixMillis,
) -> Vec<&'static str> {
    let mut recorder = Recorder {
        mention,
        user_id,
        now,
        changed: Vec::new(),
    };
    if let Some((mode, tags)) = &update.tags {
        recorder.tags(*mode, tags);
    }
    if let Some(sentiment) = update.sentiment {
        recorder.sentiment(sentiment);
    }
    if update.assignees.is_some() || update.assignment_comment.is_some() {
        recorder.assign(update.assignees.clone(), update.assignment_comment.clone());
    }
    if let Some(priority) = update.priority {
        recorder.priority(priority);
    }
    if let Some(language) = update.language {
        recorder.language(language);
    }
    if let Some(location) = &update.location {
        recorder.location(location);
    }
    for note in &update.notes {
        recorder.note(note);
    }
    recorder.todos(&update.todos);
    if let Some(status) = update.status {
        recorder.status(status);
    }
    let changed = recorder.changed;
    if !changed.is_empty() {
        let state = &mut mention.state;
        state.timers.handle_ms = handling::total_ms(&state.actions);
    }
    changed
}

struct Recorder<'a> {
    mention: &'a mut Mention,
    user_id: Option<UserId>,
    now: UnixMillis,
    changed: Vec<&'static str>,
}

impl Recorder<'_> {
    fn record(&mut self, what: &'static str, kind: ActionType, detail: ActionDetail) {
        let state = &mut self.mention.state;
        let id = ActionId(
            state
                .actions
                .last()
                .map_or(1, |action| action.id.0.saturating_add(1)),
        );
        state.actions.push(Action {
            id,
            user_id: self.user_id,
            kind,
            detail,
            at: self.now,
        });
        let timers = &mut state.timers;
        timers.last_action_at = Some(self.now);
        if self.user_id.is_some() {
            timers.first_action_at.get_or_insert(self.now);
        }
        if !self.changed.contains(&what) {
            self.changed.push(what);
        }
    }

    fn status(&mut self, status: Status) {
        if self.mention.state.status == status {
            return;
        }
        self.mention.state.status = status;
        let timers = &mut self.mention.state.timers;
        timers.last_status_at = Some(self.now);
        if status == Status::Done {
            timers.first_done_at.get_or_insert(self.now);
        }
        let detail = ActionDetail {
            status: Some(status),
            ..ActionDetail::default()
        };
        self.record("status", ActionType::Status, detail);
    }

    fn sentiment(&mut self, sentiment: Sentiment) {
        if self.mention.state.sentiment == sentiment {
            return;
        }
        self.mention.state.sentiment = sentiment;
        let detail = ActionDetail {
            sentiment: Some(sentiment),
            ..ActionDetail::default()
        };
        self.record("sentiment", ActionType::Sentiment, detail);
    }

    fn tags(&mut self, mode: TagMode, given: &[TagId]) {
        let before = std::mem::take(&mut self.mention.state.tags);
        let mut after = match mode {
            TagMode::Add => before.iter().chain(given).copied().collect(),
            TagMode::Update => given.to_vec(),
            TagMode::Delete => before
                .iter()
                .filter(|tag| !given.contains(tag))
                .copied()
                .collect(),
        };
        after.sort_unstable();
        after.dedup();
        let tags_added: Vec<TagId> = after
            .iter()
            .filter(|tag| !before.contains(tag))
            .copied()
            .collect();
        let tags_removed: Vec<TagId> = before
            .iter()
            .filter(|tag| !after.contains(tag))
            .copied()
            .collect();
        self.mention.state.tags = after;
        if !tags_added.is_empty() || !tags_removed.is_empty() {
            let detail = ActionDetail {
                tags_added,
                tags_removed,
                ..ActionDetail::default()
            };
            self.record("tags", ActionType::Tag, detail);
        }
    }

    fn assign(&mut self, assignees: Option<Vec<Assignee>>, comment: Option<String>) {
        let state = &mut self.mention.state;
        let assignees = assignees.unwrap_or_else(|| state.assignees.clone());
        let comment = comment.unwrap_or_default();
        if state.assignees == assignees
            && (comment.is_empty() || state.assignment_comment == comment)
        {
            return;
        }
        state.assignees.clone_from(&assignees);
        state.assignment_comment.clone_from(&comment);
        if !assignees.is_empty() {
            state.timers.first_assigned_at.get_or_insert(self.now);
        }
        let detail = ActionDetail {
            assignees: Some(assignees),
            text: Some(comment).filter(|comment| !comment.is_empty()),
            ..ActionDetail::default()
        };
        self.record("assignees", ActionType::Assign, detail);
    }

    fn priority(&mut self, priority: Option<Priority>) {
        let previous_priority = self.mention.state.priority;
        if previous_priority == priority {
            return;
        }
        self.mention.state.priority = priority;
        let detail = ActionDetail {
            text: Some("priority".into()),
            priority,
            previous_priority,
            ..ActionDetail::default()
        };
        self.record("priority", ActionType::Property, detail);
    }

    fn language(&mut self, language: Option<Language>) {
        if self.mention.state.language == language {
            return;
        }
        self.mention.state.language = language;
        self.property("language");
    }

    fn location(&mut self, location: &Location) {
        if self.mention.state.location == *location {
            return;
        }
        self.mention.state.location = location.clone();
        self.property("location");
    }

    fn property(&mut self, name: &'static str) {
        let detail = ActionDetail {
            text: Some(name.to_owned()),
            ..ActionDetail::default()
        };
        self.record(name, ActionType::Property, detail);
    }

    fn note(&mut self, note: &NewNote) {
        let detail = ActionDetail {
            text: Some(note.text.clone()),
            ..ActionDetail::default()
        };
        self.record("notes", ActionType::Note, detail);
        let Some(author) = self.user_id else { return };
        for text in &note.todos {
            let state = &mut self.mention.state;
            let id = state
                .todos
                .last()
                .map_or(1, |todo| todo.id.0.saturating_add(1));
            state.todos.push(domain::mention::Todo {
                id: domain::ids::TodoId(id),
                author,
                text: text.clone(),
                assignees: Vec::new(),
                is_done: false,
                added_at: self.now,
                updated_at: self.now,
            });
        }
    }

    fn todos(&mut self, changes: &[TodoChange]) {
        let todos = self.mention.state.todos.iter().enumerate();
        let places: HashMap<TodoId, usize> = todos.map(|(at, todo)| (todo.id, at)).collect();
        for change in changes {
            if let Some(at) = places.get(&change.id) {
                self.todo(change, *at);
            }
        }
    }

    fn todo(&mut self, change: &TodoChange, at: usize) {
        let now = self.now;
        let Some(todo) = self.mention.state.todos.get_mut(at) else {
            return;
        };
        if todo.is_done == change.is_done {
            return;
        }
        todo.is_done = change.is_done;
        todo.updated_at = now;
        let detail = ActionDetail {
            text: Some(todo.text.clone()),
            ..ActionDetail::default()
        };
        self.record("todos", ActionType::MarkTodo, detail);
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{
        AccountId, ChangeNumber, ConversationId, MentionId, ProjectId, TeamId, TopicId,
    };
    use domain::mention::{Author, Body, Entities, Source, State};
    use domain::source::{Category, Provider, Service};

    use super::*;

    const PUBLISHED: UnixMillis = UnixMillis(1_795_000_000_000);
    const NOW: UnixMillis = UnixMillis(1_795_000_090_000);
    const AGENT: Option<UserId> = Some(UserId(7));

    fn mention() -> Mention {
        Mention {
            account_id: AccountId(1),
            topic_id: TopicId(2),
            project_id: ProjectId(3),
            id: MentionId(28_000_000_000_000_001),
            conversation_id: ConversationId(28_000_000_000_000_001),
            added_at: PUBLISHED.plus_ms(5_000),
            published_at: Some(PUBLISHED),
            body: Body {
                author: Author::default(),
                original_author: None,
                title: None,
                content: "The lift is stuck".into(),
                stripped_content: None,
                entities: Entities::default(),
                attachments: Vec::new(),
                message_type: None,
                source: Source {
                    category: Category::Forums,
                    service: Service::Custom,
                    provider: Provider::SearchProviderApi,
                    id: None,
                    in_reply_to: None,
                    thread_id: None,
                    domain: String::new(),
                    url: None,
                    application: None,
                    profile: None,
                    profile_name: None,
                    sender: None,
                },
                rating: None,
                extra_attributes: Vec::new(),
                buttons: Vec::new(),
                clicked_buttons: Vec::new(),
                service_details: None,
            },
            state: State::default(),
            changed_by: ChangeNumber(1),
        }
    }

    #[test]
    fn an_empty_update_changes_nothing_and_leaves_no_trace() {
        let mut changed = mention();
        assert!(apply(&mut changed, &Resolved::default(), AGENT, NOW).is_empty());
        assert_eq!(changed, mention());
    }

    #[test]
    fn the_first_time_done_sets_the_resolve_time_and_later_times_keep_it() {
        let mut mention = mention();
        let done = Resolved {
            status: Some(Status::Done),
            ..Resolved::default()
        };
        let open = Resolved {
            status: Some(Status::New),
            ..Resolved::default()
        };
        assert_eq!(apply(&mut mention, &done, AGENT, NOW), ["status"]);
        assert_eq!(mention.resolve_seconds(), Some(90));
        apply(&mut mention, &open, AGENT, NOW.plus_ms(10_000));
        apply(&mut mention, &done, AGENT, NOW.plus_ms(20_000));
        assert_eq!(mention.resolve_seconds(), Some(90));
        assert_eq!(
            mention.state.timers.last_status_at,
            Some(NOW.plus_ms(20_000))
        );
        let ids: Vec<i64> = mention
            .state
            .actions
            .iter()
            .map(|action| action.id.0)
            .collect();
        assert_eq!(ids, [1, 2, 3]);
    }

    #[test]
    fn tags_are_added_replaced_and_taken_away_by_mode() {
        let tags = |mode, ids: &[i64]| Resolved {
            tags: Some((mode, ids.iter().copied().map(TagId).collect())),
            ..Resolved::default()
        };
        let mut mention = mention();
        apply(&mut mention, &tags(TagMode::Add, &[9, 3, 9]), AGENT, NOW);
        assert_eq!(mention.state.tags, [TagId(3), TagId(9)]);
        apply(&mut mention, &tags(TagMode::Update, &[4, 3]), AGENT, NOW);
        assert_eq!(mention.state.tags, [TagId(3), TagId(4)]);
        let detail = &mention.state.actions.last().unwrap().detail;
        assert_eq!(
            (&detail.tags_added[..], &detail.tags_removed[..]),
            (&[TagId(4)][..], &[TagId(9)][..])
        );
        apply(&mut mention, &tags(TagMode::Delete, &[3, 77]), AGENT, NOW);
        assert_eq!(mention.state.tags, [TagId(4)]);
        assert!(apply(&mut mention, &tags(TagMode::Add, &[4]), AGENT, NOW).is_empty());
        assert_eq!(mention.state.actions.len(), 3);
    }

    #[test]
    fn a_machine_leaves_the_first_action_of_a_person_open() {
        let mut mention = mention();
        let judged = Resolved {
            sentiment: Some(Sentiment::Negative),
            ..Resolved::default()
        };
        apply(&mut mention, &judged, None, NOW);
        assert_eq!(mention.state.timers.first_action_at, None);
        assert_eq!(mention.state.timers.last_action_at, Some(NOW));
        let rejudged = Resolved {
            sentiment: Some(Sentiment::Neutral),
            ..Resolved::default()
        };
        apply(&mut mention, &rejudged, AGENT, NOW.plus_ms(1_000));
        assert_eq!(mention.first_action_seconds(), Some(91));
    }

    #[test]
    fn assigning_keeps_the_order_and_the_newest_comment() {
        let mut mention = mention();
        let team_first = vec![Assignee::Team(TeamId(5)), Assignee::User(UserId(7))];
        let update = Resolved {
            assignees: Some(team_first.clone()),
            assignment_comment: Some("please look".into()),
            ..Resolved::default()
        };
        assert_eq!(apply(&mut mention, &update, AGENT, NOW), ["assignees"]);
        assert_eq!(mention.state.assignees, team_first);
        assert_eq!(mention.state.assignment_comment, "please look");
        assert_eq!(mention.assign_seconds(), Some(90));
        let nobody = Resolved {
            assignees: Some(Vec::new()),
            ..Resolved::default()
        };
        apply(&mut mention, &nobody, AGENT, NOW.plus_ms(5_000));
        assert_eq!(mention.state.assignment_comment, "");
        assert_eq!(mention.assign_seconds(), Some(90));
    }

    #[test]
    fn a_note_with_to_dos_can_be_ticked_off() {
        let mut mention = mention();
        let note = NewNote {
            text: "call back".into(),
            todos: vec!["find number".into()],
        };
        let update = Resolved {
            notes: vec![note],
            ..Resolved::default()
        };
        apply(&mut mention, &update, AGENT, NOW);
        assert!(!mention.state.todos[0].is_done);
        let tick = Resolved {
            todos: vec![TodoChange {
                id: TodoId(1),
                is_done: true,
            }],
            ..Resolved::default()
        };
        assert_eq!(
            apply(&mut mention, &tick, AGENT, NOW.plus_ms(1_000)),
            ["todos"]
        );
        assert!(mention.state.todos[0].is_done);
        assert!(apply(&mut mention, &tick, AGENT, NOW.plus_ms(2_000)).is_empty());
    }

    #[test]
    fn work_that_goes_on_adds_up_and_one_step_alone_takes_no_time() {
        let mut mention = mention();
        let tone = |sentiment| Resolved {
            sentiment: Some(sentiment),
            ..Resolved::default()
        };
        apply(&mut mention, &tone(Sentiment::Negative), AGENT, NOW);
        assert_eq!(mention.state.timers.handle_ms, 0);
        let next = NOW.plus_ms(61_000);
        apply(&mut mention, &tone(Sentiment::Neutral), AGENT, next);
        assert_eq!(mention.state.timers.handle_ms, 61_000);
        let hour = next.plus_ms(3_600_000);
        apply(&mut mention, &tone(Sentiment::Positive), AGENT, hour);
        assert_eq!(mention.state.timers.handle_ms, 61_000);
    }

    #[test]
    fn a_change_of_priority_tells_the_one_before() {
        let mut mention = mention();
        let set = |number| Resolved {
            priority: Some(Priority::new(number)),
            ..Resolved::default()
        };
        apply(&mut mention, &set(9), AGENT, NOW);
        apply(&mut mention, &set(1), AGENT, NOW);
        let detail = &mention.state.actions.last().unwrap().detail;
        assert_eq!(
            (detail.priority, detail.previous_priority),
            (Priority::new(1), Priority::new(9))
        );
    }
}
