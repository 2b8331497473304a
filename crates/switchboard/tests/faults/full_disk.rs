//! A full disk: writing is refused, reading goes on, and all is well once there is room again.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use tokio::time::Instant;

use crate::chance::{Chance, count, seed};
use crate::client::{Client, Request};
use crate::inspect::{Depth, Inspector};
use crate::load::Load;
use crate::place::{Place, Scratch};
use crate::process::{Server, until};
use crate::volume::{Volume, memory};

#[test]
fn a_full_disk_refuses_writes_and_loses_nothing() {
    let directory = match memory() {
        Ok(directory) => directory,
        Err(reason) => {
            println!("SKIPPED: full disk: {reason}");
            return;
        }
    };
    let seed = seed();
    let scratch = Scratch::within(directory, seed);
    let mut chance = Chance::new(seed);
    let times = count("SWITCHBOARD_FAULT_DISKS", 1);
    let volume = Volume::make(scratch.path(), "small", 64).unwrap();
    let place = Place::make(&volume.path().join("data"), &scratch.path().join("log"));
    let server = Server::start(&place);
    let load = Load::start(&place, server.address, &mut chance, 4);
    let mut probes = Client::new(&*place.token);
    for time in 1..=times {
        let done = || {
            let ledger = load.ledger();
            u64::try_from(ledger.acknowledged.len()).unwrap() + ledger.updates
        };
        let enough = done() + 200;
        until("there is something to lose", || {
            done() >= enough || load.is_over()
        });

        let paused = load.pause();
        let filler = volume.path().join("filler");
        fill(&filler);
        drop(paused);
        let refused = load.ledger().refused + 20;
        until("writes are refused", || {
            load.ledger().refused >= refused || load.is_over()
        });
        until("the server says that it is not ready, and why", || {
            let ready = probes.ask(server.address, &Request::get("/readyz"));
            let said = String::from_utf8_lossy(&ready.body);
            ready.status == 503 && said.contains("the disk of the database is full")
        });
        assert_eq!(
            probes.ask(server.address, &Request::get("/livez")).status,
            200
        );
        let paused = load.pause();
        let findings = Inspector::new(&place, server.address).check(&load.ledger(), Depth::Some(5));
        assert!(
            findings.sentences.is_empty(),
            "while the disk is full, time {time}: {findings}"
        );

        std::fs::remove_file(&filler).unwrap();
        let since = Instant::now();
        until("the server finds out by itself that it is ready", || {
            let ready = probes.ask(server.address, &Request::get("/readyz"));
            ready.status == 200
        });
        drop(paused);
        let enough = done() + 50;
        until("writes go on", || done() >= enough || load.is_over());
        let paused = load.pause();
        println!(
            "50 writes are through {:?} after there was room",
            since.elapsed()
        );
        let findings = Inspector::new(&place, server.address).check(&load.ledger(), Depth::Some(5));
        assert!(
            findings.sentences.is_empty(),
            "with room again, time {time}: {findings}"
        );
        drop(paused);
    }
    let ledger = load.finish();
    let findings = Inspector::new(&place, server.address).check(&ledger, Depth::All);
    assert!(findings.sentences.is_empty(), "in the end: {findings}");
    server.stop();
    place.doctor().unwrap();
    let server = Server::start(&place);
    let findings = Inspector::new(&place, server.address).check(&ledger, Depth::All);
    assert!(findings.sentences.is_empty(), "after a restart: {findings}");
    server.stop();
    println!("disk filled {times} times: {ledger}; 0 lost, 0 doubled");
}

/// Takes every block that is left.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 20, 1 << 12, 1 << 9] {
        let piece = vec![0x5a; size];
        loop {
            match file.write_all(&piece).and_then(|()| file.flush()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
    file.sync_all().unwrap();
}
