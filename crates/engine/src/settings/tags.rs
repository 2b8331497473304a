//! Tags of an account.

use std::collections::BTreeSet;

use domain::change::ChangeKind;
use domain::ids::TagId;
use domain::permission::Permission;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::tag::{Tag, TagStatus};
use serde_json::{Value, json};
use store::Tx;
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, require};
use crate::inbox::{LONGEST_TAG, check_length};
use crate::{Denial, Engine, Error, What, room};

/// A tag to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTag {
    /// The word.
    pub name: String,
    /// `rgb(r,g,b)`.
    pub color: Option<String>,
    /// The tag above it.
    pub parent_id: Option<TagId>,
    /// Shown in pickers; yes when absent.
    pub is_visible: Option<bool>,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagUpdate {
    /// The word.
    pub name: Option<String>,
    /// `rgb(r,g,b)`; `Some(None)` takes it away.
    pub color: Option<Option<String>>,
    /// The tag above it; `Some(None)` makes it a top one.
    pub parent_id: Option<Option<TagId>>,
    /// Shown in pickers.
    pub is_visible: Option<bool>,
    /// Still offered or archived.
    pub status: Option<TagStatus>,
}

/// Makes a tag.
///
/// # Errors
/// `Conflict` when there is one of this name.
pub async fn create_tag(engine: &Engine, scope: &Scope, new: NewTag) -> Result<Tag, Error> {
    require(scope, Permission::TagsCreate)?;
    let title = tag_name("tag.tag", &new.name)?;
    let color = new
        .color
        .map(|text| color("tag.color_code", &text))
        .transpose()?;
    let (account_id, added_at) = (scope.account_id(), engine.now());
    change(engine, scope, Permission::TagsCreate, move |tx, scope| {
        Box::pin(async move {
            check_parent(tx, &scope, "tag.parent_id", None, new.parent_id).await?;
            let tag = Tag {
                account_id,
                id: TagId(store::counters::next(tx, Kind::Tag).await?),
                name: title,
                color,
                parent_id: new.parent_id,
                is_visible: new.is_visible.unwrap_or(true),
                status: TagStatus::Active,
                added_at,
            };
            store::tags::create(tx, &scope, &tag).await?;
            room::check(tx, &scope, Counted::Tags, "tag").await?;
            let told = told(ChangeKind::TagAdded, &tag, Value::Null, card(&tag));
            Ok((tag, told))
        })
    })
    .await
}

/// Makes a tag within somebody else's transaction, which also tells the change log and then the
/// history, by [`record_new_tags`](super::record_new_tags).
pub(crate) async fn insert_tag(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    title: &str,
) -> Result<TagId, Error> {
    let id = TagId(store::counters::next(tx, Kind::Tag).await?);
    let tag = Tag {
        account_id: scope.account_id(),
        id,
        name: title.to_owned(),
        color: None,
        parent_id: None,
        is_visible: true,
        status: TagStatus::Active,
        added_at: engine.now(),
    };
    store::tags::create(tx, scope, &tag).await?;
    room::check(tx, scope, Counted::Tags, "tag").await?;
    Ok(id)
}

/// Renames, moves, hides or archives a tag.
pub async fn update_tag(
    engine: &Engine,
    scope: &Scope,
    id: TagId,
    update: TagUpdate,
) -> Result<Tag, Error> {
    require(scope, Permission::TagsUpdate)?;
    let title = update
        .name
        .map(|text| tag_name("updates.tag", &text))
        .transpose()?;
    let color = update
        .color
        .map(|text| {
            text.map(|text| color("updates.color_code", &text))
                .transpose()
        })
        .transpose()?;
    change(engine, scope, Permission::TagsUpdate, move |tx, scope| {
        Box::pin(async move {
            let mut tag = find(tx, &scope, id).await?;
            let before = card(&tag);
            if let Some(parent_id) = update.parent_id {
                check_parent(tx, &scope, "updates.parent_id", Some(id), parent_id).await?;
                tag.parent_id = parent_id;
            }
            tag.name = title.unwrap_or(tag.name);
            tag.color = color.unwrap_or(tag.color);
            tag.is_visible = update.is_visible.unwrap_or(tag.is_visible);
            tag.status = update.status.unwrap_or(tag.status);
            store::tags::update(tx, &scope, &tag).await?;
            let told = told(ChangeKind::TagUpdated, &tag, before, card(&tag));
            Ok((tag, told))
        })
    })
    .await
}

/// Removes a tag that no mention bears and that has no tags below it; others can be archived.
///
/// # Errors
/// `Denied` to those who do not see all mentions, whether one bears it or not: the answer would tell
/// of what is out of their reach.
pub async fn delete_tag(engine: &Engine, scope: &Scope, id: TagId) -> Result<(), Error> {
    change(engine, scope, Permission::TagsUpdate, move |tx, scope| {
        Box::pin(async move {
            if *scope.topics() != TopicAccess::All || scope.only_assigned().is_some() {
                return Err(Error::Denied(Denial::Rule(
                    "A tag is deleted by somebody who reaches all topics; archive it instead."
                        .into(),
                )));
            }
            let tag = find(tx, &scope, id).await?;
            if store::tags::has_below(&mut *tx, &scope, id).await? {
                return Err(Error::Conflict(
                    "There are tags below this one; move or delete them first.".into(),
                ));
            }
            if store::conversations::has_tag(&mut *tx, &scope, id).await? {
                return Err(Error::Conflict(
                    "Mentions bear this tag; archive it instead.".into(),
                ));
            }
            store::tags::delete(tx, &scope, id).await?;
            let before = card(&tag);
            Ok(((), told(ChangeKind::TagDeleted, &tag, before, Value::Null)))
        })
    })
    .await
}

async fn find(tx: &mut Tx, scope: &Scope, id: TagId) -> Result<Tag, Error> {
    store::tags::find(&mut *tx, scope, id)
        .await?
        .ok_or(Error::NotFound(What::Tag))
}

fn told(kind: ChangeKind, tag: &Tag, before: Value, after: Value) -> Told {
    Told {
        kind,
        object_id: tag.id.0,
        topic_id: None,
        detail: json!({ "name": tag.name }),
        before,
        after,
    }
}

/// What the history keeps.
fn card(tag: &Tag) -> Value {
    json!({
        "name": tag.name,
        "color": tag.color,
        "parent_id": tag.parent_id,
        "is_visible": tag.is_visible,
        "status": tag.status,
    })
}

fn tag_name(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(field, "a tag must not be empty"));
    }
    check_length(field, text, LONGEST_TAG)?;
    Ok(text.to_owned())
}

/// `rgb(r,g,b)` with numbers from 0 to 255, the form of the vendor's tag object.
fn color(field: &str, text: &str) -> Result<String, Error> {
    let parts = text
        .trim()
        .strip_prefix("rgb(")
        .and_then(|rest| rest.strip_suffix(')'));
    let numbers: Option<Vec<u8>> = parts.and_then(|parts| {
        parts
            .split(',')
            .map(|part| part.trim().parse().ok())
            .collect()
    });
    match numbers.as_deref() {
        Some([red, green, blue]) => Ok(format!("rgb({red},{green},{blue})")),
        _ => Err(Error::invalid(
            field,
            "a colour such as \"rgb(200,30,30)\" was expected",
        )),
    }
}

/// The tag above must exist, and no tag may end up below itself.
async fn check_parent(
    tx: &mut Tx,
    scope: &Scope,
    field: &str,
    own: Option<TagId>,
    parent_id: Option<TagId>,
) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    let mut next = parent_id;
    while let Some(id) = next {
        if Some(id) == own {
            return Err(Error::invalid(field, "a tag cannot be below itself"));
        }
        if !seen.insert(id) {
            return Err(Error::internal("tags form a circle"));
        }
        let tag = store::tags::find(&mut *tx, scope, id)
            .await?
            .ok_or_else(|| Error::invalid(field, format!("the account has no tag {id}")))?;
        next = tag.parent_id;
    }
    Ok(())
}
