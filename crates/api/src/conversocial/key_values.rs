//! `keyvalues`: small values that programs keep.
//!
//! A recorded client has a model with `key`, `value` and `value_type` that it never used; the
//! calls and the types are inferred from it.

use domain::key_value::{KeyValue, ValueKind};
use engine::{Error, What};
use serde_json::Value;

use super::call::Call;
use super::errors::{expected, missing};
use super::reply::{Answer, Reply};
use crate::render::json::Object;

/// What values are read as.
pub const TYPES: &[&str] = &["string", "integer", "float", "boolean", "json"];

/// `GET /keyvalues`.
pub async fn list(call: Call) -> Answer {
    let values = engine::key_values::list(&call.engine, &call.scope).await?;
    Ok(Reply::list("keyvalues", |array| {
        for value in &values {
            array.object(|object| write(object, value));
        }
    })
    .paged(None, None))
}

/// `GET /keyvalues/{key}`.
pub async fn get(call: Call) -> Answer {
    let value = engine::key_values::get(&call.engine, &call.scope, key(&call)?).await?;
    Ok(one(&value))
}

/// `POST /keyvalues`.
pub async fn put(call: Call) -> Answer {
    let key = call.body.text("key")?.ok_or_else(|| missing("key"))?;
    let given = call.body.get("value").ok_or_else(|| missing("value"))?;
    let stated = match call.body.text("value_type")? {
        None => None,
        Some(word) => Some(ValueKind::parse(&word).ok_or_else(|| {
            expected(
                "value_type",
                "string, integer, float, boolean or json",
                &word,
            )
        })?),
    };
    let kind = stated.unwrap_or_else(|| kind_of(given));
    let text = match given {
        Value::String(text) => text.replace('\0', ""),
        other => other.to_string(),
    };
    let value = engine::key_values::put(&call.engine, &call.scope, &key, &text, kind).await?;
    Ok(one(&value))
}

/// `DELETE /keyvalues/{key}`.
pub async fn delete(call: Call) -> Answer {
    let value = engine::key_values::delete(&call.engine, &call.scope, key(&call)?).await?;
    Ok(one(&value))
}

fn key(call: &Call) -> Result<&str, Error> {
    // PostgreSQL's text can not hold NUL, so there is no such key.
    call.part("key")
        .filter(|key| !key.contains('\0'))
        .ok_or(Error::NotFound(What::KeyValue))
}

fn kind_of(value: &Value) -> ValueKind {
    match value {
        Value::Bool(_) => ValueKind::Flag,
        Value::Number(number) if number.is_i64() => ValueKind::Integer,
        Value::Number(_) => ValueKind::Number,
        Value::Array(_) | Value::Object(_) => ValueKind::Json,
        Value::Null | Value::String(_) => ValueKind::Text,
    }
}

fn one(value: &KeyValue) -> Reply {
    Reply::one("keyvalue", |object| write(object, value))
}

fn write(object: &mut Object<'_>, value: &KeyValue) {
    object.text("key", &value.key);
    object.text("value", &value.value);
    object.text("value_type", value.kind.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_types_are_all_there_are() {
        let words: Vec<&str> = ValueKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(words, TYPES);
    }
}
