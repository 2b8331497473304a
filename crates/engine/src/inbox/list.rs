//! Lists and single reads of mentions.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::filter::{self, Context, Flag, Pattern, Predicate, WordField};
use domain::ids::{MentionId, TopicId};
use domain::limits;
use domain::mention::Mention;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::{DAY_MS, SECOND_MS, UnixMillis};
use search::{ListQuery, Sort};

use crate::auth::require;
use crate::{Directory, Engine, Error, What, follow, pool};

/// How far back a list reaches when nobody says: 28 days (vendor's client documentation).
pub const DEFAULT_WINDOW_MS: i64 = 28 * DAY_MS;

/// What to list.
#[derive(Debug, Clone)]
pub struct ListMentions {
    /// A filter in the filter language.
    pub filter: Option<String>,
    /// Added at or after; 28 days ago when absent.
    pub from: Option<UnixMillis>,
    /// Added at or before; now when absent.
    pub to: Option<UnixMillis>,
    /// Only these topics; those out of reach are left out in silence, like absent ones.
    pub topics: Option<Vec<TopicId>>,
    /// Order.
    pub sort: Sort,
    /// How many; 0 gives the count alone.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Gives what there is when the index is not complete, instead of failing.
    pub partial: bool,
}

/// A place between two mentions of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The mention beside the place.
    pub at: search::Cursor,
    /// Towards the start of the list instead of its end.
    pub is_backward: bool,
}

/// Part of a list.
#[derive(Debug, Clone)]
pub struct MentionPage {
    /// The mentions, in order.
    pub mentions: Vec<Mention>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// Where the page before ends, if there is one.
    pub previous: Option<Cursor>,
    /// Rows may be missing, because the index is being rebuilt; only where the caller wants what
    /// there is.
    pub is_partial: bool,
    /// Names of what the mentions point at.
    pub directory: Arc<Directory>,
}

/// One page of the mentions that fit.
///
/// # Errors
/// `Invalid` at `filter` with the place of the mistake; `Unavailable` while mentions may be
/// missing, unless the caller wants what there is.
pub async fn list(
    engine: &Engine,
    scope: &Scope,
    request: &ListMentions,
) -> Result<MentionPage, Error> {
    list_within(engine, scope, request, limits::PAGE_BYTES).await
}

/// The same with pages of so many bytes.
async fn list_within(
    engine: &Engine,
    scope: &Scope,
    request: &ListMentions,
    most_bytes: usize,
) -> Result<MentionPage, Error> {
    require(scope, Permission::InboxRead)?;
    let asked = Asked::read(
        engine,
        scope,
        request.filter.as_deref(),
        (request.from, request.to),
        request.partial,
    )
    .await?;
    let predicate = without_cases(asked.predicate);
    let query = ListQuery {
        predicate: &predicate,
        topics: request.topics.as_deref(),
        added: asked.added,
        sort: request.sort,
        cursor: request.cursor.map(|cursor| cursor.at),
        is_backward: request.cursor.is_some_and(|cursor| cursor.is_backward),
        limit: request.limit,
        count: true,
    };
    let mut page = pool::list(engine, scope, &query).await?;
    let is_partial = page.is_partial || asked.is_partial;
    if is_partial && !request.partial {
        return Err(follow::incomplete());
    }
    let mentions = bodies(engine, scope, &mut page, query.is_backward, most_bytes).await?;
    let beside = |hit: Option<&search::Hit>, is_backward| {
        hit.map(|hit| Cursor {
            at: hit.cursor(),
            is_backward,
        })
    };
    let going_back = query.is_backward;
    let has_next = if going_back { true } else { page.has_more };
    let has_previous = if going_back {
        page.has_more
    } else {
        query.cursor.is_some()
    };
    Ok(MentionPage {
        next: beside(page.hits.last(), false).filter(|_| has_next),
        previous: beside(page.hits.first(), true).filter(|_| has_previous),
        total: page.total.unwrap_or_default(),
        is_partial,
        mentions,
        directory: asked.directory,
    })
}

/// The mentions of a page: where they are large the page ends before its limit, and says that there
/// is more.
async fn bodies(
    engine: &Engine,
    scope: &Scope,
    page: &mut search::ListPage,
    is_backward: bool,
    most_bytes: usize,
) -> Result<Vec<Mention>, Error> {
    // Whoever goes back wants what lies next to where he comes from, which is the end.
    if is_backward {
        page.hits.reverse();
    }
    let ids: Vec<MentionId> = page.hits.iter().map(|hit| hit.id).collect();
    let (mut mentions, gone) =
        super::bodies::read(engine, scope, &ids, most_bytes, "limit").await?;
    if gone < page.hits.len() {
        page.hits.truncate(gone);
        page.has_more = true;
    }
    if is_backward {
        page.hits.reverse();
        mentions.reverse();
    }
    Ok(mentions)
}

/// One mention.
///
/// # Errors
/// `NotFound` when there is none, or when it lies out of reach.
pub async fn get(
    engine: &Engine,
    scope: &Scope,
    topic: TopicId,
    id: MentionId,
) -> Result<Mention, Error> {
    require(scope, Permission::InboxRead)?;
    if !scope.reaches(topic) {
        return Err(Error::NotFound(What::Mention));
    }
    store::mentions::find(engine.db(), scope, topic, id)
        .await?
        .filter(|mention| is_visible(scope, mention))
        .ok_or(Error::NotFound(What::Mention))
}

/// Whether the role lets the user see this mention.
pub(super) fn is_visible(scope: &Scope, mention: &Mention) -> bool {
    scope.reaches(mention.topic_id)
        && scope.only_assigned().is_none_or(|user| {
            mention
                .state
                .assignees
                .contains(&domain::mention::Assignee::User(user))
        })
}

/// What lists and counts have in common: which mentions are asked for, and by whose names.
pub(crate) struct Asked {
    /// The moment that relative dates start from.
    pub(crate) now: UnixMillis,
    pub(crate) directory: Arc<Directory>,
    pub(crate) predicate: Predicate,
    /// Time of arrival, both ends included.
    pub(crate) added: (UnixMillis, UnixMillis),
    /// The index may lack rows at the moment.
    pub(crate) is_partial: bool,
}

impl Asked {
    /// Brings the index up to date and reads the filter and the dates.
    ///
    /// # Errors
    /// `Invalid` at `filter`; `Unavailable` when the index does not become complete in time, unless
    /// the caller wants what there is (`partial`).
    pub(crate) async fn read(
        engine: &Engine,
        scope: &Scope,
        filter: Option<&str>,
        (from, to): (Option<UnixMillis>, Option<UnixMillis>),
        partial: bool,
    ) -> Result<Self, Error> {
        let account_id = scope.account_id();
        let is_fresh = if partial {
            follow::fresh(engine, account_id).await?
        } else {
            follow::complete(engine, account_id, false).await?;
            true
        };
        let directory = engine.directory_as_known(account_id).await?;
        let now = engine.now();
        let text = filter.unwrap_or_default();
        let predicate = compile(text, "filter", scope, &directory, now)?;
        if !partial && search::asks_words(&predicate) {
            follow::complete(engine, account_id, true).await?;
        }
        Ok(Self {
            now,
            predicate,
            directory,
            added: window(from, to, now),
            is_partial: !is_fresh || engine.follow().lacks_rows(account_id),
        })
    }
}

/// The time of arrival that is asked for, both ends included; the last 28 days when nobody says.
///
/// An end given in whole seconds takes in the whole second, since that is how dates are shown.
fn window(
    from: Option<UnixMillis>,
    to: Option<UnixMillis>,
    now: UnixMillis,
) -> (UnixMillis, UnixMillis) {
    let end = match to {
        Some(to) if to.0.rem_euclid(SECOND_MS) == 0 => to.plus_ms(SECOND_MS - 1),
        Some(to) => to,
        // What arrives while the list is made belongs to it.
        None => UnixMillis(i64::MAX),
    };
    (from.unwrap_or(now.plus_ms(-DEFAULT_WINDOW_MS)), end)
}

/// Reads a filter in the words of an account.
pub fn compile(
    text: &str,
    field: &str,
    scope: &Scope,
    directory: &Directory,
    now: UnixMillis,
) -> Result<Predicate, Error> {
    let query = filter::parse(text).map_err(|error| Error::filter(field, &error))?;
    let context = Context {
        now,
        me: scope.actor().user_id(),
        names: directory,
    };
    filter::compile(&query, &context).map_err(|error| Error::filter(field, &error))
}

/// Cases are mentions too; a list leaves them out unless its filter asks for them (inference).
fn without_cases(predicate: Predicate) -> Predicate {
    if asks_for_cases(&predicate) {
        return predicate;
    }
    let no_cases = Predicate::Not(Box::new(Predicate::Flag(Flag::Case)));
    match predicate {
        Predicate::Everything => no_cases,
        predicate => Predicate::All(vec![predicate, no_cases]),
    }
}

fn asks_for_cases(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(asks_for_cases),
        Predicate::Not(part) => asks_for_cases(part),
        Predicate::Flag(Flag::Case) => true,
        Predicate::Word {
            field: WordField::Category | WordField::Service | WordField::Type | WordField::Provider,
            pattern: Pattern::Exact(word),
        } => matches!(word.as_str(), "case" | "social_case" | "searchprovidercase"),
        _ => false,
    }
}
