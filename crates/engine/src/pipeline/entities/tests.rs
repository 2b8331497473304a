use proptest::prelude::*;

use super::*;

fn strings(list: &[Entity]) -> Vec<&str> {
    list.iter().map(|entity| entity.string.as_str()).collect()
}

fn slice(text: &str, entity: &Entity) -> String {
    text.chars()
        .skip(entity.start as usize)
        .take((entity.end - entity.start) as usize)
        .collect()
}

#[test]
fn hashtags_are_unicode_words_with_a_letter() {
    for (text, expected) in [
        ("#one two #three!", vec!["#one", "#three"]),
        ("＃全角 と #日本語 です", vec!["＃全角", "#日本語"]),
        (
            "#été #Łódź #ελλάδα #россия",
            vec!["#été", "#Łódź", "#ελλάδα", "#россия"],
        ),
        (
            "#café\u{301}s and #e\u{301}t",
            vec!["#café\u{301}s", "#e\u{301}t"],
        ),
        (
            "#हिन्दी #ไทย #עִבְרִית #مرحبا",
            vec!["#हिन्दी", "#ไทย", "#עִבְרִית", "#مرحبا"],
        ),
        ("#2021 #123 #1a #_ #_a", vec!["#1a", "#_a"]),
        ("a#b word#tag 9#x", vec![]),
        ("&#39; and &#x27;", vec![]),
        ("##twice #a#b", vec!["#twice"]),
        ("#tag://x", vec![]),
        ("#️⃣ #⃣ #", vec![]),
        (
            "(#in) \"#quotes\" .#dot ,#comma 😀#emoji",
            vec!["#in", "#quotes", "#dot", "#comma", "#emoji"],
        ),
        (
            "#end. #comma, #dash-not #under_score",
            vec!["#end", "#comma", "#dash", "#under_score"],
        ),
        (
            "https://example.com/#fragment https://e.com/a#b #real",
            vec!["#real"],
        ),
    ] {
        assert_eq!(strings(&find(text).hashtags), expected, "{text}");
    }
}

#[test]
fn users_are_not_found_in_words_mail_addresses_and_links() {
    for (text, expected) in [
        ("@username reply", vec!["@username"]),
        (
            "mention @user_name, and @12345.",
            vec!["@user_name", "@12345"],
        ),
        ("の@usernameに到着", vec!["@username"]),
        ("＠wide is a user", vec!["＠wide"]),
        ("Current Status: @_@ (cc: @username)", vec!["@username"]),
        ("@aliceìnheiro something", vec![]),
        ("@username email me @test@example.com", vec!["@username"]),
        ("@http://twitter.com", vec![]),
        ("@a\n@b", vec!["@a", "@b"]),
        (
            "RT@username RT:@mention RT @test rt@x",
            vec!["@username", "@mention", "@test", "@x"],
        ),
        ("art@x f!@kn f@@kn f#@kn f$@kn f&@kn f*@kn", vec![]),
        ("mail me: anna@example.com or <bob@example.org>", vec![]),
        (
            "https://medium.com/@writer/post and @writer",
            vec!["@writer"],
        ),
        ("@list/slug", vec!["@list"]),
        ("@averyveryveryveryverylongnamethatisnone", vec![]),
    ] {
        assert_eq!(strings(&find(text).users), expected, "{text}");
    }
}

#[test]
fn links_end_where_the_sentence_goes_on() {
    for (text, expected) in [
        ("see http://example.com.", vec!["http://example.com"]),
        (
            "(https://en.wikipedia.org/wiki/Primer_(film))",
            vec!["https://en.wikipedia.org/wiki/Primer_(film)"],
        ),
        (
            "https://example.com/a?b=c&d=e#f, ok",
            vec!["https://example.com/a?b=c&d=e#f"],
        ),
        (
            "foo.com foo.net FOO.ORG foo.baz foo.jp foo.comm",
            vec!["foo.com", "foo.net", "FOO.ORG"],
        ),
        (
            "t.co/abcde bit.ly/abcde www.foo.co.uk foo.co.jp",
            vec!["t.co/abcde", "bit.ly/abcde", "www.foo.co.uk", "foo.co.jp"],
        ),
        ("The end.Now it.Is e.g. done i.e. v1.2.3", vec![]),
        (
            "http://twitter.com/これは日本語です。",
            vec!["http://twitter.com/"],
        ),
        ("これはexample.com中国語", vec!["example.com"]),
        ("http://例え.jp/テスト", vec!["http://例え.jp/"]),
        (
            "http://twitter.com/Русские_слова",
            vec!["http://twitter.com/Русские_слова"],
        ),
        (
            "javascript:alert(1) ftp://example.com mailto:a@b.com http://no-tld",
            vec![],
        ),
        ("anna@example.com", vec![]),
        ("no links here", vec![]),
    ] {
        assert_eq!(strings(&find(text).urls), expected, "{text}");
    }
}

#[test]
fn positions_are_code_points_and_not_bytes_or_utf16_units() {
    let text = "👩‍👩‍👧 e\u{301} שלום @anna #日本 https://e.com/x";
    let found = find(text);
    assert_eq!((found.users[0].start, found.users[0].end), (14, 19));
    for entity in found.users.iter().chain(&found.hashtags).chain(&found.urls) {
        assert_eq!(slice(text, entity), entity.string);
    }
    assert_eq!(strings(&found.urls), ["https://e.com/x"]);
}

#[test]
fn links_and_names_do_not_count_as_language() {
    let text = "@anna Guten Tag, https://example.com/the/and #hallo";
    assert_eq!(
        without_links_and_users(text, &find(text)),
        " Guten Tag,  #hallo"
    );
}

#[test]
fn a_text_of_nothing_but_signs_has_a_bounded_number_of_entities() {
    let text = "#a @b http://c.de ".repeat(5_000);
    let found = find(&text);
    assert_eq!(
        (found.hashtags.len(), found.users.len(), found.urls.len()),
        (MAX_OF_A_KIND, MAX_OF_A_KIND, MAX_OF_A_KIND)
    );
}

fn snippets() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("👩‍👩‍👧".to_owned()),
        Just("🇳🇱".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("\u{202b}שלום\u{202c}".to_owned()),
        Just("日本語".to_owned()),
        Just("＃全角".to_owned()),
        Just("＠wide".to_owned()),
        Just("#tag".to_owned()),
        Just("@user".to_owned()),
        Just("https://example.com/päth?q=1#f".to_owned()),
        Just("www.example.org".to_owned()),
        Just("me@example.com".to_owned()),
        Just("\r\n".to_owned()),
        Just(" ".to_owned()),
        Just("\u{10ffff}".to_owned()),
        Just("#️⃣".to_owned()),
        any::<char>().prop_map(String::from),
        "[#@./:a-zA-Zé0-9 ]{0,12}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_slice_at_the_positions_of_an_entity_is_its_string(text in snippets()) {
        let found = find(&text);
        for list in [&found.hashtags, &found.users, &found.urls] {
            for entity in list {
                prop_assert_eq!(&slice(&text, entity), &entity.string);
            }
            for pair in list.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
        }
        for tag in &found.hashtags {
            prop_assert!(tag.string.starts_with(['#', '＃']) && tag.string.chars().count() > 1);
        }
        for user in &found.users {
            prop_assert!(user.string.starts_with(['@', '＠']));
        }
        let _ = without_links_and_users(&text, &found);
    }
}
