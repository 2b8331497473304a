//! Asks the sources that are due.
//!
//! A profile is due at a time that is kept in the database. Whoever polls it moves that time
//! first, by a lease, so that a profile is never asked twice at once, on however many nodes; the
//! lease is extended while the source takes its time, and what came and the new time are then
//! stored together. When the process dies in between, its next start, or another server once the
//! lease has ended, asks the source again for the same.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use channels::{Channel, PollError, PollErrorKind, Polled};
use domain::ids::{AccountId, ProfileId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::topic::{Connection, Health, Profile};
use futures::FutureExt as _;
use store::nodes::Holder;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::maintain::Told;
use super::position::Position;
use super::runner::{EXTEND_EVERY, LEASE_MS};
use super::spread;
use super::turns::{Shares, Turn, Turns};
use crate::address::{self, Address};
use crate::error::in_full;
use crate::pipeline::intake::{Arrivals, take_in};
use crate::{Engine, Error};

/// How long a poll may take at most.
const MOST_TIME: Duration = Duration::from_mins(1);
/// Profiles that are looked up at once.
const PAGE: i64 = 256;
/// Of one topic and host, so many.
const EACH: i64 = 4;
/// Longest message about a connection, in characters.
const LONGEST_MESSAGE: usize = 500;

/// Polls until cancelled, then waits for the polls that are under way.
pub async fn run(engine: Engine, cancel: CancellationToken) {
    let config = engine.config().polling.clone();
    let turns = Turns::new(Shares {
        places: config.concurrent_polls.max(1),
        slow: config.slow_polls,
        per_host: config.polls_per_host.max(1),
    });
    let (running, freed) = (TaskTracker::new(), Arc::new(Notify::new()));
    let mut told = Told::default();
    while !cancel.is_cancelled() {
        let mut due = Vec::new();
        let found = store::profiles::due(engine.db(), engine.now(), EACH, PAGE).await;
        told.note(
            "finding due profiles",
            found.map(|found| due = found).map_err(Error::from),
        );
        while let Some((profile, turn)) = turns.next(&mut due) {
            let (engine, freed) = (engine.clone(), Arc::clone(&freed));
            let patience = Duration::from_millis(config.quick_ms);
            running.spawn(async move {
                take_turn(poll_or_log(&engine, profile), &turn, patience, &freed).await;
                drop(turn);
                freed.notify_one();
            });
        }
        // The leases are taken by the tasks: a moment later these profiles are not due any more,
        // and one that is seen twice is leased once. Whoever waits for a place is looked for when
        // there is one.
        let (pause, is_waited) = (
            Duration::from_millis(800 + u64::from(spread(&engine)) * 2 / 5),
            !due.is_empty(),
        );
        tokio::select! {
            () = cancel.cancelled() => {}
            () = engine.signals().polls.notified() => {}
            () = freed.notified(), if is_waited => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    running.close();
    running.wait().await;
}

/// Waits for a poll; when it takes longer than a moment its place goes to the next one.
async fn take_turn(
    poll: impl Future<Output = ()>,
    turn: &Turn,
    patience: Duration,
    freed: &Notify,
) {
    tokio::pin!(poll);
    let mut has_place = true;
    while has_place {
        tokio::select! {
            () = &mut poll => return,
            () = tokio::time::sleep(patience) => has_place = !turn.is_slow(),
        }
    }
    freed.notify_one();
    poll.await;
}

/// Polls each profile that is due now, once; returns how many.
pub async fn poll_due(engine: &Engine) -> Result<usize, Error> {
    let mut seen: BTreeSet<(AccountId, ProfileId)> = BTreeSet::new();
    loop {
        let mut due = store::profiles::due(engine.db(), engine.now(), EACH, PAGE).await?;
        due.retain(|profile| seen.insert((profile.account_id, profile.id)));
        if due.is_empty() {
            return Ok(seen.len());
        }
        for profile in due {
            poll(engine, profile).await?;
        }
    }
}

async fn poll_or_log(engine: &Engine, profile: Profile) {
    let (account_id, id) = (profile.account_id, profile.id);
    if let Err(error) = poll(engine, profile).await {
        if error.refusal().is_some() {
            // Its lease ends in a moment, and it is due again.
            tracing::warn!(account.id = %account_id, profile.id = %id, error = in_full(&error), "a profile is polled later");
            return;
        }
        tracing::error!(account.id = %account_id, profile.id = %id, error = in_full(&error), "a profile cannot be polled");
    }
}

/// Polls one profile, unless somebody else does.
pub async fn poll(engine: &Engine, profile: Profile) -> Result<(), Error> {
    let scope = Scope::system(profile.account_id);
    let Some(was) = profile.connection.due_at else {
        return Ok(());
    };
    let now = engine.now();
    let Some(channel) = engine.channels().find(profile.service) else {
        let reason = format!("This server has no connector for \"{}\".", profile.service);
        return settle(
            engine,
            &scope,
            &profile,
            was,
            disabled(&profile, &reason, now),
        )
        .await;
    };
    let mut until = now.plus_ms(LEASE_MS);
    let holder = Some(engine.holder());
    if !lease(engine, &scope, profile.id, was, until, holder).await? {
        return Ok(());
    }
    let limits = &engine.signals().limits;
    if let Err(wait_ms) = limits.take(profile.id, channel.allowance(), now) {
        let later = now.plus_ms(wait_ms);
        lease(engine, &scope, profile.id, until, later, None).await?;
        return Ok(());
    }
    let position = Position::load(engine, &profile);
    let address = address::open(engine, &profile);
    let result = match &address {
        Some(address) => {
            let asking = ask(engine, channel, &profile, address, &position, now);
            leased(engine, &scope, profile.id, &mut until, asking).await
        }
        None => Err(PollError::new(
            PollErrorKind::Refused,
            "The address of this source was sealed by a server with another secret. Give it the \
             whole address again.",
        )),
    };
    let word = match &result {
        Ok(_) => "ok",
        Err(error) if error.is_final() => "gone",
        Err(_) => "failed",
    };
    metrics::counter!("switchboard_polls_total", "service" => profile.service.as_str(), "outcome" => word)
        .increment(1);
    match result {
        Ok(polled) => {
            let asked = address.unwrap_or_default();
            succeed(
                engine, &scope, &profile, &asked, position, until, polled, now,
            )
            .await
        }
        Err(error) => {
            let connection = failed(&profile, &error, spread(engine), now);
            settle(engine, &scope, &profile, until, connection).await
        }
    }
}

/// Waits for the source and extends the lease meanwhile; `until` is when it ends.
async fn leased<T>(
    engine: &Engine,
    scope: &Scope,
    id: ProfileId,
    until: &mut UnixMillis,
    asking: impl Future<Output = T>,
) -> T {
    tokio::pin!(asking);
    let mut is_ours = true;
    loop {
        tokio::select! {
            result = &mut asking => return result,
            () = tokio::time::sleep(EXTEND_EVERY), if is_ours => {}
        }
        // Not beside the question but between two looks at it: an extension that was begun is
        // seen through, so that it is known when the lease ends.
        let next = engine.now().plus_ms(LEASE_MS);
        let holder = Some(engine.holder());
        match lease(engine, scope, id, *until, next, holder).await {
            Ok(true) => *until = next,
            // A person stopped or started the connection meanwhile.
            Ok(false) => is_ours = false,
            Err(error) => {
                tracing::warn!(profile.id = %id, error = in_full(&error), "the lease of a source is not extended");
            }
        }
    }
}

/// Asks the source; a connector that stumbles or hangs has failed like any other.
async fn ask(
    engine: &Engine,
    channel: &dyn Channel,
    profile: &Profile,
    address: &str,
    position: &Position,
    now: UnixMillis,
) -> Result<Polled, PollError> {
    let mut connection = channels::Connection::new(profile, address.to_owned());
    connection.cursor.clone_from(&position.bookmark);
    let poll = AssertUnwindSafe(channel.poll(&connection, engine.http(), now)).catch_unwind();
    match tokio::time::timeout(MOST_TIME, poll).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(PollError::new(
            PollErrorKind::Malformed,
            "What the source sent made the connector stumble.",
        )),
        Err(_) => Err(PollError::new(
            PollErrorKind::Transient,
            format!(
                "The source did not answer within {} seconds.",
                MOST_TIME.as_secs()
            ),
        )),
    }
}

/// Stores what came, and the connection's new state with it.
#[expect(
    clippy::too_many_arguments,
    reason = "what is known after a poll, called once"
)]
async fn succeed(
    engine: &Engine,
    scope: &Scope,
    profile: &Profile,
    asked: &str,
    position: Position,
    lease: UnixMillis,
    polled: Polled,
    now: UnixMillis,
) -> Result<(), Error> {
    let identity = position.identity.as_deref();
    let arrivals = Arrivals::new(engine, profile, identity, polled.items, polled.poisoned)?;
    let moved_to = polled.moved_to.filter(|address| address != asked);
    let identity = match (position.identity.clone(), &moved_to) {
        (None, Some(_)) => Some(profile.service_id.clone()),
        (identity, _) => identity,
    };
    let mut notes = polled.notes;
    if let Some(address) = &moved_to {
        let shown = Address::new(engine, profile.account_id, address).service_id;
        notes.push(format!("The source has moved to {shown}."));
    }
    let connection = Connection {
        health: Health::Healthy,
        message: message(&notes.join(" ")),
        polled_at: Some(now),
        succeeded_at: Some(now),
        // In the past it would be asked again and again within one round.
        due_at: Some(polled.due_at.max(now.plus_ms(1))),
        failures: 0,
        cursor: Position {
            identity,
            bookmark: Some(polled.cursor),
        }
        .store(engine, profile)?,
        address: None,
    };
    take_in(engine, scope, arrivals, lease, connection).await?;
    let info = polled.profile;
    super::poll_profile::update(engine, scope, profile, info, moved_to).await
}

fn failed(profile: &Profile, error: &PollError, spread: u16, now: UnixMillis) -> Connection {
    let old = &profile.connection;
    let failures = old.failures.saturating_add(1);
    let due_at = channels::schedule::after_failure(error, failures, spread, now);
    Connection {
        health: if due_at.is_some() {
            Health::Failing
        } else {
            Health::Disabled
        },
        message: message(&error.message),
        polled_at: Some(now),
        succeeded_at: old.succeeded_at,
        due_at,
        failures,
        cursor: old.cursor.clone(),
        address: None,
    }
}

fn disabled(profile: &Profile, reason: &str, now: UnixMillis) -> Connection {
    Connection {
        health: Health::Disabled,
        message: message(reason),
        polled_at: Some(now),
        due_at: None,
        ..profile.connection.clone()
    }
}

fn message(text: &str) -> Option<String> {
    crate::pipeline::line(text, LONGEST_MESSAGE)
}

/// Stores the connection's new state, unless somebody changed the connection since.
async fn settle(
    engine: &Engine,
    scope: &Scope,
    profile: &Profile,
    lease: UnixMillis,
    connection: Connection,
) -> Result<(), Error> {
    let arrivals = Arrivals::new(engine, profile, None, Vec::new(), Vec::new())?;
    take_in(engine, scope, arrivals, lease, connection)
        .await
        .map(drop)
}

/// Moves the time at which the profile is due from `was` to `until`; of several only one succeeds.
async fn lease(
    engine: &Engine,
    scope: &Scope,
    id: ProfileId,
    was: UnixMillis,
    until: UnixMillis,
    holder: Option<Holder>,
) -> Result<bool, Error> {
    let scope = scope.clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>(store::profiles::lease(tx, &scope, id, was, until, holder).await?)
            })
        })
        .await
}
