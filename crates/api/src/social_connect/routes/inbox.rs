//! Inbox, insights and the live stream.

use domain::permission::Permission;

use super::parameters::{
    DATE_FROM, DATE_TO, FILTER, PAGE_TOKEN, PARTIAL, TOPIC_IDS, UPDATES, limit,
};
use super::{Kind, Parameter, Policy, Returns, Route, Verb, WRITE, handler, reads};
use crate::social_connect::mentions::SORTS;
use crate::social_connect::{add, events, insights, mentions};

const MENTION: &str = "/{account_id}/inbox/mention/{topic_id}/{id}";

pub(super) const ROUTES: &[Route] = &[
    Route {
        verb: Verb::Post,
        path: "/{account_id}/inbox/add",
        policy: Policy::Account {
            scopes: WRITE,
            permissions: &[Permission::InboxRead],
            conditional: &[
                ("mentions.status", Permission::StatusUpdate),
                ("mentions.tags", Permission::TagsUpdate),
                ("mentions.tags (new names)", Permission::TagsCreate),
                ("mentions.message.sentiment", Permission::SentimentUpdate),
                ("mentions.priority", Permission::PropertiesUpdate),
                ("mentions.message.language", Permission::PropertiesUpdate),
                ("mentions.location", Permission::PropertiesUpdate),
            ],
        },
        summary: "Add up to 500 mentions; all of them or none",
        parameters: &[
            Parameter::new(
                "mentions",
                Kind::Json,
                "A list of objects shaped like `mention`; each needs `topic.id` and \
                 `message.content`. Mentions that a topic has already, by `source.id`, are passed \
                 over",
            )
            .required(),
            Parameter::new(
                "topic_id",
                Kind::Id,
                "The topic of mentions that name none themselves",
            ),
        ],
        returns: Returns::Done,
        handler: handler!(add::add),
    },
    Route {
        verb: Verb::Get,
        path: "/{account_id}/inbox/mentions",
        policy: reads(&[Permission::InboxRead]),
        summary: "The mentions that fit, newest first",
        parameters: &[
            FILTER,
            DATE_FROM,
            DATE_TO,
            TOPIC_IDS,
            Parameter::new(
                "sort",
                Kind::Word(SORTS),
                "Order; `dateadd:desc` when absent",
            ),
            limit(20, 0, 100),
            PAGE_TOKEN,
            PARTIAL,
        ],
        returns: Returns::Paged("mention"),
        handler: handler!(mentions::list),
    },
    Route {
        verb: Verb::Get,
        path: MENTION,
        policy: reads(&[Permission::InboxRead]),
        summary: "One mention",
        parameters: &[],
        returns: Returns::Object("mention"),
        handler: handler!(mentions::get),
    },
    Route {
        verb: Verb::Post,
        path: MENTION,
        policy: Policy::Account {
            scopes: WRITE,
            permissions: &[Permission::InboxRead],
            conditional: &[
                ("updates.status", Permission::StatusUpdate),
                ("updates.tags", Permission::TagsUpdate),
                ("updates.tags (new names)", Permission::TagsCreate),
                ("updates.assignees", Permission::AssignmentsUpdate),
                ("updates.assignment", Permission::AssignmentsUpdate),
                ("updates.message.sentiment", Permission::SentimentUpdate),
                ("updates.actions (notes)", Permission::NoteUpdate),
                ("updates.todos", Permission::NoteUpdate),
                ("updates.priority", Permission::PropertiesUpdate),
                ("updates.message.language", Permission::PropertiesUpdate),
                ("updates.location", Permission::PropertiesUpdate),
            ],
        },
        summary: "Work on a mention: status, tags, assignment, notes, properties",
        parameters: &[
            UPDATES,
            Parameter::new(
                "options",
                Kind::Json,
                "`tags_edit_mode` (`add`, `update` or `delete`), `sendMail`",
            ),
            Parameter::new(
                "list_filter",
                Kind::Text,
                "A filter; `meta.messages` then tells whether the mention still matches it",
            ),
        ],
        returns: Returns::Object("mention"),
        handler: handler!(mentions::update),
    },
    Route {
        verb: Verb::Delete,
        path: MENTION,
        policy: Policy::Account {
            scopes: WRITE,
            permissions: &[Permission::InboxRead, Permission::QueriesMentionsDelete],
            conditional: &[
                (
                    "options.delete_on_service",
                    Permission::QueriesMentionsDeleteService,
                ),
                (
                    "options.hide_on_service",
                    Permission::QueriesMentionsHideService,
                ),
                (
                    "options.block_author_on_service",
                    Permission::InboxBlockcontactUpdate,
                ),
            ],
        },
        summary: "Remove a mention from the product, and on request from its network",
        parameters: &[Parameter::new(
            "options",
            Kind::Json,
            "`delete_on_service`, `hide_on_service`, `block_author_on_service`",
        )],
        returns: Returns::Done,
        handler: handler!(mentions::delete),
    },
    Route {
        verb: Verb::Get,
        path: "/{account_id}/insights/facets",
        policy: reads(&[Permission::InsightsRead]),
        summary: "Counted tables, one for each definition",
        parameters: FACETS,
        returns: Returns::List("facet"),
        handler: handler!(insights::facets),
    },
    Route {
        verb: Verb::Post,
        path: "/{account_id}/insights/facets",
        // Recorded clients post long definitions; nothing is changed, so reading is enough.
        policy: reads(&[Permission::InsightsRead]),
        summary: "Counted tables, one for each definition; for definitions that are too long for a query",
        parameters: FACETS,
        returns: Returns::List("facet"),
        handler: handler!(insights::facets),
    },
    Route {
        verb: Verb::Get,
        path: "/{account_id}/events",
        policy: reads(&[Permission::InboxRead]),
        summary: "The change log as it happens, as server-sent events; goes on after the number in \
                  the header `Last-Event-ID`",
        parameters: &[Parameter::new(
            "last_event_id",
            Kind::Text,
            "The same as the header, for clients that cannot send one",
        )],
        returns: Returns::Events,
        handler: handler!(events::stream),
    },
];

const FACETS: &[Parameter] = &[
    Parameter::new(
        "facetdefinitions",
        Kind::Json,
        "A list of objects with `key`, `value`, `segmentation` and `type`",
    )
    .required(),
    FILTER,
    DATE_FROM,
    DATE_TO,
    TOPIC_IDS,
    PARTIAL,
];
