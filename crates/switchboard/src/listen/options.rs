//! The listener's settings as durations and networks.

use std::time::Duration;

use crate::config::{Config, LogRequests, Network};

/// What the listener allows.
#[derive(Debug, Clone)]
pub struct Options {
    /// First byte of a connection.
    pub first_byte: Duration,
    /// TLS handshake.
    pub handshake: Duration,
    /// Head of a request, from its first byte.
    pub header: Duration,
    /// Connection without a request.
    pub idle: Duration,
    /// Pauses of a request body that are free.
    pub body_grace: Duration,
    /// Bytes a second asked of a request body after them.
    pub body_rate: u64,
    /// Client that takes nothing of an answer.
    pub write: Duration,
    /// From the head of a request to the head of its answer, and from there to its end.
    pub request: Duration,
    /// Between readiness false and the end of accepting.
    pub drain: Duration,
    /// Requests in progress at the end.
    pub shutdown: Duration,
    /// Open connections.
    pub connections: usize,
    /// Open connections of an address.
    pub connections_per_address: usize,
    /// Requests in progress.
    pub in_flight: usize,
    /// Requests in progress of an address.
    pub in_flight_per_address: usize,
    /// Requests for signing in that are in progress.
    pub reserved_in_flight: usize,
    /// Requests of an address for signing in that are in progress.
    pub reserved_in_flight_per_address: usize,
    /// Bodies coming in.
    pub bodies: usize,
    /// Bodies of an address coming in.
    pub bodies_per_address: usize,
    /// Long answers going out.
    pub answers: usize,
    /// Long answers of an address going out.
    pub answers_per_address: usize,
    /// Open live streams.
    pub streams: usize,
    /// Downloads at one time.
    pub downloads: usize,
    /// Downloads of an address at one time.
    pub downloads_per_address: usize,
    /// Largest request body.
    pub body_bytes: usize,
    /// All request bodies together.
    pub bodies_bytes: usize,
    /// Largest body of a request that shows no token.
    pub nameless_body_bytes: usize,
    /// The same when it is a form.
    pub nameless_form_bytes: usize,
    /// All bodies of an address that show no token.
    pub nameless_bodies_bytes_per_address: usize,
    /// All bodies that show no token.
    pub nameless_bodies_bytes: usize,
    /// Proxies whose headers are believed.
    pub trusted: Vec<Network>,
    /// Which requests are logged.
    pub log_requests: LogRequests,
    /// Token that opens the metrics.
    pub metrics_token: Option<String>,
    /// Networks that read the metrics without it.
    pub metrics_networks: Vec<Network>,
}

impl From<&Config> for Options {
    fn from(config: &Config) -> Self {
        let (timeouts, limits) = (&config.timeouts, &config.limits);
        let token = &config.metrics.token;
        Self {
            first_byte: Duration::from_millis(timeouts.first_byte_ms),
            handshake: Duration::from_millis(timeouts.handshake_ms),
            header: Duration::from_millis(timeouts.header_ms),
            idle: Duration::from_millis(timeouts.idle_ms),
            body_grace: Duration::from_millis(timeouts.body_grace_ms),
            body_rate: timeouts.body_bytes_per_second.max(1),
            write: Duration::from_millis(timeouts.write_ms),
            request: Duration::from_millis(timeouts.request_ms),
            drain: Duration::from_millis(timeouts.drain_ms),
            shutdown: Duration::from_millis(timeouts.shutdown_ms),
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            in_flight: limits.in_flight,
            in_flight_per_address: limits.in_flight_per_address,
            reserved_in_flight: limits.reserved_in_flight,
            reserved_in_flight_per_address: limits.reserved_in_flight_per_address,
            bodies: limits.bodies,
            bodies_per_address: limits.bodies_per_address,
            answers: limits.answers,
            answers_per_address: limits.answers_per_address,
            streams: limits.streams,
            downloads: limits.downloads,
            downloads_per_address: limits.downloads_per_address,
            body_bytes: limits.body_bytes,
            bodies_bytes: limits.bodies_bytes,
            nameless_body_bytes: limits.nameless_body_bytes,
            nameless_form_bytes: limits.nameless_form_bytes,
            nameless_bodies_bytes_per_address: limits.nameless_bodies_bytes_per_address,
            nameless_bodies_bytes: limits.nameless_bodies_bytes,
            trusted: config.trusted_proxies(),
            log_requests: config.log.requests,
            metrics_token: (!token.is_empty()).then(|| token.clone()),
            metrics_networks: config.metrics_networks(),
        }
    }
}
