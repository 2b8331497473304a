//! Authors: who wrote, as of their newest message.
//!
//! Nothing of an author is stored beside the messages, so a message that is deleted or corrected
//! leaves no second copy of what it said about its author.

#[cfg(test)]
mod tests;

use domain::author::AuthorId;
use domain::filter::{Flag, Pattern, Predicate, WordField};
use domain::mention::{Author, Mention};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::source::Service;
use search::ListQuery;

use crate::auth::require;
use crate::{Engine, Error, What, follow, pool};

/// Messages that are looked at. The index does not tell upper from lower case, so what it finds
/// may be of somebody whose identifier differs in that alone.
const LOOKED_AT: usize = 100;

/// An author.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorCard {
    /// Who.
    pub id: AuthorId,
    /// What the newest message within reach says about its author; messages of the company only
    /// speak when there are no others.
    pub author: Author,
    /// Where that message came from.
    pub service: Service,
}

/// An author of at least one message within reach.
///
/// # Errors
/// `Denied` without `inbox.read`; `NotFound` when no message within reach is by this author;
/// `Unavailable` while the index lacks messages, for the newest may be among them.
pub async fn get(engine: &Engine, scope: &Scope, id: &AuthorId) -> Result<AuthorCard, Error> {
    require(scope, Permission::InboxRead)?;
    let newest = newest(engine, scope, id)
        .await?
        .ok_or(Error::NotFound(What::Author))?;
    Ok(AuthorCard {
        id: id.clone(),
        service: newest.body.source.service,
        author: newest.body.author,
    })
}

async fn newest(engine: &Engine, scope: &Scope, id: &AuthorId) -> Result<Option<Mention>, Error> {
    follow::complete(engine, scope.account_id(), false).await?;
    let words = id.network().services().iter().map(|service| {
        let key = format!("{}\u{1f}{}", service.as_str(), id.key());
        Predicate::Word {
            field: WordField::AuthorKey,
            pattern: Pattern::Exact(domain::text::fold(&key)),
        }
    });
    let theirs = Predicate::any(words.collect());
    // What the company writes may bear the name of whom it is written to, and then tells of the
    // company. It counts only where nothing else is known of the author.
    let managed = Predicate::Flag(Flag::Managed);
    let own_words = Predicate::all(vec![theirs.clone(), managed.clone().negate()]);
    if let Some(found) = newest_of(engine, scope, id, &own_words).await? {
        return Ok(Some(found));
    }
    newest_of(engine, scope, id, &Predicate::all(vec![theirs, managed])).await
}

async fn newest_of(
    engine: &Engine,
    scope: &Scope,
    id: &AuthorId,
    predicate: &Predicate,
) -> Result<Option<Mention>, Error> {
    let query = ListQuery {
        limit: LOOKED_AT,
        ..ListQuery::newest(predicate)
    };
    let page = pool::list(engine, scope, &query).await?;
    // Looked at after the search: what it went through may have been replaced meanwhile.
    if page.is_partial || engine.follow().lacks_rows(scope.account_id()) {
        return Err(follow::incomplete());
    }
    let hits = page.hits;
    // Nearly always the first one is right, and one message is all that has to be read.
    let (first, rest) = hits.split_at(hits.len().min(1));
    for part in [first, rest] {
        let ids: Vec<_> = part.iter().map(|hit| hit.id).collect();
        let found = store::mentions::find_many(engine.db(), scope, &ids).await?;
        let is_by = |mention: &Mention| mention.body.author.key() == Some(id.key());
        if let Some(mention) = found.into_iter().find(is_by) {
            return Ok(Some(mention));
        }
    }
    Ok(None)
}
