//! The job that makes mentions of what was taken in.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::ids::{IntakeId, ProfileId};
use domain::mention::Status;
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::topic::{Profile, Topic};
use store::intake::Intake;
use store::jobs::Job;
use store::quarantine::Quarantined;

use super::assign::Wanted;
use super::enrich::enrich;
use super::intake::{Envelope, Work, next_id, quarantined};
use super::record::{self, Batch, Entry, Origin, Recorded};
use crate::write::{self, Effects};
use crate::{Engine, Error, What};

/// Processes the items of a job; a second run finds them done.
///
/// # Errors
/// `Invalid` when the job itself cannot be read: trying again is useless.
pub async fn run(engine: &Engine, job: &Job) -> Result<Recorded, Error> {
    let account_id = job
        .account_id
        .ok_or_else(|| Error::invalid("job", "it names no account"))?;
    let work: Work = serde_json::from_str(&job.payload)
        .map_err(|error| Error::invalid("job", format!("its payload cannot be read: {error}")))?;
    process(engine, &Scope::system(account_id), &work.intake).await
}

/// Makes mentions of these items.
pub async fn process(engine: &Engine, scope: &Scope, ids: &[IntakeId]) -> Result<Recorded, Error> {
    let mut items = store::intake::load(engine.db(), scope, ids).await?;
    items.retain(|item| item.done_at.is_none());
    if items.is_empty() {
        return Ok(Recorded::default());
    }
    let done: Vec<IntakeId> = items.iter().map(|item| item.id).collect();
    let profiles: BTreeSet<ProfileId> = items.iter().map(|item| item.profile_id).collect();
    let listeners = listeners(engine, scope, &profiles).await?;
    let (account_id, now) = (scope.account_id(), engine.now());
    let spare: Vec<IntakeId> = items.iter().map(|_| next_id(engine)).collect();
    let (entries, rejected) = tokio::task::spawn_blocking(move || {
        let mut entries = Vec::with_capacity(items.len());
        let mut rejected = Vec::new();
        for (item, spare) in items.into_iter().zip(spare) {
            match read(&item, &listeners, account_id, now) {
                Ok(entry) => entries.extend(entry),
                Err(reason) => rejected.push(reject(item, spare, &reason)),
            }
        }
        (entries, rejected)
    })
    .await
    .map_err(|failure| Error::internal(format!("reading items did not end: {failure}")))?;
    let batch = record::prepare(engine, scope, entries).await?;
    record_and_mark(engine, scope, batch, done, rejected).await
}

async fn record_and_mark(
    engine: &Engine,
    scope: &Scope,
    batch: Batch,
    done: Vec<IntakeId>,
    rejected: Vec<Quarantined>,
) -> Result<Recorded, Error> {
    let (work_engine, work_scope) = (engine.clone(), scope.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let now = work_engine.now();
            let marked = store::intake::mark_done(tx, &work_scope, &done, now).await?;
            if marked < u64::try_from(done.len()).unwrap_or(u64::MAX) {
                // Somebody else, whose lease had ended, was faster with at least one of them.
                // What he left is found at the next try.
                return if marked == 0 {
                    Ok((Recorded::default(), Effects::none()))
                } else {
                    Err(Error::unavailable("items were processed twice at once"))
                };
            }
            for item in &rejected {
                store::quarantine::insert(tx, &work_scope, item).await?;
            }
            match record::write(tx, &work_engine, &work_scope, batch).await {
                // The job comes again and makes it anew.
                Err(Error::NotFound(What::Tag)) => Err(Error::unavailable(
                    "a tag was deleted while it was put on a mention",
                )),
                done => done,
            }
        })
    })
    .await
}

/// The topics that listen, by profile.
type Listeners = BTreeMap<ProfileId, (Topic, Profile, Result<Wanted, String>)>;

async fn listeners(
    engine: &Engine,
    scope: &Scope,
    profiles: &BTreeSet<ProfileId>,
) -> Result<Listeners, Error> {
    // The profile may have been connected on another node a moment ago.
    let directory = engine.directory(scope.account_id()).await?;
    Ok(directory
        .profiles
        .values()
        .filter(|profile| profiles.contains(&profile.id) && profile.is_connected())
        .filter_map(|profile| {
            let topic = directory.topics.get(&profile.topic_id)?.clone();
            let wanted = Wanted::by(&topic).map_err(|error| error.to_string());
            Some((profile.id, (topic, profile.clone(), wanted)))
        })
        .collect())
}

/// The entry that an item makes: none when its profile is gone or its topic does not want it.
fn read(
    item: &Intake,
    listeners: &Listeners,
    account_id: domain::ids::AccountId,
    now: UnixMillis,
) -> Result<Option<Entry>, String> {
    let Some((topic, profile, wanted)) = listeners.get(&item.profile_id) else {
        return Ok(None);
    };
    let wanted = wanted.as_ref().map_err(Clone::clone)?;
    let envelope: Envelope = serde_json::from_slice(&item.raw)
        .map_err(|error| format!("it cannot be read back: {error}"))?;
    // Parsers of foreign text have bugs; one message must not cost the others.
    catch_unwind(AssertUnwindSafe(|| {
        let mut draft = envelope.draft;
        draft
            .source
            .id
            .get_or_insert_with(|| envelope.external_id.clone());
        draft
            .source
            .profile
            .get_or_insert_with(|| profile.service_id.clone());
        let enriched = enrich(draft, now);
        wanted
            .takes(account_id, topic, &enriched, now)
            .then(|| Entry {
                topic_id: topic.id,
                project_id: topic.project_id,
                enriched,
                status: Status::New,
                priority: None,
                origin: Some(Origin {
                    external_id: envelope.external_id,
                    identity: envelope.identity,
                }),
                is_update: true,
            })
    }))
    .map_err(|_| "reading it made the program stumble".to_owned())
}

/// Keeps an item that cannot be read, with the bytes as they came.
fn reject(item: Intake, id: IntakeId, reason: &str) -> Quarantined {
    let raw =
        serde_json::from_slice::<Envelope>(&item.raw).map_or(item.raw, |envelope| envelope.bytes());
    quarantined(id, item.profile_id, item.received_at, reason, raw)
}
