//! The calls of the data API, v1.1 and v1.3.

use domain::permission::Permission;
use engine::auth::Needs;

use super::{Condition, Kind, Parameter, Returns, Route, Verb, handler};
use crate::conversocial::{
    accounts, authors, channels, conversations, key_values, reports, tags, users,
};

const SETTINGS: Needs = Needs::All(&[Permission::SettingsRead]);
const INBOX: Needs = Needs::All(&[Permission::InboxRead]);
const USERS: Needs = Needs::Any(&[
    Permission::UsersUpdate,
    Permission::UsagestatisticsUserdetailsRead,
]);
const REPORTS: Needs = Needs::All(&[Permission::InsightsRead]);

/// What agents did and wrote is history.
const HISTORY: &[Condition] = &[
    Condition {
        argument: "include",
        value: "notes",
        permission: Permission::HistoryRead,
    },
    Condition {
        argument: "include",
        value: "actions",
        permission: Permission::HistoryRead,
    },
];

const INCLUDE: Parameter = Parameter::new(
    "include",
    Kind::Text,
    "What to put beside: content, notes, actions; repeated or separated by commas",
);

/// A list or a single thing that is read.
const fn read(
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    returns: Returns,
    handler: super::Handler,
) -> Route {
    Route {
        verb: Verb::Get,
        path,
        needs,
        conditional: &[],
        summary,
        parameters: &[],
        returns,
        handler,
    }
}

pub(super) const ROUTES: &[Route] = &[
    read(
        "/accounts",
        SETTINGS,
        "Lists the accounts that the token reaches, which is one",
        Returns::List("accounts"),
        handler!(accounts::list),
    ),
    read(
        "/accounts/{id}",
        SETTINGS,
        "Gives one account",
        Returns::One("account"),
        handler!(accounts::get),
    ),
    read(
        "/channels",
        SETTINGS,
        "Lists the channels of the account",
        Returns::List("channels"),
        handler!(channels::list),
    ),
    read(
        "/channels/{id}",
        SETTINGS,
        "Gives one channel",
        Returns::One("channel"),
        handler!(channels::get),
    ),
    Route {
        conditional: HISTORY,
        parameters: &[INCLUDE],
        ..read(
            "/conversations",
            INBOX,
            "Lists conversations",
            Returns::List("conversations"),
            handler!(conversations::list),
        )
    },
    Route {
        conditional: HISTORY,
        parameters: &[INCLUDE],
        ..read(
            "/conversations/{id}",
            INBOX,
            "Gives one conversation",
            Returns::One("conversation"),
            handler!(conversations::get),
        )
    },
    read(
        "/authors",
        INBOX,
        "Says that authors are asked for one by one",
        Returns::Nothing,
        handler!(authors::list),
    ),
    read(
        "/authors/{id}",
        INBOX,
        "Gives one author",
        Returns::One("author"),
        handler!(authors::get),
    ),
    read(
        "/users",
        USERS,
        "Lists the users of the account",
        Returns::List("users"),
        handler!(users::list),
    ),
    read(
        "/users/{id}",
        USERS,
        "Gives one user",
        Returns::One("user"),
        handler!(users::get),
    ),
    read(
        "/tags",
        INBOX,
        "Lists the tags of the account",
        Returns::List("tags"),
        handler!(tags::list),
    ),
    read(
        "/tags/{id}",
        INBOX,
        "Gives one tag",
        Returns::One("tag"),
        handler!(tags::get),
    ),
    read(
        "/reports",
        REPORTS,
        "Lists the reports of the account",
        Returns::List("reports"),
        handler!(reports::list),
    ),
    read(
        "/reports/{id}",
        REPORTS,
        "Gives one report",
        Returns::One("report"),
        handler!(reports::get),
    ),
    Route {
        verb: Verb::Post,
        path: "/reports",
        needs: Needs::All(&[Permission::InsightsRead, Permission::ExportHistoryallRead]),
        conditional: &[],
        summary: "Asks for a report on the account or on one channel",
        parameters: &[
            Parameter::new("account", Kind::Id, "The account; either this or a channel"),
            Parameter::new("channel", Kind::Id, "The channel"),
            Parameter::new("date_from", Kind::Date, "First day, as 2026-05-26").required(),
            Parameter::new("date_to", Kind::Date, "Last day, as 2026-06-01").required(),
            Parameter::new(
                "date_type",
                Kind::Word(&["created_date", "updated_date"]),
                "Which date of a message lies in the range; created_date when absent",
            ),
            Parameter::new(
                "format",
                Kind::Word(&["xlsx", "csv"]),
                "Kind of file in the archive; xlsx when absent",
            ),
        ],
        returns: Returns::One("report"),
        handler: handler!(reports::create),
    },
    Route {
        verb: Verb::Get,
        path: "/keyvalues",
        needs: SETTINGS,
        conditional: &[],
        summary: "Lists the values that programs keep with the account",
        parameters: &[],
        returns: Returns::List("keyvalues"),
        handler: handler!(key_values::list),
    },
    Route {
        verb: Verb::Post,
        path: "/keyvalues",
        needs: Needs::All(&[Permission::AccountUpdate]),
        conditional: &[],
        summary: "Writes a value, in place of the one under the same key; 1,000 at most, and 8 MiB together",
        parameters: &[
            Parameter::new("key", Kind::Text, "The key, 1 to 200 characters").required(),
            Parameter::new("value", Kind::Json, "The value, at most 64 KiB").required(),
            Parameter::new(
                "value_type",
                Kind::Word(key_values::TYPES),
                "What the value is read as; told from the JSON type of the value when absent",
            ),
        ],
        returns: Returns::One("keyvalue"),
        handler: handler!(key_values::put),
    },
    Route {
        verb: Verb::Get,
        path: "/keyvalues/{key}",
        needs: SETTINGS,
        conditional: &[],
        summary: "Gives one value",
        parameters: &[],
        returns: Returns::One("keyvalue"),
        handler: handler!(key_values::get),
    },
    Route {
        verb: Verb::Delete,
        path: "/keyvalues/{key}",
        needs: Needs::All(&[Permission::AccountUpdate]),
        conditional: &[],
        summary: "Removes a value and gives what it was",
        parameters: &[],
        returns: Returns::One("keyvalue"),
        handler: handler!(key_values::delete),
    },
];
