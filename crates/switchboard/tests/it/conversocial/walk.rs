//! Walks over all conversations by the links of their pages, while others work.

use std::collections::{BTreeMap, BTreeSet};

use domain::scope::Scope;
use serde_json::{Value, json};

use super::client::Cv;
use super::world::{each, hex};
use crate::support::App;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// The date that most conversations have.
const SAME: &str = "2026-11-10T12:00:00Z";

/// A post in a thread of its own, at the date of most or at another.
fn post(dice: &mut Dice, number: u64) -> Value {
    let date = if dice.roll(10) < 7 {
        SAME.to_owned()
    } else {
        format!(
            "2026-11-{:02}T{:02}:00:00Z",
            8 + dice.roll(5),
            dice.roll(24)
        )
    };
    let status = ["new", "new", "new", "pending", "done"][usize::try_from(dice.roll(5)).unwrap()];
    json!({
        "message": {"content": format!("post {number}"), "type": "post"},
        "source": {"service": "facebook", "id": format!("p{number}")},
        "author": {"id": "9"},
        "date": {"published": date},
        "status": status,
        "priority": dice.roll(11),
    })
}

/// A server with this many conversations; their numbers and statuses.
async fn filled(count: u64) -> (App, BTreeMap<i64, String>) {
    let app = App::test().await;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let posts: Vec<Value> = (0..count).map(|number| post(&mut dice, number)).collect();
    let mut statuses = Vec::new();
    for part in posts.chunks(500) {
        app.add(part).await;
        statuses.extend(
            part.iter()
                .map(|post| post["status"].as_str().unwrap().to_owned()),
        );
    }
    let ids = ids(&app).await;
    assert_eq!(ids.len(), posts.len());
    (app, ids.into_iter().zip(statuses).collect())
}

/// The numbers of all conversations that were ever opened, ascending: those of their mentions, too.
async fn ids(app: &App) -> Vec<i64> {
    let scope = Scope::system(app.first.account_id);
    let ids = store::conversations::ids_after(app.engine.db(), &scope, None, 100_000);
    ids.await.unwrap().into_iter().map(|id| id.0).collect()
}

/// What is found by following `next_page` from an address; `between` happens between pages.
async fn walk(
    program: &Cv,
    from: &str,
    link: impl Fn(&str) -> String,
    mut between: impl AsyncFnMut(usize, &Value),
) -> (Vec<String>, Value) {
    let mut found = Vec::new();
    let mut address = from.to_owned();
    for number in 0.. {
        let page = program.json(&address).await;
        found.extend(
            each(&page, "conversations", "id")
                .into_iter()
                .map(str::to_owned),
        );
        assert!(page["paging"]["prev_page"].is_string(), "{page}");
        let Some(next) = page["paging"]["next_page"].as_str() else {
            return (found, page);
        };
        assert!(number < 5_000, "{from} does not end");
        between(number, &page).await;
        address = link(next);
    }
    unreachable!("the walk ends by itself")
}

fn as_it_is(link: &str) -> String {
    link.to_owned()
}

/// The link as one would write it by hand from the documentation: with the boundary and `skip` alone.
fn by_hand(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|argument| !argument.starts_with("after=") && !argument.starts_with("within="))
        .collect();
    assert!(kept.len() < query.split('&').count(), "{link}");
    format!("{path}?{}", kept.join("&"))
}

/// Something that others do while somebody walks.
async fn disturb(
    app: &App,
    dice: &mut Dice,
    statuses: &mut BTreeMap<i64, String>,
    fixed: &mut BTreeSet<i64>,
) {
    let ids: Vec<i64> = statuses.keys().copied().collect();
    let id = ids[usize::try_from(dice.roll(ids.len() as u64)).unwrap()];
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    match dice.roll(5) {
        0 => {
            // among those of the most frequent date, where the walk most likely is
            let number = 1_000_000 + dice.0 % 1_000_000_000;
            let mut new = post(dice, number);
            new["date"]["published"] = json!(SAME);
            new["status"] = json!("new");
            app.add(&[new]).await;
        }
        1 => {
            app.delete(&path).await.response();
            statuses.remove(&id);
            fixed.remove(&id);
        }
        2 => {
            app.update(&id.to_string(), &json!({"tags": ["seen"]}))
                .await;
        }
        _ => {
            let status = ["new", "pending", "done"][usize::try_from(dice.roll(3)).unwrap()];
            if statuses[&id] != status {
                app.update(&id.to_string(), &json!({ "status": status }))
                    .await;
                statuses.insert(id, status.to_owned());
                // into the list or out of it: it did not match all the time
                fixed.remove(&id);
            }
        }
    }
}

fn unread(statuses: &BTreeMap<i64, String>) -> BTreeSet<i64> {
    let unread = statuses.iter().filter(|(_, status)| *status == "new");
    unread.map(|(id, _)| *id).collect()
}

fn hexes(ids: &BTreeSet<i64>) -> BTreeSet<String> {
    ids.iter().map(|id| hex(&id.to_string())).collect()
}

fn once(found: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(set.len(), found.len(), "some were met twice");
    set
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_conversation_that_stays_is_met_exactly_once_whatever_others_do() {
    let (app, mut statuses) = filled(2_000).await;
    let program = app.program().await;
    for (size, sort) in [
        (1, "oldest_sort_date"),
        (7, "-oldest_sort_date"),
        (7, "oldest_sort_date"),
        (50, "-oldest_sort_date"),
        (50, "oldest_sort_date"),
        (2_000, "-oldest_sort_date"),
        (50, "id"),
        (50, "-newest_sort_date"),
    ] {
        let mut dice = Dice(size + 77);
        let mut fixed = unread(&statuses);
        let all: BTreeSet<i64> = ids(&app).await.into_iter().collect();
        let from =
            format!("/v1.3/conversations?status=unread&fields=id&page_size={size}&sort={sort}");
        // a page of one is disturbed as often as a page of seven
        let (found, last) = walk(&program, &from, as_it_is, async |number, page| {
            let count = page["conversations"].as_array().unwrap().len();
            assert_eq!(count as u64, size.min(50), "a full page");
            if size > 1 || number % 7 == 0 {
                disturb(&app, &mut dice, &mut statuses, &mut fixed).await;
            }
        })
        .await;
        let met = once(&found);
        let missed: Vec<String> = hexes(&fixed).difference(&met).cloned().collect();
        assert!(missed.is_empty(), "{from}: {missed:?} were not met");
        assert!(fixed.len() > 500, "{} stayed", fixed.len());
        assert!(last["paging"]["next_page"].is_null());
        // those that came meanwhile are known from now on, with their statuses
        for id in ids(&app).await {
            if !all.contains(&id) {
                statuses.insert(id, "new".to_owned());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_made_by_hand_with_boundary_and_skip_reach_everything_while_nobody_writes() {
    let (app, statuses) = filled(300).await;
    let program = app.program().await;
    let wanted = hexes(&unread(&statuses));
    for (size, sort) in [
        (1, "oldest_sort_date"),
        (7, "-oldest_sort_date"),
        (50, "oldest_sort_date"),
    ] {
        let from =
            format!("/v1.1/conversations?status=unread&fields=id&page_size={size}&sort={sort}");
        let (found, _) = walk(&program, &from, by_hand, async |_, _| {}).await;
        assert_eq!(once(&found), wanted, "{from}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_before_leads_back_over_everything_that_was_passed() {
    let (app, statuses) = filled(300).await;
    let program = app.program().await;
    let wanted = hexes(&unread(&statuses));
    for sort in ["oldest_sort_date", "-oldest_sort_date", "id"] {
        let from = format!("/v1.3/conversations?status=unread&fields=id&page_size=7&sort={sort}");
        let (found, last) = walk(&program, &from, as_it_is, async |_, _| {}).await;
        assert_eq!(once(&found), wanted, "{from}");
        let tail = each(&last, "conversations", "id").len();
        let back = last["paging"]["prev_page"].as_str().unwrap();
        let (passed, _) = walk(&program, back, as_it_is, async |_, _| {}).await;
        let mut reversed = found[..found.len() - tail].to_vec();
        reversed.reverse();
        assert_eq!(passed, reversed, "back from the end of {from}");
    }
}

#[tokio::test]
async fn a_walk_keeps_fields_filters_and_included_things() {
    let (app, statuses) = filled(60).await;
    let program = app.program().await;
    let from = "/v1.3/conversations?is_priority=false&is_priority=true&include=content&fields=id,content_ids\
        &page_size=7&oldest_sort_date_gte=2026-11-09";
    let mut contents = 0;
    let (found, _) = walk(&program, from, as_it_is, async |_, page| {
        let first = &page["conversations"][0];
        assert_eq!(first.as_object().unwrap().len(), 2);
        assert_eq!(first["content_ids"][0], page["content"][0]["id"]);
        contents += each(page, "content", "id").len();
    })
    .await;
    assert!(found.len() < statuses.len(), "the filter left some out");
    assert!(contents > found.len() - 8 && contents <= found.len());
    once(&found);
}
