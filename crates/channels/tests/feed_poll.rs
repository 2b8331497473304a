//! Polls of a feed over a real server: what is asked, what comes back, what is remembered.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of a test may fail as the test does"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use channels::feed::{Feed, FeedSettings};
use channels::{
    Channel, Connection, ItemKind, PollError, PollErrorKind, Polled, Registry, SafeHttp,
    SafeHttpSettings, TextFormat,
};
use domain::attachment::AttachmentType;
use domain::ids::ProfileId;
use domain::source::{Category, Provider, Service};
use domain::time::{HOUR_MS, MINUTE_MS, UnixMillis};
use http::HeaderMap;

/// Friday, 2026-11-20T12:00:00Z.
const NOW: UnixMillis = UnixMillis(1_795_176_000_000);

type Answer = (u16, Vec<(&'static str, String)>, String);

/// A server that gives prepared answers in turn, the last one for ever, and keeps what it is
/// asked.
#[derive(Clone, Default)]
struct Shelf {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

struct Site {
    shelf: Shelf,
    base: String,
    http: SafeHttp,
    feed: Feed,
    connection: Connection,
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response {
    shelf
        .asked
        .lock()
        .unwrap()
        .push((request.uri().path().to_owned(), request.headers().clone()));
    let (status, headers, body) = {
        let mut answers = shelf.answers.lock().unwrap();
        if answers.len() > 1 {
            answers.pop_front().unwrap()
        } else {
            answers[0].clone()
        }
    };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(body.into()).unwrap()
}

impl Site {
    async fn new(answers: Vec<Answer>) -> Self {
        let shelf = Shelf::default();
        *shelf.answers.lock().unwrap() = answers.into();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(shelf.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = SafeHttp::new(SafeHttpSettings {
            allow: vec!["127.0.0.1".to_owned()],
            ..SafeHttpSettings::default()
        })
        .unwrap();
        let connection = Connection {
            profile_id: ProfileId(1),
            service_id: format!("{base}/feed"),
            address: format!("{base}/feed"),
            displayname: None,
            cursor: None,
        };
        Self {
            shelf,
            base,
            http,
            feed: Feed::default(),
            connection,
        }
    }

    async fn with_body(body: impl Into<String>) -> Self {
        Self::new(vec![ok(body)]).await
    }

    fn now_serve(&self, answer: Answer) {
        *self.shelf.answers.lock().unwrap() = vec![answer].into();
    }

    /// Polls without keeping the cursor: what a crash before the commit looks like.
    async fn try_poll(&self) -> Result<Polled, PollError> {
        self.feed.poll(&self.connection, &self.http, NOW).await
    }

    /// Polls and keeps the cursor.
    async fn poll(&mut self) -> Polled {
        let polled = self.try_poll().await.unwrap();
        self.connection.cursor = Some(polled.cursor.clone());
        polled
    }

    fn asked(&self) -> Vec<(String, HeaderMap)> {
        std::mem::take(&mut *self.shelf.asked.lock().unwrap())
    }
}

fn ok(body: impl Into<String>) -> Answer {
    (
        200,
        vec![("content-type", "application/rss+xml".to_owned())],
        body.into(),
    )
}

fn rss(items: &[&str]) -> String {
    format!(
        "<rss version='2.0'><channel><title>T</title><link>https://www.site.example/</link>{}\
         </channel></rss>",
        items.concat()
    )
}

fn item(id: &str, title: &str) -> String {
    format!("<item><guid isPermaLink='false'>{id}</guid><title>{title}</title></item>")
}

fn ids(polled: &Polled) -> Vec<&str> {
    polled
        .items
        .iter()
        .map(|item| item.external_id.as_str())
        .collect()
}

#[tokio::test]
async fn items_become_drafts() {
    let mut site = Site::with_body(include_str!("feeds/rss20.xml")).await;
    let polled = site.poll().await;
    assert_eq!(polled.profile.displayname.as_deref(), Some("Harbour News"));
    assert_eq!(polled.poisoned, []);
    // Oldest first.
    let [older, newer] = &polled.items[..] else {
        panic!("{polled:?}");
    };
    assert!(older.external_id.starts_with("sha256:"));
    assert_eq!(newer.external_id, "harbour-2");
    assert_eq!(newer.kind, ItemKind::New);
    assert_eq!(newer.received_at, NOW);
    assert!(newer.raw.starts_with(b"<item>"));
    let draft = &newer.draft;
    assert_eq!(draft.title.as_deref(), Some("Ferry & crane both late"));
    assert_eq!(draft.content, "<p>The <b>whole</b> text</p>");
    assert_eq!(draft.format, TextFormat::Html);
    assert_eq!(draft.author.name.as_deref(), Some("Ann Other"));
    assert_eq!(draft.author.id.as_deref(), Some("harbour.example"));
    assert_eq!(draft.source.service, Service::Rss);
    assert_eq!(draft.source.provider, Provider::SearchProviderRss);
    assert_eq!(draft.source.category, Category::Blogs);
    assert_eq!(draft.source.id.as_deref(), Some("harbour-2"));
    assert_eq!(draft.source.domain, "harbour.example");
    assert_eq!(
        draft.source.url.as_deref(),
        Some("https://www.harbour.example/2")
    );
    assert_eq!(
        draft.source.profile.as_deref(),
        Some(site.connection.service_id.as_str())
    );
    assert_eq!(draft.source.profile_name.as_deref(), Some("Harbour News"));
    assert_eq!(draft.published_at, Some(UnixMillis(1_795_165_200_000)));
    assert_eq!(draft.language.map(|l| l.to_string()).as_deref(), Some("en"));
    let kinds: Vec<AttachmentType> = draft.attachments.iter().map(|a| a.kind).collect();
    assert_eq!(kinds, [AttachmentType::Photo, AttachmentType::Video]);
    // The draft is stored until it is processed.
    let stored = serde_json::to_string(draft).unwrap();
    assert_eq!(
        &serde_json::from_str::<channels::Draft>(&stored).unwrap(),
        draft
    );
}

#[tokio::test]
async fn links_that_are_no_web_addresses_do_not_reach_the_draft() {
    let mut site = Site::with_body(rss(&[
        "<item><guid>1</guid><link>javascript:alert(1)</link>\
         <enclosure url='data:text/html,x' type='image/png'/></item>",
    ]))
    .await;
    let polled = site.poll().await;
    assert_eq!(polled.items[0].draft.source.url, None);
    assert_eq!(polled.items[0].draft.attachments, []);
    assert_eq!(polled.items[0].draft.source.domain, "site.example");
}

#[tokio::test]
async fn a_password_in_the_address_is_sent_and_shown_to_nobody() {
    let mut site = Site::with_body(rss(&[&item("a", "A")])).await;
    let address = site.connection.service_id.clone();
    site.connection.address = address.replace("http://", "http://ann:hush@");
    let polled = site.poll().await;
    assert_eq!(polled.items[0].draft.source.profile, Some(address));
    // base64 of ann:hush
    assert_eq!(site.asked()[0].1["authorization"], "Basic YW5uOmh1c2g=");
    site.now_serve((500, vec![], String::new()));
    let error = site.try_poll().await.unwrap_err();
    assert!(!format!("{error:?}").contains("hush"));
}

/// A feed that writes an address of its own into each field that is shown.
fn feed_that_repeats(own: &str) -> String {
    let own = own.replace('&', "&amp;");
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>News of {own}</title><id>{own}</id>\
         <link href='{own}'/><logo>{own}&amp;size=1</logo>\
         <author><name>{own}</name><uri>{own}</uri></author>\
         <entry><id>{own}/1</id><title>One at {own}</title><link href='{own}/one'/>\
         <link rel='enclosure' href='{own}/one.mp3' type='audio/mpeg' title='{own}'/>\
         <category term='of {own}'/>\
         <content type='html'>&lt;p>see &lt;a href=\"{own}\">{own}&lt;/a>&lt;img src=\"{own}\">\
         &lt;/p></content></entry>\
         <entry><title>Two</title><link href='{own}/two'/><content>{own}</content></entry>\
         <entry><title>Two</title><link href='{own}/three'/></entry>\
         <entry xml:base='{own}/'><id>4</id><link href='four'/></entry>\
         <entry><id>5</id><link href='https://www.site.example/five'/></entry></feed>"
    )
}

fn told(polled: &Polled) -> String {
    let items: Vec<_> = polled
        .items
        .iter()
        .map(|item| (&item.external_id, &item.draft))
        .collect();
    format!("{items:?} {:?} {:?}", polled.profile, polled.notes)
}

#[tokio::test]
async fn a_secret_of_the_address_is_told_in_no_field_of_the_feed() {
    for (own, secret) in [
        (
            "/calendar/me/private-9f86d081884c7d65/basic",
            "9f86d081884c7d65",
        ),
        ("/rss/show?auth=PODhush77", "PODhush77"),
        ("/rss/show?auth=POD%2Fhush+77", "hush"),
        ("/token/hush9x/feed", "hush9x"),
    ] {
        let mut site = Site::with_body("").await;
        let own = format!("{}{own}", site.base);
        site.connection.address.clone_from(&own);
        site.now_serve(ok(feed_that_repeats(&own)));
        let polled = site.poll().await;
        let told = told(&polled);
        assert!(!told.contains(secret), "{told}");
        assert_eq!(polled.items.len(), 5);
        let draft_of = |title: &str| {
            let mut items = polled.items.iter().map(|item| &item.draft);
            items.find(|draft| {
                draft
                    .title
                    .as_deref()
                    .is_some_and(|it| it.starts_with(title))
            })
        };
        let one = draft_of("One").unwrap();
        assert_eq!((&one.source.url, &one.attachments[..]), (&None, &[][..]));
        assert!(
            one.content.starts_with("<p>see <a>http://127.0.0.1:"),
            "{}",
            one.content
        );
        assert!(one.source.id.as_deref().unwrap().starts_with("sha256:"));
        assert_eq!(one.source.domain, "127.0.0.1");
        assert_eq!(polled.profile.avatar, None);
        let name = polled.profile.displayname.as_deref().unwrap();
        assert!(
            name.starts_with("News of http") && name.contains("•••"),
            "{name}"
        );
        let whole = polled
            .items
            .iter()
            .find(|item| item.external_id == "5")
            .unwrap();
        let url = whole.draft.source.url.as_deref();
        assert_eq!(url, Some("https://www.site.example/five"));
        // Another secret makes no other items of them.
        let known = owned_ids(&polled);
        let renewed = own.replace(secret, "otherhush8");
        site.connection.address.clone_from(&renewed);
        site.connection.cursor = None;
        site.now_serve(ok(feed_that_repeats(&renewed)));
        assert_eq!(owned_ids(&site.poll().await), known);
    }
}

fn owned_ids(polled: &Polled) -> Vec<String> {
    ids(polled).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_secret_of_an_address_that_redirects_led_through_is_not_told_either() {
    let redirect = |to: &str| (302, vec![("location", to.to_owned())], String::new());
    let mut site = Site::with_body("").await;
    let feed = |own: &str| {
        rss(&[&format!(
            "<item><guid>{own}</guid><title>at {own}</title><link>{own}</link></item>"
        )])
    };
    let own = format!("{}/token/redirhush98/rel/x", site.base);
    *site.shelf.answers.lock().unwrap() = vec![
        redirect("/token/redirhush98/rel/feed"),
        redirect("/plain"),
        ok(feed(&own)),
    ]
    .into();
    let polled = site.poll().await;
    let told = told(&polled);
    assert!(
        told.contains("•••") && !told.contains("redirhush98"),
        "{told}"
    );
    assert_eq!(polled.items[0].draft.source.url, None);
}

#[tokio::test]
async fn a_move_to_an_address_that_tells_the_secret_is_followed_and_not_told() {
    let moved = (
        301,
        vec![("location", "/for/PODhush77/feed".to_owned())],
        String::new(),
    );
    let mut site = Site::new(vec![moved, ok(rss(&[&item("a", "A")]))]).await;
    site.connection.address = format!("{}?auth=PODhush77", site.connection.address);
    let polled = site.poll().await;
    assert_eq!((polled.moved_to.as_deref(), polled.items.len()), (None, 1));
    site.asked();
    site.poll().await;
    assert_eq!(site.asked()[0].0, "/for/PODhush77/feed");
}

#[tokio::test]
async fn names_and_passwords_in_addresses_of_a_feed_are_never_told() {
    let mut site = Site::with_body(rss(&["<item><guid>http://me:hush@other.example/1</guid>\
         <link>http://me:hush@other.example/1</link>\
         <enclosure url='//me:hush@other.example/1.mp3' type='audio/mpeg'/>\
         <description>http://me:hush@other.example/1</description></item>"]))
    .await;
    let polled = site.poll().await;
    let draft = &polled.items[0].draft;
    assert!(!told(&polled).contains("hush"), "{draft:?}");
    assert_eq!(draft.source.url, None);
    assert_eq!(draft.content, "http://•••@other.example/1");
}

#[tokio::test]
async fn only_what_is_new_or_changed_comes_again() {
    let (a, b) = (item("a", "A"), item("b", "B"));
    let mut site = Site::with_body(rss(&[&b, &a])).await;
    assert_eq!(ids(&site.poll().await), ["a", "b"]);
    site.now_serve(ok(rss(&[&item("c", "C"), &item("b", "B, corrected"), &a])));
    let polled = site.poll().await;
    assert_eq!(ids(&polled), ["b", "c"]);
    assert_eq!(polled.items[0].kind, ItemKind::Update);
    assert_eq!(polled.items[1].kind, ItemKind::New);
    site.now_serve(ok(rss(&[&a, &item("b", "B, corrected"), &item("c", "C")])));
    assert_eq!(ids(&site.poll().await), [""; 0]);
}

#[tokio::test]
async fn a_poll_whose_cursor_was_not_kept_brings_the_same_again() {
    let mut site = Site::with_body(rss(&[&item("b", "B"), &item("a", "A")])).await;
    let lost = site.try_poll().await.unwrap();
    let again = site.poll().await;
    assert_eq!(lost, again);
    assert_eq!(ids(&again), ["a", "b"]);
    assert!(site.poll().await.items.is_empty());
}

#[tokio::test]
async fn validators_are_sent_back_and_304_is_a_success() {
    let headers = vec![
        ("etag", "W/\"v1\"".to_owned()),
        ("last-modified", "Fri, 20 Nov 2026 10:00:00 GMT".to_owned()),
    ];
    let body = rss(&[
        "<ttl>60</ttl><skipHours><hour>13</hour></skipHours>",
        &item("a", "A"),
    ]);
    let mut site = Site::new(vec![(200, headers, body), (304, vec![], String::new())]).await;
    let first = site.poll().await;
    let asked = site.asked();
    assert!(!asked[0].1.contains_key("if-none-match"));
    assert!(asked[0].1["accept"].to_str().unwrap().contains("atom+xml"));
    // 13:00 is an hour of rest.
    assert_eq!(first.due_at, NOW.plus_ms(2 * HOUR_MS));
    let second = site.poll().await;
    let asked = site.asked();
    assert_eq!(asked[0].1["if-none-match"], "W/\"v1\"");
    assert_eq!(
        asked[0].1["if-modified-since"],
        "Fri, 20 Nov 2026 10:00:00 GMT"
    );
    assert!(second.items.is_empty());
    assert_eq!(second.cursor, first.cursor);
    assert_eq!(second.due_at, first.due_at);
}

#[tokio::test]
async fn the_same_document_without_validators_is_not_read_again() {
    let mut site = Site::with_body(rss(&[&item("a", "A"), "<item/>"])).await;
    let first = site.poll().await;
    assert_eq!((first.items.len(), first.poisoned.len()), (1, 1));
    let second = site.poll().await;
    assert_eq!((second.items.len(), second.poisoned.len()), (0, 0));
    assert_eq!(second.cursor, first.cursor);
}

#[tokio::test]
async fn broken_items_are_handed_over_once_with_their_bytes() {
    let broken = "<item><category>only</category></item>";
    let mut site = Site::with_body(rss(&[&item("a", "A"), broken, &item("b", "B")])).await;
    let polled = site.poll().await;
    assert_eq!(ids(&polled), ["b", "a"]);
    assert_eq!(&polled.poisoned[0].raw[..], broken.as_bytes());
    assert_eq!(
        polled.notes,
        ["1 of 3 items could not be read and are kept aside"]
    );
    site.now_serve(ok(rss(&[&item("c", "C"), broken])));
    let polled = site.poll().await;
    assert_eq!(ids(&polled), ["c"]);
    assert_eq!(polled.poisoned, []);
}

#[tokio::test]
async fn items_without_identifier_are_known_by_address_title_and_date() {
    let body = |text: &str| {
        rss(&[&format!(
            "<item><title>T</title><link>/1</link><description>{text}</description></item>"
        )])
    };
    let mut site = Site::with_body(body("first")).await;
    let first = site.poll().await;
    site.now_serve(ok(body("second")));
    let second = site.poll().await;
    assert_eq!(second.items[0].kind, ItemKind::Update);
    assert_eq!(second.items[0].external_id, first.items[0].external_id);
    assert_ne!(second.items[0].revision, first.items[0].revision);
}

#[tokio::test]
async fn items_that_share_an_identifier_are_still_told_apart() {
    let twins = [
        "<item><guid>0</guid><link>/1</link><title>A</title></item>",
        "<item><guid>0</guid><link>/2</link><title>B</title></item>",
        "<item><guid>0</guid><link>/2</link><title>B</title></item>",
    ];
    let mut site = Site::with_body(rss(&twins)).await;
    let polled = site.poll().await;
    let titles: Vec<Option<&str>> = polled
        .items
        .iter()
        .map(|item| item.draft.title.as_deref())
        .collect();
    assert_eq!(titles.len(), 2);
    assert!(titles.contains(&Some("A")) && titles.contains(&Some("B")));
}

#[tokio::test]
async fn after_a_long_outage_everything_arrives_in_portions_and_nothing_twice() {
    let items: Vec<String> = (0..5_000).map(|n| item(&format!("i{n}"), "x")).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let headers = vec![("etag", "\"all\"".to_owned())];
    let mut site = Site::new(vec![(200, headers, rss(&items))]).await;
    let mut seen = std::collections::BTreeSet::new();
    for portion in 1..=10 {
        let polled = site.poll().await;
        assert_eq!(polled.items.len(), 500);
        assert_eq!(polled.has_more, portion < 10);
        if polled.has_more {
            assert_eq!(polled.due_at, NOW.plus_ms(MINUTE_MS));
        }
        for item in &polled.items {
            assert!(
                seen.insert(item.external_id.clone()),
                "{}",
                item.external_id
            );
        }
    }
    assert_eq!(seen.len(), 5_000);
    // As long as something waited, no validator was sent that would have hidden it.
    let asked = site.asked();
    assert!(
        asked
            .iter()
            .all(|(_, headers)| !headers.contains_key("if-none-match"))
    );
    assert!(site.poll().await.items.is_empty());
    assert_eq!(site.asked()[0].1["if-none-match"], "\"all\"");
}

#[tokio::test]
async fn a_feed_that_moved_is_asked_at_its_new_address() {
    let body = rss(&[&item("a", "A")]);
    let mut site = Site::new(vec![
        (301, vec![("location", "/new".to_owned())], String::new()),
        ok(body),
    ])
    .await;
    let polled = site.poll().await;
    let new = format!("{}/new", site.base);
    assert_eq!(polled.moved_to.as_deref(), Some(new.as_str()));
    assert_eq!(ids(&polled), ["a"]);
    site.asked();
    site.now_serve(ok(rss(&[&item("b", "B"), &item("a", "A")])));
    let polled = site.poll().await;
    assert_eq!(ids(&polled), ["b"]);
    assert_eq!(site.asked()[0].0, "/new");
    assert_eq!(polled.moved_to.as_deref(), Some(new.as_str()));
    // The profile was given the new address: nothing is left to say, and nothing comes twice.
    site.connection.address.clone_from(&new);
    site.now_serve(ok(rss(&[&item("c", "C"), &item("a", "A")])));
    let polled = site.poll().await;
    assert_eq!(ids(&polled), ["c"]);
    assert_eq!(polled.moved_to, None);
}

#[tokio::test]
async fn a_temporary_redirect_is_followed_and_not_remembered() {
    let mut site = Site::new(vec![
        (
            302,
            vec![("location", "/elsewhere".to_owned())],
            String::new(),
        ),
        ok(rss(&[&item("a", "A")])),
    ])
    .await;
    let polled = site.poll().await;
    assert_eq!(polled.moved_to, None);
    site.asked();
    site.poll().await;
    assert_eq!(site.asked()[0].0, "/feed");
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let date = "Fri, 20 Nov 2026 12:30:00 GMT".to_owned();
    let after = |value: String| vec![("retry-after", value)];
    for (status, headers, kind, retry_after_ms) in [
        (410, vec![], PollErrorKind::Gone, None),
        (
            429,
            after("120".to_owned()),
            PollErrorKind::RateLimited,
            Some(120_000),
        ),
        (429, vec![], PollErrorKind::RateLimited, None),
        (
            503,
            after(date),
            PollErrorKind::RateLimited,
            Some(30 * MINUTE_MS),
        ),
        (503, vec![], PollErrorKind::Transient, None),
        (500, vec![], PollErrorKind::Transient, None),
        (404, vec![], PollErrorKind::Transient, None),
        (401, vec![], PollErrorKind::Refused, None),
        (403, vec![], PollErrorKind::Refused, None),
    ] {
        let site = Site::new(vec![(status, headers, String::new())]).await;
        let error = site.try_poll().await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
        assert_eq!(error.retry_after_ms, retry_after_ms, "{status}");
        assert_eq!(error.is_final(), status == 410);
        assert!(error.message.starts_with("127.0.0.1 "), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_a_feed_is_malformed() {
    for body in ["", "<html><head></head></html>", "{}", "hello"] {
        let site = Site::with_body(body).await;
        let error = site.try_poll().await.unwrap_err();
        assert_eq!(error.kind, PollErrorKind::Malformed, "{body}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_by_the_guard() {
    let mut site = Site::with_body(rss(&[&item("a", "A")])).await;
    site.http = SafeHttp::new(SafeHttpSettings::default()).unwrap();
    let error = site.try_poll().await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Refused);
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn a_feed_larger_than_the_operator_allows_is_not_read() {
    let mut site = Site::with_body(rss(&[&item("a", &"x".repeat(10_000))])).await;
    site.feed = Feed::new(FeedSettings {
        max_bytes: 5_000,
        ..FeedSettings::default()
    });
    let error = site.try_poll().await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Malformed);
}

#[tokio::test]
async fn the_servers_cache_time_lengthens_the_pause() {
    let mut site = Site::new(vec![(
        200,
        vec![("cache-control", "max-age=3600".to_owned())],
        rss(&[]),
    )])
    .await;
    assert_eq!(site.poll().await.due_at, NOW.plus_ms(HOUR_MS));
}

#[tokio::test]
async fn a_damaged_cursor_costs_a_repetition_and_nothing_else() {
    let mut site = Site::with_body(rss(&[&item("a", "A")])).await;
    site.connection.cursor = Some("{broken".to_owned());
    assert_eq!(ids(&site.poll().await), ["a"]);
}

#[test]
fn addresses_are_checked_when_they_are_typed_in() {
    let registry = Registry::standard();
    let feed = registry.find(Service::Rss).unwrap();
    let http = SafeHttp::new(SafeHttpSettings::default()).unwrap();
    for (typed, address) in [
        (" https://Example.com/feed#top ", "https://example.com/feed"),
        ("feed://example.com/feed", "http://example.com/feed"),
        ("feed:https://example.com", "https://example.com/"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ] {
        assert_eq!(feed.check(typed, &http).as_deref(), Ok(address), "{typed}");
    }
    for typed in [
        "",
        "example.com/feed",
        "ftp://example.com/",
        "http://10.0.0.1/",
        "http://[::1]/",
    ] {
        assert!(feed.check(typed, &http).is_err(), "{typed}");
    }
}
