//! Who may call what: made from the route table, so that a new route is tested from its first
//! day, or fails here because nobody has said how it is called.

mod conditions;
mod foreign;
mod principals;
mod reach;
mod requests;

use api::social_connect::routes::{self, Policy, Returns, Route, Scopes, Verb};
use axum::http::Method;

use self::principals::{Expected, Principal, World};
use self::requests::{arguments, path};
use crate::support::{Answer, Client};

const FORMATS: [&str; 2] = ["json", "xml"];

fn method(route: &Route) -> Method {
    route.verb.as_str().parse().unwrap()
}

/// Calls a route; an answer that never ends is let go once its head is there.
async fn call(
    client: &Client,
    route: &Route,
    path: &str,
    form: &[(String, String)],
    format: &str,
) -> Answer {
    let pairs: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let call = client
        .call(method(route), path)
        .query(&[("format", format)]);
    let call = match route.verb {
        Verb::Post => call.form(&pairs),
        _ => call.query(&pairs),
    };
    if route.returns != Returns::Events {
        return call.send().await;
    }
    let response = call.open().await;
    let (parts, body) = response.into_parts();
    let body = if parts.status == 200 {
        Vec::new()
    } else {
        axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec()
    };
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

/// Asserts status and identifier of an answer in its format.
fn check(answer: &Answer, expected: Expected, format: &str, what: &str) {
    let Expected::Refused(status, error) = expected else {
        assert_eq!(answer.status(), 200, "{what}: {}", answer.text());
        return;
    };
    assert_eq!(answer.status(), status, "{what}: {}", answer.text());
    let found = if format == "xml" {
        assert_eq!(
            answer.header("content-type"),
            "application/xml; charset=utf-8",
            "{what}"
        );
        answer.xml().at("error").text.clone()
    } else {
        answer.error().1
    };
    assert_eq!(found, error, "{what}");
    assert_eq!(
        status == 401,
        answer.header("www-authenticate").starts_with("Bearer") && error == "invalid_token",
        "{what}"
    );
}

/// How many callers the table asks for, counted from the table alone.
fn cells_of(route: &Route) -> usize {
    let scopes = |scopes: Scopes| match scopes {
        Scopes::All(scopes) => scopes.len(),
        Scopes::Any(_) => 1,
    };
    // Let in; five without a good token; two who are no members any more; somebody else's
    // administrator.
    let everywhere = 1 + 5 + 2 + 1;
    match route.policy {
        Policy::Identity { scopes: needed } => everywhere + scopes(needed),
        Policy::Account {
            scopes: needed,
            permissions,
            ..
        } => {
            let has_object = route.path.matches('{').count() > 1;
            let has_topic = route.path.contains("{topic_id}");
            // `api.read` is needed everywhere.
            everywhere
                + scopes(needed)
                + 1
                + permissions.len()
                + usize::from(has_object)
                + usize::from(has_topic)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_in_whom_it_should_and_nobody_else_in_json_and_xml() {
    let mut world = World::new().await;
    let mut cells = 0;
    for route in routes::all() {
        for principal in Principal::all_for(route) {
            for format in FORMATS {
                try_cell(&mut world, route, &principal, format).await;
                cells += 1;
            }
        }
    }
    let routes = routes::all().count();
    let product: usize = routes::all()
        .map(|route| cells_of(route) * FORMATS.len())
        .sum();
    println!(
        "{cells} cells: {routes} routes as every kind of caller in {} formats",
        FORMATS.len()
    );
    assert_eq!(cells, product);
    assert!(routes >= 40 && cells >= routes * 9 * 2);
}

async fn try_cell(world: &mut World, route: &'static Route, principal: &Principal, format: &str) {
    let what = format!(
        "{} {} as {principal:?} in {format}",
        route.verb.as_str(),
        route.path
    );
    let expected = principal.expected(route);
    // Whoever is let in may remove things, so each gets things of their own.
    let ids = if expected == Expected::LetIn && route.is_mutation() {
        world.new_ids().await
    } else {
        world.ids.clone()
    };
    let client = world.client(principal).await;
    let path = path(route, client.account, &ids);
    let form = arguments(route, &ids);
    let (before, own_before) = world.heads().await;
    let answer = call(&client, route, &path, &form, format).await;
    check(&answer, expected, format, &what);
    if let Expected::Refused(..) = expected {
        assert_eq!(
            world.heads().await,
            (before, own_before),
            "{what} changed something"
        );
    }
    if principal.is_stranger() {
        world.assert_tells_nothing(&answer, &what);
    }
}

/// Every route is refused alike whether the object is somebody else's or does not exist.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_id_and_an_absent_one_get_the_same_bytes() {
    let world = World::new().await;
    let stranger = world.stranger.client.clone();
    let absent = world.ids.absent();
    for route in routes::all() {
        let Policy::Account { .. } = route.policy else {
            continue;
        };
        for format in FORMATS {
            let what = format!("{} {} in {format}", route.verb.as_str(), route.path);
            let form = arguments(route, &world.ids);
            let foreign_account = path(route, world.app.account, &world.ids);
            let absent_account = path(route, 999_999, &world.ids);
            let foreign = call(&stranger, route, &foreign_account, &form, format).await;
            let none = call(&stranger, route, &absent_account, &form, format).await;
            assert_eq!(foreign.status(), 404, "{what}");
            assert_eq!(
                (foreign.status, &foreign.body),
                (none.status, &none.body),
                "{what}"
            );
            if route.path.matches('{').count() < 2 {
                continue;
            }
            let foreign_object = path(route, stranger.account, &world.ids);
            let absent_object = path(route, stranger.account, &absent);
            let foreign = call(&stranger, route, &foreign_object, &form, format).await;
            let none = call(&stranger, route, &absent_object, &form, format).await;
            assert_eq!(foreign.status(), 404, "{what}");
            assert_eq!(
                (foreign.status, &foreign.body),
                (none.status, &none.body),
                "{what}"
            );
        }
    }
}
