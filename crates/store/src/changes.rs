//! The change log and how far its followers have come.
//!
//! Numbers are handed out while the account's row in `change_heads` is locked until the commit, so
//! their order is the order of commits: a reader that has seen a number never misses a lower one
//! that is committed later. They have no gaps.

use std::ops::RangeInclusive;

use domain::change::{Change, ChangeKind, NewChange};
use domain::checksum::Checksum;
use domain::ids::{AccountId, ChangeNumber, TopicId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use serde_json::Value;

use crate::Db;
use crate::convert::{from_json, member, to_json};
use crate::db::{Dialect, Reader, Tx, pieces};
use crate::error::StoreError;
use crate::row;

/// Rows per insert.
const ROWS: usize = 512;

row! {
    struct ChangeRow {
        account_id: i64,
        number: i64,
        kind: i64,
        object_id: i64,
        topic_id: Option<i64>,
        user_id: Option<i64>,
        at: i64,
        detail: Option<String>,
    }
}

impl TryFrom<ChangeRow> for Change {
    type Error = StoreError;

    fn try_from(row: ChangeRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            number: ChangeNumber(row.number),
            kind: member(row.kind, ChangeKind::from_number, "kind of change")?,
            object_id: row.object_id,
            topic_id: row.topic_id.map(TopicId),
            user_id: row.user_id.map(UserId),
            at: UnixMillis(row.at),
            detail: match row.detail {
                Some(text) => from_json(&text, "detail of a change")?,
                None => Value::Null,
            },
        })
    }
}

/// Takes the account's lock on its change log and gives the newest number.
///
/// Whoever is to change something of an account waits here until the commit, so what is read of it
/// from now on stays so. What reads and then writes, locks first.
///
/// # Errors
/// `Broken` when the transaction did something else before; accounts are locked in the order of
/// their numbers.
pub async fn lock(tx: &mut Tx, scope: &Scope) -> Result<ChangeNumber, StoreError> {
    let text = match tx.dialect() {
        // the one writer excludes all others
        Dialect::Sqlite => "SELECT number FROM change_heads WHERE account_id = $1",
        Dialect::Postgres => "SELECT number FROM change_heads WHERE account_id = $1 FOR UPDATE",
    };
    let row: Option<(i64,)> = tx
        .locking(scope.account_id(), text)?
        .bind(scope.account_id().0)
        .fetch_optional()
        .await?;
    match row {
        Some((number,)) => Ok(ChangeNumber(number)),
        // The first change of an account makes the row that is locked.
        None => advance(tx, scope, 0).await,
    }
}

/// Takes the next `count` numbers, to be followed by [`append`] with as many changes in the same
/// transaction. Others who change the account wait from here until the commit.
pub async fn reserve(
    tx: &mut Tx,
    scope: &Scope,
    count: usize,
) -> Result<RangeInclusive<ChangeNumber>, StoreError> {
    let count = i64::try_from(count)
        .map_err(|_| StoreError::broken("more changes than there are numbers"))?;
    let last = advance(tx, scope, count).await?;
    Ok(ChangeNumber(last.0.saturating_sub(count).saturating_add(1))..=last)
}

async fn advance(tx: &mut Tx, scope: &Scope, by: i64) -> Result<ChangeNumber, StoreError> {
    let (number,): (i64,) = tx
        .locking(
            scope.account_id(),
            "INSERT INTO change_heads (account_id, number)
            VALUES ($1, $2)
            ON CONFLICT (account_id) DO UPDATE SET number = change_heads.number + $2
            RETURNING number",
        )?
        .bind(scope.account_id().0)
        .bind(by)
        .fetch_one()
        .await?;
    Ok(ChangeNumber(number))
}

/// Writes changes under numbers that [`reserve`] gave, counting from `first`.
pub async fn append(
    tx: &mut Tx,
    scope: &Scope,
    at: UnixMillis,
    first: ChangeNumber,
    changes: &[NewChange],
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(changes.len());
    let mut number = first;
    for change in changes {
        let detail = match &change.detail {
            Value::Null => None,
            detail => Some(to_json(detail)?),
        };
        rows.push((number, change, detail));
        number = number.next();
    }
    let user_id = scope.actor().user_id().map(UserId::get);
    for piece in pieces(&rows, ROWS) {
        tx.sql(
            "INSERT INTO changes
                (account_id, number, kind, object_id, topic_id, user_id, at, detail)
            VALUES ",
        )
        .push_rows(piece, |row, (number, change, detail)| {
            row.bind(scope.account_id().0)
                .bind(number.0)
                .bind(i64::from(change.kind.number()))
                .bind(change.object_id)
                .bind(change.topic_id.map(TopicId::get))
                .bind(user_id)
                .bind(at.0)
                .bind(detail.as_deref());
        })
        .execute()
        .await?;
    }
    Ok(())
}

/// Notes that the changes up to this number were written by a process without an index, such as a
/// command beside a running server, so that a server which owns its database looks for them.
pub async fn note_beside(tx: &mut Tx, scope: &Scope, last: ChangeNumber) -> Result<(), StoreError> {
    tx.sql("UPDATE change_heads SET beside = $1 WHERE account_id = $2")
        .bind(last.0)
        .bind(scope.account_id().0)
        .execute()
        .await?;
    Ok(())
}

/// The newest change that a process without an index wrote; see [`note_beside`].
pub async fn beside(db: &Db, account_id: AccountId) -> Result<ChangeNumber, StoreError> {
    let row: Option<(i64,)> = db
        .sql("SELECT beside FROM change_heads WHERE account_id = $1")
        .bind(account_id.0)
        .fetch_optional()
        .await?;
    Ok(ChangeNumber(row.map_or(0, |(number,)| number)))
}

/// The same for each account of which there is one.
pub async fn besides(db: &Db) -> Result<Vec<(AccountId, ChangeNumber)>, StoreError> {
    let rows: Vec<(i64, i64)> = db
        .sql("SELECT account_id, beside FROM change_heads WHERE beside > 0 ORDER BY account_id")
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, number)| (AccountId(id), ChangeNumber(number)))
        .collect())
}

/// Changes of an account after a number, in order, at most `limit`.
///
/// It waits for nobody's turn, since every list and every listener waits for what is read here; and
/// it reads one stretch of a key.
pub async fn since<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    after: ChangeNumber,
    limit: usize,
) -> Result<Vec<Change>, StoreError> {
    from.into()
        .sql(
            "SELECT account_id, number, kind, object_id, topic_id, user_id, at, detail
            FROM changes
            WHERE account_id = $1 AND number > $2
            ORDER BY number
            LIMIT $3",
        )
        .bind(account_id.0)
        .bind(after.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .large()
        .fetch_all::<ChangeRow>()
        .await?
        .into_iter()
        .map(Change::try_from)
        .collect()
}

/// The newest number of an account; 0 before the first change.
pub async fn head<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
) -> Result<ChangeNumber, StoreError> {
    let row: Option<(i64,)> = from
        .into()
        .sql("SELECT number FROM change_heads WHERE account_id = $1")
        .bind(account_id.0)
        .fetch_optional()
        .await?;
    Ok(ChangeNumber(row.map_or(0, |(number,)| number)))
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The newest number; 0 before the first change.
    pub number: ChangeNumber,
    /// [`Change::mark`] of that change, if the log still holds it.
    pub mark: Option<i64>,
    /// What the account's mentions come to after that change.
    pub checksum: Checksum,
}

row! {
    struct HeadRow {
        account_id: i64,
        number: i64,
        mentions: i64,
        checksum: i64,
        kind: Option<i64>,
        object_id: Option<i64>,
        topic_id: Option<i64>,
        user_id: Option<i64>,
        at: Option<i64>,
    }
}

impl TryFrom<HeadRow> for (AccountId, Head) {
    type Error = StoreError;

    fn try_from(row: HeadRow) -> Result<Self, StoreError> {
        let account_id = AccountId(row.account_id);
        let number = ChangeNumber(row.number);
        let mark = match (row.kind, row.object_id, row.at) {
            (Some(kind), Some(object_id), Some(at)) => {
                let change = Change {
                    account_id,
                    number,
                    kind: member(kind, ChangeKind::from_number, "kind of change")?,
                    object_id,
                    topic_id: row.topic_id.map(TopicId),
                    user_id: row.user_id.map(UserId),
                    at: UnixMillis(at),
                    detail: Value::Null,
                };
                Some(change.mark())
            }
            _ => None,
        };
        let checksum = Checksum {
            mentions: row.mentions,
            hash: row.checksum,
        };
        Ok((
            account_id,
            Head {
                number,
                mark,
                checksum,
            },
        ))
    }
}

macro_rules! select_heads {
    ($rest:literal) => {
        concat!(
            "SELECT change_heads.account_id, change_heads.number, mentions, checksum, kind,
                object_id, topic_id, user_id, at
            FROM change_heads
            LEFT JOIN changes ON changes.account_id = change_heads.account_id
                AND changes.number = change_heads.number ",
            $rest
        )
    };
}

/// Where an account stands.
pub async fn newest<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
) -> Result<Head, StoreError> {
    let row = from
        .into()
        .sql(select_heads!("WHERE change_heads.account_id = $1"))
        .bind(account_id.0)
        .fetch_optional::<HeadRow>()
        .await?;
    Ok(match row {
        Some(row) => <(AccountId, Head)>::try_from(row)?.1,
        None => Head::default(),
    })
}

/// Where every account that has changed stands.
pub async fn all_newest<'c>(
    from: impl Into<Reader<'c>>,
) -> Result<Vec<(AccountId, Head)>, StoreError> {
    from.into()
        .sql(select_heads!("ORDER BY change_heads.account_id"))
        .fetch_all::<HeadRow>()
        .await?
        .into_iter()
        .map(TryFrom::try_from)
        .collect()
}

/// The mark of one change, if the log still holds it.
pub async fn mark<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    number: ChangeNumber,
) -> Result<Option<i64>, StoreError> {
    let before = ChangeNumber(number.0.saturating_sub(1));
    let found = since(from, account_id, before, 1).await?;
    Ok(found
        .first()
        .filter(|change| change.number == number)
        .map(Change::mark))
}

/// Moves what an account's mentions come to by what a transaction adds or takes away.
pub(crate) async fn shift(tx: &mut Tx, scope: &Scope, by: Checksum) -> Result<(), StoreError> {
    if by == Checksum::default() {
        return Ok(());
    }
    // Both engines know "and", "or" and "not" of whole numbers, but no common "exclusive or".
    tx.sql(
        "INSERT INTO change_heads (account_id, number, mentions, checksum)
        VALUES ($1, 0, $2, $3)
        ON CONFLICT (account_id) DO UPDATE
        SET mentions = change_heads.mentions + $2,
            checksum = (change_heads.checksum | $3) & ~(change_heads.checksum & $3)",
    )
    .bind(scope.account_id().0)
    .bind(by.mentions)
    .bind(by.hash)
    .execute()
    .await
    .map(drop)
}

/// Sets what an account's mentions come to, where it was counted anew at this change; tells
/// whether the account still stands there.
pub async fn correct(
    tx: &mut Tx,
    account_id: AccountId,
    at: ChangeNumber,
    to: Checksum,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE change_heads
        SET mentions = $3, checksum = $4
        WHERE account_id = $1 AND number = $2",
    )
    .bind(account_id.0)
    .bind(at.0)
    .bind(to.mentions)
    .bind(to.hash)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// The newest number of every account that has changed.
pub async fn heads<'c>(
    from: impl Into<Reader<'c>>,
) -> Result<Vec<(AccountId, ChangeNumber)>, StoreError> {
    let rows: Vec<(i64, i64)> = from
        .into()
        .sql("SELECT account_id, number FROM change_heads ORDER BY account_id")
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(account_id, number)| (AccountId(account_id), ChangeNumber(number)))
        .collect())
}

/// The oldest number that the log still holds.
pub async fn oldest<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
) -> Result<Option<ChangeNumber>, StoreError> {
    let (number,): (Option<i64>,) = from
        .into()
        .sql("SELECT MIN(number) FROM changes WHERE account_id = $1")
        .bind(account_id.0)
        .fetch_one()
        .await?;
    Ok(number.map(ChangeNumber))
}

/// How far a follower has come; 0 when it has not begun.
pub async fn cursor<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    follower: &str,
) -> Result<ChangeNumber, StoreError> {
    let row: Option<(i64,)> = from
        .into()
        .sql("SELECT number FROM change_cursors WHERE account_id = $1 AND follower = $2")
        .bind(account_id.0)
        .bind(follower)
        .fetch_optional()
        .await?;
    Ok(ChangeNumber(row.map_or(0, |(number,)| number)))
}

/// Notes how far a follower has come; a cursor never goes back.
pub async fn move_cursor(
    tx: &mut Tx,
    account_id: AccountId,
    follower: &str,
    to: ChangeNumber,
) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO change_cursors (account_id, follower, number)
        VALUES ($1, $2, $3)
        ON CONFLICT (account_id, follower) DO UPDATE SET number = $3
        WHERE change_cursors.number < $3",
    )
    .bind(account_id.0)
    .bind(follower)
    .bind(to.0)
    .execute()
    .await
    .map(drop)
}

/// How far the follower that is furthest behind has come; `None` when nobody has told.
pub async fn slowest_cursor<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
) -> Result<Option<ChangeNumber>, StoreError> {
    let (number,): (Option<i64>,) = from
        .into()
        .sql("SELECT MIN(number) FROM change_cursors WHERE account_id = $1")
        .bind(account_id.0)
        .fetch_one()
        .await?;
    Ok(number.map(ChangeNumber))
}

/// The number up to which the log was written before a moment, looking at its oldest `limit` rows
/// only; `None` when the oldest row is not that old.
///
/// Rows behind one that is younger stay, whatever a clock that was set back wrote into them: the
/// log must not get holes.
pub async fn written_before<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    before: UnixMillis,
    limit: usize,
) -> Result<Option<ChangeNumber>, StoreError> {
    let rows: Vec<(i64, i64)> = from
        .into()
        .sql(
            "SELECT number, at
            FROM changes
            WHERE account_id = $1
            ORDER BY number
            LIMIT $2",
        )
        .bind(account_id.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .take_while(|(_, at)| *at < before.0)
        .last()
        .map(|(number, _)| ChangeNumber(number)))
}

/// Removes changes up to a number, at most `limit`, and gives how many there were.
///
/// The log grows until this is called. Followers that have not come as far as `through` must be
/// rebuilt, so callers pass what all of them have seen.
pub async fn trim(
    tx: &mut Tx,
    account_id: AccountId,
    through: ChangeNumber,
    limit: usize,
) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM changes
        WHERE account_id = $1 AND number IN (
            SELECT number
            FROM changes
            WHERE account_id = $1 AND number <= $2
            ORDER BY number
            LIMIT $3
        )",
    )
    .bind(account_id.0)
    .bind(through.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute()
    .await
}
