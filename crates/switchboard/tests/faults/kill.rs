//! `kill -9` at random moments, while clients add and change mentions.

use std::time::Duration;

use crate::chance::{Chance, count, seed};
use crate::inspect::{Depth, Inspector};
use crate::load::Load;
use crate::place::{Place, Schema, Scratch};
use crate::process::{Server, Starting};

#[test]
fn a_killed_server_knows_everything_that_it_acknowledged_exactly_once() {
    let seed = seed();
    let scratch = Scratch::new(seed);
    let place = Place::make(&scratch.path().join("data"), &scratch.path().join("log"));
    kill_again_and_again("SQLite", &place, seed);
}

#[test]
fn a_killed_server_on_postgres_knows_everything_that_it_acknowledged_exactly_once() {
    let Some(schema) = Schema::make() else {
        println!("SKIPPED: kills on PostgreSQL: SWITCHBOARD_TEST_POSTGRES is not set");
        return;
    };
    let seed = seed();
    let scratch = Scratch::new(seed);
    let (data, log) = (scratch.path().join("data"), scratch.path().join("log"));
    let place = Place::make_on_postgres(&data, &log, &schema);
    kill_again_and_again("PostgreSQL", &place, seed);
}

fn kill_again_and_again(database: &str, place: &Place, seed: u64) {
    let kills = count("SWITCHBOARD_FAULT_KILLS", 6);
    let mut chance = Chance::new(seed);
    let mut server = Server::start(place);
    let load = Load::start(place, server.address, &mut chance, 4);
    let (mut slowest, mut kills_at_start) = (Duration::ZERO, 0);
    for kill in 1..=kills {
        // The moment is the random choice: nothing is waited for.
        std::thread::sleep(chance.ms(20..1_500));
        server.kill();
        let mut address = load.pause();
        if chance.percent(30) {
            let starting = Starting::spawn(place);
            std::thread::sleep(chance.ms(1..400));
            starting.kill();
            kills_at_start += 1;
        }
        server = Server::start(place);
        slowest = slowest.max(server.start_up);
        let findings = Inspector::new(place, server.address).check(&load.ledger(), Depth::Some(7));
        assert!(
            findings.sentences.is_empty(),
            "after kill {kill}: {findings}"
        );
        *address = server.address;
    }
    let ledger = load.finish();
    let findings = Inspector::new(place, server.address).check(&ledger, Depth::All);
    assert!(
        findings.sentences.is_empty(),
        "after the last kill: {findings}"
    );

    // An ordered end and start make no difference.
    server.stop();
    place.doctor().unwrap();
    let server = Server::start(place);
    let findings = Inspector::new(place, server.address).check(&ledger, Depth::Some(3));
    assert!(
        findings.sentences.is_empty(),
        "after an ordered end: {findings}"
    );
    server.stop();
    println!(
        "{database}: {kills} kills and {kills_at_start} during start: {ledger}; 0 lost, 0 doubled; \
         slowest start {slowest:?}"
    );
}
