//! Identifiers that look made up and are known to everybody.

/// Hosts all of whose paths of this beginning hold nothing but public identifiers.
const PATHS: &[(&str, &[&str])] = &[
    ("feeds.acast.com", &["public", "shows"]),
    ("news.google.com", &["rss", "articles"]),
    ("news.google.com", &["rss", "topics"]),
    ("news.google.com", &["topics"]),
    ("www.omnycontent.com", &["d", "playlist"]),
    ("omnycontent.com", &["d", "playlist"]),
    ("omny.fm", &["shows"]),
];

/// How many parts of a path, the empty one before its first `/` among them, come before public
/// identifiers alone.
pub(super) fn parts_before_identifiers(host: &str, path: &str) -> Option<usize> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    PATHS
        .iter()
        .find(|(known, beginning)| host == *known && parts.starts_with(beginning))
        .map(|(_, beginning)| beginning.len() + 1)
}

/// An identifier of the kind that such paths hold, the ending of a file aside.
pub(super) fn is_identifier(part: &str) -> bool {
    part.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Decentralised identifiers: public by what they are for.
pub(super) fn is_did(part: &str) -> bool {
    part.strip_prefix("did:plc:").is_some_and(|id| {
        id.len() == 24
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
    })
}

pub(super) fn is_youtube(host: &str) -> bool {
    host == "youtube.com" || host.ends_with(".youtube.com")
}

/// Channels and lists of videos.
pub(super) fn is_of_youtube(host: &str, value: &str) -> bool {
    let is_id = |text: &str| {
        (10..=48).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    is_youtube(host)
        && ["UC", "UU", "PL", "FL", "OL", "RD"]
            .iter()
            .any(|kind| value.strip_prefix(kind).is_some_and(is_id))
}
