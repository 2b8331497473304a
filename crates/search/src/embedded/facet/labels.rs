//! Which values of an axis are shown, and what they are called.

use domain::filter::WordField;
use work::{Stopped, Work};

use super::super::columns::dictionary::Dictionary;
use crate::embedded::lookup::units;
use crate::facets::{Axis, FacetLabel};

/// Bytes of a label in the making besides its texts.
const A_LABEL: usize = 160;

/// Room for texts is taken for so many bytes of them at a time.
const AT_ONCE: usize = 64 << 10;

/// What labels with equal counts are ordered by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey {
    Number(i64),
    Text(Vec<u8>),
}

fn word_label(words: &Dictionary, word: u32, field: WordField) -> (SortKey, FacetLabel) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    words
        .with(word, |folded, written| {
            // Service and author are separated by a control character, which is for machines.
            let written = if written.is_empty() || field == WordField::AuthorKey {
                folded
            } else {
                written
            };
            let label = FacetLabel {
                id: text(folded),
                text: text(written),
            };
            (SortKey::Text(folded.to_vec()), label)
        })
        .unwrap_or((SortKey::Number(0), FacetLabel::default()))
}

/// What a value of a dictionary is called on this axis.
pub(super) fn label(axis: Axis, values: &Dictionary, value: u32) -> (SortKey, FacetLabel) {
    match axis {
        Axis::Word(field) => word_label(values, value, field),
        _ => id_label(values, value),
    }
}

fn id_label(ids: &Dictionary, id: u32) -> (SortKey, FacetLabel) {
    let id = ids
        .with(id, |key, _| key.try_into().map(i64::from_le_bytes))
        .and_then(Result::ok)
        .unwrap_or_default();
    (SortKey::Number(id), plain(id))
}

pub(super) fn plain(number: i64) -> FacetLabel {
    FacetLabel {
        id: number.to_string(),
        text: number.to_string(),
    }
}

/// The values with the greatest counts, then by label.
pub(super) fn most_frequent(
    counts: &[u64],
    size: usize,
    work: &Work,
    label: impl Fn(u32) -> (SortKey, FacetLabel),
) -> Result<Vec<(u32, FacetLabel)>, Stopped> {
    work.spend(units(counts.len(), 50))?;
    let mut present: Vec<(u64, u32)> = (0..)
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(value, count)| (*count, value))
        .collect();
    // Labels are made only for those that may be chosen.
    if let Some(last) = size.checked_sub(1)
        && last < present.len()
    {
        let (_, (least, _), _) = present.select_nth_unstable_by(last, |one, other| other.cmp(one));
        let least = *least;
        present.retain(|(count, _)| *count >= least);
    }
    // Of equal counts the label decides, so those of all that may be chosen are made.
    let mut bytes = present.len() * A_LABEL;
    let mut held = work.hold(bytes)?;
    let mut labelled = Vec::with_capacity(present.len());
    for (count, value) in present {
        work.spend(4)?;
        let (key, label) = label(value);
        bytes += label.id.len() * 2 + label.text.len();
        if bytes >= held.bytes() + AT_ONCE {
            held.at_least(bytes)?;
        }
        labelled.push((std::cmp::Reverse(count), key, value, label));
    }
    work.spend(units(labelled.len(), 1).saturating_mul(3))?;
    labelled.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));
    labelled.truncate(size);
    // Collected in place it would keep the room of all that might have been chosen, for as long as
    // the table is there.
    let mut chosen = Vec::with_capacity(labelled.len());
    chosen.extend(
        labelled
            .into_iter()
            .map(|(_, _, value, label)| (value, label)),
    );
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_labels_of_many_values_take_the_room_of_few() {
        let counts = vec![1; 50_000];
        let label = |value: u32| (SortKey::Number(value.into()), plain(value.into()));
        let chosen = most_frequent(&counts, 10, &Work::endless(), label).unwrap();
        assert_eq!(chosen.len(), 10);
        assert!(chosen.capacity() < 20, "{}", chosen.capacity());
    }

    #[test]
    fn long_labels_take_room_as_they_are_made() {
        let counts = vec![1; 2_000];
        let room = work::Room::new(4 << 20);
        let work = Work::new(u64::MAX, room.clone());
        let long = |value: u32| {
            let text = "x".repeat(1_000);
            let label = FacetLabel {
                id: text.clone(),
                text,
            };
            (SortKey::Number(value.into()), label)
        };
        let short = |value: u32| (SortKey::Number(value.into()), plain(value.into()));
        most_frequent(&counts, 10, &work, short).unwrap();
        let refused = most_frequent(&counts, 10, &work, long).unwrap_err();
        assert_eq!(refused, Stopped::TooLarge);
        assert_eq!(room.held(), 0);
    }
}
