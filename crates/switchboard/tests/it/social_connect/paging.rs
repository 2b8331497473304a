//! Pages: complete, stable, and linked in both directions.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::json;

use crate::support::{App, Client, message, message_with};

async fn fill(app: &App, count: usize) {
    for number in 0..count {
        app.advance(1_000);
        app.add(&[message(&format!("message {number:03}"))]).await;
    }
}

/// The messages of all pages from a first one on, following the links as they are.
async fn walk(client: &Client, query: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut urls = BTreeSet::new();
    let mut page = client.mentions(query).await;
    loop {
        pages.push(page.contents());
        let Some(next) = page.next_url() else {
            return pages;
        };
        assert!(urls.insert(next.clone()), "the address of a page repeats");
        page = client.follow(&next).await;
    }
}

#[tokio::test]
async fn the_last_page_has_no_next_and_the_first_no_previous() {
    let app = App::test().await;
    fill(&app, 5).await;
    let first = app.mentions(&[("limit", "2")]).await;
    assert_eq!(first.previous_url(), None);
    let second = app.follow(&first.next_url().unwrap()).await;
    let third = app.follow(&second.next_url().unwrap()).await;
    assert_eq!(third.contents(), ["message 000"]);
    assert_eq!(third.next_url(), None);
    for page in [&first, &second, &third] {
        assert_eq!(page.count(), 5);
    }
    // And back again.
    let back = app.follow(&third.previous_url().unwrap()).await;
    assert_eq!(back.contents(), second.contents());
    let start = app.follow(&back.previous_url().unwrap()).await;
    assert_eq!(start.contents(), first.contents());
    assert_eq!(start.previous_url(), None);
    assert_eq!(
        app.follow(&start.next_url().unwrap()).await.contents(),
        second.contents()
    );
}

#[tokio::test]
async fn an_exact_number_of_pages_has_no_empty_one_behind_it() {
    let app = App::test().await;
    fill(&app, 4).await;
    assert_eq!(
        walk(&app, &[("limit", "2")])
            .await
            .iter()
            .map(Vec::len)
            .collect::<Vec<_>>(),
        [2, 2]
    );
    let empty = app.mentions(&[("filter", "nothing")]).await;
    assert_eq!(
        (empty.count(), empty.next_url(), empty.previous_url()),
        (0, None, None)
    );
}

#[tokio::test]
async fn limit_0_gives_the_count_alone() {
    let app = App::test().await;
    fill(&app, 3).await;
    let answer = app.mentions(&[("limit", "0")]).await;
    assert_eq!(
        (answer.count(), answer.data().len(), answer.next_url()),
        (3, 0, None)
    );
}

#[tokio::test]
async fn next_url_repeats_every_parameter_of_the_query_the_token_too() {
    let app = App::test().await;
    fill(&app, 3).await;
    let token = app.token.clone().unwrap();
    let query = [
        ("access_token", token.as_str()),
        ("filter", "message AND sentiment:unset"),
        ("date_from", ""),
        ("topic_ids[0]", "2"),
        ("topic_ids[1]", "1"),
        ("limit", "1"),
        ("version", "20200427"),
    ];
    let topic = app.topic.to_string();
    let query = query.map(|(name, value)| {
        (
            name,
            if name == "topic_ids[1]" {
                &topic
            } else {
                value
            },
        )
    });
    let next = app
        .with_token(None)
        .mentions(&query)
        .await
        .next_url()
        .unwrap();
    for part in [
        &format!("access_token={token}"),
        "filter=message+AND+sentiment%3Aunset",
        "limit=1",
        "version=20200427",
        "page_token=",
    ] {
        assert!(next.contains(part), "{next}");
    }
    // Followed as it is, without adding anything.
    let second = app.with_token(None).follow(&next).await;
    assert_eq!(second.contents(), ["message 001"]);
    assert!(second.data()[0]["assignment"].get("user_ids").is_none());
}

#[tokio::test]
async fn a_token_in_the_header_is_not_written_into_links() {
    let app = App::test().await;
    fill(&app, 2).await;
    let next = app.mentions(&[("limit", "1")]).await.next_url().unwrap();
    assert!(!next.contains("access_token"), "{next}");
}

#[tokio::test]
async fn a_page_token_of_another_order_or_a_changed_one_is_refused() {
    let app = App::test().await;
    fill(&app, 3).await;
    let next = app.mentions(&[("limit", "1")]).await.next_url().unwrap();
    let token = next.split("page_token=").nth(1).unwrap();
    app.mentions(&[("page_token", token), ("sort", "dateadd:asc")])
        .await
        .assert_invalid("page_token");
    app.get("/{a}/settings/topics", &[("page_token", token)])
        .await
        .assert_invalid("page_token");
    for wrong in [
        "x",
        "YToyOntpOjA7aToyMjkwMDtpOjE7YTowOnt9fQ==",
        token.trim_start_matches('A'),
    ] {
        app.mentions(&[("page_token", wrong)])
            .await
            .assert_invalid("page_token");
    }
}

#[tokio::test]
async fn page_tokens_survive_a_restart_and_the_end_of_the_mention_they_point_at() {
    let mut app = App::test().await;
    fill(&app, 4).await;
    let first = app.mentions(&[("limit", "2")]).await;
    let next = first.next_url().unwrap();
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{}", first.ids()[1]))
        .await
        .response();
    app.restart().await;
    assert_eq!(
        app.follow(&next).await.contents(),
        ["message 001", "message 000"]
    );
}

#[tokio::test]
async fn short_lists_are_paged_alike() {
    let app = App::test().await;
    for number in 0..5 {
        app.make("tags", "tag", &json!({"tag": format!("tag {number}")}))
            .await;
    }
    let mut seen = Vec::new();
    let mut page = app.get("/{a}/settings/tags", &[("limit", "2")]).await;
    loop {
        assert_eq!(page.count(), 5);
        seen.extend(
            page.data()
                .iter()
                .map(|tag| tag["tag"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.next_url() else { break };
        page = app.follow(&next).await;
    }
    assert_eq!(seen, ["tag 0", "tag 1", "tag 2", "tag 3", "tag 4"]);
    let back = app.follow(&page.previous_url().unwrap()).await;
    assert_eq!(back.data().len(), 2);
    assert_eq!(back.data()[0]["tag"], "tag 2");
}

#[tokio::test]
async fn pages_are_complete_in_every_order() {
    let app = App::test().await;
    for number in 0..9 {
        app.advance(1_000);
        let author = if number % 3 == 0 {
            json!({"name": "a"})
        } else {
            json!({"name": "a", "followers": number / 2})
        };
        let id = app
            .add_one(message_with(
                &format!("message {number}"),
                json!({"author": author}),
            ))
            .await;
        if number % 2 == 0 {
            app.update(id["id"].as_str().unwrap(), &json!({"status": "done"}))
                .await;
        }
    }
    for sort in api::social_connect::mentions::SORTS {
        let mut all: Vec<String> = walk(&app, &[("limit", "2"), ("sort", sort)]).await.concat();
        let at_once = app
            .mentions(&[("limit", "100"), ("sort", sort)])
            .await
            .contents();
        assert_eq!(all, at_once, "{sort}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 9, "{sort}");
    }
}

/// What others do between two pages.
#[derive(Debug, Clone)]
enum Meanwhile {
    Nothing,
    Add(u8),
    Touch(usize),
    Delete(usize),
}

fn meanwhile() -> impl Strategy<Value = Meanwhile> {
    prop_oneof![
        Just(Meanwhile::Nothing),
        (1u8..4).prop_map(Meanwhile::Add),
        any::<usize>().prop_map(Meanwhile::Touch),
        any::<usize>().prop_map(Meanwhile::Delete),
    ]
}

/// Pages by `dateadd` in both directions while others add, change and delete: whatever was there
/// from the beginning to the end is seen exactly once, in order.
#[test]
fn nothing_is_skipped_or_repeated_while_others_write() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let steps = prop::collection::vec(meanwhile(), 1..30);
    let mut runner = TestRunner::new(Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(
            &(steps, 1usize..5, any::<bool>()),
            |(steps, limit, is_ascending)| {
                runtime.block_on(walk_while_others_write(&steps, limit, is_ascending))
            },
        )
        .unwrap();
}

async fn walk_while_others_write(
    steps: &[Meanwhile],
    limit: usize,
    is_ascending: bool,
) -> TestCaseResult {
    let app = App::test().await;
    for burst in 0..4 {
        // Several arrive in the same millisecond.
        let items: Vec<_> = (0..5).map(|n| message(&format!("{burst}.{n}"))).collect();
        app.add(&items).await;
        app.advance(1);
    }
    let mut present: BTreeSet<String> = app
        .mentions(&[("limit", "100")])
        .await
        .ids()
        .into_iter()
        .collect();
    let sort = if is_ascending {
        "dateadd:asc"
    } else {
        "dateadd:desc"
    };
    let limit = limit.to_string();
    let mut seen: Vec<String> = Vec::new();
    let mut steps = steps.iter();
    let mut page = app.mentions(&[("limit", &limit), ("sort", sort)]).await;
    loop {
        seen.extend(page.ids());
        match steps.next() {
            None | Some(Meanwhile::Nothing) => {}
            Some(Meanwhile::Add(count)) => {
                app.advance(1);
                let items: Vec<_> = (0..*count).map(|n| message(&format!("late {n}"))).collect();
                app.add(&items).await;
            }
            Some(Meanwhile::Touch(at)) => {
                let id = present.iter().nth(at % present.len().max(1)).cloned();
                if let Some(id) = id {
                    let note = json!({"actions": [{"type": "note", "extra": "seen"}]});
                    app.update(&id, &note).await;
                }
            }
            Some(Meanwhile::Delete(at)) => {
                let id = present.iter().nth(at % present.len().max(1)).cloned();
                if let Some(id) = id {
                    present.remove(&id);
                    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
                        .await
                        .response();
                }
            }
        }
        let Some(next) = page.next_url() else { break };
        page = app.follow(&next).await;
    }
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    prop_assert_eq!(distinct.len(), seen.len(), "something was seen twice");
    for id in &present {
        prop_assert!(seen.contains(id), "{} was skipped", id);
    }
    let mut ordered = seen.clone();
    ordered.sort();
    if !is_ascending {
        ordered.reverse();
    }
    prop_assert_eq!(seen, ordered);
    Ok(())
}

/// A list that starts after an answer shows what was answered.
#[test]
fn what_was_acknowledged_is_in_the_next_list_count_and_facet() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let steps = prop::collection::vec(meanwhile(), 1..25);
    let mut runner = TestRunner::new(Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&steps, |steps| runtime.block_on(write_and_read(&steps)))
        .unwrap();
}

async fn write_and_read(steps: &[Meanwhile]) -> TestCaseResult {
    let app = App::test().await;
    let mut open: BTreeSet<String> = BTreeSet::new();
    let mut done: BTreeSet<String> = BTreeSet::new();
    for step in steps {
        match step {
            Meanwhile::Nothing => app.advance(1),
            Meanwhile::Add(count) => {
                for _ in 0..*count {
                    open.insert(app.add_text("a message").await);
                }
            }
            Meanwhile::Touch(at) => {
                if let Some(id) = open.iter().nth(at % open.len().max(1)).cloned() {
                    app.update(&id, &json!({"status": "done"})).await;
                    open.remove(&id);
                    done.insert(id);
                }
            }
            Meanwhile::Delete(at) => {
                let all: Vec<String> = open.iter().chain(&done).cloned().collect();
                if let Some(id) = all.get(at % all.len().max(1)) {
                    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
                        .await
                        .response();
                    open.remove(id);
                    done.remove(id);
                }
            }
        }
        for (filter, expected) in [("status:new", &open), ("status:done", &done)] {
            let list = app.mentions(&[("filter", filter), ("limit", "100")]).await;
            let ids: BTreeSet<String> = list.ids().into_iter().collect();
            prop_assert_eq!(&ids, expected);
            prop_assert_eq!(usize::try_from(list.count()).unwrap(), expected.len());
            let facet = app
                .facet_with(&json!({"key": null}), &[("filter", filter)])
                .await;
            prop_assert_eq!(facet["data"][0][0].as_u64(), Some(list.count()));
        }
    }
    Ok(())
}
