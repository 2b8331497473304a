//! `facet`.

use domain::time::UnixMillis;
use engine::query::{Axis, FacetLabel, FacetTable, Grouping};
use jiff::tz::TimeZone;

use crate::render::json::{Array, Object};

/// A counted table: columns, rows and a number for each pair.
pub fn facet(
    o: &mut Object<'_>,
    table: &FacetTable,
    key: Option<Axis>,
    segmentation: Option<Axis>,
    timezone: &TimeZone,
) {
    o.array("keys", |a| labels(a, &table.keys, key, timezone));
    o.array("segments", |a| {
        labels(a, &table.segments, segmentation, timezone);
    });
    o.array("data", |a| {
        for row in &table.data {
            a.array(|a| row.iter().for_each(|cell| number(a, *cell)));
        }
    });
}

fn labels(a: &mut Array<'_>, labels: &[FacetLabel], axis: Option<Axis>, timezone: &TimeZone) {
    for label in labels {
        a.object(|o| match axis {
            Some(Axis::Date { grouping, .. }) => date(o, label, grouping, timezone),
            _ if label.id.is_empty() && label.text.is_empty() => {
                write(o, "all", "All");
            }
            _ => write(o, &label.id, &label.text),
        });
    }
}

fn write(o: &mut Object<'_>, id: &str, text: &str) {
    o.text("id", id);
    o.text("text", text);
    o.text("html", &escape_html(text));
}

/// Dates have the UNIX time of their start as identifier; a recorded client of 2013 reads it from
/// `name`.
fn date(o: &mut Object<'_>, label: &FacetLabel, grouping: Grouping, timezone: &TimeZone) {
    let number: i64 = label.id.parse().unwrap_or_default();
    let text = date_text(number, grouping, timezone);
    o.number("id", number);
    o.text("text", &text);
    o.text("html", &text);
    o.number("name", number);
}

fn date_text(number: i64, grouping: Grouping, timezone: &TimeZone) -> String {
    let moment = UnixMillis::from_seconds(number).timestamp();
    let start = moment.to_zoned(timezone.clone()).datetime();
    let (year, month) = (start.year(), start.month());
    match grouping {
        Grouping::Minute | Grouping::Hour => {
            format!("{} {:02}:{:02}", start.date(), start.hour(), start.minute())
        }
        Grouping::Day | Grouping::Week => start.date().to_string(),
        Grouping::Month => format!("{year:04}-{month:02}"),
        Grouping::Quarter => format!("{year:04} Q{}", (month - 1) / 3 + 1),
        Grouping::Year => format!("{year:04}"),
        Grouping::HourOfDay => format!("{number:02}:00"),
        Grouping::DayOfWeek => match number {
            1 => "Monday",
            2 => "Tuesday",
            3 => "Wednesday",
            4 => "Thursday",
            5 => "Friday",
            6 => "Saturday",
            _ => "Sunday",
        }
        .to_owned(),
    }
}

/// "Numeric array of values" (vendor's response page): the mean of nothing is 0, because clients
/// add the numbers up. Whole numbers are written without a fraction.
fn number(a: &mut Array<'_>, cell: Option<f64>) {
    let value = (cell.unwrap_or_default() * 100.0).round() / 100.0;
    if value.fract() == 0.0 && value.abs() < 9.0e15 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range and the fraction are checked"
        )]
        a.push(&(value as i64));
    } else {
        a.push(&value);
    }
}

fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::json::object;

    #[test]
    fn dates_carry_their_start_twice_and_numbers_no_idle_fraction() {
        let label = |id: &str, text: &str| FacetLabel {
            id: id.to_owned(),
            text: text.to_owned(),
        };
        let table = FacetTable {
            keys: vec![
                label("1795219200", "1795219200"),
                label("1795305600", "1795305600"),
            ],
            segments: vec![label("a<b", "A<b")],
            data: vec![vec![Some(2.0), Some(1.25)], vec![None, Some(f64::MAX)]],
            is_partial: false,
        };
        let key = Axis::Date {
            field: domain::filter::NumberField::Added,
            grouping: Grouping::Day,
        };
        let text = object(|o| facet(o, &table, Some(key), None, &TimeZone::UTC));
        assert_eq!(
            String::from_utf8(text).unwrap(),
            concat!(
                r#"{"keys":[{"id":1795219200,"text":"2026-11-21","html":"2026-11-21","name":1795219200},"#,
                r#"{"id":1795305600,"text":"2026-11-22","html":"2026-11-22","name":1795305600}],"#,
                r#""segments":[{"id":"a<b","text":"A<b","html":"A&lt;b"}],"#,
                r#""data":[[2,1.25],[0,null]]}"#
            )
        );
    }

    #[test]
    fn groupings_are_written_as_people_say_them() {
        let at = 1_795_219_200; // 2026-11-21T00:00:00Z, a Saturday
        for (grouping, number, text) in [
            (Grouping::Hour, at, "2026-11-21 00:00"),
            (Grouping::Month, at, "2026-11"),
            (Grouping::Quarter, at, "2026 Q4"),
            (Grouping::Year, at, "2026"),
            (Grouping::HourOfDay, 9, "09:00"),
            (Grouping::DayOfWeek, 7, "Sunday"),
        ] {
            assert_eq!(date_text(number, grouping, &TimeZone::UTC), text);
        }
    }
}
