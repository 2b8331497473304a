//! The files of reports, by link: `GET /reports/{token}/{file}`, without credentials.
//!
//! The link is the credential, so nothing may keep a copy of the answer, and a link that expired, was
//! altered or never was gives one and the same answer.

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use engine::Engine;
use engine::reports::{self, Download, Link};
use http::{HeaderMap, HeaderValue, header};
use tokio_util::io::ReaderStream;

use super::errors::{self, Failure, Style};
use super::version::Family;
use crate::http::origin::Origin;
use crate::layers::RequestId;

/// Bytes that are read from the file at a time.
const PIECE: usize = 64 * 1024;

/// Where the files are.
const PLACE: &str = "/reports";

/// The route of the files.
pub fn router(engine: Engine) -> Router {
    Router::new()
        .route(
            &format!("{PLACE}/{{token}}/{{file}}"),
            get(show).fallback(refuse),
        )
        .with_state(engine)
}

/// The address of a file, which is the same in every version.
pub fn address(origin: &Origin, link: &Link) -> String {
    let Link { token, name } = link;
    format!("{}{PLACE}/{token}/{name}", origin.as_str())
}

async fn show(
    State(engine): State<Engine>,
    request_id: Option<Extension<RequestId>>,
    Path((token, file)): Path<(String, String)>,
) -> Response {
    match reports::open(&engine, &token, &file).await {
        Ok(download) => send(download),
        Err(error) => fail(&Failure::Engine(error), request_id),
    }
}

async fn refuse(request_id: Option<Extension<RequestId>>) -> Response {
    let failure = Failure::Method {
        allowed: "GET, HEAD".to_owned(),
        reason: None,
    };
    fail(&failure, request_id)
}

fn fail(failure: &Failure, request_id: Option<Extension<RequestId>>) -> Response {
    let Extension(id) = request_id.unwrap_or_default();
    let style = Style {
        family: Family::Data,
        old_permission_errors: false,
    };
    let mut response = errors::respond(failure, id.as_str(), style);
    not_kept(response.headers_mut());
    response
}

/// The file, as it is read.
fn send(download: Download) -> Response {
    let Download { name, bytes, file } = download;
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/zip"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    not_kept(&mut headers);
    let body = Body::from_stream(ReaderStream::with_capacity(file, PIECE));
    (headers, body).into_response()
}

fn not_kept(headers: &mut HeaderMap) {
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
}
