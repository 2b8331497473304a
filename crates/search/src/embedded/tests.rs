//! The embedded engine against the contract, and what only it can suffer: damage, crashes,
//! readers beside a writer.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::checksum::Checksum;
use domain::filter::{Pattern, Predicate, TextField, WordField};
use domain::ids::{AccountId, ChangeNumber, MentionId};
use domain::mention::{Mention, Status};
use domain::scope::Scope;
use domain::testing::{any_mention, any_mentions, vocabulary as v};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use work::Work;

use super::facet::{Limits, facets};
use crate::contract::{
    Model, Question, Step, any_question, any_small_table, any_steps, any_table, check_history,
    check_list, ready,
};
use crate::{
    Axis, Batch, FacetQuery, ListQuery, Loaded, Metric, Prepared, PreparedTexts, Search,
    SearchOptions,
};

fn in_memory() -> Search {
    ready(Search::open(&SearchOptions::default()).unwrap())
}

fn on_disk(directory: &Path) -> Search {
    Search::open(&SearchOptions {
        directory: Some(directory.to_owned()),
    })
    .unwrap()
}

fn rebuild(search: &Search, mentions: &[Mention], through: ChangeNumber) {
    let mut aside = search.begin_rebuild(v::ACCOUNT).unwrap();
    for page in mentions.chunks(3) {
        aside.push(page).unwrap();
    }
    search.finish_rebuild(aside, through).unwrap();
}

/// The same in two steps: columns, then words.
fn rebuild_in_steps(search: &Search, mentions: &[Mention], through: ChangeNumber) {
    let mut aside = search.begin_rebuild(v::ACCOUNT).unwrap();
    for page in mentions.chunks(3) {
        aside.push_columns(&Prepared::of(page.to_vec()));
    }
    search.finish_rebuild(aside, through).unwrap();
    let words = search.begin_words(v::ACCOUNT).unwrap();
    for page in mentions.chunks(4) {
        words.push(&PreparedTexts::of(page)).unwrap();
    }
    words.finish().unwrap();
}

/// Random mentions with numbers and versions of their own.
fn mentions(count: usize) -> Vec<Mention> {
    let mut runner = TestRunner::deterministic();
    let made = prop::collection::vec(any_mention(), count)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    (0_i64..)
        .zip(made)
        .map(|(number, mut mention)| {
            mention.id = MentionId(43_769_000_000_000_000 + number);
            mention.added_at = v::NOW.plus_ms(number * 1_000);
            mention.changed_by = ChangeNumber(number + 1);
            mention
        })
        .collect()
}

fn apply(search: &Search, upsert: &[Mention], delete: &[MentionId], through: i64) {
    search
        .apply(
            v::ACCOUNT,
            Batch {
                upsert,
                delete,
                through: ChangeNumber(through),
                ..Batch::default()
            },
        )
        .unwrap();
}

fn with_word(word: &str) -> Predicate {
    Predicate::Text {
        field: TextField::Anywhere,
        words: vec![Pattern::Exact(word.to_owned())],
    }
}

fn ids(search: &Search, predicate: &Predicate) -> Vec<i64> {
    let query = ListQuery {
        limit: 1_000,
        ..ListQuery::newest(predicate)
    };
    let page = search
        .list(&Scope::system(v::ACCOUNT), &query, &Work::endless())
        .unwrap();
    page.hits.iter().map(|hit| hit.id.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn lists_and_facets_are_those_of_a_plain_scan(
        steps in any_steps(&[Step::Maintain, Step::Rebuild]),
        questions in prop::collection::vec(any_question(), 12),
        tables in prop::collection::vec(any_table(), 8),
    ) {
        let search = in_memory();
        check_history(&search, &steps, &questions, &tables, |_, model| {
            rebuild(&search, &model.mentions(), model.through());
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_index_that_was_built_in_two_steps_gives_the_same_answers(
        steps in any_steps(&[Step::Maintain, Step::Rebuild]),
        questions in prop::collection::vec(any_question(), 12),
        tables in prop::collection::vec(any_table(), 8),
    ) {
        let search = in_memory();
        check_history(&search, &steps, &questions, &tables, |_, model| {
            rebuild_in_steps(&search, &model.mentions(), model.through());
        });
    }
}

#[test]
fn words_that_changed_while_they_were_taken_in_are_those_that_are_found() {
    let search = in_memory();
    let mut all = mentions(20);
    for (number, mention) in all.iter_mut().enumerate() {
        mention.body.title = None;
        mention.body.content = format!("old{number}");
    }
    let mut aside = search.begin_rebuild(v::ACCOUNT).unwrap();
    aside.push_columns(&Prepared::of(all.clone()));
    search.finish_rebuild(aside, ChangeNumber(20)).unwrap();
    let words = search.begin_words(v::ACCOUNT).unwrap();
    let read = PreparedTexts::of(&all);
    let list = |predicate: &Predicate| {
        search
            .list(
                &Scope::system(v::ACCOUNT),
                &ListQuery::newest(predicate),
                &Work::endless(),
            )
            .unwrap()
    };
    assert!(list(&with_word("old7")).is_partial);
    assert!(!list(&Predicate::Everything).is_partial);
    // One is changed and committed, one is changed and waits, one is deleted.
    let mut changed = all[3].clone();
    changed.body.content = "new3".to_owned();
    changed.changed_by = ChangeNumber(30);
    apply(&search, &[changed], &[], 30);
    search.maintain().unwrap();
    let mut changed = all[4].clone();
    changed.body.content = "new4".to_owned();
    changed.changed_by = ChangeNumber(31);
    apply(&search, &[changed], &[all[5].id], 32);
    words.push(&read).unwrap();
    assert!(search.capture(v::ACCOUNT).unwrap().is_none());
    words.finish().unwrap();
    search.maintain().unwrap();
    for (word, found) in [
        ("old7", 1),
        ("old3", 0),
        ("new3", 1),
        ("old4", 0),
        ("new4", 1),
        ("old5", 0),
    ] {
        let page = list(&with_word(word));
        assert_eq!((page.hits.len(), page.is_partial), (found, false), "{word}");
    }
    // Another rebuild has begun: what was read for this one is not taken.
    let late = search.begin_words(v::ACCOUNT).unwrap();
    let _other = search.begin_rebuild(v::ACCOUNT).unwrap();
    assert!(late.push(&read).is_err());
}

#[test]
fn what_an_index_holds_is_what_its_mentions_come_to() {
    let directory = tempfile::tempdir().unwrap();
    let search = ready(on_disk(directory.path()));
    let mut all = mentions(1_100);
    apply(&search, &all, &[], 1_100);
    for mention in all.iter_mut().step_by(3) {
        mention.changed_by = ChangeNumber(mention.changed_by.0 + 2_000);
    }
    apply(&search, &all, &[], 3_200);
    let gone: Vec<MentionId> = all.iter().step_by(7).map(|mention| mention.id).collect();
    apply(&search, &[], &gone, 3_400);
    apply(&search, &all[..1], &gone, 3_400);
    let mut sum = Checksum::default();
    for mention in all.iter().filter(|mention| !gone.contains(&mention.id)) {
        sum.add(mention.id, mention.changed_by);
    }
    let holding = search.holding(v::ACCOUNT).unwrap();
    assert_eq!(holding.checksum, sum);
    let capture = search.capture(v::ACCOUNT).unwrap().unwrap();
    search.write(&capture, Some(77)).unwrap();
    drop(search);
    let search = on_disk(directory.path());
    assert_eq!(
        search.load(v::ACCOUNT),
        Loaded::Ready {
            through: ChangeNumber(3_400),
            mark: Some(77)
        }
    );
    assert_eq!(search.holding(v::ACCOUNT), Some(holding));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_restart_changes_no_answer(
        steps in any_steps(&[Step::Restart]),
        questions in prop::collection::vec(any_question(), 8),
        tables in prop::collection::vec(any_table(), 4),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let search = std::cell::RefCell::new(ready(on_disk(directory.path())));
        // The harness asks one engine; a restart puts another into its place.
        let mut done = Vec::new();
        for step in &steps {
            if matches!(step, Step::Restart) {
                let saved = search.borrow().save(v::ACCOUNT).unwrap();
                // Let go of the writer before another one is opened.
                search.replace(Search::open(&SearchOptions::default()).unwrap());
                search.replace(on_disk(directory.path()));
                let loaded = search.borrow().load(v::ACCOUNT);
                prop_assert_eq!(Some(loaded), saved.map(|through| Loaded::Ready { through, mark: None }));
                continue;
            }
            done.push(step.clone());
            let model = model_of(&done);
            match step {
                Step::Apply { upsert, delete } => {
                    apply(&search.borrow(), upsert, delete, model.through().0);
                }
                _ => {
                    search.borrow().maintain().unwrap();
                }
            }
            check_list(&search.borrow(), &model, &Question::everything());
        }
        let model = model_of(&done);
        for question in &questions {
            check_list(&search.borrow(), &model, question);
        }
        for table in &tables {
            crate::contract::check_table(&search.borrow(), &model, table);
        }
    }

    #[test]
    fn a_crash_forgets_nothing_that_is_applied_again(
        before in any_mentions(12),
        after in any_mentions(12),
        again in any_mentions(12),
        questions in prop::collection::vec(any_question(), 8),
    ) {
        // Words of `after` are committed, its rows are forgotten; other mentions get the same
        // rows in another order.
        let number = |mentions: Vec<Mention>, first: i64| -> Vec<Mention> {
            (first..).zip(mentions).map(|(number, mut mention)| {
                mention.id = MentionId(43_769_000_000_000_000 + number);
                mention.changed_by = ChangeNumber(number + 1);
                mention
            }).collect()
        };
        let before = number(before, 0);
        let after = number(after, 100);
        let again = number(again, 200);
        let directory = tempfile::tempdir().unwrap();
        let search = ready(on_disk(directory.path()));
        apply(&search, &before, &[], 50);
        search.save(v::ACCOUNT).unwrap();
        apply(&search, &after, &[], 150);
        search.maintain().unwrap();
        drop(search);
        let search = on_disk(directory.path());
        prop_assert_eq!(search.load(v::ACCOUNT), Loaded::Ready { through: ChangeNumber(50), mark: None });
        let shuffled: Vec<Mention> = again.iter().rev().chain(&after).cloned().collect();
        let mut steps = vec![Step::Apply { upsert: before, delete: Vec::new() }];
        for (at, mention) in shuffled.iter().enumerate() {
            apply(&search, std::slice::from_ref(mention), &[], 300);
            steps.push(Step::Apply { upsert: vec![mention.clone()], delete: Vec::new() });
            if at == 3 {
                search.maintain().unwrap();
            }
            for question in &questions {
                if at % 5 == 4 {
                    check_list(&search, &model_of(&steps), question);
                }
            }
        }
        search.maintain().unwrap();
        for question in &questions {
            check_list(&search, &model_of(&steps), question);
        }
    }
}

fn model_of(steps: &[Step]) -> Model {
    let mut model = Model::default();
    for step in steps {
        model.take(step);
    }
    model
}

#[test]
fn late_mentions_and_many_pages_stay_in_order() {
    let search = in_memory();
    let mut all = mentions(2_500);
    // Every seventh comes long after its time.
    for (at, mention) in all.iter_mut().enumerate() {
        if at % 7 == 0 {
            mention.added_at = v::NOW.plus_ms((mention.id.0 % 1_000_000 * 37) % 2_000_000);
        }
    }
    for batch in all.chunks(400) {
        apply(&search, batch, &[], 3_000);
    }
    let gone: Vec<MentionId> = all.iter().step_by(5).map(|mention| mention.id).collect();
    apply(&search, &[], &gone, 3_000);
    let model = model_of(&[Step::Apply {
        upsert: all,
        delete: gone,
    }]);
    for (from, to) in [(i64::MIN, i64::MAX), (100_000, 900_000), (0, 0)] {
        for is_descending in [true, false] {
            for count in [true, false] {
                let mut question = Question::everything();
                question.limit = 333;
                question.count = count;
                question.sort.is_descending = is_descending;
                question.added = if from == i64::MIN {
                    crate::ALL_TIME
                } else {
                    (v::NOW.plus_ms(from), v::NOW.plus_ms(to))
                };
                check_list(&search, &model, &question);
            }
        }
    }
}

#[test]
fn tables_of_full_pages_are_those_of_a_plain_scan_however_they_are_counted() {
    let search = in_memory();
    let mut all = mentions(1_400);
    for (at, mention) in all.iter_mut().enumerate() {
        if at % 50 == 0 {
            mention.added_at = v::NOW.plus_ms(-1_000);
        }
    }
    for batch in all.chunks(400) {
        apply(&search, batch, &[], 2_000);
    }
    // Full pages are packed; then some of their rows change.
    let mut changed: Vec<Mention> = all.iter().step_by(13).cloned().collect();
    for (mention, other) in changed.iter_mut().zip(all.iter().rev()) {
        mention.body = other.body.clone();
        mention.state = other.state.clone();
        mention.changed_by = ChangeNumber(1_900);
    }
    apply(&search, &changed, &[], 2_000);
    let gone: Vec<MentionId> = all.iter().step_by(11).map(|mention| mention.id).collect();
    apply(&search, &[], &gone, 2_000);
    let model = model_of(&[
        Step::Apply {
            upsert: all,
            delete: Vec::new(),
        },
        Step::Apply {
            upsert: changed,
            delete: gone,
        },
    ]);
    let Search::Embedded(engine) = &search;
    let view = engine.slot(v::ACCOUNT).account.unwrap().view();
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let table = any_small_table().new_tree(&mut runner).unwrap().current();
        crate::contract::check_table(&search, &model, &table);
        let (scope, query) = (&table.question.scope, table.query());
        let queries = [query];
        let one = |limits| facets(&view, scope, &queries, limits, &Work::endless()).unwrap();
        let usual = one(Limits::default());
        for limits in [(0, usize::MAX), (0, 0)] {
            let (pairs, reduced) = limits;
            let other = one(Limits { pairs, reduced });
            assert_eq!(other, usual, "{limits:?} {table:?}");
        }
        check_list(&search, &model, &table.question);
    }
}

#[test]
fn paging_neither_skips_nor_repeats_while_others_write() {
    let search = in_memory();
    let mut all = mentions(300);
    let newer = all.split_off(200);
    apply(&search, &all, &[], 300);
    let mut query = ListQuery {
        limit: 9,
        ..ListQuery::newest(&Predicate::Everything)
    };
    let mut seen = Vec::new();
    for mut other in newer {
        let page = search
            .list(&Scope::system(v::ACCOUNT), &query, &Work::endless())
            .unwrap();
        seen.extend(page.hits.iter().map(|hit| hit.id));
        query.cursor = page.hits.last().map(|hit| hit.cursor()).or(query.cursor);
        // One comes, one changes, one that was read goes.
        other.changed_by = ChangeNumber(400);
        let mut changed = all[150].clone();
        changed.state.status = Status::Done;
        changed.changed_by = ChangeNumber(401);
        apply(
            &search,
            &[other, changed],
            &seen.first().copied().into_iter().collect::<Vec<_>>(),
            401,
        );
        if !page.has_more {
            break;
        }
    }
    let expected: Vec<MentionId> = all.iter().rev().map(|mention| mention.id).collect();
    assert_eq!(seen, expected);
}

#[test]
fn readers_beside_a_writer_see_whole_batches_only() {
    let search = in_memory();
    let mut all = mentions(40);
    for mention in &mut all {
        mention.state.status = Status::New;
    }
    apply(&search, &all, &[], 1);
    let status = |word: &str| Predicate::Word {
        field: WordField::Status,
        pattern: Pattern::Exact(word.to_owned()),
    };
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let (new, done) = (status("new"), status("done"));
                let either = Predicate::Any(vec![new.clone(), done.clone()]);
                while !stop.load(Ordering::SeqCst) {
                    let query = ListQuery {
                        count: true,
                        ..ListQuery::newest(&new)
                    };
                    let total = search
                        .list(&Scope::system(v::ACCOUNT), &query, &Work::endless())
                        .unwrap()
                        .total;
                    assert!(matches!(total, Some(0 | 40)), "{total:?}");
                    let query = FacetQuery {
                        predicate: &either,
                        topics: None,
                        added: crate::ALL_TIME,
                        key: Some(Axis::Word(WordField::Status)),
                        value: Metric::Mentions,
                        segmentation: None,
                        size: 10,
                        timezone: "UTC",
                    };
                    let table = search
                        .facets(&Scope::system(v::ACCOUNT), &[query], &Work::endless())
                        .unwrap()
                        .remove(0);
                    assert_eq!(table.data, [[Some(40.0)]]);
                }
            });
        }
        for round in 0..150_i64 {
            for mention in &mut all {
                mention.state.status = if round % 2 == 0 {
                    Status::Done
                } else {
                    Status::New
                };
                mention.changed_by = ChangeNumber(100 + round);
            }
            apply(&search, &all, &[], 100 + round);
            if round % 50 == 0 {
                search.maintain().unwrap();
            }
        }
        stop.store(true, Ordering::SeqCst);
    });
}

#[test]
fn an_erased_text_is_found_no_more_before_and_after_the_commit() {
    let search = in_memory();
    let mut mention = mentions(1).remove(0);
    mention.body.title = None;
    mention.body.stripped_content = None;
    mention.body.content = "the secret canary".to_owned();
    apply(&search, std::slice::from_ref(&mention), &[], 1);
    assert_eq!(ids(&search, &with_word("canary")).len(), 1);
    search.maintain().unwrap();
    assert_eq!(ids(&search, &with_word("canary")).len(), 1);
    mention.body.content = "gone".to_owned();
    mention.changed_by = ChangeNumber(9);
    apply(&search, std::slice::from_ref(&mention), &[], 9);
    for _ in 0..2 {
        assert_eq!(ids(&search, &with_word("canary")), Vec::<i64>::new());
        assert_eq!(ids(&search, &with_word("gone")).len(), 1);
        search.maintain().unwrap();
    }
}

#[test]
fn accounts_do_not_see_one_another() {
    let search = in_memory();
    let other = AccountId(11);
    let aside = search.begin_rebuild(other).unwrap();
    search.finish_rebuild(aside, ChangeNumber(0)).unwrap();
    let mut mention = mentions(1).remove(0);
    mention.body.content = "canary".to_owned();
    mention.body.stripped_content = None;
    apply(&search, &[mention], &[], 1);
    search.maintain().unwrap();
    let query = |predicate| -> usize {
        search
            .list(
                &Scope::system(other),
                &ListQuery::newest(predicate),
                &Work::endless(),
            )
            .unwrap()
            .hits
            .len()
    };
    assert_eq!(query(&Predicate::Everything), 0);
    assert_eq!(query(&with_word("canary")), 0);
    assert_eq!(ids(&search, &with_word("canary")).len(), 1);
}

#[test]
fn words_keep_the_case_they_were_first_written_in() {
    let search = in_memory();
    let mut all = mentions(3);
    for (mention, word) in all.iter_mut().zip(["Gent", "GENT", "gent"]) {
        mention.state.location.city = Some(word.to_owned());
    }
    apply(&search, &all, &[], 9);
    let query = FacetQuery {
        predicate: &Predicate::Everything,
        topics: None,
        added: crate::ALL_TIME,
        key: Some(Axis::Word(WordField::City)),
        value: Metric::Mentions,
        segmentation: None,
        size: 10,
        timezone: "UTC",
    };
    let table = search
        .facets(&Scope::system(v::ACCOUNT), &[query], &Work::endless())
        .unwrap()
        .remove(0);
    assert_eq!(
        (table.keys[0].id.as_str(), table.keys[0].text.as_str()),
        ("gent", "Gent")
    );
    assert_eq!(table.data, [[Some(3.0)]]);
}

#[test]
fn an_absent_account_answers_partially_and_a_rebuild_shows_what_is_applied_meanwhile() {
    let search = Search::open(&SearchOptions::default()).unwrap();
    let query = ListQuery::newest(&Predicate::Everything);
    let scope = Scope::system(v::ACCOUNT);
    assert!(
        search
            .list(&scope, &query, &Work::endless())
            .unwrap()
            .is_partial
    );
    let all = mentions(4);
    let mut aside = search.begin_rebuild(v::ACCOUNT).unwrap();
    aside.push(&all[..3]).unwrap();
    apply(&search, &all[3..], &[], 4);
    let page = search.list(&scope, &query, &Work::endless()).unwrap();
    assert!(page.is_partial && page.hits.len() == 1);
    let again = search.begin_rebuild(v::ACCOUNT).unwrap();
    assert!(search.finish_rebuild(aside, ChangeNumber(3)).is_err());
    search.finish_rebuild(again, ChangeNumber(0)).unwrap();
    let page = search.list(&scope, &query, &Work::endless()).unwrap();
    assert!(!page.is_partial && page.hits.is_empty());
}
