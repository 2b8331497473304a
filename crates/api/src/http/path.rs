//! From a path to the routes behind it.

use axum::http::Method;

use super::verb::{self, Verb};

/// What stands in a table of routes.
pub trait Declared: Sized + 'static {
    /// The verb it takes.
    fn verb(&self) -> Verb;

    /// Its path, with names in braces.
    fn path(&self) -> &'static str;

    /// Whether it is there to do something, and not only to say that the path takes no verb.
    fn is_offered(&self) -> bool {
        true
    }

    /// Whether the last name in its path takes all that is left, slashes too, where no path fits
    /// exactly.
    fn takes_rest(&self) -> bool {
        false
    }

    /// Whether the text between two slashes can be the value of this name.
    fn takes(name: &str, part: &str) -> bool {
        let _ = name;
        !part.is_empty()
    }
}

/// The routes of one path and the values in it.
#[derive(Debug)]
pub struct Found<R: 'static> {
    /// One route for each verb the path takes.
    pub routes: Vec<&'static R>,
    /// Name and value of each part in braces, in the order of the path.
    pub values: Vec<(&'static str, String)>,
}

impl<R: Declared> Found<R> {
    /// The route that a method means.
    pub fn of(&self, method: &Method) -> Option<&'static R> {
        self.routes
            .iter()
            .copied()
            .find(|route| route.verb().answers(method))
    }

    /// The value of `Allow`.
    pub fn allowed(&self) -> String {
        let offered = self.routes.iter().filter(|route| route.is_offered());
        verb::allowed(offered.map(|route| route.verb()))
    }
}

/// The paths of a dialect, made once.
#[derive(Debug)]
pub struct Table<R: 'static> {
    paths: Vec<Known<R>>,
}

/// The parts of a path and its routes.
type Known<R> = (Vec<&'static str>, Vec<&'static R>);

impl<R: Declared> Table<R> {
    /// The table of these routes.
    pub fn new(declared: impl Iterator<Item = &'static R>) -> Self {
        let mut paths: Vec<Known<R>> = Vec::new();
        for route in declared {
            let segments: Vec<&'static str> = route.path().split('/').skip(1).collect();
            match paths.iter_mut().find(|(known, _)| *known == segments) {
                Some((_, routes)) => routes.push(route),
                None => paths.push((segments, vec![route])),
            }
        }
        Self { paths }
    }

    /// The routes of a path without the dialect's prefix and without a slash at its end.
    pub fn find(&self, path: &str) -> Option<Found<R>> {
        let path = path.strip_prefix('/')?;
        let given: Vec<&str> = path.split('/').collect();
        let exact = self.paths.iter().find(|known| fits(known, &given));
        exact.map(|known| found(known, &given)).or_else(|| {
            self.paths
                .iter()
                .filter(|(segments, routes)| {
                    segments.len() < given.len() && routes.iter().any(|route| route.takes_rest())
                })
                .find_map(|known| {
                    let given: Vec<&str> = path.splitn(known.0.len(), '/').collect();
                    fits(known, &given).then(|| found(known, &given))
                })
        })
    }

    /// The paths and their routes, for checks of the whole table.
    pub fn paths(&self) -> impl Iterator<Item = (&[&'static str], &[&'static R])> {
        self.paths
            .iter()
            .map(|(segments, routes)| (segments.as_slice(), routes.as_slice()))
    }
}

fn fits<R: Declared>((segments, _): &Known<R>, given: &[&str]) -> bool {
    segments.len() == given.len()
        && segments
            .iter()
            .zip(given)
            .all(|(segment, part)| match name(segment) {
                None => segment == part,
                Some(name) => R::takes(name, part),
            })
}

fn found<R: 'static>((segments, routes): &Known<R>, given: &[&str]) -> Found<R> {
    let values = segments
        .iter()
        .zip(given)
        .filter_map(|(segment, part)| Some((name(segment)?, decode(part))))
        .collect();
    Found {
        routes: routes.clone(),
        values,
    }
}

/// The name in braces of a part of a declared path.
pub fn name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Paths answer with and without a slash at the end.
pub fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

fn decode(part: &str) -> String {
    percent_encoding::percent_decode_str(part)
        .decode_utf8_lossy()
        .into_owned()
}
