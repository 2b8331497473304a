//! What a person does at the pages under `/account`.

use engine::auth::operator::{self, Way};
use engine::auth::{authenticate, password_links, setup};
use http::{StatusCode, header};

use super::world::{Browser, EMAIL, PASSWORD, World, world};

const NEW: &str = "die Fähre nach Wyk fährt pünktlich";
const PAGES: [&str; 5] = [
    "/account",
    "/account/password/",
    "/account/sessions",
    "/account/access",
    "/account/invitation",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_asks_for_a_sign_in_and_goes_on_to_itself() {
    let world = world().await;
    for path in PAGES {
        let mut browser = Browser::new(&world);
        let asked = browser.get(path).await;
        assert_eq!(asked.status, StatusCode::OK);
        assert!(asked.body.contains("name=\"password\""), "{path}");
        assert!(!asked.body.contains(EMAIL), "{path}");
        let signed_in = browser.sign_in(path).await;
        assert_eq!(
            signed_in.status,
            StatusCode::SEE_OTHER,
            "{}",
            signed_in.body
        );
        assert_eq!(signed_in.location(), path.trim_end_matches('/'));
        let shown = browser.get(path).await;
        if path == "/account/invitation" {
            assert_eq!(shown.status, StatusCode::GONE, "there is none");
            continue;
        }
        assert!(shown.body.contains(EMAIL), "{path}");
        let policy = shown.header(header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(shown.header(header::CACHE_CONTROL), "no-store");
        assert!(!shown.body.contains("<script") && !shown.body.contains("style="));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_and_this_browser_stays_signed_in() {
    let world = world().await;
    let mut other = Browser::new(&world);
    other.sign_in("/account").await;
    let mut browser = Browser::new(&world);
    browser.sign_in("/account").await;
    let path = "/account/password";
    let token = browser.get(path).await.form_token();
    let form = |current, new, again| {
        [
            ("form_token", token.clone()),
            ("action", "change_password".to_owned()),
            ("current_password", String::from(current)),
            ("password", String::from(new)),
            ("password_again", String::from(again)),
        ]
    };
    for (pairs, words) in [
        (form("wrong", NEW, NEW), "not the current password"),
        (
            form(PASSWORD, NEW, "something else"),
            "The two passwords differ.",
        ),
        (form(PASSWORD, "short", "short"), "at least 15 characters"),
        (form(PASSWORD, PASSWORD, PASSWORD), "is the current one"),
        (form(PASSWORD, "", ""), "at least 15 characters"),
    ] {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let refused = browser.post(path, &pairs).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{words}");
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
        assert!(!refused.body.contains(NEW), "no password is sent back");
    }
    let pairs = form(PASSWORD, NEW, NEW);
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let done = browser.post(path, &pairs).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let shown = browser.get(done.location()).await;
    assert!(
        shown.body.contains("Your password is changed."),
        "{}",
        shown.body
    );
    assert!(!other.get("/account").await.body.contains(EMAIL));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_tokens_and_applications_are_ended_with_buttons() {
    let world = world().await;
    let engine = &world.test.engine;
    let token = setup::personal_token(engine, EMAIL, "accounts_read")
        .await
        .unwrap();
    let mut other = Browser::new(&world);
    other.extra = vec![(
        "user-agent",
        "Mozilla/5.0 (X11; Linux) Firefox/140.0".to_owned(),
    )];
    other.sign_in("/account").await;
    let mut browser = Browser::new(&world);
    browser.sign_in("/account").await;
    world.code().await;

    let page = browser.get("/account/sessions").await;
    assert!(page.body.contains("Firefox on Linux") && page.body.contains("192.0.2.1"));
    assert!(page.body.contains("this browser"));
    let name = page.body.split("name=\"session\" value=\"").nth(1).unwrap();
    let name = name.split('"').next().unwrap().to_owned();
    let form_token = page.form_token();
    let pairs = [
        ("form_token", form_token.as_str()),
        ("action", "end_session"),
        ("session", &name),
    ];
    let done = browser.post("/account/sessions", &pairs).await;
    assert_eq!(done.location(), "/account/sessions?done=session_ended");
    assert!(
        browser
            .get(done.location())
            .await
            .body
            .contains("The session is ended.")
    );
    let pairs = [
        ("form_token", form_token.as_str()),
        ("action", "end_other_sessions"),
    ];
    browser.post("/account/sessions", &pairs).await;
    assert!(!other.get("/account").await.body.contains(EMAIL));

    let page = browser.get("/account/access").await;
    let number = page.body.split("name=\"token\" value=\"").nth(1).unwrap();
    let number = number.split('"').next().unwrap().to_owned();
    let pairs = [
        ("form_token", form_token.as_str()),
        ("action", "end_token"),
        ("token", &number),
    ];
    browser.post("/account/access", &pairs).await;
    assert!(
        authenticate(engine, token.access_token.expose())
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_of_the_account_from_elsewhere_are_refused() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    browser.sign_in("/account").await;
    let good = browser.get("/account/sessions").await.form_token();
    let mut stranger = Browser::new(&world);
    let strange = stranger.get("/account").await.form_token();
    for (token, name, value) in [
        (good.as_str(), "origin", "https://evil.example"),
        (good.as_str(), "sec-fetch-site", "cross-site"),
        (good.as_str(), "sec-fetch-site", "same-site"),
        (strange.as_str(), "accept", "text/html"),
        ("", "accept", "text/html"),
    ] {
        for action in [
            "change_password",
            "end_other_sessions",
            "end_token",
            "accept",
            "sign_out",
        ] {
            browser.extra = vec![(name, value.to_owned())];
            let pairs = [("form_token", token), ("action", action)];
            let refused = browser.post("/account/sessions", &pairs).await;
            assert_eq!(
                refused.status,
                StatusCode::FORBIDDEN,
                "{action} {name}: {value}"
            );
        }
    }
    browser.extra = Vec::new();
    assert!(browser.get("/account").await.body.contains(EMAIL));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_leads_to_an_address_without_its_secret_and_sets_a_password_once() {
    let world = world().await;
    let engine = &world.test.engine;
    let url = password_links::create(engine, EMAIL)
        .await
        .unwrap()
        .url(engine);
    let path = url
        .strip_prefix("https://switchboard.example")
        .unwrap()
        .to_owned();
    let mut browser = Browser::new(&world);
    for _ in 0..2 {
        let opened = browser.get(&path).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER);
        assert_eq!(opened.location(), "/account/password/new");
        assert_eq!(opened.header(header::REFERRER_POLICY), "no-referrer");
    }
    let page = browser.get("/account/password/new").await;
    let secret = path.rsplit('/').next().unwrap();
    assert!(page.body.contains(EMAIL) && !page.body.contains(secret));
    let token = page.form_token();
    let form = |new, again| {
        [
            ("form_token", token.as_str()),
            ("password", new),
            ("password_again", again),
        ]
    };
    for (pairs, words) in [
        (form("short", "short"), "at least 15 characters"),
        (form(NEW, "x"), "The two passwords differ."),
    ] {
        let refused = browser.post("/account/password/new", &pairs).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.body.contains(words), "{}", refused.body);
    }
    let foreign = [
        ("form_token", "0000"),
        ("password", NEW),
        ("password_again", NEW),
    ];
    let refused = browser.post("/account/password/new", &foreign).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = browser.post("/account/password/new", &form(NEW, NEW)).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.body.contains("The password is set"));
    assert_eq!(browser.get(&path).await.status, StatusCode::GONE);
    assert_eq!(
        browser.get("/account/password/new").await.status,
        StatusCode::GONE
    );
    let never = browser.get("/account/password/link/0000").await;
    assert_eq!(never.status, StatusCode::GONE);
    assert!(!never.body.contains(EMAIL));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_reads_at_the_page_where_they_work() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    browser.sign_in("/account").await;
    let page = browser.get("/account").await;
    assert!(page.body.contains("Northwind") && page.body.contains("Administrator"));
    let token = page.form_token();
    let pairs = [
        ("form_token", token.as_str()),
        ("action", "decline"),
        ("account", "1001"),
    ];
    let done = browser.post("/account", &pairs).await;
    assert_eq!(done.location(), "/account?done=invitation_gone");
}

/// Invites somebody as the administrator of another account; gives its number and the path of the
/// link.
async fn invitation(world: &World, name: &str, email: &str) -> (String, String) {
    let engine = &world.test.engine;
    let (made, way) = operator::create_account(engine, name, email, None, "UTC")
        .await
        .unwrap();
    let Way::Invitation { link, .. } = way else {
        panic!("{way:?}")
    };
    let url = link.url(engine);
    let path = url.strip_prefix("https://switchboard.example").unwrap();
    (made.account_id.to_string(), path.to_owned())
}

const PAGE: &str = "/account/invitation";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_accepted_with_its_link_once_and_not_from_the_list() {
    let world = world().await;
    let (account, path) = invitation(&world, "Southwind", EMAIL).await;
    let mut browser = Browser::new(&world);
    let opened = browser.get(&path).await;
    assert_eq!(
        (opened.status, opened.location()),
        (StatusCode::SEE_OTHER, PAGE)
    );
    assert_eq!(opened.header(header::REFERRER_POLICY), "no-referrer");
    let asked = browser.get(PAGE).await;
    assert!(asked.body.contains("name=\"password\"") && !asked.body.contains("Southwind"));
    assert_eq!(browser.sign_in(PAGE).await.location(), PAGE);

    let list = browser.get("/account").await;
    assert!(list.body.contains("Southwind") && list.body.contains("value=\"decline\""));
    assert!(!list.body.contains("value=\"accept\"") && list.body.contains("open the link"));
    let token = list.form_token();
    let answer = |token, action| {
        [
            ("form_token", token),
            ("action", action),
            ("account", account.as_str()),
        ]
    };
    let refused = browser.post("/account", &answer(&token, "accept")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);

    let page = browser.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Southwind") && page.body.contains("Administrator"));
    let secret = path.rsplit('/').next().unwrap();
    assert!(!page.body.contains(secret) && page.body.contains("value=\"accept\""));
    let foreign = browser.post(PAGE, &answer("0000", "accept")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    // The form was shown for this account; another link was opened since.
    let (_, other) = invitation(&world, "Eastwind", EMAIL).await;
    browser.get(&other).await;
    let crossed = browser.post(PAGE, &answer(&token, "accept")).await;
    assert_eq!(crossed.status, StatusCode::GONE);
    browser.get(&path).await;
    let done = browser.post(PAGE, &answer(&token, "accept")).await;
    assert_eq!(done.location(), "/account?done=accepted");
    assert_eq!(browser.get(PAGE).await.status, StatusCode::GONE);
    browser.get(&path).await;
    assert_eq!(browser.get(PAGE).await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_the_link_of_an_invitation_the_same_is_said() {
    let world = world().await;
    let engine = &world.test.engine;
    operator::create_account(
        engine,
        "Southwind",
        "ben@southwind.example",
        Some(PASSWORD),
        "UTC",
    )
    .await
    .unwrap();
    let (_, of_another) = invitation(&world, "Eastwind", "ben@southwind.example").await;
    let never = format!("/account/invitation/link/{}", "0".repeat(64));
    let mut browser = Browser::new(&world);
    browser.sign_in("/account").await;
    let mut said = Vec::new();
    for path in [of_another.as_str(), &never] {
        assert_eq!(browser.get(path).await.location(), PAGE);
        let shown = browser.get(PAGE).await;
        said.push((shown.status, shown.body));
    }
    let malformed = browser.get("/account/invitation/link/x").await;
    said.push((malformed.status, malformed.body));
    let (account, late) = invitation(&world, "Northernwind", EMAIL).await;
    browser.get(&late).await;
    let token = browser.get(PAGE).await.form_token();
    let declined = [
        ("form_token", token.as_str()),
        ("action", "decline"),
        ("account", &account),
    ];
    let done = browser.post(PAGE, &declined).await;
    assert_eq!(done.location(), "/account?done=declined");
    let gone = browser.get(PAGE).await;
    said.push((gone.status, gone.body));
    assert_eq!(said[0].0, StatusCode::GONE);
    assert!(said.iter().all(|it| *it == said[0]), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_at_links_of_invitations_are_counted_as_every_page_is() {
    let world = world().await;
    let never = format!("/account/invitation/link/{}", "0".repeat(64));
    let mut browser = Browser::new(&world);
    browser.sign_in("/account").await;
    browser.get(&never).await;
    let limit = world.test.engine.config().auth.limits.user;
    let mut last = browser.get(PAGE).await;
    for _ in 0..limit {
        last = browser.get(PAGE).await;
        if last.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        assert_eq!(last.status, StatusCode::GONE);
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
}
