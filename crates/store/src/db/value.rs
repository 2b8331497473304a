//! What can be bound on both engines.

use rusqlite::types::Value as SqliteValue;
use sqlx::{Encode, Postgres, Type};

/// A value that can be bound: `i64`, `f64`, `bool`, text, bytes, and options of them.
pub trait Value<'q>: Encode<'q, Postgres> + Type<Postgres> + Send {
    /// The value as SQLite keeps it; booleans are 0 and 1.
    fn into_sqlite(self) -> SqliteValue;
}

macro_rules! values {
    ($($type:ty => $value:ident $convert:expr;)+) => {$(
        impl<'q> Value<'q> for $type {
            fn into_sqlite(self) -> SqliteValue {
                let $value = self;
                $convert
            }
        }
    )+};
}

values! {
    i64 => value SqliteValue::Integer(value);
    f64 => value SqliteValue::Real(value);
    bool => value SqliteValue::Integer(value.into());
    String => value SqliteValue::Text(value);
    &'q str => value SqliteValue::Text(value.to_owned());
    Vec<u8> => value SqliteValue::Blob(value);
    &'q [u8] => value SqliteValue::Blob(value.to_vec());
}

impl<'q, T> Value<'q> for Option<T>
where
    T: Value<'q>,
    Self: Encode<'q, Postgres> + Type<Postgres>,
{
    fn into_sqlite(self) -> SqliteValue {
        self.map_or(SqliteValue::Null, T::into_sqlite)
    }
}
