//! The resources of the dialect: under which names they are answered, which fields they have.

use std::sync::LazyLock;

use domain::mention::Status;
use domain::naming::stage;
use domain::report::ReportDate;
use serde_json::Value;

use super::schemas::{
    self, Member, address, author_id, author_link, date, day, digits, flag, hex, link, list,
    nullable, one, text, whole, words,
};
use crate::conversocial::query::fields::{Field, Shown};
use crate::conversocial::query::{filters, paging, values};
use crate::conversocial::routes::Returns;
use crate::conversocial::version::Family;
use crate::conversocial::{
    accounts, authors, channels, conversations, key_values, reports, tags, users,
};

/// A resource.
pub(super) struct Resource {
    pub(super) family: Family,
    pub(super) plural: &'static str,
    pub(super) singular: &'static str,
    /// Its name among the schemas.
    pub(super) schema: &'static str,
    /// What can be asked for with `fields`; none where always everything is answered.
    pub(super) fields: Vec<Described>,
    /// What each member looks like.
    pub(super) members: Vec<Member>,
    pub(super) paged: Paged,
    /// The order of lists when none is asked for, where one can be.
    pub(super) sorted_by: Option<&'static str>,
}

/// How lists are divided.
#[derive(Debug, Clone, Copy)]
pub(super) enum Paged {
    /// `limit` and `offset`.
    ByOffset { default: usize },
    /// A boundary and `skip`.
    ByBoundary { default: usize },
    /// Not at all, or by arguments that the route states.
    Whole,
}

/// A field of a table, without the type of what it is a field of.
pub(super) struct Described {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) shown: Shown,
    pub(super) is_absent_unset: bool,
    pub(super) sorts: bool,
    /// The arguments that select by it.
    pub(super) arguments: Vec<(String, values::Kind)>,
}

/// The resources of a family.
pub(super) fn of(family: Family) -> impl Iterator<Item = &'static Resource> {
    ALL.iter().filter(move |resource| resource.family == family)
}

/// The resource that a route answers with.
pub(super) fn returned(family: Family, returns: Returns) -> Option<&'static Resource> {
    of(family).find(|resource| match returns {
        Returns::List(plural) => resource.plural == plural,
        Returns::One(singular) => resource.singular == singular,
        Returns::Events | Returns::Nothing => false,
    })
}

impl Resource {
    /// The object. Its members may be left out with `fields`, so none is required then; the
    /// extensions say which are there when nothing is asked for.
    pub(super) fn schema(&self) -> Value {
        if self.fields.is_empty() {
            return schemas::object(&self.members);
        }
        let mut object = schemas::object(&self.members);
        let names = |is_shown: fn(&Described) -> bool| -> Value {
            let fields = self.fields.iter().filter(|field| is_shown(field));
            fields.map(|field| field.name).collect()
        };
        if let Some(members) = object.as_object_mut() {
            members.remove("required");
            for (name, shown) in [
                (
                    "x-shown-in-lists",
                    names(|field| field.shown == Shown::Always && !field.is_absent_unset),
                ),
                (
                    "x-shown-alone",
                    names(|field| field.shown != Shown::Asked && !field.is_absent_unset),
                ),
                ("x-when-set", names(|field| field.is_absent_unset)),
            ] {
                members.insert(name.to_owned(), shown);
            }
            for field in &self.fields {
                let about = members
                    .get_mut("properties")
                    .and_then(|properties| properties.get_mut(field.name))
                    .and_then(Value::as_object_mut)
                    // Beside a reference nothing else counts.
                    .filter(|schema| !schema.contains_key("$ref"));
                if let Some(schema) = about {
                    schema.insert("description".to_owned(), field.about.into());
                }
            }
        }
        object
    }

    /// What can be asked to stand beside it.
    pub(super) fn beside(&self) -> Vec<Member> {
        if self.singular != "conversation" {
            return Vec::new();
        }
        vec![
            ("content?", schemas::list(&schemas::one("Content"))),
            ("notes?", schemas::list(&schemas::one("Note"))),
            ("actions?", schemas::list(&schemas::one("Action"))),
        ]
    }
}

fn described<T>(table: &'static [Field<T>]) -> Vec<Described> {
    table
        .iter()
        .map(|field| Described {
            name: field.name,
            about: field.about,
            shown: field.shown,
            is_absent_unset: field.is_absent_unset,
            sorts: field.sorts,
            arguments: filters::arguments(field),
        })
        .collect()
}

/// A resource with a table of fields, of which lists are divided by limit and offset.
fn listed<T>(
    [plural, singular, schema]: [&'static str; 3],
    table: &'static [Field<T>],
    members: Vec<Member>,
) -> Resource {
    Resource {
        family: Family::Data,
        plural,
        singular,
        schema,
        fields: described(table),
        members,
        paged: Paged::ByOffset {
            default: paging::DEFAULT,
        },
        sorted_by: Some("id"),
    }
}

/// A resource of which always everything is answered.
fn fixed(
    family: Family,
    [plural, singular, schema]: [&'static str; 3],
    members: Vec<Member>,
) -> Resource {
    Resource {
        family,
        plural,
        singular,
        schema,
        fields: Vec::new(),
        members,
        paged: Paged::Whole,
        sorted_by: None,
    }
}

static ALL: LazyLock<Vec<Resource>> = LazyLock::new(|| {
    let mut all = data();
    all.extend(profiles());
    all
});

fn data() -> Vec<Resource> {
    vec![
        listed(
            ["accounts", "account", "Account"],
            accounts::FIELDS,
            account(),
        ),
        listed(
            ["channels", "channel", "Channel"],
            channels::FIELDS,
            channel(),
        ),
        Resource {
            paged: Paged::ByBoundary {
                default: conversations::filters::DEFAULT,
            },
            sorted_by: Some("oldest_sort_date"),
            ..listed(
                ["conversations", "conversation", "Conversation"],
                conversations::FIELDS,
                conversation(),
            )
        },
        listed(["authors", "author", "Author"], authors::FIELDS, author()),
        listed(["users", "user", "User"], users::FIELDS, user()),
        listed(["tags", "tag", "Tag"], tags::FIELDS, tag()),
        listed(["reports", "report", "Report"], reports::FIELDS, report()),
        Resource {
            sorted_by: Some("key"),
            ..listed(
                ["keyvalues", "keyvalue", "KeyValue"],
                key_values::FIELDS,
                vec![
                    ("key", text()),
                    ("value", text()),
                    ("value_type", words(key_values::TYPES)),
                ],
            )
        },
    ]
}

fn account() -> Vec<Member> {
    vec![
        ("id", digits()),
        ("url", address()),
        ("name", text()),
        ("description", text()),
        ("package", text()),
        ("created_date", date()),
        ("channels", list(&one("Link"))),
        ("reports", address()),
    ]
}

fn channel() -> Vec<Member> {
    vec![
        ("id", digits()),
        ("url", address()),
        ("name", text()),
        ("type", text()),
        ("created", date()),
        ("is_active", flag()),
        ("account", one("Link")),
        ("reports", address()),
        ("small_image", nullable(text())),
        ("fans", nullable(whole())),
        ("fb_page_url", nullable(address())),
    ]
}

fn conversation() -> Vec<Member> {
    let statuses = Status::ALL.iter().copied().map(stage);
    vec![
        ("id", hex()),
        ("url", address()),
        ("status", words(statuses)),
        ("is_priority", flag()),
        ("contains_private", flag()),
        ("tags", list(&one("Link"))),
        ("author", nullable(author_link())),
        ("channels", list(&one("NamedLink"))),
        ("assigned_to", nullable(link())),
        ("content_ids", list(&hex())),
        ("handling_times", list(&one("HandlingTime"))),
        ("oldest_sort_date", date()),
        ("newest_sort_date", date()),
    ]
}

fn author() -> Vec<Member> {
    vec![
        ("id", author_id()),
        ("url", address()),
        ("platform", text()),
        ("platform_id", text()),
        ("screen_name", nullable(text())),
        ("real_name", nullable(text())),
        ("location", nullable(text())),
        ("website", nullable(text())),
        ("description", nullable(text())),
        // As the network has them, which need not be addresses.
        ("profile_picture", nullable(text())),
        ("profile_link", nullable(text())),
    ]
}

fn user() -> Vec<Member> {
    vec![
        ("id", digits()),
        ("url", address()),
        ("first_name", nullable(text())),
        ("last_name", nullable(text())),
        ("email", text()),
        ("timezone", text()),
        ("date_joined", date()),
        ("last_login", nullable(date())),
        ("is_expert", flag()),
        ("crowds_name", nullable(text())),
        ("account", one("Link")),
    ]
}

fn tag() -> Vec<Member> {
    vec![
        ("id", digits()),
        ("url", address()),
        ("name", text()),
        ("is_active", flag()),
    ]
}

/// What appears later is null when it is asked for earlier.
fn report() -> Vec<Member> {
    let types = ReportDate::ALL.iter().map(|by| by.as_str());
    vec![
        ("id", digits()),
        ("url", address()),
        ("name", text()),
        ("account", one("Link")),
        ("channel", nullable(link())),
        ("date_from", day()),
        ("date_to", day()),
        ("date_type", words(types)),
        ("generated_by", nullable(link())),
        ("generation_start_date", nullable(date())),
        ("generated_date", nullable(date())),
        ("download", nullable(address())),
        ("failure", nullable(text())),
    ]
}

fn profiles() -> Vec<Resource> {
    let family = Family::Profiles;
    vec![
        fixed(family, ["notes", "note", "Note"], schemas::profile_note()),
        fixed(
            family,
            ["annotations", "annotation", "Annotation"],
            schemas::profile_annotation(),
        ),
        fixed(family, ["tags", "tag", "Tag"], schemas::profile_tag()),
        fixed(
            family,
            ["annotationtypes", "annotationtype", "AnnotationType"],
            schemas::annotation_type(),
        ),
        fixed(
            family,
            ["authors", "author", "Author"],
            schemas::profile_author(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_table_has_a_schema_and_nothing_else_has() {
        for resource in ALL.iter().filter(|resource| !resource.fields.is_empty()) {
            let fields: Vec<&str> = resource.fields.iter().map(|field| field.name).collect();
            let members: Vec<&str> = resource.members.iter().map(|(name, _)| *name).collect();
            assert_eq!(fields, members, "{}", resource.plural);
        }
    }
}
