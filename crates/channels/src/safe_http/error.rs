//! How an outbound request fails, in words that an operator understands.
//!
//! Messages name the host and never the whole address: paths, queries and user names of feeds and
//! webhooks are secrets often enough.

use http::StatusCode;

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// Our own guard said no; nothing was connected to.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The name of the host is not known.
    #[error("the host {host} is not known to the name servers")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// No connection.
    #[error("no connection to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// What the operating system or the TLS library says.
        reason: String,
    },
    /// Too slow.
    #[error("{host} took too long: {what}")]
    Timeout {
        /// The host.
        host: String,
        /// Which patience ran out.
        what: &'static str,
    },
    /// Too much.
    #[error("the answer of {host} is too large: {limit}")]
    TooLarge {
        /// The host.
        host: String,
        /// Which limit.
        limit: Limit,
    },
    /// The connection broke, or what came is not HTTP or not what its headers say.
    #[error("the answer of {host} could not be read: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// An answer that is neither a success nor 304. Only from
    /// [`Response::error_for_status`](super::Response::error_for_status).
    #[error("{host} answered {status}")]
    Status {
        /// The host.
        host: String,
        /// The answer.
        status: StatusCode,
        /// `Retry-After`, in milliseconds.
        retry_after_ms: Option<i64>,
    },
}

/// Why the guard said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not an address.
    #[error("this is not a web address: {0}")]
    NotAnAddress(String),
    /// Not http or https.
    #[error("addresses must begin with http:// or https://, not {0}:")]
    Scheme(String),
    /// A port outside the list.
    #[error(
        "port {port} of {host} is not among those of the setting outbound.ports, and the host is not in outbound.allow"
    )]
    Port {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// An address that is not public.
    #[error(
        "{host} is {kind}; only public addresses may be reached, and what the operator lists in the setting outbound.allow"
    )]
    NotPublic {
        /// The host.
        host: String,
        /// What kind of address it is.
        kind: &'static str,
    },
    /// Redirected again and again.
    #[error("{host} redirects more than {limit} times")]
    Redirects {
        /// The host of the last redirect.
        host: String,
        /// How many are followed.
        limit: u32,
    },
    /// Redirected to something that is not an address.
    #[error("{host} redirects to something that is not a web address")]
    RedirectTarget {
        /// The host of the redirect.
        host: String,
    },
}

/// Which size limit was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// The headers.
    #[error("its headers exceed {0} bytes")]
    Headers(usize),
    /// The body, after decompression.
    #[error("more than {0} bytes")]
    Body(usize),
    /// Compressed beyond reason.
    #[error("it grows more than {0}-fold when unpacked")]
    Ratio(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_by_the_operators_settings_names_the_setting() {
        let host = "feeds.example".to_owned();
        let kind = "a private address";
        let not_public = Refusal::NotPublic {
            host: host.clone(),
            kind,
        };
        assert!(not_public.to_string().contains("outbound.allow"));
        let port = Refusal::Port { host, port: 22 };
        assert!(port.to_string().contains("outbound.ports"));
    }
}
