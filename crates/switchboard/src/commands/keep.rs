//! Looking after tokens, keys and applications: what there is, and ending it. A running server
//! notices with the next call.

use domain::ids::{AccountId, TokenId};
use domain::time::UnixMillis;
use engine::auth::operator;
use serde_json::json;

use super::admin::open;
use super::people::day;
use crate::config::Config;
use crate::output::{Output, table};

/// `token list`.
pub(super) async fn tokens(
    config: &Config,
    email: Option<&str>,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let found = operator::tokens(&engine, email).await?;
    engine.db().close().await;
    let mut rows =
        vec![["token", "user", "application", "scope", "used", "ends"].map(str::to_owned)];
    rows.extend(found.iter().map(|token| {
        [
            token.id.to_string(),
            token.email.clone(),
            token.application.clone(),
            token.scopes.clone(),
            day(token.used_at),
            day(Some(token.expires_at)),
        ]
    }));
    let listed: Vec<_> = found
        .iter()
        .map(|token| {
            json!({
                "id": token.id,
                "email": token.email,
                "application": token.application,
                "is_personal": token.is_built_in,
                "scope": token.scopes,
                "added": token.added_at.seconds(),
                "last_used": token.used_at.map(UnixMillis::seconds),
                "ends": token.expires_at.seconds(),
            })
        })
        .collect();
    output.print(&table(&rows), &json!({ "tokens": listed }));
    Ok(())
}

/// `token revoke`.
pub(super) async fn revoke_token(
    config: &Config,
    number: Option<i64>,
    email: Option<&str>,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let ended = match (number, email) {
        (Some(number), _) => operator::revoke_token(&engine, TokenId(number)).await?,
        (None, Some(email)) => operator::revoke_tokens_of(&engine, email).await?,
        (None, None) => anyhow::bail!("a token or a user is missing"),
    };
    engine.db().close().await;
    let text = if ended == 0 {
        "Nothing was in force.".to_owned()
    } else {
        "Revoked; programs that used it are refused from now on.".to_owned()
    };
    output.print(&text, &json!({ "revoked": ended }));
    Ok(())
}

/// `key list`.
pub(super) async fn keys(config: &Config, account: i64, output: Output) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let found = operator::keys(&engine, AccountId(account)).await?;
    engine.db().close().await;
    let mut rows = vec![["key", "name", "role", "made", "used"].map(str::to_owned)];
    rows.extend(found.iter().map(|key| {
        [
            key.id.to_string(),
            key.name.clone(),
            key.role_id.to_string(),
            day(Some(key.added_at)),
            day(key.used_at),
        ]
    }));
    let listed: Vec<_> = found
        .iter()
        .map(|key| {
            json!({
                "id": key.id,
                "name": key.name,
                "role_id": key.role_id,
                "added": key.added_at.seconds(),
                "last_used": key.used_at.map(UnixMillis::seconds),
            })
        })
        .collect();
    output.print(&table(&rows), &json!({ "keys": listed }));
    Ok(())
}

/// `key revoke`.
pub(super) async fn revoke_key(
    config: &Config,
    account: i64,
    name: &str,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let key = operator::revoke_key(&engine, AccountId(account), name).await?;
    engine.db().close().await;
    output.print(
        &format!("Revoked key {} \"{}\".", key.id, key.name),
        &json!({ "id": key.id, "name": key.name, "revoked": true }),
    );
    Ok(())
}

/// `app list`.
pub(super) async fn applications(config: &Config, output: Output) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let found = operator::applications(&engine).await?;
    engine.db().close().await;
    let mut rows = vec![["client_id", "name", "redirect_uri", "kind"].map(str::to_owned)];
    rows.extend(found.iter().map(|application| {
        let kind = match (application.is_trusted, application.secret_hash.is_some()) {
            (true, true) => "trusted",
            (true, false) => "trusted, public",
            (false, true) => "",
            (false, false) => "public",
        };
        [
            application.client_id.clone(),
            application.name.clone(),
            application.redirect_uri.clone().unwrap_or_default(),
            kind.to_owned(),
        ]
    }));
    let listed: Vec<_> = found
        .iter()
        .map(|application| {
            json!({
                "client_id": application.client_id,
                "name": application.name,
                "redirect_uri": application.redirect_uri,
                "trusted": application.is_trusted,
                "public": application.secret_hash.is_none(),
                "pkce": application.needs_pkce,
                "added": application.added_at.seconds(),
            })
        })
        .collect();
    output.print(&table(&rows), &json!({ "applications": listed }));
    Ok(())
}

/// `app delete`.
pub(super) async fn delete_application(
    config: &Config,
    client_id: &str,
    output: Output,
) -> anyhow::Result<()> {
    let engine = open(config).await?;
    let application = operator::delete_application(&engine, client_id).await?;
    engine.db().close().await;
    output.print(
        &format!(
            "Deleted \"{}\"; everything that people allowed it has ended.",
            application.name
        ),
        &json!({
            "client_id": application.client_id,
            "name": application.name,
            "deleted": true,
        }),
    );
    Ok(())
}
