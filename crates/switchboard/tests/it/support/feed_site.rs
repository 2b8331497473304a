//! A web site with a feed, over a real socket.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;

#[derive(Debug, Clone)]
struct Shown {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

#[derive(Debug, Clone)]
struct Shelf {
    shown: Arc<Mutex<Shown>>,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

/// A site that shows what it was last told to show.
#[derive(Debug)]
pub(crate) struct FeedSite {
    shelf: Shelf,
    base: String,
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response {
    let target = request.uri().to_string();
    let headers = request.headers().clone();
    shelf.asked.lock().unwrap().push((target, headers));
    let shown = shelf.shown.lock().unwrap().clone();
    let tag = shown.headers.iter().find(|(name, _)| *name == "etag");
    let known = request.headers().get("if-none-match");
    let is_known = tag.is_some_and(|(_, tag)| known.is_some_and(|known| known == tag.as_str()));
    let mut response = Response::builder().status(if is_known { 304 } else { shown.status });
    for (name, value) in &shown.headers {
        response = response.header(*name, value);
    }
    let body = if is_known { String::new() } else { shown.body };
    response.body(body.into()).unwrap()
}

impl FeedSite {
    /// A site whose feed holds these items: identifier and title of each, newest first.
    pub(crate) async fn with(items: &[(&str, &str)]) -> Self {
        let shelf = Shelf {
            shown: Arc::new(Mutex::new(Shown {
                status: 200,
                headers: Vec::new(),
                body: rss(items),
            })),
            asked: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(shelf.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { shelf, base }
    }

    pub(crate) fn address(&self) -> String {
        format!("{}/feed", self.base)
    }

    pub(crate) fn show(&self, items: &[(&str, &str)]) {
        self.shelf.shown.lock().unwrap().body = rss(items);
    }

    pub(crate) fn show_body(&self, body: &str) {
        body.clone_into(&mut self.shelf.shown.lock().unwrap().body);
    }

    pub(crate) fn status(&self, status: u16) {
        self.shelf.shown.lock().unwrap().status = status;
    }

    pub(crate) fn header(&self, name: &'static str, value: &str) {
        let headers = &mut self.shelf.shown.lock().unwrap().headers;
        headers.retain(|(known, _)| *known != name);
        headers.push((name, value.to_owned()));
    }

    /// The headers of each request since the last call.
    pub(crate) fn asked(&self) -> Vec<HeaderMap> {
        let asked = self.asked_for();
        asked.into_iter().map(|(_, headers)| headers).collect()
    }

    /// What was asked for, with its headers, since the last call.
    pub(crate) fn asked_for(&self) -> Vec<(String, HeaderMap)> {
        std::mem::take(&mut *self.shelf.asked.lock().unwrap())
    }
}

fn rss(items: &[(&str, &str)]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|(id, title)| {
            format!(
                "<item><guid isPermaLink='false'>{id}</guid><title>{title}</title>\
                 <link>https://harbour.example/{id}</link>\
                 <pubDate>Sat, 21 Nov 2026 18:00:00 GMT</pubDate></item>"
            )
        })
        .collect();
    format!(
        "<rss version='2.0'><channel><title>Harbour News</title>\
         <link>https://harbour.example/</link>{}</channel></rss>",
        items.concat()
    )
}
