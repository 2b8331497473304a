//! `/me`: the user behind the token.

use engine::auth::ApiScope;

use super::parameters::{PAGE_TOKEN, limit};
use super::{Policy, READ, Returns, Route, Scopes, Verb, handler};
use crate::social_connect::me;

/// Any token tells who its user is ("basic identity").
const IDENTITY: Policy = Policy::Identity {
    scopes: Scopes::All(&[]),
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        verb: Verb::Get,
        path: "/me",
        policy: IDENTITY,
        summary: "The user behind the access token",
        parameters: &[],
        returns: Returns::Object("user"),
        handler: handler!(me::get),
    },
    Route {
        verb: Verb::Get,
        path: "/me/accounts",
        policy: Policy::Identity { scopes: READ },
        summary: "The accounts of the user, each with projects, topics, monitored profiles and users",
        parameters: &[limit(10, 0, 100_000), PAGE_TOKEN],
        returns: Returns::Paged("account"),
        handler: handler!(me::accounts),
    },
    Route {
        verb: Verb::Get,
        path: "/me/permissions",
        policy: IDENTITY,
        summary: "The scopes that the user granted to the application",
        parameters: &[],
        returns: Returns::Words,
        handler: handler!(me::permissions),
    },
    Route {
        verb: Verb::Get,
        path: "/me/connectedprofiles",
        policy: Policy::Identity {
            // The name of the scope is documented, what it opens is not; `accounts_read` shows the
            // same profiles in `/me/accounts`, so it will do.
            scopes: Scopes::Any(&[ApiScope::Socialprofiles, ApiScope::AccountsRead]),
        },
        summary: "The connected profiles of the topics that the user reaches",
        parameters: &[limit(10, 0, 100_000), PAGE_TOKEN],
        returns: Returns::Paged("connectedprofile"),
        handler: handler!(me::connected_profiles),
    },
];
