//! Reports: how they are told apart, sorted and made.

use domain::scope::Scope;
use domain::time::SECOND_MS;
use serde_json::json;

use crate::conversocial::client::{Cv, ORIGIN};
use crate::conversocial::reports::archive::Sheet;
use crate::conversocial::reports::{ask, fetch, id, look, may, order};
use crate::conversocial::world::each;
use crate::support::{App, merged};

/// Asks for a report on the whole account and these days; gives its identifier.
async fn ask_for(app: &App, cv: &Cv, first: &str, last: &str) -> String {
    let days = json!({"date_from": first, "date_to": last});
    let report = ask(cv, &merged(order(app), days)).await;
    id(&report).to_owned()
}

#[tokio::test]
async fn generated_date_isnull_splits_the_reports() {
    let app = App::test().await;
    let cv = app.program().await;
    let done = ask_for(&app, &cv, "2026-11-01", "2026-11-20").await;
    app.run_jobs().await;
    let waiting = ask_for(&app, &cv, "2026-11-01", "2026-11-21").await;
    let with = cv.json("/v1.3/reports?generated_date_isnull=0").await;
    assert_eq!(each(&with, "reports", "id"), [&*done]);
    let without = cv.json("/v1.3/reports?generated_date_isnull=1").await;
    assert_eq!(each(&without, "reports", "id"), [&*waiting]);
}

#[tokio::test]
async fn reports_are_sorted_by_their_last_day_where_their_first_is_equal() {
    let app = App::test().await;
    let cv = app.program().await;
    let mut ids = Vec::new();
    for (first, last) in [
        ("2026-11-01", "2026-11-05"),
        ("2026-11-02", "2026-11-03"),
        ("2026-11-01", "2026-11-07"),
    ] {
        ids.push(ask_for(&app, &cv, first, last).await);
    }
    let list = cv.json("/v1.3/reports?sort=-date_from,-date_to").await;
    assert_eq!(each(&list, "reports", "id"), [&*ids[1], &*ids[2], &*ids[0]]);
    let list = cv.json("/v1.3/reports?sort=-date_from,date_to").await;
    assert_eq!(each(&list, "reports", "id"), [&*ids[1], &*ids[0], &*ids[2]]);
}

#[tokio::test]
async fn a_report_is_asked_for_polled_until_it_is_done_and_downloaded() {
    let app = App::test().await;
    let cv = app.program().await;
    app.add(&[may("in May", 5)]).await;
    let account = app.first.account_id;
    let queued = ask(&cv, &order(&app)).await;
    assert_eq!(
        queued,
        json!({
            "id": id(&queued),
            "url": format!("{ORIGIN}/v1.3/reports/{}", id(&queued)),
            "name": "Northwind messages created May 01 2026 - May 31 2026",
            "account": {"id": account.to_string(), "url": format!("{ORIGIN}/v1.3/accounts/{account}")},
            "date_from": "2026-05-01",
            "date_to": "2026-05-31",
            "date_type": "created_date",
            "generated_by": null,
        })
    );
    assert_eq!(look(&cv, &queued).await, queued);

    // As long as the index is not whole, the report waits.
    let search = app.engine.search();
    let through = search.applied(account);
    let mut rebuild = search.begin_rebuild(account).unwrap();
    app.advance(SECOND_MS);
    app.run_jobs().await;
    let generating = look(&cv, &queued).await;
    let started = merged(
        queued.clone(),
        json!({"generation_start_date": "2026-11-21T20:00:01"}),
    );
    assert_eq!(generating, started);

    let scope = Scope::system(account);
    let stored = store::mentions::page_after(app.engine.db(), &scope, None, 10);
    rebuild.push(&stored.await.unwrap()).unwrap();
    search.finish_rebuild(rebuild, through).unwrap();
    app.advance(9 * SECOND_MS);
    app.run_jobs().await;
    let done = look(&cv, &queued).await;
    let link = done["download"].as_str().unwrap().to_owned();
    assert!(
        link.starts_with("https://switchboard.example/reports/"),
        "{link}"
    );
    assert!(
        link.ends_with("/northwind-messages-created-may-01-2026---may-31-2026.zip"),
        "{link}"
    );
    let more = json!({"generated_date": "2026-11-21T20:00:10", "download": link});
    assert_eq!(done, merged(started, more));
    let sheet = Sheet::of_workbook(&fetch(&cv, &done).await.body);
    assert_eq!(sheet.column("Message"), ["in May"]);
}
