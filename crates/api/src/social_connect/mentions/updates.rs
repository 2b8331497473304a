//! `updates` and `options` of a mention: an object shaped like the mention itself, with the
//! members to change. Only the sentiment and note forms are documented; the others follow the
//! object, in every form that a client could derive from it.

use domain::ids::{TeamId, TodoId, UserId};
use domain::language::Language;
use domain::mention::{Assignee, Location, Priority, Sentiment, Status};
use engine::Error;
use engine::inbox::{AssigneeChange, MentionUpdate, NewNote, TagChange, TagMode, TodoChange};

use crate::social_connect::call::Call;
use crate::social_connect::params::{Field, FieldObject, expected};

/// Members of a mention that cannot be changed, or that only repeat what is there; a client may
/// send the whole object back.
const PASSED_OVER: &[&str] = &[
    "id",
    "unique_id",
    "author",
    "original_author",
    "source",
    "topic",
    "project",
    "permalink",
    "action_links",
    "handled_by",
    "timestamps",
    "date",
    "extra_attributes",
    "part_of_cases",
    "buttons",
    "clicked_buttons",
    "service_details",
];

/// Members that change something.
const TAKEN: &[&str] = &[
    "status",
    "message",
    "tags",
    "actions",
    "assignment",
    "assignees",
    "priority",
    "location",
    "todos",
];

/// Reads the update of a call.
pub(super) fn read(call: &Call) -> Result<MentionUpdate, Error> {
    let updates = call.params.required_object("updates")?;
    let options = call.params.object("options")?;
    if let Some(name) = updates
        .names()
        .find(|name| !PASSED_OVER.contains(name) && !TAKEN.contains(name))
    {
        return Err(Error::invalid(
            updates.path_of(name),
            format!(
                "is not a member that can be changed; those are {}",
                TAKEN.join(", ")
            ),
        ));
    }
    check_options(options.as_ref())?;
    let message = updates.object("message")?;
    let assignment = updates.object("assignment")?;
    let (notes, todos) = (notes(&updates)?, todos(&updates)?);
    Ok(MentionUpdate {
        status: updates.get("status").map(status).transpose()?,
        sentiment: sentiment(message.as_ref())?,
        tags: tags(&updates, options.as_ref())?,
        assignees: assignees(&updates, assignment.as_ref())?,
        assignment_comment: comment(assignment.as_ref())?,
        notes,
        priority: priority(&updates)?,
        language: language(message.as_ref())?,
        location: updates.get("location").map(location).transpose()?,
        todos,
    })
}

fn check_options(options: Option<&FieldObject>) -> Result<(), Error> {
    let Some(options) = options else {
        return Ok(());
    };
    // Nobody is sent mail yet, so `sendMail` has nothing to switch; it is read for its form.
    options.flag("sendMail")?;
    for name in ["hide_on_service", "delete_on_service"] {
        if options.flag(name)? == Some(true) {
            return Err(Error::invalid(
                options.path_of(name),
                "the connection of this mention cannot do this on the service",
            ));
        }
    }
    Ok(())
}

fn status(field: Field) -> Result<Status, Error> {
    let wrong = field.wrong("new, pending or done");
    Status::parse(field.into_text()?.trim()).ok_or(wrong)
}

fn sentiment(message: Option<&FieldObject>) -> Result<Option<Sentiment>, Error> {
    let Some(field) = message.and_then(|message| message.get("sentiment")) else {
        return Ok(None);
    };
    let wrong = field.wrong("positive, negative, neutral or unset");
    Sentiment::parse(field.into_text()?.trim())
        .map(Some)
        .ok_or(wrong)
}

/// `null` and `""` make the language unknown.
#[expect(
    clippy::option_option,
    reason = "absent, `null` and a value are three different wishes"
)]
fn language(message: Option<&FieldObject>) -> Result<Option<Option<Language>>, Error> {
    let Some(message) = message.filter(|message| message.has("language")) else {
        return Ok(None);
    };
    let Some(code) = message.filled_text("language")? else {
        return Ok(Some(None));
    };
    match Language::parse(code.trim()) {
        Some(language) => Ok(Some(Some(language))),
        None => Err(Error::UnsupportedLanguage(code)),
    }
}

fn tags(updates: &FieldObject, options: Option<&FieldObject>) -> Result<Option<TagChange>, Error> {
    let Some(names) = updates.texts("tags")? else {
        return Ok(None);
    };
    let mode = match options
        .map(|options| options.filled_text("tags_edit_mode"))
        .transpose()?
        .flatten()
    {
        None => TagMode::default(),
        Some(word) => match word.trim() {
            "add" => TagMode::Add,
            "update" => TagMode::Update,
            "delete" => TagMode::Delete,
            other => {
                return Err(expected(
                    "options.tags_edit_mode",
                    "add, update or delete",
                    other,
                ));
            }
        },
    };
    Ok(Some(TagChange { mode, names }))
}

/// `assignees` names all of them; `assignment.user_ids` and `team_ids` those of one kind.
fn assignees(
    updates: &FieldObject,
    assignment: Option<&FieldObject>,
) -> Result<Option<AssigneeChange>, Error> {
    if let Some(items) = updates.list("assignees")? {
        return items
            .into_iter()
            .map(assignee)
            .collect::<Result<_, _>>()
            .map(|all| Some(AssigneeChange::All(all)));
    }
    let Some(assignment) = assignment else {
        return Ok(None);
    };
    let users = ids(assignment, "user_ids")?;
    let teams = ids(assignment, "team_ids")?;
    if users.is_none() && teams.is_none() {
        return Ok(None);
    }
    Ok(Some(AssigneeChange::Partly {
        users: users.map(|ids| ids.into_iter().map(UserId).collect()),
        teams: teams.map(|ids| ids.into_iter().map(TeamId).collect()),
    }))
}

fn assignee(field: Field) -> Result<Assignee, Error> {
    let given = field.into_object()?;
    let Some(id) = given.integer("id")? else {
        return Err(Error::invalid(given.path_of("id"), "is required"));
    };
    match given.filled_text("type")?.as_deref() {
        None | Some("user") => Ok(Assignee::User(UserId(id))),
        Some("team") => Ok(Assignee::Team(TeamId(id))),
        Some(other) => Err(expected(&given.path_of("type"), "user or team", other)),
    }
}

/// Numbers, as a list or as text separated by commas.
fn ids(object: &FieldObject, name: &str) -> Result<Option<Vec<i64>>, Error> {
    let Some(field) = object.get(name) else {
        return Ok(None);
    };
    let wrong = field.wrong("a list of numbers");
    match field.clone().into_text() {
        Ok(text) => text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().ok())
            .collect::<Option<Vec<i64>>>()
            .map(Some)
            .ok_or(wrong),
        Err(_) => field
            .into_list()?
            .into_iter()
            .map(Field::into_integer)
            .collect::<Result<_, _>>()
            .map(Some),
    }
}

/// The changelog spells the member `comment`, the object page `comments`.
fn comment(assignment: Option<&FieldObject>) -> Result<Option<String>, Error> {
    let Some(assignment) = assignment else {
        return Ok(None);
    };
    match assignment.text("comments")? {
        Some(text) => Ok(Some(text)),
        None => assignment.text("comment"),
    }
}

/// `{"id": 7}` or `7`; `null` takes the priority away.
#[expect(
    clippy::option_option,
    reason = "absent, `null` and a value are three different wishes"
)]
fn priority(updates: &FieldObject) -> Result<Option<Option<Priority>>, Error> {
    if !updates.has("priority") {
        return Ok(None);
    }
    let Some(field) = updates.get("priority") else {
        return Ok(Some(None));
    };
    let field = match field.clone().into_object() {
        Ok(object) if object.has("id") => match object.get("id") {
            Some(id) => id,
            None => return Ok(Some(None)),
        },
        _ => field,
    };
    let wrong = field.wrong("a number from 0 to 10");
    u8::try_from(field.into_integer()?)
        .ok()
        .and_then(Priority::new)
        .map(|priority| Some(Some(priority)))
        .ok_or(wrong)
}

/// A place; members that are not given are unknown in it.
fn location(field: Field) -> Result<Location, Error> {
    let given = field.into_object()?;
    let code = |name: &str| -> Result<Option<String>, Error> {
        let Some(code) = given.filled_text(name)? else {
            return Ok(None);
        };
        let code = code.trim().to_ascii_uppercase();
        if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(Some(code))
        } else {
            Err(expected(
                &given.path_of(name),
                "a code of two letters",
                &code,
            ))
        }
    };
    let degrees = |name: &str, most: f64| match given.float(name)? {
        Some(value) if value.abs() > most => Err(expected(
            &given.path_of(name),
            &format!("degrees from -{most} to {most}"),
            &value.to_string(),
        )),
        value => Ok(value),
    };
    Ok(Location {
        continent: code("continent")?,
        country: code("country")?,
        region: given.filled_text("region")?,
        city: given.filled_text("city")?,
        longitude: degrees("longitude", 180.0)?,
        latitude: degrees("latitude", 90.0)?,
    })
}

/// `{"actions":[{"type":"note","extra":"…"}]}`. Items that have a date are the history that a
/// client sends back unchanged.
fn notes(updates: &FieldObject) -> Result<Vec<NewNote>, Error> {
    let mut notes = Vec::new();
    for item in updates.list("actions")?.unwrap_or_default() {
        let action = item.into_object()?;
        if action.has("date") {
            continue;
        }
        match action.filled_text("type")?.as_deref() {
            Some("note") => {}
            other => {
                let given = other.unwrap_or_default();
                return Err(expected(&action.path_of("type"), "note", given));
            }
        }
        let text = match action.text("extra")? {
            Some(text) => Some(text),
            None => action.text("details")?,
        };
        let Some(text) = text else {
            return Err(Error::invalid(action.path_of("extra"), "is required"));
        };
        let todos = action.texts("todos")?.unwrap_or_default();
        notes.push(NewNote { text, todos });
    }
    Ok(notes)
}

/// `{"todos":[{"id":"…","status":"done"}]}`.
fn todos(updates: &FieldObject) -> Result<Vec<TodoChange>, Error> {
    let items = updates.list("todos")?.unwrap_or_default();
    items
        .into_iter()
        .map(|item| {
            let given = item.into_object()?;
            let Some(id) = given.integer("id")? else {
                return Err(Error::invalid(given.path_of("id"), "is required"));
            };
            let is_done = match given.filled_text("status")?.as_deref() {
                Some("done") => true,
                Some("todo") => false,
                other => {
                    let given_status = other.unwrap_or_default();
                    return Err(expected(
                        &given.path_of("status"),
                        "todo or done",
                        given_status,
                    ));
                }
            };
            Ok(TodoChange {
                id: TodoId(id),
                is_done,
            })
        })
        .collect()
}
