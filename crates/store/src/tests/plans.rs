//! What each batch of new mentions looks up is found by its key, however much there is.

use domain::author::AuthorId;
use domain::ids::AccountId;
use domain::scope::Scope;
use domain::source::Service;

use crate::db::{ReadOnly, Sql};
use crate::testing::TestDb;
use crate::{contacts, conversations, mentions};

/// What SQLite does for a statement, a line a step.
async fn steps(sql: Sql<'_, ReadOnly>) -> String {
    let steps: Vec<(i64, i64, i64, String)> = sql.fetch_all().await.unwrap();
    let steps: Vec<String> = steps.into_iter().map(|(.., step)| step).collect();
    steps.join("\n")
}

#[tokio::test]
async fn new_mentions_look_up_what_is_there_by_its_whole_key() {
    let db = TestDb::sqlite().await;
    let scope = Scope::system(AccountId(1001));
    let keys: Vec<(i64, String)> = (0..16)
        .map(|number| (number, format!("k{number}")))
        .collect();
    let authors: Vec<AuthorId> = (0..16)
        .map(|number| AuthorId::new(Service::Twitter, &format!("a{number}")).unwrap())
        .collect();
    let begin = || db.sql("EXPLAIN QUERY PLAN SELECT account_id FROM ");
    for (sql, table, key) in [
        (
            conversations::keyed(begin(), &scope, &keys),
            "SEARCH conversations USING ",
            "(account_id=? AND topic_id=? AND key=?)",
        ),
        (
            mentions::keyed(begin(), &scope, &keys),
            "SEARCH mentions USING ",
            "(account_id=? AND topic_id=? AND dedupe_key=?)",
        ),
        (
            contacts::acquainted(begin(), &scope, &authors),
            "SEARCH contact_authors USING ",
            "(account_id=? AND service=? AND author_key=?)",
        ),
    ] {
        let plan = steps(sql).await;
        let search = plan.lines().find(|step| step.starts_with(table));
        assert!(search.is_some_and(|step| step.ends_with(key)), "{plan}");
    }
}
