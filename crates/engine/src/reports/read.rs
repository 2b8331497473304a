//! Reading the messages of a report: numbers from the index, messages from the store.

use domain::filter::{Flag, NumberField, Pattern, Predicate, WordField};
use domain::ids::{ConversationId, MentionId};
use domain::mention::Mention;
use domain::report::{Report, ReportDate, ReportSubject};
use domain::scope::Scope;
use domain::source::Service;
use domain::text::fold;
use domain::time::{DAY_MS, UnixMillis};
use search::{ALL_TIME, Cursor, ListPage, ListQuery, Sort, SortField};
use tokio::sync::mpsc;

use super::job::Failed;
use super::output::{Page, Part};
use crate::hold::Place;
use crate::{Directory, Engine, Error, pool};

/// Messages that are read at a time.
const PAGE: usize = 500;

/// The messages that a report is about.
pub(super) struct Wanted {
    scope: Scope,
    predicate: Predicate,
    /// The place where they must have been found, exactly.
    place: Option<(Service, String)>,
}

impl Wanted {
    /// What a report asks for.
    pub(super) fn of(report: &Report, names: &Directory) -> Result<Self, Failed> {
        let place = match report.subject {
            ReportSubject::Account => None,
            ReportSubject::Profile(id) => {
                let profile = names.profiles.get(&id).ok_or_else(|| Failed {
                    phase: "The channel was deleted with its topic.",
                    error: format!("there is no profile {id}"),
                    is_final: true,
                })?;
                Some((profile.service, profile.service_id.clone()))
            }
        };
        let mut parts = vec![
            in_range(report),
            // A case is no message.
            Predicate::Flag(Flag::Case).negate(),
        ];
        if let Some((service, id)) = &place {
            parts.push(Predicate::Word {
                field: WordField::Profile,
                pattern: Pattern::Exact(fold(&format!("{}_{id}", service.as_str()))),
            });
        }
        Ok(Self {
            scope: Scope::system_within(report.account_id, report.topics.clone()),
            predicate: Predicate::all(parts),
            place,
        })
    }
}

/// The days of a report, from midnight to midnight UTC.
fn in_range(report: &Report) -> Predicate {
    use std::ops::Bound::{Excluded, Included, Unbounded};

    let low = Included(UnixMillis::midnight(report.first_day).0);
    let high = Excluded(UnixMillis::midnight(report.last_day).plus_ms(DAY_MS).0);
    let within = |field| Predicate::Number { field, low, high };
    match report.by {
        ReportDate::Updated => within(NumberField::LastAction),
        ReportDate::Created => Predicate::any(vec![
            within(NumberField::Published),
            Predicate::all(vec![
                Predicate::Number {
                    field: NumberField::Published,
                    low: Unbounded,
                    high: Unbounded,
                }
                .negate(),
                within(NumberField::Added),
            ]),
        ]),
    }
}

/// How reading ended.
pub(super) enum Read {
    /// Everything was handed over.
    All,
    /// The index lost its completeness on the way.
    Partial,
    /// The writer takes no more.
    Unwanted,
}

/// Hands all messages to the writer, oldest arrival first.
pub(super) async fn read(
    engine: &Engine,
    wanted: &Wanted,
    sender: mpsc::Sender<Part>,
) -> Result<Read, Failed> {
    let mut cursor = None;
    loop {
        let found = match find(engine, wanted, cursor).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Read::Partial),
            Err(error) => return Err(Failed::reading(&error)),
        };
        let ids: Vec<MentionId> = found.hits.iter().map(|hit| hit.id).collect();
        let page = load(engine, wanted, &ids)
            .await
            .map_err(|error| Failed::reading(&error))?;
        engine
            .hold(Place::ReportRead)
            .await
            .map_err(|error| Failed::reading(&error))?;
        if sender.send(Part::Page(page)).await.is_err() {
            return Ok(Read::Unwanted);
        }
        cursor = found.hits.last().map(|hit| hit.cursor());
        if !found.has_more || cursor.is_none() {
            break;
        }
    }
    if sender.send(Part::End).await.is_err() {
        return Ok(Read::Unwanted);
    }
    Ok(Read::All)
}

/// The next of them; `None` when the index may lack some.
async fn find(
    engine: &Engine,
    wanted: &Wanted,
    cursor: Option<Cursor>,
) -> Result<Option<ListPage>, Error> {
    let query = ListQuery {
        predicate: &wanted.predicate,
        topics: None,
        added: ALL_TIME,
        sort: Sort {
            field: SortField::Added,
            is_descending: false,
        },
        cursor,
        is_backward: false,
        limit: PAGE,
        count: false,
    };
    let page = pool::list(engine, &wanted.scope, &query).await?;
    let is_partial = page.is_partial || engine.follow().is_partial(wanted.scope.account_id());
    Ok(Some(page).filter(|_| !is_partial))
}

async fn load(engine: &Engine, wanted: &Wanted, ids: &[MentionId]) -> Result<Page, Error> {
    let mut mentions = store::mentions::find_many(engine.db(), &wanted.scope, ids).await?;
    // The index does not tell upper from lower case, identifiers do.
    mentions.retain(|mention| {
        wanted
            .place
            .as_ref()
            .is_none_or(|place| lies_in(mention, place))
    });
    let mut ids: Vec<ConversationId> = mentions
        .iter()
        .map(|mention| mention.conversation_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let conversations = store::conversations::find_many(engine.db(), &wanted.scope, &ids).await?;
    Ok(Page {
        mentions,
        conversations,
    })
}

fn lies_in(mention: &Mention, (service, id): &(Service, String)) -> bool {
    mention.body.source.place() == Some((*service, id))
}
