//! A feed server on this machine whose answers the test decides.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};

/// What the server is to answer: status, headers, body.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

#[derive(Debug, Default)]
struct Shared {
    answer: Mutex<Answer>,
    asked: Mutex<Vec<String>>,
    has_news: tokio::sync::Notify,
}

/// A running server; it ends with the test's runtime.
pub(super) struct FeedServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl FeedServer {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let router = axum::Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn set(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// Serves a feed with these items: identifier and text.
    pub(super) fn feed(&self, items: &[(&str, &str)]) {
        self.set(Answer {
            status: 200,
            headers: vec![("content-type", "application/rss+xml".to_owned())],
            body: rss(items),
        });
    }

    /// Waits until the server was asked for paths that fulfil a condition, all since the start or
    /// the last call of [`asked`](Self::asked) together.
    pub(super) async fn until(&self, holds: impl Fn(&[String]) -> bool) {
        while !holds(&self.shared.asked.lock().unwrap()) {
            self.shared.has_news.notified().await;
        }
    }

    /// The paths that were asked for since the last call.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.asked.lock().unwrap())
    }
}

pub(super) fn rss(items: &[(&str, &str)]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|(id, text)| {
            format!("<item><guid isPermaLink=\"false\">{id}</guid><title>{id}</title><description><![CDATA[{text}]]></description></item>")
        })
        .collect();
    let items = items.concat();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Station news</title>{items}</channel></rss>"
    )
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, _: HeaderMap) -> Response<Body> {
    shared.asked.lock().unwrap().push(uri.path().to_owned());
    shared.has_news.notify_one();
    if uri.path().starts_with("/never") {
        return std::future::pending().await;
    }
    let answer = shared.answer.lock().unwrap().clone();
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        // Only the old address has moved.
        if name == "location" && uri.path() != "/old" {
            return Response::builder()
                .status(200)
                .body(Body::from(answer.body))
                .unwrap();
        }
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}
