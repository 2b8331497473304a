//! Power cuts: what the disk holds at a random moment of a busy server is all that is left.
//!
//! A copy of the volume's image holds exactly what was flushed. That the method finds what is
//! missing is proved in the same run with a writer that does not flush every commit.

use std::path::Path;

use rusqlite::Connection;

use crate::chance::{Chance, count, seed};
use crate::inspect::{Depth, Inspector};
use crate::load::Load;
use crate::place::{Place, Scratch};
use crate::process::Server;
use crate::volume::{Setting, Volume, memory};

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let directory = match memory() {
        Ok(directory) => directory,
        Err(reason) => {
            println!("SKIPPED: power cuts: {reason}");
            return;
        }
    };
    let seed = seed();
    let scratch = Scratch::within(directory, seed);
    let mut chance = Chance::new(seed);
    let _no_write_back = Setting::no_write_back().unwrap();
    let control = control(scratch.path(), &mut chance);

    let cuts = count("SWITCHBOARD_FAULT_CUTS", 3);
    let mut volume = Volume::make(scratch.path(), "volume", 1_024).unwrap();
    let mut place = Place::make(&volume.path().join("data"), &scratch.path().join("log"));
    let mut server = Server::start(&place);
    let load = Load::start(&place, server.address, &mut chance, 4);
    for cut in 1..=cuts {
        let held_back = volume.hold_back().unwrap();
        // The moment is the random choice: nothing is waited for.
        std::thread::sleep(chance.ms(50..1_500));
        server.freeze();
        let left = volume.after_power_cut(&format!("cut-{cut}")).unwrap();
        server.kill();
        let mut address = load.pause();
        drop(held_back);
        volume = left;
        place.data = volume.path().join("data");
        place.doctor().unwrap();
        server = Server::start(&place);
        let findings = Inspector::new(&place, server.address).check(&load.ledger(), Depth::Some(7));
        assert!(findings.sentences.is_empty(), "after cut {cut}: {findings}");
        *address = server.address;
    }
    let ledger = load.finish();
    let findings = Inspector::new(&place, server.address).check(&ledger, Depth::All);
    assert!(
        findings.sentences.is_empty(),
        "after the last cut: {findings}"
    );
    server.stop();
    place.doctor().unwrap();
    println!("{cuts} power cuts: {ledger}; 0 lost, 0 doubled; control: {control}");
}

/// Proves that the method sees losses: commits that are not flushed must be among them, commits
/// that are must not.
fn control(directory: &Path, chance: &mut Chance) -> String {
    const TRIES: u64 = 4;
    let (made, left) = after_cut(directory, "FULL", chance);
    assert_eq!(left, made, "flushed commits are lost: the method is wrong");
    for attempt in 1..=TRIES {
        let (made, left) = after_cut(directory, "NORMAL", chance);
        assert!(left <= made);
        if left < made {
            return format!(
                "{} of {made} commits lost without flushing, cut {attempt}",
                made - left
            );
        }
    }
    panic!("{TRIES} cuts without flushing lost nothing: the method sees no losses");
}

/// Rows committed before a cut, and rows found after it.
fn after_cut(directory: &Path, synchronous: &str, chance: &mut Chance) -> (u64, u64) {
    let volume = Volume::make(directory, "control", 128).unwrap();
    let _held_back = volume.hold_back().unwrap();
    let open = |volume: &Volume| {
        let connection = Connection::open(volume.path().join("control.db")).unwrap();
        let settings = format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};");
        connection.execute_batch(&settings).unwrap();
        connection
    };
    let writer = open(&volume);
    // The table itself is flushed either way.
    let table = "CREATE TABLE rows (content TEXT); PRAGMA wal_checkpoint(TRUNCATE);";
    writer.execute_batch(table).unwrap();
    let rows = chance.within(200..600);
    for _ in 0..rows {
        let row = format!("{:0>900}", chance.number());
        writer
            .execute("INSERT INTO rows VALUES (?1)", [row])
            .unwrap();
    }
    let left = volume.after_power_cut("control-left").unwrap();
    writer.close().unwrap();
    let found: i64 = open(&left)
        .query_row("SELECT COUNT(*) FROM rows", [], |row| row.get(0))
        .unwrap();
    (rows, u64::try_from(found).unwrap())
}
