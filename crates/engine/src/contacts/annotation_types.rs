//! Kinds of annotations: three that every account has, and those it made.

use std::collections::BTreeMap;

use domain::contact::AnnotationType;
use domain::ids::AnnotationTypeId;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::tag::tag_key;
use domain::time::UnixMillis;
use store::counters::Kind;
use store::db::Reader;

use crate::auth::require;
use crate::inbox::check_length;
use crate::write::{self, Effects};
use crate::{Engine, Error, What};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Most kinds of one account.
const MOST_TYPES: usize = 200;

/// A kind to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnnotationType {
    /// Its name.
    pub name: String,
    /// Values may be long and have several lines.
    pub is_long: bool,
}

/// All kinds, by number.
///
/// # Errors
/// `Denied` without `contacts.read`.
pub async fn annotation_types(
    engine: &Engine,
    scope: &Scope,
) -> Result<Vec<AnnotationType>, Error> {
    require(scope, Permission::ContactsRead)?;
    let since = since(engine, scope).await?;
    all(engine.db(), scope, since).await
}

/// Since when the account has the kinds that every account has.
pub(super) async fn since(engine: &Engine, scope: &Scope) -> Result<UnixMillis, Error> {
    let directory = engine.directory(scope.account_id()).await?;
    Ok(directory.account.added_at)
}

/// The kinds as they are: what every account has, unless the account changed it, and its own.
pub(super) async fn all<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    since: UnixMillis,
) -> Result<Vec<AnnotationType>, Error> {
    let stored = store::contacts::list_types(from, scope).await?;
    let mut kinds: BTreeMap<AnnotationTypeId, AnnotationType> =
        AnnotationType::stock(scope.account_id(), since)
            .into_iter()
            .map(|kind| (kind.id, kind))
            .collect();
    kinds.extend(stored.into_iter().map(|kind| (kind.id, kind)));
    Ok(kinds.into_values().collect())
}

/// Makes a kind.
///
/// # Errors
/// `Denied` without `contactssettings.update`; `Invalid` at `name`; `Conflict` when there is one
/// of this name, whatever its case.
pub async fn create_annotation_type(
    engine: &Engine,
    scope: &Scope,
    new: NewAnnotationType,
) -> Result<AnnotationType, Error> {
    require(scope, Permission::ContactssettingsUpdate)?;
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "a name on one line was expected"));
    }
    check_length("name", &name, LONGEST_NAME)?;
    let (scope_in, now) = (scope.clone(), engine.now());
    let since = since(engine, scope).await?;
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let present = all(&mut *tx, &scope_in, since).await?;
            if present
                .iter()
                .any(|kind| tag_key(&kind.name) == tag_key(&name))
            {
                return Err(Error::Conflict(
                    "The account has a kind of annotation of this name already.".into(),
                ));
            }
            if present.len() >= MOST_TYPES {
                return Err(Error::Conflict(format!(
                    "An account has at most {MOST_TYPES} kinds of annotations."
                )));
            }
            let kind = AnnotationType {
                account_id: scope_in.account_id(),
                id: AnnotationTypeId(store::counters::next(tx, Kind::AnnotationType).await?),
                name,
                is_long: new.is_long,
                is_active: true,
                added_at: now,
            };
            store::contacts::create_type(tx, &scope_in, &kind).await?;
            Ok((kind, Effects::none()))
        })
    })
    .await
}

/// Says whether values of a kind can still be written; those that are there stay.
///
/// # Errors
/// `Denied` without `contactssettings.update`; `NotFound`.
pub async fn set_active(
    engine: &Engine,
    scope: &Scope,
    id: AnnotationTypeId,
    is_active: bool,
) -> Result<AnnotationType, Error> {
    require(scope, Permission::ContactssettingsUpdate)?;
    let scope_in = scope.clone();
    let since = since(engine, scope).await?;
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let mut kind = get(&mut *tx, &scope_in, since, id).await?;
            kind.is_active = is_active;
            store::contacts::save_type(tx, &scope_in, &kind).await?;
            Ok((kind, Effects::none()))
        })
    })
    .await
}

/// The kind with this number.
pub(super) async fn get<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    since: UnixMillis,
    id: AnnotationTypeId,
) -> Result<AnnotationType, Error> {
    all(from, scope, since)
        .await?
        .into_iter()
        .find(|kind| kind.id == id)
        .ok_or(Error::NotFound(What::AnnotationType))
}
