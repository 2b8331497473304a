//! What can be read on both engines.
//!
//! PostgreSQL's driver derives the reading of a row itself; [`row!`](crate::row) adds the same for
//! SQLite, so that a row is written down once.

use rusqlite::types::FromSql;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

/// A row that can be read: tuples, by place, and what [`row!`](crate::row) declares, by name.
pub trait Row: SqliteRow + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

impl<T> Row for T where T: SqliteRow + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// A row of SQLite.
pub trait SqliteRow: Sized {
    /// Reads it.
    fn read(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Self>;
}

/// What stands under a name in a row of SQLite: one cell, or several that make a part.
pub trait SqlitePart: Sized {
    /// Reads it.
    fn read_part(cells: &mut Cells<'_, '_>, name: &'static str) -> rusqlite::Result<Self>;
}

impl<T: FromSql> SqlitePart for T {
    fn read_part(cells: &mut Cells<'_, '_>, name: &'static str) -> rusqlite::Result<Self> {
        cells.named(name)
    }
}

/// Where the cells that are read by name stand, in the order in which they are asked for: looked up
/// in the first row of an answer, and the same in all further ones.
#[derive(Debug, Default)]
pub(super) struct Order(Vec<usize>);

/// The cells of one row.
pub struct Cells<'c, 'r> {
    row: &'c rusqlite::Row<'r>,
    next: usize,
    order: &'c mut Order,
    asked: usize,
}

impl std::fmt::Debug for Cells<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cells").finish_non_exhaustive()
    }
}

impl<'c, 'r> Cells<'c, 'r> {
    pub(super) const fn new(row: &'c rusqlite::Row<'r>, order: &'c mut Order) -> Self {
        Self {
            row,
            next: 0,
            order,
            asked: 0,
        }
    }

    /// The cell after the one that was read last.
    pub fn following<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let place = self.next;
        self.next = place.saturating_add(1);
        self.row.get(place)
    }

    /// The cell of this name.
    fn named<T: FromSql>(&mut self, name: &str) -> rusqlite::Result<T> {
        let asked = self.asked;
        self.asked = asked.saturating_add(1);
        if let Some(place) = self.order.0.get(asked) {
            return self.row.get(*place);
        }
        // Columns mostly stand in the order of the members, so the next one is tried first.
        let statement: &rusqlite::Statement<'_> = self.row.as_ref();
        if !statement.column_name(self.next).is_ok_and(|at| at == name) {
            self.next = statement.column_index(name)?;
        }
        self.order.0.push(self.next);
        self.following()
    }
}

macro_rules! tuples {
    ($(($($cell:ident)+))+) => {$(
        impl<$($cell: FromSql),+> SqliteRow for ($($cell,)+) {
            fn read(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Self> {
                Ok(($(cells.following::<$cell>()?,)+))
            }
        }
    )+};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
}

/// Declares a row that both engines can read, its members named like the columns.
///
/// A member marked `#[sqlx(flatten)]` is such a row itself and takes its columns from the same
/// result.
#[macro_export]
#[doc(hidden)]
macro_rules! row {
    (
        $(#[$meta:meta])*
        $visible:vis struct $name:ident {
            $($(#[$about:meta])* $shown:vis $member:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(sqlx::FromRow)]
        $visible struct $name {
            $($(#[$about])* $shown $member: $type,)+
        }

        impl $crate::db::SqliteRow for $name {
            fn read(cells: &mut $crate::db::Cells<'_, '_>) -> rusqlite::Result<Self> {
                Ok(Self {
                    $($member: $crate::db::SqlitePart::read_part(cells, stringify!($member))?,)+
                })
            }
        }

        impl $crate::db::SqlitePart for $name {
            fn read_part(
                cells: &mut $crate::db::Cells<'_, '_>,
                _: &'static str,
            ) -> rusqlite::Result<Self> {
                $crate::db::SqliteRow::read(cells)
            }
        }
    };
}
