//! Messages that programs add: a contact form, a forum of one's own.
//!
//! They are durable and in every list when the call returns. All or nothing: one wrong item and
//! none is taken. An item that its topic has already (by `source.id`) is passed over, so that a
//! program may send a batch again when it did not get an answer.

use channels::Draft;
use domain::ids::TopicId;
use domain::limits;
use domain::mention::{Priority, Status};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::source::{Category, Service};
use serde_json::Value;

use super::enrich::{enrich, is_possible};
use super::lengths::{TooLong, find_too_long};
use super::record::{self, Entry, Recorded};
use crate::address::Address;
use crate::inbox::{self, Given};
use crate::{Engine, Error, What};

/// Items that are taken in one call.
pub const MAX_ITEMS: usize = 500;
/// The parameter that holds the items, as errors name it.
const FIELD: &str = "mentions";

/// A message to add.
#[derive(Debug, Clone, PartialEq)]
pub struct NewItem {
    /// The topic it is for.
    pub topic_id: TopicId,
    /// What it says.
    pub draft: Draft,
    /// Where it starts in the workflow.
    pub status: Option<Status>,
    /// Its urgency.
    pub priority: Option<Priority>,
}

/// Refuses more items than one call takes, before anything is read.
pub fn check_count(given: usize) -> Result<(), Error> {
    if given > MAX_ITEMS {
        return Err(Error::TooMany {
            field: FIELD.to_owned(),
            limit: MAX_ITEMS,
            given,
        });
    }
    if given == 0 {
        return Err(Error::invalid(
            FIELD,
            "expected a list of at least one mention",
        ));
    }
    Ok(())
}

/// Adds messages.
///
/// # Errors
/// `TooMany`; `Invalid` naming the item and its member; `Denied` for the first permission that is
/// missing: to see the inbox, for each member that an item sets what an update of it asks, and to
/// make a tag that does not exist, be it that it was deleted a moment ago.
pub async fn add(engine: &Engine, scope: &Scope, items: Vec<NewItem>) -> Result<Recorded, Error> {
    check_count(items.len())?;
    crate::auth::require(scope, Permission::InboxRead)?;
    for item in &items {
        inbox::check_permissions(scope, given(item))?;
        // Nobody is assigned to a mention that is new.
        inbox::check_status(scope, &[], item.status.unwrap_or_default())?;
    }
    let directory = engine.directory(scope.account_id()).await?;
    let now = engine.now();
    let mut checked = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let topic = directory
            .topic(scope, item.topic_id)
            .map_err(|_| no_topic(index, item.topic_id))?;
        let project_id = topic.project_id;
        let mut item = item;
        let profile = &mut item.draft.source.profile;
        if let Some(given) = profile.take() {
            *profile = Some(Address::new(engine, scope.account_id(), given.trim()).service_id);
        }
        check(index, &item.draft)?;
        if item
            .draft
            .published_at
            .is_some_and(|at| !is_possible(at, now))
        {
            return Err(wrong(
                index,
                "date.published",
                "expected a date after 1980 that is not in the future",
            ));
        }
        checked.push((project_id, item));
    }
    let read = move || -> Vec<Entry> {
        checked
            .into_iter()
            .map(|(project_id, item)| Entry {
                topic_id: item.topic_id,
                project_id,
                enriched: enrich(item.draft, now),
                status: item.status.unwrap_or_default(),
                priority: item.priority,
                origin: None,
                is_update: false,
            })
            .collect()
    };
    let entries = tokio::task::spawn_blocking(read)
        .await
        .map_err(|failure| Error::internal(format!("reading mentions did not end: {failure}")))?;
    for (index, entry) in entries.iter().enumerate() {
        let body = &entry.enriched.body;
        if body.plain_text().is_empty() && body.title.is_none() && body.attachments.is_empty() {
            return Err(wrong(
                index,
                "message.content",
                "expected text, nothing is left of it",
            ));
        }
    }
    let topics: Vec<TopicId> = entries.iter().map(|entry| entry.topic_id).collect();
    match record::add(engine, scope, entries).await {
        // One was deleted since it was looked up.
        Err(Error::NotFound(What::Topic)) => Err(missing_topic(engine, scope, &topics).await?),
        done => done,
    }
}

/// Says which item names a topic that is gone.
async fn missing_topic(engine: &Engine, scope: &Scope, topics: &[TopicId]) -> Result<Error, Error> {
    let directory = engine.directory(scope.account_id()).await?;
    let missing = topics
        .iter()
        .enumerate()
        .find(|(_, id)| directory.topic(scope, **id).is_err());
    Ok(match missing {
        Some((index, id)) => no_topic(index, *id),
        None => Error::NotFound(What::Topic),
    })
}

fn no_topic(index: usize, id: TopicId) -> Error {
    wrong(index, "topic.id", format!("there is no topic {id}"))
}

/// The members that an item sets, as an update of the mention would.
fn given(item: &NewItem) -> Given {
    let draft = &item.draft;
    Given {
        status: item.status.is_some(),
        sentiment: draft.sentiment.is_some(),
        tags: !draft.tags.is_empty(),
        properties: item.priority.is_some()
            || draft.language.is_some()
            || !draft.location.is_empty(),
        ..Given::default()
    }
}

/// Refuses more of a message than one may have: nothing is left out in silence.
fn check_parts(index: usize, draft: &Draft) -> Result<(), Error> {
    let details = draft.service_details.as_ref();
    for (field, given, limit) in [
        ("attachments", draft.attachments.len(), limits::PARTS),
        (
            "extra_attributes",
            draft.extra_attributes.len(),
            limits::PARTS,
        ),
        ("buttons", draft.buttons.len(), limits::PARTS),
        (
            "clicked_buttons",
            draft.clicked_buttons.len(),
            limits::PARTS,
        ),
        (
            "service_details",
            details.map_or(0, |details| details.fields.len()),
            limits::PARTS,
        ),
    ] {
        if given > limit {
            return Err(Error::TooMany {
                field: format!("{FIELD}[{index}].{field}"),
                limit,
                given,
            });
        }
    }
    let bytes = serde_json::to_vec(draft).map_or(usize::MAX, |text| text.len());
    if bytes > limits::MENTION_BYTES {
        return Err(Error::Full {
            field: format!("{FIELD}[{index}]"),
            of: "a mention",
            things: "bytes",
            limit: limits::MENTION_BYTES,
        });
    }
    Ok(())
}

fn check(index: usize, draft: &Draft) -> Result<(), Error> {
    check_parts(index, draft)?;
    inbox::check_tags(&format!("{FIELD}[{index}].tags"), &draft.tags)?;
    for (part, attachment) in draft.attachments.iter().enumerate() {
        if matches!(attachment.content, Some(Value::Array(_) | Value::Object(_))) {
            return Err(wrong(
                index,
                &format!("attachments[{part}].content"),
                "expected a text, a number, true or false",
            ));
        }
    }
    match find_too_long(draft) {
        Some(TooLong { field, most }) => Err(wrong(
            index,
            &field,
            format!("expected at most {most} characters"),
        )),
        None => Ok(()),
    }
}

fn wrong(index: usize, field: &str, reason: impl Into<String>) -> Error {
    Error::invalid(format!("{FIELD}[{index}].{field}"), reason)
}

/// The kind of publication of a message whose sender names only its service.
pub const fn usual_category(service: Service) -> Category {
    match service {
        Service::Rss | Service::TumblrBlog | Service::TelligentBlogs => Category::Blogs,
        Service::Youtube | Service::Vimeo | Service::Tiktok => Category::SocialVideos,
        Service::Instagram
        | Service::InstagramBusinessProfile
        | Service::InstagramBusinessProfileHashtag
        | Service::InstagramHashtag
        | Service::Pinterest => Category::SocialPhotos,
        // Observed in recorded answers: tweets are "social", not "microblogs".
        Service::Twitter
        | Service::Facebook
        | Service::FacebookAds
        | Service::Googleplus
        | Service::LinkedinCompany
        | Service::LinkedinCompanyV2
        | Service::LinkedinGroup
        | Service::InstagramAds => Category::Social,
        Service::Tripadvisor
        | Service::YelpBusiness
        | Service::FoursquareVenue
        | Service::GomingaLocations
        | Service::GomingaApps
        | Service::GomingaProducts
        | Service::GomingaShops
        | Service::Ios
        | Service::Android => Category::Reviews,
        Service::Mailservice | Service::EmailMailbox => Category::Email,
        Service::TelligentForum | Service::Lithium => Category::Forums,
        Service::Mixcloud | Service::Soundcloud => Category::Podcasts,
        Service::SocialCase => Category::Case,
        _ => Category::Conversations,
    }
}
