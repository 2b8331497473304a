//! The table of addresses, and every spelling of a private address that we know of.

use super::*;
use crate::safe_http::{HttpError, Refusal, SafeHttp, SafeHttpSettings};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// First, last and some address of every range that is not public.
const NOT_PUBLIC_ADDRESSES: &[&str] = &[
    "0.0.0.0",
    "0.0.0.1",
    "0.1.2.3",
    "0.255.255.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.1.2.3",
    "10.255.255.255",
    "100.64.0.0",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.0.0.53",
    "127.0.1.1",
    "127.1.2.3",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.0.1",
    "169.254.169.253",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "172.16.0.0",
    "172.16.0.1",
    "172.17.0.1",
    "172.20.10.1",
    "172.31.255.254",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.0.170",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.1",
    "192.0.2.255",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.0",
    "192.88.99.1",
    "192.88.99.255",
    "192.175.48.1",
    "192.168.0.0",
    "192.168.0.1",
    "192.168.1.254",
    "192.168.255.255",
    "198.18.0.0",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.7",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.99",
    "203.0.113.255",
    "224.0.0.0",
    "224.0.0.1",
    "224.0.0.251",
    "232.1.1.1",
    "233.252.0.1",
    "239.255.255.250",
    "239.255.255.255",
    "240.0.0.0",
    "240.0.0.1",
    "250.1.2.3",
    "255.255.255.254",
    "255.255.255.255",
    // IPv6: itself, nothing, mapped, compatible
    "::",
    "::1",
    "::2",
    "::ffff",
    "::7f00:1",
    "::127.0.0.1",
    "::10.0.0.1",
    "::192.168.0.1",
    "::8.8.8.8",
    "::a9fe:a9fe",
    "::ffff:0.0.0.0",
    "::ffff:0.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:127.255.255.255",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::ffff:172.16.0.1",
    "::ffff:192.168.1.1",
    "::ffff:c0a8:101",
    "::ffff:100.64.0.1",
    "::ffff:198.18.0.1",
    "::ffff:224.0.0.1",
    "::ffff:255.255.255.255",
    "::ffff:0:127.0.0.1",
    "::ffff:0:7f00:1",
    "::ffff:0:8.8.8.8",
    // translators
    "64:ff9b::0.0.0.0",
    "64:ff9b::7f00:1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::c0a8:101",
    "64:ff9b::172.16.0.1",
    "64:ff9b::100.64.0.1",
    "64:ff9b:1::1",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:ffff:ffff:ffff:808:808",
    "64:ff9b:0:1::808:808",
    // 6to4 and Teredo
    "2002::",
    "2002::1",
    "2002:7f00:1::",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
    "2002:a9fe:a9fe::1",
    "2002:808:808::1",
    "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001::",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:0:7f00:1:0:0:80ff:fffe",
    "2001:0:808:808::1",
    // ISATAP
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::5efe:127.0.0.1",
    "2a00:1450::200:5efe:192.168.0.1",
    "2a00:1450::300:5efe:192.168.0.1",
    "2a00:1450::100:5efe:192.168.0.1",
    "fd00::5efe:8.8.8.8",
    "fe80::200:5efe:8.8.8.8",
    // reserved for protocols, documentation, tests
    "100::",
    "100::1",
    "100:0:0:1::1",
    "2001:2::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:10::1",
    "2001:1f:ffff::1",
    "2001:20::1",
    "2001:2f:ffff::1",
    "2001:30::1",
    "2001:1ff:ffff::1",
    "2001:db8::",
    "2001:db8::1",
    "2001:db8:ffff:ffff::1",
    "2620:4f:8000::1",
    "3fff::",
    "3fff::1",
    "3fff:fff::1",
    "5f00::",
    "5f00::1",
    "5f00:ffff::1",
    // private, link, site, multicast
    "fc00::",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fd12:3456:789a::1",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf:ffff::1",
    "fec0::1",
    "feff::1",
    "ff00::",
    "ff01::1",
    "ff02::1",
    "ff02::fb",
    "ff05::2",
    "ff0e::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    // not handed out to anybody
    "1::",
    "200::1",
    "400::1",
    "1000::1",
    "4000::1",
    "6000::1",
    "8000::1",
    "a000::1",
    "c000::1",
    "e000::1",
    "f000::1",
    "f800::1",
    "fe00::1",
];

/// Neighbours of the ranges, and well-known hosts.
const PUBLIC_ADDRESSES: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "::ffff:1.1.1.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b::808:808",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2400:cb00::1",
    "2606:4700:4700::1111",
    "2620:4f:7fff::1",
    "2a00:1450:4001:81b::200e",
    "2606:4700::5efe:8.8.8.8",
    "3ffe:ffff::1",
    "3fff:1000::1",
];

/// Spellings of private addresses as they may stand in an address; `url` folds some of them to
/// plain addresses, the rest is for us to see through.
const SPELLINGS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.00.00.01",
    "0177.0.0.1",
    "0177.0.0.01",
    "0177.0.1",
    "0177.1",
    "0x7f.0.0.1",
    "0x7F.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0.1",
    "017700000001",
    "2130706433",
    "2130706433.",
    "0",
    "0.",
    "0.0",
    "0x0",
    "00",
    "0.0.0.0",
    "000.000.000.000",
    "10.1",
    "10.0.1",
    "012.0.0.1",
    "0xa.0.0.1",
    "0xa000001",
    "167772161",
    "01200000001",
    "169.254.169.254",
    "169.254.43518",
    "169.16689662",
    "0xa9.0xfe.0xa9.0xfe",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "025177524776",
    "169.254.169.254.",
    "192.168.1",
    "192.11010305",
    "0xc0.168.1.1",
    "0xc0a80101",
    "3232235777",
    "030052000401",
    "172.16.1",
    "0xac.0x10.0.1",
    "2886729729",
    "255.255.255.255",
    "4294967295",
    "0xffffffff",
    "224.1",
    "100.64.1",
    "198.18.1",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "①②⑦.1",
    "０",
    "１６９.２５４.１６９.２５４",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "127.0.0.%31",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::0.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:7f00:0001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a00:1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:192.168.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::a00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2002:a9fe:a9fe::]",
    "[2001:0:7f00:1::]",
    "[2001::80ff:fffe]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[100::1]",
    "[fd00::5efe:808:808]",
    "[fd00::5EFE:8.8.8.8]",
    "[fe80::5efe:808:808]",
    "[fe80::200:5efe:8.8.8.8]",
    "[ff02::5efe:808:808]",
    "[ff0e::200:5efe:808:808]",
    "[::5efe:808:808]",
    "[::200:5efe:808:808]",
    "[2001:db8::5efe:808:808]",
    "[2001:db8::200:5efe:808:808]",
    "[fec0::5efe:808:808]",
    "[64:ff9b:1::5efe:808:808]",
    "[2002:a00:1::5efe:808:808]",
    "[2001:0:808:808:0:5efe:808:808]",
    "[2001:10::5efe:808:808]",
    "[2001:20::5efe:808:808]",
    "[2606:4700::5efe:7f00:1]",
    "[::ffff:0:10.0.0.1]",
    "[::ffff:0:a9fe:a9fe]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:20::1]",
    "[fd12:3456:789a::1]",
    "192.0.0.8",
    "192.0.0.170",
    "198.19.255.255",
    "100.127.255.255",
    "240.0.0.1",
    "0.1.2.3",
];

/// Names that lead to private addresses when looked up.
const NAMES: &[&str] = &[
    "localhost",
    "localhost.",
    "LOCALHOST",
    "LocalHost.",
    "ｌocalhost",
    "localh%6fst",
    "sub.localhost",
    "intranet",
    "metadata.google.internal",
    "127.0.0.1.nip.example",
    "rebind.attacker.example",
    "xn--localhost-.example",
];

#[test]
fn addresses_are_public_or_not_by_the_table() {
    for text in NOT_PUBLIC_ADDRESSES {
        assert!(!is_public(ip(text)), "{text} must not be reached");
    }
    for text in PUBLIC_ADDRESSES {
        assert!(is_public(ip(text)), "{text} is public");
    }
}

/// An interface number that names an IPv4 address makes no address of a private network public,
/// and a public network none whose IPv4 address is private.
#[test]
fn behind_an_interface_number_both_the_network_and_the_inner_address_count() {
    let prefixes = NOT_PUBLIC_ADDRESSES
        .iter()
        .filter_map(|text| text.parse::<Ipv6Addr>().ok())
        .filter(|address| address.to_ipv4_mapped().is_none())
        // What is translated is its last four bytes and nothing else.
        .filter(|address| !TRANSLATED.contains(IpAddr::V6(*address)));
    let with = |network: Ipv6Addr, tag: u16, inner: Ipv4Addr| {
        let [a, b, c, d, ..] = network.segments();
        let [high, low] = [inner.to_bits() >> 16, inner.to_bits() & 0xffff];
        let part = |number: u32| u16::try_from(number).unwrap();
        IpAddr::V6(Ipv6Addr::new(
            a,
            b,
            c,
            d,
            tag,
            0x5efe,
            part(high),
            part(low),
        ))
    };
    let public = Ipv4Addr::new(8, 8, 8, 8);
    let mut tried = 0;
    for prefix in prefixes {
        // The first half of a public network can begin one of these too.
        if is_public(with(prefix, 1, public)) {
            continue;
        }
        for tag in [0, 0x100, 0x200, 0x300] {
            let address = with(prefix, tag, public);
            assert!(!is_public(address), "{address} must not be reached");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
    let network: Ipv6Addr = "2606:4700::".parse().unwrap();
    for tag in [0, 0x100, 0x200, 0x300] {
        assert!(is_public(with(network, tag, public)));
        for text in NOT_PUBLIC_ADDRESSES {
            if let Ok(inner) = text.parse::<Ipv4Addr>() {
                let address = with(network, tag, inner);
                assert!(!is_public(address), "{address} must not be reached");
            }
        }
    }
}

#[test]
fn there_are_at_least_two_hundred_cases() {
    assert!(NOT_PUBLIC_ADDRESSES.len() + SPELLINGS.len() + NAMES.len() >= 250);
    assert!(PUBLIC_ADDRESSES.len() >= 40);
}

/// Answers every name with the host itself.
#[derive(Debug)]
struct Home;

impl crate::safe_http::Resolver for Home {
    fn lookup<'a>(&'a self, _: &'a str) -> crate::safe_http::Lookup<'a> {
        Box::pin(async { Ok(vec![ip("93.184.216.34"), ip("127.0.0.1")]) })
    }
}

#[tokio::test]
async fn no_spelling_of_a_private_address_is_connected_to() {
    // Something listens where the spellings lead: were one let through, it would be answered or
    // fail to connect, and both are other errors than the expected one.
    let http =
        SafeHttp::with_resolver(SafeHttpSettings::default(), std::sync::Arc::new(Home)).unwrap();
    for host in SPELLINGS.iter().chain(NAMES) {
        for address in [
            format!("http://{host}/"),
            format!("https://{host}:8443/x?y#z"),
            format!("http://user:secret@{host}:8080"),
            format!(" \thttp://{host}\n"),
            format!("http:\\\\{host}\\x"),
        ] {
            let answer = http
                .get(crate::safe_http::Request::get(address.clone()))
                .await;
            match answer {
                Err(HttpError::Refused(
                    refusal @ (Refusal::NotPublic { .. } | Refusal::NotAnAddress(_)),
                )) => assert!(!refusal.to_string().contains("secret"), "{address}"),
                other => panic!("{address}: {other:?}"),
            }
        }
    }
}

#[test]
fn networks_are_read_and_contain_what_they_should() {
    let network = Network::parse("10.1.2.3/12").unwrap();
    assert!(network.contains(ip("10.15.255.255")));
    assert!(!network.contains(ip("10.16.0.0")));
    let everything = Network::parse("0.0.0.0/0").unwrap();
    assert!(everything.contains(ip("255.1.2.3")));
    assert!(!everything.contains(ip("::1")));
    assert!(Network::parse("::/0").unwrap().contains(ip("ffff::1")));
    assert!(Network::parse("::1").unwrap().contains(ip("::1")));
    for bad in [
        "",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "x/8",
        "/8",
    ] {
        assert_eq!(Network::parse(bad), None, "{bad}");
    }
}
