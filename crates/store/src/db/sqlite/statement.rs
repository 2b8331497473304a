//! Running a statement on a connection of SQLite, on the thread that asks.

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection};

use crate::db::failure::Failure;
use crate::db::row::{Cells, Order, SqliteRow};

/// The values of a statement, in the order of its placeholders.
#[derive(Default)]
pub(in crate::db) struct Bound {
    values: Vec<Value>,
    /// Rows of values, for a statement that runs once for each; 0 when it runs once.
    rows: usize,
}

impl Bound {
    pub(in crate::db) fn add(&mut self, value: Value) {
        self.values.push(value);
    }

    /// The values that follow are another row; gives how many there were.
    pub(in crate::db) fn begin_row(&mut self) -> usize {
        let before = self.rows;
        self.rows = before.saturating_add(1);
        before
    }

    /// The values of each run.
    fn runs(&self) -> Result<impl Iterator<Item = &[Value]>, Failure> {
        let runs = self.rows.max(1);
        let width = self.values.len().checked_div(runs).unwrap_or_default();
        if width.saturating_mul(runs) != self.values.len() {
            return Err(Failure::Statement("its rows differ in length"));
        }
        let mut rest = self.values.as_slice();
        Ok((0..runs).map_while(move |_| {
            let (run, left) = rest.split_at_checked(width)?;
            rest = left;
            Some(run)
        }))
    }
}

/// All rows of the answer.
pub(in crate::db) fn all<T: SqliteRow>(
    connection: &Connection,
    text: &str,
    bound: &Bound,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(text)?;
    let (mut found, mut order) = (Vec::new(), Order::default());
    for values in bound.runs()? {
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            found.push(T::read(&mut Cells::new(row, &mut order))?);
        }
    }
    Ok(found)
}

/// The first row of the answer.
pub(in crate::db) fn first<T: SqliteRow>(
    connection: &Connection,
    text: &str,
    bound: &Bound,
) -> Result<Option<T>, Failure> {
    let mut statement = connection.prepare_cached(text)?;
    bind(&mut statement, &bound.values)?;
    let mut rows = statement.raw_query();
    let found = match rows.next()? {
        Some(row) => Some(T::read(&mut Cells::new(row, &mut Order::default()))?),
        None => None,
    };
    // A statement that writes has done so only when it is run to its end.
    while found.is_some() && rows.next()?.is_some() {}
    Ok(found)
}

/// Runs the statement for each row of values and tells for which it changed anything.
pub(in crate::db) fn changed(
    connection: &Connection,
    text: &str,
    bound: &Bound,
) -> Result<Vec<bool>, Failure> {
    let mut statement = connection.prepare_cached(text)?;
    let mut changed = Vec::with_capacity(bound.rows);
    for values in bound.runs()? {
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        changed.push(connection.changes() > 0);
    }
    Ok(changed)
}

/// Runs the statement and gives the number of rows it changed.
pub(in crate::db) fn execute(
    connection: &Connection,
    text: &str,
    bound: &Bound,
) -> Result<u64, Failure> {
    let mut statement = connection.prepare_cached(text)?;
    let mut changed = 0_u64;
    for values in bound.runs()? {
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        changed = changed.saturating_add(connection.changes());
    }
    Ok(changed)
}

fn bind(statement: &mut CachedStatement<'_>, values: &[Value]) -> Result<(), Failure> {
    if statement.parameter_count() != values.len() {
        return Err(Failure::Statement(
            "it has another number of placeholders than values",
        ));
    }
    // Composed statements have anonymous placeholders, which stand in the order of the values.
    let is_numbered = statement.parameter_name(1).is_some();
    for place in 1..=values.len() {
        let number = if is_numbered {
            number(statement, place)?
        } else {
            place
        };
        let value = number
            .checked_sub(1)
            .and_then(|at| values.get(at))
            .ok_or(NO_VALUE)?;
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

const NO_VALUE: Failure = Failure::Statement("one of its placeholders has no value");

/// The number that a placeholder bears. SQLite takes `$2` for a name and gives it the place of its
/// first use.
fn number(statement: &CachedStatement<'_>, place: usize) -> Result<usize, Failure> {
    match statement.parameter_name(place) {
        None => Ok(place),
        Some(name) => name
            .get(1..)
            .and_then(|digits| digits.parse().ok())
            .ok_or(NO_VALUE),
    }
}
