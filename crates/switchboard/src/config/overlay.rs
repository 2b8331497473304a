//! Lays the sources over each other and says exactly which one is wrong, and how.
//!
//! Works on TOML tables before they become structs, because only here is it known which file or
//! variable a value came from. The default table is the schema: it knows every key and its type.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Config, DEFAULTS, Problem, check};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The compiled-in file.
    Default,
    /// The file of `--config`.
    File(PathBuf),
    /// An environment variable, by name.
    Variable(String),
    /// A flag, by name.
    Flag(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("defaults"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What is laid over the defaults.
#[derive(Debug, Default)]
pub struct Layers<'a> {
    /// The file of `--config`.
    pub file: Option<&'a Path>,
    /// Environment variables, all of them; others than ours are passed over.
    pub variables: Vec<(OsString, OsString)>,
    /// Flags: name, dotted key, value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// Reads the settings.
///
/// # Errors
/// Every problem found, each with its source, key and the form that is expected.
pub fn load(layers: &Layers<'_>) -> Result<(Config, BTreeMap<String, Origin>), Vec<Problem>> {
    let schema: Table = DEFAULTS.parse().map_err(|error: toml::de::Error| {
        vec![Problem::new(
            &Origin::Default,
            "",
            error.message().to_owned(),
        )]
    })?;
    let mut merged = Merged {
        table: schema.clone(),
        schema,
        origins: BTreeMap::new(),
        problems: Vec::new(),
    };
    if let Some(path) = layers.file {
        merged.file(path);
    }
    for (name, text) in &layers.variables {
        let name = &*name.to_string_lossy();
        let origin = Origin::Variable(name.to_owned());
        if let Some(path) = name.strip_prefix("SWITCHBOARD__") {
            let path = path.to_ascii_lowercase().replace("__", ".");
            if let Some(text) = text.to_str() {
                merged.text(&origin, &path, text);
            } else {
                let problem = "expected text in UTF-8".to_owned();
                merged.problems.push(Problem::new(&origin, &path, problem));
            }
        } else if let Some(meant) = merged.meant_by(name) {
            let problem = format!("a variable that nothing reads; did you mean {meant}?");
            merged.problems.push(Problem::new(&origin, "", problem));
        }
    }
    for (name, path, text) in &layers.flags {
        merged.text(&Origin::Flag(name), path, text);
    }
    merged.finish()
}

struct Merged {
    schema: Table,
    table: Table,
    origins: BTreeMap<String, Origin>,
    problems: Vec<Problem>,
}

impl Merged {
    /// The variable that was meant by one that has single underscores where two belong.
    fn meant_by(&self, variable: &str) -> Option<String> {
        let given = variable.strip_prefix("SWITCHBOARD_")?.to_ascii_lowercase();
        keys(&self.schema)
            .into_iter()
            .find(|key| key.replace('.', "_") == given.replace("__", "_"))
            .map(|key| {
                let key = key.replace('.', "__").to_ascii_uppercase();
                format!("SWITCHBOARD__{key}")
            })
    }

    fn file(&mut self, path: &Path) {
        let origin = Origin::File(path.to_owned());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                self.problems.push(Problem::new(
                    &origin,
                    "",
                    format!("cannot be read: {error}"),
                ));
                return;
            }
        };
        match text.parse::<Table>() {
            Ok(table) => self.table(&origin, "", table),
            Err(error) => {
                let at = error.span().map(|span| {
                    1 + text
                        .bytes()
                        .take(span.start)
                        .filter(|b| *b == b'\n')
                        .count()
                });
                let at = at.map_or(String::new(), |line| format!("line {line}: "));
                let message = error
                    .message()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                self.problems
                    .push(Problem::new(&origin, "", format!("{at}{message}")));
            }
        }
    }

    fn table(&mut self, origin: &Origin, prefix: &str, table: Table) {
        for (key, value) in table {
            let path = if prefix.is_empty() {
                key
            } else {
                format!("{prefix}.{key}")
            };
            match (lookup(&self.schema, &path), value) {
                (Some(Value::Table(_)), Value::Table(inner)) => self.table(origin, &path, inner),
                // The keys of an unknown section are looked at one by one, since each may be
                // near one that is known.
                (None, Value::Table(inner)) if !inner.is_empty() && prefix.is_empty() => {
                    self.table(origin, &path, inner);
                }
                (_, value) => self.value(origin, &path, value),
            }
        }
    }

    /// A value from a place that has only text.
    fn text(&mut self, origin: &Origin, path: &str, text: &str) {
        let value = match lookup(&self.schema, path) {
            Some(Value::Integer(_)) => text.trim().parse().map(Value::Integer).ok(),
            Some(Value::Boolean(_)) => text.trim().parse().map(Value::Boolean).ok(),
            Some(Value::Array(_)) => list(text),
            _ => None,
        };
        self.value(origin, path, value.unwrap_or_else(|| text.into()));
    }

    fn value(&mut self, origin: &Origin, path: &str, value: Value) {
        let Some(known) = lookup(&self.schema, path) else {
            let problem = match check::nearest(path, &keys(&self.schema)) {
                Some(near) => format!("unknown setting; did you mean {near}?"),
                None => "unknown setting; see `switchboard config show`".to_owned(),
            };
            self.problems.push(Problem::new(origin, path, problem));
            return;
        };
        if let Some(expected) = mismatch(known, &value).or_else(|| too_large(path, &value)) {
            // What stands in place of a section may be meant for a secret in it.
            let shown = if check::is_secret(path) || known.is_table() {
                String::new()
            } else {
                format!(", got {value}")
            };
            self.problems.push(Problem::new(
                origin,
                path,
                format!("expected {expected}{shown}"),
            ));
            return;
        }
        put(&mut self.table, path, value);
        self.origins.insert(path.to_owned(), origin.clone());
    }

    fn finish(mut self) -> Result<(Config, BTreeMap<String, Origin>), Vec<Problem>> {
        for (path, words) in check::WORDS {
            let word = lookup(&self.table, path).and_then(Value::as_str);
            if !words.iter().any(|known| Some(*known) == word) {
                let expected = format!("expected one of {}", words.join(", "));
                let problem = Problem::new(&origin_of(&self.origins, path), path, expected);
                self.problems.push(problem);
                if let Some(word) = words.first() {
                    put(&mut self.table, path, (*word).into());
                }
            }
        }
        let config = match Config::try_from_table(self.table) {
            Ok(config) => config,
            Err(problem) => {
                self.problems
                    .push(Problem::new(&Origin::Default, "", problem));
                return Err(self.problems);
            }
        };
        for (path, expected) in check::problems(&config) {
            let origin = origin_of(&self.origins, path);
            self.problems.push(Problem::new(&origin, path, expected));
        }
        if self.problems.is_empty() {
            Ok((config, self.origins))
        } else {
            Err(self.problems)
        }
    }
}

impl Config {
    fn try_from_table(table: Table) -> Result<Self, String> {
        table
            .try_into()
            .map_err(|error: toml::de::Error| error.message().replace('\n', " "))
    }
}

fn origin_of(origins: &BTreeMap<String, Origin>, path: &str) -> Origin {
    origins.get(path).cloned().unwrap_or(Origin::Default)
}

/// `a, b` or `["a", "b"]`.
fn list(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.starts_with('[') {
        let mut table = format!("list = {text}").parse::<Table>().ok()?;
        return table.remove("list");
    }
    let items = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(Value::from);
    Some(Value::Array(items.collect()))
}

/// What is expected, when the value is not of the known kind.
fn mismatch(known: &Value, value: &Value) -> Option<&'static str> {
    match (known, value) {
        (Value::String(_), Value::String(_)) | (Value::Boolean(_), Value::Boolean(_)) => None,
        (Value::Integer(_), Value::Integer(number)) if (0..=MOST).contains(number) => None,
        (Value::Array(_), Value::Array(items)) if items.iter().all(Value::is_str) => None,
        (Value::String(_), _) => Some("a text in quotes"),
        (Value::Boolean(_), _) => Some("true or false"),
        (Value::Integer(_), _) => Some("a whole number from 0 to 4294967295"),
        (Value::Array(_), _) => Some("a list of texts, like [\"a\", \"b\"]"),
        (Value::Table(_), _) => Some("a section of settings"),
        _ => Some("another kind of value"),
    }
}

/// The one number that has a smaller field than the others.
fn too_large(path: &str, value: &Value) -> Option<&'static str> {
    let fits = path != "node" || value.as_integer().is_some_and(|node| node <= 31);
    (!fits).then_some("a whole number from 0 to 31")
}

/// The largest number that every numeric field holds.
const MOST: i64 = 4_294_967_295;

fn lookup<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((section, key)) => table.get(section)?.as_table()?.get(key),
        None => table.get(path),
    }
}

fn put(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        Some((section, key)) => {
            if let Some(Value::Table(section)) = table.get_mut(section) {
                section.insert(key.to_owned(), value);
            }
        }
        None => {
            table.insert(path.to_owned(), value);
        }
    }
}

/// Every key, dotted.
pub(super) fn keys(table: &Table) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(section) => {
                keys.extend(section.keys().map(|inner| format!("{key}.{inner}")));
            }
            _ => keys.push(key.clone()),
        }
    }
    keys
}
