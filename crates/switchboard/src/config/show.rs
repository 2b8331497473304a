//! Prints the effective settings, with secrets masked.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::{Config, Origin};

const MASK: &str = "********";

/// The settings with passwords and tokens replaced by stars.
pub fn masked(config: &Config) -> Config {
    let mut shown = config.clone();
    if !shown.metrics.token.is_empty() {
        MASK.clone_into(&mut shown.metrics.token);
    }
    shown.store.url = masked_url(&shown.store.url);
    shown
}

/// A database address without its password, which stands before the `@` or in the query.
pub(super) fn masked_url(url: &str) -> String {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut shown = match address.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((user, host)) => {
                let user = user
                    .split_once(':')
                    .map_or_else(|| user.to_owned(), |(user, _)| format!("{user}:{MASK}"));
                format!("{scheme}://{user}@{host}")
            }
            None => address.to_owned(),
        },
        None => address.to_owned(),
    };
    let mut separator = '?';
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        shown.push(separator);
        separator = '&';
        match pair.split_once('=') {
            Some((name, _)) if name.contains("pass") => {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(MASK);
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

/// One line per setting, in the form of the file, with the source of what is not a default.
pub fn to_text(config: &Config, origins: &BTreeMap<String, Origin>) -> String {
    // Writing to a text cannot fail.
    let mut text = String::new();
    let Ok(Value::Object(all)) = serde_json::to_value(masked(config)) else {
        return text;
    };
    let line = |text: &mut String, path: &str, key: &str, value: &Value| {
        let _ = write!(text, "{key} = {value}");
        if let Some(origin) = origins.get(path) {
            let _ = write!(text, " # {origin}");
        }
        text.push('\n');
    };
    for (key, value) in &all {
        if !value.is_object() {
            line(&mut text, key, key, value);
        }
    }
    for (section, value) in &all {
        if let Value::Object(inner) = value {
            let _ = writeln!(text, "\n[{section}]");
            for (key, value) in inner {
                line(&mut text, &format!("{section}.{key}"), key, value);
            }
        }
    }
    text
}
