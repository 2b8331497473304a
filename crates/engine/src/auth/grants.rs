//! The token endpoint: codes and refresh tokens are exchanged for access tokens.
//!
//! A code is good for one exchange. A refresh token is replaced at each exchange. For a minute the
//! same exchange gives the same tokens again, since an answer can get lost on its way (RFC 9700,
//! 4.14.2, leaves that to the server). Somebody who comes later with one that was exchanged, or
//! whose successor was, has a copy, or the owner's copy was used by somebody else: all tokens of
//! that consent are revoked. As no exchange makes a second pair, a copy that was used within the
//! minute has tokens that end with the owner's.
//!
//! Nobody is refused for having too many of them: a new consent ends the one that was used longest
//! ago, of the same application or of all, and an exchange ends the oldest tokens of its consent,
//! where there are as many as may be ([`limits`]).

use domain::ids::{TokenId, UserId};
use domain::limits;
use domain::time::UnixMillis;
use store::applications::Application;
use store::counters::Kind;
use store::tokens::Token;
use store::{StoreError, Tx};
use subtle::ConstantTimeEq as _;

use super::config::AuthConfig;
use super::pkce;
use super::scopes::ScopeSet;
use super::secret::{Secret, fingerprint};
use crate::{Engine, Error};

/// The error words of RFC 6749 (5.2) and RFC 7009.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantErrorCode {
    /// Something is missing, given twice or malformed.
    InvalidRequest,
    /// The application is unknown or did not prove itself.
    InvalidClient,
    /// The code or refresh token is unknown, expired, used, revoked or not this application's.
    InvalidGrant,
    /// The application may not do this.
    UnauthorizedClient,
    /// There is no such kind of exchange.
    UnsupportedGrantType,
    /// An unknown scope, or more than was consented to.
    InvalidScope,
}

impl GrantErrorCode {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
        }
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The client did something wrong.
    #[error("{description}")]
    Refused {
        /// Which error of the RFC.
        code: GrantErrorCode,
        /// In words.
        description: String,
    },
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<StoreError> for GrantError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// A refusal.
pub fn refused(code: GrantErrorCode, description: impl Into<String>) -> GrantError {
    GrantError::Refused {
        code,
        description: description.into(),
    }
}

/// How an application says who it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientProof {
    /// `client_id`
    pub client_id: Option<String>,
    /// `client_secret`
    pub client_secret: Option<String>,
}

/// What is offered for an access token.
#[derive(Clone, PartialEq, Eq)]
pub enum Offer {
    /// `grant_type=authorization_code`
    Code {
        /// `code`
        code: String,
        /// `redirect_uri`
        redirect_uri: Option<String>,
        /// `code_verifier`
        verifier: Option<String>,
    },
    /// `grant_type=refresh_token`
    Refresh {
        /// `refresh_token`
        token: String,
        /// `scope`
        scope: Option<String>,
    },
}

/// A new access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token, shown this once.
    pub access_token: Secret,
    /// Its life in seconds.
    pub expires_in_s: i64,
    /// What it may do.
    pub scopes: ScopeSet,
    /// For the next one; none for tokens that a user made for themselves.
    pub refresh_token: Option<Secret>,
}

/// Finds out which application calls.
pub async fn authenticate_client(
    engine: &Engine,
    proof: &ClientProof,
) -> Result<Application, GrantError> {
    use GrantErrorCode::InvalidClient;
    let client_id = proof
        .client_id
        .as_deref()
        .ok_or_else(|| refused(InvalidClient, "client_id is missing"))?;
    let wrong = || refused(InvalidClient, "client_id or client_secret is wrong");
    let application = store::applications::find_by_client_id(engine.db(), client_id)
        .await?
        .ok_or_else(wrong)?;
    let is_proven = match (&application.secret_hash, &proof.client_secret) {
        (Some(hash), Some(secret)) => fingerprint(secret).ct_eq(hash).into(),
        (Some(_), None) => false,
        // A public client has nothing to prove here; PKCE binds its codes to it.
        (None, secret) => secret.is_none(),
    };
    if is_proven {
        Ok(application)
    } else {
        Err(wrong())
    }
}

/// Exchanges what an application offers for an access token.
pub async fn exchange(
    engine: &Engine,
    proof: &ClientProof,
    offer: Offer,
) -> Result<Issued, GrantError> {
    let application = authenticate_client(engine, proof).await?;
    let minting = Minting::new(engine);
    // A refusal that revokes must be committed, so it is a result of the transaction, not an error.
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                match offer {
                    Offer::Code {
                        code,
                        redirect_uri,
                        verifier,
                    } => {
                        exchange_code(tx, &application, &code, redirect_uri, verifier, minting)
                            .await
                    }
                    Offer::Refresh { token, scope } => {
                        exchange_refresh(tx, &application, &token, scope, minting).await
                    }
                }
            })
        })
        .await?
}

type Answer = Result<Issued, GrantError>;

async fn exchange_code(
    tx: &mut Tx,
    application: &Application,
    code: &str,
    redirect_uri: Option<String>,
    verifier: Option<String>,
    minting: Minting,
) -> Result<Answer, GrantError> {
    use GrantErrorCode::InvalidGrant;
    let hash = fingerprint(code);
    let user = store::codes::user_of(tx, &hash).await?;
    lock_first(tx, user).await?;
    let unknown = "the code is unknown, expired or was given to another application";
    let Some(code) = store::codes::lock(tx, &hash).await? else {
        return Ok(Err(refused(InvalidGrant, unknown)));
    };
    if code.application_id != application.id {
        return Ok(Err(refused(InvalidGrant, unknown)));
    }
    if code.used_at.is_some() {
        store::tokens::revoke_grant(tx, code.grant_id, minting.now).await?;
        return Ok(Err(refused(
            InvalidGrant,
            "the code was used before; the tokens made from it are revoked",
        )));
    }
    if code.expires_at <= minting.now {
        return Ok(Err(refused(InvalidGrant, unknown)));
    }
    let is_same_redirect = match (&code.redirect_uri, &redirect_uri) {
        (Some(before), Some(now)) => before == now,
        (Some(_), None) => false,
        (None, Some(now)) => application.redirect_uri.as_ref() == Some(now),
        (None, None) => true,
    };
    if !is_same_redirect {
        return Ok(Err(refused(
            InvalidGrant,
            "redirect_uri is not the one of the authorisation request",
        )));
    }
    let is_proven = match (&code.challenge, &verifier) {
        (Some(challenge), Some(verifier)) => pkce::matches(verifier, challenge),
        (None, None) => true,
        // A verifier without a challenge means that somebody took the challenge out of the
        // request (RFC 9700, 2.1.1).
        _ => false,
    };
    if !is_proven {
        return Ok(Err(refused(
            InvalidGrant,
            "code_verifier does not belong to the code",
        )));
    }
    store::codes::mark_used(tx, &hash, minting.now).await?;
    let grant = Grant {
        application,
        user_id: code.user_id,
        epoch: code.epoch,
        grant_id: code.grant_id,
        consented: code.scopes,
        ends_at: minting.now.plus_ms(minting.config.refresh_token_ms),
        parent_id: None,
    };
    mint(tx, grant, None, minting.drawn(), &minting).await
}

async fn exchange_refresh(
    tx: &mut Tx,
    application: &Application,
    presented: &str,
    scope: Option<String>,
    minting: Minting,
) -> Result<Answer, GrantError> {
    use GrantErrorCode::{InvalidGrant, InvalidScope};
    let now = minting.now;
    let unknown = "the refresh token is unknown, expired, revoked or another application's";
    let hash = fingerprint(presented);
    let user = store::tokens::user_of(tx, &hash).await?;
    lock_first(tx, user).await?;
    let found = store::tokens::lock(tx, &hash).await?;
    let found = found.filter(|it| it.is_refresh && it.application_id == application.id);
    let Some(token) = found.filter(|it| it.expires_at > now) else {
        return Ok(Err(refused(InvalidGrant, unknown)));
    };
    if token.revoked_at.is_some() || is_reused(tx, &token, &minting).await? {
        store::tokens::revoke_grant(tx, token.grant_id, now).await?;
        return Ok(Err(refused(
            InvalidGrant,
            "the refresh token was exchanged or revoked before; all tokens of this consent are revoked",
        )));
    }
    let narrowed = match scope.as_deref().map(ScopeSet::parse) {
        None => None,
        Some(Err(unknown)) => return Ok(Err(refused(InvalidScope, unknown.to_string()))),
        Some(Ok(scopes)) if scopes.is_within(stored_scopes(&token.scopes)?) => Some(scopes),
        Some(Ok(_)) => {
            return Ok(Err(refused(
                InvalidScope,
                "more is asked for than the user consented to",
            )));
        }
    };
    let salt = if let Some(salt) = token.successor_salt {
        salt
    } else {
        store::tokens::mark_exchanged(tx, token.id, &minting.salt, now).await?;
        minting.salt.to_vec()
    };
    let grant = Grant {
        application,
        user_id: token.user_id,
        epoch: token.epoch,
        grant_id: token.grant_id,
        consented: token.scopes,
        ends_at: token.expires_at,
        parent_id: Some(token.id),
    };
    let pair = minting.successors(presented, &salt, narrowed);
    mint(tx, grant, narrowed, pair, &minting).await
}

/// Locks the person before what the person holds, as everybody does who ends something of a person:
/// two who took the locks in another order would wait for each other.
async fn lock_first(tx: &mut Tx, user: Option<UserId>) -> Result<(), StoreError> {
    if let Some(id) = user {
        store::users::lock(tx, id).await?;
    }
    Ok(())
}

/// Whether a refresh token was exchanged before, other than a moment ago with an answer that may have
/// got lost: it did not when somebody used what that answer held.
async fn is_reused(tx: &mut Tx, token: &Token, minting: &Minting) -> Result<bool, StoreError> {
    let Some(used_at) = token.used_at else {
        return Ok(false);
    };
    if minting.now.since(used_at) > minting.config.refresh_grace_ms {
        return Ok(true);
    }
    store::tokens::has_exchanged_child(tx, token.id).await
}

fn stored_scopes(text: &str) -> Result<ScopeSet, Error> {
    ScopeSet::parse(text)
        .map_err(|error| Error::internal(format!("the scopes of a stored grant: {error}")))
}

/// A consent that tokens are made from.
struct Grant<'a> {
    application: &'a Application,
    user_id: UserId,
    epoch: i64,
    grant_id: TokenId,
    consented: String,
    /// When its refresh tokens die, however often they were exchanged.
    ends_at: UnixMillis,
    parent_id: Option<TokenId>,
}

/// New secrets, drawn before the transaction.
pub(super) struct Minting {
    access: Secret,
    refresh: Secret,
    salt: [u8; 16],
    server_secret: [u8; 32],
    now: UnixMillis,
    config: AuthConfig,
}

/// An access token and the refresh token that comes with it.
struct Pair {
    access: Secret,
    refresh: Secret,
}

impl Minting {
    pub(super) fn new(engine: &Engine) -> Self {
        let mut salt = [0; 16];
        engine.random().fill(&mut salt);
        Self {
            access: Secret::token(engine.random()),
            refresh: Secret::token(engine.random()),
            salt,
            server_secret: engine.config().secret,
            now: engine.now(),
            config: engine.config().auth.clone(),
        }
    }

    /// Tokens that nothing leads to.
    fn drawn(&self) -> Pair {
        Pair {
            access: self.access.clone(),
            refresh: self.refresh.clone(),
        }
    }

    /// The tokens that a refresh token is exchanged for. Only hashes of tokens are stored, so those
    /// of a repeated exchange are found again by deriving them: from the presented token, a salt
    /// that was drawn at the first exchange and the secret of the server, all of which it takes.
    fn successors(&self, presented: &str, salt: &[u8], narrowed: Option<ScopeSet>) -> Pair {
        let scopes = narrowed
            .map(|scopes| scopes.to_string())
            .unwrap_or_default();
        let derived = |kind: &str| {
            Secret::derived(
                &self.server_secret,
                &[
                    kind.as_bytes(),
                    salt,
                    presented.as_bytes(),
                    scopes.as_bytes(),
                ],
            )
        };
        Pair {
            access: derived("access token"),
            // The consent stays whole, so there is one successor however narrow the access token.
            refresh: Secret::derived(
                &self.server_secret,
                &[b"refresh token", salt, presented.as_bytes()],
            ),
        }
    }
}

async fn mint(
    tx: &mut Tx,
    grant: Grant<'_>,
    narrowed: Option<ScopeSet>,
    pair: Pair,
    minting: &Minting,
) -> Result<Answer, GrantError> {
    let present = store::users::lock(tx, grant.user_id).await?;
    if !present.is_some_and(|it| it.epoch == grant.epoch && !it.user.is_disabled) {
        return Ok(Err(refused(
            GrantErrorCode::InvalidGrant,
            "the user's consent has ended",
        )));
    }
    let consented = stored_scopes(&grant.consented)?;
    let scopes = narrowed.unwrap_or(consented);
    let now = minting.now;
    let access = Token {
        id: TokenId(0),
        token_hash: pair.access.fingerprint(),
        is_refresh: false,
        application_id: grant.application.id,
        user_id: grant.user_id,
        epoch: grant.epoch,
        grant_id: grant.grant_id,
        parent_id: None,
        scopes: scopes.to_string(),
        added_at: now,
        expires_at: now.plus_ms(minting.config.access_token_ms),
        used_at: None,
        successor_salt: None,
        revoked_at: None,
    };
    let refresh = Token {
        token_hash: pair.refresh.fingerprint(),
        is_refresh: true,
        parent_id: grant.parent_id,
        scopes: consented.to_string(),
        expires_at: grant.ends_at,
        ..access.clone()
    };
    if grant.parent_id.is_none() {
        make_room(tx, &grant, now).await?;
    }
    let access = find_or_create(tx, access).await?;
    let refresh = find_or_create(tx, refresh).await?;
    store::tokens::keep_newest_of_grant(tx, grant.grant_id, limits::TOKENS_OF_GRANT).await?;
    if [&access, &refresh].iter().any(|it| it.revoked_at.is_some()) {
        return Ok(Err(refused(
            GrantErrorCode::InvalidGrant,
            "the tokens of this exchange were revoked",
        )));
    }
    Ok(Ok(Issued {
        access_token: pair.access,
        expires_in_s: access.expires_at.since(now) / 1_000,
        scopes,
        refresh_token: Some(pair.refresh),
    }))
}

/// Ends the consents of the person that were used longest ago where there is no room for one more;
/// dead ones go first. The person's row is locked.
async fn make_room(tx: &mut Tx, grant: &Grant<'_>, now: UnixMillis) -> Result<(), StoreError> {
    let application = Some(grant.application.id);
    for (of, most) in [
        (application, limits::GRANTS_TO_APPLICATION),
        (None, limits::GRANTS),
    ] {
        let others = most.saturating_sub(1);
        let rest = store::tokens::grants_after(tx, grant.user_id, of, others, now).await?;
        for id in rest {
            store::tokens::delete_grant(tx, id).await?;
        }
    }
    Ok(())
}

/// The token with this hash: that of the first exchange when this one repeats it, else the new one.
async fn find_or_create(tx: &mut Tx, mut token: Token) -> Result<Token, StoreError> {
    if let Some(found) = store::tokens::lock(tx, &token.token_hash).await? {
        return Ok(found);
    }
    token.id = TokenId(store::counters::next(tx, Kind::Token).await?);
    store::tokens::create(tx, &token).await?;
    Ok(token)
}

/// A token that a user makes for themselves, in a grant of its own and without a refresh token.
pub(super) async fn mint_personal(
    tx: &mut Tx,
    application: &Application,
    user: &store::users::Credentials,
    scopes: ScopeSet,
    minting: Minting,
) -> Result<Issued, StoreError> {
    let id = TokenId(store::counters::next(tx, Kind::Token).await?);
    let now = minting.now;
    let token = Token {
        id,
        token_hash: minting.access.fingerprint(),
        is_refresh: false,
        application_id: application.id,
        user_id: user.user.id,
        epoch: user.epoch,
        grant_id: id,
        parent_id: None,
        scopes: scopes.to_string(),
        added_at: now,
        expires_at: now.plus_ms(minting.config.access_token_ms),
        used_at: None,
        successor_salt: None,
        revoked_at: None,
    };
    store::tokens::create(tx, &token).await?;
    Ok(Issued {
        access_token: minting.access,
        expires_in_s: minting.config.access_token_ms / 1_000,
        scopes,
        refresh_token: None,
    })
}

/// Revokes a token (RFC 7009): an access token alone, a refresh token with its whole consent. An
/// unknown token is as good as a revoked one.
///
/// # Errors
/// `InvalidClient`; `UnauthorizedClient` for another application's token.
pub async fn revoke(engine: &Engine, proof: &ClientProof, token: &str) -> Result<(), GrantError> {
    let application = authenticate_client(engine, proof).await?;
    let (hash, now) = (fingerprint(token), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let user = store::tokens::user_of(tx, &hash).await?;
                lock_first(tx, user).await?;
                let Some(token) = store::tokens::lock(tx, &hash).await? else {
                    return Ok(());
                };
                if token.application_id != application.id {
                    return Err(refused(
                        GrantErrorCode::UnauthorizedClient,
                        "the token was given to another application",
                    ));
                }
                if token.is_refresh {
                    store::tokens::revoke_grant(tx, token.grant_id, now).await?;
                } else {
                    store::tokens::revoke(tx, token.id, now).await?;
                }
                Ok(())
            })
        })
        .await
}
