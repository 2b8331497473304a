//! What an application may do on behalf of a user: the scopes of an access token.
//!
//! A scope never widens what the user may do; it only says which part of that an application gets.

/// One scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// Who the user is; every token has it.
    Identify,
    /// Read everything in the user's accounts.
    AccountsRead,
    /// Change things; the vendor asks for `accounts_read` as well.
    AccountsWrite,
    /// The user's connected profiles.
    Socialprofiles,
    /// The user's e-mail address.
    Email,
    /// The hand-over of conversations.
    AccountsHandover,
}

impl ApiScope {
    /// All scopes, in the order in which they are listed.
    pub const ALL: &'static [Self] = &[
        Self::Identify,
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::Socialprofiles,
        Self::Email,
        Self::AccountsHandover,
    ];

    /// The word in `scope`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::AccountsRead => "accounts_read",
            Self::AccountsWrite => "accounts_write",
            Self::Socialprofiles => "socialprofiles",
            Self::Email => "email",
            Self::AccountsHandover => "accounts_handover",
        }
    }

    /// The scope with this word; the words are case-sensitive (RFC 6749, 3.3).
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.as_str() == word)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Identify => 1,
            Self::AccountsRead => 2,
            Self::AccountsWrite => 4,
            Self::Socialprofiles => 8,
            Self::Email => 16,
            Self::AccountsHandover => 32,
        }
    }
}

impl std::fmt::Display for ApiScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope {0:?}")]
pub struct UnknownScope(pub String);

/// A set of scopes. Always holds [`ApiScope::Identify`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScopeSet(u8);

impl ScopeSet {
    /// What a token may do when no scope was asked for.
    pub const IDENTIFY: Self = Self(ApiScope::Identify.bit());

    /// Every scope.
    pub fn all() -> Self {
        ApiScope::ALL.iter().copied().collect()
    }

    /// Reads a list separated by spaces, plus signs or commas; an empty one means identity only.
    ///
    /// The RFC separates by spaces. A plus sign arrives where a client encoded a `+` that should
    /// have been a space; commas are what clients of other networks' APIs write.
    ///
    /// # Errors
    /// The first word that is no scope.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        text.split([' ', '+', ',', '\t', '\n', '\r'])
            .filter(|word| !word.is_empty())
            .map(|word| ApiScope::parse(word).ok_or_else(|| UnknownScope(word.to_owned())))
            .collect()
    }

    /// Whether the scope is in the set.
    pub const fn contains(self, scope: ApiScope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The set with the scope in it.
    pub const fn with(self, scope: ApiScope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// Whether all scopes of this set are in `other`.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The scopes in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = ApiScope> {
        ApiScope::ALL
            .iter()
            .copied()
            .filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<ApiScope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = ApiScope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::IDENTIFY, Self::with)
    }
}

/// The words separated by spaces, as a token answer has them.
impl std::fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, scope) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ScopeSet({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_with_every_separator_clients_use() {
        let expected: ScopeSet = [ApiScope::AccountsRead, ApiScope::AccountsWrite]
            .into_iter()
            .collect();
        for text in [
            "accounts_read accounts_write",
            "accounts_read+accounts_write",
            "accounts_read,accounts_write",
            " identify  accounts_write, accounts_read accounts_read",
        ] {
            assert_eq!(ScopeSet::parse(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn no_scope_means_identity_only() {
        for text in ["", " ", ","] {
            assert_eq!(ScopeSet::parse(text), Ok(ScopeSet::IDENTIFY), "{text:?}");
        }
    }

    #[test]
    fn an_unknown_scope_is_named() {
        assert_eq!(
            ScopeSet::parse("accounts_read Accounts_Write"),
            Err(UnknownScope("Accounts_Write".to_owned()))
        );
    }

    #[test]
    fn a_set_is_printed_in_one_order_and_read_back() {
        let set = ScopeSet::parse("email accounts_read").unwrap();
        assert_eq!(set.to_string(), "identify accounts_read email");
        assert_eq!(ScopeSet::parse(&set.to_string()), Ok(set));
        assert_eq!(
            ScopeSet::parse(&ScopeSet::all().to_string()),
            Ok(ScopeSet::all())
        );
    }

    #[test]
    fn a_narrower_set_is_within_a_wider_one() {
        let narrow = ScopeSet::parse("accounts_read").unwrap();
        let wide = narrow.with(ApiScope::Email);
        assert!(narrow.is_within(wide));
        assert!(!wide.is_within(narrow));
    }
}
