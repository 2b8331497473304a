//! Names and passwords in addresses: never shown, whoever they belong to.

use url::Url;

use super::HIDDEN;

/// An address, or a text that holds some, with what signs in replaced; `None` when nothing does.
pub(super) fn without_sign_in(text: &str) -> Option<String> {
    if !text.contains('@') {
        return None;
    }
    written_out(text).or_else(|| written_oddly(text))
}

/// `https://name:password@…`, wherever in the text.
fn written_out(text: &str) -> Option<String> {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at_checked(at + 3)?;
        let is_end = |c: char| c.is_whitespace() || "/?#\\<>\"'".contains(c);
        let end = behind.find(is_end).unwrap_or(behind.len());
        shown.push_str(before);
        rest = behind;
        let authority = behind.get(..end).unwrap_or_default();
        if let Some((_, host)) = authority.rsplit_once('@') {
            shown.push_str(HIDDEN);
            shown.push('@');
            rest = behind.get(end - host.len()..).unwrap_or_default();
        }
    }
    shown.push_str(rest);
    (shown != text).then_some(shown)
}

/// What readers of addresses understand all the same: `//name:password@…`, `http:name@…`.
fn written_oddly(address: &str) -> Option<String> {
    let read =
        Url::parse(address).or_else(|_| Url::parse("http://relative.invalid/")?.join(address));
    let mut url = read.ok()?;
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.as_str().replacen("://", &format!("://{HIDDEN}@"), 1))
}
