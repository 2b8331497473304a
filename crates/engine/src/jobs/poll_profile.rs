//! What a source says of itself, taken over into its profile.

use channels::ProfileInfo;
use domain::change::{ChangeKind, NewChange};
use domain::scope::Scope;
use domain::sealed::Sealed;
use domain::topic::Profile;
use serde_json::json;

use crate::address::Address;
use crate::pipeline::{MAX_NAME, line, web_address};
use crate::write::{self, Effects};
use crate::{Engine, Error};

/// Fills in what the user left out (the name shown, the picture), and follows the source to its
/// new address. An address that another profile of the topic has already is left alone: the
/// connector knows where to ask. What a user did while the source was asked stays: `polled` is the
/// profile as it was before.
pub(crate) async fn update(
    engine: &Engine,
    scope: &Scope,
    polled: &Profile,
    info: ProfileInfo,
    moved_to: Option<String>,
) -> Result<(), Error> {
    let displayname = info
        .displayname
        .as_deref()
        .and_then(|name| line(name, MAX_NAME));
    let avatar = info.avatar.as_deref().and_then(web_address);
    if displayname.is_none() && avatar.is_none() && moved_to.is_none() {
        return Ok(());
    }
    let moved_to = moved_to
        .map(|address| {
            let address = Address::new(engine, polled.account_id, &address);
            let sealed = address.seal(engine, polled.account_id, polled.id)?;
            Ok::<_, Error>((address.service_id, sealed))
        })
        .transpose()?;
    let (work_engine, work_scope) = (engine.clone(), scope.clone());
    let (id, source) = (polled.id, source_of(polled));
    let changed = write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let found = store::profiles::find(&mut *tx, &work_scope, id).await?;
            let Some(present) = found.filter(Profile::is_connected) else {
                return Ok((false, Effects::none()));
            };
            let mut new = present.clone();
            new.displayname = new.displayname.or(displayname);
            new.avatar = new.avatar.or(avatar);
            if new != present {
                store::profiles::update(tx, &work_scope, &new).await?;
            }
            let has_moved = match &moved_to {
                Some((service_id, address)) if source == source_of(&present) => {
                    store::profiles::move_to(tx, &work_scope, id, service_id, address.as_ref())
                        .await?
                }
                _ => false,
            };
            if new == present && !has_moved {
                return Ok((false, Effects::none()));
            }
            let change = NewChange {
                kind: ChangeKind::ProfileUpdated,
                object_id: id.0,
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
        tracing::debug!(profile.id = %polled.id, "a profile was updated by its source");
    }
    Ok(())
}

/// Where a profile is asked for.
fn source_of(profile: &Profile) -> (String, Option<Sealed>) {
    (
        profile.service_id.clone(),
        profile.connection.address.clone(),
    )
}
