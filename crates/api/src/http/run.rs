//! Running a handler so that neither a defect nor a client that hangs up does harm.

use std::panic::AssertUnwindSafe;

use engine::Error;
use futures::FutureExt as _;

/// Runs a handler; a panic in it is a defect like any other.
///
/// # Errors
/// Those of the handler, and `Internal` when it panicked.
pub async fn guarded<T, F: From<Error>>(
    handler: impl Future<Output = Result<T, F>>,
) -> Result<T, F> {
    AssertUnwindSafe(handler)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Error::internal("a handler panicked").into()))
}

/// Runs a change in a task of its own: a client that hangs up does not stop it half way.
///
/// # Errors
/// Those of the change, and `Internal` when its task died.
pub async fn detached<T, F>(
    change: impl Future<Output = Result<T, F>> + Send + 'static,
) -> Result<T, F>
where
    T: Send + 'static,
    F: From<Error> + Send + 'static,
{
    tokio::spawn(change)
        .await
        .unwrap_or_else(|_| Err(Error::internal("the task of a call died").into()))
}
