//! Lists and single reads of conversations.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::ids::{ConversationId, MentionId, ProfileId, TopicId};
use domain::mention::Mention;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::source::Service;
use store::mentions::source_key;

use super::shown::{Most, shown};
use super::{ConversationPage, ConversationQuery, ListQuery, Shown, Wants};
use crate::auth::require;
use crate::error::Denial;
use crate::{Directory, Engine, Error, What};

/// One page of the conversations that fit and have mentions.
///
/// # Errors
/// `Denied` without `inbox.read`; `Invalid` at `sort` when a place is given with several fields.
pub async fn list(
    engine: &Engine,
    scope: &Scope,
    query: &ConversationQuery,
    wants: Wants,
) -> Result<ConversationPage, Error> {
    check(scope)?;
    if query.rows.after.is_some() && query.rows.sort.len() > 1 {
        return Err(Error::invalid(
            "sort",
            "one field was expected, because the page begins at a place",
        ));
    }
    let directory = engine.directory(scope.account_id()).await?;
    let rows = ListQuery {
        places: query
            .channels
            .as_deref()
            .map(|channels| places(&directory, scope, channels)),
        // one more tells whether others follow
        limit: query.rows.limit.saturating_add(1),
        ..query.rows.clone()
    };
    let mut found = store::conversations::list(engine.db(), scope, &rows).await?;
    let has_more = found.len() > query.rows.limit;
    found.truncate(query.rows.limit);
    Ok(ConversationPage {
        items: shown(engine, scope, found, wants, Most::default()).await?,
        has_more,
        directory,
    })
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
    let found = store::conversations::find(engine.db(), scope, id)
        .await?
        .filter(|conversation| conversation.totals.mentions > 0)
        .ok_or(Error::NotFound(What::Conversation))?;
    let shown = shown(engine, scope, vec![found], wants, Most::default())
        .await?
        .pop()
        .ok_or(Error::NotFound(What::Conversation))?;
    Ok((shown, directory))
}

/// The mentions that these answer, where the topic has them, by the answer's number.
///
/// # Errors
/// `Unavailable`.
pub async fn parents(
    engine: &Engine,
    scope: &Scope,
    mentions: &[&Mention],
) -> Result<HashMap<MentionId, MentionId>, Error> {
    let asked: Vec<(MentionId, (TopicId, String))> = mentions
        .iter()
        .filter_map(|mention| {
            let source = &mention.body.source;
            let key = source_key(source, source.in_reply_to.as_deref()?);
            Some((mention.id, (mention.topic_id, key)))
        })
        .collect();
    let keys: BTreeSet<(TopicId, String)> = asked.iter().map(|(_, key)| key.clone()).collect();
    let keys: Vec<(TopicId, String)> = keys.into_iter().collect();
    let found = store::mentions::conversations_by_source(engine.db(), scope, &keys).await?;
    Ok(asked
        .into_iter()
        .filter_map(|(id, key)| Some((id, found.get(&key)?.0)))
        .collect())
}

fn check(scope: &Scope) -> Result<(), Error> {
    require(scope, Permission::InboxRead)?;
    // A conversation is told of as a whole, with mentions that such a role must not see.
    if scope.only_assigned().is_some() {
        return Err(Error::Denied(Denial::Rule(
            "Your user role sees assigned mentions only, and no conversations.".to_owned(),
        )));
    }
    Ok(())
}

/// Where the mentions of connected profiles are found; what the account does not have or the scope
/// does not reach is nowhere.
fn places(directory: &Directory, scope: &Scope, channels: &[ProfileId]) -> Vec<(Service, String)> {
    channels
        .iter()
        .filter_map(|id| directory.profiles.get(id))
        .filter(|profile| scope.reaches(profile.topic_id))
        .map(|profile| (profile.service, profile.service_id.clone()))
        .collect()
}
