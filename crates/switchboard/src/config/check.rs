//! What the values of the settings must look like, beyond their types.

use std::net::SocketAddr;

use super::{Config, Network, Origin};

/// Something wrong with a setting: one line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File, variable or flag.
    pub source: String,
    /// Dotted key; empty when the whole source is meant.
    pub key: String,
    /// What is wrong or expected.
    pub reason: String,
}

impl Problem {
    pub(super) fn new(origin: &Origin, key: &str, reason: String) -> Self {
        Self {
            source: origin.to_string(),
            key: key.to_owned(),
            reason,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.source, self.reason)
        } else {
            write!(f, "{}: {}: {}", self.source, self.key, self.reason)
        }
    }
}

/// Settings that take one of a few words; they become enums.
pub(super) const WORDS: &[(&str, &[&str])] = &[
    ("log.format", &["text", "json"]),
    ("log.requests", &["all", "errors", "none"]),
];

/// Settings whose values are never shown.
pub(super) fn is_secret(key: &str) -> bool {
    matches!(key, "metrics.token" | "store.url")
}

/// Every value that makes no sense: its key and the form that is expected.
pub(super) fn problems(config: &Config) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut expect = |holds: bool, key: &'static str, form: &str| {
        if !holds {
            found.push((key, format!("expected {form}")));
        }
    };
    expect(
        !config.data.as_os_str().is_empty(),
        "data",
        "the path of a directory",
    );
    expect(
        config.public_url.is_empty() || is_base_url(&config.public_url),
        "public_url",
        "http:// or https:// and a host without a path, such as https://care.example.com",
    );
    expect(
        config.listen.address.parse::<SocketAddr>().is_ok(),
        "listen.address",
        "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080",
    );
    expect(
        config.tls.is_on() || config.tls.key.as_os_str().is_empty(),
        "tls.certificate",
        "the path of the certificate that tls.key belongs to",
    );
    expect(
        !config.tls.is_on() || !config.tls.key.as_os_str().is_empty(),
        "tls.key",
        "the path of the private key of tls.certificate",
    );
    let url = &config.store.url;
    expect(
        ["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| url.starts_with(scheme)),
        "store.url",
        "sqlite:, sqlite:PATH or postgres://user:password@host/name",
    );
    let networks = [
        ("proxies.trusted", &config.proxies.trusted),
        ("metrics.allow", &config.metrics.allow),
    ];
    for (key, texts) in networks {
        expect(
            texts.iter().all(|text| text.parse::<Network>().is_ok()),
            key,
            "addresses or networks, such as 10.0.0.0/8 or ::1",
        );
    }
    expect(
        config
            .outbound
            .allow
            .iter()
            .all(|text| is_network_or_host(text)),
        "outbound.allow",
        "networks or host names, such as 127.0.0.0/8 or feeds.internal",
    );
    expect(
        config
            .outbound
            .ports
            .iter()
            .all(|port| port.parse::<u16>().is_ok_and(|port| port > 0)),
        "outbound.ports",
        "port numbers from 1 to 65535",
    );
    for (key, number) in positive(config) {
        expect(number > 0, key, "a whole number of 1 or more");
    }
    let directives = &config.log.level;
    expect(
        !directives.is_empty()
            && tracing_subscriber::EnvFilter::builder()
                .parse(directives)
                .is_ok(),
        "log.level",
        "error, warn, info, debug or trace, or directives such as info,engine=debug",
    );
    found
}

/// Numbers that must not be zero.
fn positive(config: &Config) -> Vec<(&'static str, u64)> {
    let (limits, timeouts, oauth) = (&config.limits, &config.timeouts, &config.oauth);
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    vec![
        (
            "store.read_connections",
            config.store.read_connections.into(),
        ),
        (
            "store.write_connections",
            config.store.write_connections.into(),
        ),
        ("store.lock_ms", config.store.lock_ms),
        ("store.statement_ms", config.store.statement_ms),
        ("store.changes_days", config.store.changes_days.into()),
        ("search.wait_ms", config.search.wait_ms),
        (
            "search.snapshot_changes",
            config.search.snapshot_changes.into(),
        ),
        ("search.snapshot_ms", config.search.snapshot_ms),
        ("limits.per_user_per_hour", limits.per_user_per_hour.into()),
        (
            "limits.per_key_per_minute",
            limits.per_key_per_minute.into(),
        ),
        ("limits.console", limits.console.into()),
        ("limits.anonymous", limits.anonymous.into()),
        ("limits.body_bytes", count(limits.body_bytes)),
        ("limits.bodies_bytes", count(limits.bodies_bytes)),
        ("limits.connections", count(limits.connections)),
        (
            "limits.connections_per_address",
            count(limits.connections_per_address),
        ),
        (
            "limits.nameless_body_bytes",
            count(limits.nameless_body_bytes),
        ),
        (
            "limits.nameless_form_bytes",
            count(limits.nameless_form_bytes),
        ),
        (
            "limits.nameless_bodies_bytes_per_address",
            count(limits.nameless_bodies_bytes_per_address),
        ),
        (
            "limits.nameless_bodies_bytes",
            count(limits.nameless_bodies_bytes),
        ),
        ("limits.in_flight", count(limits.in_flight)),
        (
            "limits.in_flight_per_address",
            count(limits.in_flight_per_address),
        ),
        (
            "limits.reserved_in_flight_per_address",
            count(limits.reserved_in_flight_per_address),
        ),
        ("limits.bodies", count(limits.bodies)),
        (
            "limits.bodies_per_address",
            count(limits.bodies_per_address),
        ),
        ("limits.answers", count(limits.answers)),
        (
            "limits.answers_per_address",
            count(limits.answers_per_address),
        ),
        (
            "limits.downloads_per_address",
            count(limits.downloads_per_address),
        ),
        (
            "limits.reserved_in_flight",
            count(limits.reserved_in_flight),
        ),
        ("limits.streams", count(limits.streams)),
        ("limits.streams_per_user", count(limits.streams_per_user)),
        (
            "limits.streams_per_account",
            count(limits.streams_per_account),
        ),
        ("limits.downloads", count(limits.downloads)),
        ("timeouts.first_byte_ms", timeouts.first_byte_ms),
        ("timeouts.handshake_ms", timeouts.handshake_ms),
        ("timeouts.header_ms", timeouts.header_ms),
        (
            "timeouts.body_bytes_per_second",
            timeouts.body_bytes_per_second,
        ),
        ("timeouts.write_ms", timeouts.write_ms),
        ("timeouts.idle_ms", timeouts.idle_ms),
        ("timeouts.request_ms", timeouts.request_ms),
        ("outbound.connect_ms", config.outbound.connect_ms),
        ("outbound.request_ms", config.outbound.request_ms),
        ("oauth.token_days", oauth.token_days.into()),
        ("oauth.refresh_days", oauth.refresh_days.into()),
        ("oauth.code_seconds", oauth.code_seconds.into()),
        ("oauth.session_idle_hours", oauth.session_idle_hours.into()),
        ("oauth.session_days", oauth.session_days.into()),
        (
            "oauth.password_link_hours",
            oauth.password_link_hours.into(),
        ),
        ("reports.kept_days", config.reports.kept_days.into()),
        ("reports.link_hours", config.reports.link_hours.into()),
        ("reports.concurrent", config.reports.concurrent.into()),
    ]
}

/// Scheme and host, nothing else but a slash at the end.
fn is_base_url(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let host = rest.strip_suffix('/').unwrap_or(rest);
    !host.is_empty() && host.parse::<http::uri::Authority>().is_ok() && !host.contains('@')
}

fn is_network_or_host(text: &str) -> bool {
    let is_host = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '*'))
        && text.chars().any(|c| c.is_ascii_alphabetic());
    is_host || text.parse::<Network>().is_ok()
}

/// The known key that was probably meant.
pub(super) fn nearest(given: &str, known: &[String]) -> Option<String> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    known
        .iter()
        .map(|key| {
            let whole = distance(given, key);
            // The right key in the wrong section is as good as one letter off.
            let key_only = distance(&last(given), &last(key)).saturating_add(1);
            (whole.min(key_only), key)
        })
        .filter(|(distance, _)| *distance <= 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, key)| key.clone())
}

/// Letters to change, add or drop to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((other, (up, diagonal)), at) in to
            .iter()
            .zip(row.iter().skip(1).zip(row.iter()))
            .zip(0..to.len())
        {
            let left = next.get(at).copied().unwrap_or_default();
            let changed = diagonal + usize::from(*other != letter);
            next.push(changed.min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
