//! The pages around the viewers. No script and no style stands in a page: the policy forbids it.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};
use maud::{DOCTYPE, Markup, html};

use super::assets::{self, Asset};
use crate::openapi::{self, Document};

/// Scripts, documents and calls of this server only. The viewers write styles into the page, show
/// pictures that are in their own files, and Redoc's search runs in a worker made from a text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A program that shows an OpenAPI document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Viewer {
    Swagger,
    RapiDoc,
    Redoc,
}

impl Viewer {
    /// In the order in which the original named them.
    pub(super) const ALL: &[Self] = &[Self::Swagger, Self::RapiDoc, Self::Redoc];

    /// Its last part of the path.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Swagger => "swagger",
            Self::RapiDoc => "rapidoc",
            Self::Redoc => "redoc",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Swagger => "Swagger UI",
            Self::RapiDoc => "RapiDoc",
            Self::Redoc => "Redoc",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Swagger => "Every call in a list, each with a form that sends it. Recommended.",
            Self::RapiDoc => "One call after the other, with its form beside the examples.",
            Self::Redoc => "To be read from beginning to end, with examples at the side.",
        }
    }

    const fn styles(self) -> &'static [&'static str] {
        match self {
            Self::Swagger => &["swagger-ui.css", "page.css"],
            Self::RapiDoc | Self::Redoc => &["page.css"],
        }
    }

    const fn scripts(self) -> &'static [&'static str] {
        match self {
            Self::Swagger => &["swagger-ui-bundle.js", "swagger.js"],
            Self::RapiDoc => &["rapidoc-min.js", "rapidoc.js"],
            // Its free edition sends no requests, so a panel of ours does.
            Self::Redoc => &["redoc.standalone.js", "redoc.js", "tryit.js"],
        }
    }
}

/// A document in a viewer.
pub(super) fn viewer(document: &Document, viewer: Viewer) -> Response {
    let content = html! {
        (bar(document, Some(viewer)))
        div id="viewer" data-document=(document.path()) {}
        noscript { p.index { "This page needs JavaScript. The document itself is at " a href=(document.path()) { (document.path()) } "." } }
    };
    let title = format!("{} in {}", document.title, viewer.name());
    page(&title, viewer.styles(), viewer.scripts(), &content)
}

/// What there is about one API.
pub(super) fn index(document: &Document, origin: &str) -> Response {
    let content = html! {
        (bar(document, None))
        main.index {
            h1 { (document.title) }
            p { (document.about) }
            ul.cards {
                @for viewer in Viewer::ALL {
                    li {
                        a href=(place(document, *viewer)) {
                            b { (viewer.name()) }
                            span { (viewer.about()) }
                        }
                    }
                }
            }
            p {
                "All three show the same document, which programs can read too: "
                a href=(document.path()) { (document.path()) } ", also as "
                a href=(document.yaml_path()) { "YAML" } "."
            }
            h2 { "Credentials" }
            p {
                "Calls take the name and the secret of a token by HTTP Basic authentication. "
                "Whoever runs the server makes one, which is shown once:"
            }
            pre { "switchboard key create --account 1001 --name exporter" }
            p { "Then, for example:" }
            pre { "curl -u NAME:SECRET '" (origin) (document.example) "'" }
            h2 { "Other APIs on this server" }
            table {
                thead { tr { th { "API" } th { "Documentation" } th { "Document" } } }
                tbody {
                    @for other in openapi::served().filter(|other| other.name != document.name) {
                        tr {
                            td { (other.title) }
                            td { a href=(format!("{}/docs", other.base())) { (other.base()) "/docs" } }
                            td { a href=(other.path()) { (other.path()) } }
                        }
                    }
                }
            }
            h2 { "The viewers" }
            p.quiet {
                "Swagger UI (Apache-2.0), RapiDoc and Redoc (MIT) are the work of others and are "
                "built in unchanged, but for a picture that Redoc would load from elsewhere. Licences and notices: "
                @for (index, asset) in Asset::licences().enumerate() {
                    @if index > 0 { ", " }
                    a href=(asset.path()) { (asset.name) }
                }
                "."
            }
        }
    };
    page(document.title, &["page.css"], &[], &content)
}

/// The bar over each page: what is shown, the other documents, the other viewers.
fn bar(document: &Document, viewer: Option<Viewer>) -> Markup {
    html! {
        header.bar {
            strong { "Switchboard" }
            nav aria-label="Documents" {
                @for other in openapi::served() {
                    a href=(viewer.map_or_else(|| format!("{}/docs", other.base()), |viewer| place(other, viewer)))
                        aria-current=[(other.name == document.name).then_some("page")] { (other.short_title) }
                }
            }
            nav aria-label="Viewers" {
                a href=(format!("{}/docs", document.base())) aria-current=[viewer.is_none().then_some("page")] { "Overview" }
                @for other in Viewer::ALL {
                    a href=(place(document, *other)) aria-current=[(viewer == Some(*other)).then_some("page")] { (other.name()) }
                }
                a href=(document.path()) { "JSON" }
            }
        }
    }
}

fn place(document: &Document, viewer: Viewer) -> String {
    format!("{}/docs/{}", document.base(), viewer.word())
}

fn page(title: &str, styles: &[&str], scripts: &[&str], content: &Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – Switchboard" }
                // An empty icon: without one browsers ask for /favicon.ico.
                link rel="icon" href="data:,";
                @for style in styles { link rel="stylesheet" href=(assets::path(style)); }
                @for script in scripts { script src=(assets::path(script)) defer {} }
            }
            body { (content) }
        }
    };
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, Html(document.into_string())).into_response()
}
