//! How much memory a mention takes and how long lists and facets do, on generated mentions:
//! `cargo run --release --example columns -p search -- 1000000`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement reads the clock, prints and may stop"
)]

mod mentions;

use std::time::Instant;

use domain::filter::{Flag, IdField, NumberField, Pattern, Predicate, TextField, WordField};
use domain::ids::{AccountId, ChangeNumber};
use domain::mention::{Mention, Status};
use domain::scope::Scope;
use domain::time::{DAY_MS, UnixMillis};
use mentions::{Dice, mention};
use search::{
    ALL_TIME, Axis, Batch, FacetQuery, Grouping, ListQuery, Metric, Search, SearchOptions,
    Segmentation,
};
use work::Work;

const ACCOUNT: AccountId = AccountId(1);
const NOW: i64 = 1_795_305_600_000;

fn median(name: &str, mut run: impl FnMut()) {
    let mut times: Vec<f64> = (0..60)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{name:40} p50 {:8.3} ms   p98 {:8.3} ms",
        times[30], times[58]
    );
}

/// Seconds that this thread has computed, and that all threads have; others use the machine, too.
fn computed() -> (f64, f64) {
    let nanos = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let own: f64 = nanos.split(' ').next().unwrap().parse().unwrap();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    (own / 1e9, ticks / 100.0)
}

/// Memory of the process that is no file, in bytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon"));
    let kilobytes: f64 = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kilobytes * 1024.0
}

fn open(directory: &std::path::Path) -> Search {
    Search::open(&SearchOptions {
        directory: Some(directory.to_owned()),
    })
    .unwrap()
}

/// Rows a second: by the clock, by the time that this thread computed, by that of all threads.
fn rate(name: &str, rows: f64, clock: f64, (own, all): (f64, f64)) {
    println!(
        "{name} at {:.0} a second; {:.0} a second of computing here, {:.0} of computing in all",
        rows / clock,
        rows / own,
        rows / all
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [_, directory] = arguments.as_slice() {
        return read(std::path::Path::new(directory));
    }
    let count: i64 = arguments
        .first()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    rebuild(directory.path(), count);
    // A process of its own, so that only what is read takes memory.
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program)
        .arg("read")
        .arg(directory.path())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Builds the index of an account and asks it.
fn rebuild(directory: &std::path::Path, count: i64) {
    let search = open(directory);
    let mut dice = Dice(88_172_645_463_325_252);
    let mut rebuild = search.begin_rebuild(ACCOUNT).unwrap();
    let (mut clock, mut own, mut all) = (0.0, 0.0, 0.0);
    for first in (0..count).step_by(500) {
        let page: Vec<Mention> = (first..(first + 500).min(count))
            .map(|number| mention(number, count, &mut dice))
            .collect();
        let (start, before) = (Instant::now(), computed());
        rebuild.push(&page).unwrap();
        let after = computed();
        clock += start.elapsed().as_secs_f64();
        own += after.0 - before.0;
        all += after.1 - before.1;
    }
    let (start, before) = (Instant::now(), computed());
    search.finish_rebuild(rebuild, ChangeNumber(count)).unwrap();
    let after = computed();
    clock += start.elapsed().as_secs_f64();
    own += after.0 - before.0;
    all += after.1 - before.1;
    let rows = f64::from(u32::try_from(count).unwrap());
    rate(
        &format!("rebuilt {count} mentions"),
        rows,
        clock,
        (own, all),
    );
    let start = Instant::now();
    search.save(ACCOUNT).unwrap();
    println!("snapshot written in {:.2} s", start.elapsed().as_secs_f64());
    lists(&search);
    facets(&search);
    changes(&search, count, &mut dice);
    search.save(ACCOUNT).unwrap();
}

/// Takes in new mentions in batches, then one change after another.
fn changes(search: &Search, count: i64, dice: &mut Dice) {
    let new: Vec<Mention> = (count..count + 20_000)
        .map(|number| mention(number, count, dice))
        .collect();
    let (start, before) = (Instant::now(), computed());
    for batch in new.chunks(500) {
        let batch = Batch {
            upsert: batch,
            delete: &[],
            through: ChangeNumber(count + 20_000),
            ..Batch::default()
        };
        search.apply(ACCOUNT, batch).unwrap();
    }
    let after = computed();
    let spent = (after.0 - before.0, after.1 - before.1);
    rate(
        "applied batches of 500",
        20_000.0,
        start.elapsed().as_secs_f64(),
        spent,
    );
    let (start, before) = (Instant::now(), computed());
    search.maintain().unwrap();
    let after = computed();
    let spent = (after.0 - before.0, after.1 - before.1);
    rate(
        "committed their words",
        20_000.0,
        start.elapsed().as_secs_f64(),
        spent,
    );
    let mut changed = mention(count / 2, count, dice);
    let mut version = count + 20_000;
    median("apply one change", || {
        version += 1;
        changed.changed_by = ChangeNumber(version);
        changed.state.status = if version % 2 == 0 {
            Status::New
        } else {
            Status::Done
        };
        let batch = Batch {
            upsert: std::slice::from_ref(&changed),
            delete: &[],
            through: changed.changed_by,
            ..Batch::default()
        };
        search.apply(ACCOUNT, batch).unwrap();
    });
}

/// Reads the index and says what it takes.
fn read(directory: &std::path::Path) {
    let start = Instant::now();
    let search = open(directory);
    println!("opened in {:.2} s", start.elapsed().as_secs_f64());
    let (start, before) = (Instant::now(), resident());
    search.load(ACCOUNT);
    println!("snapshot read in {:.2} s", start.elapsed().as_secs_f64());
    let used = search.memory().accounts[0];
    let rows = f64::from(u32::try_from(used.rows).unwrap());
    println!(
        "{:.1} bytes a mention by estimate, {:.1} by what the process grew",
        f64::from(u32::try_from(used.bytes).unwrap()) / rows,
        (resident() - before) / rows
    );
}

fn word(field: WordField, word: &str) -> Predicate {
    Predicate::Word {
        field,
        pattern: Pattern::Exact(word.to_owned()),
    }
}

fn text(words: &[&str]) -> Predicate {
    Predicate::Text {
        field: TextField::Anywhere,
        words: words
            .iter()
            .map(|word| Pattern::Exact((*word).to_owned()))
            .collect(),
    }
}

fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

fn days(count: i64) -> (UnixMillis, UnixMillis) {
    (UnixMillis(NOW - count * DAY_MS), UnixMillis(NOW))
}

fn lists(search: &Search) {
    let scope = Scope::system(ACCOUNT);
    let five = Predicate::All(vec![
        word(WordField::Service, "facebook"),
        word(WordField::Language, "nl"),
        word(WordField::Sentiment, "negative"),
        not(word(WordField::Status, "new")),
        not(Predicate::Id {
            field: IdField::Tag,
            id: 3,
        }),
    ]);
    let mixed = Predicate::All(vec![
        text(&["w12"]),
        not(text(&["w3"])),
        Predicate::Id {
            field: IdField::Tag,
            id: 2,
        },
    ]);
    let cases = [
        ("status=new", word(WordField::Status, "new"), ALL_TIME),
        ("five fields, 30 days", five, days(30)),
        (
            "two common words",
            Predicate::All(vec![text(&["w1"]), text(&["w2"])]),
            ALL_TIME,
        ),
        ("a rare word", text(&["w51234"]), ALL_TIME),
        ("a phrase of common words", text(&["w1", "w2"]), ALL_TIME),
        ("everything", Predicate::Everything, ALL_TIME),
        ("fields and words, 90 days", mixed, days(90)),
        (
            "an author",
            word(WordField::AuthorName, "user_77"),
            ALL_TIME,
        ),
        (
            "not a case, assigned",
            Predicate::All(vec![
                not(Predicate::Flag(Flag::Case)),
                Predicate::Flag(Flag::Assigned),
            ]),
            ALL_TIME,
        ),
    ];
    for (name, predicate, added) in &cases {
        let query = ListQuery {
            added: *added,
            count: true,
            ..ListQuery::newest(predicate)
        };
        let total = search
            .list(&scope, &query, &Work::endless())
            .unwrap()
            .total
            .unwrap();
        median(&format!("list {name} ({total})"), || {
            search.list(&scope, &query, &Work::endless()).unwrap();
        });
    }
    let query = ListQuery {
        sort: search::Sort {
            field: search::SortField::Followers,
            is_descending: true,
        },
        ..ListQuery::newest(&Predicate::Everything)
    };
    median("list by followers, everything", || {
        search.list(&scope, &query, &Work::endless()).unwrap();
    });
}

fn facets(search: &Search) {
    let scope = Scope::system(ACCOUNT);
    let by_day = Axis::Date {
        field: NumberField::Added,
        grouping: Grouping::Day,
    };
    let table = |key, segmentation: Option<Axis>, value, added| FacetQuery {
        predicate: &Predicate::Everything,
        topics: None,
        added,
        key,
        value,
        segmentation: segmentation.map(Segmentation::Field),
        size: 20,
        timezone: "Europe/Brussels",
    };
    let cases = [
        (
            "service x sentiment, 90 days",
            table(
                Some(Axis::Word(WordField::Sentiment)),
                Some(Axis::Word(WordField::Service)),
                Metric::Mentions,
                days(90),
            ),
        ),
        (
            "day x status, 90 days",
            table(
                Some(by_day),
                Some(Axis::Word(WordField::Status)),
                Metric::Mentions,
                days(90),
            ),
        ),
        (
            "authors, all time",
            table(None, None, Metric::AuthorCardinality, ALL_TIME),
        ),
        (
            "response by assignee, 30 days",
            table(
                None,
                Some(Axis::Id(IdField::AssignedUser)),
                Metric::Average(NumberField::ResponseTime),
                days(30),
            ),
        ),
        (
            "tags, all time",
            table(
                None,
                Some(Axis::Id(IdField::Tag)),
                Metric::Mentions,
                ALL_TIME,
            ),
        ),
    ];
    for (name, query) in cases {
        median(&format!("facet {name}"), || {
            search
                .facets(&scope, std::slice::from_ref(&query), &Work::endless())
                .unwrap();
        });
    }
}
