//! Addresses of sources: what is shown of them, and the whole of them for those who ask there.
//!
//! A profile is known by its `service_id`, which everybody who reads the account sees and mentions
//! refer to. Where the address of a source holds what may be a secret, `service_id` is the address
//! without it and with a mark that tells two such addresses apart; the address itself is sealed and
//! opened by the poller alone. Nobody is shown it again, whatever their role.

use channels::secrets;
pub(crate) use channels::secrets::is_incomplete;
use domain::ids::{AccountId, ProfileId};
use domain::sealed::Sealed;
use domain::topic::Profile;

use crate::{Engine, Error, seal};

/// An address in its two forms.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// What is shown and referred to.
    pub(crate) service_id: String,
    /// The whole, where `service_id` is less.
    secret: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({})", self.service_id)
    }
}

impl Address {
    /// An address, or an identifier that is none, as an account may refer to it.
    pub(crate) fn new(engine: &Engine, account_id: AccountId, address: &str) -> Self {
        let shown = secrets::without_secrets(address).filter(|_| !is_incomplete(address));
        match shown {
            None => Self {
                service_id: address.to_owned(),
                secret: None,
            },
            Some(shown) => Self {
                service_id: format!("{shown}#{}", mark(engine, account_id, address)),
                secret: Some(address.to_owned()),
            },
        }
    }

    /// The whole, sealed for a profile; nothing where there is no secret.
    pub(crate) fn seal(
        &self,
        engine: &Engine,
        account_id: AccountId,
        id: ProfileId,
    ) -> Result<Option<Sealed>, Error> {
        self.secret
            .as_deref()
            .map(|secret| seal::seal(engine, &place(account_id, id, "address"), secret))
            .transpose()
    }

    /// Whether this is the same place as that of a `service_id`, but for the secret.
    pub(crate) fn differs_in_secret_alone(&self, service_id: &str) -> bool {
        unmarked(&self.service_id) == unmarked(service_id)
    }
}

/// Where to ask for the news of a profile; `None` when its address was sealed with another secret.
pub(crate) fn open(engine: &Engine, profile: &Profile) -> Option<String> {
    open_with(&engine.config().secret, profile)
}

/// The same with the secret of an installation.
pub(crate) fn open_with(secret: &[u8; seal::KEY_LEN], profile: &Profile) -> Option<String> {
    match &profile.connection.address {
        None => Some(profile.service_id.clone()),
        Some(sealed) => seal::open_with_secret(
            secret,
            &place(profile.account_id, profile.id, "address"),
            sealed,
        ),
    }
}

/// What a sealed text of a profile is bound to.
pub(crate) fn place(account_id: AccountId, id: ProfileId, what: &str) -> String {
    format!("{what} of profile {account_id}/{id}")
}

/// Tells apart two addresses that are shown alike, within an account; without the installation's
/// secret nothing can be learnt from it by guessing.
fn mark(engine: &Engine, account_id: AccountId, address: &str) -> String {
    let text = format!("switchboard: mark of an address of account {account_id}: {address}");
    let bytes = seal::derive(&engine.config().secret, text.as_bytes());
    let mut mark = crate::auth::hex(&bytes);
    mark.truncate(MARK);
    mark
}

/// Hexadecimal digits of a mark.
const MARK: usize = 10;

/// An identifier without its mark.
fn unmarked(service_id: &str) -> &str {
    match service_id.rsplit_once('#') {
        Some((shown, mark)) if mark.len() == MARK && is_incomplete(shown) => shown,
        _ => service_id,
    }
}
