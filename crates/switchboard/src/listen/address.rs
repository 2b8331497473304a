//! Who is at the other end: the peer, or the client that a trusted proxy names.

use std::net::IpAddr;

use http::HeaderMap;

use crate::config::Network;

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The client's address.
    pub ip: IpAddr,
    /// Whether the client's connection is encrypted, up to us or up to a trusted proxy.
    pub is_secure: bool,
    /// Whether somebody in between says that it forwarded the request, trusted or not.
    pub is_forwarded: bool,
}

/// Finds the client of a request.
///
/// The forwarding headers are believed only when the peer itself is trusted, and are read from
/// the right, since everything left of the last trusted proxy is the client's own invention.
pub(super) fn client(
    peer: IpAddr,
    is_tls: bool,
    headers: &HeaderMap,
    trusted: &[Network],
) -> Client {
    let is_forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return Client {
            ip: peer.to_canonical(),
            is_secure: is_tls,
            is_forwarded,
        };
    }
    let mut ip = peer;
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        match hop_address(hop) {
            Some(address) => ip = address,
            // What an unreadable hop hides may be anyone; the last readable one is the answer.
            None => break,
        }
        if !is_trusted(ip) {
            break;
        }
    }
    let proto = headers
        .get_all("x-forwarded-proto")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .next_back()
        .map(str::trim);
    Client {
        ip: ip.to_canonical(),
        is_secure: proto.map_or(is_tls, |proto| proto.eq_ignore_ascii_case("https")),
        is_forwarded,
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn hop_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let socket: Option<std::net::SocketAddr> = text.parse().ok();
        socket
            .map(|socket| socket.ip())
            .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip_of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(peer.parse().unwrap(), false, &headers, &trusted)
            .ip
            .to_string()
    }

    #[test]
    fn headers_of_a_stranger_are_not_believed() {
        assert_eq!(
            ip_of("203.0.113.5", &["10.1.1.1"], &["10.0.0.0/8"]),
            "203.0.113.5"
        );
        assert_eq!(ip_of("203.0.113.5", &["198.51.100.1"], &[]), "203.0.113.5");
    }

    #[test]
    fn the_client_is_the_last_untrusted_address_from_the_right() {
        let trusted = ["10.0.0.0/8"];
        let of = |forwarded: &[&str]| ip_of("10.0.0.1", forwarded, &trusted);
        assert_eq!(of(&["198.51.100.1"]), "198.51.100.1");
        assert_eq!(of(&["1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(of(&["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(of(&["198.51.100.1:5000"]), "198.51.100.1");
        assert_eq!(of(&["[2001:db8::1]:5000"]), "2001:db8::1");
        assert_eq!(of(&[]), "10.0.0.1");
    }

    #[test]
    fn an_unreadable_hop_hides_what_stands_left_of_it() {
        assert_eq!(
            ip_of(
                "10.0.0.1",
                &["198.51.100.1, unknown, 10.0.0.2"],
                &["10.0.0.0/8"]
            ),
            "10.0.0.2"
        );
    }

    #[test]
    fn the_protocol_is_believed_from_trusted_peers_only() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-proto", "http, https".parse().unwrap());
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        let secure =
            |peer: &str| client(peer.parse().unwrap(), false, &headers, &trusted).is_secure;
        assert!(secure("10.0.0.1"));
        assert!(!secure("203.0.113.5"));
    }
}
