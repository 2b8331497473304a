//! The table: what was measured, what the peer took, and what was promised.

use std::fmt::Write;

use serde_json::{Value, json};

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ours: f64,
    pub(crate) peer: Option<f64>,
    pub(crate) unit: &'static str,
    /// More is better.
    pub(crate) more_is_better: bool,
    /// Least ratio that is promised.
    pub(crate) target: Option<f64>,
    /// Tail of ours and of the peer, in the same unit.
    pub(crate) tails: Option<(f64, Option<f64>)>,
    pub(crate) remark: String,
}

impl Row {
    /// How many times better than the peer; below 1 is worse.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let peer = self.peer?;
        Some(if self.more_is_better {
            self.ours / peer
        } else {
            peer / self.ours
        })
    }
}

/// All rows of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) heading: Vec<(String, String)>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    /// Notes a fact about the run.
    pub(crate) fn note(&mut self, name: &str, value: impl Into<String>) {
        self.heading.push((name.to_owned(), value.into()));
    }

    /// Adds a row and says so.
    pub(crate) fn add(&mut self, row: Row) {
        crate::say(&format!(
            "{}: {} {}{}",
            row.name,
            number(row.ours),
            row.unit,
            row.ratio()
                .map(|ratio| format!(", ratio {}", number(ratio)))
                .unwrap_or_default()
        ));
        self.rows.push(row);
    }

    /// As markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.heading {
            let _ = writeln!(text, "- {name}: {value}");
        }
        text.push_str("\n| what | Switchboard | p99 | PostgreSQL 15 or peer | p99 | ratio | promised | |\n|---|--:|--:|--:|--:|--:|--:|---|\n");
        for row in &self.rows {
            let ratio = row.ratio();
            let verdict = match (ratio, row.target) {
                (Some(ratio), Some(target)) if ratio < target => "**missed**",
                (Some(_), Some(_)) => "met",
                _ => "",
            };
            let cell = |value: Option<f64>| value.map(number).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} | {} {} | {} | {} | {} | {} | {} | {}{}{} |",
                row.name,
                number(row.ours),
                row.unit,
                cell(row.tails.map(|tails| tails.0)),
                cell(row.peer),
                cell(row.tails.and_then(|tails| tails.1)),
                ratio
                    .map(|ratio| format!("{}x", number(ratio)))
                    .unwrap_or_default(),
                row.target
                    .map(|target| format!(">= {target}x"))
                    .unwrap_or_default(),
                verdict,
                if verdict.is_empty() || row.remark.is_empty() {
                    ""
                } else {
                    "; "
                },
                row.remark
            );
        }
        text
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        json!({
            "run": self.heading.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect::<serde_json::Map<_, _>>(),
            "rows": self.rows.iter().map(|row| json!({
                "name": row.name, "switchboard": row.ours, "peer": row.peer, "unit": row.unit, "ratio": row.ratio(),
                "target": row.target, "p99": row.tails.map(|tails| tails.0), "peer_p99": row.tails.and_then(|tails| tails.1), "remark": row.remark,
            })).collect::<Vec<_>>(),
        })
    }
}

/// A number with three significant digits or as many as it has before the point.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "-".to_owned(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
