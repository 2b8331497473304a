//! `inbox/mentions` and `inbox/mention`.

mod updates;

use domain::ids::MentionId;
use engine::inbox::{Cursor, DeleteOptions, ListMentions, UpdateRules};
use engine::query::{self, Sort, SortField};
use engine::{Error, What};

use super::call::Call;
use super::params::expected;
use super::reply::{Answer, Reply};
use super::versions::SAME_STATUS_REFUSED;
use super::views;
use crate::http::token::Place;

/// Orders of the list, as the vendor's client documentation names them, each also upwards.
pub const SORTS: &[&str] = &[
    "dateadd:desc",
    "dateadd:asc",
    "followers:desc",
    "followers:asc",
    "timestamps.action_reply_first:desc",
    "timestamps.action_reply_first:asc",
    "timestamps.action_reply_first_in_bh:desc",
    "timestamps.action_reply_first_in_bh:asc",
    "timestamps.action_status_last:desc",
    "timestamps.action_status_last:asc",
    "timestamps.action_last_date:desc",
    "timestamps.action_last_date:asc",
];

const LIST: &str = "inbox/mentions";

/// `GET inbox/mentions`.
pub async fn list(call: Call) -> Answer {
    let (sort, sort_name) = sort(&call)?;
    let cursor = call.place(LIST, sort_name)?.map(|place| Cursor {
        at: query::Cursor {
            sort_value: place.sort_value,
            id: MentionId(place.id),
        },
        is_backward: place.is_backward,
    });
    let request = ListMentions {
        filter: call.params.text("filter"),
        from: call.params.date("date_from")?,
        to: call.params.date("date_to")?,
        topics: call.topic_ids()?,
        sort,
        limit: call.params.limit(20, 0..=100)?,
        cursor,
        partial: call.params.flag("partial")?.unwrap_or_default(),
    };
    let scope = call.scope()?;
    let page = engine::inbox::list(&call.engine, scope, &request).await?;
    let about = page.mentions.iter().map(engine::inbox::weight).sum();
    call.write(about, move |call| {
        let view = call.view(&page.directory, call.scope()?);
        let url = |cursor: Option<Cursor>| {
            cursor.map(|cursor| {
                let place = Place {
                    sort_value: cursor.at.sort_value,
                    id: cursor.at.id.get(),
                    is_backward: cursor.is_backward,
                };
                call.page_url(LIST, sort_name, place)
            })
        };
        let text = views::paged_list(
            page.total,
            |a| {
                for mention in &page.mentions {
                    a.object(|o| views::mention(o, mention, &view));
                }
            },
            url(page.next).as_deref(),
            url(page.previous).as_deref(),
        );
        Ok(Reply::page(text).partial_if(page.is_partial))
    })
    .await
}

fn sort(call: &Call) -> Result<(Sort, &'static str), Error> {
    let Some(text) = call.params.text("sort") else {
        return Ok((Sort::NEWEST, "dateadd:desc"));
    };
    let name = SORTS
        .iter()
        .copied()
        .find(|name| name.eq_ignore_ascii_case(text.trim()))
        .ok_or_else(|| expected("sort", &format!("one of {}", SORTS.join(", ")), &text))?;
    let field = match name.split(':').next() {
        Some("followers") => SortField::Followers,
        Some("timestamps.action_reply_first") => SortField::FirstReply,
        Some("timestamps.action_reply_first_in_bh") => SortField::FirstReplyInHours,
        Some("timestamps.action_status_last") => SortField::LastStatus,
        Some("timestamps.action_last_date") => SortField::LastAction,
        _ => SortField::Added,
    };
    let sort = Sort {
        field,
        is_descending: name.ends_with(":desc"),
    };
    Ok((sort, name))
}

/// `GET inbox/mention/{topic_id}/{id}`.
pub async fn get(call: Call) -> Answer {
    let scope = call.scope()?;
    let (topic, id) = (call.topic_id(What::Mention)?, mention_id(&call)?);
    let mention = engine::inbox::get(&call.engine, scope, topic, id).await?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    Ok(Reply::object(|o| views::mention(o, &mention, &view)))
}

/// `POST inbox/mention/{topic_id}/{id}`.
pub async fn update(call: Call) -> Answer {
    let scope = call.scope()?;
    let (topic, id) = (call.topic_id(What::Mention)?, mention_id(&call)?);
    let update = updates::read(&call)?;
    let rules = UpdateRules {
        refuse_same_status: call.version.has(&SAME_STATUS_REFUSED),
    };
    let list_filter = call.params.text("list_filter");
    let updated = engine::inbox::update(
        &call.engine,
        scope,
        topic,
        id,
        update,
        list_filter.as_deref(),
        rules,
    )
    .await?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    let reply = Reply::object(|o| views::mention(o, &updated.mention, &view));
    Ok(reply.with_messages(updated.matches.map(views::list_filter_message)))
}

/// `DELETE inbox/mention/{topic_id}/{id}`.
pub async fn delete(call: Call) -> Answer {
    let scope = call.scope()?;
    let (topic, id) = (call.topic_id(What::Mention)?, mention_id(&call)?);
    let mut options = DeleteOptions::default();
    if let Some(given) = call.params.object("options")? {
        let flag = |name| Ok::<_, Error>(given.flag(name)?.unwrap_or(false));
        options = DeleteOptions {
            delete_on_service: flag("delete_on_service")?,
            hide_on_service: flag("hide_on_service")?,
            block_author_on_service: flag("block_author_on_service")?,
        };
    }
    engine::inbox::delete(&call.engine, scope, topic, id, options).await?;
    Ok(Reply::done())
}

fn mention_id(call: &Call) -> Result<MentionId, Error> {
    call.id("id", MentionId::parse, What::Mention)
}
