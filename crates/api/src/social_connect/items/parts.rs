//! Parts of an added mention: its place and the lists that hang on it.

use domain::attachment::{Attachment, AttachmentType};
use domain::mention::{Button, ClickedButton, ExtraAttribute, Location, ServiceDetails};
use engine::Error;
use engine::pipeline::CONTINENTS;
use serde_json::Value;

use super::{part, text, word};
use crate::social_connect::params::{Field, FieldObject, missing};

pub(super) fn location(item: &FieldObject) -> Result<Location, Error> {
    let Some(place) = item.object("location")? else {
        return Ok(Location::default());
    };
    let nothing = FieldObject::new(item.path(), Value::Array(Vec::new()))?;
    let coordinates = part(&place, "coordinates")?;
    let degrees = |name: &str, most: f64| -> Result<Option<f64>, Error> {
        let Some(field) = place.get(name).or_else(|| coordinates.get(name)) else {
            return Ok(None);
        };
        if field.is_blank() {
            return Ok(None);
        }
        let wrong = field.wrong(&format!("degrees from -{most} to {most}"));
        let degrees = field.into_float()?;
        if degrees.abs() <= most {
            Ok(Some(degrees))
        } else {
            Err(wrong)
        }
    };
    let code = |name: &str, what: &str| -> Result<Option<String>, Error> {
        let field = match place.get(name) {
            Some(field) if field.is_object() => field.into_object()?.get("code"),
            field => field,
        };
        let Some(field) = field.filter(|field| !field.is_blank()) else {
            return Ok(None);
        };
        let wrong = field.wrong(what);
        let code = field.into_text()?.trim().to_ascii_uppercase();
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_code { Ok(Some(code)) } else { Err(wrong) }
    };
    let named = |name: &str| -> Result<Option<String>, Error> {
        match place.get(name) {
            Some(field) if field.is_object() => field.into_object()?.filled_text("name"),
            _ => text(&place, &nothing, &[name], &[]),
        }
    };
    let (longitude, latitude) = (degrees("longitude", 180.0)?, degrees("latitude", 90.0)?);
    if longitude.is_some() != latitude.is_some() {
        let absent = if longitude.is_some() {
            "latitude"
        } else {
            "longitude"
        };
        return Err(missing(&place.path_of(absent)));
    }
    let continent = code("continent", "a continent's two-letter code such as \"EU\"")?;
    if let Some(code) = continent
        .as_ref()
        .filter(|code| !CONTINENTS.contains(&code.as_str()))
    {
        return Err(
            Field::new(place.path_of("continent"), Value::String(code.clone()))
                .wrong(&format!("one of {}", CONTINENTS.join(", "))),
        );
    }
    Ok(Location {
        continent,
        country: code("country", "a country's two-letter code such as \"BE\"")?,
        region: named("region")?,
        city: named("city")?,
        longitude,
        latitude,
    })
}

/// Attachments of the message or of the item; an address alone is a link.
pub(super) fn attachments(
    message: &FieldObject,
    item: &FieldObject,
) -> Result<Vec<Attachment>, Error> {
    let fields = match message.list("attachments")? {
        Some(fields) => fields,
        None => item.list("attachments")?.unwrap_or_default(),
    };
    fields.into_iter().map(attachment).collect()
}

fn attachment(field: Field) -> Result<Attachment, Error> {
    let mut attachment = Attachment {
        kind: AttachmentType::Url,
        url: None,
        title: None,
        image: None,
        description: None,
        caption: None,
        question: None,
        id: None,
        content: None,
    };
    if !field.is_object() {
        attachment.url = Some(field.into_text()?);
        return Ok(attachment);
    }
    let object = field.into_object()?;
    if let Some(kind) = word(
        &object,
        &object,
        &["type"],
        &[],
        AttachmentType::parse,
        AttachmentType::ALL,
    )? {
        attachment.kind = kind;
    }
    attachment.url = object.filled_text("url")?;
    attachment.title = object.filled_text("title")?;
    attachment.image = object.filled_text("image")?;
    attachment.description = object.filled_text("description")?;
    attachment.caption = object.filled_text("caption")?;
    attachment.question = object.filled_text("question")?;
    attachment.id = object.integer("id")?;
    attachment.content = object.get("content").map(Field::into_value);
    Ok(attachment)
}

/// A list of `{id, name, value}`, or an object of names and values.
pub(super) fn extra_attributes(item: &FieldObject) -> Result<Vec<ExtraAttribute>, Error> {
    let Some(field) = item.get("extra_attributes") else {
        return Ok(Vec::new());
    };
    if field.is_object() && !field.is_list() {
        let object = field.into_object()?;
        let names: Vec<String> = object.names().map(ToOwned::to_owned).collect();
        return names
            .into_iter()
            .map(|name| {
                let value = object.text(&name)?.unwrap_or_default();
                Ok(ExtraAttribute {
                    id: name.clone(),
                    name,
                    value,
                })
            })
            .collect();
    }
    field
        .into_list()?
        .into_iter()
        .map(|field| {
            let object = field.into_object()?;
            let name = object.filled_text("name")?;
            let id = object
                .filled_text("id")?
                .or_else(|| name.clone())
                .ok_or_else(|| missing(&object.path_of("name")))?;
            Ok(ExtraAttribute {
                name: name.unwrap_or_else(|| id.clone()),
                id,
                value: object.text("value")?.unwrap_or_default(),
            })
        })
        .collect()
}

pub(super) fn buttons(item: &FieldObject) -> Result<Vec<Button>, Error> {
    item.list("buttons")?
        .unwrap_or_default()
        .into_iter()
        .map(|field| {
            let object = field.into_object()?;
            Ok(Button {
                id: object.text("id")?.unwrap_or_default(),
                label: object.text("label")?.unwrap_or_default(),
            })
        })
        .collect()
}

pub(super) fn clicked_buttons(item: &FieldObject) -> Result<Vec<ClickedButton>, Error> {
    item.list("clicked_buttons")?
        .unwrap_or_default()
        .into_iter()
        .map(|field| {
            let object = field.into_object()?;
            Ok(ClickedButton {
                id: object.text("id")?.unwrap_or_default(),
                label: object.text("label")?.unwrap_or_default(),
                payload: object.text("payload")?.unwrap_or_default(),
            })
        })
        .collect()
}

/// Kinds of details, with the members that the vendor's response page lists for each.
const DETAILS: &[(&str, &[&str])] = &[
    (
        "location_details",
        &[
            "location_id",
            "location_name",
            "location_url",
            "location_address",
        ],
    ),
    ("product_details", &["product_id", "product_name"]),
    ("app_details", &["app_id", "app_name"]),
    ("shop_details", &["shop_id", "shop_name"]),
    ("author_phone", &["author_phone"]),
];

pub(super) fn service_details(item: &FieldObject) -> Result<Option<ServiceDetails>, Error> {
    let Some(object) = item.object("service_details")? else {
        return Ok(None);
    };
    let Some(kind) = object.filled_text("type")? else {
        return Ok(None);
    };
    let Some((kind, names)) = DETAILS.iter().find(|(known, _)| *known == kind) else {
        let known: Vec<&str> = DETAILS.iter().map(|(known, _)| *known).collect();
        return Err(Field::new(object.path_of("type"), Value::String(kind))
            .wrong(&format!("one of {}", known.join(", "))));
    };
    let mut fields = Vec::new();
    for name in *names {
        if let Some(value) = object.filled_text(name)? {
            fields.push(((*name).to_owned(), value));
        }
    }
    Ok(Some(ServiceDetails {
        kind: (*kind).to_owned(),
        fields,
    }))
}
