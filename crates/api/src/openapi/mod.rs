//! The OpenAPI documents of the APIs, made from their route tables and tables of objects.
//!
//! The committed files in `openapi/` are these documents; tests compare them.

mod conversocial;
mod shared;
mod social_connect;

use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

pub use social_connect::social_connect;

use crate::conversocial::version::Version;

/// One document.
pub struct Document {
    /// What `switchboard openapi` calls it; the committed file is `openapi/{name}.json`.
    pub name: &'static str,
    /// The API's name.
    pub title: &'static str,
    /// The same where there is little room.
    pub short_title: &'static str,
    /// What can be done with the API, in a sentence or two.
    pub about: &'static str,
    /// A path that shows something when it is called.
    pub example: &'static str,
    /// Below which paths the document and its viewers are served, the usual one first; none where it
    /// is not served.
    pub bases: &'static [&'static str],
    content: fn() -> Value,
    written: Written,
}

/// A document's texts, made when they are first asked for.
struct Written {
    json: OnceLock<String>,
    yaml: OnceLock<String>,
}

impl Written {
    const fn not_yet() -> Self {
        Self {
            json: OnceLock::new(),
            yaml: OnceLock::new(),
        }
    }
}

/// The name of the document that is meant when none is given.
pub const DEFAULT: &str = "social-connect";

/// Every document.
static ALL: [Document; 5] = [
    Document {
        name: DEFAULT,
        title: "Social Connect API",
        short_title: "Social Connect",
        about: "Mentions, work on them, statistics and settings.",
        example: "/me",
        bases: &[],
        content: social_connect,
        written: Written::not_yet(),
    },
    Document {
        name: "conversocial-v1.1",
        title: "Conversocial API v1.1",
        short_title: "v1.1",
        about: "Conversations with customers, their messages, channels, users, tags and reports, \
            as version 1.1 had them.",
        example: "/v1.1/conversations?status=unread",
        bases: &["/v1.1", "/v1.0", "/v1"],
        content: || conversocial::document(Version::V1_1),
        written: Written::not_yet(),
    },
    Document {
        name: "conversocial-v1.3",
        title: "Conversocial API v1.3",
        short_title: "v1.3",
        about: "Conversations with customers, their messages, channels, users, tags and reports.",
        example: "/v1.3/conversations?status=unread",
        bases: &["/v1.3"],
        content: || conversocial::document(Version::V1_3),
        written: Written::not_yet(),
    },
    Document {
        name: "customer-profiles",
        title: "Conversocial Customer Profiles API",
        short_title: "Customer Profiles",
        about: "Notes, annotations and tags that agents wrote about customers.",
        example: "/api/1/annotation-types",
        bases: &["/api/1", "/api/v1"],
        content: || conversocial::document(Version::Profiles1),
        written: Written::not_yet(),
    },
    Document {
        name: "agent-events",
        title: "Conversocial agent events",
        short_title: "Agent events",
        about: "What agents did: signed in and out, opened, archived and assigned conversations.",
        example: "/v3.0/agent_events?timestamp_from=2026-01-01",
        bases: &["/v3.0"],
        content: || conversocial::document(Version::V3),
        written: Written::not_yet(),
    },
];

/// Every document.
pub fn all() -> &'static [Document] {
    &ALL
}

/// The document of this name.
pub fn find(name: &str) -> Option<&'static Document> {
    ALL.iter().find(|document| document.name == name)
}

/// The names of all documents.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|document| document.name)
}

/// The documents that the server hands out.
pub fn served() -> impl Iterator<Item = &'static Document> {
    ALL.iter().filter(|document| !document.bases.is_empty())
}

impl Document {
    /// The document as it is printed, committed and served: indented JSON with a line break at the
    /// end.
    pub fn text(&self) -> &str {
        self.written.json.get_or_init(|| {
            let mut text = serde_json::to_string_pretty(&(self.content)()).unwrap_or_default();
            text.push('\n');
            text
        })
    }

    /// The same as YAML, which some tools prefer.
    pub fn yaml(&self) -> &str {
        self.written
            .yaml
            .get_or_init(|| serde_saphyr::to_string(&(self.content)()).unwrap_or_default())
    }

    /// The usual base path; empty where it is not served.
    pub fn base(&self) -> &'static str {
        self.bases.first().copied().unwrap_or_default()
    }

    /// Where the document is served.
    pub fn path(&self) -> String {
        format!("{}/openapi.json", self.base())
    }

    /// Where it is served as YAML.
    pub fn yaml_path(&self) -> String {
        format!("{}/openapi.yaml", self.base())
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Document").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// `make openapi` brings the files up to date.
    #[test]
    fn the_committed_documents_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
        for document in all() {
            let file = folder.join(format!("{}.json", document.name));
            let committed = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(
                committed == document.text(),
                "openapi/{0}.json is not what `switchboard openapi {0}` prints",
                document.name
            );
        }
    }
}
