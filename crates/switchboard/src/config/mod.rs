//! Settings: plain structs per section, read from the compiled-in defaults, a file, environment
//! variables and flags.
//!
//! The manual is `config.default.toml`. A field without a line there, or a line without a field,
//! fails [`load`] and so every test. What a value must look like is said in [`check`].

mod check;
mod network;
mod overlay;
mod show;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use check::Problem;
pub use network::{Network, counted_as};
pub use overlay::{Layers, Origin, load};
pub use show::{masked, to_text};

/// The compiled-in defaults, which are also the manual.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// All settings.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Data directory.
    pub data: PathBuf,
    /// Address under which clients reach the server; empty when unknown.
    pub public_url: String,
    /// Which of several servers this is.
    pub node: u8,
    /// Where connections are accepted.
    pub listen: Listen,
    /// Certificate.
    pub tls: Tls,
    /// Proxies in front.
    pub proxies: Proxies,
    /// Database.
    pub store: Store,
    /// Search index.
    pub search: Search,
    /// Limits of use.
    pub limits: Limits,
    /// Time-outs of the listener.
    pub timeouts: Timeouts,
    /// Requests to the outside.
    pub outbound: Outbound,
    /// Tokens and sessions.
    pub oauth: OAuth,
    /// The Conversocial API.
    pub conversocial: Conversocial,
    /// Files of reports.
    pub reports: Reports,
    /// Logs.
    pub log: Log,
    /// Measurements.
    pub metrics: Metrics,
}

/// `[listen]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Address and port.
    pub address: String,
}

/// `[tls]`: both or neither.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate chain.
    pub certificate: PathBuf,
    /// PEM file with the private key.
    pub key: PathBuf,
}

impl Tls {
    /// Whether a certificate is named.
    pub fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

/// `[proxies]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Proxies {
    /// Networks whose forwarding headers are believed.
    pub trusted: Vec<String>,
}

/// `[store]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `sqlite:[PATH]` or `postgres:…`.
    pub url: String,
    /// Size of the pool for reading.
    pub read_connections: u32,
    /// Size of the pool for writing.
    pub write_connections: u32,
    /// Wait for a connection or a lock.
    pub lock_ms: u64,
    /// Longest statement.
    pub statement_ms: u64,
    /// PostgreSQL schema; empty for the default.
    pub schema: String,
    /// Life of an entry of the change log.
    pub changes_days: u32,
}

/// `[search]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Directory; empty for `index` in the data directory.
    pub directory: PathBuf,
    /// Longest wait for an index that is not complete.
    pub wait_ms: u64,
    /// Changes after which the index is written to disk.
    pub snapshot_changes: u32,
    /// Time after which the index is written to disk.
    pub snapshot_ms: u64,
}

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether requests per user are limited.
    pub enabled: bool,
    /// Requests per hour and user.
    pub per_user_per_hour: u32,
    /// Requests per minute and key of a program.
    pub per_key_per_minute: u32,
    /// Requests per hour and user of the trial console.
    pub console: u32,
    /// Requests per hour and address without a user.
    pub anonymous: u32,
    /// Largest request body.
    pub body_bytes: usize,
    /// Bytes of request bodies held at one time.
    pub bodies_bytes: usize,
    /// Largest request body without a token.
    pub nameless_body_bytes: usize,
    /// Largest form without a token beside it.
    pub nameless_form_bytes: usize,
    /// Bytes of request bodies without a token held at one time per address.
    pub nameless_bodies_bytes_per_address: usize,
    /// Bytes of request bodies without a token held at one time.
    pub nameless_bodies_bytes: usize,
    /// Open connections.
    pub connections: usize,
    /// Open connections per address.
    pub connections_per_address: usize,
    /// Requests in progress.
    pub in_flight: usize,
    /// Requests in progress per address.
    pub in_flight_per_address: usize,
    /// Requests for signing in that are in progress.
    pub reserved_in_flight: usize,
    /// The same per address.
    pub reserved_in_flight_per_address: usize,
    /// Bodies coming in.
    pub bodies: usize,
    /// Bodies coming in per address.
    pub bodies_per_address: usize,
    /// Long answers going out.
    pub answers: usize,
    /// Long answers going out per address.
    pub answers_per_address: usize,
    /// Open live streams.
    pub streams: usize,
    /// Open live streams of one user.
    pub streams_per_user: usize,
    /// Open live streams of one account.
    pub streams_per_account: usize,
    /// Downloads of reports at one time.
    pub downloads: usize,
    /// Downloads of reports at one time per address.
    pub downloads_per_address: usize,
}

/// `[timeouts]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// First byte of a connection.
    pub first_byte_ms: u64,
    /// TLS handshake.
    pub handshake_ms: u64,
    /// Head of a request.
    pub header_ms: u64,
    /// Free pauses of a request body.
    pub body_grace_ms: u64,
    /// Rate asked of a request body.
    pub body_bytes_per_second: u64,
    /// Client that takes nothing.
    pub write_ms: u64,
    /// Connection without a request.
    pub idle_ms: u64,
    /// Whole request.
    pub request_ms: u64,
    /// Between readiness false and the end of accepting.
    pub drain_ms: u64,
    /// Requests in progress at the end.
    pub shutdown_ms: u64,
}

/// `[outbound]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// Private networks and hosts that may be reached.
    pub allow: Vec<String>,
    /// Ports that may be reached.
    pub ports: Vec<String>,
    /// Time to connect.
    pub connect_ms: u64,
    /// Time of a request.
    pub request_ms: u64,
    /// Largest body, before and after decompression.
    pub body_bytes: usize,
}

/// `[oauth]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Life of an access token.
    pub token_days: u32,
    /// Life of a refresh token.
    pub refresh_days: u32,
    /// Life of an authorisation code.
    pub code_seconds: u32,
    /// Idle life of a browser session.
    pub session_idle_hours: u32,
    /// Whole life of a browser session.
    pub session_days: u32,
    /// Life of a link to set a password or to accept an invitation with.
    pub password_link_hours: u32,
}

/// `[conversocial]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Conversocial {
    /// Whether v1.1 tells a lacking permission as in 2015.
    pub old_permission_errors: bool,
}

/// `[reports]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    /// Directory; empty for `reports` in the data directory.
    pub directory: PathBuf,
    /// Life of a file.
    pub kept_days: u32,
    /// Life of a link.
    pub link_hours: u32,
    /// Reports made at the same time.
    pub concurrent: u32,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Form of a line.
    pub format: LogFormat,
    /// Least severity, or directives.
    pub level: String,
    /// Which requests are logged.
    pub requests: LogRequests,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// Which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogRequests {
    /// Every one.
    All,
    /// Answers of 500 and above.
    Errors,
    /// None.
    None,
}

/// `[metrics]`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Bearer token; empty for none.
    pub token: String,
    /// Networks that need no token.
    pub allow: Vec<String>,
}

impl Config {
    /// Where the index lies.
    pub fn index_directory(&self) -> PathBuf {
        if self.search.directory.as_os_str().is_empty() {
            self.data.join("index")
        } else {
            self.search.directory.clone()
        }
    }

    /// Where the files of reports lie.
    pub fn reports_directory(&self) -> PathBuf {
        if self.reports.directory.as_os_str().is_empty() {
            self.data.join("reports")
        } else {
            self.reports.directory.clone()
        }
    }

    /// The SQLite file, when that is the database.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.store.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let name = if path.is_empty() {
            "switchboard.db"
        } else {
            path
        };
        Some(self.data.join(name))
    }

    /// The trusted proxies; checked settings have no other form.
    pub fn trusted_proxies(&self) -> Vec<Network> {
        networks(&self.proxies.trusted)
    }

    /// Who may read the metrics without a token.
    pub fn metrics_networks(&self) -> Vec<Network> {
        networks(&self.metrics.allow)
    }
}

fn networks(texts: &[String]) -> Vec<Network> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}
