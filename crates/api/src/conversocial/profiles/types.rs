//! `annotation-types`: what can be noted about every customer.

use domain::contact::AnnotationType;
use domain::ids::AnnotationTypeId;
use engine::What;
use engine::contacts::{self, NewAnnotationType};

use super::paging;
use crate::conversocial::call::Call;
use crate::conversocial::errors::{expected, missing};
use crate::conversocial::page_token;
use crate::conversocial::query::values::read_flag;
use crate::conversocial::reply::{Answer, Reply};
use crate::render::json::Object;

/// What `format` can be.
pub const FORMATS: &[&str] = &["short", "long"];

/// `GET /annotation-types`.
pub async fn list(call: Call) -> Answer {
    let limit = paging::limit(&call)?;
    let after = page_token::place(&call)?.map(|place| place.id);
    let types = contacts::annotation_types(&call.engine, &call.scope).await?;
    let mut rest = types
        .iter()
        .filter(|kind| after.is_none_or(|after| kind.id.0 > after));
    let page: Vec<&AnnotationType> = rest.by_ref().take(limit).collect();
    let has_more = rest.next().is_some();
    let next = page
        .last()
        .filter(|_| has_more)
        .map(|last| page_token::next(&call, None, last.id.0));
    let reply = Reply::list("annotationtypes", |array| {
        for kind in page {
            array.object(|object| write(object, kind));
        }
    });
    Ok(reply.paged_forward(next.as_deref()))
}

/// `POST /annotation-types`.
pub async fn create(call: Call) -> Answer {
    let name = call.body.text("name")?.ok_or_else(|| missing("name"))?;
    let is_long = match call.body.text("format")?.as_deref() {
        None | Some("short") => false,
        Some("long") => true,
        Some(other) => return Err(expected("format", "short or long", other).into()),
    };
    let new = NewAnnotationType { name, is_long };
    let kind = contacts::create_annotation_type(&call.engine, &call.scope, new).await?;
    Ok(Reply::one("annotationtype", |object| write(object, &kind)))
}

/// `POST /annotation-types/{id}`.
pub async fn update(call: Call) -> Answer {
    let id = call.id("id", AnnotationTypeId::parse, What::AnnotationType)?;
    let given = call
        .body
        .text("is_active")?
        .ok_or_else(|| missing("is_active"))?;
    let is_active = read_flag("is_active", &given)?;
    let kind = contacts::set_active(&call.engine, &call.scope, id, is_active).await?;
    Ok(Reply::one("annotationtype", |object| write(object, &kind)))
}

fn write(object: &mut Object<'_>, kind: &AnnotationType) {
    object.display("id", format_args!("{}", kind.id));
    object.text("name", &kind.name);
    object.text("format", if kind.is_long { "long" } else { "short" });
    object.flag("is_active", kind.is_active);
}
