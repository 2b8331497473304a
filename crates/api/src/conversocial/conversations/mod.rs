//! `conversations`: what belongs together, with its messages on request.
//!
//! # Organization
//! [`fields`] is what is shown, [`filters`] translates arguments for the store, [`links`] walks
//! from page to page, [`mod@include`] puts messages, notes and actions beside.

pub mod fields;
pub mod filters;
pub mod include;
pub mod links;
#[cfg(test)]
mod tests;

use domain::ids::ConversationId;
use engine::What;
use engine::conversations::Wants;

pub use self::fields::FIELDS;
use self::include::Include;
use super::call::Call;
use super::ids::parse_hex;
use super::query::fields::{Extent, Selection, View};
use super::reply::{Answer, Reply};

/// `GET /conversations`.
pub async fn list(call: Call) -> Answer {
    let query = filters::read(&call.pairs)?;
    let selection = Selection::of(&call.pairs, FIELDS, Extent::List);
    let include = Include::of(&call);
    let wants = wants(&selection, &include);
    let page = engine::conversations::list(&call.engine, &call.scope, &query, wants).await?;
    let parents = include.parents(&call, &page.items).await?;
    let about = about(&page.items);
    call.write(about, move |call| {
        let view = View::of(call, &page.directory);
        let reply = Reply::list("conversations", |array| {
            for shown in &page.items {
                array.object(|object| selection.write(object, shown, &view));
            }
        });
        let reply = include.onto(reply, &page.items, &parents, &view);
        let paging = links::paging(&call.pairs, &query.rows, &page, &view, &call.path);
        Ok(paging.onto(reply))
    })
    .await
}

/// `GET /conversations/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = call.id(
        "id",
        |text| parse_hex(text).map(ConversationId),
        What::Conversation,
    )?;
    let selection = Selection::of(&call.pairs, FIELDS, Extent::One);
    let include = Include::of(&call);
    let wants = wants(&selection, &include);
    let (shown, directory) =
        engine::conversations::get(&call.engine, &call.scope, id, wants).await?;
    let shown = [shown];
    let parents = include.parents(&call, &shown).await?;
    call.write(about(&shown), move |call| {
        let view = View::of(call, &directory);
        let reply = Reply::one("conversation", |object| {
            for shown in &shown {
                selection.write(object, shown, &view);
            }
        });
        Ok(include.onto(reply, &shown, &parents, &view))
    })
    .await
}

/// About how many bytes they are written in.
fn about(all: &[engine::conversations::Shown]) -> usize {
    let of_one = |one: &engine::conversations::Shown| {
        let parts = one.sides.tags.len() + one.handling.len();
        let whole = one.mentions.iter().map(engine::inbox::weight);
        2_048 + one.content.len() * 32 + parts * 256 + whole.sum::<usize>()
    };
    all.iter().map(of_one).sum()
}

fn wants(selection: &Selection<engine::conversations::Shown>, include: &Include) -> Wants {
    Wants {
        content_ids: selection.has("content_ids"),
        handling: selection.has("handling_times"),
        mentions: include.is_any(),
    }
}
