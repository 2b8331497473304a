//! The bases of the dialect's addresses.

/// Which family of calls an address belongs to; each has a route table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Accounts, conversations and so on.
    Data,
    /// Notes, annotations and tags of customers.
    Profiles,
    /// What agents did.
    Events,
}

/// A base, as the caller wrote it. Every address in an answer repeats it: a recorded client finds
/// the kind of a linked object by cutting the address after `v1.1/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// `v1`, which is v1.1: the documentation named `1` shows examples of v1.1.
    V1,
    /// `v1.0`, which is v1.1.
    V1_0,
    /// `v1.1`.
    V1_1,
    /// `v1.3`.
    V1_3,
    /// `v3.0`, which has agent events only.
    V3,
    /// `api/1`, the Customer Profiles API.
    Profiles1,
    /// `api/v1`; the documentation writes the version as a placeholder.
    ProfilesV1,
}

impl Version {
    /// All bases.
    pub const ALL: &'static [Self] = &[
        Self::V1,
        Self::V1_0,
        Self::V1_1,
        Self::V1_3,
        Self::V3,
        Self::Profiles1,
        Self::ProfilesV1,
    ];

    /// What stands between the slash after the host and the slash before the resource.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V1_0 => "v1.0",
            Self::V1_1 => "v1.1",
            Self::V1_3 => "v1.3",
            Self::V3 => "v3.0",
            Self::Profiles1 => "api/1",
            Self::ProfilesV1 => "api/v1",
        }
    }

    /// The calls below this base.
    pub const fn family(self) -> Family {
        match self {
            Self::V1 | Self::V1_0 | Self::V1_1 | Self::V1_3 => Family::Data,
            Self::V3 => Family::Events,
            Self::Profiles1 | Self::ProfilesV1 => Family::Profiles,
        }
    }

    /// Whether the shapes of v1.1 are meant.
    pub const fn is_v1_1(self) -> bool {
        matches!(self, Self::V1 | Self::V1_0 | Self::V1_1)
    }
}

/// What the beginning of a path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base<'a> {
    /// A base and the path below it, which begins with a slash or is empty.
    Known(Version, &'a str),
    /// A version that there never was, such as `v1.2`.
    Unknown,
}

/// Reads the base of a path; `None` when the path belongs to another dialect.
///
/// `/api/1/…` is no account of the other dialect's alias below `/api`: accounts are numbered from
/// 1001.
pub fn base(path: &str) -> Option<Base<'_>> {
    let rest = path.strip_prefix('/')?;
    let known = Version::ALL.iter().find_map(|version| {
        let below = rest.strip_prefix(version.segment())?;
        (below.is_empty() || below.starts_with('/')).then_some(Base::Known(*version, below))
    });
    known.or_else(|| {
        let first = rest.split('/').next().unwrap_or_default();
        let number = first.strip_prefix('v')?;
        let is_version = number.starts_with(|first: char| first.is_ascii_digit())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_version.then_some(Base::Unknown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_told_from_the_beginning_of_the_path() {
        for (path, expected) in [
            (
                "/v1.3/accounts",
                Some(Base::Known(Version::V1_3, "/accounts")),
            ),
            (
                "/v1/accounts/",
                Some(Base::Known(Version::V1, "/accounts/")),
            ),
            ("/v1.0/tags", Some(Base::Known(Version::V1_0, "/tags"))),
            ("/v1.1", Some(Base::Known(Version::V1_1, ""))),
            (
                "/v3.0/agent_events",
                Some(Base::Known(Version::V3, "/agent_events")),
            ),
            (
                "/api/1/notes",
                Some(Base::Known(Version::Profiles1, "/notes")),
            ),
            (
                "/api/v1/notes",
                Some(Base::Known(Version::ProfilesV1, "/notes")),
            ),
            ("/v1.2/accounts", Some(Base::Unknown)),
            ("/v2/accounts", Some(Base::Unknown)),
            ("/v1.30/accounts", Some(Base::Unknown)),
            ("/api/1001/inbox/mentions", None),
            ("/api/12/notes", None),
            ("/1001/inbox/mentions", None),
            ("/me", None),
            ("/version", None),
            ("/", None),
        ] {
            assert_eq!(base(path), expected, "{path}");
        }
    }
}
