//! Servers that share the database, and what marks the work that each has taken.

use domain::time::UnixMillis;

use crate::db::Tx;
use crate::error::StoreError;

/// Who works on something: a server, and which of its starts. What an earlier start of the same
/// server had taken is nobody's any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holder {
    /// The server's number.
    pub node: u8,
    /// How often it had been started by then.
    pub start: i64,
}

/// Notes that a server starts; gives what marks its work from now on.
pub async fn begin(tx: &mut Tx, node: u8, now: UnixMillis) -> Result<Holder, StoreError> {
    let (start,): (i64,) = tx
        .sql(
            "INSERT INTO nodes (node, start, started_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (node) DO UPDATE SET start = nodes.start + 1, started_at = $3
            RETURNING start",
        )
        .bind(i64::from(node))
        .bind(1_i64)
        .bind(now.0)
        .fetch_one()
        .await?;
    Ok(Holder { node, start })
}
