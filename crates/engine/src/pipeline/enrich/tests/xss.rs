//! Nothing that arrives runs in the reader's browser, in whatever field it comes.

use domain::attachment::{Attachment, AttachmentType};
use domain::mention::Author;

use super::*;

#[path = "payloads.rs"]
mod payloads;

/// Written down once more on purpose: what the sanitiser lets through is not judged by the
/// sanitiser's own list.
const TAGS: &str = "a abbr b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em \
    figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q rp rt ruby s samp \
    small span strong sub summary sup table tbody td tfoot th thead tr u ul var";
const ATTRIBUTES: &[&str] = &[
    "href", "rel", "title", "lang", "dir", "start", "colspan", "rowspan",
];

/// Reads HTML by a grammar much stricter than a browser's: anything but listed tags with listed,
/// double-quoted attributes is a failure.
fn harmless(html: &str) -> Result<(), String> {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (is_end, after) = match after.strip_prefix('/') {
            Some(after) => (true, after),
            None => (false, after),
        };
        let end = after
            .find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())
            .ok_or("no end of name")?;
        let (name, mut attributes) = after.split_at(end);
        if !TAGS.split(' ').any(|known| known == name) {
            return Err(format!("element {name:?}"));
        }
        while let Some(attribute) = attributes.strip_prefix(' ') {
            let (key, value) = attribute.split_once("=\"").ok_or("no value")?;
            let (value, next) = value.split_once('"').ok_or("no end of value")?;
            if is_end || !ATTRIBUTES.contains(&key) {
                return Err(format!("attribute {key:?}"));
            }
            if key == "href" && !is_harmless_address(value) {
                return Err(format!("address {value:?}"));
            }
            attributes = next;
        }
        rest = attributes.strip_prefix('>').ok_or("no end of tag")?;
    }
    Ok(())
}

fn is_harmless_address(value: &str) -> bool {
    let decoded: String = value
        .replace("&amp;", "&")
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect::<String>()
        .to_lowercase();
    ["http:", "https:", "mailto:", "tel:"]
        .iter()
        .any(|scheme| decoded.starts_with(scheme))
}

#[test]
fn no_payload_survives_in_the_message_whatever_its_format() {
    let payloads = payloads::all();
    assert!(payloads.len() >= 300, "{}", payloads.len());
    let mut failures = Vec::new();
    for payload in &payloads {
        for text in [
            payload.clone(),
            format!("before {payload} after"),
            format!("<p>{payload}</p>"),
            payload.repeat(3),
        ] {
            for format in [TextFormat::Plain, TextFormat::Html] {
                let content = enriched(&text, format).body.content;
                if let Err(why) = harmless(&content) {
                    failures.push(format!("{why} from {format:?} {text:?}: {content:?}"));
                }
                // What the sanitiser lets through must not change when read once more.
                let again = super::super::html::reduce(&content, None);
                if let Err(why) = harmless(&again.content) {
                    failures.push(format!("{why} when read again: {content:?}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn plain_text_loses_nothing_however_much_it_looks_like_markup() {
    for payload in payloads::all() {
        let enriched = enriched(&payload, TextFormat::Plain);
        assert_eq!(
            enriched.body.plain_text(),
            super::super::clean::text(&payload, usize::MAX),
        );
    }
}

#[test]
fn no_payload_becomes_an_address() {
    for payload in payloads::all()
        .into_iter()
        .chain(["javascript:alert(1)".into()])
    {
        let mut draft = draft("x", TextFormat::Plain);
        draft.source.url = Some(payload.clone());
        draft.author = Author {
            url: Some(payload.clone()),
            img: Some(payload.clone()),
            ..Author::default()
        };
        draft.attachments = vec![Attachment {
            kind: AttachmentType::Url,
            url: Some(payload.clone()),
            title: Some("x".into()),
            image: Some(payload.clone()),
            description: None,
            caption: None,
            question: None,
            id: None,
            content: None,
        }];
        let body = enrich(draft, NOW).body;
        let attachment = &body.attachments[0];
        for address in [
            &body.source.url,
            &body.author.url,
            &body.author.img,
            &attachment.url,
            &attachment.image,
        ] {
            assert_eq!(address, &None, "{payload}");
        }
    }
}

#[test]
fn the_check_itself_finds_what_is_dangerous() {
    for html in [
        "<script>",
        "<img src=\"x\">",
        "<a onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=x>",
        "<p/>",
        "<p",
        "<!-- -->",
        "</p x=\"\">",
        "<A>",
    ] {
        assert!(harmless(html).is_err(), "{html}");
    }
    assert_eq!(
        harmless("a <a href=\"https://e.com\" rel=\"x\">b</a> &lt;"),
        Ok(())
    );
}
