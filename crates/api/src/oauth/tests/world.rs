//! A server, a browser that keeps cookies, and an application.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use engine::Engine;
use engine::auth::setup::{self, NewApplication, RegisteredApplication};
use engine::testing::TestEngine;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use store::testing::TestDb;
use tower::ServiceExt as _;

use crate::oauth::ClientAddress;

pub(super) const EMAIL: &str = "ines@northwind.example";
pub(super) const PASSWORD: &str = "der Zug nach Ulm kommt nie an";
pub(super) const REDIRECT: &str = "https://crm.example/callback?from=switchboard";

pub(super) struct World {
    pub(super) test: TestEngine,
    pub(super) router: Router,
    pub(super) app: RegisteredApplication,
    _db: TestDb,
}

pub(super) async fn world() -> World {
    let db = TestDb::sqlite().await;
    let test = TestEngine::new(&db).await;
    setup::init(&test.engine, "Northwind", EMAIL, PASSWORD, "UTC")
        .await
        .unwrap();
    let app = register(&test.engine, "CRM & <b>Co</b>").await;
    World {
        router: crate::oauth::router(test.engine.clone()),
        test,
        app,
        _db: db,
    }
}

pub(super) async fn register(engine: &Engine, name: &str) -> RegisteredApplication {
    let new = NewApplication {
        name: name.to_owned(),
        redirect_uri: REDIRECT.to_owned(),
        is_trusted: false,
        is_public: false,
        needs_pkce: false,
    };
    setup::application(engine, new).await.unwrap()
}

pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// An answer, its body read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }

    /// The value of the hidden field that protects the form.
    pub(super) fn form_token(&self) -> String {
        let start = self
            .body
            .split("name=\"form_token\" value=\"")
            .nth(1)
            .unwrap();
        start.split('"').next().unwrap().to_owned()
    }

    /// A parameter of the address the browser is sent to.
    pub(super) fn sent(&self, name: &str) -> Option<String> {
        let query = self.location().split_once('?')?.1;
        form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}

impl World {
    pub(super) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(super) fn client_secret(&self) -> String {
        let secret = self.app.client_secret.as_ref().unwrap();
        secret.expose().to_owned()
    }

    pub(super) fn authorize_path(&self, more: &str) -> String {
        format!(
            "/oauth/authorize/?client_id={}&response_type=code&scope=accounts_read%20email&state=a%20b{more}",
            self.app.client_id
        )
    }

    /// A code, got as a user gets it.
    pub(super) async fn code(&self) -> String {
        let mut browser = Browser::new(self);
        let path = self.authorize_path("");
        browser.sign_in(&path).await;
        browser.decide(&path, "allow").await.sent("code").unwrap()
    }
}

/// A browser that keeps cookies and says where its forms come from.
pub(super) struct Browser<'a> {
    world: &'a World,
    pub(super) cookies: BTreeMap<String, String>,
    pub(super) extra: Vec<(&'static str, String)>,
}

impl<'a> Browser<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self {
            world,
            cookies: BTreeMap::new(),
            extra: Vec::new(),
        }
    }

    async fn send(&mut self, method: &str, path: &str, body: Option<String>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "switchboard.example")
            .extension(ClientAddress("192.0.2.1".parse().unwrap()));
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.extra {
            request = request.header(*name, value);
        }
        let body = body.map_or_else(Body::empty, Body::from);
        let answer = self.world.call(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(super) async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.send("POST", path, Some(form(pairs))).await
    }

    pub(super) async fn sign_in(&mut self, path: &str) -> Answer {
        let token = self.get(path).await.form_token();
        let pairs = [
            ("form_token", token.as_str()),
            ("email", EMAIL),
            ("password", PASSWORD),
            ("action", "sign_in"),
        ];
        self.post(path, &pairs).await
    }

    pub(super) async fn decide(&mut self, path: &str, action: &str) -> Answer {
        let token = self.get(path).await.form_token();
        self.post(path, &[("form_token", &token), ("action", action)])
            .await
    }
}
