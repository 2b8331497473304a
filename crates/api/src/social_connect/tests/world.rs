//! A server with one account, its administrator and a token.

use axum::Router;
use axum::body::Body;
use domain::ids::AccountId;
use engine::auth::setup;
use engine::testing::TestEngine;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use store::testing::TestDb;
use tower::ServiceExt as _;

use crate::{ApiConfig, router};

pub(super) const EMAIL: &str = "ines@northwind.example";
pub(super) const PASSWORD: &str = "der Zug nach Ulm kommt nie an";

pub(super) struct World {
    pub(super) test: TestEngine,
    pub(super) account: AccountId,
    pub(super) token: String,
    pub(super) config: ApiConfig,
    router: Router,
    _db: TestDb,
}

/// An answer, its body read.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", self.text))
    }

    /// What is in `response`; fails on an error.
    pub(super) fn response(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()["response"].clone()
    }

    /// Status and identifier of an error.
    pub(super) fn error(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["code"], self.status.as_u16());
        assert_eq!(body["meta"]["code"], self.status.as_u16());
        (
            self.status.as_u16(),
            body["error"].as_str().unwrap().to_owned(),
        )
    }
}

pub(super) async fn world() -> World {
    let db = TestDb::sqlite().await;
    let test = TestEngine::new(&db).await;
    let made = setup::init(&test.engine, "Northwind", EMAIL, PASSWORD, "UTC")
        .await
        .unwrap();
    engine::follow::start_account(&test.engine, made.account_id)
        .await
        .unwrap();
    let config = ApiConfig::default();
    let mut world = World {
        router: router(test.engine.clone(), config.clone()),
        account: made.account_id,
        token: String::new(),
        test,
        config,
        _db: db,
    };
    world.token = world.new_token("accounts_read accounts_write").await;
    world
}

impl World {
    pub(super) async fn new_token(&self, scope: &str) -> String {
        let token = setup::personal_token(&self.test.engine, EMAIL, scope)
            .await
            .unwrap();
        token.access_token.expose().to_owned()
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Got {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap(),
        }
    }

    /// The response before its body is read.
    pub(super) async fn open(&self, request: Request<Body>) -> http::Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A request with the token in the header; `{a}` in the path is the account.
    pub(super) fn request(&self, method: &str, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(self.path(path))
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub(super) fn path(&self, path: &str) -> String {
        path.replace("{a}", &self.account.to_string())
    }

    pub(super) async fn get(&self, path: &str) -> Got {
        self.send(self.request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    pub(super) async fn delete(&self, path: &str) -> Got {
        self.send(self.request("DELETE", path).body(Body::empty()).unwrap())
            .await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Got {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub(super) async fn post_form(&self, path: &str, pairs: &[(&str, &str)]) -> Got {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Makes a topic and gives its number.
    pub(super) async fn topic(&self, name: &str) -> i64 {
        let made = self
            .post("/{a}/settings/topics", &json!({"topic": {"name": name}}))
            .await;
        made.response()["id"].as_i64().unwrap()
    }

    /// Adds mentions with these texts to a topic, one minute apart.
    pub(super) async fn add(&self, topic: i64, texts: &[&str]) {
        for text in texts {
            self.test.clock.advance_ms(60_000);
            let item = json!({"topic": {"id": topic}, "message": {"content": text}, "source": {"id": text}});
            let got = self
                .post("/{a}/inbox/add", &json!({"mentions": [item]}))
                .await;
            assert_eq!(got.response(), json!(true));
        }
    }

    /// The only mention that fits a filter.
    pub(super) async fn only(&self, filter: &str) -> Value {
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let page = self
            .get(&format!("/{{a}}/inbox/mentions?filter={filter}"))
            .await
            .response();
        assert_eq!(page["count"], 1, "{page}");
        page["data"][0].clone()
    }

    /// The path of a mention.
    pub(super) fn mention_path(&self, mention: &Value) -> String {
        let topic = &mention["topic"]["id"];
        let id = mention["id"].as_str().unwrap();
        self.path(&format!("/{{a}}/inbox/mention/{topic}/{id}"))
    }
}
