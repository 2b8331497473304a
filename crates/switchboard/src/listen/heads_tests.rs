//! Heads byte by byte, whole, one behind the other, and everything that is refused.

use std::pin::pin;

use proptest::prelude::*;
use tokio::io::AsyncReadExt as _;

use super::*;
use crate::config::{Layers, load};
use crate::listen::Options;

const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n";

/// Gives its pieces one after the other, and then ends.
struct Pieces(Vec<Vec<u8>>);

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.0.is_empty() {
            let mut piece = self.0.remove(0);
            let rest = piece.split_off(piece.len().min(out.remaining()));
            out.put_slice(&piece);
            if !rest.is_empty() {
                self.0.insert(0, rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// What hyper is given, and the verdict with the number of its request.
fn passed(pieces: Vec<Vec<u8>>) -> (Vec<u8>, Option<(u64, Verdict)>) {
    let (config, _) = load(&Layers::default()).unwrap();
    let places = Arc::new(Places::new(&Options::from(&config)));
    let verdicts = Arc::new(Verdicts::default());
    let address = IpAddr::from([127, 0, 0, 1]);
    let pieces = pieces
        .into_iter()
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut heads = Heads::new(Pieces(pieces), Arc::clone(&verdicts), places, address);
    let mut given = Vec::new();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut buffer = vec![0; 8 * 1024];
    // Ends when the pieces do, or when nothing comes behind a refusal.
    loop {
        let mut read = pin!(heads.read(&mut buffer));
        match read.as_mut().poll(&mut cx) {
            Poll::Ready(Ok(0)) | Poll::Pending => break,
            Poll::Ready(Ok(count)) => given.extend_from_slice(&buffer[..count]),
            Poll::Ready(Err(error)) => panic!("{error}"),
        }
    }
    let verdict = verdicts.last.lock().unwrap().clone();
    (given, verdict)
}

fn whole(text: &str) -> (String, Option<(u64, Verdict)>) {
    let (given, verdict) = passed(vec![text.into()]);
    (String::from_utf8(given).unwrap(), verdict)
}

fn status(text: &str) -> Option<u16> {
    let (given, verdict) = whole(text);
    let verdict = verdict.map(|(_, verdict)| verdict.status.as_u16());
    assert_eq!(
        verdict.is_some(),
        given.ends_with("connection: close\r\n\r\n"),
        "{given}"
    );
    verdict
}

#[test]
fn what_is_in_order_goes_through_unchanged_and_raw_characters_are_escaped() {
    let body = "{\"a\":\"<\r\n\r\n\"}";
    let posted = format!(
        "POST /b?x=\"y\" HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let plain = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let old = "GET /a?<> HTTP/1.0\n\n";
    let (given, verdict) = whole(&format!("\r\n{plain}{posted}\r\n{plain}{old}"));
    let expected = format!("{plain}{posted}{plain}{old}")
        .replace("x=\"y\"", "x=%22y%22")
        .replace("<>", "%3C%3E");
    assert_eq!((given, verdict), (expected, None));
}

#[test]
fn behind_a_body_in_chunks_nothing_is_looked_at() {
    let text = format!(
        "POST /a?\" HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n{HIDDEN}"
    );
    let (given, verdict) = whole(&text);
    assert_eq!((given, verdict), (text.replacen('"', "%22", 1), None));
}

#[test]
fn the_number_of_the_refused_request_is_told() {
    let bad = "GET /7/inbox/mentions?callback=cb HTTP/1.1\r\n\r\n";
    let (given, verdict) = whole(&format!("{HIDDEN}{HIDDEN}{bad}{HIDDEN}"));
    let (number, verdict) = verdict.unwrap();
    assert_eq!((number, verdict.status.as_u16()), (2, 400));
    assert_eq!(verdict.target, "/7/inbox/mentions?callback=cb");
    let harmless = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(given, format!("{HIDDEN}{HIDDEN}{harmless}"));
}

#[test]
fn a_request_has_one_host_and_a_good_one() {
    for (host, expected) in [
        ("host: x\r\n", None),
        ("Host: 127.0.0.1:8080\r\n", None),
        ("host: [::1]:8080\r\n", None),
        ("host:\r\n", None),
        ("", Some(400)),
        ("host: x\r\nHOST: x\r\n", Some(400)),
        ("host: x, y\r\n", Some(400)),
        ("host: a b\r\n", Some(400)),
        ("host: http://x/\r\n", Some(400)),
        ("host: a@b\r\n", Some(400)),
    ] {
        let text = format!("GET / HTTP/1.1\r\n{host}\r\n");
        assert_eq!(status(&text), expected, "{host:?}");
    }
    assert_eq!(status("GET / HTTP/1.0\r\n\r\n"), None);
    assert_eq!(
        status("GET / HTTP/1.0\r\nhost: x\r\nhost: x\r\n\r\n"),
        Some(400)
    );
}

#[test]
fn a_length_that_can_be_read_in_two_ways_is_refused() {
    for fields in [
        "content-length: 5\r\ncontent-length: 5",
        "content-length: 5, 5",
        "content-length: +5",
        "content-length: -1",
        "content-length: 0x5",
        "content-length: 5 5",
        "content-length:",
        "content-length: 99999999999999999999999",
        "content-length: 5\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 5",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, identity",
        "transfer-encoding : chunked",
        " transfer-encoding: chunked",
        "x: y\r\n z",
        "content-length: 5\r\n x",
        "transfer-encoding: \u{b}chunked",
    ] {
        let text = format!("POST / HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\n0\r\n\r\n{HIDDEN}");
        assert_eq!(status(&text), Some(400), "{fields:?}");
    }
    let old = "POST / HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(status(old), Some(400));
}

#[test]
fn what_is_no_head_is_refused() {
    for text in [
        "\u{16}\u{3}\u{1}\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  / HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /a b HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1 \r\nhost: x\r\n\r\n",
        "GET / HTTP/2.0\r\nhost: x\r\n\r\n",
        "GET /\u{1} HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET x HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\na\u{e9}: b\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        assert_eq!(status(text), Some(400), "{text:?}");
    }
}

#[test]
fn what_is_too_long_is_told_apart() {
    let with =
        |target: &str, fields: &str| format!("GET {target} HTTP/1.1\r\nhost: x\r\n{fields}\r\n");
    let long = |length: usize| format!("/me?{}", "a".repeat(length - 4));
    assert_eq!(status(&with(&long(65_534), "")), None);
    assert_eq!(status(&with(&long(65_535), "")), Some(414));
    assert_eq!(status(&with(&long(130_000), "")), Some(414));
    assert_eq!(
        status(&with(&format!("/me?{}", "\"".repeat(30_000)), "")),
        Some(414)
    );
    let endless = format!("GET {}", long(200_000));
    assert_eq!(status(&endless), Some(414));
    assert_eq!(status(&"G".repeat(200_000)), Some(400));
    let field = |length: usize| format!("a: {}\r\n", "x".repeat(length));
    assert_eq!(status(&with("/", &field(60_000))), None);
    assert_eq!(status(&with("/", &field(70_000))), Some(431));
    assert_eq!(
        status(&format!("GET / HTTP/1.1\r\n{}", field(70_000))),
        Some(431)
    );
    assert_eq!(status(&with("/", &"a: b\r\n".repeat(99))), None);
    assert_eq!(status(&with("/", &"a: b\r\n".repeat(100))), Some(431));
    let (_, verdict) = whole(&with(&long(65_535), ""));
    let verdict = verdict.unwrap().1;
    assert_eq!(verdict.target, "/me");
    assert!(verdict.reason.contains("in the body"), "{}", verdict.reason);
    let (given, _) = whole(&format!("HEAD {}", long(200_000)));
    assert!(given.starts_with("HEAD / "), "{given}");
}

/// Some messages, in order or not.
fn message() -> impl Strategy<Value = String> {
    let target = prop::sample::select(vec!["/", "/a?b=\"c\"", "/<>?{}", "/é", "/a?x=%22"]);
    let ending = prop::sample::select(vec!["\r\n", "\n"]);
    let body = prop::sample::select(vec![
        "",
        "x",
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "\r\n\r\n",
        "a\n\nb",
    ]);
    let odd = prop::sample::select(vec![
        "",
        "",
        "",
        "content-length: 1",
        "transfer-encoding: chunked",
        "host: y",
        "x-a:  \t b \t",
        "a b",
    ]);
    let before = prop::sample::select(vec!["", "", "\r\n", "\n\n"]);
    (before, target, ending, body, odd).prop_map(|(before, target, ending, body, odd)| {
        let odd = if odd.is_empty() {
            String::new()
        } else {
            format!("{odd}{ending}")
        };
        format!(
            "{before}POST {target} HTTP/1.1{ending}host: x{ending}{odd}content-length: {}{ending}{ending}{body}",
            body.len()
        )
    })
}

proptest! {
    #[test]
    fn it_does_not_matter_in_which_pieces_something_comes(
        messages in prop::collection::vec(message(), 1..5),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let text = messages.concat().into_bytes();
        let whole = passed(vec![text.clone()]);
        let bytes = passed(text.iter().map(|byte| vec![*byte]).collect());
        prop_assert_eq!(&whole, &bytes);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len())).collect();
        places.extend([0, text.len()]);
        places.sort_unstable();
        let pieces = places.windows(2).map(|pair| text[pair[0]..pair[1]].to_vec()).collect();
        prop_assert_eq!(&whole, &passed(pieces));
    }

    /// Only targets are changed: what comes out is what went in, but for them and empty lines.
    #[test]
    fn bodies_and_fields_are_never_changed(
        messages in prop::collection::vec(message(), 1..5),
    ) {
        let text = messages.concat();
        let (given, verdict) = passed(vec![text.clone().into_bytes()]);
        if verdict.is_none() {
            let mut expected = Vec::new();
            for message in &messages {
                let message = message.trim_start_matches(['\r', '\n']);
                let (line, rest) = message.split_once(" HTTP/1.1").unwrap();
                let (method, target) = line.split_once(' ').unwrap();
                expected.extend_from_slice(method.as_bytes());
                expected.push(b' ');
                expected.extend_from_slice(&target::escaped(target.as_bytes()));
                expected.extend_from_slice(b" HTTP/1.1");
                expected.extend_from_slice(rest.as_bytes());
            }
            prop_assert_eq!(given, expected);
        }
    }

    #[test]
    fn nothing_that_comes_in_does_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = passed(vec![bytes]);
    }
}
