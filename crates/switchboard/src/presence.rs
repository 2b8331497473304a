//! Keeps this server's number among those that share the database.

use std::time::Duration;

use store::{Presence, Standing};
use tokio_util::sync::CancellationToken;

/// How often the claim on the number is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks after the claim until `stop`; cancels `is_ousted` when another server has the number.
///
/// While the database is away nobody can work on it. When it is back the claim is made anew; only
/// when another server was faster does this one have to end.
pub(crate) async fn keep(
    mut presence: Presence,
    stop: CancellationToken,
    is_ousted: CancellationToken,
) {
    let mut is_away = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        match presence.check().await {
            Standing::Held => is_away = false,
            Standing::Renewed => {
                is_away = false;
                tracing::info!("the claim on this server's number was lost and is made anew");
            }
            Standing::Away(error) if is_away => {
                tracing::debug!(%error, "the claim on this server's number cannot be made anew");
            }
            Standing::Away(error) => {
                is_away = true;
                tracing::warn!(%error, "the claim on this server's number is lost; it is made anew as soon as the database can be reached");
            }
            Standing::Taken => {
                tracing::error!("another server has this one's number: this one ends");
                is_ousted.cancel();
                return;
            }
        }
    }
}
