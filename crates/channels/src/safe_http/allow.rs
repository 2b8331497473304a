//! The operator's list of hosts and networks that may be reached although they are not public.

use std::net::IpAddr;

use super::address::Network;

/// Parsed `outbound.allow`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList {
    networks: Vec<Network>,
    hosts: Vec<String>,
}

/// An entry that is neither a host, nor an address, nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a host name, nor an address, nor a network such as 10.1.0.0/16")]
pub struct InvalidEntry(pub String);

impl AllowList {
    /// Reads the entries.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, InvalidEntry> {
        let mut list = Self::default();
        for entry in entries {
            let entry = entry.as_ref().trim();
            let bare = entry
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .unwrap_or(entry);
            if let Some(network) = Network::parse(bare) {
                list.networks.push(network);
            } else if is_host_name(entry) {
                list.hosts.push(normal(entry));
            } else {
                return Err(InvalidEntry(entry.to_owned()));
            }
        }
        Ok(list)
    }

    /// The host was allowed by name.
    pub fn has_host(&self, host: &str) -> bool {
        let host = normal(host);
        self.hosts.iter().any(|allowed| {
            if allowed.starts_with('.') {
                host.ends_with(allowed.as_str())
            } else {
                host == *allowed
            }
        })
    }

    /// The address lies in an allowed network.
    pub fn has_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

/// Lower case, without the dot of an absolute name.
fn normal(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn is_host_name(entry: &str) -> bool {
    let labels = entry.strip_prefix('.').unwrap_or(entry);
    !labels.is_empty()
        && labels.bytes().any(|byte| byte.is_ascii_alphabetic())
        && labels
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_by_name_and_by_suffix() {
        let list = AllowList::parse(&["Feeds.Corp.example.", ".lan"]).unwrap();
        assert!(list.has_host("feeds.corp.example"));
        assert!(list.has_host("FEEDS.corp.example."));
        assert!(list.has_host("printer.lan"));
        assert!(!list.has_host("lan"));
        assert!(!list.has_host("evil-feeds.corp.example"));
        assert!(!list.has_host("feeds.corp.example.evil.test"));
    }

    #[test]
    fn networks_match_mapped_addresses_too() {
        let list = AllowList::parse(&["127.0.0.0/8", "[fd00::1]", "192.168.7.7"]).unwrap();
        for yes in ["127.0.0.1", "::ffff:127.9.9.9", "fd00::1", "192.168.7.7"] {
            assert!(list.has_address(yes.parse().unwrap()), "{yes}");
        }
        for no in ["128.0.0.1", "fd00::2", "192.168.7.8", "::1"] {
            assert!(!list.has_address(no.parse().unwrap()), "{no}");
        }
    }

    #[test]
    fn nonsense_is_not_an_entry() {
        for entry in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "http://x",
            "a b",
            "1.2.3",
            "::/129",
            "*",
        ] {
            assert_eq!(
                AllowList::parse(&[entry]),
                Err(InvalidEntry(entry.to_owned()))
            );
        }
    }
}
