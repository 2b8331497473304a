//! Every format of feed, and everything that may be wrong with one.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers of a test may fail as the test does"
)]

use channels::TextFormat;
use channels::feed::{self, Document, Format, ParseError};
use domain::time::UnixMillis;
use url::Url;

fn read(text: impl AsRef<[u8]>) -> Document {
    let location = Url::parse("https://feeds.example/dir/feed").unwrap();
    feed::parse(text.as_ref(), None, Some(&location)).unwrap()
}

fn refused(text: impl AsRef<[u8]>) -> ParseError {
    feed::parse(text.as_ref(), None, None).unwrap_err()
}

#[test]
fn rss_2_is_read_with_its_modules() {
    let feed = read(include_str!("feeds/rss20.xml"));
    assert_eq!(feed.format, Format::Rss);
    assert_eq!(feed.title.as_deref(), Some("Harbour News"));
    assert_eq!(feed.link.as_deref(), Some("https://www.harbour.example/"));
    assert_eq!(
        feed.image.as_deref(),
        Some("https://feeds.example/logo.png")
    );
    assert_eq!(feed.language.as_deref(), Some("en-gb"));
    assert_eq!(feed.rhythm.interval_ms, Some(30 * 60_000));
    assert_eq!(feed.rhythm.skip_hours, [3, 0]);
    assert_eq!(feed.rhythm.skip_days, [6]);
    assert!(feed.broken.is_empty());
    let [first, second] = &feed.entries[..] else {
        panic!("{feed:?}");
    };
    assert_eq!(first.id.as_deref(), Some("harbour-2"));
    assert_eq!(first.title.as_deref(), Some("Ferry & crane both late"));
    assert_eq!(first.link.as_deref(), Some("https://www.harbour.example/2"));
    assert_eq!(first.content, "<p>The <b>whole</b> text</p>");
    assert_eq!(first.format, TextFormat::Html);
    assert_eq!(
        first.author.as_ref().and_then(|a| a.name.as_deref()),
        Some("Ann Other")
    );
    // 2026-11-20T09:00:00Z
    assert_eq!(first.published_at, Some(UnixMillis(1_795_165_200_000)));
    assert_eq!(first.categories, ["Ferries", "Cranes"]);
    let files: Vec<(&str, &str)> = first
        .enclosures
        .iter()
        .map(|file| (file.url.as_str(), file.media_type.as_str()))
        .collect();
    assert_eq!(
        files,
        [
            ("https://feeds.example/crane.jpg", "image/jpeg"),
            ("https://cdn.example/clip.mp4", "video"),
        ]
    );
    assert!(first.raw.starts_with("<item>") && first.raw.ends_with("</item>"));
    assert_eq!(second.id, None);
    assert_eq!(second.title, None);
    assert_eq!(second.content, "No title and no guid");
    assert_eq!(second.format, TextFormat::Plain);
    assert_eq!(
        second.author.as_ref().and_then(|a| a.name.as_deref()),
        Some("Bob")
    );
}

#[test]
fn atom_1_is_read_with_its_bases_languages_and_text_kinds() {
    let feed = read(include_str!("feeds/atom10.xml"));
    assert_eq!(feed.format, Format::Atom);
    assert_eq!(feed.title.as_deref(), Some("Het blog"));
    assert_eq!(feed.link.as_deref(), Some("https://blog.example/"));
    assert_eq!(
        feed.author.as_ref().and_then(|a| a.url.as_deref()),
        Some("https://blog.example/over")
    );
    let [first, second] = &feed.entries[..] else {
        panic!("{feed:?}");
    };
    assert_eq!(first.title.as_deref(), Some("1 < 2 & <b>"));
    assert_eq!(
        first.link.as_deref(),
        Some("https://blog.example/posts/een")
    );
    assert_eq!(first.content, "<p>Tekst &amp; <b>vet</b><br></p>");
    assert_eq!(first.format, TextFormat::Html);
    assert_eq!(
        first.enclosures[0].url,
        "https://blog.example/posts/een.mp3"
    );
    assert_eq!(first.enclosures[0].title.as_deref(), Some("Voorgelezen"));
    assert!(first.published_at < first.updated_at);
    assert_eq!(second.language.as_deref(), Some("de"));
    assert_eq!(
        second.in_reply_to.as_deref(),
        Some("tag:blog.example,2026:1")
    );
    assert_eq!(second.published_at, second.updated_at);
    assert_eq!(second.content, "Ganz kurz");
    assert_eq!(
        second.author.as_ref().and_then(|a| a.name.as_deref()),
        Some("x@blog.example")
    );
}

#[test]
fn old_formats_are_read() {
    let atom = read(include_str!("feeds/atom03.xml"));
    assert_eq!(atom.format, Format::Atom);
    assert_eq!(atom.entries[0].title.as_deref(), Some("Old entry"));
    assert_eq!(atom.entries[0].content, "<b>Hello</b>");
    assert_eq!(
        atom.entries[0].link.as_deref(),
        Some("http://old.example/1")
    );

    let rdf = read(include_str!("feeds/rss10.rdf"));
    assert_eq!(rdf.title.as_deref(), Some("RDF site"));
    assert_eq!(rdf.rhythm.interval_ms, Some(30 * 60_000));
    assert_eq!(rdf.entries.len(), 1);
    assert_eq!(rdf.entries[0].id.as_deref(), Some("http://rdf.example/1"));
    assert_eq!(rdf.entries[0].content, "Beside the channel");

    let rss = read(include_str!("feeds/rss091.xml"));
    assert_eq!(rss.title.as_deref(), Some("Café"));
    assert_eq!(rss.entries[0].title.as_deref(), Some("Only a title"));

    let cdf = read(include_str!("feeds/channel.cdf"));
    assert_eq!(cdf.format, Format::Cdf);
    assert_eq!(cdf.link.as_deref(), Some("http://cdf.example/"));
    assert_eq!(cdf.entries[0].link.as_deref(), Some("http://cdf.example/1"));
    assert_eq!(cdf.entries[0].content, "From 1997");
}

#[test]
fn json_feed_is_read_and_its_broken_items_are_set_aside() {
    let feed = read(include_str!("feeds/feed.json"));
    assert_eq!(feed.format, Format::Json);
    assert_eq!(feed.link.as_deref(), Some("https://json.example/"));
    let [first, second] = &feed.entries[..] else {
        panic!("{feed:?}");
    };
    assert_eq!(first.id.as_deref(), Some("17"));
    assert_eq!(first.link.as_deref(), Some("https://feeds.example/17"));
    assert_eq!(first.format, TextFormat::Html);
    assert_eq!(first.enclosures[0].media_type, "audio/mpeg");
    assert_eq!(second.content, "nul <dix-huit>");
    assert_eq!(second.format, TextFormat::Plain);
    let broken: Vec<&str> = feed.broken.iter().map(|item| item.raw.as_str()).collect();
    assert_eq!(broken, ["\"not an item\"", "{}"]);
}

#[test]
fn one_broken_item_does_not_cost_the_others() {
    let feed = read(include_str!("feeds/sloppy.xml"));
    assert_eq!(feed.title.as_deref(), Some("Sloppy & careless"));
    let ids: Vec<Option<&str>> = feed
        .entries
        .iter()
        .map(|entry| entry.id.as_deref())
        .collect();
    assert_eq!(ids, [Some("s1"), Some("s3")]);
    assert_eq!(feed.entries[0].title.as_deref(), Some("Unclosed bold"));
    assert_eq!(
        feed.entries[0].content,
        "a<br>b &amp; c \u{a0}© <a href=\"http://x.example/?a=1&amp;b=2\">link</a>"
    );
    let reasons: Vec<&str> = feed
        .broken
        .iter()
        .map(|item| item.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "the item says nothing: no title, text, address or identifier",
            "the item is cut off in the middle",
        ]
    );
    assert!(feed.broken[1].raw.starts_with("<item><title>Cut o"));
}

#[test]
fn a_feed_cut_anywhere_gives_whole_items_or_says_why_not() {
    for whole in [
        include_str!("feeds/rss20.xml"),
        include_str!("feeds/atom10.xml"),
        include_str!("feeds/rss10.rdf"),
        include_str!("feeds/sloppy.xml"),
        include_str!("feeds/feed.json"),
    ] {
        let complete = read(whole);
        for end in 0..whole.len() {
            // Cut bytes, not characters: a broken character is part of the game.
            let Ok(cut) = feed::parse(&whole.as_bytes()[..end], None, None) else {
                continue;
            };
            for entry in &cut.entries {
                assert!(
                    complete.entries.iter().any(|known| known.raw == entry.raw),
                    "cut at {end}: {entry:?}"
                );
            }
        }
    }
}

#[test]
fn random_damage_never_stops_the_reader() {
    // A fixed sequence, so that a failure can be repeated.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap() % below
    };
    for whole in [
        include_str!("feeds/rss20.xml"),
        include_str!("feeds/atom10.xml"),
        include_str!("feeds/rss10.rdf"),
        include_str!("feeds/channel.cdf"),
        include_str!("feeds/sloppy.xml"),
        include_str!("feeds/feed.json"),
    ] {
        for _ in 0..500 {
            let mut bytes = whole.as_bytes().to_vec();
            for _ in 0..=random(8) {
                let (at, other) = (random(bytes.len()), random(bytes.len()));
                match random(4) {
                    0 => bytes[at] = u8::try_from(random(256)).unwrap(),
                    1 => bytes[at] = b"<>&\"'=/![]:; "[random(13)],
                    2 => bytes.swap(at, other),
                    _ => {
                        bytes.drain(at.min(other)..at.max(other).min(at.min(other) + 40));
                    }
                }
                if bytes.is_empty() {
                    break;
                }
            }
            if let Ok(feed) = feed::parse(&bytes, None, None) {
                let texts = feed
                    .entries
                    .iter()
                    .flat_map(|entry| [entry.title.as_deref(), Some(entry.content.as_str())]);
                assert!(texts.flatten().all(|text| !text.contains('\u{0}')));
            }
        }
    }
}

#[test]
fn entities_are_never_expanded() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">\
        <!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">\
        <!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;\">]>\
        <rss><channel><item><title>&lol3;</title></item></channel></rss>";
    let external = "<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
        <rss><channel><item><title>&x;</title></item></channel></rss>";
    let parameter = "<!DOCTYPE rss [<!ENTITY % x SYSTEM \"http://127.0.0.1/\"> %x;]><rss/>";
    for text in [laughs, external, parameter] {
        assert!(matches!(refused(text), ParseError::Refused(_)), "{text}");
    }
    // Not declared: stays as it is written.
    let feed = read("<rss><channel><item><title>&x; &lt;</title></item></channel></rss>");
    assert_eq!(feed.entries[0].title.as_deref(), Some("&x; <"));
}

#[test]
fn items_out_of_all_proportion_are_set_aside() {
    let wide = format!("<item {}><title>x</title></item>", "a='1' ".repeat(100_000));
    let deep = format!(
        "<item><title>x</title><description>{}{}</description></item>",
        "<div>".repeat(50_000),
        "</div>".repeat(50_000)
    );
    let long = format!(
        "<item><title>x</title><description>{}</description></item>",
        "x".repeat(2_000_000)
    );
    let feed = read(format!(
        "<rss><channel>{wide}<item><guid>a</guid></item>{deep}{long}<item><guid>b</guid></item>\
         </channel></rss>"
    ));
    let ids: Vec<Option<&str>> = feed
        .entries
        .iter()
        .map(|entry| entry.id.as_deref())
        .collect();
    assert_eq!(ids, [Some("a"), Some("b")]);
    let reasons: Vec<&str> = feed
        .broken
        .iter()
        .map(|item| item.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "the item has an element with too many attributes",
            "the item is nested too deeply",
            "the item is larger than 1048576 bytes",
        ]
    );
}

#[test]
fn hostile_repetitions_are_read_in_linear_work() {
    // Each of these takes minutes if any step looks at the rest of the text again and again.
    for piece in [
        "<",
        "</",
        "<!",
        "<!-",
        "<!--",
        "<![CDATA[",
        "<?",
        "<?x ",
        "<a ",
        "<a b='",
        "<a b=\"' ",
        "&",
        "&#",
        "&amp",
        "]]>",
        "-->",
        "<a><!--",
        "<a xmlns:b='c'>",
        "<a xmlns='d'/>",
        "</a>",
        "<item>",
        "<item/>",
        "<title>",
        "<title>&lt;",
        "\u{0}",
        "<é",
        "<a =",
        "<a / ",
    ] {
        for head in [
            "",
            "<rss><channel>",
            "<rss><channel><item><title>",
            "<feed><entry>",
        ] {
            let text = format!("{head}{}", piece.repeat(150_000 / piece.len()));
            let _ = feed::parse(text.as_bytes(), None, None);
        }
    }
}

#[test]
fn what_is_no_feed_is_called_by_its_name() {
    assert_eq!(refused(""), ParseError::Empty);
    assert_eq!(refused(" \n\u{feff}"), ParseError::Empty);
    for text in [
        "hello",
        "<opml version='2.0'><body/></opml>",
        "{\"a\":1}",
        "[]",
        "\u{0}\u{1}",
    ] {
        assert_eq!(refused(text), ParseError::NotAFeed, "{text}");
    }
    assert!(matches!(refused("{"), ParseError::Refused(_)));
    assert_eq!(
        refused("<!doctype html><html><head><title>x</title></head></html>"),
        ParseError::WebPage(None)
    );
    let location = Url::parse("https://site.example/a/").unwrap();
    let page = "<!doctype html><html><head><meta charset=utf-8>\
        <link rel=stylesheet href=x.css>\
        <link rel=\"alternate\" type=\"application/rss+xml\" href=\"../feed\"></head></html>";
    let error = feed::parse(page.as_bytes(), None, Some(&location)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this is a web page, not a feed; its feed seems to be https://site.example/feed"
    );
}

#[test]
fn text_in_any_charset_arrives_whole() {
    let feed = |charset: &str| {
        format!(
            "<?xml version='1.0' encoding='{charset}'?><rss><channel><title>Größe</title>\
             </channel></rss>"
        )
    };
    let latin = feed("iso-8859-1");
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&latin);
    assert_eq!(read(latin).title.as_deref(), Some("Größe"));
    let wide: Vec<u8> = feed("utf-16")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read(wide).title.as_deref(), Some("Größe"));
    // Says Latin-1 and is UTF-8, as many do.
    let header = Some("text/xml; charset=us-ascii");
    let found = feed::parse(feed("utf-8").as_bytes(), header, None).unwrap();
    assert_eq!(found.title.as_deref(), Some("Größe"));
}

#[test]
fn relative_addresses_tell_no_secret_of_where_the_feed_is() {
    let text = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><logo>pic.png</logo>
        <entry><id>1</id><link href='one'/><title>a</title></entry>
        <entry><id>2</id><link href='/two'/><title>b</title></entry>
        <entry xml:base='sub/'><id>3</id><link href='three'/><title>c</title></entry>
        <entry xml:base='https://me:hush@feeds.example/a/token/hush/'><id>4</id><link href='four'/></entry>
        <entry xml:base='https://feeds.example/open/'><id>5</id><link href='five'/></entry>
        <entry><id>6</id><link href='../../six'/></entry></feed>";
    let links = |location: &str| -> Vec<String> {
        let location = Url::parse(location).unwrap();
        let feed = feed::parse(text.as_ref(), None, Some(&location)).unwrap();
        let image = feed.image.clone();
        let links = feed.entries.iter().map(|entry| entry.link.clone());
        image.into_iter().chain(links.map(Option::unwrap)).collect()
    };
    assert_eq!(
        links("https://feeds.example/a/token/hush/rss.xml"),
        [
            "pic.png",
            "one",
            "https://feeds.example/two",
            "three",
            "four",
            "https://feeds.example/open/five",
            "https://feeds.example/a/six",
        ]
    );
    let by_host = links("https://9f86d081884c7d659a2feaa0c55ad015.feeds.example/rss.xml");
    assert!(
        !by_host.concat().contains("9f86d081884c7d65"),
        "{by_host:?}"
    );
    let json = r#"{"version":"https://jsonfeed.org/version/1","icon":"pic.png","items":[{"id":"1","url":"one","image":"i.png"}]}"#;
    let location = Url::parse("https://feeds.example/a/token/hush/f.json").unwrap();
    let feed = feed::parse(json.as_ref(), None, Some(&location)).unwrap();
    assert_eq!(feed.image.as_deref(), Some("pic.png"));
    assert_eq!(feed.entries[0].link.as_deref(), Some("one"));
    assert_eq!(feed.entries[0].enclosures[0].url, "i.png");
}
