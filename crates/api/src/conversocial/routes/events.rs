//! The one call of v3.0.

use domain::permission::Permission;
use engine::auth::Needs;

use super::{Kind, Parameter, Returns, Route, Verb, handler};
use crate::conversocial::events;

pub(super) const ROUTES: &[Route] = &[Route {
    verb: Verb::Get,
    path: "/agent_events",
    needs: Needs::All(&[Permission::UsagestatisticsUserdetailsRead]),
    conditional: &[],
    summary: "Lists what agents did, oldest first; `documents` is a text that holds a JSON array",
    parameters: &[
        Parameter::new(
            "timestamp_from",
            Kind::Date,
            "Events at or after this moment",
        )
        .required(),
        Parameter::new(
            "timestamp_to",
            Kind::Date,
            "Events before this moment; until now when absent",
        ),
        Parameter::new(
            "page_size",
            Kind::Integer {
                default: events::DEFAULT,
                min: 1,
                max: events::MOST,
            },
            "How many events are given at once",
        ),
        Parameter::new(
            "page_token",
            Kind::Text,
            "Where to go on; part of `next_url`",
        ),
    ],
    returns: Returns::Events,
    handler: handler!(events::list),
}];
