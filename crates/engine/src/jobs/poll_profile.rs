//! What a source says of itself, taken over into its profile.

use channels::ProfileInfo;
use domain::change::{ChangeKind, NewChange};
use domain::scope::Scope;
use domain::topic::Profile;
use serde_json::json;

use crate::address::Address;
use crate::pipeline::{MAX_NAME, line, web_address};
use crate::write::{self, Effects};
use crate::{Engine, Error};

/// Fills in what the user left out (the name shown, the picture), and follows the source to its
/// new address. An address that another profile of the topic has already is left alone: the
/// connector knows where to ask.
pub(super) async fn update(
    engine: &Engine,
    scope: &Scope,
    profile: Profile,
    info: ProfileInfo,
    moved_to: Option<String>,
) -> Result<(), Error> {
    let mut new = profile.clone();
    if new.displayname.is_none() {
        new.displayname = info
            .displayname
            .as_deref()
            .and_then(|name| line(name, MAX_NAME));
    }
    if new.avatar.is_none() {
        new.avatar = info.avatar.as_deref().and_then(web_address);
    }
    let is_shown_differently = new != profile;
    if !is_shown_differently && moved_to.is_none() {
        return Ok(());
    }
    let moved_to = moved_to
        .map(|address| {
            let address = Address::new(engine, new.account_id, &address);
            let sealed = address.seal(engine, new.account_id, new.id)?;
            Ok::<_, Error>((address.service_id, sealed))
        })
        .transpose()?;
    let (work_engine, work_scope) = (engine.clone(), scope.clone());
    let changed = write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let is_present =
                !is_shown_differently || store::profiles::update(tx, &work_scope, &new).await?;
            let has_moved = match &moved_to {
                Some((service_id, address)) => {
                    store::profiles::move_to(tx, &work_scope, new.id, service_id, address.as_ref())
                        .await?
                }
                None => false,
            };
            if !is_present || !(is_shown_differently || has_moved) {
                return Ok((false, Effects::none()));
            }
            let change = NewChange {
                kind: ChangeKind::ProfileUpdated,
                object_id: new.id.0,
                topic_id: Some(new.topic_id),
                detail: json!({
                    "type": new.service.as_str(),
                    "service_id": moved_to.map_or(new.service_id, |(service_id, _)| service_id),
                }),
            };
            let numbers = write::number(tx, &work_scope, 1).await?;
            write::log(tx, &work_scope, &work_engine, &numbers, &[change]).await?;
            Ok((true, Effects::settings(numbers)))
        })
    })
    .await?;
    if changed {
        tracing::debug!(profile.id = %profile.id, "a profile was updated by its source");
    }
    Ok(())
}
