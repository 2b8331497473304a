//! Connected profiles: the sources of topics, and how their connections fare.

use domain::ids::{AccountId, ProfileId, TopicId};
use domain::scope::Scope;
use domain::sealed::Sealed;
use domain::source::{Provider, Service};
use domain::time::UnixMillis;
use domain::topic::{Connection, Health, Profile};

use crate::convert::{key, member, own};
use crate::db::{Db, Reader, Tx};
use crate::error::StoreError;
use crate::nodes::Holder;
use crate::row;

row! {
    struct ProfileRow {
        account_id: i64,
        id: i64,
        topic_id: i64,
        service: i64,
        service_id: String,
        provider: i64,
        displayname: Option<String>,
        username: Option<String>,
        avatar: Option<String>,
        added_at: i64,
        removed_at: Option<i64>,
        health: i64,
        message: Option<String>,
        polled_at: Option<i64>,
        succeeded_at: Option<i64>,
        due_at: Option<i64>,
        failures: i64,
        position: Option<String>,
        address: Option<Vec<u8>>,
    }
}

impl TryFrom<ProfileRow> for Profile {
    type Error = StoreError;

    fn try_from(row: ProfileRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            topic_id: TopicId(row.topic_id),
            id: ProfileId(row.id),
            service: member(row.service, Service::from_number, "service")?,
            service_id: row.service_id,
            provider: member(row.provider, Provider::from_number, "provider")?,
            displayname: row.displayname,
            username: row.username,
            avatar: row.avatar,
            added_at: UnixMillis(row.added_at),
            removed_at: row.removed_at.map(UnixMillis),
            connection: Connection {
                health: member(row.health, Health::from_number, "health of a connection")?,
                message: row.message,
                polled_at: row.polled_at.map(UnixMillis),
                succeeded_at: row.succeeded_at.map(UnixMillis),
                due_at: row.due_at.map(UnixMillis),
                failures: row.failures,
                cursor: row.position,
                address: row.address.map(Sealed::new),
            },
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, topic_id, service, service_id, provider, displayname, username,
                avatar, added_at, removed_at, health, message, polled_at, succeeded_at, due_at,
                failures, position, address
            FROM profiles ",
            $rest
        )
    };
}

/// Connects a profile.
///
/// # Errors
/// `Conflict` when the topic has it already, or when the account has no such topic.
pub async fn create(tx: &mut Tx, scope: &Scope, profile: &Profile) -> Result<(), StoreError> {
    own(scope, profile.account_id)?;
    let connection = &profile.connection;
    let rows = tx
        .setting(
            scope.account_id(),
            "INSERT INTO profiles
                (account_id, id, topic_id, service, service_id, service_key, provider, displayname,
                username, avatar, added_at, removed_at, health, message, polled_at, succeeded_at,
                due_at, failures, position, address, host)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19, $20, $21)
            ON CONFLICT (account_id, topic_id, service, service_key) DO NOTHING",
        )?
        .bind(profile.account_id.0)
        .bind(profile.id.0)
        .bind(profile.topic_id.0)
        .bind(i64::from(profile.service.number()))
        .bind(&*profile.service_id)
        .bind(&*key(&profile.service_id))
        .bind(i64::from(profile.provider.number()))
        .bind(profile.displayname.as_deref())
        .bind(profile.username.as_deref())
        .bind(profile.avatar.as_deref())
        .bind(profile.added_at.0)
        .bind(profile.removed_at.map(UnixMillis::get))
        .bind(i64::from(connection.health.number()))
        .bind(connection.message.as_deref())
        .bind(connection.polled_at.map(UnixMillis::get))
        .bind(connection.succeeded_at.map(UnixMillis::get))
        .bind(connection.due_at.map(UnixMillis::get))
        .bind(connection.failures)
        .bind(connection.cursor.as_deref())
        .bind(connection.address.as_ref().map(Sealed::bytes))
        .bind(host(&profile.service_id))
        .execute()
        .await?;
    if rows == 0 {
        return Err(StoreError::Conflict("the topic has this profile already"));
    }
    Ok(())
}

/// The newest connected profile of the installation whose address is sealed.
pub async fn find_sealed(from: &Db) -> Result<Option<Profile>, StoreError> {
    Reader::from(from)
        .sql(select!(
            "WHERE address IS NOT NULL AND removed_at IS NULL
            ORDER BY added_at DESC, account_id DESC, id DESC LIMIT 1"
        ))
        .fetch_optional::<ProfileRow>()
        .await?
        .map(Profile::try_from)
        .transpose()
}

/// The profile with this number, connected or not, if its topic is within reach of the scope.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: ProfileId,
) -> Result<Option<Profile>, StoreError> {
    Ok(from
        .into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<ProfileRow>()
        .await?
        .map(Profile::try_from)
        .transpose()?
        .filter(|profile| scope.reaches(profile.topic_id)))
}

/// The profile by which a topic of the scope has or had this source.
pub async fn find_source<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    topic_id: TopicId,
    service: Service,
    service_id: &str,
) -> Result<Option<Profile>, StoreError> {
    Ok(from
        .into()
        .sql(select!(
            "WHERE account_id = $1 AND topic_id = $2 AND service = $3 AND service_key = $4"
        ))
        .bind(scope.account_id().0)
        .bind(topic_id.0)
        .bind(i64::from(service.number()))
        .bind(&*key(service_id))
        .fetch_optional::<ProfileRow>()
        .await?
        .map(Profile::try_from)
        .transpose()?
        .filter(|profile| scope.reaches(profile.topic_id)))
}

/// The profiles of all topics within reach of the scope, the disconnected ones too, by number.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<Profile>, StoreError> {
    let mut profiles = from
        .into()
        .sql(select!("WHERE account_id = $1 ORDER BY id"))
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<ProfileRow>()
        .await?
        .into_iter()
        .map(Profile::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    profiles.retain(|profile| scope.reaches(profile.topic_id));
    Ok(profiles)
}

/// Profiles of all accounts whose time to be polled has come, by turns: of every topic and host at
/// most `each`, first the one of each that waits longest, then the next ones.
pub async fn due<'c>(
    from: impl Into<Reader<'c>>,
    now: UnixMillis,
    each: i64,
    limit: i64,
) -> Result<Vec<Profile>, StoreError> {
    from.into()
        .sql(
            "SELECT account_id, id, topic_id, service, service_id, provider, displayname, username,
                avatar, added_at, removed_at, health, message, polled_at, succeeded_at, due_at,
                failures, position, address
            FROM (
                SELECT longest.*, ROW_NUMBER() OVER (
                    PARTITION BY account_id, topic_id, host ORDER BY due_at, id
                ) AS turn
                FROM (
                    SELECT * FROM profiles WHERE due_at <= $1 ORDER BY due_at LIMIT $4
                ) AS longest
            ) AS waiting
            WHERE turn <= $2
            ORDER BY turn, due_at, account_id, id
            LIMIT $3",
        )
        .bind(now.0)
        .bind(each)
        .bind(limit)
        .bind(MOST_WAITING)
        .large()
        .fetch_all::<ProfileRow>()
        .await?
        .into_iter()
        .map(Profile::try_from)
        .collect()
}

/// Of so many that wait longest the turns are made, so that a look is not long when all wait.
const MOST_WAITING: i64 = 10_000;

/// Host and port of an address in lower case, without what stands before an `@`; empty when it is
/// no address.
fn host(service_id: &str) -> String {
    let Some((_, rest)) = service_id.split_once("://") else {
        return String::new();
    };
    let place = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let place = place.rsplit('@').next().unwrap_or_default();
    place
        .chars()
        .take(LONGEST_HOST)
        .collect::<String>()
        .to_lowercase()
}

/// A name of the DNS has no more characters.
const LONGEST_HOST: usize = 255;

/// Changes what is shown of a profile; tells whether it is connected.
pub async fn update(tx: &mut Tx, scope: &Scope, profile: &Profile) -> Result<bool, StoreError> {
    own(scope, profile.account_id)?;
    tx.setting(
        scope.account_id(),
        "UPDATE profiles
        SET displayname = $3, username = $4, avatar = $5
        WHERE account_id = $1 AND id = $2 AND removed_at IS NULL",
    )?
    .bind(profile.account_id.0)
    .bind(profile.id.0)
    .bind(profile.displayname.as_deref())
    .bind(profile.username.as_deref())
    .bind(profile.avatar.as_deref())
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Follows a source to its new identifier and address, unless the topic has that as another profile;
/// tells whether it did.
pub async fn move_to(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    service_id: &str,
    address: Option<&Sealed>,
) -> Result<bool, StoreError> {
    tx.setting(
        scope.account_id(),
        "UPDATE profiles
        SET service_id = $3, service_key = $4, address = $5, host = $6
        WHERE account_id = $1 AND id = $2 AND removed_at IS NULL AND NOT EXISTS (
            SELECT other.id
            FROM profiles AS other
            WHERE other.account_id = profiles.account_id AND other.topic_id = profiles.topic_id
                AND other.service = profiles.service AND other.service_key = $4
                AND other.id <> profiles.id
        )",
    )?
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(service_id)
    .bind(&*key(service_id))
    .bind(address.map(Sealed::bytes))
    .bind(host(service_id))
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Gives a connected profile another address, and leaves its identifier; tells whether it is
/// connected.
pub async fn set_address(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    address: Option<&Sealed>,
) -> Result<bool, StoreError> {
    tx.setting(
        scope.account_id(),
        "UPDATE profiles
        SET address = $3
        WHERE account_id = $1 AND id = $2 AND removed_at IS NULL",
    )?
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(address.map(Sealed::bytes))
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Notes how the connection fares; tells whether there still is one. Its address stays.
///
/// Called in the transaction that stores what was read, so that the bookmark moves with it.
pub async fn update_connection(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    connection: &Connection,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE profiles
        SET health = $3, message = $4, polled_at = $5, succeeded_at = $6, due_at = $7,
            failures = $8, position = $9, node = NULL, node_start = NULL
        WHERE account_id = $1 AND id = $2 AND removed_at IS NULL",
    )
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(i64::from(connection.health.number()))
    .bind(connection.message.as_deref())
    .bind(connection.polled_at.map(UnixMillis::get))
    .bind(connection.succeeded_at.map(UnixMillis::get))
    .bind(connection.due_at.map(UnixMillis::get))
    .bind(connection.failures)
    .bind(connection.cursor.as_deref())
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Puts off the next poll, if it still is due at `was`: of several nodes only one succeeds. Where
/// somebody asks meanwhile, `holder` says who.
pub async fn lease(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    was: UnixMillis,
    until: UnixMillis,
    holder: Option<Holder>,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE profiles
        SET due_at = $4, node = $5, node_start = $6
        WHERE account_id = $1 AND id = $2 AND due_at = $3",
    )
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(was.0)
    .bind(until.0)
    .bind(holder.map(|holder| i64::from(holder.node)))
    .bind(holder.map(|holder| holder.start))
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Makes due what earlier starts of a server were asking, or, where there is only one, any; gives
/// how many profiles that were.
pub async fn free(
    tx: &mut Tx,
    present: Holder,
    is_only_server: bool,
    now: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql(
        "UPDATE profiles
        SET due_at = $1, node = NULL, node_start = NULL
        WHERE node IS NOT NULL AND due_at IS NOT NULL
            AND ($2 OR (node = $3 AND node_start <> $4))",
    )
    .bind(now.0)
    .bind(is_only_server)
    .bind(i64::from(present.node))
    .bind(present.start)
    .execute()
    .await
}

/// Makes due what is put off beyond a time to which nobody puts anything off: a clock that stood in
/// the future for a moment did that.
pub async fn bring_back(
    tx: &mut Tx,
    beyond: UnixMillis,
    now: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql("UPDATE profiles SET due_at = $1, node = NULL, node_start = NULL WHERE due_at > $2")
        .bind(now.0)
        .bind(beyond.0)
        .execute()
        .await
}

/// Disconnects a profile, which keeps its number and its name but nothing of its connection; tells
/// whether it was connected.
pub async fn disconnect(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    tx.setting(
        scope.account_id(),
        "UPDATE profiles
        SET removed_at = $3, health = $4, message = NULL, polled_at = NULL, succeeded_at = NULL,
            due_at = NULL, node = NULL, node_start = NULL, failures = 0, position = NULL,
            address = NULL
        WHERE account_id = $1 AND id = $2 AND removed_at IS NULL",
    )?
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(now.0)
    .bind(i64::from(Health::default().number()))
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Connects a profile again that was disconnected; tells whether it was.
pub async fn reconnect(
    tx: &mut Tx,
    scope: &Scope,
    id: ProfileId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    tx.setting(
        scope.account_id(),
        "UPDATE profiles
        SET added_at = $3, removed_at = NULL
        WHERE account_id = $1 AND id = $2 AND removed_at IS NOT NULL",
    )?
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(now.0)
    .execute()
    .await
    .map(|rows| rows > 0)
}
