//! `insights/facets`: definitions as data, and the names of what can be counted.

use domain::filter::{IdField, NumberField, WordField};
use domain::source::Category;
use engine::Error;
use engine::insights::{Facet, FacetRequest, Segments, Source, metrics};
use engine::query::{Axis, Grouping, Metric};
use jiff::tz::TimeZone;

use super::call::Call;
use super::params::{Field, FieldObject, expected, missing};
use super::reply::{Answer, Reply};
use super::views;

/// Most definitions in one call.
const MOST_DEFINITIONS: usize = 50;

/// Names of the vendor's segmentation list, and a few more of the same kind.
const FIELDS: &[(&str, Axis)] = &[
    ("message.language", Axis::Word(WordField::Language)),
    ("message.sentiment", Axis::Word(WordField::Sentiment)),
    ("message.type", Axis::Word(WordField::Type)),
    ("message.entities.video", Axis::Word(WordField::Video)),
    ("message.entities.photo", Axis::Word(WordField::Photo)),
    ("message.entities.url", Axis::Word(WordField::Url)),
    (
        "message.entities.domain",
        Axis::Word(WordField::LinkedDomain),
    ),
    ("message.entities.hashtag", Axis::Word(WordField::Hashtag)),
    (
        "message.entities.user",
        Axis::Word(WordField::MentionedUser),
    ),
    ("hashtag", Axis::Word(WordField::Hashtag)),
    ("author.name", Axis::Word(WordField::AuthorName)),
    ("author.id", Axis::Word(WordField::AuthorId)),
    ("source.category", Axis::Word(WordField::Category)),
    ("source.service", Axis::Word(WordField::Service)),
    ("source.type", Axis::Word(WordField::Provider)),
    ("source.domain", Axis::Word(WordField::Domain)),
    ("source.profile", Axis::Word(WordField::Profile)),
    ("source.profile.postedby", Axis::Word(WordField::PostedBy)),
    ("source.profile.postedin", Axis::Word(WordField::PostedIn)),
    ("source.application", Axis::Word(WordField::Application)),
    ("location.continent", Axis::Word(WordField::Continent)),
    ("location.country", Axis::Word(WordField::Country)),
    ("region_state", Axis::Word(WordField::Region)),
    ("location.city", Axis::Word(WordField::City)),
    ("location.region", Axis::Word(WordField::Region)),
    ("topic.id", Axis::Id(IdField::Topic)),
    ("project.id", Axis::Id(IdField::Project)),
    ("status", Axis::Word(WordField::Status)),
    ("tags", Axis::Id(IdField::Tag)),
    ("assignees", Axis::Id(IdField::AssignedUser)),
    ("actions.type", Axis::Word(WordField::ActionType)),
    ("actions.user.id", Axis::Id(IdField::ActionBy)),
    ("handled_by.type", Axis::Word(WordField::HandledBy)),
];

const DATES: &[(&str, NumberField)] = &[
    ("date.added", NumberField::Added),
    ("date.published", NumberField::Published),
    ("timestamps.action_last_date", NumberField::LastAction),
    ("timestamps.action_status_last", NumberField::LastStatus),
    ("timestamps.action_reply_first", NumberField::FirstReply),
];

const GROUPINGS: &[(&str, Grouping)] = &[
    ("minute", Grouping::Minute),
    ("hour", Grouping::Hour),
    ("day", Grouping::Day),
    ("week", Grouping::Week),
    ("month", Grouping::Month),
    ("quarter", Grouping::Quarter),
    ("year", Grouping::Year),
    ("hour_of_day", Grouping::HourOfDay),
    ("day_of_week", Grouping::DayOfWeek),
];

/// The vendor names the values, not how they are computed; means and the sum are inference.
const VALUES: &[(&str, Metric)] = &[
    ("mentions", Metric::Mentions),
    ("rating", metrics::RATING),
    ("author_id_cardinality", Metric::AuthorCardinality),
    ("followers", metrics::FOLLOWERS),
    ("response_time", metrics::RESPONSE_TIME),
    ("resolve_time", metrics::RESOLVE_TIME),
    ("assign_time", metrics::ASSIGN_TIME),
    ("first_action_time", metrics::FIRST_ACTION_TIME),
];

/// `GET` and `POST insights/facets`.
pub async fn facets(call: Call) -> Answer {
    let request = FacetRequest {
        filter: call.params.text("filter"),
        from: call.params.date("date_from")?,
        to: call.params.date("date_to")?,
        topics: call.topic_ids()?,
        partial: call.params.flag("partial")?.unwrap_or_default(),
        facets: definitions(&call)?,
    };
    let answer = engine::insights::facets(&call.engine, call.scope()?, &request).await?;
    call.write(answer.bytes, move |_| {
        let timezone = TimeZone::get(&answer.directory.account.timezone).unwrap_or(TimeZone::UTC);
        let reply = Reply::list(|a| {
            for (table, facet) in answer.tables.iter().zip(&request.facets) {
                let segments = match &facet.segments {
                    Some(Segments::Field(axis)) => Some(*axis),
                    _ => None,
                };
                a.object(|o| views::facet(o, table, facet.key, segments, &timezone));
            }
        });
        Ok(reply.partial_if(answer.is_partial))
    })
    .await
}

/// A list of definitions; one alone is taken as a list of one.
fn definitions(call: &Call) -> Result<Vec<Facet>, Error> {
    const NAME: &str = "facetdefinitions";
    let value = call.params.json(NAME)?.ok_or_else(|| missing(NAME))?;
    let items = match value {
        serde_json::Value::Object(members)
            if members.contains_key("key") || members.contains_key("value") =>
        {
            vec![Field::new(
                format!("{NAME}[0]"),
                serde_json::Value::Object(members),
            )]
        }
        value => Field::new(NAME, value).into_list()?,
    };
    if items.len() > MOST_DEFINITIONS {
        return Err(Error::TooMany {
            field: NAME.to_owned(),
            limit: MOST_DEFINITIONS,
            given: items.len(),
        });
    }
    items
        .into_iter()
        .map(|item| definition(&item.into_object()?))
        .collect()
}

fn definition(given: &FieldObject) -> Result<Facet, Error> {
    let source = match given.filled_text("type")?.as_deref() {
        None | Some("mentions" | "insights") => Source::Mentions,
        Some("cases") => Source::Cases,
        Some(other) => {
            let path = given.path_of("type");
            return Err(expected(&path, "mentions, cases or insights", other));
        }
    };
    let segmentation = named(given, "segmentation")?;
    let size = match &segmentation {
        Some(segmentation) => segmentation.integer("size")?,
        None => None,
    };
    Ok(Facet {
        key: named(given, "key")?.map(|key| axis(&key)).transpose()?,
        value: named(given, "value")?.map_or(Ok(Metric::Mentions), |value| {
            look_up(&value, VALUES).map(|metric| metric.unwrap_or(Metric::Mentions))
        })?,
        segments: segmentation.map(|given| segments(&given)).transpose()?,
        size: size.map(|size| usize::try_from(size.max(1)).unwrap_or(usize::MAX)),
        source,
    })
}

/// A member that is an object with a `field`; a word alone is taken as that field, and an object
/// without a field as absent.
fn named(given: &FieldObject, name: &str) -> Result<Option<FieldObject>, Error> {
    let Some(member) = given.get(name) else {
        return Ok(None);
    };
    let path = member.path().to_owned();
    let object = match member.into_value() {
        serde_json::Value::String(word) => {
            FieldObject::new(&path, serde_json::json!({ "field": word }))?
        }
        value => FieldObject::new(&path, value)?,
    };
    Ok(object.filled_text("field")?.is_some().then_some(object))
}

fn look_up<T: Copy>(given: &FieldObject, table: &[(&str, T)]) -> Result<Option<T>, Error> {
    let Some(word) = given.filled_text("field")? else {
        return Ok(None);
    };
    table
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| Some(*value))
        .ok_or_else(|| unknown(given, "field", &word, table))
}

fn unknown<T>(given: &FieldObject, member: &str, word: &str, table: &[(&str, T)]) -> Error {
    let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
    expected(
        &given.path_of(member),
        &format!("one of {}", names.join(", ")),
        word,
    )
}

/// A date with its grouping, or a field.
fn axis(given: &FieldObject) -> Result<Axis, Error> {
    let word = given.filled_text("field")?.unwrap_or_default();
    let Some((_, field)) = DATES.iter().find(|(name, _)| *name == word) else {
        return look_up(given, FIELDS)?.ok_or_else(|| missing(&given.path_of("field")));
    };
    let grouping = match given.filled_text("grouping")? {
        None => Grouping::Day,
        Some(word) => GROUPINGS
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, grouping)| *grouping)
            .ok_or_else(|| unknown(given, "grouping", &word, GROUPINGS))?,
    };
    Ok(Axis::Date {
        field: *field,
        grouping,
    })
}

fn segments(given: &FieldObject) -> Result<Segments, Error> {
    match given.filled_text("field")?.as_deref() {
        Some("custom") => custom(given).map(Segments::Filters),
        Some("topic.keywords") => Ok(Segments::TopicKeywords),
        Some("category_parentsonly") => {
            // each family of categories by its parent
            let filters = Category::FAMILIES
                .iter()
                .map(|parent| {
                    (
                        parent.to_string(),
                        format!("category:{parent} OR category:{parent}_*"),
                    )
                })
                .collect();
            Ok(Segments::Filters(filters))
        }
        _ => axis(given).map(Segments::Field),
    }
}

/// A list of filters (documented) or an object from label to filter (what recorded clients send).
fn custom(given: &FieldObject) -> Result<Vec<(String, String)>, Error> {
    let Some(values) = given.get("field_values") else {
        return Err(missing(&given.path_of("field_values")));
    };
    let path = values.path().to_owned();
    let text = |path: String, value: serde_json::Value| Field::new(path, value).into_text();
    match values.into_value() {
        serde_json::Value::Object(members) => members
            .into_iter()
            .map(|(label, value)| Ok((label.clone(), text(format!("{path}.{label}"), value)?)))
            .collect(),
        value => Field::new(path, value)
            .into_list()?
            .into_iter()
            .map(|item| {
                let filter = item.into_text()?;
                Ok((filter.clone(), filter))
            })
            .collect(),
    }
}
