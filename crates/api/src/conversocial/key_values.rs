//! `keyvalues`: small values that programs keep.
//!
//! A recorded client has a model with `key`, `value` and `value_type` that it never used; the
//! calls and the types are inferred from it.

use domain::key_value::{KeyValue, ValueKind};
use engine::{Error, What};
use serde_json::Value;

use super::call::Call;
use super::errors::{expected, missing};
use super::query::fields::{Extent, Field, Selection, View};
use super::query::filters::Filters;
use super::query::values::{Cell, Kind};
use super::query::{list as answer_list, one};
use super::reply::Answer;

/// What values are read as.
pub const TYPES: &[&str] = &["string", "integer", "float", "boolean", "json"];

/// The name of the field that may be large.
const VALUE: &str = "value";

/// The fields of a value.
pub static FIELDS: &[Field<KeyValue>] = &[
    Field::new("key", Kind::Name, "The key", |value: &KeyValue, _| {
        Cell::Text(value.key.clone())
    })
    .always()
    .filtered()
    .sorted(),
    Field::new(
        VALUE,
        Kind::Text,
        "The value as text",
        |value: &KeyValue, _| Cell::Text(value.value.clone()),
    )
    .always()
    .filtered()
    .sorted(),
    Field::new(
        "value_type",
        Kind::Text,
        "What the value is read as: `string`, `integer`, `float`, `boolean` or `json`",
        |value: &KeyValue, _| Cell::Text(value.kind.as_str().to_owned()),
    )
    .always()
    .filtered()
    .sorted(),
];

/// `GET /keyvalues`. Values may be large, so they are read only where they are shown or compared.
pub async fn list(call: Call) -> Answer {
    let needs_values = Selection::of(&call.pairs, FIELDS, Extent::List).has(VALUE)
        || Filters::of(&call.pairs, FIELDS)?.concern(VALUE);
    let values = if needs_values {
        engine::key_values::list(&call.engine, &call.scope).await?
    } else {
        engine::key_values::list_keys(&call.engine, &call.scope).await?
    };
    let directory = call.engine.directory(call.account_id()).await?;
    let about = values.iter().map(|value| 256 + value.value.len()).sum();
    call.write(about, move |call| {
        let view = View::of(call, &directory);
        answer_list(call, "keyvalues", values.iter(), FIELDS, &view)
    })
    .await
}

/// `GET /keyvalues/{key}`.
pub async fn get(call: Call) -> Answer {
    let value = engine::key_values::get(&call.engine, &call.scope, key(&call)?).await?;
    show(&call, &value).await
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
    show(&call, &value).await
}

/// `DELETE /keyvalues/{key}`.
pub async fn delete(call: Call) -> Answer {
    let value = engine::key_values::delete(&call.engine, &call.scope, key(&call)?).await?;
    show(&call, &value).await
}

fn key(call: &Call) -> Result<&str, Error> {
    // PostgreSQL's text cannot hold NUL, so there is no such key.
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

async fn show(call: &Call, value: &KeyValue) -> Answer {
    let directory = call.engine.directory(call.account_id()).await?;
    let view = View::of(call, &directory);
    Ok(one(call, "keyvalue", value, FIELDS, &view))
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
