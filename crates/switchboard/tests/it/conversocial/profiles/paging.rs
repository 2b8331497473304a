//! Pages by token.

use super::{TODAY, account, note, texts};
use crate::conversocial::client::ORIGIN;

#[tokio::test]
async fn pages_have_at_most_fifty_and_following_them_visits_everything_once() {
    let (app, program) = account().await;
    for n in 0..60 {
        note(&program, &format!("note {n}")).await;
        if n % 25 == 0 {
            app.advance(1_000);
        }
    }
    for (asked, size) in [("", 50), ("&page_size=500", 50), ("&page_size=7", 7)] {
        let mut address = format!("/api/1/notes?{TODAY}{asked}");
        let mut visited = Vec::new();
        loop {
            let page = program.json(&address).await;
            let found = texts(&page, "notes");
            let next = &page["paging"]["next_page"];
            if !next.is_null() {
                assert_eq!(found.len(), size);
            }
            visited.extend(found.into_iter().map(str::to_owned));
            let Some(next) = next.as_str() else { break };
            assert!(
                next.starts_with(&format!("{ORIGIN}/api/1/notes?{TODAY}{asked}&page_token=")),
                "{next}"
            );
            address = next.to_owned();
        }
        let expected: Vec<String> = (0..60).map(|n| format!("note {n}")).collect();
        assert_eq!(visited, expected, "{asked}");
    }
}

#[tokio::test]
async fn what_is_written_between_two_pages_moves_nothing() {
    let (app, program) = account().await;
    for n in 0..5 {
        note(&program, &format!("{n}")).await;
    }
    let first = program
        .json(&format!("/api/1/notes?{TODAY}&page_size=3"))
        .await;
    app.advance(1);
    note(&program, "late").await;
    let next = first["paging"]["next_page"].as_str().unwrap();
    let second = program.json(next).await;
    assert_eq!(texts(&first, "notes"), ["0", "1", "2"]);
    assert_eq!(texts(&second, "notes"), ["3", "4", "late"]);
}

#[tokio::test]
async fn a_page_token_is_good_for_its_list_and_account_and_unchanged_only() {
    let (app, program) = account().await;
    for n in 0..2 {
        note(&program, &format!("{n}")).await;
    }
    let page = program
        .json(&format!("/api/1/notes?{TODAY}&page_size=1"))
        .await;
    let next = page["paging"]["next_page"].as_str().unwrap();
    let token = next.rsplit_once('=').unwrap().1;
    let other = app
        .program_of(app.tenant("harbour").await.client.account, "x")
        .await;
    for (program, address) in [
        (
            &program,
            format!("/api/1/notes?{TODAY}&page_token={}", token.to_lowercase()),
        ),
        (&program, format!("/api/1/notes?{TODAY}&page_token=1")),
        (&program, format!("/api/1/tags?{TODAY}&page_token={token}")),
        (
            &program,
            format!("/api/1/annotation-types?page_token={token}"),
        ),
        (&other, format!("/api/1/notes?{TODAY}&page_token={token}")),
    ] {
        let answer = program.get(&address).await;
        assert_eq!(answer.status(), 400, "{address}: {}", answer.text());
        assert_eq!(answer.json().as_object().unwrap().len(), 2);
    }
    for size in ["0", "-1", "ten"] {
        let answer = program
            .get(&format!("/api/1/notes?{TODAY}&page_size={size}"))
            .await;
        assert_eq!(answer.status(), 400, "{size}");
    }
}

#[tokio::test]
async fn addresses_keep_the_version_as_the_caller_wrote_it() {
    let (_app, program) = account().await;
    note(&program, "a").await;
    note(&program, "b").await;
    for base in ["api/1", "api/v1"] {
        for slash in ["", "/"] {
            let page = program
                .json(&format!("/{base}/notes{slash}?{TODAY}&page_size=1"))
                .await;
            let next = page["paging"]["next_page"].as_str().unwrap();
            assert!(
                next.starts_with(&format!("{ORIGIN}/{base}/notes?")),
                "{next}"
            );
            assert_eq!(texts(&program.json(next).await, "notes"), ["b"]);
        }
    }
    for base in ["api/2", "api/v2", "api"] {
        assert_eq!(
            program
                .get(&format!("/{base}/notes?{TODAY}"))
                .await
                .status(),
            404,
            "{base}"
        );
    }
}
