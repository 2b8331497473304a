//! What becomes of the text and the fields of a draft.

use domain::attachment::AttachmentType;
use domain::language::Language;
use domain::mention::{Author, Location, Sentiment, Status};

use super::*;

#[test]
fn plain_text_stays_as_it_is() {
    for text in ["Hello", "I <3 you & a < b", "line one\nline two", "AT&T 😀"] {
        let body = enriched(text, TextFormat::Plain).body;
        assert_eq!((body.content.as_str(), body.stripped_content), (text, None));
        assert_eq!(body.content, text);
    }
}

#[test]
fn plain_text_that_reads_as_markup_is_kept_escaped_beside_itself() {
    let body = enriched("use <b> & &amp; \"x\"", TextFormat::Plain).body;
    assert_eq!(body.content, "use &lt;b&gt; &amp; &amp;amp; &quot;x&quot;");
    assert_eq!(
        body.stripped_content.as_deref(),
        Some("use <b> & &amp; \"x\"")
    );
}

#[test]
fn html_is_kept_beside_its_text_and_html_without_markup_is_plain() {
    let body = enriched(
        "<p>Fish &amp; <b>chips</b></p>\r\n<p>#yum \0@anna</p>",
        TextFormat::Html,
    )
    .body;
    assert_eq!(
        body.content,
        "<p>Fish &amp; <b>chips</b></p>\n<p>#yum @anna</p>"
    );
    assert_eq!(
        body.stripped_content.as_deref(),
        Some("Fish & chips\n#yum @anna")
    );
    assert_eq!(
        (
            body.entities.hashtags[0].start,
            body.entities.users[0].start
        ),
        (13, 18)
    );
    let plain = enriched("just words", TextFormat::Html).body;
    assert_eq!(
        (plain.content.as_str(), plain.stripped_content),
        ("just words", None)
    );
}

#[test]
fn an_endless_message_is_cut() {
    let body = enriched(&"word ".repeat(40_000), TextFormat::Plain).body;
    assert_eq!(body.content.chars().count(), 100_000);
    assert!(body.content.ends_with('…'));
    let html = enriched(&"<b>x</b>".repeat(60_000), TextFormat::Html).body;
    assert!(!html.content.contains('<'));
    assert_eq!(html.plain_text().chars().count(), 60_000);
}

#[test]
fn headlines_are_one_plain_line() {
    for (raw, expected) in [
        ("  A \n headline\0 ", Some("A headline")),
        ("Fish &amp; <b>chips</b>", Some("Fish & chips")),
        ("a < b", Some("a < b")),
        (
            "Vec<String> and <unknown>",
            Some("Vec<String> and <unknown>"),
        ),
        ("<script>alert(1)</script>", None),
        (" ", None),
    ] {
        let mut draft = draft("x", TextFormat::Plain);
        draft.title = Some(raw.to_owned());
        assert_eq!(enrich(draft, NOW).body.title.as_deref(), expected, "{raw}");
    }
}

#[test]
fn language_and_tone_of_the_source_win_and_no_tone_is_guessed() {
    let mut claimed = draft(
        "My order has not arrived and nobody answers.",
        TextFormat::Plain,
    );
    assert_eq!(
        enrich(claimed.clone(), NOW).state.language,
        Language::parse("en")
    );
    assert_eq!(
        enrich(claimed.clone(), NOW).state.sentiment,
        Sentiment::Unset
    );
    claimed.language = Language::parse("nl");
    claimed.sentiment = Some(Sentiment::Negative);
    let state = enrich(claimed, NOW).state;
    assert_eq!(state.language, Language::parse("nl"));
    assert_eq!(
        (state.sentiment, state.status),
        (Sentiment::Negative, Status::New)
    );
}

#[test]
fn links_and_names_say_nothing_of_the_language_but_the_headline_does() {
    let links = enriched(
        "@the_and_you https://example.com/this/that/and/the",
        TextFormat::Plain,
    );
    assert_eq!(links.state.language, None);
    let mut titled = draft("😀", TextFormat::Plain);
    titled.title = Some("Waarom doet de app het niet meer sinds gisteren?".into());
    assert_eq!(enrich(titled, NOW).state.language, Language::parse("nl"));
}

#[test]
fn pictures_of_the_text_become_attachments() {
    let body = enriched(
        "<img src=https://e.com/a.jpg alt=A><img src=https://e.com/a.jpg>",
        TextFormat::Html,
    )
    .body;
    assert_eq!(body.attachments.len(), 1);
    assert_eq!(body.attachments[0].kind, AttachmentType::Photo);
    assert_eq!(
        body.attachments[0].url.as_deref(),
        Some("https://e.com/a.jpg")
    );
}

#[test]
fn places_have_codes_in_upper_case_and_lie_on_earth() {
    let mut draft = draft("x", TextFormat::Plain);
    draft.location = Location {
        continent: Some("eu".into()),
        country: Some(" be ".into()),
        region: Some(" Flanders ".into()),
        city: Some("Gh\0ent".into()),
        longitude: Some(3.7),
        latitude: Some(51.05),
    };
    let place = enrich(draft.clone(), NOW).state.location;
    assert_eq!(place.continent.as_deref(), Some("EU"));
    assert_eq!(place.country.as_deref(), Some("BE"));
    assert_eq!(place.city.as_deref(), Some("Ghent"));
    assert_eq!(place.latitude, Some(51.05));
    draft.location.continent = Some("XX".into());
    draft.location.country = Some("Belgium".into());
    draft.location.latitude = Some(f64::NAN);
    let place = enrich(draft, NOW).state.location;
    assert_eq!(
        (place.continent, place.country, place.longitude),
        (None, None, None)
    );
}

#[test]
fn fields_are_trimmed_and_the_domain_comes_from_the_address() {
    let mut draft = draft("x", TextFormat::Plain);
    draft.source.url = Some("https://www.Example.com/p/1".into());
    draft.source.id = Some(" id\0-1 ".into());
    draft.author = Author {
        name: Some(" Anna\n Example ".into()),
        fullname: Some(" ".into()),
        followers: Some(-5),
        ..Author::default()
    };
    let body = enrich(draft, NOW).body;
    assert_eq!(body.source.domain, "example.com");
    assert_eq!(body.source.id.as_deref(), Some("id-1"));
    assert_eq!(body.author.name.as_deref(), Some("Anna Example"));
    assert_eq!((body.author.fullname, body.author.followers), (None, None));
}

#[test]
fn impossible_dates_are_no_dates() {
    for (at, expected) in [
        (NOW.plus_ms(-1_000), true),
        (NOW.plus_ms(3_600_000), true),
        (NOW.plus_ms(30 * 86_400_000), false),
        (UnixMillis(0), false),
        (UnixMillis(i64::MAX), false),
    ] {
        let mut draft = draft("x", TextFormat::Plain);
        draft.published_at = Some(at);
        assert_eq!(
            enrich(draft, NOW).published_at.is_some(),
            expected,
            "{at:?}"
        );
    }
}
