//! Where the addresses in answers begin.

/// Scheme, host and port under which the server is reached, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin of a configured address; a slash at its end is dropped.
    pub fn new(address: &str) -> Self {
        Self(address.trim_end_matches('/').to_owned())
    }

    /// The text that paths are added to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a browser that was sent here calls its page's origin so: in lower case, without the
    /// port that is usual for the scheme.
    pub fn is(&self, other: &str) -> bool {
        without_usual_port(&self.0).eq_ignore_ascii_case(without_usual_port(other))
    }
}

fn without_usual_port(origin: &str) -> &str {
    let port = match origin.split_once(':').map(|(scheme, _)| scheme) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => ":443",
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => ":80",
        _ => return origin,
    };
    origin.strip_suffix(port).unwrap_or(origin)
}
