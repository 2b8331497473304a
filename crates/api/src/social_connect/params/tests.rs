use super::*;
use domain::ids::TopicId;
use proptest::prelude::*;

fn params(query: &str, content_type: Option<&str>, body: &str) -> Params {
    let mut params = Params::from_query(query).unwrap();
    params.merge_body(content_type, body.as_bytes()).unwrap();
    params
}

fn query(query: &str) -> Params {
    Params::from_query(query).unwrap()
}

fn topics(params: &Params) -> Result<Option<Vec<i64>>, Error> {
    params.ids("topic_ids", |word| TopicId::parse(word).map(TopicId::get))
}

fn field(error: Error) -> String {
    match error {
        Error::Invalid { field, .. } => field,
        other => panic!("{other}"),
    }
}

#[test]
fn every_way_to_write_a_list_means_the_same() {
    for text in [
        "topic_ids=1,2,3",
        "topic_ids[0]=1&topic_ids[1]=2&topic_ids[2]=3",
        "topic_ids%5B%5D=1&topic_ids%5B%5D=2&topic_ids%5B%5D=3",
        "topic_ids=1&topic_ids=2&topic_ids=3",
        "topic_ids=[1,2,\"3\"]",
        "topic_ids=1,,2,%20null,3",
    ] {
        assert_eq!(topics(&query(text)).unwrap(), Some(vec![1, 2, 3]), "{text}");
    }
    for body in [
        r#"{"topic_ids":[1,"2",3]}"#,
        r#"{"topic_ids":"1,2,3"}"#,
        r#"{"topic_ids":{"0":1,"1":2,"5":3}}"#,
    ] {
        let found = topics(&params("", Some("application/json"), body));
        assert_eq!(found.unwrap(), Some(vec![1, 2, 3]), "{body}");
    }
    assert_eq!(
        field(topics(&query("topic_ids=1,x")).unwrap_err()),
        "topic_ids"
    );
    assert_eq!(topics(&query("topic_ids=&topic_ids[]=")).unwrap(), None);
}

#[test]
fn empty_null_and_undefined_are_absent() {
    let params = query("date_from=&date_to=null&options=undefined&filter=%20");
    for name in ["date_from", "date_to", "options", "filter"] {
        assert!(!params.has(name), "{name}");
    }
    let body = super::tests::params(
        "",
        Some("application/json"),
        r#"{"a":null,"b":"","c":"undefined","d":0}"#,
    );
    assert!(!body.has("a") && !body.has("b") && !body.has("c") && body.has("d"));
}

#[test]
fn a_body_counts_over_the_query_and_forms_are_read_leniently() {
    let both = params(
        "limit=5&filter=a&access_token=q",
        Some("application/x-www-form-urlencoded"),
        "filter=b&&access_token=t&",
    );
    assert_eq!(both.text("filter").as_deref(), Some("b"));
    assert_eq!(both.text("access_token").as_deref(), Some("t"));
    assert_eq!(both.text("limit").as_deref(), Some("5"));
    assert_eq!(query("a=1&a=2").text("a").as_deref(), Some("2"));
    assert_eq!(
        query("a=%zz%ff+b").text("a").as_deref(),
        Some("%zz\u{fffd} b")
    );
    assert_eq!(query("a=x%00y").text("a").as_deref(), Some("xy"));
}

#[test]
fn json_comes_as_a_body_or_inside_a_field() {
    let expected = serde_json::json!({"status": "done"});
    for (kind, body) in [
        (
            Some("application/x-www-form-urlencoded"),
            "updates=%7B%22status%22:%22done%22%7D",
        ),
        (
            Some("application/json; charset=utf-8"),
            r#"{"updates":{"status":"done"}}"#,
        ),
        (
            Some("application/json"),
            r#"{"updates":"{\"status\":\"done\"}"}"#,
        ),
        (
            Some("application/x-www-form-urlencoded"),
            r#" {"updates":{"status":"done"}}"#,
        ),
        (None, r#"{"updates":{"status":"done"}}"#),
    ] {
        assert_eq!(
            params("", kind, body).json("updates").unwrap(),
            Some(expected.clone()),
            "{body}"
        );
    }
    assert_eq!(
        field(query("updates={").json("updates").unwrap_err()),
        "updates"
    );
    let mut broken = Params::default();
    assert_eq!(
        field(
            broken
                .merge_body(Some("application/json"), b"[1]")
                .unwrap_err()
        ),
        "body"
    );
    assert_eq!(
        field(
            broken
                .merge_body(Some("multipart/form-data; boundary=x"), b"x")
                .unwrap_err()
        ),
        "body"
    );
    let deep = format!("updates={}1{}", "[".repeat(60), "]".repeat(60));
    assert_eq!(field(query(&deep).json("updates").unwrap_err()), "updates");
}

#[test]
fn limits_are_clamped_and_only_nonsense_is_refused() {
    for (text, expected) in [
        ("", 20),
        ("0", 0),
        ("-5", 0),
        ("99999", 100),
        ("999999999999999999999", 100),
        ("+7", 7),
    ] {
        assert_eq!(
            query(&format!("limit={}", text.replace('+', "%2B")))
                .limit(20, 0..=100)
                .unwrap(),
            expected,
            "{text}"
        );
    }
    assert!(query("limit=ten").limit(20, 0..=100).is_err());
    assert!(query("limit=1.5").limit(20, 0..=100).is_err());
}

#[test]
fn flags_are_words_or_digits() {
    for (text, expected) in [("1", true), ("0", false), ("true", true), ("False", false)] {
        assert_eq!(
            query(&format!("f={text}")).flag("f").unwrap(),
            Some(expected)
        );
    }
    assert_eq!(query("").flag("f").unwrap(), None);
    assert_eq!(field(query("f=yes").flag("f").unwrap_err()), "f");
}

#[test]
fn dates_are_taken_as_recorded_clients_send_them() {
    for (text, seconds) in [
        ("2014-04-26T22:00:00+00:00", 1_398_549_600),
        ("2014-04-26T22:00:00 00:00", 1_398_549_600),
        ("2014-04-27T00:00:00+0200", 1_398_549_600),
        ("2014-04-26T22:00:00Z", 1_398_549_600),
        ("2014-04-26T22:00:00", 1_398_549_600),
        ("2014-04-26T22:00", 1_398_549_600),
        ("2014-04-26", 1_398_470_400),
        ("20140426", 1_398_470_400),
        ("2021-01-31 12:00:00", 1_612_094_400),
        ("2021-01-31 12:00:00.250", 1_612_094_400),
        ("2021-01-31 12:00:00+01:00", 1_612_090_800),
        ("1612094400", 1_612_094_400),
        ("0", 0),
    ] {
        assert_eq!(
            parse_date(text).map(UnixMillis::seconds),
            Some(seconds),
            "{text}"
        );
    }
    for text in [
        "yesterday",
        "2021-13-01",
        "2021-01-31T12:00:00 Nowhere",
        "2021-01-31T12:00:00+99:00",
        "12:00",
        "1612094400123456",
    ] {
        assert_eq!(parse_date(text), None, "{text}");
    }
}

#[test]
fn members_of_json_objects_are_named_in_errors() {
    let updates = query(r#"updates={"priority":{"id":"x"},"tags":["a",{}],"n":"7","f":7.0}"#)
        .required_object("updates")
        .unwrap();
    let priority = updates.object("priority").unwrap().unwrap();
    assert_eq!(
        field(priority.integer("id").unwrap_err()),
        "updates.priority.id"
    );
    assert_eq!(field(updates.texts("tags").unwrap_err()), "updates.tags[1]");
    assert_eq!(updates.integer("n").unwrap(), Some(7));
    assert_eq!(updates.integer("f").unwrap(), Some(7));
    assert_eq!(
        field(query("").required_object("updates").unwrap_err()),
        "updates"
    );
}

#[test]
fn the_normal_form_joins_lists() {
    let pairs = query("topic_ids[0]=1&filter=a,b&topic_ids[1]=2&date_from=").normalised();
    assert_eq!(
        pairs,
        [
            ("topic_ids".to_owned(), "1,2".to_owned()),
            ("filter".to_owned(), "a,b".to_owned())
        ]
    );
}

proptest! {
    #[test]
    fn nothing_that_is_sent_panics(
        sent_query in "\\PC{0,60}|[a-z0-9%&=\\[\\]{}\",:.+ -]{0,80}",
        kind in prop_oneof![Just(None), Just(Some("application/json")), Just(Some("application/x-www-form-urlencoded")), Just(Some(";;"))],
        body in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut params = Params::from_query(&sent_query).unwrap();
        let _ = params.merge_body(kind, &body);
        for (name, _) in params.normalised() {
            let _ = (params.text(&name), params.flag(&name), params.date(&name), params.list(&name), params.json(&name));
            let _ = params.object(&name);
        }
        let _ = params.limit(20, 0..=100);
    }

    #[test]
    fn no_text_breaks_the_date_reader(text in "\\PC{0,30}|[0-9TZ:+. -]{0,30}") {
        let _ = parse_date(&text);
    }
}
