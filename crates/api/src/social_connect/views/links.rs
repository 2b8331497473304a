//! Addresses in answers.

use domain::ids::{AccountId, MentionId, TopicId};

use crate::http::origin::Origin;

/// Where the server is reached, as this caller reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    origin: Origin,
    prefix: &'static str,
}

impl Links {
    /// Links below an origin without a slash at its end; `has_prefix` when the caller used the
    /// `/api` alias, which links of the API then keep.
    pub fn new(origin: &str, has_prefix: bool) -> Self {
        Self {
            origin: Origin::new(origin),
            prefix: if has_prefix { "/api" } else { "" },
        }
    }

    /// The API, without a slash at the end.
    pub fn api(&self) -> impl std::fmt::Display + '_ {
        Joined(self.origin.as_str(), self.prefix)
    }

    /// The web application, without a slash at the end.
    pub fn web(&self) -> impl std::fmt::Display + '_ {
        Joined(self.origin.as_str(), "/app")
    }

    /// A mention in the web application. Recorded receivers read the account from
    /// `/messages/{account}/`.
    pub fn permalink(&self, account: AccountId, topic: TopicId, id: MentionId) -> String {
        format!("{}/messages/{account}/permalink/{topic}/{id}/", self.web())
    }
}

struct Joined<'a>(&'a str, &'a str);

impl std::fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)?;
        f.write_str(self.1)
    }
}
