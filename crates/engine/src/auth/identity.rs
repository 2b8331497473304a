//! From a presented access token to a person, and from there to the authority in an account.

use domain::ids::{AccountId, ApplicationId, TokenId, UserId};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::MINUTE_MS;
use domain::user::{MembershipState, User};

use super::known::KnownToken;
use super::scopes::{ApiScope, ScopeSet};
use super::secret::fingerprint;
use crate::error::{Denial, What};
use crate::{Engine, Error};

/// The last use of a token is written at most this often.
const USED_EVERY_MS: i64 = 10 * MINUTE_MS;

/// The application that holds a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenApplication {
    /// Its number.
    pub id: ApplicationId,
    /// It may see and set what only trusted applications may.
    pub is_trusted: bool,
    /// It is the server's own, by which people make tokens for themselves.
    pub is_built_in: bool,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person.
    pub user: User,
    /// The token.
    pub token_id: TokenId,
    /// Who holds the token.
    pub application: TokenApplication,
    /// What the token may do.
    pub scopes: ScopeSet,
    /// The token is of the API console, which has a small allowance of calls.
    pub is_console: bool,
}

/// Finds out who presents an access token.
///
/// A revocation acts on the next call: what was looked up before is used again only when nothing
/// was committed since.
///
/// # Errors
/// `Unauthenticated` with the same words for an unknown, expired, revoked or outdated token and
/// for a disabled user.
pub async fn authenticate(engine: &Engine, bearer: &str) -> Result<Identity, Error> {
    let (now, state) = (engine.now(), engine.auth_state());
    let (as_of, fingerprint) = (engine.db().commits(), fingerprint(bearer));
    if let Some((identity, is_to_note)) = state.known.token(as_of, &fingerprint, now, USED_EVERY_MS)
    {
        if is_to_note {
            state.token_used(identity.token_id, now);
        }
        return Ok(identity);
    }
    let token = store::tokens::find_live(engine.db(), &fingerprint, now)
        .await?
        .ok_or(Error::Unauthenticated(
            "The access token is unknown, expired or revoked.",
        ))?;
    let noted_at = token
        .used_at
        .filter(|used_at| now.since(*used_at).abs() < USED_EVERY_MS);
    if noted_at.is_none() {
        state.token_used(token.id, now);
    }
    let scopes = ScopeSet::parse(&token.scopes)
        .map_err(|error| Error::internal(format!("the scopes of a stored token: {error}")))?;
    let identity = Identity {
        user: token.user,
        token_id: token.id,
        application: TokenApplication {
            id: token.application_id,
            is_trusted: token.is_trusted,
            is_built_in: token.is_built_in,
        },
        scopes,
        is_console: token.is_console,
    };
    let known = KnownToken {
        identity: identity.clone(),
        expires_at: token.expires_at,
        noted_at: noted_at.unwrap_or(now),
    };
    state.known.keep_token(as_of, fingerprint, known);
    Ok(identity)
}

/// Whether the token of an identity is still in force, for what lives longer than a request.
pub async fn still_valid(engine: &Engine, identity: &Identity) -> Result<bool, Error> {
    Ok(store::tokens::is_live(engine.db(), identity.token_id, engine.now()).await?)
}

/// Whether what somebody does may outlive the token with which they do it.
///
/// Revoking a token that a person gave to an application which the operator does not trust has to
/// end all that the application can do. So it makes nobody who could go on in its place, and gives
/// nobody more rights than they had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trust {
    is_given: bool,
}

impl Trust {
    /// Of the people who run the server.
    pub const OPERATOR: Self = Self { is_given: true };

    /// Refuses what lasts; `what` begins the sentence.
    ///
    /// # Errors
    /// `Denied` with the rule.
    pub(crate) fn require(self, what: &str) -> Result<(), Error> {
        if self.is_given {
            return Ok(());
        }
        Err(Error::Denied(Denial::Rule(format!(
            "{what} is left to trusted applications, and to people with a token of their own: it \
             outlives the token."
        ))))
    }
}

impl Identity {
    /// The person's number.
    pub const fn user_id(&self) -> UserId {
        self.user.id
    }

    /// Refuses unless the token has the scope.
    pub fn require(&self, scope: ApiScope) -> Result<(), Error> {
        if self.scopes.contains(scope) {
            Ok(())
        } else {
            Err(Error::Denied(Denial::TokenScope(scope.as_str())))
        }
    }

    /// How far what the person does with this token may last.
    pub const fn trust(&self) -> Trust {
        Trust {
            is_given: self.application.is_trusted || self.application.is_built_in,
        }
    }

    /// The person's authority in an account, as it is at this call.
    ///
    /// # Errors
    /// The same `NotFound` for an account that does not exist and one the person does not belong
    /// to (or not at the moment); `Denied` when the person's role is closed to programs.
    pub async fn scope_for(&self, engine: &Engine, account_id: AccountId) -> Result<Scope, Error> {
        let (as_of, known) = (engine.db().commits(), &engine.auth_state().known);
        if let Some(scope) = known.scope(as_of, self.user.id, account_id) {
            return Ok(scope);
        }
        let role = super::people::active_role(engine.db(), account_id, self.user.id)
            .await?
            .ok_or(Error::NotFound(What::Account))?;
        if !role.permissions.contains(Permission::ApiRead) {
            return Err(Error::lacks(Permission::ApiRead));
        }
        let scope = Scope::for_member(account_id, self.user.id, role.topics, role.permissions);
        known.keep_scope(as_of, self.user.id, &scope);
        Ok(scope)
    }
}

/// Whether a membership lets its user in.
pub(super) fn is_active(state: MembershipState) -> bool {
    state == MembershipState::Active
}
