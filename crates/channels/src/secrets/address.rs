//! An address in its parts, each of them judged.

use url::Url;

use super::percent::decoded;
use super::plain::{Words, is_plain};
use super::shown::{Secret, Shown};
use super::{host, parameters, path};

/// What is shown of an address and what is not; `None` when it is no web address.
pub(super) fn judge(address: &str) -> Option<Shown> {
    let url = Url::parse(address).ok()?;
    let mut shown = Shown::default();
    shown.show(url.scheme());
    shown.show(":");
    let Some(given_host) = url.host_str() else {
        // `feed:https://…`
        let mut inner = judge(url.path().trim_start()).filter(|_| url.cannot_be_a_base())?;
        shown.show(&inner.text);
        shown.secrets.append(&mut inner.secrets);
        return Some(shown);
    };
    shown.show("//");
    if !url.username().is_empty() || url.password().is_some() {
        let plain = |text: &str| decoded(text).unwrap_or_else(|| text.to_owned());
        shown.hide(Secret::new("", &plain(url.username()), true));
        shown.note("", &plain(url.password().unwrap_or_default()), true);
        shown.show("@");
    }
    host::show(&url, &mut shown);
    if let Some(port) = url.port() {
        shown.show(&format!(":{port}"));
    }
    path::path(url.path(), given_host, &mut shown);
    if let Some(given) = url.query() {
        shown.show("?");
        parameters::query(given, given_host, &mut shown);
    }
    if let Some(given) = url.fragment() {
        shown.show("#");
        if is_plain(given, Words::Letters) {
            shown.show(given);
        } else {
            let plain = decoded(given).unwrap_or_else(|| given.to_owned());
            shown.hide(Secret::new("", &plain, false));
        }
    }
    Some(shown)
}
