//! Hosts: some services give each subscriber one.

use url::{Host, Url};

use super::HIDDEN;
use super::made_up::looks_made_up;
use super::shown::{Secret, Shown};

pub(super) fn show(url: &Url, shown: &mut Shown) {
    let Some(Host::Domain(name)) = url.host() else {
        shown.show(url.host_str().unwrap_or_default());
        return;
    };
    for (at, label) in name.split('.').enumerate() {
        if at > 0 {
            shown.show(".");
        }
        if is_made_up(label) {
            shown.hide(Secret::new("", label, true));
        } else {
            shown.show(label);
        }
    }
}

/// The host of an address, without the parts that look made up.
pub(crate) fn host(url: &Url) -> String {
    let mut shown = Shown::default();
    show(url, &mut shown);
    shown.text
}

/// The same, without what was taken out: a name for where something came from.
pub(crate) fn domain(url: &Url) -> String {
    let host = host(url);
    let labels: Vec<&str> = host.split('.').filter(|label| *label != HIDDEN).collect();
    let domain = labels.join(".");
    domain.strip_prefix("www.").unwrap_or(&domain).to_owned()
}

/// A sentence that may name a host, without the parts of it that look made up.
pub(crate) fn in_sentence(text: &str) -> String {
    let is_of_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_label) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_of_label(c)).unwrap_or(from.len());
        let (label, after) = from.split_at(end);
        shown.push_str(before);
        shown.push_str(if is_made_up(label) { HIDDEN } else { label });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn is_made_up(label: &str) -> bool {
    // Names in other scripts are written like this.
    !label.starts_with("xn--") && looks_made_up(label)
}
