//! A program that calls with a key, and keys of every kind.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::AccountId;
use engine::auth::setup;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::conversocial::undocumented;
use crate::support::{Answer, App, everything};

/// A program with a key. Paths begin with the base: `/v1.3/accounts`.
#[derive(Debug, Clone)]
pub(crate) struct Cv {
    router: Router,
    /// What is sent as `Authorization`.
    pub(crate) authorization: Option<String>,
    pub(crate) secret: String,
    headers: Vec<(&'static str, &'static str)>,
}

/// The origin that addresses in answers begin with.
pub(crate) const ORIGIN: &str = "https://switchboard.example";

impl Cv {
    pub(crate) fn new(app: &App, name: &str, secret: &str) -> Self {
        Self {
            router: app.router(),
            authorization: Some(basic(name, secret)),
            secret: secret.to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same program at another server.
    pub(crate) fn at(&self, router: Router) -> Self {
        Self {
            router,
            ..self.clone()
        }
    }

    /// The same program without credentials.
    pub(crate) fn nameless(&self) -> Self {
        Self {
            authorization: None,
            ..self.clone()
        }
    }

    /// The same program, sending this header.
    pub(crate) fn sending(&self, authorization: &str) -> Self {
        Self {
            authorization: Some(authorization.to_owned()),
            ..self.clone()
        }
    }

    /// The same program, sending these headers besides.
    pub(crate) fn with_headers(&self, headers: &[(&'static str, &'static str)]) -> Self {
        Self {
            headers: headers.to_vec(),
            ..self.clone()
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        address: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(address);
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        };
        if method != Method::HEAD && answer.header("content-type").contains("json") {
            let problems = undocumented(&method, address, answer.status(), &answer.json());
            assert!(
                problems.is_empty(),
                "{method} {address} is not as documented: {problems:#?}"
            );
        }
        answer
    }

    /// Asks for an address: a path with its query, or what an answer gave.
    pub(crate) async fn get(&self, address: &str) -> Answer {
        let address = address.strip_prefix(ORIGIN).unwrap_or(address);
        self.send(Method::GET, address, None).await
    }

    /// Asks, and expects success.
    #[track_caller]
    pub(crate) fn json(&self, address: &str) -> impl Future<Output = Value> {
        let (program, address) = (self.clone(), address.to_owned());
        async move {
            let answer = program.get(&address).await;
            assert_eq!(answer.status(), 200, "{address}: {}", answer.text());
            answer.json()
        }
    }

    pub(crate) async fn post_json(&self, address: &str, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        self.send(Method::POST, address, Some(("application/json", body)))
            .await
    }

    pub(crate) async fn post_form(&self, address: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish()
            .into_bytes();
        let kind = "application/x-www-form-urlencoded";
        self.send(Method::POST, address, Some((kind, body))).await
    }

    pub(crate) async fn delete(&self, address: &str) -> Answer {
        self.send(Method::DELETE, address, None).await
    }
}

/// The header of HTTP Basic.
pub(crate) fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

/// A key to make, with a role of its own.
#[derive(Debug, Clone)]
pub(crate) struct NewKey<'a> {
    pub(crate) name: &'a str,
    pub(crate) permissions: Vec<&'static str>,
    /// The topics within reach; all when absent.
    pub(crate) topics: Option<Vec<i64>>,
}

impl Default for NewKey<'_> {
    fn default() -> Self {
        Self {
            name: "exporter",
            permissions: everything(),
            topics: None,
        }
    }
}

impl App {
    /// A program that may do everything.
    pub(crate) async fn program(&self) -> Cv {
        let made = setup::key(&self.engine, self.first.account_id, "program", None)
            .await
            .unwrap();
        Cv::new(self, &made.key.name, made.secret.expose())
    }

    /// A program of another account that may do everything there.
    pub(crate) async fn program_of(&self, account: i64, name: &str) -> Cv {
        let made = setup::key(&self.engine, AccountId(account), name, None)
            .await
            .unwrap();
        Cv::new(self, name, made.secret.expose())
    }

    /// A program whose key has a role of its own.
    pub(crate) async fn program_with(&self, new: NewKey<'_>) -> Cv {
        let before = self.get("/{a}/settings/userroles", &[]).await.count();
        let title = format!("Role {before} of {}", new.name);
        let mut role = json!({"title": title, "permissions": new.permissions});
        if let Some(topics) = &new.topics {
            role["topics"] = json!(topics);
        }
        let role = self.make("userroles", "userrole", &role).await;
        let role = role["id"].as_str().unwrap().to_owned();
        let account = self.first.account_id;
        let made = setup::key(&self.engine, account, new.name, Some(&role))
            .await
            .unwrap();
        Cv::new(self, new.name, made.secret.expose())
    }
}
