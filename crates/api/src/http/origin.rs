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
}
