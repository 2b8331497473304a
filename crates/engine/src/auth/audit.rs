//! The security log: who signed in, who was locked out, who changed what, in chains of hashes.
//!
//! Each row's hash covers the row and the hash before it, so a row that is changed, removed or put
//! in later shows in [`verify`]. (Somebody who can write to the whole database can rewrite a whole
//! chain; comparing its last hash with one kept elsewhere shows that too.)

use std::net::IpAddr;

use domain::audit_event::{AuditEvent, HistoryEvent};
use domain::ids::{AccountId, AuditId, UserId};
use domain::time::UnixMillis;
use sha2::{Digest as _, Sha256};
use store::audit::{Chain, Entry};
use store::{Db, StoreError, Tx};

use crate::Error;

/// The chain of what belongs to no account: sign-ins, passwords.
pub const INSTALLATION: Chain = 0;

/// Something worth recording. `detail` must hold no secret and no text that a stranger typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    chain: Chain,
    event: &'static str,
    actor: Option<UserId>,
    subject: Option<UserId>,
    address: Option<IpAddr>,
    detail: serde_json::Value,
}

impl Record {
    /// Something that happened to a person or a session.
    pub const fn security(event: AuditEvent) -> Self {
        Self {
            chain: INSTALLATION,
            event: event.as_str(),
            actor: None,
            subject: None,
            address: None,
            detail: serde_json::Value::Null,
        }
    }

    /// A change of an account's settings.
    pub const fn settings(account_id: AccountId, event: HistoryEvent) -> Self {
        Self {
            chain: account_id.0,
            event: event.as_str(),
            actor: None,
            subject: None,
            address: None,
            detail: serde_json::Value::Null,
        }
    }

    /// Something that happened to an account as a whole.
    pub const fn account(account_id: AccountId, event: AuditEvent) -> Self {
        let mut record = Self::security(event);
        record.chain = account_id.0;
        record
    }

    /// Somebody asked for an export of messages. The word is ours: the vendor's lists have none.
    pub const fn export(account_id: AccountId) -> Self {
        let mut record = Self::security(AuditEvent::SettingsEdited);
        record.chain = account_id.0;
        record.event = "report_requested";
        record
    }

    /// Who did it.
    pub const fn by(mut self, actor: Option<UserId>) -> Self {
        self.actor = actor;
        self
    }

    /// To whom it was done.
    pub const fn about(mut self, subject: Option<UserId>) -> Self {
        self.subject = subject;
        self
    }

    /// From which network address.
    pub const fn from_address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// More about it.
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}

/// Adds a record to its chain, in the transaction of what it records.
///
/// Takes the lock on the end of the chain; call it after the transaction's other statements.
pub async fn append(tx: &mut Tx, at: UnixMillis, record: Record) -> Result<(), StoreError> {
    let head = store::audit::lock_head(tx, record.chain).await?;
    let mut entry = Entry {
        chain: record.chain,
        id: AuditId(head.id.0.saturating_add(1)),
        at,
        event: record.event.to_owned(),
        actor_id: record.actor,
        subject_id: record.subject,
        address: record.address.map(|address| address.to_string()),
        detail: record.detail.to_string(),
        previous_hash: head.hash,
        hash: Vec::new(),
    };
    entry.hash = hash(&entry);
    store::audit::append(tx, &entry).await
}

/// What a check of a chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every row is as it was written; how many there are.
    Intact(i64),
    /// The first row that is not, or the place where one is missing.
    BrokenAt(AuditId),
}

/// Checks a chain from its first row to its end.
pub async fn verify(db: &Db, chain: Chain) -> Result<Verified, Error> {
    const PAGE: i64 = 1_000;
    let (mut last, mut previous) = (AuditId(0), Vec::new());
    loop {
        let entries = store::audit::list(db, chain, last, PAGE).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            let expected = AuditId(last.0.saturating_add(1));
            if entry.id != expected || entry.previous_hash != previous || entry.hash != hash(&entry)
            {
                return Ok(Verified::BrokenAt(expected));
            }
            last = entry.id;
            previous = entry.hash;
        }
    }
    match store::audit::head(db, chain).await? {
        // Rows at the end are missing, or were added by somebody else.
        Some(head) if head.id.0 < last.0 => Ok(Verified::BrokenAt(AuditId(head.id.0 + 1))),
        Some(head) if head.id != last || head.hash != previous => {
            Ok(Verified::BrokenAt(AuditId(last.0 + 1)))
        }
        None if last.0 > 0 => Ok(Verified::BrokenAt(AuditId(1))),
        _ => Ok(Verified::Intact(last.0)),
    }
}

/// SHA-256 over the fields, each preceded by its length so that none can run into the next.
fn hash(entry: &Entry) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    };
    let number = |id: Option<UserId>| id.map(|id| id.0.to_string()).unwrap_or_default();
    field(entry.chain.to_string().as_bytes());
    field(entry.id.0.to_string().as_bytes());
    field(entry.at.0.to_string().as_bytes());
    field(entry.event.as_bytes());
    field(number(entry.actor_id).as_bytes());
    field(number(entry.subject_id).as_bytes());
    field(entry.address.as_deref().unwrap_or_default().as_bytes());
    field(entry.detail.as_bytes());
    field(&entry.previous_hash);
    hasher.finalize().to_vec()
}
