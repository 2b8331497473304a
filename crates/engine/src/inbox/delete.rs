//! Removing a mention from the product.

use domain::change::{ChangeKind, NewChange};
use domain::conversation::Share;
use domain::ids::{MentionId, TopicId};
use domain::permission::Permission;
use domain::scope::Scope;

use super::list::is_visible;
use crate::write::{self, Effects};
use crate::{Engine, Error, What, conversations};

/// What else to do at the network the mention came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeleteOptions {
    /// Delete it there too.
    pub delete_on_service: bool,
    /// Hide it there.
    pub hide_on_service: bool,
    /// Block its author there.
    pub block_author_on_service: bool,
}

/// Removes a mention, from every list, count and facet.
///
/// # Errors
/// `NotFound`; `Denied`; `Invalid` below `options` when the mention's channel cannot do what is
/// asked there.
pub async fn delete(
    engine: &Engine,
    scope: &Scope,
    topic: TopicId,
    id: MentionId,
    options: DeleteOptions,
) -> Result<(), Error> {
    let asked = [
        (true, Permission::QueriesMentionsDelete),
        (
            options.delete_on_service,
            Permission::QueriesMentionsDeleteService,
        ),
        (
            options.hide_on_service,
            Permission::QueriesMentionsHideService,
        ),
        (
            options.block_author_on_service,
            Permission::InboxBlockcontactUpdate,
        ),
    ];
    for (is_asked, permission) in asked {
        if is_asked && !scope.may(permission) {
            return Err(Error::lacks(permission));
        }
    }
    if !scope.reaches(topic) {
        return Err(Error::NotFound(What::Mention));
    }
    let work_engine = engine.clone();
    let work_scope = scope.clone();
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let (engine, scope) = (work_engine, work_scope);
            let mention = store::mentions::lock(tx, &scope, topic, id)
                .await?
                .filter(|mention| is_visible(&scope, mention))
                .ok_or(Error::NotFound(What::Mention))?;
            refuse_what_no_channel_does(mention.body.source.service.as_str(), options)?;
            let change = NewChange {
                kind: ChangeKind::MentionDeleted,
                object_id: id.0,
                topic_id: Some(topic),
                detail: crate::assigned::detail(&[], &mention.state.assignees, &[]),
            };
            let numbers = write::number(tx, &scope, 1).await?;
            store::mentions::delete(tx, &scope, &[id]).await?;
            let shift = conversations::Shift {
                id: mention.conversation_id,
                before: Share::of(&mention),
                after: None,
            };
            conversations::shift(tx, &scope, &[shift]).await?;
            write::log(tx, &scope, &engine, &numbers, &[change]).await?;
            let effects = Effects {
                deleted: vec![id],
                numbers: Some(numbers),
                ..Effects::default()
            };
            Ok(((), effects))
        })
    })
    .await
}

/// None of the connectors there are can act on somebody else's message.
fn refuse_what_no_channel_does(service: &str, options: DeleteOptions) -> Result<(), Error> {
    let asked = [
        (options.delete_on_service, "options.delete_on_service"),
        (options.hide_on_service, "options.hide_on_service"),
        (
            options.block_author_on_service,
            "options.block_author_on_service",
        ),
    ];
    match asked.iter().find(|(is_asked, _)| *is_asked) {
        Some((_, field)) => Err(Error::invalid(
            *field,
            format!("the connection to \"{service}\" cannot do this on the service"),
        )),
        None => Ok(()),
    }
}
