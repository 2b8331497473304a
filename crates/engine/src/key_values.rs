//! Small values that programs keep with an account.
//!
//! They are neither settings nor mentions: nothing is derived from them, so they are not in the
//! change log, and every server reads them from the database.

use domain::key_value::{KeyValue, LARGEST_VALUE, LONGEST_KEY, MOST_BYTES, MOST_VALUES, ValueKind};
use domain::permission::Permission;
use domain::scope::Scope;

use crate::auth::require;
use crate::{Engine, Error, What, write};

/// All values of the account, by key.
///
/// # Errors
/// `Denied` to who may not read settings.
pub async fn list(engine: &Engine, scope: &Scope) -> Result<Vec<KeyValue>, Error> {
    require(scope, Permission::SettingsRead)?;
    Ok(store::key_values::list(engine.db(), scope).await?)
}

/// The same, but every value is empty: for those who want to know what there is.
pub async fn list_keys(engine: &Engine, scope: &Scope) -> Result<Vec<KeyValue>, Error> {
    require(scope, Permission::SettingsRead)?;
    Ok(store::key_values::list_keys(engine.db(), scope).await?)
}

/// The value under a key.
///
/// # Errors
/// `NotFound` when there is none; `Denied` to who may not read settings.
pub async fn get(engine: &Engine, scope: &Scope, key: &str) -> Result<KeyValue, Error> {
    require(scope, Permission::SettingsRead)?;
    store::key_values::find(engine.db(), scope, key)
        .await?
        .ok_or(Error::NotFound(What::KeyValue))
}

/// Writes a value, in place of the one under the same key.
///
/// # Errors
/// `Invalid` at `key` or `value`; `Conflict` when the account has as many values, or as much in
/// them, as it may have.
pub async fn put(
    engine: &Engine,
    scope: &Scope,
    key: &str,
    value: &str,
    kind: ValueKind,
) -> Result<KeyValue, Error> {
    require(scope, Permission::AccountUpdate)?;
    check(key, value, kind)?;
    let value = KeyValue {
        account_id: scope.account_id(),
        key: key.to_owned(),
        value: value.to_owned(),
        kind,
        updated_at: engine.now(),
    };
    let work_scope = scope.clone();
    write::locked(engine, scope, move |tx| {
        Box::pin(async move {
            store::key_values::put(tx, &work_scope, &value).await?;
            // Added up after the write: a value can be replaced where there is no room for more.
            let (count, bytes) = store::key_values::totals(&mut *tx, &work_scope).await?;
            if bytes > MOST_BYTES {
                return Err(Error::Conflict(format!(
                    "The values of an account have at most {MOST_BYTES} bytes together; delete \
                     some first."
                )));
            }
            if usize::try_from(count).unwrap_or(usize::MAX) > MOST_VALUES {
                return Err(Error::Conflict(format!(
                    "An account keeps at most {MOST_VALUES} values; delete some first."
                )));
            }
            Ok(value)
        })
    })
    .await
}

/// Removes the value under a key; gives what it was.
///
/// # Errors
/// `NotFound` when there is none; `Denied` to who may not change the account.
pub async fn delete(engine: &Engine, scope: &Scope, key: &str) -> Result<KeyValue, Error> {
    require(scope, Permission::AccountUpdate)?;
    let (work_scope, key) = (scope.clone(), key.to_owned());
    write::locked(engine, scope, move |tx| {
        Box::pin(async move {
            let value = store::key_values::find(&mut *tx, &work_scope, &key)
                .await?
                .ok_or(Error::NotFound(What::KeyValue))?;
            store::key_values::delete(tx, &work_scope, &key).await?;
            Ok(value)
        })
    })
    .await
}

fn check(key: &str, value: &str, kind: ValueKind) -> Result<(), Error> {
    let length = key.chars().count();
    if length == 0 || length > LONGEST_KEY || key.chars().any(char::is_control) {
        return Err(Error::invalid(
            "key",
            format!("1 to {LONGEST_KEY} characters were expected, without control characters"),
        ));
    }
    if value.len() > LARGEST_VALUE {
        return Err(Error::invalid(
            "value",
            format!("at most {LARGEST_VALUE} bytes are kept"),
        ));
    }
    let is_fine = match kind {
        ValueKind::Text => !value.contains('\0'),
        ValueKind::Integer => value.parse::<i64>().is_ok(),
        ValueKind::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
        ValueKind::Flag => matches!(value, "true" | "false"),
        ValueKind::Json => {
            serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok() && !value.contains('\0')
        }
    };
    if is_fine {
        Ok(())
    } else {
        Err(Error::invalid(
            "value",
            format!("does not fit the type \"{kind}\""),
        ))
    }
}

#[cfg(test)]
mod tests {
    use store::both_engines;

    use super::*;
    use crate::pipeline::tests::world::world;

    both_engines! {
        async fn an_account_keeps_at_most_1000_values_and_can_always_replace_one(db: &Db) {
            let world = world(db).await;
            let (engine, scope) = (world.engine(), world.scope.clone());
            let (work_scope, now) = (scope.clone(), engine.now());
            db.write(move |tx| Box::pin(async move {
                // One more fits.
                for number in 1..1_000 {
                    let value = KeyValue {
                        account_id: work_scope.account_id(),
                        key: format!("k{number}"),
                        value: "x".to_owned(),
                        kind: ValueKind::Text,
                        updated_at: now,
                    };
                    store::key_values::put(tx, &work_scope, &value).await?;
                }
                Ok::<_, store::StoreError>(())
            })).await.unwrap();
            let written = async |key: &str| put(engine, &scope, key, "y", ValueKind::Text).await;
            written("last").await.unwrap();
            let refused = written("one more").await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
            assert!(get(engine, &scope, "one more").await.is_err());
            written("k1").await.unwrap();
            delete(engine, &scope, "k2").await.unwrap();
            written("one more").await.unwrap();
            assert_eq!(list(engine, &scope).await.unwrap().len(), 1_000);
        }
    }

    #[test]
    fn values_must_fit_their_type() {
        for (value, kind, is_fine) in [
            ("anything", ValueKind::Text, true),
            ("a\0b", ValueKind::Text, false),
            ("-7", ValueKind::Integer, true),
            ("7.5", ValueKind::Integer, false),
            ("7.5", ValueKind::Number, true),
            ("inf", ValueKind::Number, false),
            ("true", ValueKind::Flag, true),
            ("yes", ValueKind::Flag, false),
            (r#"{"a":[1]}"#, ValueKind::Json, true),
            ("{", ValueKind::Json, false),
        ] {
            assert_eq!(check("k", value, kind).is_ok(), is_fine, "{value} {kind}");
        }
        assert!(check("", "x", ValueKind::Text).is_err());
        assert!(check(&"k".repeat(201), "x", ValueKind::Text).is_err());
        assert!(check("k", &"x".repeat(LARGEST_VALUE + 1), ValueKind::Text).is_err());
    }
}
