//! The outbound client against real sockets that behave badly.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of a test may fail as the test does"
)]

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use channels::safe_http::{
    HttpError, Limit, Lookup, Refusal, Request, Resolver, SafeHttp, SafeHttpSettings,
};
use http::header::{AUTHORIZATION, COOKIE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A server that answers each connection with what `answer` makes of the request's head.
struct Server {
    address: SocketAddr,
    heads: mpsc::UnboundedReceiver<String>,
}

impl Server {
    async fn new(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let (send, heads) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (send, answer) = (send.clone(), answer.clone());
                tokio::spawn(async move {
                    let head = read_head(&mut socket).await;
                    let bytes = answer(&head);
                    let _ = send.send(head);
                    let _ = socket.write_all(&bytes).await;
                    let _ = socket.shutdown().await;
                });
            }
        });
        Self { address, heads }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests so far.
    fn seen(&mut self) -> Vec<String> {
        let mut seen = Vec::new();
        while let Ok(head) = self.heads.try_recv() {
            seen.push(head);
        }
        seen
    }
}

async fn read_head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).to_lowercase()
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    out.extend_from_slice(body);
    out
}

fn local() -> SafeHttpSettings {
    SafeHttpSettings {
        allow: vec!["127.0.0.0/8".to_owned()],
        ..SafeHttpSettings::default()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Gives its answers in turn.
#[derive(Debug)]
struct Turncoat {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Turncoat {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        Arc::new(Self {
            answers: answers
                .iter()
                .map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect())
                .collect(),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Resolver for Turncoat {
    fn lookup<'a>(&'a self, _: &'a str) -> Lookup<'a> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst) % self.answers.len();
        Box::pin(async move { Ok(self.answers[turn].clone()) })
    }
}

#[tokio::test]
async fn an_answer_is_read_with_its_headers() {
    let mut server = Server::new(|_| answer("200 OK", "X-A: b\r\n", b"hello")).await;
    let http = SafeHttp::new(local()).unwrap();
    let answer = http.get(Request::get(server.url("/x?y=z"))).await.unwrap();
    assert_eq!(&answer.body[..], b"hello");
    assert_eq!(answer.headers["x-a"], "b");
    assert_eq!(answer.final_url.as_str(), server.url("/x?y=z"));
    assert_eq!(answer.permanent_redirect, None);
    let seen = server.seen();
    assert!(seen[0].starts_with("get /x?y=z http/1.1\r\n"));
    assert!(seen[0].contains(&format!("host: {}\r\n", server.address)));
    assert!(seen[0].contains("user-agent: switchboard/"));
    assert!(seen[0].contains("accept-encoding: gzip, deflate\r\n"));
}

#[tokio::test]
async fn a_private_address_is_reached_only_when_the_operator_allows_it() {
    let mut server = Server::new(|_| answer("200 OK", "", b"secret")).await;
    let http = SafeHttp::new(SafeHttpSettings::default()).unwrap();
    let refused = http.get(Request::get(server.url("/"))).await;
    assert!(matches!(
        refused,
        Err(HttpError::Refused(Refusal::NotPublic { .. }))
    ));
    assert!(server.seen().is_empty());
    let port = server.address.port();
    let by_name = SafeHttp::new(SafeHttpSettings {
        allow: vec!["localhost".to_owned()],
        ..SafeHttpSettings::default()
    })
    .unwrap();
    // By name means by this name; the address stays closed.
    let url = format!("http://127.0.0.1:{port}/");
    assert!(by_name.get(Request::get(url)).await.is_err());
    assert!(server.seen().is_empty());
    let named = Turncoat::new(&[&["127.0.0.1"]]);
    let by_name = SafeHttp::with_resolver(
        SafeHttpSettings {
            allow: vec!["localhost".to_owned()],
            ..SafeHttpSettings::default()
        },
        named,
    )
    .unwrap();
    let url = format!("http://LocalHost.:{port}/");
    assert!(by_name.get(Request::get(url)).await.is_ok());
    assert!(server.seen()[0].contains(&format!("host: localhost.:{port}\r\n")));
}

#[tokio::test]
async fn unusual_ports_of_public_hosts_are_refused() {
    let public = Turncoat::new(&[&["93.184.216.34"]]);
    let http = SafeHttp::with_resolver(SafeHttpSettings::default(), public).unwrap();
    for port in [22, 25, 3306, 6379, 9200] {
        let error = http
            .get(Request::get(format!("http://example.com:{port}/")))
            .await
            .unwrap_err();
        assert!(matches!(
            error,
            HttpError::Refused(Refusal::Port { port: refused, .. }) if refused == port
        ));
    }
}

#[tokio::test]
async fn only_web_addresses_are_fetched() {
    let http = SafeHttp::new(local()).unwrap();
    for url in [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "data:,x",
        "javascript:x",
        "ws://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1",
        "",
        "http://",
        "http:///",
        "http://:80/",
        "http://[::1",
        "http://a b/",
        "http://127.0.0.1:99999/",
    ] {
        let error = http.get(Request::get(url)).await.unwrap_err();
        assert!(
            matches!(
                error,
                HttpError::Refused(Refusal::Scheme(_) | Refusal::NotAnAddress(_))
            ),
            "{url}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused() {
    let mut inner = Server::new(|_| answer("200 OK", "", b"secret")).await;
    let port = inner.address.port();
    for location in [
        format!("http://127.0.0.2:{port}/"),
        format!("http://[::ffff:127.0.0.2]:{port}/"),
        format!("//2130706434:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::1]/".to_owned(),
    ] {
        let header = format!("Location: {location}\r\n");
        let server = Server::new(move |_| answer("302 Found", &header, b"")).await;
        let http = SafeHttp::new(SafeHttpSettings {
            allow: vec!["127.0.0.1".to_owned()],
            ..SafeHttpSettings::default()
        })
        .unwrap();
        let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
        assert!(
            matches!(error, HttpError::Refused(Refusal::NotPublic { .. })),
            "{location}: {error:?}"
        );
    }
    assert!(inner.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_refused() {
    for location in [
        "file:///etc/passwd",
        "ftp://example.com/",
        "http://",
        "javascript:x",
    ] {
        let header = format!("Location: {location}\r\n");
        let server = Server::new(move |_| answer("302 Found", &header, b"")).await;
        let http = SafeHttp::new(local()).unwrap();
        let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
        assert!(
            matches!(error, HttpError::Refused(Refusal::RedirectTarget { .. })),
            "{location}: {error:?}"
        );
    }
}

#[tokio::test]
async fn endless_redirects_end() {
    let mut server = Server::new(|_| answer("302 Found", "Location: /again\r\n", b"")).await;
    let http = SafeHttp::new(local()).unwrap();
    let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
    assert!(matches!(
        error,
        HttpError::Refused(Refusal::Redirects { limit: 5, .. })
    ));
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn permanent_redirects_are_reported_as_far_as_they_are_permanent() {
    let server = Server::new(|head| match head.split(' ').nth(1).unwrap() {
        "/a" => answer("301 Moved", "Location: /b\r\n", b""),
        "/b" => answer("308 Moved", "Location: /c\r\n", b""),
        "/c" => answer("307 Elsewhere", "Location: /d\r\n", b""),
        "/d" => answer("301 Moved", "Location: /e\r\n", b""),
        _ => answer("200 OK", "", b"x"),
    })
    .await;
    let http = SafeHttp::new(local()).unwrap();
    let found = http.get(Request::get(server.url("/a"))).await.unwrap();
    assert_eq!(found.final_url.path(), "/e");
    assert_eq!(found.permanent_redirect.unwrap().path(), "/c");
    let found = http.get(Request::get(server.url("/c"))).await.unwrap();
    assert_eq!(found.permanent_redirect, None);
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let mut other = Server::new(|_| answer("200 OK", "", b"x")).await;
    let header = format!("Location: {}\r\n", other.url("/"));
    let mut first = Server::new(move |head| match head.split(' ').nth(1).unwrap() {
        "/start" => answer("302 Found", "Location: /same\r\n", b""),
        _ => answer("302 Found", &header, b""),
    })
    .await;
    let http = SafeHttp::new(local()).unwrap();
    let mut secret = http::HeaderValue::from_static("hush");
    secret.set_sensitive(true);
    let mut request = Request::get(format!("http://ann:pw@{}/start", first.address))
        .header(COOKIE, "a=b")
        .header(http::HeaderName::from_static("x-plain"), "kept");
    request
        .headers
        .insert(http::HeaderName::from_static("x-token"), secret);
    let found = http.get(request).await.unwrap();
    assert_eq!(found.final_url.username(), "");
    let seen = first.seen();
    assert_eq!(seen.len(), 2);
    for head in seen {
        // base64 of ann:pw, in lower case
        assert!(head.contains("authorization: basic yw5uonb3\r\n"), "{head}");
        assert!(head.contains("x-token: hush\r\n"), "{head}");
    }
    let head = other.seen().remove(0);
    for gone in ["authorization", "cookie", "x-token", "referer"] {
        assert!(!head.contains(gone), "{head}");
    }
    assert!(head.contains("x-plain: kept\r\n"));
    let request = Request::get(first.url("/same")).header(AUTHORIZATION, "Bearer t");
    http.get(request).await.unwrap();
    assert!(!other.seen().remove(0).contains("bearer"));
}

#[tokio::test]
async fn a_name_that_turns_private_is_never_connected_to() {
    let mut server = Server::new(|_| answer("200 OK", "", b"secret")).await;
    let port = server.address.port();
    // A public answer first, private ones later, and both at once.
    let resolver = Turncoat::new(&[
        &["93.184.216.34", "127.0.0.1"],
        &["127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["10.0.0.1", "8.8.8.8"],
        &["::1"],
    ]);
    let http = SafeHttp::with_resolver(
        SafeHttpSettings {
            ports: vec![port],
            ..SafeHttpSettings::default()
        },
        resolver.clone(),
    )
    .unwrap();
    for _ in 0..20 {
        let error = http
            .get(Request::get(format!("http://rebind.example:{port}/")))
            .await
            .unwrap_err();
        assert!(matches!(
            error,
            HttpError::Refused(Refusal::NotPublic { .. })
        ));
    }
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 20);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_judged() {
    // Judged and allowed is the first answer; a second look-up would lead elsewhere.
    let mut good = Server::new(|_| answer("200 OK", "", b"good")).await;
    let resolver = Turncoat::new(&[&["127.0.0.1"], &["192.0.2.1"]]);
    let http = SafeHttp::with_resolver(local(), resolver.clone()).unwrap();
    let url = format!("http://feeds.example:{}/", good.address.port());
    let found = http.get(Request::get(url)).await.unwrap();
    assert_eq!(&found.body[..], b"good");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    assert!(good.seen()[0].contains("host: feeds.example:"));
}

#[tokio::test]
async fn unknown_names_and_closed_ports_are_told_apart() {
    let nobody = Turncoat::new(&[&[]]);
    let http = SafeHttp::with_resolver(local(), nobody).unwrap();
    let error = http
        .get(Request::get("http://nobody.example/secret-path"))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::UnknownHost { .. }));
    assert!(!error.to_string().contains("secret-path"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let http = SafeHttp::new(local()).unwrap();
    let error = http
        .get(Request::get(format!("http://u:hush@{closed}/secret-path")))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }), "{error:?}");
    let said = format!("{error} {error:?}");
    assert!(
        !said.contains("secret-path") && !said.contains("hush"),
        "{said}"
    );
}

#[tokio::test]
async fn packed_bodies_are_unpacked_and_bombs_are_not() {
    let small = gzip(b"hello");
    let server = Server::new(move |_| answer("200 OK", "Content-Encoding: gzip\r\n", &small)).await;
    let http = SafeHttp::new(local()).unwrap();
    let found = http.get(Request::get(server.url("/"))).await.unwrap();
    assert_eq!(&found.body[..], b"hello");
    assert!(!found.headers.contains_key("content-encoding"));

    let bomb = gzip(&vec![b'0'; 64 * 1024 * 1024]);
    let server = Server::new(move |_| answer("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await;
    let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
    assert!(matches!(
        error,
        HttpError::TooLarge {
            limit: Limit::Ratio(_) | Limit::Body(_),
            ..
        }
    ));

    let server = Server::new(|_| answer("200 OK", "Content-Encoding: br\r\n", b"x")).await;
    let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken { .. }));
}

#[tokio::test]
async fn large_bodies_are_refused_by_their_length_and_without_it() {
    let http = SafeHttp::new(SafeHttpSettings {
        max_body_bytes: 1_000,
        ..local()
    })
    .unwrap();
    let declared = Server::new(|_| answer("200 OK", "", &[b'x'; 1_001])).await;
    let undeclared = Server::new(|_| {
        let mut out = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        out.extend_from_slice(&[b'x'; 1_001]);
        out
    })
    .await;
    for server in [&declared, &undeclared] {
        let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
        assert!(matches!(
            error,
            HttpError::TooLarge {
                limit: Limit::Body(1_000),
                ..
            }
        ));
    }
    let exact = Server::new(|_| answer("200 OK", "", &[b'x'; 1_000])).await;
    assert!(http.get(Request::get(exact.url("/"))).await.is_ok());
    let mut request = Request::get(exact.url("/"));
    request.max_bytes = Some(999);
    assert!(http.get(request).await.is_err());
}

#[tokio::test]
async fn header_floods_are_refused() {
    let http = SafeHttp::new(local()).unwrap();
    let many = "X-A: b\r\n".repeat(1_000);
    let server = Server::new(move |_| answer("200 OK", &many, b"")).await;
    assert!(http.get(Request::get(server.url("/"))).await.is_err());
    let long = format!("X-A: {}\r\n", "b".repeat(70_000));
    let server = Server::new(move |_| answer("200 OK", &long, b"")).await;
    let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
    assert!(matches!(
        error,
        HttpError::TooLarge {
            limit: Limit::Headers(_),
            ..
        }
    ));
}

/// Takes a request, sends this, and then holds the connection without a word.
async fn silent_after(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            read_head(&mut socket).await;
            let _ = socket.write_all(bytes).await;
            held.push(socket);
        }
    });
    address
}

#[tokio::test]
async fn silence_is_not_waited_for() {
    let http = SafeHttp::new(SafeHttpSettings {
        total_timeout_ms: 100,
        ..local()
    })
    .unwrap();
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nX-",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx",
    ] {
        let address = silent_after(bytes).await;
        let error = http
            .get(Request::get(format!("http://{address}/")))
            .await
            .unwrap_err();
        assert!(matches!(error, HttpError::Timeout { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up_long_before_the_whole_time_is_over() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            read_head(&mut socket).await;
            let _ = socket
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                .await;
            // One byte after the other, for ever: never silent, never done.
            let mut pause = tokio::time::interval(std::time::Duration::from_millis(2));
            while socket.write_all(b"x").await.is_ok() {
                pause.tick().await;
            }
        }
    });
    let http = SafeHttp::new(SafeHttpSettings {
        rate_window_ms: 50,
        total_timeout_ms: 600_000,
        ..local()
    })
    .unwrap();
    let error = http
        .get(Request::get(format!("http://{address}/")))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "127.0.0.1 took too long: its answer only trickles in"
    );
}

#[tokio::test]
async fn posts_are_sent_and_their_redirects_are_not_followed() {
    let mut server = Server::new(|_| answer("307 Elsewhere", "Location: /b\r\n", b"no")).await;
    let http = SafeHttp::new(local()).unwrap();
    let found = http
        .send(Request::post(server.url("/a"), "hello"))
        .await
        .unwrap();
    assert_eq!(found.status, 307);
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].starts_with("post /a "));
    assert!(seen[0].contains("content-length: 5\r\n"));
    assert_eq!(
        found.error_for_status().unwrap_err().to_string(),
        "127.0.0.1 answered 307 Temporary Redirect"
    );
}

#[tokio::test]
async fn nonsense_instead_of_http_is_an_error() {
    let server = Server::new(|_| b"220 mail.example ESMTP\r\n".to_vec()).await;
    let http = SafeHttp::new(local()).unwrap();
    let error = http.get(Request::get(server.url("/"))).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken { .. }), "{error:?}");
    let server = Server::new(|_| Vec::new()).await;
    assert!(http.get(Request::get(server.url("/"))).await.is_err());
}

#[tokio::test]
async fn https_is_not_spoken_with_somebody_who_does_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 1_024]).await;
            let _ = socket.write_all(&answer("200 OK", "", b"plain")).await;
        }
    });
    let http = SafeHttp::new(local()).unwrap();
    let error = http
        .get(Request::get(format!("https://{address}/")))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }), "{error:?}");
}
