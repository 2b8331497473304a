//! Keeps what a connector brings, before anything is done with it.
//!
//! One short transaction stores the items as they came, the work that they make, what could not be
//! read, and the connector's bookmark. Before it commits nothing is acknowledged to the source;
//! after it commits nothing can be lost. An item that comes again, in the same version, is there
//! already and makes no work.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use channels::{Draft, InboundItem, Poisoned};
use domain::ids::{IntakeId, JobId, ProfileId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::topic::{Connection, Profile};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Tx;
use store::intake::NewIntake;
use store::jobs::NewJob;
use store::quarantine::Quarantined;

use super::clean;
use crate::{Engine, Error, write};

/// The kind of job that makes mentions of what was taken in.
pub const PROCESS: &str = "process";
/// Items per job.
const ITEMS_PER_JOB: usize = 200;

/// An item as it is kept until it is processed, and for a while after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Envelope {
    /// Its identifier at the source.
    pub(super) external_id: String,
    /// Under which name of the source it is known, if the source is called otherwise by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) identity: Option<String>,
    /// What it says.
    pub(super) draft: Draft,
    /// The bytes it was read from, in base64.
    pub(super) raw: String,
}

impl Envelope {
    /// The bytes it was read from.
    pub(super) fn bytes(&self) -> Vec<u8> {
        BASE64.decode(&self.raw).unwrap_or_default()
    }
}

/// What the jobs of the kind [`PROCESS`] need to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Work {
    /// The items, ascending.
    pub(super) intake: Vec<IntakeId>,
}

/// A poll's result, ready to be stored.
#[derive(Debug)]
pub struct Arrivals {
    profile_id: ProfileId,
    items: Vec<NewIntake>,
    poisoned: Vec<(NewIntake, Quarantined)>,
    at: UnixMillis,
}

impl Arrivals {
    /// Makes items ready to be stored. `identity` is the name under which the source's messages
    /// are known, where it is not the profile's present one.
    pub fn new(
        engine: &Engine,
        profile: &Profile,
        identity: Option<&str>,
        items: Vec<InboundItem>,
        poisoned: Vec<Poisoned>,
    ) -> Result<Self, Error> {
        let at = engine.now();
        let items = items
            .into_iter()
            .map(|item| {
                let envelope = Envelope {
                    identity: identity.map(ToOwned::to_owned),
                    draft: item.draft,
                    raw: BASE64.encode(&item.raw),
                    external_id: item.external_id,
                };
                Ok(NewIntake {
                    id: next_id(engine),
                    profile_id: profile.id,
                    external_id: version_key("i", &envelope.external_id, &item.revision),
                    received_at: item.received_at,
                    raw: serde_json::to_vec(&envelope).map_err(|error| {
                        Error::internal(format!("an item cannot be written as JSON: {error}"))
                    })?,
                })
            })
            .collect::<Result<_, Error>>()?;
        let poisoned = poisoned
            .into_iter()
            .map(|item| {
                let marker = NewIntake {
                    id: next_id(engine),
                    profile_id: profile.id,
                    external_id: version_key("p", &item.external_id, &hash(&item.raw)),
                    received_at: at,
                    raw: Vec::new(),
                };
                let kept = quarantined(
                    next_id(engine),
                    profile.id,
                    at,
                    &item.reason,
                    item.raw.to_vec(),
                );
                (marker, kept)
            })
            .collect();
        Ok(Self {
            profile_id: profile.id,
            items,
            poisoned,
            at,
        })
    }

    /// Whether nothing arrived.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.poisoned.is_empty()
    }
}

/// Something that cannot be read, as it is kept for a person to look at.
pub(super) fn quarantined(
    id: IntakeId,
    profile_id: ProfileId,
    received_at: UnixMillis,
    reason: &str,
    raw: Vec<u8>,
) -> Quarantined {
    Quarantined {
        id,
        profile_id: Some(profile_id),
        received_at,
        reason: clean::line(reason, clean::MAX_TITLE).unwrap_or_else(|| "unknown".to_owned()),
        raw,
    }
}

/// A number for an item or a job, from the same source as those of mentions.
pub(crate) fn next_id(engine: &Engine) -> IntakeId {
    IntakeId(engine.new_mention_id().0)
}

/// Stores what arrived together with the state of the connection; returns how many items are new.
///
/// `lease` is the time until which the connection was leased. When it is due at another time by
/// now, a user stopped or started it meanwhile: then only its bookmark moves.
pub async fn take_in(
    engine: &Engine,
    scope: &Scope,
    arrivals: Arrivals,
    lease: UnixMillis,
    connection: Connection,
) -> Result<usize, Error> {
    let job_ids: Vec<JobId> = (0..=arrivals.items.len() / ITEMS_PER_JOB)
        .map(|_| JobId(next_id(engine).0))
        .collect();
    let work_scope = scope.clone();
    let new = write::locked(engine, scope, move |tx| {
        Box::pin(async move {
            if !connect(tx, &work_scope, arrivals.profile_id, lease, connection).await? {
                // Removed while it was being read: nobody wants its items any more.
                return Ok(0);
            }
            store_all(tx, &work_scope, &arrivals, &job_ids).await
        })
    })
    .await?;
    if new > 0 {
        engine.signals().wake();
    }
    Ok(new)
}

/// Notes the state of the connection; tells whether there still is one.
async fn connect(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    lease: UnixMillis,
    connection: Connection,
) -> Result<bool, Error> {
    let Some(present) = store::profiles::find(&mut *tx, scope, id)
        .await?
        .filter(Profile::is_connected)
    else {
        return Ok(false);
    };
    let connection = if present.connection.due_at == Some(lease) {
        connection
    } else {
        Connection {
            cursor: connection.cursor,
            ..present.connection
        }
    };
    Ok(store::profiles::update_connection(tx, scope, id, &connection).await?)
}

async fn store_all(
    tx: &mut Tx,
    scope: &Scope,
    arrivals: &Arrivals,
    job_ids: &[JobId],
) -> Result<usize, Error> {
    let at = arrivals.at;
    let new = store::intake::insert(tx, scope, &arrivals.items).await?;
    for (marker, kept) in &arrivals.poisoned {
        let marked = store::intake::insert(tx, scope, std::slice::from_ref(marker)).await?;
        if !marked.is_empty() {
            store::intake::mark_done(tx, scope, &marked, at).await?;
            store::quarantine::insert(tx, scope, kept).await?;
        }
    }
    let mut jobs = Vec::new();
    for (ids, id) in new.chunks(ITEMS_PER_JOB).zip(job_ids) {
        jobs.push(NewJob {
            id: *id,
            account_id: Some(scope.account_id()),
            kind: PROCESS.to_owned(),
            key: None,
            payload: serde_json::to_string(&Work {
                intake: ids.to_vec(),
            })
            .map_err(|error| Error::internal(format!("a job cannot be written: {error}")))?,
            due_at: at,
            added_at: at,
        });
    }
    store::jobs::push(tx, &jobs).await?;
    Ok(new.len())
}

/// The key of one version of an item: an edited item makes work again, an unchanged one does not.
fn version_key(kind: &str, external_id: &str, revision: &str) -> String {
    format!("{kind}\u{1f}{external_id}\u{1f}{revision}").replace('\0', "\u{fffd}")
}

fn hash(bytes: &[u8]) -> String {
    BASE64.encode(Sha256::digest(bytes))
}
