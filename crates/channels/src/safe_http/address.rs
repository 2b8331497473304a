//! Which addresses are public: one function over one table.
//!
//! The standard library's helpers neither see an IPv4 address inside an IPv6 one nor know all
//! reserved ranges, and each range that a guard forgot has been a hole in some product. The table
//! follows the special-purpose registries of IANA; whatever is not listed there as globally
//! reachable is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// First address and number of fixed bits, at most 32.
    V4(Ipv4Addr, u8),
    /// First address and number of fixed bits, at most 128.
    V6(Ipv6Addr, u8),
}

impl Network {
    /// Reads `address/bits`, or one address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let bits = match bits {
            None => None,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse::<u8>().ok()?)
            }
            Some(_) => return None,
        };
        match address.parse().ok()? {
            IpAddr::V4(address) => {
                let bits = bits.unwrap_or(32);
                (bits <= 32).then_some(Self::V4(address, bits))
            }
            IpAddr::V6(address) => {
                let bits = bits.unwrap_or(128);
                (bits <= 128).then_some(Self::V6(address, bits))
            }
        }
    }

    /// Whether the address lies in the range. An IPv4 address is never in an IPv6 range.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4(base, bits), IpAddr::V4(address)) => {
                let free = 32_u32.saturating_sub(u32::from(bits));
                shifted_v4(base, free) == shifted_v4(address, free)
            }
            (Self::V6(base, bits), IpAddr::V6(address)) => {
                let free = 128_u32.saturating_sub(u32::from(bits));
                shifted_v6(base, free) == shifted_v6(address, free)
            }
            _ => false,
        }
    }
}

fn shifted_v4(address: Ipv4Addr, free: u32) -> u32 {
    address.to_bits().checked_shr(free).unwrap_or(0)
}

fn shifted_v6(address: Ipv6Addr, free: u32) -> u128 {
    address.to_bits().checked_shr(free).unwrap_or(0)
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Network {
    Network::V4(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(head: [u16; 4], bits: u8) -> Network {
    let [a, b, c, d] = head;
    Network::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), bits)
}

/// Ranges that are not public, with what they are. The first match names the reason.
const NOT_PUBLIC: &[(Network, &str)] = &[
    (v4(0, 0, 0, 0, 8), "an address of this host"),
    (v4(127, 0, 0, 0, 8), "an address of this host"),
    (v4(10, 0, 0, 0, 8), "a private address"),
    (v4(172, 16, 0, 0, 12), "a private address"),
    (v4(192, 168, 0, 0, 16), "a private address"),
    (v4(100, 64, 0, 0, 10), "a provider's internal address"),
    // Also where clouds answer questions about their machines.
    (v4(169, 254, 0, 0, 16), "a link-local address"),
    (v4(192, 0, 0, 0, 24), "a reserved address"),
    (v4(192, 0, 2, 0, 24), "a documentation address"),
    (v4(198, 51, 100, 0, 24), "a documentation address"),
    (v4(203, 0, 113, 0, 24), "a documentation address"),
    (v4(192, 31, 196, 0, 24), "a reserved address"),
    (v4(192, 52, 193, 0, 24), "a reserved address"),
    (v4(192, 88, 99, 0, 24), "a relay address"),
    (v4(192, 175, 48, 0, 24), "a reserved address"),
    (v4(198, 18, 0, 0, 15), "a test-lab address"),
    (v4(224, 0, 0, 0, 4), "a multicast address"),
    (v4(240, 0, 0, 0, 4), "a reserved address"),
    // IPv4 inside IPv6 in forms that nobody serves from any more. The two living forms, mapped
    // and translated by NAT64, are judged by what is inside.
    (v6([0, 0, 0, 0], 96), "an address of this host"),
    (v6([0x2002, 0, 0, 0], 16), "a relay (6to4) address"),
    (v6([0x2001, 0, 0, 0], 32), "a relay (Teredo) address"),
    (v6([0x64, 0xff9b, 1, 0], 48), "a local translation address"),
    (v6([0x2001, 0, 0, 0], 23), "a reserved address"),
    (v6([0x2001, 0xdb8, 0, 0], 32), "a documentation address"),
    (v6([0x3fff, 0, 0, 0], 20), "a documentation address"),
    (v6([0x2620, 0x4f, 0x8000, 0], 48), "a reserved address"),
    (v6([0xfc00, 0, 0, 0], 7), "a private address"),
    (v6([0xfe80, 0, 0, 0], 10), "a link-local address"),
    (v6([0xfec0, 0, 0, 0], 10), "a site-local address"),
    (v6([0xff00, 0, 0, 0], 8), "a multicast address"),
];

/// The part of IPv6 that is in public use at all.
const GLOBAL_UNICAST: Network = v6([0x2000, 0, 0, 0], 3);
/// Where translators keep the IPv4 internet.
const TRANSLATED: Network = v6([0x64, 0xff9b, 0, 0], 96);

/// Whether anybody on the internet may be behind this address.
pub fn is_public(address: IpAddr) -> bool {
    why_not_public(address).is_none()
}

/// What the address is, if it is not public.
pub fn why_not_public(address: IpAddr) -> Option<&'static str> {
    let address = address.to_canonical();
    if let IpAddr::V6(long) = address
        && TRANSLATED.contains(address)
    {
        return why_not_public(IpAddr::V4(last_four(long)));
    }
    if let Some((_, kind)) = NOT_PUBLIC
        .iter()
        .find(|(network, _)| network.contains(address))
    {
        return Some(kind);
    }
    let IpAddr::V6(long) = address else {
        return None;
    };
    if !GLOBAL_UNICAST.contains(address) {
        return Some("a reserved address");
    }
    // A tunnel behind a public prefix: it leads to both, so both must be public. The prefix was
    // judged above, since anybody can give an interface of a private network such a number.
    is_isatap(long)
        .then(|| why_not_public(IpAddr::V4(last_four(long))))
        .flatten()
}

/// Whether the interface number is one from which an ISATAP router takes an IPv4 address to send
/// this on to. Two bits of its first part say whether it is unique and whether it is a group.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, tag, mark, _, _] = address.segments();
    tag & !0x300 == 0 && mark == 0x5efe
}

fn last_four(address: Ipv6Addr) -> Ipv4Addr {
    let [.., high, low] = address.segments();
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
