//! Connected profiles of a topic: the sources that it monitors.

use domain::change::ChangeKind;
use domain::ids::{ProfileId, TopicId};
use domain::limits;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::source::{Provider, Service};
use domain::time::UnixMillis;
use domain::topic::{Connection, Health, Profile};
use serde_json::{Value, json};
use store::Tx;
use store::counters::Kind;
use store::counts::Counted;

use super::{Told, change, name, require};
use crate::address::{self, Address};
use crate::{Engine, Error, What, room};

/// What connecting, changing and disconnecting needs.
const UPDATES: Permission = Permission::QueriesConnectservices;

/// A source to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// Network or kind of channel.
    pub service: Service,
    /// Identifier at the service; the address of a feed.
    pub service_id: String,
    /// Name shown; the service's own when absent.
    pub displayname: Option<String>,
}

/// What to change; absent members stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// Name shown.
    pub displayname: Option<String>,
    /// The same address with another secret in it. The one that is shown changes nothing.
    pub service_id: Option<String>,
    /// `false` stops the connection, `true` starts it again and clears its failures.
    pub is_enabled: Option<bool>,
}

/// The connected profiles of a topic, with the state of each connection as of now.
pub async fn list_profiles(
    engine: &Engine,
    scope: &Scope,
    topic_id: TopicId,
) -> Result<Vec<Profile>, Error> {
    let directory = engine.directory(scope.account_id()).await?;
    directory.topic(scope, topic_id)?;
    let mut profiles = store::profiles::list(engine.db(), scope).await?;
    profiles.retain(|profile| profile.topic_id == topic_id && profile.is_connected());
    Ok(profiles)
}

/// Connects a source to a topic; it is polled within seconds. One that the topic had before gets
/// its number back, and its name unless another is given.
///
/// # Errors
/// `Invalid` when there is no connector for the service or it cannot use the identifier,
/// `Conflict` when the topic has the source already.
pub async fn connect_profile(
    engine: &Engine,
    scope: &Scope,
    topic_id: TopicId,
    new: NewProfile,
) -> Result<Profile, Error> {
    require(scope, UPDATES)?;
    let directory = engine.directory(scope.account_id()).await?;
    directory.topic(scope, topic_id)?;
    let registry = engine.channels();
    let Some(channel) = registry.find(new.service) else {
        let known: Vec<&str> = registry.services().map(Service::as_str).collect();
        return Err(Error::invalid(
            "profile.type",
            format!(
                "there is no connector for \"{}\"; there is: {}",
                new.service,
                known.join(", ")
            ),
        ));
    };
    check_bytes("profile.service_id", &new.service_id)?;
    let is_incomplete = address::is_incomplete(&new.service_id);
    let address = if is_incomplete {
        new.service_id.trim().to_owned()
    } else {
        channel
            .check(&new.service_id, engine.http())
            .map_err(|reason| Error::invalid("profile.service_id", reason))?
    };
    let address = Address::new(engine, scope.account_id(), &address);
    let work_engine = engine.clone();
    let displayname = new
        .displayname
        .map(|text| name("profile.displayname", &text))
        .transpose()?;
    let (account_id, now) = (scope.account_id(), engine.now());
    let profile = change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            store::topics::find(&mut *tx, &scope, topic_id)
                .await?
                .ok_or(Error::NotFound(What::Topic))?;
            let service_id = address.service_id.clone();
            let fresh = Connection {
                due_at: Some(now),
                ..Connection::default()
            };
            let known =
                store::profiles::find_source(&mut *tx, &scope, topic_id, new.service, &service_id)
                    .await?;
            // What was read here and sent back: the topic has it, or needs the whole.
            if is_incomplete && !known.as_ref().is_some_and(Profile::is_connected) {
                return Err(incomplete("profile.service_id"));
            }
            let mut profile = match known {
                Some(known) if !known.is_connected() => Profile {
                    displayname: displayname.or(known.displayname),
                    added_at: now,
                    removed_at: None,
                    connection: fresh,
                    ..known
                },
                // One that is connected is refused by the store.
                _ => Profile {
                    account_id,
                    topic_id,
                    id: ProfileId(store::counters::next(tx, Kind::Profile).await?),
                    service: new.service,
                    service_id,
                    provider: provider(new.service),
                    displayname,
                    username: None,
                    avatar: None,
                    added_at: now,
                    removed_at: None,
                    connection: fresh,
                },
            };
            let id = profile.id;
            profile.connection.address = address.seal(&work_engine, account_id, id)?;
            if store::profiles::reconnect(tx, &scope, id, now).await? {
                store::profiles::update(tx, &scope, &profile).await?;
                store::profiles::update_connection(tx, &scope, id, &profile.connection).await?;
                let address = profile.connection.address.as_ref();
                store::profiles::set_address(tx, &scope, id, address).await?;
            } else {
                store::profiles::create(tx, &scope, &profile).await?;
                room::check(tx, &scope, Counted::Profiles, "profile").await?;
            }
            let after = card(&profile);
            let told = told(ChangeKind::ProfileAdded, &profile, Value::Null, after);
            Ok((profile, told))
        })
    })
    .await?;
    engine.signals().wake();
    Ok(profile)
}

/// Renames a connection, gives it another password or key, stops it or starts it again.
///
/// # Errors
/// `Invalid` when an address is given that differs in more than the secret in it: the messages of
/// another source are those of another profile.
pub async fn update_profile(
    engine: &Engine,
    scope: &Scope,
    topic_id: TopicId,
    id: ProfileId,
    update: ProfileUpdate,
) -> Result<Profile, Error> {
    require(scope, UPDATES)?;
    let work_engine = engine.clone();
    let displayname = update
        .displayname
        .map(|text| name("updates.displayname", &text))
        .transpose()?;
    let now = engine.now();
    let profile = change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let mut profile = find(tx, &scope, topic_id, id).await?;
            let before = card(&profile);
            if displayname.is_some() {
                profile.displayname = displayname;
                store::profiles::update(tx, &scope, &profile).await?;
            }
            let address = match &update.service_id {
                Some(given) => new_address(&work_engine, &profile, given)?,
                None => None,
            };
            if let Some(address) = address {
                profile.connection.address = address.seal(&work_engine, profile.account_id, id)?;
                let address = profile.connection.address.as_ref();
                store::profiles::set_address(tx, &scope, id, address).await?;
            }
            if let Some(is_enabled) = update.is_enabled {
                switch(&mut profile.connection, is_enabled, now);
                store::profiles::update_connection(tx, &scope, id, &profile.connection).await?;
            }
            let after = card(&profile);
            let told = told(ChangeKind::ProfileUpdated, &profile, before, after);
            Ok((profile, told))
        })
    })
    .await?;
    engine.signals().wake();
    Ok(profile)
}

/// The address that a profile is to have; `None` when it stays as it is.
fn new_address(engine: &Engine, profile: &Profile, given: &str) -> Result<Option<Address>, Error> {
    const FIELD: &str = "updates.service_id";
    let given = given.trim();
    check_bytes(FIELD, given)?;
    if given == profile.service_id {
        return Ok(None);
    }
    if address::is_incomplete(given) {
        return Err(incomplete(FIELD));
    }
    let checked = match engine.channels().find(profile.service) {
        Some(channel) => channel
            .check(given, engine.http())
            .map_err(|reason| Error::invalid(FIELD, reason))?,
        None => given.to_owned(),
    };
    let address = Address::new(engine, profile.account_id, &checked);
    if address.service_id == profile.service_id {
        return Ok(None);
    }
    if !address.differs_in_secret_alone(&profile.service_id) {
        return Err(Error::invalid(
            FIELD,
            "only a password or key in the address can be changed; connect another source as a \
             profile of its own",
        ));
    }
    Ok(Some(address))
}

/// Refuses an address that is longer than any that is asked: all profiles are listed with theirs.
fn check_bytes(field: &str, address: &str) -> Result<(), Error> {
    if address.trim().len() <= limits::ADDRESS_BYTES {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!(
            "an address of at most {} bytes was expected",
            limits::ADDRESS_BYTES
        ),
    ))
}

fn incomplete(field: &str) -> Error {
    Error::invalid(
        field,
        "the secret was taken out of this address (•••); give the whole address",
    )
}

/// Stops a connection, or starts it again with its failures forgotten.
fn switch(connection: &mut Connection, is_enabled: bool, now: UnixMillis) {
    if is_enabled {
        connection.health = Health::Unknown;
        connection.message = None;
        connection.failures = 0;
        connection.due_at = Some(now);
    } else {
        connection.health = Health::Disabled;
        connection.message = Some("Stopped by a user.".into());
        connection.due_at = None;
    }
}

/// Disconnects a source. What it brought stays, and so does the profile for those who ask where
/// that came from.
pub async fn disconnect_profile(
    engine: &Engine,
    scope: &Scope,
    topic_id: TopicId,
    id: ProfileId,
) -> Result<(), Error> {
    let now = engine.now();
    change(engine, scope, UPDATES, move |tx, scope| {
        Box::pin(async move {
            let profile = find(tx, &scope, topic_id, id).await?;
            store::profiles::disconnect(tx, &scope, id, now).await?;
            let before = card(&profile);
            Ok((
                (),
                told(ChangeKind::ProfileDeleted, &profile, before, Value::Null),
            ))
        })
    })
    .await
}

/// A connected profile of a topic within reach.
async fn find(
    tx: &mut Tx,
    scope: &Scope,
    topic_id: TopicId,
    id: ProfileId,
) -> Result<Profile, Error> {
    store::topics::find(&mut *tx, scope, topic_id)
        .await?
        .ok_or(Error::NotFound(What::Topic))?;
    store::profiles::find(&mut *tx, scope, id)
        .await?
        .filter(|profile| profile.topic_id == topic_id && profile.is_connected())
        .ok_or(Error::NotFound(What::Profile))
}

/// The name of the collector in the vendor's list; services of ours that it does not know are
/// custom ones.
fn provider(service: Service) -> Provider {
    match service {
        Service::Rss => Provider::SearchProviderRss,
        _ => Provider::SearchProviderCustom,
    }
}

fn told(kind: ChangeKind, profile: &Profile, before: Value, after: Value) -> Told {
    Told {
        kind,
        object_id: profile.id.0,
        topic_id: Some(profile.topic_id),
        detail: json!({ "type": profile.service.as_str(), "service_id": profile.service_id }),
        before,
        after,
    }
}

/// What the history keeps.
fn card(profile: &Profile) -> Value {
    json!({
        "type": profile.service.as_str(),
        "service_id": profile.service_id,
        "displayname": profile.displayname,
        "is_enabled": profile.connection.health != Health::Disabled,
    })
}
