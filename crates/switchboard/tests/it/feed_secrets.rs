//! Feeds whose addresses hold passwords and keys: asked with them, shown without them.

use domain::ids::{AuditId, ChangeNumber};
use domain::scope::Scope;
use domain::time::HOUR_MS;
use serde_json::{Value, json};

use crate::conversocial::client::Cv;
use crate::support::{App, FeedSite, message_with};

/// What must be read nowhere.
const SECRETS: &[&str] = &["hunter2", "sesame", "annette", "YW5uZXR0ZTpodW50ZXIy"];

/// The address of a site with a name, a password and a key in it.
fn secret_address(site: &FeedSite) -> String {
    let address = site.address().replace("http://", "http://annette:hunter2@");
    format!("{address}?key=sesame&format=rss")
}

fn assert_tells_nothing(text: &str, what: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
}

/// Everything that can be read of an account in both dialects, and what is stored.
async fn assert_nowhere(app: &App, cv: &Cv, profile: &str) {
    for path in [
        "/{a}/settings/topic/{t}/profiles".to_owned(),
        format!("/{{a}}/settings/topic/{{t}}/profile/{profile}"),
        "/{a}/settings/topic/{t}".to_owned(),
        "/{a}/settings/topics".to_owned(),
        "/me/connectedprofiles".to_owned(),
        "/{a}/inbox/mentions".to_owned(),
    ] {
        let answer = app.get(&path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
        assert_tells_nothing(answer.text(), &path);
    }
    for field in ["source.profile", "source.domain"] {
        let facet = app
            .facet(&json!({"key": null, "segmentation": {"field": field}}))
            .await;
        assert_tells_nothing(&facet.to_string(), field);
    }
    for path in [
        "/v1.3/channels?fields=*".to_owned(),
        "/v1.3/channels".to_owned(),
        format!("/v1.3/channels/{profile}"),
        "/v1.3/conversations?status=unread&include=content".to_owned(),
    ] {
        let answer = cv.get(&path).await;
        assert_tells_nothing(answer.text(), &path);
    }
    let scope = Scope::system(app.first.account_id);
    let db = app.engine.db();
    let changes = store::changes::since(db, app.first.account_id, ChangeNumber::default(), 1_000)
        .await
        .unwrap();
    assert_tells_nothing(&format!("{changes:?}"), "the change log");
    let log = store::audit::list(db, app.account, AuditId(0), 1_000)
        .await
        .unwrap();
    assert_tells_nothing(&format!("{log:?}"), "the history");
    let profiles = store::profiles::list(db, &scope).await.unwrap();
    let stored: Vec<&str> = profiles
        .iter()
        .flat_map(|known| {
            let connection = &known.connection;
            [
                Some(known.service_id.as_str()),
                connection.cursor.as_deref(),
                connection.message.as_deref(),
            ]
        })
        .flatten()
        .collect();
    assert_tells_nothing(&stored.join(" "), "what is stored of profiles");
    for known in &profiles {
        let sealed = known
            .connection
            .address
            .as_ref()
            .map(domain::sealed::Sealed::bytes);
        assert_tells_nothing(
            &String::from_utf8_lossy(sealed.unwrap_or_default()),
            "the sealed address",
        );
    }
}

async fn connect(app: &App, address: &str) -> Value {
    app.make(
        "topic/{t}/profiles",
        "profile",
        &json!({"type": "rss", "service_id": address}),
    )
    .await
}

/// The key and the sign-in that the site was last asked with.
fn last_asked(site: &FeedSite) -> (String, Option<String>) {
    let asked = site.asked_for();
    let (target, headers) = asked.last().unwrap();
    let authorization = headers.get("authorization");
    (
        target.clone(),
        authorization.map(|value| value.to_str().unwrap().to_owned()),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_in_an_address_are_sent_to_the_feed_and_shown_to_nobody() {
    let app = App::test().await;
    let site = FeedSite::with(&[("2", "Ferry late"), ("1", "Crane repaired")]).await;
    let profile = connect(&app, &secret_address(&site)).await;
    let id = profile["id"].to_string();
    let shown = profile["service_id"].as_str().unwrap().to_owned();
    let expected = site.address().replace("http://", "http://•••@");
    assert!(
        shown.starts_with(&format!("{expected}?key=•••&format=rss#")),
        "{shown}"
    );
    app.run_jobs().await;
    assert_eq!(
        last_asked(&site),
        (
            "/feed?key=sesame&format=rss".to_owned(),
            Some("Basic YW5uZXR0ZTpodW50ZXIy".to_owned())
        )
    );
    let mentions = app.mentions(&[]).await.data();
    assert_eq!(mentions.len(), 2);
    assert_eq!(mentions[0]["source"]["profile"], shown);
    // The filter that is handed out finds what the profile brought, and so does its channel.
    let filter = profile["filters"]["profile"].as_str().unwrap();
    assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 2);
    let cv = app.program().await;
    let found = cv
        .json(&format!("/v1.3/conversations?status=unread&channels={id}"))
        .await;
    assert_eq!(found["conversations"].as_array().unwrap().len(), 2);
    assert_nowhere(&app, &cv, &id).await;

    // A failure is told without it, and a move is followed without telling it.
    site.status(500);
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_nowhere(&app, &cv, &id).await;
    site.status(301);
    site.header("location", "/moved?key=sesame");
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_nowhere(&app, &cv, &id).await;
    site.status(200);
    app.advance(12 * HOUR_MS);
    app.run_jobs().await;
    assert_nowhere(&app, &cv, &id).await;

    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{id}");
    app.delete(&path).await.response();
    let scope = Scope::system(app.first.account_id);
    let left = store::profiles::list(app.engine.db(), &scope)
        .await
        .unwrap();
    assert_eq!(left[0].connection.address, None, "nobody needs it any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_sent_back_as_it_was_shown_keeps_its_secret() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Crane repaired")]).await;
    let profile = connect(&app, &secret_address(&site)).await;
    let shown = profile["service_id"].as_str().unwrap().to_owned();
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{}", profile["id"]);
    let change = async |updates: Value| app.post_json(&path, &json!({ "updates": updates })).await;

    let same = change(json!({"service_id": shown, "displayname": "Port"})).await;
    assert_eq!(same.response()["service_id"], shown);
    app.run_jobs().await;
    assert_eq!(last_asked(&site).0, "/feed?key=sesame&format=rss");

    // Part of it is not the whole; and another place is another profile.
    let (part, _) = shown.split_once('#').unwrap();
    change(json!({ "service_id": part }))
        .await
        .assert_invalid("updates.service_id");
    change(json!({"service_id": format!("{}/other?key=sesame", site.address())}))
        .await
        .assert_invalid("updates.service_id");
    let again = json!({"profile": {"type": "rss", "service_id": part}});
    app.post_json("/{a}/settings/topic/{t}/profiles", &again)
        .await
        .assert_invalid("profile.service_id");
    let again = json!({"profile": {"type": "rss", "service_id": shown}});
    app.post_json("/{a}/settings/topic/{t}/profiles", &again)
        .await
        .assert_error(409, "conflict");

    // Another secret for the same place: the profile stays what it is.
    let renewed = secret_address(&site).replace("sesame", "simsalabim");
    let changed = change(json!({ "service_id": renewed })).await;
    assert_eq!(changed.response()["service_id"], shown);
    app.advance(HOUR_MS);
    site.show(&[("2", "Ferry late"), ("1", "Crane repaired")]);
    app.run_jobs().await;
    assert_eq!(last_asked(&site).0, "/feed?key=simsalabim&format=rss");
    let filter = profile["filters"]["profile"].as_str().unwrap();
    assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_keys_to_one_feed_are_two_profiles() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Crane repaired")]).await;
    let one = connect(&app, &format!("{}?key=sesame", site.address())).await;
    let other = connect(&app, &format!("{}?key=hunter2", site.address())).await;
    assert_ne!(one["service_id"], other["service_id"]);
    app.run_jobs().await;
    for profile in [one, other] {
        let filter = profile["filters"]["profile"].as_str().unwrap();
        assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_name_a_source_by_its_whole_address_tell_no_secret() {
    let app = App::test().await;
    let site = FeedSite::with(&[]).await;
    let address = secret_address(&site);
    let profile = connect(&app, &address).await;
    let shown = profile["service_id"].as_str().unwrap();
    for named in [address.as_str(), shown] {
        let item = json!({"source": {"service": "rss", "profile": named}});
        let mention = app.add_one(message_with("brought", item)).await;
        assert_eq!(mention["source"]["profile"], shown);
    }
    let filter = profile["filters"]["profile"].as_str().unwrap();
    assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 2);
    let cv = app.program().await;
    assert_nowhere(&app, &cv, &profile["id"].to_string()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_relative_to_an_address_with_a_secret_tells_nothing_of_it() {
    let app = App::test().await;
    let site = FeedSite::with(&[]).await;
    let item = |id: &str, rest: &str| {
        format!(
            "<item><guid isPermaLink='false'>{id}</guid><title>Item {id}</title>\
             <description>&lt;a href=\"rel\"&gt;more&lt;/a&gt; &lt;img src=\"i.png\"&gt;</description>\
             {rest}</item>"
        )
    };
    let items = [
        item("1", "<link>./one</link>"),
        item("2", "<link>#c1</link>"),
        item("3", "<link>?p=3</link>"),
        item("4", "<enclosure url='e.mp3' type='audio/mpeg'/>"),
        item("5", "<link>/news/5</link>"),
    ];
    site.show_body(&format!(
        "<rss version='2.0'><channel><title>Harbour News</title>\
         <image><url>pic.png</url></image>{}</channel></rss>",
        items.concat()
    ));
    let base = site.address().replace("/feed", "");
    let address =
        format!("{base}/a/token/sesame/rss.xml").replace("http://", "http://annette:hunter2@");
    let profile = connect(&app, &address).await;
    let shown = profile["service_id"].as_str().unwrap();
    assert!(shown.contains("/a/token/•••/rss.xml#"), "{shown}");
    app.run_jobs().await;
    assert_eq!(last_asked(&site).0, "/a/token/sesame/rss.xml");
    let mentions = app.mentions(&[]).await.data();
    assert_eq!(mentions.len(), 5);
    // What leads past the secret is kept, with what is relative to it.
    let whole = mentions
        .iter()
        .find(|mention| mention["message"]["title"] == "Item 5")
        .unwrap();
    assert_eq!(whole["source"]["url"], format!("{base}/news/5"));
    let content = whole["message"]["content"].to_string();
    assert!(content.contains(&format!("{base}/news/rel")), "{content}");
    let filter = profile["filters"]["profile"].as_str().unwrap();
    assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 5);
    let cv = app.program().await;
    assert_nowhere(&app, &cv, &profile["id"].to_string()).await;
}

/// A feed that writes its own address, secret and all, wherever an address or a text may stand.
fn feed_that_repeats(own: &str) -> String {
    let own = own.replace('&', "&amp;");
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>News of {own}</title><id>{own}</id>\
         <link href='{own}'/><logo>{own}</logo>\
         <author><name>{own}</name><uri>{own}</uri></author>\
         <entry><id>{own}</id><title>Ferry late {own}</title><link href='{own}'/>\
         <link rel='enclosure' href='{own}' type='audio/mpeg' title='{own}'/>\
         <category term='{own}'/><content type='html'>&lt;p>&lt;a href=\"{own}\">{own}&lt;/a>\
         &lt;img src=\"{own}\" alt='{own}'> &lt;a href='rel'>more&lt;/a>&lt;/p></content></entry>\
         <entry><title>Crane repaired</title><link href='{own}'/><content>{own}</content></entry>\
         <entry xml:base='{own}/x/'><id>3</id><title>Tide</title><link href='rel'/></entry></feed>"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_repeats_its_secret_in_whole_addresses_tells_nothing_of_it() {
    let app = App::test().await;
    let cv = app.program().await;
    for path in [
        "/calendar/feeds/me/private-9sesame86d081884c7d/basic",
        "/rss/show?auth=hunter2sesame",
        "/token/sesame/feed",
        "/u-token-sesame/feed?u=hunter2",
    ] {
        let site = FeedSite::with(&[]).await;
        let base = site.address().replace("/feed", "");
        let own = format!("{base}{path}").replace("http://", "http://annette:hunter2@");
        site.show_body(&feed_that_repeats(&own));
        let profile = connect(&app, &own).await;
        app.run_jobs().await;
        let filter = profile["filters"]["profile"].as_str().unwrap();
        assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 3);
        assert_nowhere(&app, &cv, &profile["id"].to_string()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_repeats_the_secret_of_a_redirect_tells_nothing_of_it() {
    let app = App::test().await;
    let site = FeedSite::with(&[]).await;
    let own = site.address().replace("/feed", "/token/sesame/rel/x");
    let target = FeedSite::with(&[]).await;
    let led_to = target.address().replace("/feed", "/token/sesame/rel/feed");
    target.show_body(&feed_that_repeats(&own));
    site.status(302);
    site.header("location", &led_to);
    let profile = connect(&app, &site.address()).await;
    app.run_jobs().await;
    assert_eq!(last_asked(&target).0, "/token/sesame/rel/feed");
    let filter = profile["filters"]["profile"].as_str().unwrap();
    assert_eq!(app.mentions(&[("filter", filter)]).await.count(), 3);
    let cv = app.program().await;
    assert_nowhere(&app, &cv, &profile["id"].to_string()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_of_an_address_that_is_shown_finds_what_its_source_brought() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Crane repaired")]).await;
    let base = site.address();
    for address in [
        format!("{base}?id=1;key=sesame"),
        format!("{base}?feed=rss2?key=sesame"),
        format!("{base}?q=%22x%20y%22%26token%3Dsesame"),
        format!("{base}/token:sesame/x"),
        format!("{base}/passkeys/sesame"),
        format!("{base}/https://annette:hunter2@inner.example/feed"),
    ] {
        let profile = connect(&app, &address).await;
        app.run_jobs().await;
        let filter = profile["filters"]["profile"].as_str().unwrap();
        assert_eq!(
            app.mentions(&[("filter", filter)]).await.count(),
            1,
            "{filter}"
        );
        assert_tells_nothing(&profile.to_string(), "the profile");
    }
}
