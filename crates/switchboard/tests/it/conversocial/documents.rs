//! The dialect's documents and their viewers.

use std::collections::BTreeSet;
use std::io::Read as _;

use api::conversocial::routes;
use api::conversocial::version::Version;
use api::http::path::Declared as _;
use api::openapi::{self, Document};
use axum::body::Body;
use axum::http::{Method, Request, header};
use tower::ServiceExt as _;

use super::client::Cv;
use crate::support::App;

const VIEWERS: &[&str] = &["swagger", "rapidoc", "redoc"];

/// Somebody without credentials.
async fn visitor(app: &App) -> Cv {
    app.program().await.nameless()
}

fn paths_of(document: &Document) -> Vec<String> {
    let mut paths = vec![document.path(), format!("{}/docs", document.base())];
    for viewer in VIEWERS {
        paths.push(format!("{}/docs/{viewer}", document.base()));
    }
    paths
}

#[tokio::test]
async fn each_api_has_a_document_and_viewers_that_need_no_credentials() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    let names: Vec<&str> = openapi::served().map(|document| document.name).collect();
    assert_eq!(
        names,
        [
            "conversocial-v1.1",
            "conversocial-v1.3",
            "customer-profiles",
            "agent-events"
        ]
    );
    for document in openapi::served() {
        for path in paths_of(document) {
            assert_eq!(visitor.get(&path).await.status(), 200, "{path}");
            if path != document.path() {
                let with_slash = format!("{path}/");
                assert_eq!(visitor.get(&with_slash).await.status(), 200, "{with_slash}");
            }
        }
    }
}

#[tokio::test]
async fn the_committed_documents_are_served_whole_and_only_once() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    for document in openapi::served() {
        let answer = visitor.get(&document.path()).await;
        let file = format!(
            "{}/../../openapi/{}.json",
            env!("CARGO_MANIFEST_DIR"),
            document.name
        );
        let committed = std::fs::read_to_string(&file).unwrap();
        assert!(answer.text() == committed, "{file} is not what is served");
        let request = Request::get(document.path())
            .header(header::IF_NONE_MATCH, &answer.headers[header::ETAG])
            .body(Body::empty())
            .unwrap();
        let again = app.router().oneshot(request).await.unwrap();
        assert_eq!(again.status(), 304);
    }
}

#[tokio::test]
async fn a_document_as_yaml_says_the_same_to_another_reader() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    for document in openapi::served() {
        let answer = visitor.get(&document.yaml_path()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/yaml");
        let read: serde_json::Value = serde_norway::from_str(answer.text()).unwrap();
        let wanted: serde_json::Value = serde_json::from_str(document.text()).unwrap();
        assert!(read == wanted, "{} differs as YAML", document.name);
    }
}

#[tokio::test]
async fn other_spellings_of_a_version_have_the_same_document() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    for (alias, usual) in [("/v1", "/v1.1"), ("/v1.0", "/v1.1"), ("/api/v1", "/api/1")] {
        let one = visitor.get(&format!("{alias}/openapi.json")).await;
        let other = visitor.get(&format!("{usual}/openapi.json")).await;
        assert_eq!(one.text(), other.text());
        let page = visitor.get(&format!("{alias}/docs/redoc")).await;
        assert_eq!(page.status(), 200, "{alias}");
    }
}

#[test]
fn every_call_of_the_tables_is_in_its_document_and_nothing_else_is() {
    for (name, version) in [
        ("conversocial-v1.1", Version::V1_1),
        ("conversocial-v1.3", Version::V1_3),
        ("customer-profiles", Version::Profiles1),
        ("agent-events", Version::V3),
    ] {
        let document: serde_json::Value =
            serde_json::from_str(openapi::find(name).unwrap().text()).unwrap();
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for verb in ["get", "post", "put", "patch", "delete"] {
                if item.get(verb).is_some() {
                    documented.insert(format!("{} {path}", verb.to_uppercase()));
                }
            }
        }
        let routes: BTreeSet<String> = routes::of(version.family())
            .iter()
            .filter(|route| route.returns != routes::Returns::Nothing)
            .map(|route| {
                let (verb, path) = (route.verb().as_str(), route.path());
                format!("{verb} /{}{path}", version.segment())
            })
            .collect();
        assert_eq!(documented, routes, "{name}");
    }
}

#[tokio::test]
async fn addresses_of_the_original_documentation_lead_to_ours() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    for (path, target) in [
        ("/1", "/v1.1/docs"),
        ("/1.3", "/v1.3/docs"),
        ("/1.3/", "/v1.3/docs"),
        ("/1.3/conversations", "/v1.3/docs"),
        ("/data-api/v1.1", "/v1.1/docs"),
        ("/data-api/v1.1/", "/v1.1/docs"),
        ("/data-api/v1.1/tags", "/v1.1/docs"),
        ("/data-api/v1.3/", "/v1.3/docs"),
        ("/data-api/v1.3/reports", "/v1.3/docs"),
        ("/customer-profiles-api/v1", "/api/1/docs"),
        ("/customer-profiles-api/v1/", "/api/1/docs"),
        ("/customer-profiles-api/v1/requests-overview", "/api/1/docs"),
        ("/ca_api/v1", "/api/1/docs"),
        ("/ca_api/v1/", "/api/1/docs"),
        ("/ca_api/v1/note", "/api/1/docs"),
        ("/docs", "/v1.3/docs"),
    ] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status(), 302, "{path}");
        assert_eq!(answer.headers[header::LOCATION], target, "{path}");
        assert_eq!(visitor.get(target).await.status(), 200);
    }
}

/// What a page loads and leads to.
fn addresses(page: &str) -> Vec<&str> {
    ["href=\"", "src=\"", "data-document=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_load_what_this_server_has_and_nothing_else() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    let mut assets = BTreeSet::new();
    for document in openapi::served() {
        for path in paths_of(document).into_iter().skip(1) {
            let page = visitor.get(&path).await;
            let policy = page.headers[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert!(policy.contains("default-src 'none'"), "{policy}");
            assert!(policy.contains("script-src 'self';"), "{policy}");
            assert!(!policy.contains("http"), "{policy}");
            let text = page.text();
            for address in addresses(text) {
                assert!(
                    address == "data:," || address.starts_with('/') && !address.starts_with("//"),
                    "{path} names {address}"
                );
                if address.starts_with("/docs/assets/") {
                    assets.insert(address.to_owned());
                } else if address.starts_with('/') {
                    assert_eq!(visitor.get(address).await.status(), 200, "{address}");
                }
            }
            assert!(!text.contains("<script>"), "{path}");
        }
    }
    assert!(assets.len() > 10, "{assets:?}");
    for asset in &assets {
        let answer = visitor.get(asset).await;
        assert_eq!(answer.status(), 200, "{asset}");
        let kept = answer.headers[header::CACHE_CONTROL].to_str().unwrap();
        assert!(kept.contains("immutable"), "{kept}");
        let other = asset.replacen("/docs/assets/", "/docs/assets/0", 1);
        assert_eq!(visitor.get(&other).await.status(), 404);
    }
}

#[tokio::test]
async fn a_viewer_comes_compressed_to_those_who_take_it_and_plain_to_others() {
    let app = App::test().await;
    let visitor = visitor(&app).await;
    let page = visitor.get("/v1.3/docs/rapidoc").await;
    let path = addresses(page.text())
        .into_iter()
        .find(|address| address.ends_with("rapidoc-min.js"))
        .unwrap()
        .to_owned();
    let plain = visitor.get(&path).await;
    assert!(plain.headers.get(header::CONTENT_ENCODING).is_none());
    assert_eq!(
        plain.headers[header::CONTENT_TYPE],
        "text/javascript; charset=utf-8"
    );
    let request = Request::builder()
        .method(Method::GET)
        .uri(&path)
        .header(header::ACCEPT_ENCODING, "gzip, deflate, br")
        .body(Body::empty())
        .unwrap();
    let packed = app.router().oneshot(request).await.unwrap();
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers()[header::VARY], "Accept-Encoding");
    let bytes = axum::body::to_bytes(packed.into_body(), usize::MAX)
        .await
        .unwrap();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_ref())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert!(unpacked == plain.body, "both are the same file");
    assert!(bytes.len() * 3 < unpacked.len());
}
