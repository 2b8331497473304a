//! `mention`.

use domain::attachment::Attachment;
use domain::filter::{hashtag_filter, user_filter};
use domain::mention::{Author, Entity, Location, Mention, ServiceDetails, Timers, Todo};
use domain::message_type::MessageType;
use domain::source::Service;
use domain::time::UnixMillis;

use super::View;
use super::action_links::action_links;
use super::actions::{actions, assignees};
use crate::render::json::{Array, Object};
use crate::social_connect::priorities;
use crate::social_connect::versions::{
    ASSIGNEES_ONLY, ATTACHMENT_QUESTION, NO_ENTITIES, TWITTER_PRIVATE_PROFILE, UNIQUE_ID,
};

/// A mention as tracked in one topic.
pub fn mention(o: &mut Object<'_>, mention: &Mention, view: &View<'_>) {
    let is_redacted = is_redacted(mention, view);
    let (body, state) = (&mention.body, &mention.state);
    o.display("id", format_args!("{}", mention.id));
    if view.version.has(&UNIQUE_ID) {
        o.display(
            "unique_id",
            format_args!("{}_{}", mention.topic_id, mention.id),
        );
    } else {
        o.text("unique_id", "");
    }
    o.object("author", |o| author(o, &body.author, is_redacted, true));
    if let Some(original) = &body.original_author {
        o.object("original_author", |o| {
            author(o, original, is_redacted, false);
        });
    }
    o.object("message", |o| message(o, mention, view, is_redacted));
    o.object("source", |o| source(o, mention, view, is_redacted));
    if !state.location.is_empty() && !is_redacted {
        o.object("location", |o| location(o, &state.location));
    }
    if !state.tags.is_empty() {
        o.array("tags", |a| {
            for tag in state
                .tags
                .iter()
                .filter_map(|id| view.directory.tags.get(id))
            {
                a.push(&tag.name);
            }
        });
    }
    o.object("topic", |o| {
        o.number("id", mention.topic_id.get());
        let topic = view.directory.topics.get(&mention.topic_id);
        o.text("name", topic.map_or("", |topic| &topic.name));
    });
    o.object("project", |o| {
        o.number("id", mention.project_id.get());
        let project = view.directory.projects.get(&mention.project_id);
        o.text("name", project.map_or("", |project| &project.name));
    });
    o.set("status", &state.status);
    o.text(
        "permalink",
        &view
            .links
            .permalink(mention.account_id, mention.topic_id, mention.id),
    );
    o.object("assignment", |o| {
        if !view.version.has(&ASSIGNEES_ONLY) {
            o.array("user_ids", |a| assigned(a, mention, false));
            o.array("team_ids", |a| assigned(a, mention, true));
        }
        o.text("comments", &state.assignment_comment);
    });
    o.array("assignees", |a| assignees(a, &state.assignees, view));
    o.array("actions", |a| actions(a, &state.actions, view));
    o.array("action_links", |a| action_links(a, mention, view));
    match &state.handled_by {
        // A recorded answer has the member with `null` when nothing but people handled it.
        None => o.null("handled_by"),
        Some(by) => o.object("handled_by", |o| {
            o.text("type", &by.kind);
            o.maybe_text("flow_id", by.flow_id.as_deref());
        }),
    }
    o.object("timestamps", |o| timestamps(o, mention));
    o.object("date", |o| {
        o.number("added", mention.added_at.seconds());
        if !is_redacted {
            o.maybe("published", mention.published_at.map(UnixMillis::seconds));
        }
    });
    if let Some(priority) = state.priority {
        o.object("priority", |o| priorities::write(o, priority));
    }
    if !body.extra_attributes.is_empty() && !is_redacted {
        o.array("extra_attributes", |a| {
            for attribute in &body.extra_attributes {
                a.object(|o| {
                    o.text("id", &attribute.id);
                    o.text("name", &attribute.name);
                    o.text("value", &attribute.value);
                });
            }
        });
    }
    if !state.todos.is_empty() && engine::inbox::sees_todos(view.scope) {
        o.array("todos", |a| {
            for todo in &state.todos {
                a.object(|o| write_todo(o, todo, view));
            }
        });
    }
    if !is_redacted {
        buttons(o, mention);
    }
}

/// "For Twitter, YouTube and TikTok data we only return specific data together with the
/// identifiers from the platform" (vendor's response page). Which members survive is taken from
/// a recorded redacted mention.
fn is_redacted(mention: &Mention, view: &View<'_>) -> bool {
    !view.is_trusted
        && matches!(
            mention.body.source.service,
            Service::Twitter | Service::Youtube | Service::Tiktok
        )
}

fn author(o: &mut Object<'_>, author: &Author, is_redacted: bool, says_managed: bool) {
    if !is_redacted {
        o.maybe_text("name", author.name.as_deref());
        o.maybe_text("fullname", author.fullname.as_deref());
    }
    o.maybe_text("id", author.id.as_deref());
    if !is_redacted {
        o.maybe_text("url", author.url.as_deref());
        o.maybe_text("img", author.img.as_deref());
    }
    if says_managed {
        o.flag("managed", author.managed);
    }
}

fn message(o: &mut Object<'_>, mention: &Mention, view: &View<'_>, is_redacted: bool) {
    let body = &mention.body;
    if !is_redacted {
        o.maybe_text("title", body.title.as_deref());
        o.text("content", &body.content);
        o.text("stripped_content", body.plain_text());
        o.object("entities", |o| {
            if view.is_trusted || !view.version.has(&NO_ENTITIES) {
                entities(o, mention, view);
            }
        });
        if !body.attachments.is_empty() {
            o.array("attachments", |a| {
                for attachment in &body.attachments {
                    a.object(|o| write_attachment(o, attachment, view));
                }
            });
        }
    }
    // Documented as always there, but short texts have no language that can be told.
    o.set("language", &mention.state.language);
    o.set("sentiment", &mention.state.sentiment);
    if !is_redacted {
        o.maybe("type", body.message_type);
    }
}

fn entities(o: &mut Object<'_>, mention: &Mention, view: &View<'_>) {
    let found = &mention.body.entities;
    let common = |o: &mut Object<'_>, entity: &Entity| {
        o.text("string", &entity.string);
        o.set("indices", &[entity.start, entity.end]);
    };
    if !found.hashtags.is_empty() {
        o.array("hashtag", |a| {
            for entity in &found.hashtags {
                let text = entity.string.trim_start_matches(['#', '＃']);
                a.object(|o| {
                    common(o, entity);
                    o.text("text", text);
                    let filter = hashtag_filter(text);
                    o.text("filter", &filter);
                    o.text("url", &click_through(view, &filter));
                });
            }
        });
    }
    if !found.urls.is_empty() {
        o.array("url", |a| {
            for entity in &found.urls {
                let full = entity.full_url();
                a.object(|o| {
                    common(o, entity);
                    o.text("url", &full);
                    o.text("short_url", &entity.string);
                    o.text("long_url", &full);
                    o.text("display_url", entity.display_url());
                });
            }
        });
    }
    if !found.users.is_empty() {
        o.array("user", |a| {
            for entity in &found.users {
                let name = entity.string.trim_start_matches(['@', '＠']);
                a.object(|o| {
                    common(o, entity);
                    o.set("service", &mention.body.source.service);
                    o.text("screen_name", name);
                    let filter = user_filter(mention.body.source.service, name);
                    o.text("filter", &filter);
                    o.text("url", &click_through(view, &filter));
                });
            }
        });
    }
}

/// The inbox of the web application with this filter.
fn click_through(view: &View<'_>, filter: &str) -> String {
    let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    format!(
        "{}/inbox/{}?filter={query}",
        view.links.web(),
        view.directory.account.id
    )
}

fn write_attachment(o: &mut Object<'_>, attachment: &Attachment, view: &View<'_>) {
    o.set("type", &attachment.kind);
    o.maybe_text("url", attachment.url.as_deref());
    o.maybe_text("title", attachment.title.as_deref());
    o.maybe_text("image", attachment.image.as_deref());
    o.maybe_text("description", attachment.description.as_deref());
    o.maybe_text("caption", attachment.caption.as_deref());
    if view.version.has(&ATTACHMENT_QUESTION) {
        o.maybe_text("question", attachment.question.as_deref());
    }
    o.maybe("id", attachment.id);
    o.maybe("content", attachment.content.as_ref());
}

fn source(o: &mut Object<'_>, mention: &Mention, view: &View<'_>, is_redacted: bool) {
    let source = &mention.body.source;
    o.set("category", &source.category);
    o.set("service", &source.service);
    o.set("type", &source.provider);
    o.maybe_text("id", source.id.as_deref());
    o.maybe_text("in_reply_to_message_id", source.in_reply_to.as_deref());
    o.maybe_text("thread_id", source.thread_id.as_deref());
    o.text("domain", &source.domain);
    if !is_redacted {
        o.maybe_text("url", source.url.as_deref());
        o.maybe_text("application", source.application.as_deref());
    }
    let is_twitter_message = source.service == Service::Twitter
        && mention.body.message_type == Some(MessageType::Privatemessage);
    if !is_twitter_message || view.version.has(&TWITTER_PRIVATE_PROFILE) {
        o.maybe_text("profile", source.profile.as_deref());
    }
    if !is_redacted {
        o.maybe_text("profile_name", source.profile_name.as_deref());
    }
    if let Some(sender) = &source.sender {
        o.object("sender", |o| {
            o.text("type", &sender.kind);
            o.text("id", &sender.id);
            o.text("name", &sender.name);
        });
    }
}

fn location(o: &mut Object<'_>, location: &Location) {
    o.maybe_text("continent", location.continent.as_deref());
    o.maybe_text("country", location.country.as_deref());
    o.maybe_text("city", location.city.as_deref());
    o.maybe_text("region", location.region.as_deref());
    o.maybe("longitude", location.longitude);
    o.maybe("latitude", location.latitude);
}

fn assigned(a: &mut Array<'_>, mention: &Mention, teams: bool) {
    use domain::mention::Assignee;
    for assignee in &mention.state.assignees {
        match assignee {
            Assignee::User(id) if !teams => a.push(&id.get()),
            Assignee::Team(id) if teams => a.push(&id.get()),
            _ => {}
        }
    }
}

/// Seconds. The recorded mention without any answer has `handle_time` and nothing else.
fn timestamps(o: &mut Object<'_>, mention: &Mention) {
    let timers: &Timers = &mention.state.timers;
    let seconds = |ms: Option<i64>| ms.map(|ms| ms.div_euclid(1_000));
    o.maybe("response_time", mention.response_seconds());
    o.maybe(
        "response_time_during_bh",
        seconds(timers.response_in_hours_ms),
    );
    o.maybe("resolve_time", mention.resolve_seconds());
    o.maybe(
        "resolve_time_during_bh",
        seconds(timers.resolve_in_hours_ms),
    );
    o.number("handle_time", timers.handle_ms.div_euclid(1_000));
}

fn write_todo(o: &mut Object<'_>, todo: &Todo, view: &View<'_>) {
    o.display("id", format_args!("{}", todo.id));
    o.object("author", |o| {
        o.display("id", format_args!("{}", todo.author));
        o.text("name", view.directory.user_name(todo.author));
        if view.shows_email {
            let member = view.directory.members.get(&todo.author);
            o.maybe_text("email", member.map(|member| member.user.email.as_str()));
        }
    });
    o.text("text", &todo.text);
    o.array("assignees", |a| assignees(a, &todo.assignees, view));
    o.text("status", if todo.is_done { "done" } else { "todo" });
    o.number("dateadd", todo.added_at.seconds());
    o.number("lastupdate", todo.updated_at.seconds());
}

fn buttons(o: &mut Object<'_>, mention: &Mention) {
    let body = &mention.body;
    if !body.buttons.is_empty() {
        o.array("buttons", |a| {
            for button in &body.buttons {
                a.object(|o| {
                    o.text("id", &button.id);
                    o.text("label", &button.label);
                });
            }
        });
    }
    if !body.clicked_buttons.is_empty() {
        o.array("clicked_buttons", |a| {
            for button in &body.clicked_buttons {
                a.object(|o| {
                    o.text("id", &button.id);
                    o.text("label", &button.label);
                    o.text("payload", &button.payload);
                });
            }
        });
    }
    if let Some(details) = &body.service_details {
        o.object("service_details", |o| write_service_details(o, details));
    }
}

/// The documented members of each kind of detail; anything else is not passed on.
fn write_service_details(o: &mut Object<'_>, details: &ServiceDetails) {
    const KNOWN: &[&str] = &[
        "location_id",
        "location_name",
        "locationUrl",
        "locationAddress",
        "location_url",
        "location_address",
        "app_id",
        "app_name",
        "product_id",
        "product_name",
        "shop_id",
        "shop_name",
        "author_phone",
    ];
    o.text("type", &details.kind);
    for (name, value) in &details.fields {
        if let Some(known) = KNOWN.iter().find(|known| *known == name) {
            o.text(known, value);
        }
    }
}
