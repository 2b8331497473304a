//! The plain scan that engines are compared with.

use std::collections::{BTreeMap, BTreeSet};

use domain::filter::{NumberField, WordField, matches, values};
use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;
use domain::text::fold;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Question, Step, Table};
use crate::{Axis, FacetLabel, FacetTable, Grouping, Hit, Metric, Segmentation};

/// An account as it should be.
#[derive(Debug, Default, Clone)]
pub(crate) struct Model {
    mentions: BTreeMap<MentionId, Mention>,
    /// Versions of deleted mentions.
    deleted: BTreeMap<MentionId, ChangeNumber>,
    /// Newest change so far.
    newest: ChangeNumber,
}

impl Model {
    pub(crate) fn through(&self) -> ChangeNumber {
        self.newest
    }

    pub(crate) fn mentions(&self) -> Vec<Mention> {
        self.mentions.values().cloned().collect()
    }

    pub(crate) fn take(&mut self, step: &Step) {
        if matches!(step, Step::Rebuild) {
            // What was deleted before is unknown to the new index, also in which version.
            self.deleted.clear();
        }
        let Step::Apply { upsert, delete } = step else {
            return;
        };
        for mention in upsert {
            self.newest = self.newest.max(mention.changed_by);
        }
        for mention in upsert {
            let known = self
                .mentions
                .get(&mention.id)
                .map(|known| known.changed_by)
                .or(self.deleted.get(&mention.id).copied());
            if known.is_none_or(|known| known < mention.changed_by) {
                self.deleted.remove(&mention.id);
                self.mentions.insert(mention.id, mention.clone());
            }
        }
        for id in delete {
            if let Some(mention) = self.mentions.remove(id) {
                self.deleted
                    .insert(*id, mention.changed_by.max(self.newest));
            }
        }
    }

    fn chosen(&self, question: &Question) -> Vec<&Mention> {
        let scope = &question.scope;
        self.mentions
            .values()
            .filter(|mention| {
                scope.reaches(mention.topic_id)
                    && question
                        .topics
                        .as_ref()
                        .is_none_or(|topics| topics.contains(&mention.topic_id))
                    && (question.added.0..=question.added.1).contains(&mention.added_at)
                    && scope.only_assigned().is_none_or(|user| {
                        mention
                            .state
                            .assignees
                            .contains(&domain::mention::Assignee::User(user))
                    })
                    && matches(&question.predicate, mention)
            })
            .collect()
    }

    pub(crate) fn list(&self, question: &Question) -> Vec<Hit> {
        let field = question.sort.field.number();
        let mut hits: Vec<Hit> = self
            .chosen(question)
            .into_iter()
            .map(|mention| Hit {
                topic_id: mention.topic_id,
                id: mention.id,
                sort_value: values::number(mention, field),
            })
            .collect();
        hits.sort_by(|one, other| {
            let nothing_last = one.sort_value.is_none().cmp(&other.sort_value.is_none());
            let ascending = (one.sort_value, one.id).cmp(&(other.sort_value, other.id));
            nothing_last.then(if question.sort.is_descending {
                ascending.reverse()
            } else {
                ascending
            })
        });
        hits
    }

    pub(crate) fn table(&self, table: &Table) -> FacetTable {
        let chosen = self.chosen(&table.question);
        let keys = match table.key {
            Some(axis) => axis_labels(&chosen, axis, crate::MOST_KEYS, table),
            None => vec![String::new()],
        };
        let segments = match &table.segmentation {
            Some(Segmentation::Field(axis)) => axis_labels(&chosen, *axis, table.size, table),
            Some(Segmentation::Custom(filters)) => {
                filters.iter().map(|(label, _)| label.clone()).collect()
            }
            None => vec![String::new()],
        };
        let in_key = |mention: &Mention, key: &String| match table.key {
            Some(axis) => labels_of(mention, axis, table.timezone).contains(key),
            None => true,
        };
        let in_segment = |mention: &Mention, at: usize| match &table.segmentation {
            Some(Segmentation::Field(axis)) => {
                labels_of(mention, *axis, table.timezone).contains(&segments[at])
            }
            Some(Segmentation::Custom(filters)) => matches(&filters[at].1, mention),
            None => true,
        };
        let data = (0..segments.len())
            .map(|at| {
                keys.iter()
                    .map(|key| {
                        let cell: Vec<&Mention> = chosen
                            .iter()
                            .copied()
                            .filter(|mention| in_key(mention, key) && in_segment(mention, at))
                            .collect();
                        measure(&cell, table.value)
                    })
                    .collect()
            })
            .collect();
        FacetTable {
            keys: keys.into_iter().map(label).collect(),
            segments: segments.into_iter().map(label).collect(),
            data,
            is_partial: false,
        }
    }
}

fn label(id: String) -> FacetLabel {
    FacetLabel {
        text: id.clone(),
        id,
    }
}

#[expect(clippy::cast_precision_loss, reason = "the numbers of tests are small")]
fn measure(cell: &[&Mention], metric: Metric) -> Option<f64> {
    let numbers = |field| -> Vec<i64> {
        cell.iter()
            .filter_map(|mention| values::number(mention, field))
            .collect()
    };
    match metric {
        Metric::Mentions => Some(cell.len() as f64),
        Metric::AuthorCardinality => {
            let mut authors = BTreeSet::new();
            for mention in cell {
                values::words(mention, WordField::AuthorKey, |key| {
                    authors.insert(fold(key));
                });
            }
            Some(authors.len() as f64)
        }
        Metric::Sum(field) => Some(numbers(field).iter().sum::<i64>() as f64 / unit(field)),
        Metric::Average(field) => {
            let numbers = numbers(field);
            (!numbers.is_empty())
                .then(|| numbers.iter().sum::<i64>() as f64 / numbers.len() as f64 / unit(field))
        }
    }
}

/// Scores are numbers of hundredths.
fn unit(field: NumberField) -> f64 {
    match field {
        NumberField::Rating | NumberField::Csat | NumberField::Nps => 100.0,
        _ => 1.0,
    }
}

fn labels_of(mention: &Mention, axis: Axis, timezone: &str) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    match axis {
        Axis::Word(field) => values::words(mention, field, |word| {
            labels.insert(fold(word));
        }),
        Axis::Id(field) => values::ids(mention, field, |id| {
            labels.insert(id.to_string());
        }),
        Axis::Date { field, grouping } => {
            if let Some(at) = values::number(mention, field) {
                labels.insert(bucket(at, grouping, timezone));
            }
        }
    }
    labels
}

fn axis_labels(chosen: &[&Mention], axis: Axis, size: usize, table: &Table) -> Vec<String> {
    let timezone = table.timezone;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for mention in chosen {
        for label in labels_of(mention, axis, timezone) {
            *counts.entry(label).or_default() += 1;
        }
    }
    match axis {
        Axis::Date {
            grouping: Grouping::HourOfDay,
            ..
        } => (0..24).map(|n| n.to_string()).collect(),
        Axis::Date {
            grouping: Grouping::DayOfWeek,
            ..
        } => (1..=7).map(|n| n.to_string()).collect(),
        Axis::Date { field, grouping } => {
            let moments: Vec<i64> = chosen
                .iter()
                .filter_map(|mention| values::number(mention, field))
                .collect();
            let added = table.question.added;
            let bounds = if field == domain::filter::NumberField::Added && added != crate::ALL_TIME
            {
                Some((added.0.0, added.1.0)).filter(|(from, to)| from <= to)
            } else {
                moments
                    .iter()
                    .min()
                    .copied()
                    .zip(moments.iter().max().copied())
            };
            let Some((from, to)) = bounds else {
                return Vec::new();
            };
            all_buckets(from, to, grouping, timezone)
        }
        Axis::Word(_) | Axis::Id(_) => {
            let is_number = matches!(axis, Axis::Id(_));
            let mut labels: Vec<(String, usize)> = counts.into_iter().collect();
            labels.sort_by(|one, other| {
                let by_label = if is_number {
                    one.0
                        .parse::<i64>()
                        .unwrap()
                        .cmp(&other.0.parse::<i64>().unwrap())
                } else {
                    one.0.cmp(&other.0)
                };
                other.1.cmp(&one.1).then(by_label)
            });
            labels
                .into_iter()
                .take(size)
                .map(|(label, _)| label)
                .collect()
        }
    }
}

fn local(at: i64, timezone: &str) -> jiff::Zoned {
    jiff::Timestamp::from_millisecond(at)
        .unwrap()
        .to_zoned(TimeZone::get(timezone).unwrap())
}

fn first(date: Date, grouping: Grouping) -> Date {
    match grouping {
        Grouping::Week => date - i64::from(date.weekday().to_monday_zero_offset()).days(),
        Grouping::Month => date.first_of_month(),
        Grouping::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).unwrap(),
        Grouping::Year => date.first_of_year(),
        _ => date,
    }
}

fn bucket(at: i64, grouping: Grouping, timezone: &str) -> String {
    let local = local(at, timezone);
    match grouping {
        Grouping::HourOfDay => local.hour().to_string(),
        Grouping::DayOfWeek => local.weekday().to_monday_one_offset().to_string(),
        // None of the zones changes its clock within the random moments' hours.
        Grouping::Hour => local
            .with()
            .minute(0)
            .second(0)
            .subsec_nanosecond(0)
            .build()
            .unwrap()
            .timestamp()
            .as_second()
            .to_string(),
        _ => first(local.date(), grouping)
            .to_zoned(local.time_zone().clone())
            .unwrap()
            .timestamp()
            .as_second()
            .to_string(),
    }
}

/// Steps through the time in quarters of an hour and notes each new bucket.
fn all_buckets(from: i64, to: i64, grouping: Grouping, timezone: &str) -> Vec<String> {
    let mut labels = vec![bucket(from, grouping, timezone)];
    let quarter = 15 * domain::time::MINUTE_MS;
    let mut at = from - from.rem_euclid(quarter) + quarter;
    while at <= to {
        let next = bucket(at, grouping, timezone);
        if labels.last() != Some(&next) {
            labels.push(next);
        }
        at += quarter;
    }
    labels
}
