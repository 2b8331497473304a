//! An answer, its body read.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::Element;

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.text()))
    }

    pub(crate) fn xml(&self) -> Element {
        Element::parse(self.text())
    }

    /// What a successful answer holds.
    #[track_caller]
    pub(crate) fn response(&self) -> Value {
        assert_eq!(self.status(), 200, "{}", self.text());
        let body = self.json();
        assert_eq!(body["meta"]["code"], 200);
        body["response"].clone()
    }

    /// The elements of a page.
    #[track_caller]
    pub(crate) fn data(&self) -> Vec<Value> {
        let response = self.response();
        response["data"].as_array().expect("a page").clone()
    }

    /// The total of a page.
    #[track_caller]
    pub(crate) fn count(&self) -> u64 {
        self.response()["count"].as_u64().expect("a page")
    }

    /// `id` of each element of a page, as text.
    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<String> {
        let id = |item: &Value| match &item["id"] {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        };
        self.data().iter().map(id).collect()
    }

    /// `message.content` of each mention of a page.
    #[track_caller]
    pub(crate) fn contents(&self) -> Vec<String> {
        let content = |item: &Value| item["message"]["content"].as_str().unwrap().to_owned();
        self.data().iter().map(content).collect()
    }

    /// The same without an order.
    #[track_caller]
    pub(crate) fn sorted_contents(&self) -> Vec<String> {
        let mut contents = self.contents();
        contents.sort();
        contents
    }

    #[track_caller]
    pub(crate) fn next_url(&self) -> Option<String> {
        self.neighbour("next_url")
    }

    #[track_caller]
    pub(crate) fn previous_url(&self) -> Option<String> {
        self.neighbour("previous_url")
    }

    #[track_caller]
    fn neighbour(&self, name: &str) -> Option<String> {
        let paging = self.response()["paging"].clone();
        let url = paging.get(name).expect("the member is always there");
        url.as_str().map(str::to_owned)
    }

    /// Status and identifier of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        let error = self.json()["error"].as_str().unwrap_or_default().to_owned();
        (self.status(), error)
    }

    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, error: &str) {
        assert_eq!(self.error(), (status, error.to_owned()), "{}", self.text());
        let body = self.json();
        assert_eq!(body["code"], status);
        assert_eq!(body["meta"]["code"], status);
        assert!(!body["error_description"].as_str().unwrap().is_empty());
    }

    /// An invalid parameter, and which.
    #[track_caller]
    pub(crate) fn assert_invalid(&self, parameter: &str) {
        self.assert_error(400, "invalid_parameter");
        let details = self.json()["error_details"].clone();
        assert_eq!(details[0]["parameter"], parameter, "{details}");
    }
}
