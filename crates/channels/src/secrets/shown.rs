//! An address in the making: what is shown of it, and what is not.

use super::HIDDEN;

/// Something in an address that is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    /// The parameter that it is the value of, or the part of the path before it; may be empty.
    pub(super) name: String,
    /// Itself, not percent-encoded.
    pub(super) value: String,
    /// Its place or its look says that it is a secret; else only nothing says that it is none.
    pub(super) is_sure: bool,
}

/// What is shown so far.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) secrets: Vec<Secret>,
}

impl Shown {
    pub(super) fn show(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn hide(&mut self, secret: Secret) {
        self.text.push_str(HIDDEN);
        self.secrets.push(secret);
    }

    /// Notes a secret that stands in what is hidden already.
    pub(super) fn note(&mut self, name: &str, value: &str, is_sure: bool) {
        self.secrets.push(Secret::new(name, value, is_sure));
    }

    /// Whether the whole is shown.
    pub(super) const fn is_whole(&self) -> bool {
        self.secrets.is_empty()
    }
}

impl Secret {
    pub(super) fn new(name: &str, value: &str, is_sure: bool) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            is_sure,
        }
    }
}
