//! One statement: static text, bound values, and where it runs.

use std::borrow::Cow;
use std::marker::PhantomData;

use sqlx::postgres::PgArguments;
use sqlx::{Arguments, AssertSqlSafe, PgConnection, PgPool, Postgres, Type, TypeInfo};
use work::{Caller, Place, Stopped, Turns};

use super::aside;
use super::failure::Failure;
use super::row::Row;
use super::sqlite::{self, Readers};
use super::tx::Fault;
use super::value::Value;
use crate::error::StoreError;

/// Marks statements that can only read.
#[derive(Debug)]
pub struct ReadOnly;

/// Marks statements of a write transaction.
#[derive(Debug)]
pub struct ReadWrite;

/// Where a statement runs.
pub(super) enum Target<'c> {
    SqliteReaders(&'c Readers),
    SqliteConnection(&'c mut rusqlite::Connection),
    PostgresPool(&'c PgPool),
    PostgresConnection(&'c mut PgConnection),
}

enum Bound {
    Sqlite(sqlite::Bound),
    Postgres(PgArguments),
}

/// A statement being put together.
///
/// Text is `&'static str` only, so no value can get into it. Placeholders are `$1`, `$2`, …, which
/// both engines accept. A whole statement is bound with [`bind`](Self::bind); one that is composed
/// at run time uses [`push`](Self::push), [`push_bind`](Self::push_bind),
/// [`push_list`](Self::push_list) and [`push_rows`](Self::push_rows), which number the
/// placeholders themselves. The two ways are not mixed, but for `bind` before the first `push`.
///
/// On SQLite a composed statement has anonymous placeholders, and an insert of many rows is a
/// statement for one row that runs as often as there are rows: that needs no long text, and no
/// limit of bound values is met.
pub struct Sql<'c, A = ReadOnly> {
    target: Target<'c>,
    fault: Option<&'c mut Fault>,
    text: Cow<'static, str>,
    bound: Bound,
    count: usize,
    is_large: bool,
    /// Where large answers wait for their turn, and who takes it.
    turns: Option<&'c Turns>,
    caller: Option<Caller>,
    error: Option<Failure>,
    access: PhantomData<A>,
}

impl<A> std::fmt::Debug for Sql<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // values stay out: they may be secrets
        f.debug_struct("Sql")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl<'c, A> Sql<'c, A> {
    pub(super) fn new(
        target: Target<'c>,
        fault: Option<&'c mut Fault>,
        text: &'static str,
    ) -> Self {
        let bound = match target {
            Target::SqliteReaders(_) | Target::SqliteConnection(_) => {
                Bound::Sqlite(sqlite::Bound::default())
            }
            Target::PostgresPool(_) | Target::PostgresConnection(_) => {
                Bound::Postgres(PgArguments::default())
            }
        };
        Self {
            target,
            fault,
            text: Cow::Borrowed(text),
            bound,
            count: 0,
            is_large: false,
            turns: None,
            caller: None,
            error: None,
            access: PhantomData,
        }
    }

    /// With a line in which those who ask for large answers wait.
    pub(super) const fn in_turns(mut self, turns: &'c Turns) -> Self {
        self.turns = Some(turns);
        self
    }

    /// Says that the answer may be large: on SQLite it is read off the threads that serve requests.
    /// When the caller goes away the statement ends, on both engines.
    ///
    /// A small read takes some microseconds, less than handing it to another thread and back.
    #[must_use]
    pub const fn large(mut self) -> Self {
        self.is_large = true;
        self
    }

    /// Says that the answer may be large and that somebody asked for it: beside what
    /// [`large`](Self::large) does it waits for a turn, which users and accounts take fairly.
    #[must_use]
    pub fn large_for(mut self, caller: impl Into<Caller>) -> Self {
        self.is_large = true;
        self.caller = Some(caller.into());
        self
    }

    /// Binds the next placeholder.
    #[must_use]
    pub fn bind<'q>(mut self, value: impl Value<'q>) -> Self {
        self.add(value);
        self
    }

    /// Appends text.
    #[must_use]
    pub fn push(mut self, text: &'static str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Appends a placeholder with its value, on PostgreSQL as `CAST($n AS TYPE)`.
    ///
    /// PostgreSQL statements are cached by their text together with the types they were prepared
    /// for; the cast makes texts of different types different.
    #[must_use]
    pub fn push_bind<'q, T: Value<'q>>(mut self, value: T) -> Self {
        self.push_placeholder(value);
        self
    }

    /// Appends a list of such placeholders in brackets. An empty list becomes `(NULL)`, which equals nothing.
    ///
    /// The last value is repeated up to a power of two, so that few different texts exist and
    /// their prepared statements are found again.
    #[must_use]
    pub fn push_list<'q, T: Value<'q> + Clone>(
        mut self,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut written = 0_usize;
        let mut last = None;
        self.text.to_mut().push('(');
        for value in values {
            self.push_item(value.clone(), written);
            last = Some(value);
            written = written.saturating_add(1);
        }
        if let Some(last) = last {
            while !written.is_power_of_two() {
                self.push_item(last.clone(), written);
                written = written.saturating_add(1);
            }
        } else {
            self.text.to_mut().push_str("NULL");
        }
        self.text.to_mut().push(')');
        self
    }

    /// Appends a table `asked` of pairs, whose columns are `column1` and `column2`; one pair at least.
    ///
    /// For keys of two columns: two lists, one for each column, would ask for every combination of
    /// their values, and SQLite may then rather read the whole table.
    #[must_use]
    pub fn push_pairs<'q, One: Value<'q>, Other: Value<'q>>(
        mut self,
        pairs: impl IntoIterator<Item = (One, Other)>,
    ) -> Self {
        self.text.to_mut().push_str("(VALUES ");
        for (position, (one, other)) in pairs.into_iter().enumerate() {
            let start = if position > 0 { ", (" } else { "(" };
            self.text.to_mut().push_str(start);
            self.push_placeholder(one);
            self.text.to_mut().push_str(", ");
            self.push_placeholder(other);
            self.text.to_mut().push(')');
        }
        self.text.to_mut().push_str(") AS asked");
        self
    }

    fn push_item<'q, T: Value<'q>>(&mut self, value: T, before: usize) {
        if before > 0 {
            self.text.to_mut().push_str(", ");
        }
        self.push_placeholder(value);
    }

    /// Appends `($1, $2, …), ($n, …), …` for an insert of many rows; `row` binds one row.
    ///
    /// The placeholders are not cast: the caller's code fixes the type of each column.
    #[must_use]
    pub fn push_rows<T>(
        mut self,
        rows: impl IntoIterator<Item = T>,
        mut row: impl FnMut(RowValues<'_, 'c, A>, T),
    ) -> Self {
        for (position, item) in rows.into_iter().enumerate() {
            let is_written = match &mut self.bound {
                Bound::Sqlite(bound) => bound.begin_row() == 0,
                Bound::Postgres(_) => {
                    if position > 0 {
                        self.text.to_mut().push_str(", ");
                    }
                    true
                }
            };
            if is_written {
                self.text.to_mut().push('(');
            }
            row(
                RowValues {
                    sql: &mut self,
                    is_first: true,
                    is_written,
                },
                item,
            );
            if is_written {
                self.text.to_mut().push(')');
            }
        }
        self
    }

    fn push_placeholder<'q, T: Value<'q>>(&mut self, value: T) {
        let placeholder = self.placeholder();
        let text = self.text.to_mut();
        if matches!(self.bound, Bound::Sqlite(_)) {
            text.push_str(&placeholder);
        } else {
            let kind = <T as Type<Postgres>>::type_info();
            for part in ["CAST(", &placeholder, " AS ", kind.name(), ")"] {
                text.push_str(part);
            }
        }
        self.add(value);
    }

    /// The next placeholder of a composed statement.
    fn placeholder(&self) -> Cow<'static, str> {
        match self.bound {
            Bound::Sqlite(_) => Cow::Borrowed("?"),
            Bound::Postgres(_) => Cow::Owned(format!("${}", self.count.saturating_add(1))),
        }
    }

    fn add<'q, T: Value<'q>>(&mut self, value: T) {
        match &mut self.bound {
            Bound::Sqlite(bound) => bound.add(value.into_sqlite()),
            Bound::Postgres(arguments) => {
                if let Err(error) = arguments.add(value) {
                    self.error.get_or_insert(sqlx::Error::Encode(error).into());
                }
            }
        }
        self.count = self.count.saturating_add(1);
    }

    /// All rows.
    pub async fn fetch_all<T: Row>(self) -> Result<Vec<T>, StoreError> {
        let Self {
            target,
            fault,
            text,
            bound,
            is_large,
            turns,
            caller,
            error,
            ..
        } = self;
        let place = turn(turns, caller).await?;
        let result = match (error, target, bound) {
            (Some(error), ..) => Err(error),
            (_, Target::SqliteReaders(readers), Bound::Sqlite(bound)) if is_large => {
                // The place is held until the statement ends, wherever its caller is.
                readers
                    .read_aside(move |one| noted(place, sqlite::all(one, &text, &bound)))
                    .await
            }
            (_, Target::SqliteReaders(readers), Bound::Sqlite(bound)) => {
                readers.read(|one| sqlite::all(one, &text, &bound)).await
            }
            (_, Target::SqliteConnection(one), Bound::Sqlite(bound)) => {
                sqlite::all(one, &text, &bound)
            }
            (_, Target::PostgresPool(pool), Bound::Postgres(values)) if is_large => {
                let query = sqlx::query_as_with(vouched(text), values);
                aside::run(pool, place, |one| Box::pin(query.fetch_all(one))).await
            }
            (_, Target::PostgresPool(pool), Bound::Postgres(values)) => {
                let query = sqlx::query_as_with(vouched(text), values);
                query.fetch_all(pool).await.map_err(Failure::from)
            }
            (_, Target::PostgresConnection(one), Bound::Postgres(values)) => {
                let query = sqlx::query_as_with(vouched(text), values);
                query.fetch_all(one).await.map_err(Failure::from)
            }
            _ => Err(mismatch()),
        };
        told(fault, result)
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<T: Row>(self) -> Result<Option<T>, StoreError> {
        let Self {
            target,
            fault,
            text,
            bound,
            is_large,
            turns,
            caller,
            error,
            ..
        } = self;
        let place = turn(turns, caller).await?;
        let result = match (error, target, bound) {
            (Some(error), ..) => Err(error),
            (_, Target::SqliteReaders(readers), Bound::Sqlite(bound)) if is_large => {
                readers
                    .read_aside(move |one| noted(place, sqlite::first(one, &text, &bound)))
                    .await
            }
            (_, Target::SqliteReaders(readers), Bound::Sqlite(bound)) => {
                readers.read(|one| sqlite::first(one, &text, &bound)).await
            }
            (_, Target::SqliteConnection(one), Bound::Sqlite(bound)) => {
                sqlite::first(one, &text, &bound)
            }
            (_, Target::PostgresPool(pool), Bound::Postgres(values)) if is_large => {
                let query = sqlx::query_as_with(vouched(text), values);
                aside::run(pool, place, |one| Box::pin(query.fetch_optional(one))).await
            }
            (_, Target::PostgresPool(pool), Bound::Postgres(values)) => {
                let query = sqlx::query_as_with(vouched(text), values);
                query.fetch_optional(pool).await.map_err(Failure::from)
            }
            (_, Target::PostgresConnection(one), Bound::Postgres(values)) => {
                let query = sqlx::query_as_with(vouched(text), values);
                query.fetch_optional(one).await.map_err(Failure::from)
            }
            _ => Err(mismatch()),
        };
        told(fault, result)
    }

    /// The first row; that there is none is a fault of the statement.
    pub async fn fetch_one<T: Row>(self) -> Result<T, StoreError> {
        self.fetch_optional()
            .await?
            .ok_or_else(|| StoreError::broken("a statement that always gives a row gave none"))
    }
}

impl<'c> Sql<'c, ReadWrite> {
    /// The same statement, for code that is to read only.
    pub(super) fn read_only(self) -> Sql<'c, ReadOnly> {
        Sql {
            target: self.target,
            fault: self.fault,
            text: self.text,
            bound: self.bound,
            count: self.count,
            is_large: self.is_large,
            turns: self.turns,
            caller: self.caller,
            error: self.error,
            access: PhantomData,
        }
    }

    /// Runs an insert of rows that leaves out those that are in the way of others; gives the
    /// numbers of the rows that went in. `ids` are the numbers of all rows, in order, which the
    /// table has in its column `id`.
    ///
    /// On SQLite it does without `RETURNING`, which would make it keep a copy of every page it
    /// changes.
    pub async fn insert_new(mut self, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
        self = self.push(" ON CONFLICT DO NOTHING");
        if matches!(
            self.target,
            Target::PostgresPool(_) | Target::PostgresConnection(_)
        ) {
            let rows: Vec<(i64,)> = self.push(" RETURNING id").fetch_all().await?;
            return Ok(rows.into_iter().map(|(id,)| id).collect());
        }
        let result = match (self.error, self.target, self.bound) {
            (Some(error), ..) => Err(error),
            (_, Target::SqliteConnection(one), Bound::Sqlite(bound)) => {
                sqlite::changed(one, &self.text, &bound)
            }
            _ => Err(mismatch()),
        };
        let changed = told(self.fault, result)?;
        let new = ids.iter().zip(changed).filter(|(_, is_new)| *is_new);
        Ok(new.map(|(id, _)| *id).collect())
    }

    /// Runs the statement and gives the number of rows it changed.
    pub async fn execute(self) -> Result<u64, StoreError> {
        let Self {
            target,
            fault,
            text,
            bound,
            error,
            ..
        } = self;
        let result = match (error, target, bound) {
            (Some(error), ..) => Err(error),
            (_, Target::SqliteConnection(one), Bound::Sqlite(bound)) => {
                sqlite::execute(one, &text, &bound)
            }
            (_, Target::PostgresConnection(one), Bound::Postgres(values)) => {
                sqlx::query_with(vouched(text), values)
                    .execute(one)
                    .await
                    .map(|done| done.rows_affected())
                    .map_err(Failure::from)
            }
            _ => Err(mismatch()),
        };
        told(fault, result)
    }
}

/// Binds the values of one row of an insert.
pub struct RowValues<'s, 'c, A> {
    sql: &'s mut Sql<'c, A>,
    is_first: bool,
    is_written: bool,
}

impl<A> std::fmt::Debug for RowValues<'_, '_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowValues").finish_non_exhaustive()
    }
}

impl<A> RowValues<'_, '_, A> {
    /// Binds the next column.
    #[expect(clippy::return_self_not_must_use, reason = "chained as a statement")]
    pub fn bind<'q>(mut self, value: impl Value<'q>) -> Self {
        if self.is_written {
            let placeholder = self.sql.placeholder();
            let text = self.sql.text.to_mut();
            if !self.is_first {
                text.push_str(", ");
            }
            text.push_str(&placeholder);
        }
        self.sql.add(value);
        self.is_first = false;
        self
    }
}

/// Waits for a turn, for those who take turns.
async fn turn(turns: Option<&Turns>, caller: Option<Caller>) -> Result<Option<Place>, StoreError> {
    match (turns, caller) {
        (Some(turns), Some(caller)) => {
            let place = turns.place(caller).await;
            place.map(Some).map_err(|_| StoreError::Busy)
        }
        _ => Ok(None),
    }
}

/// Counts a statement that was interrupted, and gives its place back.
fn noted<T>(place: Option<Place>, done: Result<T, Failure>) -> Result<T, Failure> {
    if let (Some(place), Err(failure)) = (place, &done)
        && failure.is_interrupted()
    {
        place.cut_short(Stopped::Cancelled);
    }
    done
}

/// The one place that vouches for a text: it was put together from static pieces above.
fn vouched(text: Cow<'static, str>) -> AssertSqlSafe<Cow<'static, str>> {
    AssertSqlSafe(text)
}

fn mismatch() -> Failure {
    Failure::Statement("values of one engine met a connection of the other")
}

/// Notes in the transaction that a statement failed.
fn told<T>(fault: Option<&mut Fault>, result: Result<T, Failure>) -> Result<T, StoreError> {
    result.map_err(|error| match fault {
        Some(fault) => fault.note(error),
        None => error.into(),
    })
}

/// Cuts rows into pieces of a power of two, largest first, none larger than `most`.
///
/// Inserts of many rows thereby have few different texts, whose prepared statements are found
/// again, and stay below the engines' limits of bound values (32,766 and 65,535).
pub fn pieces<T>(rows: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    let mut size = most.max(1).next_power_of_two();
    if size > most.max(1) {
        size >>= 1;
    }
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        while size > rest.len() {
            size >>= 1;
        }
        let (piece, left) = rest.split_at_checked(size.max(1))?;
        rest = left;
        Some(piece)
    })
}
