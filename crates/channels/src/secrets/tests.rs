//! Addresses as they are given and as they are shown.

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
        ("https://a.example/keys/hush", "https://a.example/keys/•••"),
        (
            "https://a.example/pin/1984/x",
            "https://a.example/pin/•••/x",
        ),
        (
            "https://a.example/keys/hush1.xml",
            "https://a.example/keys/•••",
        ),
        (
            "https://a.example/f?user=hunter2&name=hunter2#hunter2",
            "https://a.example/f?user=•••&name=•••#•••",
        ),
        (
            "https://a.example/f?category=token%2Fhush",
            "https://a.example/f?category=•••",
        ),
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
            "https://a.example/JBSWY3DPEHPK3PXP/f",
            "https://a.example/•••/f",
        ),
        (
            "https://x7k2m9q4w8e1r5t3z.m.example/x7k2m9q4w8e1r5t3z",
            "https://•••.m.example/•••",
        ),
        (
            "https://jbswy3dpehpk3pxp.m.example/f",
            "https://•••.m.example/f",
        ),
        (
            "https://a.example/a-letter-from-the-harbour-of-x7k2m9q4w8e1/f",
            "https://a.example/•••/f",
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
fn a_secret_is_known_by_the_word_before_it_however_they_are_joined() {
    for part in [
        "u-token-hush",
        "feed_key_hush",
        "my-feed-key-hush",
        "code-hush",
        "code-hush.xml",
        "token@hush",
        "token*hush",
        "token(hush)",
        "token[hush]",
        "token'hush",
        "token^hush",
        "{token}hush",
        "token--hush",
        "pass.hush",
        "private.hush.rss",
        "secret-correct-horse-battery",
        "session-2024x",
        "auth-token-hush",
    ] {
        let address = format!("https://a.example/{part}/feed.xml");
        let shown = without_secrets(&address).unwrap_or(address);
        assert!(!shown.contains("hush") && is_incomplete(&shown), "{shown}");
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
        "https://news.example/rss?hl=en-US&gl=US&ceid=US%3Aen&edition=uk",
        "https://a.example/?p=12&feed=rss2",
        "https://forum.example/feed.php?f=12&t=345&mode=topic",
        "https://a.example/feeds?tagnames=rust&sort=newest",
        "https://a.example/search.rss?q=rust+lang&restrict_sr=on&sort=new&t=week",
        "https://news.example/newest?points=10&sortBy=mostRecent&q=covid9",
        "https://a.example/rss?category=news%2Flocal",
        "https://www.youtube.com/feeds/videos.xml?playlist_id=RDCLAK5uy_kmPRjHDECIcuVwnKsx2Ng7fyNgFKWNJFs",
        "https://news.google.com/rss/topics/CAAqJggKIiBDQkFTRWdvSUwyMHZNRFZxYUdjU0FtVnVHZ0pWVXlnQVAB?hl=en-US&gl=US&ceid=US:en",
        "https://bsky.example/profile/did:plc:z72i7hdynmk6r22z27h6tvur/rss",
        "https://www.omnycontent.com/d/playlist/aaea4e69-af51-495e-afc9-a9760146922b/2a195077-f014-41d2-8313-ab190186b4c2/podcast.rss",
        "https://feeds.acast.com/public/shows/5e7b777ba085cbe7192b0607",
        "https://feeds.megaphone.example/GLT1412515089",
        "https://a.example/outboundfeeds/?outputType=xml&service=rss",
        "https://a.example/tickets/open.rss",
        "https://a.example/keys/piano.xml",
        "https://a.example/session/2024/feed.xml",
        "https://a.example/passwords-and-you/feed.xml",
        "https://a.example/key-figures.rss",
        "https://a.example/login.php",
        "https://a.example/Donaudampfschifffahrtsgesellschaft.xml",
        "https://a.example/f?q=Donaudampfschifffahrtsgesellschaft",
        "48016",
        "northwind",
    ] {
        assert_eq!(without_secrets(address), None, "{address}");
    }
}

#[test]
fn identifiers_are_public_at_their_own_host_alone() {
    for address in [
        "https://other.example/d/playlist/aaea4e69-af51-495e-afc9-a9760146922b/podcast.rss",
        "https://feeds.acast.com/private/5e7b777ba085cbe7192b0607",
        "https://www.omnycontent.com/d/playlist/podcast.rss?u=aaea4e69-af51-495e-afc9-a9760146922b",
        "https://other.example/f?channel_id=UCXuqSBlHAE6Xw-yeJA0Tunw",
        "https://a.example/did:plc:z72i7hdynmk6r22z27h6tvur0",
    ] {
        assert!(without_secrets(address).is_some(), "{address}");
    }
}
