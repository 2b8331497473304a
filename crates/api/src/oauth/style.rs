//! The style sheet of the pages: small, readable on a phone, light and dark.

use axum::response::{IntoResponse, Response};
use http::header;

const STYLE: &str = "\
:root { color-scheme: light dark; --accent: #0b5cad; --line: #8a8f98; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --accent: #7db4f0; --bad: #ff9a92 } }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 26rem; margin: 0 auto; padding: 2rem 1rem }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 1rem }
label { display: block; font-weight: 600; margin-top: 1rem }
input { width: 100%; font: inherit; padding: .625rem; margin-top: .25rem;
  border: 1px solid var(--line); border-radius: .375rem }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem;
  border: 1px solid var(--accent); border-radius: .375rem; background: transparent;
  color: var(--accent); cursor: pointer }
button.primary { background: var(--accent); color: Canvas }
button.plain { border: 0; padding: 0; text-decoration: underline; font-weight: 400 }
input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.choice { display: flex; gap: .75rem; margin-top: 1.5rem; flex-wrap: wrap }
.error { border-left: 4px solid var(--bad); padding: .5rem .75rem; margin: 0 0 1rem }
.quiet { font-size: .875rem; margin-top: 1.5rem }
.name { font-weight: 600; overflow-wrap: anywhere }
li { margin: .25rem 0 }
";

/// The style sheet.
pub(super) async fn show() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE).into_response()
}
