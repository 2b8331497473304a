//! Whatever is done to the files, the engine opens, says what has to be rebuilt, and never answers
//! from what is damaged.

use std::fs;
use std::path::{Path, PathBuf};

use domain::filter::{Pattern, Predicate, TextField};
use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;
use domain::scope::Scope;
use domain::testing::{any_mention, vocabulary as v};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use work::Work;

use crate::contract::ready;
use crate::{Batch, ListQuery, Loaded, Search, SearchOptions};

const THROUGH: ChangeNumber = ChangeNumber(77);

fn open(directory: &Path) -> Search {
    Search::open(&SearchOptions {
        directory: Some(directory.to_owned()),
    })
    .unwrap()
}

fn mentions() -> Vec<Mention> {
    let mut runner = TestRunner::deterministic();
    let made = prop::collection::vec(any_mention(), 60)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    (0_i64..)
        .zip(made)
        .map(|(number, mut mention)| {
            mention.id = MentionId(43_769_000_000_000_000 + number);
            mention.changed_by = ChangeNumber(number + 1);
            mention
        })
        .collect()
}

/// An engine's files: two commits, deleted documents, a snapshot.
fn make(directory: &Path) -> Vec<Vec<i64>> {
    let search = ready(open(directory));
    let all = mentions();
    let apply = |upsert: &[Mention], delete: &[MentionId]| {
        search
            .apply(
                v::ACCOUNT,
                Batch {
                    upsert,
                    delete,
                    through: THROUGH,
                    ..Batch::default()
                },
            )
            .unwrap();
    };
    apply(&all[..40], &[]);
    search.maintain().unwrap();
    apply(&all[40..], &[all[3].id, all[8].id]);
    assert_eq!(search.save(v::ACCOUNT).unwrap(), Some(THROUGH));
    answers(&search)
}

fn answers(search: &Search) -> Vec<Vec<i64>> {
    let text = |words: &[&str]| Predicate::Text {
        field: TextField::Anywhere,
        words: words
            .iter()
            .map(|word| Pattern::Exact((*word).to_owned()))
            .collect(),
    };
    [
        Predicate::Everything,
        text(&["hello"]),
        text(&["guy", "verhofstadt"]),
        text(&["promo"]),
    ]
    .iter()
    .map(|predicate| {
        let query = ListQuery {
            limit: 100,
            ..ListQuery::newest(predicate)
        };
        let page = search
            .list(&Scope::system(v::ACCOUNT), &query, &Work::endless())
            .unwrap();
        page.hits.iter().map(|hit| hit.id.0).collect()
    })
    .collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, &target).unwrap();
    }
}

/// Opens what is left: either it is noticed, or the answers are the right ones.
fn check(directory: &Path, expected: &[Vec<i64>], what: &str) -> bool {
    let search = open(directory);
    match search.load(v::ACCOUNT) {
        Loaded::Ready { through, .. } => {
            assert_eq!(through, THROUGH, "{what}");
            assert_eq!(answers(&search), expected, "{what}");
            false
        }
        Loaded::Missing | Loaded::Damaged(_) => {
            let mut aside = search.begin_rebuild(v::ACCOUNT).unwrap();
            let mut all = mentions();
            all.retain(|mention| expected[0].contains(&mention.id.0));
            aside.push(&all).unwrap();
            search.finish_rebuild(aside, THROUGH).unwrap();
            assert_eq!(answers(&search), expected, "after {what}");
            true
        }
    }
}

#[test]
fn an_undamaged_directory_loads_and_answers_as_before() {
    let good = tempfile::tempdir().unwrap();
    let expected = make(good.path());
    assert!(expected.iter().all(|ids| !ids.is_empty()), "{expected:?}");
    assert!(!check(good.path(), &expected, "nothing"));
}

#[test]
fn deleted_and_cut_files_are_noticed() {
    let good = tempfile::tempdir().unwrap();
    let expected = make(good.path());
    for file in files(good.path()) {
        let name = file.strip_prefix(good.path()).unwrap();
        let len = fs::metadata(&file).unwrap().len();
        for keep in [None, Some(0), Some(len / 2), len.checked_sub(1)] {
            let bad = tempfile::tempdir().unwrap();
            copy(good.path(), bad.path());
            let target = bad.path().join(name);
            match keep {
                None => fs::remove_file(&target).unwrap(),
                Some(keep) if keep < len => {
                    fs::OpenOptions::new()
                        .write(true)
                        .open(&target)
                        .unwrap()
                        .set_len(keep)
                        .unwrap();
                }
                Some(_) => continue,
            }
            let what = format!("{} cut to {keep:?} of {len}", name.display());
            let noticed = check(bad.path(), &expected, &what);
            let matters = !name.to_string_lossy().contains(".lock");
            // Norms of lengths, stored bodies and the list of files to be cleaned are not read.
            let is_read = ["term", "idx", "pos", "fast", "del", "snapshot"]
                .iter()
                .any(|ending| name.extension().is_some_and(|found| found == *ending));
            assert!(noticed || !matters || !is_read, "{what}");
        }
    }
}

#[test]
fn flipped_bits_are_noticed_wherever_they_lie() {
    let good = tempfile::tempdir().unwrap();
    let expected = make(good.path());
    for file in files(good.path()) {
        let name = file.strip_prefix(good.path()).unwrap();
        let bytes = fs::read(&file).unwrap();
        let step = (bytes.len() / 10).max(1);
        for at in (0..bytes.len()).step_by(step) {
            let bad = tempfile::tempdir().unwrap();
            copy(good.path(), bad.path());
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(bad.path().join(name), &flipped).unwrap();
            let what = format!("{} flipped at {at} of {}", name.display(), bytes.len());
            let noticed = check(bad.path(), &expected, &what);
            let is_snapshot = name.extension().is_some_and(|ending| ending == "snapshot");
            assert!(noticed || !is_snapshot, "{what}");
        }
    }
}

#[test]
fn purging_leaves_no_word_of_an_erased_text() {
    let directory = tempfile::tempdir().unwrap();
    let search = ready(open(directory.path()));
    let mut all = mentions();
    all[5].body.content = "the zweifelsohnecanary sings".to_owned();
    all[5].body.stripped_content = None;
    let apply = |upsert: &[Mention]| {
        search
            .apply(
                v::ACCOUNT,
                Batch {
                    upsert,
                    delete: &[],
                    through: THROUGH,
                    ..Batch::default()
                },
            )
            .unwrap();
    };
    apply(&all);
    search.save(v::ACCOUNT).unwrap();
    let holds_it = || {
        let index = tantivy::Index::open_in_dir(directory.path().join("words")).unwrap();
        let field = index.schema().get_field("content2").unwrap();
        index
            .reader()
            .unwrap()
            .searcher()
            .segment_readers()
            .iter()
            .any(|segment| {
                let terms = segment.inverted_index(field).unwrap();
                terms
                    .terms()
                    .get("1\u{1f}zweifelsohnecanary")
                    .unwrap()
                    .is_some()
            })
    };
    let before = answers(&search);
    assert!(holds_it());
    all[5].body.content = "erased".to_owned();
    all[5].changed_by = ChangeNumber(500);
    apply(&all[5..6]);
    search.purge().unwrap();
    assert!(!holds_it());
    let kept = files(&directory.path().join("words"));
    let of_one = |ending: &str| {
        kept.iter()
            .filter(|file| file.extension().is_some_and(|found| found == ending))
            .count()
    };
    assert_eq!(of_one("del"), 0, "{kept:?}");
    let index = tantivy::Index::open_in_dir(directory.path().join("words")).unwrap();
    let segments = index.searchable_segment_ids().unwrap().len();
    assert_eq!(of_one("term"), segments, "{kept:?}");
    search.save(v::ACCOUNT).unwrap();
    assert_eq!(answers(&search)[0], before[0]);
    drop(search);
    let search = open(directory.path());
    assert_eq!(
        search.load(v::ACCOUNT),
        Loaded::Ready {
            through: THROUGH,
            mark: None
        }
    );
    assert_eq!(answers(&search)[0], before[0]);
}

#[test]
fn a_missing_directory_means_a_rebuild() {
    for gone in ["words", "accounts"] {
        let directory = tempfile::tempdir().unwrap();
        let expected = make(directory.path());
        fs::remove_dir_all(directory.path().join(gone)).unwrap();
        assert!(check(directory.path(), &expected, gone), "{gone}");
    }
}

#[test]
fn a_rebuild_that_was_broken_off_leaves_no_snapshot_to_believe() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path());
    let search = open(directory.path());
    assert!(matches!(search.load(v::ACCOUNT), Loaded::Ready { .. }));
    drop(search.begin_rebuild(v::ACCOUNT).unwrap());
    drop(search);
    assert_eq!(open(directory.path()).load(v::ACCOUNT), Loaded::Missing);
}
