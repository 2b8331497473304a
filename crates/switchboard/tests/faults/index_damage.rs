//! Damage to the index directory: found, mended while answering, and no trace of it afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chance::{Chance, count, seed};
use crate::client::{Client, Request};
use crate::inspect::{Depth, Inspector};
use crate::ledger::{Step, item};
use crate::load::Load;
use crate::place::{Place, Scratch};
use crate::process::{Server, until};

#[test]
fn a_damaged_index_is_rebuilt_while_the_server_answers() {
    let seed = seed();
    let scratch = Scratch::new(seed);
    let mut chance = Chance::new(seed);
    let place = Place::make(&scratch.path().join("data"), &scratch.path().join("log"));
    let server = Server::start(&place);
    let load = Load::start(&place, server.address, &mut chance, 3);
    until("there is something to index", || {
        let ledger = load.ledger();
        (ledger.acknowledged.len() >= 300 && ledger.updates >= 100) || load.is_over()
    });
    let mut ledger = load.finish();
    server.stop();
    let (index, sound) = (place.data.join("index"), scratch.path().join("sound"));
    copy(&index, &sound);

    let damages = count("SWITCHBOARD_FAULT_DAMAGES", 4);
    let mut rebuilds = 0;
    for number in 1..=damages {
        fs::remove_dir_all(&index).unwrap();
        copy(&sound, &index);
        // The first is the coarsest.
        let damage = if number == 1 {
            remove(&index)
        } else {
            damage(&index, &mut chance)
        };
        let by_command = chance.percent(40);
        if by_command {
            place.json(&["index", "rebuild"]);
            rebuilds += 1;
        }
        let server = Server::start(&place);
        let mut inspector = Inspector::new(&place, server.address);
        let (counted, is_complete) = inspector.count("probe");
        let known = u64::try_from(ledger.acknowledged.len()).unwrap();
        if is_complete {
            assert_eq!(
                counted, known,
                "{damage}: a list that calls itself complete"
            );
        } else {
            assert!(counted <= known, "{damage}: {counted} of {known}");
            assert!(!by_command, "{damage}: partial after `index rebuild`");
        }
        // Writing goes on meanwhile.
        let source = format!("damage-{number}");
        ledger.open.insert(0, Step::Add(vec![source.clone()]));
        let body = serde_json::json!({ "mentions": [item(&source, place.topic)] });
        Client::new(&*place.token).json(
            server.address,
            &Request::post(place.path("inbox/add"), body),
        );
        ledger.acknowledge(0);
        let findings = inspector.check(&ledger, Depth::Some(10));
        assert!(findings.sentences.is_empty(), "{damage}: {findings}");
        server.stop();
        place.doctor().unwrap();
    }
    println!(
        "{damages} damages, {rebuilds} mended by command: {ledger}; index equal to the database"
    );
}

fn copy(from: &Path, to: &Path) {
    assert!(
        Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to)
            .status()
            .unwrap()
            .success()
    );
}

fn remove(index: &Path) -> String {
    fs::remove_dir_all(index).unwrap();
    "the directory was deleted".to_owned()
}

/// Does something bad to one file, and says what.
fn damage(index: &Path, chance: &mut Chance) -> String {
    let mut files = Vec::new();
    collect(index, &mut files);
    files.sort();
    let file = chance.pick(&files).clone();
    let mut bytes = fs::read(&file).unwrap();
    let what = match chance.within(0..5) {
        0 => {
            fs::remove_file(&file).unwrap();
            return format!("{} was deleted", file.display());
        }
        1 => {
            let len = chance.index(bytes.len() + 1);
            bytes.truncate(len);
            format!("cut to {len} bytes")
        }
        2 => {
            let added = chance.within(1..200);
            bytes.extend((0..added).map(|_| chance.number().to_le_bytes()[0]));
            format!("longer by {added} bytes")
        }
        3 if !bytes.is_empty() => {
            let (at, len) = (chance.index(bytes.len()), chance.index(4_096));
            bytes
                .iter_mut()
                .skip(at)
                .take(len)
                .for_each(|byte| *byte = chance.number().to_le_bytes()[0]);
            format!("noise from byte {at} on")
        }
        _ if !bytes.is_empty() => {
            let (at, bit) = (chance.index(bytes.len()), chance.within(0..8));
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        _ => "left as it is, empty".to_owned(),
    };
    fs::write(&file, bytes).unwrap();
    format!("{}: {what}", file.display())
}

fn collect(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(path);
        }
    }
}
