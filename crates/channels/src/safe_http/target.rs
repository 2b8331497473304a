//! From what somebody typed to judged addresses: scheme, host, port, then every address.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::{Host, Url};

use super::address::why_not_public;
use super::allow::AllowList;
use super::error::{HttpError, Refusal};
use super::resolve::Resolver;

/// What decides whether a target may be reached.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) allow: AllowList,
    pub(super) ports: Vec<u16>,
    pub(super) lookup_timeout: Duration,
}

/// A target that passed: the host as it goes into `Host` and SNI, and where to connect.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) addresses: Vec<SocketAddr>,
}

/// Reads an address without looking anything up.
pub(super) fn parse(text: &str) -> Result<Url, Refusal> {
    let url = Url::parse(text.trim()).map_err(|error| Refusal::NotAnAddress(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(url.scheme().to_owned()));
    }
    if url.host().is_none() {
        return Err(Refusal::NotAnAddress("it has no host".to_owned()));
    }
    Ok(url)
}

/// The host for messages.
pub(super) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

impl Gate {
    /// Judges an address before any name is looked up: for forms that want an answer at once.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refusal> {
        let host = host_of(url);
        if self.allow.has_host(&host) {
            return Ok(());
        }
        match literal(url) {
            Some(address) => self.judge(&host, port_of(url), &[address]),
            None => Ok(()),
        }
    }

    /// Resolves the host once and judges every address of the answer.
    pub(super) async fn pass(
        &self,
        url: &Url,
        resolver: &dyn Resolver,
    ) -> Result<Target, HttpError> {
        let host = host_of(url);
        let port = port_of(url);
        let found = if let Some(address) = literal(url) {
            vec![address]
        } else {
            let answer = tokio::time::timeout(self.lookup_timeout, resolver.lookup(&host));
            match answer.await {
                Ok(Ok(found)) if !found.is_empty() => found,
                Ok(_) => return Err(HttpError::UnknownHost { host }),
                Err(_) => {
                    return Err(HttpError::Timeout {
                        host,
                        what: "its name was not resolved in time",
                    });
                }
            }
        };
        if !self.allow.has_host(&host) {
            self.judge(&host, port, &found)?;
        }
        let addresses = found
            .into_iter()
            .map(|address| SocketAddr::new(address.to_canonical(), port))
            .collect();
        Ok(Target { host, addresses })
    }

    /// One bad address condemns the whole answer: a name that mixes public and private addresses
    /// is either an attack or a mistake.
    fn judge(&self, host: &str, port: u16, addresses: &[IpAddr]) -> Result<(), Refusal> {
        let mut all_allowed = true;
        for address in addresses {
            if self.allow.has_address(*address) {
                continue;
            }
            all_allowed = false;
            if let Some(kind) = why_not_public(*address) {
                return Err(Refusal::NotPublic {
                    host: host.to_owned(),
                    kind,
                });
            }
        }
        if all_allowed || self.ports.contains(&port) {
            Ok(())
        } else {
            Err(Refusal::Port {
                host: host.to_owned(),
                port,
            })
        }
    }
}

/// The address, when the host is one.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(_) => None,
    }
}

fn port_of(url: &Url) -> u16 {
    url.port_or_known_default().unwrap_or(0)
}
