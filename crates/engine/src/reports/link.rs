//! Links to files: whoever has one may fetch the file, without credentials, until it expires.
//!
//! A link says itself which report it stands for and how long, and is signed: nothing is stored,
//! and nothing can be guessed. What is wrong with a link is never said.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{AccountId, ReportId};
use domain::permission::Permission;
use domain::report::{Report, ReportState};
use domain::scope::Scope;
use domain::time::{HOUR_MS, UnixMillis};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tokio::fs::File;

use super::file;
use crate::{Engine, Error, What};

/// First byte of a token; another value would mean another layout.
const LAYOUT: u8 = 1;
/// Layout, account, report, hour of expiry.
const GRANT: usize = 1 + 8 + 8 + 8;
/// Bytes of the signature that are kept.
const SIGNATURE: usize = 16;

/// The file of a report, ready to be sent.
#[derive(Debug)]
pub struct Download {
    /// The name to save it under; harmless in headers.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// The file, at its beginning.
    pub file: File,
}

/// What a token grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grant {
    account_id: AccountId,
    report_id: ReportId,
    /// Hours since 1970 at which it expires.
    until_hour: i64,
}

/// What leads to a file: the two parts that an address of it has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which file, and until when; letters, digits, `-` and `_`.
    pub token: String,
    /// The name to save it under; harmless in addresses.
    pub name: String,
}

/// What leads to a report's file, good for at least as many hours as is set; `None` as long as
/// it is not ready, and after its file was removed. The same for a whole hour.
///
/// The address opens the file without credentials, so it is given only to those who may export
/// themselves: whoever may read about reports does not thereby read the messages in them.
pub fn link(engine: &Engine, scope: &Scope, report: &Report) -> Option<Link> {
    let is_there = report.state() == ReportState::Done && report.removed_at.is_none();
    let may_export = scope.may(Permission::ExportHistoryallRead) && scope.only_assigned().is_none();
    if !is_there || !may_export {
        return None;
    }
    let config = engine.config();
    let hours = config.reports.link_ms.div_euclid(HOUR_MS).max(1);
    let token = write(
        &config.secret,
        Grant {
            account_id: report.account_id,
            report_id: report.id,
            until_hour: hour(engine.now()).saturating_add(1).saturating_add(hours),
        },
    );
    Some(Link {
        token,
        name: report.archive_name(),
    })
}

/// The file behind a [`Link`].
///
/// # Errors
/// `NotFound`, whether the link expired, was altered or never was, or the file was removed.
pub async fn open(engine: &Engine, token: &str, name: &str) -> Result<Download, Error> {
    let none = || Error::NotFound(What::Report);
    let config = engine.config();
    let grant = read(&config.secret, token)
        .filter(|grant| hour(engine.now()) < grant.until_hour)
        .ok_or_else(none)?;
    let scope = Scope::system(grant.account_id);
    let report = store::reports::find(engine.db(), &scope, grant.report_id)
        .await?
        .filter(|report| report.removed_at.is_none() && report.archive_name() == name)
        .ok_or_else(none)?;
    let stored = report.file.ok_or_else(none)?;
    let path = file::path(&config.reports.directory, &stored.name).ok_or_else(none)?;
    let opened = match File::open(path).await {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(none()),
        Err(error) => {
            return Err(Error::unavailable(format!(
                "the file of a report cannot be opened: {error}"
            )));
        }
    };
    let metadata = opened.metadata().await.map_err(|error| {
        Error::unavailable(format!("the length of a report cannot be told: {error}"))
    })?;
    Ok(Download {
        name: name.to_owned(),
        bytes: metadata.len(),
        file: opened,
    })
}

const fn hour(at: UnixMillis) -> i64 {
    at.0.div_euclid(HOUR_MS)
}

fn write(secret: &[u8], grant: Grant) -> String {
    let mut bytes = Vec::with_capacity(GRANT + SIGNATURE);
    bytes.push(LAYOUT);
    bytes.extend_from_slice(&grant.account_id.get().to_be_bytes());
    bytes.extend_from_slice(&grant.report_id.get().to_be_bytes());
    bytes.extend_from_slice(&grant.until_hour.to_be_bytes());
    let signature = sign(secret, &bytes);
    bytes.extend_from_slice(&signature);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read(secret: &[u8], token: &str) -> Option<Grant> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (grant, signature) = bytes.split_at_checked(GRANT)?;
    if signature.len() != SIGNATURE || !bool::from(sign(secret, grant).ct_eq(signature)) {
        return None;
    }
    let [LAYOUT, numbers @ ..] = grant else {
        return None;
    };
    let mut numbers = numbers
        .chunks_exact(8)
        .filter_map(|number| number.try_into().ok().map(i64::from_be_bytes));
    Some(Grant {
        account_id: AccountId(numbers.next()?),
        report_id: ReportId(numbers.next()?),
        until_hour: numbers.next()?,
    })
}

fn sign(secret: &[u8], grant: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        // HMAC takes keys of every length.
        return Vec::new();
    };
    mac.update(b"report link\0");
    mac.update(grant);
    let mut signature = mac.finalize().into_bytes().to_vec();
    signature.truncate(SIGNATURE);
    signature
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GRANTED: Grant = Grant {
        account_id: AccountId(1001),
        report_id: ReportId(1002),
        until_hour: 498_000,
    };

    #[test]
    fn a_token_says_what_it_grants_to_those_with_the_secret() {
        let token = write(b"secret", GRANTED);
        assert_eq!(read(b"secret", &token), Some(GRANTED));
        assert_eq!(read(b"other", &token), None);
        assert_eq!(read(b"secret", ""), None);
        assert_eq!(read(b"secret", &format!("{token}=")), None);
        assert_eq!(read(b"secret", &format!("{token}A")), None);
    }

    proptest! {
        #[test]
        fn an_altered_token_grants_nothing(at in 0_usize..55, replacement in "[A-Za-z0-9_-]") {
            let token = write(b"secret", GRANTED);
            prop_assert!(at < token.len());
            let mut altered = token.clone();
            altered.replace_range(at..=at, &replacement);
            prop_assert_eq!(read(b"secret", &altered).is_some(), altered == token);
        }
    }
}
