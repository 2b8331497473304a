//! Reading from a database or from within a write transaction, whichever the caller has.

use super::sql::ReadOnly;
use super::sql::Sql;
use super::tx::Tx;
use super::{Db, Dialect};

/// Where a read function reads: functions take `impl Into<Reader<'_>>`, callers pass `&db` or
/// `&mut *tx`.
#[derive(Debug)]
pub enum Reader<'c> {
    /// What was committed before the statement began.
    Db(&'c Db),
    /// That, and what this transaction has written.
    Tx(&'c mut Tx),
}

impl<'c> From<&'c Db> for Reader<'c> {
    fn from(db: &'c Db) -> Self {
        Self::Db(db)
    }
}

impl<'c> From<&'c mut Tx> for Reader<'c> {
    fn from(tx: &'c mut Tx) -> Self {
        Self::Tx(tx)
    }
}

impl Reader<'_> {
    /// A statement that reads.
    pub fn sql(&mut self, text: &'static str) -> Sql<'_, ReadOnly> {
        match self {
            Self::Db(db) => db.sql(text),
            Self::Tx(tx) => tx.sql(text).read_only(),
        }
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Db(db) => db.dialect(),
            Self::Tx(tx) => tx.dialect(),
        }
    }
}
