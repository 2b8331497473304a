//! Large statements on PostgreSQL, which end at the server when nobody waits for them any more.
//!
//! The driver does not see to that: a statement whose future is dropped goes on at the server, and
//! its connection takes the next one when it has ended. Callers who ask for much and hang up would
//! have all connections work for nobody.

use std::convert::Infallible;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use tokio::sync::oneshot;
use work::{Place, Stopped};

use super::failure::Failure;

/// How long a statement has to end after the server was told to end it, before it is told again.
const AGAIN: Duration = Duration::from_secs(1);

/// Runs a statement in a task of its own. A caller that goes away ends it; its place and its
/// connection are free when the server has ended it.
///
/// What the server's own clock (`statement_timeout`) ends, it ends there too.
pub(super) async fn run<T, F>(
    pool: &PgPool,
    place: Option<Place>,
    statement: F,
) -> Result<T, Failure>
where
    F: for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>
        + Send
        + 'static,
    T: Send + 'static,
{
    let (here, gone) = oneshot::channel();
    let pool = pool.clone();
    let task = tokio::spawn(async move {
        let done = until_gone(&pool, gone, statement).await;
        if let Some(place) = place {
            match &done {
                None => place.cut_short(Stopped::Cancelled),
                Some(Err(failure)) if failure.is_interrupted() => {
                    place.cut_short(Stopped::TooMuch);
                }
                Some(_) => {}
            }
        }
        done
    });
    let done = task.await;
    drop(here);
    match done {
        Ok(Some(done)) => done,
        Ok(None) | Err(_) => Err(Failure::Statement("reading did not end")),
    }
}

/// `None` when the caller went away before the end.
async fn until_gone<T, F>(
    pool: &PgPool,
    mut gone: oneshot::Receiver<Infallible>,
    statement: F,
) -> Option<Result<T, Failure>>
where
    F: for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
{
    let mut connection = tokio::select! {
        acquired = pool.acquire() => match acquired {
            Ok(connection) => connection,
            Err(error) => return Some(Err(error.into())),
        },
        _ = &mut gone => return None,
    };
    // The driver keeps this number to itself. It costs little beside a statement that is large.
    let process = sqlx::query_scalar::<_, i32>("SELECT pg_backend_pid()")
        .fetch_one(&mut *connection)
        .await;
    let process = match process {
        Ok(process) => process,
        Err(error) => return Some(Err(error.into())),
    };
    let mut running = statement(&mut connection);
    tokio::select! {
        biased;
        done = &mut running => return Some(done.map_err(Failure::from)),
        _ = &mut gone => {}
    }
    loop {
        let end = async {
            if let Err(error) = cancel(pool, process).await {
                tracing::debug!(%error, "a statement that nobody waits for is not ended yet");
            }
            tokio::time::sleep(AGAIN).await;
        };
        tokio::select! {
            biased;
            _ = &mut running => break,
            () = end => {}
        }
    }
    drop(running);
    // The order to end it may still be on its way, and would end the statement that comes next.
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "closing a connection failed; it is dropped");
    }
    None
}

/// Tells the server to end what one of its processes does at present.
///
/// Half of the connections are left to statements like this, which take no time.
async fn cancel(pool: &PgPool, process: i32) -> Result<(), sqlx::Error> {
    sqlx::query_scalar::<_, bool>("SELECT pg_cancel_backend($1)")
        .bind(process)
        .fetch_one(pool)
        .await
        .map(drop)
}
