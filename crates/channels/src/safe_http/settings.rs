//! Limits of outbound requests.

use std::time::Duration;

use serde::Deserialize;

/// What outbound requests may do. Sizes are in bytes, durations in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SafeHttpSettings {
    /// Host names, `.suffixes`, addresses and networks (`10.1.0.0/16`) that may be reached
    /// although they are not public. On allowed hosts every port may be used. Empty by default.
    pub allow: Vec<String>,
    /// Ports that may be used on public hosts.
    pub ports: Vec<u16>,
    /// `User-Agent` header.
    pub user_agent: String,
    /// Time to resolve the name, connect and shake hands.
    pub connect_timeout_ms: u64,
    /// Time for the whole request, redirects and body included.
    pub total_timeout_ms: u64,
    /// Length of the windows in which a body must bring at least `min_bytes_per_window`.
    pub rate_window_ms: u64,
    /// Bytes that each full window of a body must bring.
    pub min_bytes_per_window: u64,
    /// Redirects that are followed.
    pub max_redirects: u32,
    /// Body after decompression, for requests that do not name a smaller cap.
    pub max_body_bytes: usize,
    /// How many times larger than its compressed form a body may be, once it is larger than
    /// `free_ratio_bytes`.
    pub max_ratio: usize,
    /// Size up to which the ratio does not matter; small texts compress very well.
    pub free_ratio_bytes: usize,
    /// All header lines of an answer together.
    pub max_header_bytes: usize,
    /// Number of header lines of an answer.
    pub max_headers: usize,
}

impl Default for SafeHttpSettings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            ports: vec![80, 443, 8080, 8443],
            user_agent: concat!("Switchboard/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout_ms: 10_000,
            total_timeout_ms: 30_000,
            rate_window_ms: 10_000,
            min_bytes_per_window: 1_000,
            max_redirects: 5,
            max_body_bytes: 10 * 1024 * 1024,
            max_ratio: 100,
            free_ratio_bytes: 1024 * 1024,
            max_header_bytes: 64 * 1024,
            max_headers: 100,
        }
    }
}

impl SafeHttpSettings {
    pub(super) const fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    pub(super) const fn total_timeout(&self) -> Duration {
        Duration::from_millis(self.total_timeout_ms)
    }

    pub(super) const fn rate_window(&self) -> Duration {
        Duration::from_millis(self.rate_window_ms)
    }
}
