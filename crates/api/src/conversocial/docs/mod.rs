//! The API's documents and three viewers of each: Swagger UI, `RapiDoc` and Redoc, as the original
//! offered them. Everything that a browser loads comes from this server; no credentials are needed.
//!
//! Below the base path of a document are `openapi.json`, `openapi.yaml`, `docs` (what there is) and
//! `docs/{swagger,rapidoc,redoc}`. Addresses of the original's human documentation lead to `docs`.

mod assets;
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::openapi::{self, Document};
use crate::render::etag;
use pages::Viewer;

/// Addresses of the original's human documentation (found in links to it), and where
/// the same is said here. Its page `1` had the examples of v1.1.
const KNOWN_PAGES: &[(&str, &str)] = &[
    ("/1", "/v1.1/docs"),
    ("/1/", "/v1.1/docs"),
    ("/1.3", "/v1.3/docs"),
    // A rest of the path is never empty.
    ("/1.3/", "/v1.3/docs"),
    ("/1.3/{*page}", "/v1.3/docs"),
    ("/data-api/v1.1", "/v1.1/docs"),
    ("/data-api/v1.1/", "/v1.1/docs"),
    ("/data-api/v1.1/{*page}", "/v1.1/docs"),
    ("/data-api/v1.3", "/v1.3/docs"),
    ("/data-api/v1.3/", "/v1.3/docs"),
    ("/data-api/v1.3/{*page}", "/v1.3/docs"),
    ("/customer-profiles-api/v1", "/api/1/docs"),
    ("/customer-profiles-api/v1/", "/api/1/docs"),
    ("/customer-profiles-api/v1/{*page}", "/api/1/docs"),
    ("/ca_api/v1", "/api/1/docs"),
    ("/ca_api/v1/", "/api/1/docs"),
    ("/ca_api/v1/{*page}", "/api/1/docs"),
    // ours: where somebody would look first
    ("/docs", "/v1.3/docs"),
    ("/docs/", "/v1.3/docs"),
];

/// The routes of the documents, their viewers and what those load.
///
/// `origin` is where clients reach this server, for the examples on the pages.
pub fn router(origin: &str) -> Router {
    let origin: Arc<str> = origin.into();
    let asset = |Path((hash, file)): Path<(String, String)>, headers: HeaderMap| async move {
        assets::show(&hash, &file, &headers)
    };
    let mut router = Router::new().route("/docs/assets/{hash}/{file}", get(asset));
    for document in openapi::served() {
        for base in document.bases {
            router = router.merge(below(base, document, &origin));
        }
    }
    for (path, target) in KNOWN_PAGES {
        // Found and not permanent: a browser should ask again after an update.
        let location = [(header::LOCATION, HeaderValue::from_static(target))];
        router = router.route(path, get((StatusCode::FOUND, location)));
    }
    router
}

/// Whether a path is one of [`router`]'s: what it shows is the same for everybody and costs nothing,
/// and one page of it takes several calls, so callers without a token may have all of it.
pub fn shows(path: &str) -> bool {
    let below = |base: &str| {
        let rest = path.strip_prefix(base);
        rest.is_some_and(|rest| {
            matches!(rest, "/openapi.json" | "/openapi.yaml" | "/docs")
                || rest.starts_with("/docs/")
        })
    };
    path.starts_with("/docs/assets/")
        || KNOWN_PAGES.iter().any(|(page, _)| *page == path)
        || openapi::served().any(|document| document.bases.iter().any(|base| below(base)))
}

/// The routes of one document below a base path.
fn below(base: &str, document: &'static Document, origin: &Arc<str>) -> Router {
    let origin = Arc::clone(origin);
    let index = get(move || async move { pages::index(document, &origin) });
    let json = get(move |headers: HeaderMap| async move {
        whole(document.text(), "application/json; charset=utf-8", &headers)
    });
    let yaml = get(move |headers: HeaderMap| async move {
        whole(document.yaml(), "application/yaml", &headers)
    });
    let mut router = Router::new()
        .route(&format!("{base}/openapi.json"), json)
        .route(&format!("{base}/openapi.yaml"), yaml)
        .route(&format!("{base}/docs"), index.clone())
        .route(&format!("{base}/docs/"), index);
    for viewer in Viewer::ALL {
        let page = get(move || async move { pages::viewer(document, *viewer) });
        router = router
            .route(&format!("{base}/docs/{}", viewer.word()), page.clone())
            .route(&format!("{base}/docs/{}/", viewer.word()), page);
    }
    router
}

/// A document itself. Pages on other sites may read it: it holds nothing of any account.
fn whole(text: &'static str, kind: &'static str, headers: &HeaderMap) -> Response {
    let tag = etag::strong(&[text.as_bytes()]);
    let common = [
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, format!("\"{tag}\"")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    let sent = headers.get(header::IF_NONE_MATCH);
    if sent
        .and_then(|sent| sent.to_str().ok())
        .is_some_and(|sent| etag::matches(sent, &tag))
    {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, kind)], text).into_response()
}
