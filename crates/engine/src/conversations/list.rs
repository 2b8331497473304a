//! Lists and single reads of conversations.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::{ConversationId, MentionId};
use domain::mention::Mention;
use domain::permission::Permission;
use domain::scope::Scope;

use super::{ConversationPage, ConversationQuery, Shown, Wants};
use crate::error::Denial;
use crate::{Directory, Engine, Error, What};

/// One page of the conversations that fit.
///
/// # Errors
/// `Denied` without `inbox.read`.
pub async fn list(
    engine: &Engine,
    scope: &Scope,
    query: &ConversationQuery,
    wants: Wants,
) -> Result<ConversationPage, Error> {
    check(scope)?;
    let directory = engine.directory(scope.account_id()).await?;
    let _ = (query, wants, directory);
    Err(Error::unavailable("conversations are not listed yet"))
}

/// One conversation.
///
/// # Errors
/// `NotFound` when there is none with a mention, or when it lies out of reach; `Denied` without
/// `inbox.read`.
pub async fn get(
    engine: &Engine,
    scope: &Scope,
    id: ConversationId,
    wants: Wants,
) -> Result<(Shown, Arc<Directory>), Error> {
    check(scope)?;
    let directory = engine.directory(scope.account_id()).await?;
    let _ = (id, wants, directory);
    Err(Error::NotFound(What::Conversation))
}

/// The mentions of these conversations, in the order of the conversations, each conversation's
/// oldest first: those that [`Shown::content`] names.
///
/// # Errors
/// `Unavailable`.
pub async fn content(
    engine: &Engine,
    scope: &Scope,
    items: &[Shown],
) -> Result<Vec<Mention>, Error> {
    let missing: Vec<MentionId> = items
        .iter()
        .filter(|shown| shown.mentions.is_none())
        .flat_map(|shown| shown.content.iter().copied())
        .collect();
    let mut loaded = store::mentions::find_many(engine.db(), scope, &missing)
        .await?
        .into_iter()
        .peekable();
    let mut all = Vec::new();
    for shown in items {
        if let Some(mentions) = &shown.mentions {
            all.extend(mentions.iter().cloned());
            continue;
        }
        for id in &shown.content {
            all.extend(loaded.next_if(|mention| mention.id == *id));
        }
    }
    Ok(all)
}

/// The mentions that these answer, where the topic has them, by the answer's number.
///
/// # Errors
/// `Unavailable`.
pub async fn parents(
    engine: &Engine,
    scope: &Scope,
    mentions: &[Mention],
) -> Result<HashMap<MentionId, MentionId>, Error> {
    let _ = (engine, scope, mentions);
    Ok(HashMap::new())
}

fn check(scope: &Scope) -> Result<(), Error> {
    if !scope.may(Permission::InboxRead) {
        return Err(Error::lacks(Permission::InboxRead));
    }
    // A conversation is told of as a whole, with mentions that such a role must not see.
    if scope.only_assigned().is_some() {
        return Err(Error::Denied(Denial::Rule(
            "Your user role sees assigned mentions only, and no conversations.".to_owned(),
        )));
    }
    Ok(())
}
