//! The calls of the data API, v1.1 and v1.3.

use domain::permission::Permission;
use engine::auth::Needs;

use super::{Kind, Parameter, Returns, Route, Verb, handler};
use crate::conversocial::key_values;

const SETTINGS: Needs = Needs::All(&[Permission::SettingsRead]);

pub(super) const ROUTES: &[Route] = &[
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
        summary: "Writes a value, in place of the one under the same key",
        parameters: &[
            Parameter::new("key", Kind::Text, "The key, 1 to 200 characters").required(),
            Parameter::new("value", Kind::Text, "The value, at most 64 KiB").required(),
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
