//! The style sheet of the pages: small, readable on a phone, light and dark.

use axum::response::{IntoResponse, Response};
use http::header;

const STYLE: &str = "\
:root { color-scheme: light dark; --page: #f6f7f9; --pane: #fff; --line: #d3d7df; --edge: #7a8194;
  --ink: #171a21; --meta: #4b5263; --accent: #3b5bdb; --on: #fff; --soft: #eef2ff;
  --good: #18794e; --good-soft: #e6f6ec; --bad: #c0272d; --bad-soft: #fdecec }
@media (prefers-color-scheme: dark) { :root { --page: #0e1015; --pane: #15181f; --line: #353c4a;
  --edge: #7d8598; --ink: #eceef3; --meta: #aab1c2; --accent: #7d97ff; --on: #0d1021;
  --soft: #1c2340; --good: #5fcf96; --good-soft: #12291e; --bad: #ff8a8a; --bad-soft: #331819 } }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 Inter, system-ui, sans-serif; background: var(--page);
  color: var(--ink) }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1rem }
@media (min-width: 40rem) { main { margin: 3rem auto; padding: 2rem; background: var(--pane);
  border: 1px solid var(--line); border-radius: .875rem } }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 1rem }
h2 { font-size: 1.0625rem; line-height: 1.25; margin: 2rem 0 .5rem }
p { margin: .5rem 0 }
a { color: var(--accent) }
label { display: block; font-weight: 600; margin-top: 1.25rem }
input { width: 100%; font: inherit; color: inherit; padding: .625rem; margin-top: .25rem;
  background: var(--pane); border: 1px solid var(--edge); border-radius: .375rem }
button, a.button { display: inline-block; font: inherit; font-weight: 600; min-height: 2.75rem;
  padding: .5rem 1.25rem; border: 1px solid var(--accent); border-radius: .375rem;
  background: transparent; color: var(--accent); cursor: pointer; white-space: nowrap;
  text-decoration: none }
button.primary, a.button { background: var(--accent); color: var(--on) }
button.plain { border: 0; padding: 0; text-decoration: underline; font-weight: 400 }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent);
  outline-offset: 2px; border-radius: .375rem }
input[aria-invalid] { border-color: var(--bad) }
.choice { display: flex; gap: .75rem; margin-top: 1.5rem; flex-wrap: wrap }
.error { border-left: 4px solid var(--bad); background: var(--bad-soft); padding: .5rem .75rem;
  margin: .25rem 0 }
.done { border-left: 4px solid var(--good); background: var(--good-soft); padding: .5rem .75rem;
  margin: 0 0 1rem }
.quiet, .meta { font-size: .875rem; color: var(--meta) }
.quiet { margin-top: 1.5rem }
.meta { margin: .125rem 0 }
.name { font-weight: 600; overflow-wrap: anywhere }
.mark { font-size: .8125rem; padding: .0625rem .5rem; border-radius: .375rem;
  background: var(--soft); color: var(--accent); white-space: nowrap }
.aside { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.who { font-size: .875rem; color: var(--meta); margin: 0 0 .75rem; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1.5rem;
  border-bottom: 1px solid var(--line) }
nav a { padding: .5rem 0; color: var(--meta); text-decoration: none }
nav a[aria-current] { color: var(--ink); font-weight: 600; box-shadow: 0 2px var(--accent) }
.things { list-style: none; margin: .5rem 0; padding: 0 }
.things > li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  justify-content: space-between; margin: 0; padding: .75rem 0; border-top: 1px solid var(--line) }
.things > li > div:first-child { flex: 1 1 14rem; min-width: 0 }
.things .choice { margin: 0 }
.foot { margin-top: 2rem; padding-top: .75rem; border-top: 1px solid var(--line) }
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
