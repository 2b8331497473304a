//! What a person in front of a browser sees.

use engine::auth::authenticate;
use http::{StatusCode, header};

use super::world::{Browser, EMAIL, PASSWORD, REDIRECT, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_signs_in_consents_and_the_application_gets_a_token_that_works() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let path = world.authorize_path("");

    let signed_in = browser.sign_in(&path).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    assert_eq!(signed_in.location(), path);

    let question = browser.get(&path).await;
    assert!(question.body.contains("read everything that you can see"));
    assert!(question.body.contains("see e-mail addresses"));
    assert!(!question.body.contains("change things"));
    assert!(question.body.contains(EMAIL));

    let back = browser.decide(&path, "allow").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(
        back.location().starts_with(&format!("{REDIRECT}&code=")),
        "{}",
        back.location()
    );
    assert_eq!(back.sent("state").unwrap(), "a b");
    assert_eq!(back.sent("iss").unwrap(), "https://switchboard.example");
    assert_eq!(back.header(header::CACHE_CONTROL), "no-store");

    // As every recorded client does it: everything in the query of a GET.
    let code = back.sent("code").unwrap();
    let path = format!(
        "/oauth/access_token/?client_id={}&client_secret={}&grant_type=authorization_code&code={code}",
        world.app.client_id,
        world.client_secret()
    );
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    let body = answer.json();
    assert_eq!(body["scope"], "identify accounts_read email");
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 7_776_000);
    let identity = authenticate(&world.test.engine, body["access_token"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(identity.user.email, EMAIL);

    // The browser is still signed in, so a second consent needs no password.
    let question = browser.get(&world.authorize_path("")).await;
    assert!(question.body.contains("value=\"allow\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_goes_back_without_a_code() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let path = world.authorize_path("");
    browser.sign_in(&path).await;
    let back = browser.decide(&path, "refuse").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.sent("error").unwrap(), "access_denied");
    assert_eq!(back.sent("state").unwrap(), "a b");
    assert_eq!(back.sent("code"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_cannot_be_framed_kept_or_run_scripts_and_escape_names() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let path = world.authorize_path("");
    let sign_in = browser.get(&path).await;
    browser.sign_in(&path).await;
    let question = browser.get(&path).await;
    let wrong = browser.get("/oauth/authorize/?client_id=none").await;
    let out = browser.get("/oauth/sign_out").await;
    for page in [&sign_in, &question, &wrong, &out] {
        let policy = page.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header(header::X_FRAME_OPTIONS), "DENY");
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(page.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(!page.body.contains("<script") && !page.body.contains("style="));
        assert!(page.body.contains("<html lang=\"en\">") && page.body.contains("viewport"));
    }
    for page in [&sign_in, &question] {
        assert!(
            page.body.contains("CRM &amp; &lt;b&gt;Co&lt;/b&gt;"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("<b>"));
    }
    for field in ["email", "password"] {
        assert!(sign_in.body.contains(&format!("<label for=\"{field}\">")));
        assert!(sign_in.body.contains(&format!("id=\"{field}\"")));
    }
    assert_eq!(browser.get("/oauth/style.css").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_and_what_was_typed_is_escaped() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let path = world.authorize_path("");
    let token = browser.get(&path).await.form_token();
    let typed = "\"><script>alert(1)</script>";
    let pairs = [
        ("form_token", token.as_str()),
        ("email", typed),
        ("password", "x"),
    ];
    let again = browser.post(&path, &pairs).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(again.body.contains("role=\"alert\""));
    assert!(!again.body.contains("<script"));
    let pairs = [
        ("form_token", token.as_str()),
        ("email", EMAIL),
        ("password", "x"),
    ];
    for _ in 0..5 {
        assert_eq!(
            browser.post(&path, &pairs).await.status,
            StatusCode::FORBIDDEN
        );
    }
    let pairs = [
        ("form_token", token.as_str()),
        ("email", EMAIL),
        ("password", PASSWORD),
    ];
    let locked = browser.post(&path, &pairs).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!locked.header(header::RETRY_AFTER).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_from_elsewhere_are_refused() {
    let world = world().await;
    let path = world.authorize_path("");
    let mut signed_in = Browser::new(&world);
    signed_in.sign_in(&path).await;
    let token = signed_in.get(&path).await.form_token();
    let mut stranger = Browser::new(&world);
    let strange_token = stranger.get(&path).await.form_token();

    let allow = |token: &str| {
        vec![
            ("form_token".to_owned(), token.to_owned()),
            ("action".to_owned(), "allow".to_owned()),
        ]
    };
    for (form_token, header, value, expected) in [
        (
            token.as_str(),
            "origin",
            "https://switchboard.example",
            StatusCode::SEE_OTHER,
        ),
        (
            token.as_str(),
            "sec-fetch-site",
            "same-origin",
            StatusCode::SEE_OTHER,
        ),
        (token.as_str(), "accept", "text/html", StatusCode::SEE_OTHER),
        (
            token.as_str(),
            "origin",
            "https://evil.example",
            StatusCode::FORBIDDEN,
        ),
        (
            token.as_str(),
            "origin",
            "https://switchboard.example.evil.example",
            StatusCode::FORBIDDEN,
        ),
        (
            token.as_str(),
            "origin",
            "https://switchboard.example:8080",
            StatusCode::FORBIDDEN,
        ),
        (token.as_str(), "origin", "null", StatusCode::FORBIDDEN),
        (
            token.as_str(),
            "sec-fetch-site",
            "cross-site",
            StatusCode::FORBIDDEN,
        ),
        (
            token.as_str(),
            "sec-fetch-site",
            "same-site",
            StatusCode::FORBIDDEN,
        ),
        (
            strange_token.as_str(),
            "accept",
            "text/html",
            StatusCode::FORBIDDEN,
        ),
        ("", "accept", "text/html", StatusCode::FORBIDDEN),
        ("0000", "accept", "text/html", StatusCode::FORBIDDEN),
    ] {
        signed_in.extra = vec![(header, value.to_owned())];
        let pairs = allow(form_token);
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let answer = signed_in.post(&path, &pairs).await;
        assert_eq!(answer.status, expected, "{header}: {value}");
        assert_eq!(
            answer.sent("code").is_some(),
            expected == StatusCode::SEE_OTHER
        );
    }
    signed_in.extra.clear();

    // A sign-in that another site sends, to make the user work in the attacker's name.
    let mut victim = Browser::new(&world);
    let pairs = [
        ("form_token", strange_token.as_str()),
        ("email", EMAIL),
        ("password", PASSWORD),
    ];
    let planted = victim.post(&path, &pairs).await;
    assert_eq!(planted.status, StatusCode::FORBIDDEN);
    assert!(victim.cookies.is_empty());

    // Nothing happens on GET.
    let answer = signed_in
        .get(&format!("{path}&action=allow&form_token={token}"))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let out = signed_in
        .post("/oauth/sign_out/", &[("form_token", "0000")])
        .await;
    assert_eq!(out.status, StatusCode::FORBIDDEN);
    let out = signed_in
        .post("/oauth/sign_out/", &[("form_token", &token)])
        .await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert!(
        signed_in
            .get(&path)
            .await
            .body
            .contains("Sign in to Switchboard")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_session_cookie_is_not_taken_over_at_sign_in() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let planted = "a".repeat(64);
    browser
        .cookies
        .insert("__Host-switchboard_session".into(), planted.clone());
    let signed_in = browser.sign_in(&world.authorize_path("")).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    assert_ne!(browser.cookies["__Host-switchboard_session"], planted);
    for set in signed_in.headers.get_all(header::SET_COOKIE) {
        let set = set.to_str().unwrap();
        assert!(
            set.contains("; HttpOnly")
                && set.contains("; SameSite=Lax")
                && set.contains("; Path=/")
                && set.contains("; Secure"),
            "{set}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_link_is_shown_and_sends_nobody_anywhere() {
    let world = world().await;
    let mut browser = Browser::new(&world);
    let id = &world.app.client_id;
    for query in [
        String::new(),
        "client_id=unknown&response_type=code".to_owned(),
        format!("client_id={id}&client_id={id}&response_type=code"),
        format!("client_id={id}&response_type=code&redirect_uri=https://evil.example/"),
        format!("client_id={id}&response_type=code&redirect_uri=https://crm.example/callback"),
    ] {
        let answer = browser.get(&format!("/oauth/authorize?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.location().is_empty());
        assert!(answer.body.contains("This link does not work"));
        let answer = browser
            .post(&format!("/oauth/authorize?{query}"), &[("action", "allow")])
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
}
