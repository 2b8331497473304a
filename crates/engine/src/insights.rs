//! Counting: facets over mentions.

use std::sync::Arc;

use domain::filter::{Flag, IdField, NumberField, Predicate, WordField};
use domain::ids::{ProjectId, TagId, TopicId, UserId};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::UnixMillis;
use search::{Axis, FacetTable, Metric, Segmentation};

use crate::inbox::{Asked, compile};
use crate::{Directory, Engine, Error, answers, follow, pool};

/// Segments given when nobody says how many (inference).
const DEFAULT_SEGMENTS: usize = 10;
/// Most segments given.
const MOST_SEGMENTS: usize = 1_000;
/// Most filters in one custom segmentation.
const MOST_CUSTOM: usize = 200;

/// What all facets of a call count.
#[derive(Debug, Clone, Default)]
pub struct FacetRequest {
    /// A filter in the filter language.
    pub filter: Option<String>,
    /// Added at or after; 28 days ago when absent.
    pub from: Option<UnixMillis>,
    /// Added at or before; now when absent.
    pub to: Option<UnixMillis>,
    /// Only these topics; those out of reach are left out.
    pub topics: Option<Vec<TopicId>>,
    /// Counts what there is when the index is not complete, instead of failing.
    pub partial: bool,
    /// The facets, in the order of the answer.
    pub facets: Vec<Facet>,
}

/// One facet: columns, rows and what stands in the cells.
#[derive(Debug, Clone)]
pub struct Facet {
    /// Columns; a single one for everything when absent.
    pub key: Option<Axis>,
    /// What stands in the cells.
    pub value: Metric,
    /// Rows; a single one for everything when absent.
    pub segments: Option<Segments>,
    /// How many rows, when they come from a field.
    pub size: Option<usize>,
    /// What is counted.
    pub source: Source,
}

/// Rows of a facet.
#[derive(Debug, Clone)]
pub enum Segments {
    /// One for each value of a field, the most frequent first.
    Field(Axis),
    /// One for each filter, with its label.
    Filters(Vec<(String, String)>),
    /// One for each topic's search keywords.
    TopicKeywords,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// Mentions that are not cases.
    #[default]
    Mentions,
    /// Cases.
    Cases,
}

/// Answers of a call.
#[derive(Debug)]
pub struct FacetAnswer {
    /// One table for each facet asked for.
    pub tables: Vec<FacetTable>,
    /// Rows may be missing, because the index is being rebuilt.
    pub is_partial: bool,
    /// About as many bytes as they are written in.
    pub bytes: usize,
    /// Names of what the labels point at.
    pub directory: Arc<Directory>,
}

/// Counts.
///
/// # Errors
/// `Invalid` at `filter` or at `facetdefinitions[n]`; `Unavailable` while mentions may be missing,
/// unless the caller wants what there is.
pub async fn facets(
    engine: &Engine,
    scope: &Scope,
    request: &FacetRequest,
) -> Result<FacetAnswer, Error> {
    if !scope.may(Permission::InsightsRead) {
        return Err(Error::lacks(Permission::InsightsRead));
    }
    let Asked {
        now,
        directory,
        predicate: base,
        added,
        is_partial,
    } = Asked::read(
        engine,
        scope,
        request.filter.as_deref(),
        (request.from, request.to),
        request.partial,
    )
    .await?;
    let mut wanted = Vec::with_capacity(request.facets.len());
    for (index, facet) in request.facets.iter().enumerate() {
        let case = Predicate::Flag(Flag::Case);
        let source = match facet.source {
            Source::Mentions => Predicate::Not(Box::new(case)),
            Source::Cases => case,
        };
        wanted.push(pool::Table {
            predicate: Predicate::All(vec![base.clone(), source]),
            key: facet.key,
            value: facet.value,
            segmentation: segmentation(index, facet, scope, &directory, now)?,
            size: facet
                .size
                .unwrap_or(DEFAULT_SEGMENTS)
                .clamp(1, MOST_SEGMENTS),
        });
    }
    let common = pool::Common {
        topics: request.topics.clone(),
        added,
        timezone: directory.account.timezone.clone(),
    };
    let mut tables = pool::facets(engine, scope, common, wanted)
        .await?
        .map_err(|failure| not_counted(failure, &request.facets))?;
    let bytes = size_of(&tables);
    answers::hold(engine, "facetdefinitions", bytes)?;
    for (table, facet) in tables.iter_mut().zip(&request.facets) {
        name_labels(table, facet, scope, &directory);
    }
    let is_partial = is_partial || tables.iter().any(|table| table.is_partial);
    if is_partial && !request.partial {
        return Err(follow::incomplete());
    }
    Ok(FacetAnswer {
        tables,
        is_partial,
        bytes,
        directory,
    })
}

/// About as many bytes as tables take, as they are and written out.
fn size_of(tables: &[FacetTable]) -> usize {
    let label = |label: &search::FacetLabel| 128 + 6 * (label.id.len() + label.text.len());
    tables
        .iter()
        .map(|table| {
            let labels = table.keys.iter().chain(&table.segments).map(label);
            table.keys.len() * table.segments.len() * 48 + labels.sum::<usize>()
        })
        .sum()
}

/// Work beyond the limit is the filter's where a table has none of its own.
fn not_counted(failure: search::FacetFailure, facets: &[Facet]) -> Error {
    let facet = format!("facetdefinitions[{}]", failure.at);
    match failure.error {
        search::SearchError::Invalid(reason) => Error::invalid(facet, reason),
        search::SearchError::Stopped(stopped) => {
            let segments = facets
                .get(failure.at)
                .and_then(|facet| facet.segments.as_ref());
            let field = match segments {
                None => "filter".to_owned(),
                Some(_) => facet,
            };
            Error::stopped(field, stopped)
        }
        error => error.into(),
    }
}

fn segmentation(
    index: usize,
    facet: &Facet,
    scope: &Scope,
    directory: &Directory,
    now: UnixMillis,
) -> Result<Option<Segmentation>, Error> {
    let field = format!("facetdefinitions[{index}].segmentation.field_values");
    let filters: Vec<(String, String)> = match &facet.segments {
        None => return Ok(None),
        Some(Segments::Field(axis)) => return Ok(Some(Segmentation::Field(*axis))),
        Some(Segments::Filters(filters)) => filters.clone(),
        Some(Segments::TopicKeywords) => directory
            .topics_of(scope)
            .filter_map(|topic| Some((topic.name.clone(), topic.searchkeywords.clone()?)))
            .collect(),
    };
    if filters.len() > MOST_CUSTOM {
        return Err(Error::TooMany {
            field,
            limit: MOST_CUSTOM,
            given: filters.len(),
        });
    }
    let compiled = filters
        .into_iter()
        .map(|(label, text)| Ok((label, compile(&text, &field, scope, directory, now)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(Some(Segmentation::Custom(compiled)))
}

/// Numbers become the names of what they point at.
fn name_labels(table: &mut FacetTable, facet: &Facet, scope: &Scope, directory: &Directory) {
    let segments = match &facet.segments {
        Some(Segments::Field(axis)) => Some(*axis),
        _ => None,
    };
    for (axis, labels) in [
        (facet.key, &mut table.keys),
        (segments, &mut table.segments),
    ] {
        let Some(axis) = axis else { continue };
        for label in labels {
            if let Some(name) = name_of(axis, &label.id, scope, directory) {
                label.text = name;
            }
        }
    }
}

/// The name of what a label points at, as far as the scope reaches.
fn name_of(axis: Axis, id: &str, scope: &Scope, directory: &Directory) -> Option<String> {
    match axis {
        Axis::Id(field) => {
            let number: i64 = id.parse().ok()?;
            match field {
                IdField::Topic => Some(directory.topics.get(&TopicId(number))?.name.clone()),
                IdField::Project => Some(directory.projects.get(&ProjectId(number))?.name.clone()),
                IdField::Tag => Some(directory.tags.get(&TagId(number))?.name.clone()),
                IdField::AssignedUser | IdField::ActionBy => {
                    Some(directory.user_name(UserId(number)).to_owned())
                }
                _ => None,
            }
        }
        Axis::Word(WordField::Language) => {
            domain::language::Language::parse(id).map(|language| language.name().to_owned())
        }
        Axis::Word(WordField::Profile | WordField::PostedBy | WordField::PostedIn) => directory
            .profiles_within(scope)
            .find(|profile| profile.service_id == id)
            .and_then(|profile| profile.displayname.clone()),
        _ => None,
    }
}

/// The metrics of the vendor's `value.field` list.
pub mod metrics {
    use super::{Metric, NumberField};

    /// Average rating.
    pub const RATING: Metric = Metric::Average(NumberField::Rating);
    /// Sum of the authors' followers.
    pub const FOLLOWERS: Metric = Metric::Sum(NumberField::Followers);
    /// Average seconds to the first reply.
    pub const RESPONSE_TIME: Metric = Metric::Average(NumberField::ResponseTime);
    /// Average seconds to the first time done.
    pub const RESOLVE_TIME: Metric = Metric::Average(NumberField::ResolveTime);
    /// Average seconds to the first assignment.
    pub const ASSIGN_TIME: Metric = Metric::Average(NumberField::AssignTime);
    /// Average seconds to the first action of a person.
    pub const FIRST_ACTION_TIME: Metric = Metric::Average(NumberField::FirstActionTime);
}
