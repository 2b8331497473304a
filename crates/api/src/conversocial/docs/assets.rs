//! What the pages load: the viewers as their packages have them, and our own start scripts.
//!
//! The viewers are committed packed, by `scripts/viewers update`; their licences come with them.
//! An address holds the hash of its content, so copies may be kept for ever.

use std::io::Read as _;
use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use http::{HeaderMap, StatusCode, header};

use crate::render::etag;

/// A file that the pages load.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) name: &'static str,
    content: Content,
    hash: LazyLock<String>,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    /// Compressed with gzip.
    Packed(&'static [u8]),
    Plain(&'static str),
}

macro_rules! packed {
    ($name:literal) => {
        asset!(
            $name,
            Content::Packed(include_bytes!(concat!(
                "../../../assets/viewers/",
                $name,
                ".gz"
            )))
        )
    };
}
macro_rules! licence {
    ($name:literal) => {
        asset!(
            $name,
            Content::Plain(include_str!(concat!("../../../assets/viewers/", $name)))
        )
    };
}
macro_rules! own {
    ($name:literal) => {
        asset!(
            $name,
            Content::Plain(include_str!(concat!("browser/", $name)))
        )
    };
}
macro_rules! asset {
    ($name:literal, $content:expr) => {
        Asset {
            name: $name,
            content: $content,
            hash: LazyLock::new(|| $content.hash()),
        }
    };
}

static ASSETS: [Asset; 16] = [
    packed!("swagger-ui-bundle.js"),
    packed!("swagger-ui.css"),
    packed!("rapidoc-min.js"),
    packed!("redoc.standalone.js"),
    own!("page.css"),
    own!("swagger.js"),
    own!("rapidoc.js"),
    own!("redoc.js"),
    own!("tryit.js"),
    licence!("swagger-ui.LICENSE.txt"),
    licence!("swagger-ui.NOTICE.txt"),
    licence!("swagger-ui-bundle.js.LICENSE.txt"),
    licence!("rapidoc.LICENSE.txt"),
    licence!("rapidoc-min.js.LICENSE.txt"),
    licence!("redoc.LICENSE.txt"),
    licence!("redoc.standalone.js.LICENSE.txt"),
];

impl Content {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Packed(bytes) => bytes,
            Self::Plain(text) => text.as_bytes(),
        }
    }

    fn hash(self) -> String {
        etag::strong(&[self.bytes()])
    }
}

impl Asset {
    /// The licences and notices of the viewers.
    pub(super) fn licences() -> impl Iterator<Item = &'static Self> {
        ASSETS.iter().filter(|asset| asset.extension() == "txt")
    }

    /// The path under which it is served.
    pub(super) fn path(&self) -> String {
        format!("/docs/assets/{}/{}", *self.hash, self.name)
    }

    fn extension(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    fn content_type(&self) -> &'static str {
        match self.extension() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        }
    }
}

/// The path of a file; of a file that is not there, one that answers 404.
pub(super) fn path(name: &str) -> String {
    find(name).map_or_else(|| format!("/docs/assets/absent/{name}"), Asset::path)
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Answers with a file, if the hash is that of its content.
pub(super) fn show(hash: &str, name: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = find(name).filter(|asset| *asset.hash == hash) else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let common = [
        (header::CONTENT_TYPE, asset.content_type()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "Accept-Encoding"),
    ];
    match asset.content {
        Content::Plain(text) => (common, text).into_response(),
        Content::Packed(bytes) if takes_gzip(headers) => {
            (common, [(header::CONTENT_ENCODING, "gzip")], bytes).into_response()
        }
        Content::Packed(bytes) => (common, unpacked(bytes)).into_response(),
    }
}

/// Whether the caller understands gzip: names it, or anything, without the weight 0.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let sent = headers.get_all(header::ACCEPT_ENCODING);
    let mut named = sent
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.split_once(';').unwrap_or((coding, "")))
        .map(|(coding, weight)| (coding.trim(), weight.replace(' ', "")));
    named.any(|(coding, weight)| {
        let is_refused = weight
            .strip_prefix("q=0")
            .is_some_and(|rest| rest.chars().all(|digit| matches!(digit, '.' | '0')));
        (coding.eq_ignore_ascii_case("gzip") || coding == "*") && !is_refused
    })
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    // What is compiled in unpacks; a test does it with each.
    let _ = GzDecoder::new(bytes).read_to_end(&mut plain);
    plain
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use sha2::{Digest, Sha256};

    use super::*;

    /// `scripts/viewers check` compares the same sums with the packages.
    #[test]
    fn the_built_in_viewers_are_those_whose_sums_are_committed() {
        let sums: BTreeMap<&str, &str> = include_str!("../../../assets/viewers/SHA256SUMS")
            .lines()
            .map(|line| line.split_once("  ").unwrap())
            .map(|(sum, name)| (name, sum))
            .collect();
        let mut compared = 0;
        for asset in &ASSETS {
            let Some(expected) = sums.get(asset.name) else {
                continue;
            };
            let plain = match asset.content {
                Content::Packed(bytes) => unpacked(bytes),
                Content::Plain(text) => text.as_bytes().to_vec(),
            };
            let mut sum = String::new();
            for byte in Sha256::digest(&plain) {
                write!(sum, "{byte:02x}").unwrap();
            }
            assert_eq!(&sum, expected, "{}", asset.name);
            compared += 1;
        }
        assert_eq!(compared, sums.len());
        assert_eq!(compared, ASSETS.len() - 5, "five files are our own");
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let takes = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, text.parse().unwrap());
            takes_gzip(&headers)
        };
        for text in ["gzip", "br, GZIP;q=0.5", "*", "deflate,gzip;q=1.0"] {
            assert!(takes(text), "{text}");
        }
        for text in [
            "",
            "br",
            "identity",
            "gzip;q=0",
            "gzip; q=0.000, br",
            "*;q=0",
        ] {
            assert!(!takes(text), "{text}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_file_answers_under_its_own_hash_only() {
        let asset = find("page.css").unwrap();
        let status = |hash: &str, name: &str| show(hash, name, &HeaderMap::new()).status();
        assert_eq!(status(&asset.hash, "page.css"), StatusCode::OK);
        assert_eq!(status(&asset.hash, "redoc.js"), StatusCode::NOT_FOUND);
        assert_eq!(status("0", "page.css"), StatusCode::NOT_FOUND);
        assert_eq!(status(&asset.hash, "../page.css"), StatusCode::NOT_FOUND);
    }
}
