//! Addresses in answers.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::version::Version;
use crate::http::origin::Origin;
use crate::render::json::Object;

/// What stays as it is in one part of a path. The colon of author ids is documented raw.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

/// Where things are, as this caller addresses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    base: String,
}

impl Links {
    /// Addresses below an origin and a base.
    pub fn new(origin: &Origin, version: Version) -> Self {
        Self {
            base: format!("{}/{}", origin.as_str(), version.segment()),
        }
    }

    /// One of a list.
    pub fn one(&self, resource: &str, id: impl Display) -> String {
        let id = id.to_string();
        let id = utf8_percent_encode(&id, PART);
        format!("{}/{resource}/{id}", self.base)
    }

    /// A list with arguments in the order given.
    pub fn query<'p>(
        &self,
        path: &str,
        arguments: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(arguments);
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{query}", self.base)
    }

    /// Writes a reference: an object with exactly `id` and `url`. Recorded clients take every
    /// object with exactly these keys for one, so nothing else may look like it.
    pub fn write(&self, object: &mut Object<'_>, resource: &str, id: impl Display) {
        let id = id.to_string();
        object.text("id", &id);
        object.text("url", &self.one(resource, &id));
    }

    /// Writes a reference with a name: exactly `id`, `name` and `url`.
    pub fn write_named(
        &self,
        object: &mut Object<'_>,
        resource: &str,
        id: impl Display,
        name: &str,
    ) {
        let id = id.to_string();
        object.text("id", &id);
        object.text("name", name);
        object.text("url", &self.one(resource, &id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::json;

    fn links() -> Links {
        Links::new(&Origin::new("https://cv.example/"), Version::V1_1)
    }

    #[test]
    fn addresses_keep_the_callers_base_and_the_colon_of_authors() {
        let links = links();
        assert_eq!(
            links.one("authors", "x:rss:a/b c"),
            "https://cv.example/v1.1/authors/x:rss:a%2Fb%20c"
        );
        assert_eq!(
            links.query("/users", [("limit", "10"), ("fields", "first_name,id")]),
            "https://cv.example/v1.1/users?limit=10&fields=first_name%2Cid"
        );
        assert_eq!(links.query("/users", []), "https://cv.example/v1.1/users");
    }

    #[test]
    fn references_have_exactly_the_keys_that_clients_know() {
        let links = links();
        let text = json::array(|array| {
            array.object(|object| links.write(object, "tags", 25_494));
            array.object(|object| links.write_named(object, "channels", 7, "Demo"));
        });
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"[{"id":"25494","url":"https://cv.example/v1.1/tags/25494"},{"id":"7","name":"Demo","url":"https://cv.example/v1.1/channels/7"}]"#
        );
    }
}
