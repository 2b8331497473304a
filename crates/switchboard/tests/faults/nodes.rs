//! Three servers on one PostgreSQL, of which one at a time is killed while clients work on all.

use std::net::SocketAddr;

use crate::chance::{Chance, count, seed};
use crate::inspect::{Depth, Inspector};
use crate::ledger::Ledger;
use crate::load::Load;
use crate::place::{Place, Schema, Scratch};
use crate::process::Server;

const SERVERS: usize = 3;

#[test]
fn of_three_servers_one_is_killed_under_load_and_all_know_everything() {
    let Some(schema) = Schema::make() else {
        println!("SKIPPED: several servers: SWITCHBOARD_TEST_POSTGRES is not set");
        return;
    };
    let seed = seed();
    let scratch = Scratch::new(seed);
    let path = |name: &str| scratch.path().join(name);
    let first = Place::make_on_postgres(&path("data-0"), &path("log-0"), &schema);
    let mut places = vec![first];
    for number in 1..SERVERS {
        let (data, log) = (
            path(&format!("data-{number}")),
            path(&format!("log-{number}")),
        );
        let place = places[0].node(number, &data, &log);
        places.push(place);
    }
    let kills = count("SWITCHBOARD_FAULT_NODE_KILLS", 2);
    let mut chance = Chance::new(seed);
    let mut servers: Vec<Option<Server>> = places
        .iter()
        .map(|place| Some(Server::start(place)))
        .collect();
    let mut addresses: Vec<SocketAddr> = servers
        .iter()
        .flatten()
        .map(|server| server.address)
        .collect();
    let load = Load::start(&places[0], addresses[0], &mut chance, 2 * SERVERS);
    load.spread(addresses[1..].to_vec());
    for kill in 1..=kills {
        // The moment is the random choice: nothing is waited for.
        std::thread::sleep(chance.ms(100..1_500));
        let victim = usize::try_from(chance.within(1..3)).unwrap();
        // Nobody stands still meanwhile: requests are on their way to it and to the others.
        servers[victim].take().unwrap().kill();
        let survivor = addresses[0];
        load.spread(
            addresses[1..]
                .iter()
                .map(|address| {
                    if *address == addresses[victim] {
                        survivor
                    } else {
                        *address
                    }
                })
                .collect(),
        );
        std::thread::sleep(chance.ms(1..800));
        let started = Server::start(&places[victim]);
        addresses[victim] = started.address;
        servers[victim] = Some(started);
        load.spread(addresses[1..].to_vec());
        let quiet = load.pause();
        all_know(
            &places[0],
            &addresses,
            &load.ledger(),
            Depth::Some(7),
            &format!("after kill {kill}"),
        );
        drop(quiet);
    }
    let ledger = load.finish();
    all_know(
        &places[0],
        &addresses,
        &ledger,
        Depth::Some(3),
        "after the last kill",
    );
    for server in servers.into_iter().flatten() {
        server.stop();
    }
    for place in &places {
        place.doctor().unwrap();
    }
    println!("{SERVERS} servers, {kills} kills under load: {ledger}; 0 lost, 0 doubled");
}

/// What every server lists, counts and finds is what was acknowledged and what the database has.
fn all_know(place: &Place, addresses: &[SocketAddr], ledger: &Ledger, depth: Depth, when: &str) {
    for (number, address) in addresses.iter().enumerate() {
        let findings = Inspector::new(place, *address).check(ledger, depth);
        assert!(
            findings.sentences.is_empty(),
            "{when}, at server {number}: {findings}"
        );
    }
}
