//! `settings/tags` and `settings/tag`.

use domain::ids::TagId;
use domain::tag::{Tag, TagStatus};
use engine::settings::{self, NewTag, TagUpdate};
use engine::{Error, What};

use crate::social_connect::call::Call;
use crate::social_connect::params::{FieldObject, expected, missing};
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/tags`. There are no rule-based tags and no category models yet, so the first
/// filter leaves nothing and the second adds nothing.
/// Default and bounds of the list.
const PAGE: (usize, std::ops::RangeInclusive<usize>) = (100, 1..=200);

pub async fn list(call: Call) -> Answer {
    let directory = call.engine.directory(call.account_id()?).await?;
    let smart_only = call.params.flag("smart_tags_only")?.unwrap_or(false);
    call.params.flag("include_category_model_tags")?;
    let limit = call.params.limit(PAGE.0, PAGE.1)?;
    let about = views::SIZE_OF_TAG * directory.tags.len().min(limit);
    call.write(about, move |call| {
        let view = call.view(&directory, call.scope()?);
        let tags: Vec<&Tag> = directory.tags.values().filter(|_| !smart_only).collect();
        let page = call.short_page(
            &tags,
            |tag| tag.id.get(),
            PAGE,
            |a, tag| a.object(|o| views::tag(o, tag, &view)),
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `POST settings/tags`.
pub async fn create(call: Call) -> Answer {
    let given = call.params.required_object("tag")?;
    let new = NewTag {
        name: given.text("tag")?.ok_or_else(|| missing("tag.tag"))?,
        color: given.filled_text("color_code")?,
        parent_id: optional_parent(&given)?.flatten(),
        is_visible: given.flag("visible")?,
    };
    let tag = settings::create_tag(&call.engine, call.scope()?, new).await?;
    show(&call, tag.id).await
}

/// `GET settings/tag/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = tag_id(&call)?;
    show(&call, id).await
}

/// `POST settings/tag/{id}`.
pub async fn update(call: Call) -> Answer {
    let id = tag_id(&call)?;
    let updates = call.params.required_object("updates")?;
    let color = updates
        .has("color_code")
        .then(|| updates.filled_text("color_code"))
        .transpose()?;
    let update = TagUpdate {
        name: updates.text("tag")?,
        color,
        parent_id: optional_parent(&updates)?,
        is_visible: updates.flag("visible")?,
        status: status(&updates)?,
    };
    settings::update_tag(&call.engine, call.scope()?, id, update).await?;
    show(&call, id).await
}

/// `DELETE settings/tag/{id}`.
pub async fn delete(call: Call) -> Answer {
    let id = tag_id(&call)?;
    settings::delete_tag(&call.engine, call.scope()?, id).await?;
    Ok(Reply::done())
}

async fn show(call: &Call, id: TagId) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    let tag = directory.tags.get(&id).ok_or(Error::NotFound(What::Tag))?;
    Ok(Reply::object(|o| views::tag(o, tag, &view)))
}

/// `null` and `""` move the tag to the top.
#[expect(
    clippy::option_option,
    reason = "absent, `null` and a value are three different wishes"
)]
fn optional_parent(given: &FieldObject) -> Result<Option<Option<TagId>>, Error> {
    if !given.has("parent_id") {
        return Ok(None);
    }
    match given.filled_text("parent_id")? {
        None => Ok(Some(None)),
        Some(text) => match TagId::parse(text.trim()) {
            Some(id) => Ok(Some(Some(id))),
            None => Err(expected(
                &given.path_of("parent_id"),
                "the number of a tag",
                &text,
            )),
        },
    }
}

fn status(given: &FieldObject) -> Result<Option<TagStatus>, Error> {
    match given.filled_text("status")? {
        None => Ok(None),
        Some(word) => match TagStatus::parse(word.trim()) {
            Some(status) => Ok(Some(status)),
            None => Err(expected(
                &given.path_of("status"),
                "active or archived",
                &word,
            )),
        },
    }
}

fn tag_id(call: &Call) -> Result<TagId, Error> {
    call.id("id", TagId::parse, What::Tag)
}
