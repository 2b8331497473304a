//! `/metrics`: what is measured, and that all of it is documented.

use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::json;

use super::process::{Server, document, init, run};

const DOCUMENTED: &str = include_str!("../../../../../docs/metrics.md");

/// Whether the page has a row for it.
fn is_documented(name: &str) -> bool {
    DOCUMENTED.contains(&format!("\n| `{name}` |"))
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn everything_that_is_measured_is_documented_and_nothing_else_is() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for one in std::fs::read_dir(crates).unwrap() {
        sources(&one.unwrap().path().join("src"), &mut files);
    }
    let measured =
        Regex::new(r#"(?:counter|gauge|histogram)!\(\s*"([a-z_]+)"|\bset\("([a-z_]+)""#).unwrap();
    let mut names: Vec<String> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for found in measured.captures_iter(&text) {
            let name = found.get(1).or(found.get(2)).unwrap().as_str();
            if found.get(1).is_some() || name.starts_with("index_") {
                names.push(name.to_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    assert!(names.len() > 15, "{names:?}");
    let missing: Vec<&String> = names.iter().filter(|name| !is_documented(name)).collect();
    assert!(missing.is_empty(), "not in docs/metrics.md: {missing:?}");
    let rows = Regex::new(r"(?m)^\| `([a-z_]+)` \|").unwrap();
    for row in rows.captures_iter(DOCUMENTED) {
        let name = &row[1];
        assert!(
            names.iter().any(|known| known == name),
            "{name} is not measured"
        );
    }
}

/// The value of a line of the measurements.
fn value(text: &str, line: &str) -> f64 {
    text.lines()
        .find_map(|at| at.strip_prefix(line)?.trim().parse().ok())
        .unwrap_or_else(|| panic!("no {line} in {text}"))
}

#[test]
fn who_works_waits_and_was_refused_can_be_read() {
    let data = tempfile::tempdir().unwrap();
    let account = document(&init(data.path()))["account_id"].clone();
    let server = Server::start(data.path(), &[]);
    let arguments = ["--json", "token", "create", "--email", "me@example.com"];
    let made = document(&run(data.path(), &arguments));
    let token = made["access_token"].as_str().unwrap();
    let definitions =
        form_urlencoded::byte_serialize(json!([{"key": null}]).to_string().as_bytes())
            .collect::<String>();
    let path = format!("/{account}/insights/facets?facetdefinitions={definitions}");
    let (status, answer) = server.call("GET", &path, token, None);
    assert_eq!(status, 200, "{answer}");

    let text = server.get("/metrics");
    for pool in ["index", "database"] {
        let label = format!("{{pool=\"{pool}\"}}");
        assert!((value(&text, &format!("work_running{label}")) - 0.0).abs() < 0.5);
        assert!((value(&text, &format!("work_waiting{label}")) - 0.0).abs() < 0.5);
        assert!((value(&text, &format!("work_refused_total{label}")) - 0.0).abs() < 0.5);
        for reason in ["out_of_budget", "too_large", "no_room", "cancelled"] {
            let label = format!("{{pool=\"{pool}\",reason=\"{reason}\"}}");
            assert!((value(&text, &format!("work_cut_short_total{label}")) - 0.0).abs() < 0.5);
        }
    }
    // The facet took its turn, and waits are sorted into classes that can be added up.
    assert!(value(&text, "work_wait_seconds_count{pool=\"index\"}") >= 1.0);
    assert!(
        value(
            &text,
            "work_wait_seconds_bucket{pool=\"index\",le=\"+Inf\"}"
        ) >= 1.0
    );
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let name = kind.split(' ').next().unwrap();
            assert!(is_documented(name), "{name} is not in docs/metrics.md");
        }
    }
}
