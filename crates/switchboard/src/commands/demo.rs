//! `demo`: a server on a temporary directory filled with a made-up brand's week.

use domain::time::{Clock as _, SystemClock};
use serde_json::json;

use super::serve;
use crate::cli::Role;
use crate::config::Config;
use crate::output::Output;
use crate::{demo, logs, wiring};

/// Fills a directory, serves it until told to stop, and removes it.
pub(super) async fn run(mut config: Config, output: Output) -> anyhow::Result<()> {
    let _logs = logs::start(&config.log);
    let directory = tempfile::Builder::new()
        .prefix("switchboard-demo-")
        .tempdir()?;
    directory.path().clone_into(&mut config.data);
    "sqlite:".clone_into(&mut config.store.url);
    config.search.directory = std::path::PathBuf::new();
    // Whoever looks around should not be told to come back in an hour.
    config.limits.enabled = false;

    let db = wiring::database(&config).await?;
    let filled = tokio::select! {
        made = demo::fill(&config, db.clone(), SystemClock.now()) => made,
        () = serve::told_to_stop() => {
            db.close().await;
            return Ok(());
        }
    };
    let made = filled?;
    db.close().await;
    let running = serve::start(&config, Role::All).await?;
    let origin = &running.origin;
    let curl = format!(
        "curl '{origin}/{}/inbox/mentions?filter=status:new+AND+source:facebook&limit=3&access_token={}'",
        made.account_id, made.access_token
    );
    let curl_key = format!(
        "curl -u '{}:{}' '{origin}/v1.3/conversations?is_priority=true&include=content&page_size=3'",
        made.key, made.key_secret
    );
    let text = format!(
        "listening on {origin}\n\n\
         {} with {} mentions of the last seven days, {} people and {} topics.\n\n\
         E-mail        {}\n\
         Password      {}\n\
         Token         {}\n\n\
         Key           {} with the secret {}\n\n\
         Try           {curl}\n\
         or            {curl_key}\n\n\
         Ctrl-C ends it and removes everything.",
        made.account,
        made.mentions,
        made.users,
        made.topics,
        made.email,
        made.password,
        made.access_token,
        made.key,
        made.key_secret,
    );
    output.print(
        &text,
        &json!({
            "listening": origin,
            "account_id": made.account_id.get(),
            "email": made.email,
            "password": made.password,
            "access_token": made.access_token,
            "mentions": made.mentions,
            "token": made.key,
            "secret": made.key_secret,
            "curl": curl,
            "curl_key": curl_key,
        }),
    );
    running.finish().await
}
