//! The calls of the Customer Profiles API.

use domain::permission::Permission;
use engine::auth::Needs;

use super::{Handler, Kind, Parameter, Returns, Route, Verb, handler};
use crate::conversocial::profiles::{author, entries, types, write};
use crate::conversocial::query::paging::MOST;

const READS: Needs = Needs::All(&[Permission::ContactsRead]);
const WRITES: Needs = Needs::All(&[Permission::ContactsUpdate]);
const TAGS: Needs = Needs::All(&[Permission::ContacttagsUpdate]);
const TYPES: Needs = Needs::All(&[Permission::ContactssettingsUpdate]);

const PAGE_SIZE: Parameter = Parameter::new(
    "page_size",
    Kind::Integer {
        default: MOST,
        min: 1,
        max: MOST,
    },
    "How many things are given at once",
);
const PAGE_TOKEN: Parameter = Parameter::new(
    "page_token",
    Kind::Text,
    "Where to go on; part of `next_page`, must not be changed",
);
const LIST: &[Parameter] = &[
    Parameter::new(
        "created_date_from",
        Kind::Date,
        "Written at or after this moment; of a day alone, its start",
    )
    .required(),
    Parameter::new(
        "created_date_to",
        Kind::Date,
        "Written before this moment; a day alone is included",
    )
    .required(),
    PAGE_SIZE,
    PAGE_TOKEN,
];
const AUTHOR: Parameter = Parameter::new(
    "author_id",
    Kind::Text,
    "The customer, by an identity at a network such as `t:2825986021`",
)
.required();
const TEXT: Parameter = Parameter::new(
    "text",
    Kind::Text,
    "What to write, at most 20,000 characters; 250 on one line for a short annotation",
)
.required();

/// A call that reads.
const fn read(
    path: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    returns: Returns,
    handler: Handler,
) -> Route {
    Route {
        verb: Verb::Get,
        path,
        needs: READS,
        conditional: &[],
        summary,
        parameters,
        returns,
        handler,
    }
}

/// A call that writes; none of them is in the original's documentation.
const fn write(
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    parameters: &'static [Parameter],
    returns: Returns,
    handler: Handler,
) -> Route {
    Route {
        verb: Verb::Post,
        path,
        needs,
        conditional: &[],
        summary,
        parameters,
        returns,
        handler,
    }
}

pub(super) const ROUTES: &[Route] = &[
    read(
        "/notes",
        "Lists the notes about customers that were written in a time",
        LIST,
        Returns::List("notes"),
        handler!(entries::notes),
    ),
    read(
        "/annotations",
        "Lists the annotations of customers that were written in a time",
        LIST,
        Returns::List("annotations"),
        handler!(entries::annotations),
    ),
    read(
        "/tags",
        "Lists the tags that were put on customers in a time",
        LIST,
        Returns::List("tags"),
        handler!(entries::tags),
    ),
    read(
        "/annotation-types",
        "Lists the types of annotations",
        &[PAGE_SIZE, PAGE_TOKEN],
        Returns::List("annotationtypes"),
        handler!(types::list),
    ),
    read(
        "/authors/{author_id}",
        "Gives everything that was written about one customer",
        &[],
        Returns::One("author"),
        handler!(author::get),
    ),
    write(
        "/notes",
        WRITES,
        "Adds a note about a customer; not in the original",
        &[AUTHOR, TEXT],
        Returns::One("note"),
        handler!(write::add_note),
    ),
    write(
        "/notes/{id}",
        WRITES,
        "Writes a note anew; not in the original",
        &[TEXT],
        Returns::One("note"),
        handler!(write::modify_note),
    ),
    write(
        "/annotations",
        WRITES,
        "Writes the value of an annotation of a customer; not in the original",
        &[
            AUTHOR,
            Parameter::new("type_id", Kind::Id, "The type of the annotation").required(),
            TEXT,
        ],
        Returns::One("annotation"),
        handler!(write::set_annotation),
    ),
    write(
        "/tags",
        TAGS,
        "Puts a tag on a customer; not in the original",
        &[
            AUTHOR,
            Parameter::new("name", Kind::Text, "The tag, at most 100 characters").required(),
        ],
        Returns::One("tag"),
        handler!(write::add_tag),
    ),
    Route {
        verb: Verb::Delete,
        path: "/authors/{author_id}/tags/{name}",
        needs: TAGS,
        conditional: &[],
        summary: "Takes a tag from a customer; not in the original",
        parameters: &[],
        returns: Returns::One("tag"),
        handler: handler!(write::remove_tag),
    },
    write(
        "/annotation-types",
        TYPES,
        "Makes a type of annotations; not in the original",
        &[
            Parameter::new("name", Kind::Text, "Its name, at most 100 characters").required(),
            Parameter::new(
                "format",
                Kind::Word(types::FORMATS),
                "How long values may be; short when absent",
            ),
        ],
        Returns::One("annotationtype"),
        handler!(types::create),
    ),
    write(
        "/annotation-types/{id}",
        TYPES,
        "Says whether a type can still be used; not in the original",
        &[Parameter::new("is_active", Kind::Flag, "Whether it can").required()],
        Returns::One("annotationtype"),
        handler!(types::update),
    ),
    write(
        "/authors/{author_id}",
        Needs::All(&[Permission::ContactsRead, Permission::ContactsUpdate]),
        "Says that two authors are one customer; not in the original",
        &[Parameter::new("same_as", Kind::Text, "The other identity at a network").required()],
        Returns::One("author"),
        handler!(author::join),
    ),
];
