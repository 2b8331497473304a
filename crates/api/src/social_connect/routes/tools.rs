//! `/tools`: helpers without an account.

use super::{Kind, Parameter, Policy, READ, Returns, Route, Verb, handler};
use crate::social_connect::tools;

const POLICY: Policy = Policy::Identity { scopes: READ };

pub(super) const ROUTES: &[Route] = &[
    Route {
        verb: Verb::Get,
        path: "/tools/language",
        policy: POLICY,
        summary: "The language of a text",
        parameters: &[Parameter::new("string", Kind::Text, "The text").required()],
        returns: Returns::Object("language"),
        handler: handler!(tools::language),
    },
    Route {
        verb: Verb::Get,
        path: "/tools/languages",
        policy: POLICY,
        summary: "All languages of ISO 639-1; with `string` the language of that text",
        parameters: &[Parameter::new("string", Kind::Text, "A text")],
        returns: Returns::OneOrList("language"),
        handler: handler!(tools::languages),
    },
];
