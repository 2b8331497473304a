//! One request, put together piece by piece.

use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Answer, Client, undocumented};

#[derive(Debug)]
pub(crate) struct Call<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    has_token: bool,
    is_partial: bool,
}

impl<'a> Call<'a> {
    pub(super) fn new(client: &'a Client, method: Method, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            client,
            method,
            path: client.path(path),
            query: query.to_owned(),
            headers: Vec::new(),
            body: None,
            has_token: true,
            is_partial: false,
        }
    }

    /// Adds parameters to the query.
    pub(crate) fn query(self, pairs: &[(&str, &str)]) -> Self {
        let encoded = encode(pairs);
        self.raw_query(&encoded)
    }

    /// Adds to the query, as it is.
    pub(crate) fn raw_query(mut self, query: &str) -> Self {
        if !self.query.is_empty() && !query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(query);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        let encoded = encode(pairs);
        self.body("application/x-www-form-urlencoded", encoded)
    }

    pub(crate) fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<String>) -> Self {
        self.headers
            .push(("content-type".to_owned(), content_type.to_owned()));
        self.body = Some(body.into());
        self
    }

    /// Sends no token in the header.
    pub(crate) fn without_token(mut self) -> Self {
        self.has_token = false;
        self
    }

    /// Sends and leaves the body to be read.
    pub(crate) async fn open(self) -> Response {
        let query = if self.query.is_empty() {
            String::new()
        } else {
            format!("?{}", self.query)
        };
        let mut request = Request::builder()
            .method(self.method)
            .uri(format!("{}{query}", self.path));
        if let Some(token) = self.client.token.as_ref().filter(|_| self.has_token) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = self.body.map_or_else(Body::empty, Body::from);
        let request = request.body(body).unwrap();
        let router = self.client.router.clone();
        router.oneshot(request).await.unwrap()
    }

    /// Sends, reads the answer, and compares it with the documentation.
    pub(crate) async fn send(mut self) -> Answer {
        let (method, path) = (self.method.clone(), self.path.clone());
        let names_fields = |text: &str| text.contains("fields=") || text.contains("\"fields\"");
        self.is_partial =
            names_fields(&self.query) || self.body.as_deref().is_some_and(names_fields);
        let is_partial = self.is_partial;
        let response = self.open().await;
        let (parts, body) = response.into_parts();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        };
        let is_json = answer.header("content-type") == "application/json; charset=utf-8";
        let has_body = method != Method::HEAD && !path.starts_with("/oauth");
        if is_json && has_body {
            let json = answer.json();
            let problems = undocumented(&method, &path, answer.status(), &json, is_partial);
            assert!(
                problems.is_empty(),
                "{method} {path}: {problems:#?}\n{json}"
            );
        }
        answer
    }
}

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
