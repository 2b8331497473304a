//! Which indexes lists use.

use domain::ids::{AccountId, TagId};
use domain::source::Service;

use super::*;
use crate::conversations::Assigned;
use crate::testing::TestDb;

/// What SQLite does for a part of a list, a line a step.
async fn plan(query: &ListQuery, rare: Option<Rare>) -> String {
    let db = TestDb::sqlite().await;
    let scope = Scope::system(AccountId(1001));
    let sort = order(query);
    let part = Part {
        statuses: query.statuses.as_deref(),
        is_priority: query.is_priority,
        skip: 0,
        limit: 50,
    };
    let statement = match rare {
        None => part.walked(
            db.sql(concat!(
                "EXPLAIN QUERY PLAN ",
                select!(from "(SELECT id AS found FROM conversations WHERE account_id = ")
            )),
            &scope,
            query,
            &sort,
        ),
        Some(rare) => part.looked_up(
            db.sql(concat!(
                "EXPLAIN QUERY PLAN ",
                select!(from "(SELECT DISTINCT ")
            )),
            &scope,
            query,
            &sort,
            rare,
        ),
    };
    let steps: Vec<(i64, i64, i64, String)> = statement.fetch_all().await.unwrap();
    let steps: Vec<String> = steps.into_iter().map(|(.., step)| step).collect();
    steps.join("\n")
}

fn queue() -> ListQuery {
    ListQuery {
        statuses: Some(vec![Status::New]),
        is_priority: Some(false),
        ..ListQuery::default()
    }
}

const WALK: &str = "SEARCH conversations USING COVERING INDEX conversations_queue (account_id=? AND status=? AND is_priority=?";
const ROWS: &str = "SEARCH conversations USING PRIMARY KEY (account_id=? AND id=?)";

#[tokio::test]
async fn a_page_is_a_walk_over_the_index_without_sorting() {
    let descending = ListQuery {
        sort: vec![ConversationSort {
            by: SortBy::Oldest,
            is_descending: true,
        }],
        assigned_to: Some(Assigned::Nobody),
        has_private: Some(true),
        ..queue()
    };
    for query in [queue(), descending] {
        let plan = plan(&query, None).await;
        assert!(plan.contains(WALK) && plan.contains(ROWS), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[tokio::test]
async fn the_newest_first_are_a_walk_over_an_index_of_their_own() {
    let newest = ListQuery {
        sort: vec![ConversationSort {
            by: SortBy::Newest,
            is_descending: true,
        }],
        ..queue()
    };
    for query in [
        newest.clone(),
        ListQuery {
            assigned_to: Some(Assigned::Nobody),
            has_private: Some(true),
            ..newest
        },
    ] {
        let plan = plan(&query, None).await;
        let walk = WALK.replace("conversations_queue", "conversations_newest");
        assert!(plan.contains(&walk) && plan.contains(ROWS), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[tokio::test]
async fn the_next_page_begins_at_its_place() {
    let after = After {
        value: 5,
        id: domain::ids::ConversationId(9),
    };
    let query = ListQuery {
        after: Some(after),
        ..queue()
    };
    let plan = plan(&query, None).await;
    assert!(plan.contains(&format!("{WALK} AND oldest_at>?)")), "{plan}");
}

#[tokio::test]
async fn what_is_rare_is_looked_up_by_its_own_index() {
    let query = ListQuery {
        authors: Some(vec![(Service::Twitter, "a".into())]),
        assigned_to: Some(Assigned::Any(vec![domain::ids::UserId(7)])),
        tags: Some(vec![TagId(1)]),
        places: Some(vec![(Service::Twitter, "p".into())]),
        has_private: Some(true),
        ..queue()
    };
    for (rare, index) in [
        (
            Rare::Authors,
            "conversations_author (account_id=? AND author_key=? AND author_service=?)",
        ),
        (
            Rare::Assignees,
            "conversations_assigned (account_id=? AND assigned_to=?)",
        ),
        (
            Rare::Tags,
            "conversation_tags_tag (account_id=? AND tag_id=?)",
        ),
        (
            Rare::Places,
            "conversation_places_place (account_id=? AND service=? AND profile_key=?)",
        ),
        (
            Rare::Private,
            "conversations_private (account_id=? AND has_private=?)",
        ),
    ] {
        let plan = plan(&query, Some(rare)).await;
        assert!(plan.contains(index) && plan.contains(ROWS), "{plan}");
    }
}

#[tokio::test]
async fn what_is_common_is_asked_of_each_conversation_by_its_number() {
    let query = ListQuery {
        tags: Some(vec![TagId(1)]),
        places: Some(vec![
            (Service::Twitter, "p".into()),
            (Service::Facebook, "q".into()),
        ]),
        ..queue()
    };
    let plan = plan(&query, None).await;
    assert!(
        plan.contains(WALK) && !plan.contains("TEMP B-TREE"),
        "{plan}"
    );
    for step in [
        "USING PRIMARY KEY (account_id=? AND conversation_id=? AND tag_id=?)",
        "USING PRIMARY KEY (account_id=? AND conversation_id=? AND service=? AND profile_key=?)",
    ] {
        assert!(plan.contains(step), "{plan}");
    }
}
