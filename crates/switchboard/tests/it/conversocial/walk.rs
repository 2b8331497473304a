//! Walks over all conversations by the links of their pages, while others work.

use std::collections::{BTreeMap, BTreeSet};

use domain::scope::Scope;
use serde_json::{Value, json};

use super::client::Cv;
use super::dice::{Dice, amount};
use super::world::{each, hex};
use crate::support::App;

/// The date that most conversations have.
const SAME: &str = "2026-11-10T12:00:00Z";

/// A post in a thread of its own, at the date of most or at another.
fn post(dice: &Dice, number: u64) -> Value {
    let date = if dice.roll(10) < 7 {
        SAME.to_owned()
    } else {
        format!(
            "2026-11-{:02}T{:02}:00:00Z",
            8 + dice.roll(5),
            dice.roll(24)
        )
    };
    json!({
        "message": {"content": format!("post {number}"), "type": "post"},
        "source": {"service": "facebook", "id": format!("p{number}")},
        "author": {"id": "9"},
        "date": {"published": date},
        "status": dice.pick(&["new", "new", "new", "pending", "done"]),
        "priority": dice.roll(11),
    })
}

/// A server with this many conversations, and their posts by number.
async fn filled(count: u64) -> (App, BTreeMap<i64, Value>) {
    let app = App::test().await;
    let dice = Dice::new(count);
    let posts: Vec<Value> = (0..count).map(|number| post(&dice, number)).collect();
    for part in posts.chunks(500) {
        app.add(part).await;
    }
    let ids = ids(&app).await;
    assert_eq!(ids.len(), posts.len());
    (app, ids.into_iter().zip(posts).collect())
}

/// The numbers of all conversations that were ever opened, ascending: those of their mentions, too.
async fn ids(app: &App) -> Vec<i64> {
    let scope = Scope::system(app.first.account_id);
    let ids = store::conversations::ids_after(app.engine.db(), &scope, None, 100_000);
    ids.await.unwrap().into_iter().map(|id| id.0).collect()
}

/// What is found by following `next_page` from an address, and the last page; `between` happens
/// between pages.
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
        assert!(number < 100_000, "{from} does not end");
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

/// What others do while somebody walks over what is unread.
struct Others {
    dice: Dice,
    statuses: BTreeMap<i64, String>,
    /// What was unread all the time.
    stayed: BTreeSet<i64>,
    /// What was unread at some time.
    once_unread: BTreeSet<i64>,
}

impl Others {
    /// Before a walk.
    fn begin(seed: u64, statuses: BTreeMap<i64, String>) -> Self {
        let unread: BTreeSet<i64> = statuses
            .iter()
            .filter(|(_, status)| *status == "new")
            .map(|(id, _)| *id)
            .collect();
        Self {
            dice: Dice::new(seed),
            statuses,
            stayed: unread.clone(),
            once_unread: unread,
        }
    }

    /// Does something.
    async fn disturb(&mut self, app: &App) {
        let ids: Vec<i64> = self.statuses.keys().copied().collect();
        let id = *self.dice.pick(&ids);
        let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
        match self.dice.roll(5) {
            0 => {
                // among those of the most frequent date, where the walk most likely is
                let number = 1_000_000 + self.dice.roll(1_000_000_000);
                let mut new = post(&self.dice, number);
                new["date"]["published"] = json!(SAME);
                new["status"] = json!("new");
                app.add(&[new]).await;
            }
            1 => {
                app.delete(&path).await.response();
                self.statuses.remove(&id);
                self.stayed.remove(&id);
            }
            2 => {
                app.update(&id.to_string(), &json!({"tags": ["seen"]}))
                    .await;
            }
            _ => {
                let status = *self.dice.pick(&["new", "pending", "done"]);
                if self.statuses[&id] == status {
                    return;
                }
                app.update(&id.to_string(), &json!({ "status": status }))
                    .await;
                self.statuses.insert(id, status.to_owned());
                // into the list or out of it: it did not match all the time
                self.stayed.remove(&id);
                if status == "new" {
                    self.once_unread.insert(id);
                }
            }
        }
    }

    /// After a walk: those that came meanwhile are known from now on, and were unread from the
    /// first.
    async fn meet_newcomers(&mut self, app: &App, before: &BTreeSet<i64>) {
        for id in ids(app).await {
            if !before.contains(&id) {
                self.statuses.insert(id, "new".to_owned());
                self.once_unread.insert(id);
            }
        }
    }
}

fn statuses(posts: &BTreeMap<i64, Value>) -> BTreeMap<i64, String> {
    let status = |post: &Value| post["status"].as_str().unwrap().to_owned();
    posts.iter().map(|(id, post)| (*id, status(post))).collect()
}

fn hexes(ids: impl IntoIterator<Item = i64>) -> BTreeSet<String> {
    ids.into_iter().map(|id| hex(&id.to_string())).collect()
}

/// What is unread of these.
fn unread(posts: &BTreeMap<i64, Value>) -> BTreeSet<String> {
    hexes(Others::begin(0, statuses(posts)).stayed)
}

fn once(found: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(set.len(), found.len(), "some were met twice");
    set
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_conversation_that_stays_is_met_exactly_once_whatever_others_do() {
    let count = amount("SWITCHBOARD_WALK_CONVERSATIONS", 400);
    let (app, posts) = filled(count).await;
    let program = app.program().await;
    let mut statuses = statuses(&posts);
    for (size, sort) in [
        (1, "oldest_sort_date"),
        (7, "-oldest_sort_date"),
        (7, "oldest_sort_date"),
        (50, "oldest_sort_date"),
        // which is fifty, too
        (2_000, "-oldest_sort_date"),
        (50, "id"),
        (50, "-newest_sort_date"),
    ] {
        let before: BTreeSet<i64> = ids(&app).await.into_iter().collect();
        let mut others = Others::begin(size + 77, statuses);
        let from =
            format!("/v1.3/conversations?status=unread&fields=id&page_size={size}&sort={sort}");
        // a page of one is disturbed as often as a page of seven
        let (found, _) = walk(&program, &from, as_it_is, async |number, page| {
            let count = page["conversations"].as_array().unwrap().len();
            assert_eq!(count as u64, size.min(50), "a full page");
            if size > 1 || number % 7 == 0 {
                others.disturb(&app).await;
            }
        })
        .await;
        others.meet_newcomers(&app, &before).await;
        let found = once(&found);
        assert!(others.stayed.len() as u64 > count / 4, "few stayed");
        let missed: Vec<String> = hexes(others.stayed).difference(&found).cloned().collect();
        assert!(missed.is_empty(), "{from}: {missed:?} were not met");
        let wrong: Vec<String> = found
            .difference(&hexes(others.once_unread))
            .cloned()
            .collect();
        assert!(wrong.is_empty(), "{from}: {wrong:?} were never unread");
        statuses = others.statuses;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_made_by_hand_with_boundary_and_skip_reach_everything_while_nobody_writes() {
    let (app, posts) = filled(300).await;
    let program = app.program().await;
    let wanted = unread(&posts);
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
    let (app, posts) = filled(300).await;
    let program = app.program().await;
    let wanted = unread(&posts);
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
    let (app, posts) = filled(60).await;
    let program = app.program().await;
    // The end that the links do not set themselves in this order.
    let from = "/v1.3/conversations?is_priority=false&include=content&fields=id,content_ids\
        &page_size=7&sort=oldest_sort_date&oldest_sort_date_lte=2026-11-10";
    let mut contents: Vec<String> = Vec::new();
    let mut look = |page: &Value| {
        for one in page["conversations"].as_array().unwrap() {
            assert_eq!(one.as_object().unwrap().len(), 2, "{one}");
            assert_eq!(one["content_ids"], json!([one["id"]]));
        }
        contents.extend(each(page, "content", "id").into_iter().map(str::to_owned));
    };
    let (found, last) = walk(&program, from, as_it_is, async |_, page| look(page)).await;
    look(&last);
    let is_wanted = |post: &Value| {
        let is_urgent = post["priority"].as_u64().unwrap() >= 6 && post["status"] != "done";
        post["date"]["published"].as_str().unwrap() < "2026-11-11" && !is_urgent
    };
    let wanted = posts.iter().filter(|(_, post)| is_wanted(post));
    let wanted = hexes(wanted.map(|(id, _)| *id));
    assert!(
        wanted.len() > 14 && wanted.len() < posts.len(),
        "{}",
        wanted.len()
    );
    assert_eq!(once(&found), wanted);
    assert_eq!(contents, found);
}
