//! What in an address may be a secret, and the address without it.
//!
//! Nothing says which part of an address is a key, so what is not plainly harmless is taken for
//! one: who signs in, the value of every parameter that is not a usual one of feeds or that is no
//! plain word or number, what follows a word such as `token`, and parts of the host and the path
//! that look as if a machine had made them up.

mod hidden;
mod made_up;
mod parameters;
mod path;
mod words;

use url::{Host, Url};

pub(crate) use hidden::Hidden;

use made_up::is_made_up_label;
use parameters::{is_plain, is_unmixed, is_youtube, query};
use path::path;

/// Stands for what was taken out.
pub const HIDDEN: &str = "•••";

/// Whether something was taken out of an address.
pub fn is_incomplete(address: &str) -> bool {
    // As it is shown, and as programs write it that parse and print addresses.
    address.contains(HIDDEN) || address.contains("%E2%80%A2%E2%80%A2%E2%80%A2")
}

/// The address without what may be a secret; `None` when there is no such thing in it, or when it
/// is no web address.
pub fn without_secrets(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let Some(given_host) = url.host_str() else {
        // `feed:https://…`
        let inner = without_secrets(url.path().trim_start()).filter(|_| url.cannot_be_a_base())?;
        return Some(format!("{}:{inner}", url.scheme()));
    };
    let mut is_secret = false;
    let mut hide = |text: &str, shown: String| {
        is_secret |= text != shown;
        shown
    };
    let mut shown = format!("{}://", url.scheme());
    if !url.username().is_empty() || url.password().is_some() {
        shown.push_str(&hide("", format!("{HIDDEN}@")));
    }
    shown.push_str(&hide(given_host, host(&url)));
    if let Some(port) = url.port() {
        shown.push(':');
        shown.push_str(&port.to_string());
    }
    // Names of topics there, which are long and public.
    let is_public = given_host == "news.google.com" && url.path().starts_with("/rss/");
    let shown_path = if is_public {
        url.path().to_owned()
    } else {
        path(url.path())
    };
    shown.push_str(&hide(url.path(), shown_path));
    if let Some(given) = url.query() {
        shown.push('?');
        shown.push_str(&hide(given, query(given, is_youtube(given_host))));
    }
    if let Some(given) = url.fragment() {
        let is_shown = is_plain(given) && is_unmixed(given);
        let fragment = if is_shown { given } else { HIDDEN };
        shown.push('#');
        shown.push_str(&hide(given, fragment.to_owned()));
    }
    is_secret.then_some(shown)
}

/// What addresses may be resolved against that are then shown: the address without secrets, by which
/// one that would tell a secret can be known ([`is_incomplete`]). `None` when the host is one.
pub(crate) fn base(url: &Url) -> Option<Url> {
    match without_secrets(url.as_str()) {
        None => Some(url.clone()),
        Some(shown) => Url::parse(&shown)
            .ok()
            .filter(|shown| shown.host_str() == url.host_str()),
    }
}

/// The host of an address, without the parts that look made up.
pub(crate) fn host(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name
            .split('.')
            .map(|label| {
                if is_made_up_label(label) {
                    HIDDEN
                } else {
                    label
                }
            })
            .collect::<Vec<_>>()
            .join("."),
        _ => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// The same, without what was taken out: a name for where something came from.
pub(crate) fn domain(url: &Url) -> String {
    let host = host(url);
    let labels: Vec<&str> = host.split('.').filter(|label| *label != HIDDEN).collect();
    let domain = labels.join(".");
    domain.strip_prefix("www.").unwrap_or(&domain).to_owned()
}

/// A sentence that may name a host, without the parts of it that look made up.
pub(crate) fn in_sentence(text: &str) -> String {
    let is_of_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_label) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_of_label(c)).unwrap_or(from.len());
        let (label, after) = from.split_at(end);
        shown.push_str(before);
        shown.push_str(if is_made_up_label(label) {
            HIDDEN
        } else {
            label
        });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_taken_out() {
        for (address, shown) in [
            ("https://me:pw@a.example/feed", "https://•••@a.example/feed"),
            ("https://token@a.example/feed", "https://•••@a.example/feed"),
            ("https://:pw@a.example:8443/", "https://•••@a.example:8443/"),
            (
                "https://a.example/f?key=abc&token=d&format=atom",
                "https://a.example/f?key=•••&token=•••&format=atom",
            ),
            ("https://a.example/f?x=1", "https://a.example/f?x=•••"),
            (
                "https://a.example/f?%74oken=1",
                "https://a.example/f?%74oken=•••",
            ),
            ("https://a.example/f?hunter2", "https://a.example/f?•••"),
            (
                "https://a.example/f?id=9f86d081884c7d659a2feaa0c55ad015",
                "https://a.example/f?id=•••",
            ),
            (
                "https://a.example?token=a/b@c",
                "https://a.example/?token=•••",
            ),
            ("https://a.example/f#token=hush", "https://a.example/f#•••"),
            (
                "https://a.example/ical/me/private-9f86d081884c7d659a2feaa0c55ad015/basic.xml",
                "https://a.example/ical/me/•••/basic.xml",
            ),
            (
                "https://a.example/feeds/token/hush/1",
                "https://a.example/feeds/token/•••/1",
            ),
            (
                "https://a.example/api-key/hush.xml",
                "https://a.example/api-key/•••",
            ),
            (
                "https://a.example/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/x",
                "https://a.example/•••/x",
            ),
            (
                "https://a.example/1b4e28ba-2fa1-11d2-883f-0016d3cca427.rss",
                "https://a.example/•••.rss",
            ),
            ("https://a.example/f;sid=12", "https://a.example/f;•••"),
            ("https://a.example/key=12/f", "https://a.example/key=•••/f"),
            // Addresses within the address.
            (
                "https://a.example/https://me:innerpw@inner.example/feed",
                "https://a.example/https://•••/feed",
            ),
            (
                "https://a.example/https%3A%2F%2Fme%3Apw%40inner.example%2Ffeed",
                "https://a.example/•••",
            ),
            (
                "https://a.example/p?feed=https://me:innerpw@inner.example/feed",
                "https://a.example/p?feed=•••",
            ),
            (
                "feed:https://me:pw@a.example/f",
                "feed:https://•••@a.example/f",
            ),
            // Parameters that are parted otherwise, or encoded.
            (
                "https://a.example/f?id=1;key=hush",
                "https://a.example/f?id=1;key=•••",
            ),
            (
                "https://a.example/f?feed=rss2?key=hush",
                "https://a.example/f?feed=rss2?key=•••",
            ),
            (
                "https://a.example/f?q=x%26token%3Dhush",
                "https://a.example/f?q=•••",
            ),
            (
                "https://a.example/f?q=x%2526token%253Dhush",
                "https://a.example/f?q=•••",
            ),
            (
                "https://a.example/f?user=me:hush",
                "https://a.example/f?user=•••",
            ),
            (
                "https://a.example/f?s=hush12session",
                "https://a.example/f?s=•••",
            ),
            (
                "https://a.example/f?id=hush27",
                "https://a.example/f?id=•••",
            ),
            (
                "https://a.example/f?channel_id=hush",
                "https://a.example/f?channel_id=•••",
            ),
            ("https://a.example/f?hush=", "https://a.example/f?•••"),
            ("https://a.example/f#token/hush", "https://a.example/f#•••"),
            // Words before a secret, however they are written and joined.
            (
                "https://a.example/feeds/feed-token/hush/1",
                "https://a.example/feeds/feed-token/•••/1",
            ),
            (
                "https://a.example/passkey/hush",
                "https://a.example/passkey/•••",
            ),
            (
                "https://a.example/rsskey/hush",
                "https://a.example/rsskey/•••",
            ),
            (
                "https://a.example/accesstoken/hush",
                "https://a.example/accesstoken/•••",
            ),
            (
                "https://a.example/access_key/hush",
                "https://a.example/access_key/•••",
            ),
            (
                "https://a.example/tokens/hush",
                "https://a.example/tokens/•••",
            ),
            (
                "https://a.example/session/hush",
                "https://a.example/session/•••",
            ),
            ("https://a.example/pwd/hush", "https://a.example/pwd/•••"),
            (
                "https://a.example/%74oken/hush",
                "https://a.example/%74oken/•••",
            ),
            (
                "https://a.example/token/feed/hush",
                "https://a.example/token/feed/•••",
            ),
            ("https://a.example/token:hush/x", "https://a.example/•••/x"),
            ("https://a.example/token,hush/x", "https://a.example/•••/x"),
            (
                "https://a.example/api_key-hush/x",
                "https://a.example/•••/x",
            ),
            ("https://a.example/key-h4sh/x", "https://a.example/•••/x"),
            (
                "https://a.example/secret%2Fhush/x",
                "https://a.example/•••/x",
            ),
            (
                "https://a.example/private-hushhush/basic.ics",
                "https://a.example/•••/basic.ics",
            ),
            (
                "https://a.example/u-token-hush/f",
                "https://a.example/•••/f",
            ),
            (
                "https://a.example/feed_key_hush/f",
                "https://a.example/•••/f",
            ),
            ("https://a.example/token@hush/f", "https://a.example/•••/f"),
            ("https://a.example/token*hush/f", "https://a.example/•••/f"),
            ("https://a.example/token(hush)/f", "https://a.example/•••/f"),
            ("https://a.example/pass.hush/f", "https://a.example/•••/f"),
            (
                "https://a.example/f?user=hunter2",
                "https://a.example/f?user=•••",
            ),
            (
                "https://a.example/f?name=hunter2",
                "https://a.example/f?name=•••",
            ),
            ("https://a.example/f#hunter2", "https://a.example/f#•••"),
            // What looks made up.
            (
                "https://a.example/u/vr45Y-SYlJRMhOi-__iGDQ.rss",
                "https://a.example/u/•••.rss",
            ),
            (
                "https://a.example/u/SFL4-y_V0vb5L6qf2NLNCQ.rss",
                "https://a.example/u/•••.rss",
            ),
            (
                "https://a.example/u/x7k2m9q4w8e1r5t3z",
                "https://a.example/u/•••",
            ),
            (
                "https://a.example/u/JBSWY3DPEHPK3PXP/f",
                "https://a.example/u/•••/f",
            ),
            (
                "https://x7k2m9q4w8e1r5t3z.a.example/f",
                "https://•••.a.example/f",
            ),
            (
                "https://a.example/f/9f86d081884c7d65",
                "https://a.example/f/•••",
            ),
            (
                "https://a.example/f/QWERTYuiopASDFGHjklzxcvbnmqwertz",
                "https://a.example/f/•••",
            ),
            (
                "https://9f86d081884c7d659a2feaa0c55ad015.m.example/f",
                "https://•••.m.example/f",
            ),
        ] {
            assert_eq!(
                without_secrets(address).as_deref(),
                Some(shown),
                "{address}"
            );
        }
    }

    #[test]
    fn what_is_resolved_against_an_address_tells_no_secret_of_it() {
        let url = |text: &str| Url::parse(text).unwrap();
        let base_of = |text: &str| base(&url(text)).map(String::from);
        let plain = "https://a.example/dir/feed.xml";
        assert_eq!(base_of(plain).as_deref(), Some(plain));
        let shown = base_of("https://a.example/token/hush/feed.xml").unwrap();
        assert!(is_incomplete(&shown) && !shown.contains("hush"), "{shown}");
        assert_eq!(
            base_of("https://9f86d081884c7d659a2feaa0c55ad015.m.example/"),
            None
        );
        let host = url("https://9f86d081884c7d659a2feaa0c55ad015.m.example/");
        assert_eq!(domain(&host), "m.example");
        assert_eq!(
            in_sentence(
                "9f86d081884c7d659a2feaa0c55ad015.m.example answered 500 Internal Server Error"
            ),
            "•••.m.example answered 500 Internal Server Error"
        );
    }

    #[test]
    fn usual_addresses_stay_as_they_are() {
        for address in [
            "https://a.example/feed.xml",
            "http://127.0.0.1:9/feed",
            "https://a.example/with@sign",
            "https://a.example/f#news",
            "https://a.example/?feed=rss2&cat=12&lang=nl",
            "https://a.example/index.php?rss2",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCXuqSBlHAE6Xw-yeJA0Tunw",
            "https://a.example/2026/01/why-we-moved-42-servers-to-the-cellar-of-a-friend.xml",
            "https://news.example/rss/search?q=night+bus&hl=en&gl=BE&ceid=BE:en",
            "https://a.example/?s=harbour&feed=rss2&paged=2&withoutcomments=1",
            "https://a.example/f?format=xml&page=2&id=48016&lang=pt-BR",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PLrEnWoR732-BHrPp_Pm8_VleD68f9s14-",
            "https://www.youtube.com/feeds/videos.xml?user=GoogleDevelopers",
            "https://news.example/rss/search?q=%22night%20bus%22+when:7d&hl=en",
            "https://a.example/suche?q=stra%C3%9Fe",
            "https://a.example/key-findings/private/feed.xml",
            "https://a.example/hockey/nhl.xml",
            "https://a.example/the-secret-of-good-bread.xml",
            "https://xn--80aaxitdbjk0a0b1c2d3e4f.example/f",
            "https://a.example/@somebody/feed",
            "https://a.example/passwords-and-you/feed.xml",
            "https://a.example/login.php?format=rss",
            "https://a.example/TheNewYorkTimes",
            "https://a.example/rechtsschutzversicherungsgesellschaften.rss",
            "https://a.example/?s=donaudampfschifffahrtsgesellschaft",
            "https://a.example/forum.php?f=12&t=345&p=12",
            "https://a.example/questions?tagnames=rust&sort=newest&edition=uk",
            "https://a.example/r/rust/search.rss?q=axum&restrict_sr=on",
            "https://a.example/newest?points=10&sortBy=mostRecent",
            "https://a.example/f?category=news%2Flocal",
            "https://news.google.com/rss/topics/CAAqJggKIiBDQkFTRWdvSUwyMHZNRFZxYUdjU0FtVnVHZ0pWVXlnQVAB?hl=en-US&gl=US&ceid=US%3Aen",
            "https://bsky.example/profile/did:plc:z72i7hdynmk6r22z27h6tvur/rss",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=RDCLAK5uy_kmPRjHDECIcuVwnKsx2Ng7fyNgFKWNJFs",
            "https://a.example/f?author=12",
            "48016",
            "northwind",
        ] {
            assert_eq!(without_secrets(address), None, "{address}");
        }
    }
}
