//! What an application gets from the token, revocation and description endpoints.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::auth::authenticate;
use http::{Request, StatusCode, header};

use super::world::{Answer, World, form, register, world};

async fn token(world: &World, headers: &[(&str, &str)], query: &str, body: &str) -> Answer {
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("/oauth/access_token/?{query}"));
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world
        .call(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

/// What is tried, headers, body; and the status and word that answer it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], String, u16, &'a str);

fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_endpoint_takes_query_form_and_basic() {
    let world = world().await;
    let (id, secret) = (world.app.client_id.clone(), world.client_secret());
    for way in 0..4 {
        let code = world.code().await;
        let grant = form(&[("grant_type", "authorization_code"), ("code", &code)]);
        let client = form(&[("client_id", &id), ("client_secret", &secret)]);
        let header = basic(&id, &secret);
        let answer = match way {
            0 => token(&world, &[], &format!("{grant}&{client}"), "").await,
            1 => token(&world, &[], "", &format!("{grant}&{client}")).await,
            2 => token(&world, &[("authorization", &header)], "", &grant).await,
            _ => token(&world, &[], &grant, &format!("&&{client}&unknown=1&")).await,
        };
        assert_eq!(answer.status, StatusCode::OK, "{way}: {}", answer.body);
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
        let refresh = answer.json()["refresh_token"].as_str().unwrap().to_owned();
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh),
            ("scope", ""),
        ];
        let renewed = token(&world, &[("authorization", &header)], "", &form(&pairs)).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_rfc_forbids_is_refused_with_the_word_it_names() {
    let world = world().await;
    let (id, secret) = (world.app.client_id.clone(), world.client_secret());
    let other = register(&world.test.engine, "Other").await;
    let other_secret = other.client_secret.as_ref().unwrap().expose();
    let code = world.code().await;
    let client = format!("client_id={id}&client_secret={secret}");
    let grant = format!("grant_type=authorization_code&code={code}");
    let good = basic(&id, &secret);
    let (wrong, foreign) = (
        basic(&id, other_secret),
        basic(&other.client_id, other_secret),
    );
    let garbled = "Basic !!!".to_owned();
    let bearer = format!("Bearer {secret}");
    let no_colon = format!("Basic {}", STANDARD.encode("nocolon"));
    let refresh = "grant_type=refresh_token&refresh_token=unknown";
    let big = format!("{client}&{grant}&x={}", "x".repeat(70_000));
    let none: &[(&str, &str)] = &[];
    let cases: &[Case<'_>] = &[
        ("no parameters", none, String::new(), 400, "invalid_request"),
        (
            "no grant_type",
            none,
            format!("{client}&code={code}"),
            400,
            "invalid_request",
        ),
        (
            "empty grant_type",
            none,
            format!("{client}&grant_type=&code={code}"),
            400,
            "invalid_request",
        ),
        (
            "no code",
            none,
            format!("{client}&grant_type=authorization_code"),
            400,
            "invalid_request",
        ),
        (
            "empty code",
            none,
            format!("{client}&grant_type=authorization_code&code="),
            400,
            "invalid_request",
        ),
        (
            "no refresh token",
            none,
            format!("{client}&grant_type=refresh_token"),
            400,
            "invalid_request",
        ),
        (
            "password grant",
            none,
            format!("{client}&grant_type=password&username=a&password=b"),
            400,
            "unsupported_grant_type",
        ),
        (
            "client credentials",
            none,
            format!("{client}&grant_type=client_credentials"),
            400,
            "unsupported_grant_type",
        ),
        (
            "implicit",
            none,
            format!("{client}&grant_type=implicit"),
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type in capitals",
            none,
            format!("{client}&grant_type=Authorization_Code&code={code}"),
            400,
            "unsupported_grant_type",
        ),
        (
            "code twice",
            none,
            format!("{client}&{grant}&code={code}"),
            400,
            "invalid_request",
        ),
        (
            "grant_type twice",
            none,
            format!("{client}&{grant}&grant_type=authorization_code"),
            400,
            "invalid_request",
        ),
        (
            "client_id twice",
            none,
            format!("{client}&{grant}&client_id={id}"),
            400,
            "invalid_request",
        ),
        (
            "client_secret twice",
            none,
            format!("{client}&{grant}&client_secret={secret}"),
            400,
            "invalid_request",
        ),
        ("no client", none, grant.clone(), 400, "invalid_client"),
        (
            "no secret",
            none,
            format!("client_id={id}&{grant}"),
            400,
            "invalid_client",
        ),
        (
            "empty secret",
            none,
            format!("client_id={id}&client_secret=&{grant}"),
            400,
            "invalid_client",
        ),
        (
            "wrong secret",
            none,
            format!("client_id={id}&client_secret={other_secret}&{grant}"),
            400,
            "invalid_client",
        ),
        (
            "unknown client",
            none,
            format!("client_id=unknown&client_secret={secret}&{grant}"),
            400,
            "invalid_client",
        ),
        (
            "wrong secret by Basic",
            &[("authorization", &wrong)],
            grant.clone(),
            401,
            "invalid_client",
        ),
        (
            "garbled Basic",
            &[("authorization", &garbled)],
            grant.clone(),
            401,
            "invalid_client",
        ),
        (
            "Basic without colon",
            &[("authorization", &no_colon)],
            grant.clone(),
            401,
            "invalid_client",
        ),
        (
            "Bearer as client",
            &[("authorization", &bearer)],
            grant.clone(),
            401,
            "invalid_client",
        ),
        (
            "two proofs",
            &[("authorization", &good)],
            format!("{client}&{grant}"),
            400,
            "invalid_request",
        ),
        (
            "two clients",
            &[("authorization", &foreign)],
            format!("client_id={id}&{grant}"),
            400,
            "invalid_request",
        ),
        (
            "another client's code",
            &[("authorization", &foreign)],
            grant.clone(),
            400,
            "invalid_grant",
        ),
        (
            "unknown code",
            none,
            format!("{client}&grant_type=authorization_code&code=unknown"),
            400,
            "invalid_grant",
        ),
        (
            "wrong redirect_uri",
            none,
            format!("{client}&{grant}&redirect_uri=https://evil.example/"),
            400,
            "invalid_grant",
        ),
        (
            "verifier without challenge",
            none,
            format!("{client}&{grant}&code_verifier={}", "a".repeat(43)),
            400,
            "invalid_grant",
        ),
        (
            "unknown refresh token",
            none,
            format!("{client}&{refresh}"),
            400,
            "invalid_grant",
        ),
        (
            "code as refresh token",
            none,
            format!("{client}&grant_type=refresh_token&refresh_token={code}"),
            400,
            "invalid_grant",
        ),
        (
            "JSON body",
            &[("content-type", "application/json")],
            "{\"grant_type\":\"authorization_code\"}".to_owned(),
            400,
            "invalid_request",
        ),
        ("body too large", none, big, 400, "invalid_request"),
    ];
    for (name, headers, body, status, error) in cases {
        let answer = token(&world, headers, "", body).await;
        assert_eq!(answer.status.as_u16(), *status, "{name}: {}", answer.body);
        assert_eq!(answer.json()["error"], *error, "{name}");
        assert!(answer.json()["error_description"].is_string());
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(
            answer.headers.contains_key(header::WWW_AUTHENTICATE),
            *status == 401,
            "{name}"
        );
        for secret in [&secret, &code] {
            assert!(!answer.body.contains(secret), "{name}");
        }
    }
    let used = token(&world, &[], "", &format!("{client}&{grant}")).await;
    assert_eq!(
        used.status,
        StatusCode::OK,
        "none of the refusals used up the code: {}",
        used.body
    );
    let again = token(&world, &[], "", &format!("{client}&{grant}")).await;
    assert_eq!(again.json()["error"], "invalid_grant");
    let access = used.json()["access_token"].as_str().unwrap().to_owned();
    assert!(authenticate(&world.test.engine, &access).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_are_refused() {
    let world = world().await;
    for (method, path) in [
        ("DELETE", "/oauth/access_token/"),
        ("PUT", "/oauth/access_token"),
        ("GET", "/oauth/revoke/"),
        ("PUT", "/oauth/authorize/"),
        ("DELETE", "/oauth/sign_out/"),
    ] {
        let request = Request::builder().method(method).uri(path);
        let answer = world.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method} {path}"
        );
        assert!(!answer.header(header::ALLOW).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_dead_and_an_unknown_one_is_no_error() {
    let world = world().await;
    let (id, secret) = (world.app.client_id.clone(), world.client_secret());
    let client = [
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    let code = world.code().await;
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    let issued = token(&world, &[], "", &form(&[&client[..], &grant[..]].concat()))
        .await
        .json();
    let access = issued["access_token"].as_str().unwrap();
    assert!(authenticate(&world.test.engine, access).await.is_ok());
    let revoke = async |pairs: &[(&str, &str)]| {
        let request = Request::builder()
            .method("POST")
            .uri("/oauth/revoke")
            .header("content-type", "application/x-www-form-urlencoded");
        world
            .call(request.body(Body::from(form(pairs))).unwrap())
            .await
    };
    assert_eq!(revoke(&client).await.json()["error"], "invalid_request");
    assert_eq!(
        revoke(&[("token", access)]).await.json()["error"],
        "invalid_client"
    );
    assert!(authenticate(&world.test.engine, access).await.is_ok());
    for token in [access, "unknown"] {
        let pairs = [
            &client[..],
            &[("token", token), ("token_type_hint", "refresh_token")],
        ]
        .concat();
        assert_eq!(revoke(&pairs).await.status, StatusCode::OK);
    }
    assert!(authenticate(&world.test.engine, access).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_describes_itself() {
    let world = world().await;
    let request = Request::builder().uri("/.well-known/oauth-authorization-server");
    let answer = world.call(request.body(Body::empty()).unwrap()).await;
    let body = answer.json();
    assert_eq!(body["issuer"], "https://switchboard.example");
    assert_eq!(
        body["token_endpoint"],
        "https://switchboard.example/oauth/access_token/"
    );
    assert_eq!(
        body["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    assert_eq!(body["authorization_response_iss_parameter_supported"], true);
}
