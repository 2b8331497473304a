//! Who may call what: made from the route tables, so that a new route is tested from its first
//! day, or fails here because nobody has said how it is called.

mod requests;
mod world;

use api::conversocial::routes::{self, Returns, Route, Verb};
use api::conversocial::version::{Family, Version};
use axum::http::Method;
use domain::permission::Permission;
use engine::auth::Needs;
use serde_json::Value;

use self::requests::{Ids, address, body, is_of_a_topic};
use self::world::{World, assert_tells_nothing};
use super::client::Cv;
use crate::support::Answer;

/// A kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    LetIn,
    NoCredentials,
    WrongName,
    WrongSecret,
    RevokedKey,
    /// A key of another account with the identifiers of this one.
    Stranger,
    /// The role lacks this, which is needed always or for an argument.
    Lacks(Permission),
    /// The role lacks all of which one is needed.
    LacksAll(&'static [Permission]),
    /// The role reaches another topic.
    OtherTopicsOnly,
}

/// The bases below which a route is called.
const fn bases(family: Family) -> &'static [Version] {
    match family {
        Family::Data => &[Version::V1_1, Version::V1_3],
        Family::Profiles => &[Version::Profiles1],
        Family::Events => &[Version::V3],
    }
}

fn all() -> Vec<(Family, &'static Route)> {
    [Family::Data, Family::Profiles, Family::Events]
        .into_iter()
        .flat_map(|family| routes::of(family).iter().map(move |route| (family, route)))
        .collect()
}

fn callers(family: Family, route: &Route) -> Vec<Caller> {
    let mut all = vec![
        Caller::LetIn,
        Caller::NoCredentials,
        Caller::WrongName,
        Caller::WrongSecret,
        Caller::RevokedKey,
        Caller::Stranger,
        Caller::Lacks(Permission::ApiRead),
    ];
    match route.needs {
        Needs::All(permissions) => all.extend(permissions.iter().copied().map(Caller::Lacks)),
        Needs::Any(permissions) => all.push(Caller::LacksAll(permissions)),
    }
    let mut conditional: Vec<Permission> = route
        .conditional
        .iter()
        .map(|condition| condition.permission)
        .collect();
    conditional.dedup();
    all.extend(conditional.into_iter().map(Caller::Lacks));
    if is_of_a_topic(family, route) {
        all.push(Caller::OtherTopicsOnly);
    }
    all
}

/// The status of a refusal; `None` for who is let in, but sees nothing of others.
fn refusal(route: &Route, caller: Caller) -> Option<u16> {
    match caller {
        Caller::LetIn => None,
        Caller::NoCredentials | Caller::WrongName | Caller::WrongSecret | Caller::RevokedKey => {
            Some(401)
        }
        Caller::Lacks(_) | Caller::LacksAll(_) => Some(403),
        Caller::Stranger | Caller::OtherTopicsOnly if route.path.contains('{') => Some(404),
        // About an account or an author that is not the key's own.
        Caller::Stranger
            if route.verb == Verb::Post
                && ["/reports", "/notes", "/annotations", "/tags"].contains(&route.path) =>
        {
            Some(404)
        }
        Caller::Stranger | Caller::OtherTopicsOnly => None,
    }
}

async fn call(program: &Cv, route: &Route, address: &str, body: Option<&Value>) -> Answer {
    let method: Method = route.verb.as_str().parse().unwrap();
    let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
    program.send(method, address, body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_in_whom_it_should_and_nobody_else() {
    let mut world = World::new().await;
    for (family, route) in all() {
        for version in bases(family) {
            for caller in callers(family, route) {
                try_cell(&mut world, *version, route, caller).await;
            }
        }
    }
}

async fn try_cell(world: &mut World, version: Version, route: &'static Route, caller: Caller) {
    let what = format!(
        "{} /{}{} as {caller:?}",
        route.verb.as_str(),
        version.segment(),
        route.path
    );
    let expected = refusal(route, caller);
    // Whoever is let in may remove things, so each gets things of their own.
    let ids = if route.is_mutation() && expected.is_none() {
        world.new_ids().await
    } else {
        world.ids().await
    };
    let program = world.program(caller).await;
    let address = address(version, route, &ids);
    let before = world.kept(&ids).await;
    let answer = call(&program, route, &address, body(route, &ids).as_ref()).await;
    match expected {
        None if route.returns == Returns::Nothing => assert_eq!(answer.status(), 405, "{what}"),
        None => assert_eq!(answer.status(), 200, "{what}: {}", answer.text()),
        Some(status) => assert_eq!(answer.status(), status, "{what}: {}", answer.text()),
    }
    assert_eq!(
        answer.status() == 401,
        answer.header("www-authenticate").starts_with("Basic "),
        "{what}"
    );
    if caller != Caller::LetIn {
        // What a stranger may write is written to the stranger's own account.
        assert_eq!(world.kept(&ids).await, before, "{what} changed something");
        assert_tells_nothing(&answer, caller, &what);
    }
    if expected.is_none() && route.returns == Returns::Events {
        let is_empty = answer.json()["documents"] == "[]";
        assert_eq!(
            is_empty,
            caller != Caller::LetIn,
            "{what}: {}",
            answer.text()
        );
    }
}

/// Every route is refused alike whether the thing is somebody else's or does not exist.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_id_and_an_absent_one_get_the_same_bytes() {
    let mut world = World::new().await;
    let ids = world.new_ids().await;
    for (family, route) in all() {
        if !route.path.contains('{') {
            continue;
        }
        for version in bases(family) {
            let mut askers = vec![Caller::Stranger];
            if is_of_a_topic(family, route) {
                askers.push(Caller::OtherTopicsOnly);
            }
            for caller in askers {
                let program = world.program(caller).await;
                let what = format!("{} {} as {caller:?}", route.verb.as_str(), route.path);
                let ask = async |ids: &Ids| {
                    let address = address(*version, route, ids);
                    call(&program, route, &address, body(route, ids).as_ref()).await
                };
                let (foreign, absent) = (ask(&ids).await, ask(&Ids::absent()).await);
                assert_eq!(foreign.status(), 404, "{what}: {}", foreign.text());
                assert_eq!(
                    (foreign.status, &foreign.body),
                    (absent.status, &absent.body),
                    "{what}"
                );
            }
        }
    }
}
