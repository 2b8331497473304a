//! Setting up, by two at once.

use store::both_engines;

use super::fixture::PASSWORD;
use crate::Error;
use crate::auth::setup;
use crate::testing::{TestEngine, one_while_the_other};

both_engines! {
    async fn of_two_who_set_up_at_once_one_does_and_the_other_is_told_that_it_is_done(db: &Db) {
        let test = TestEngine::new(db).await;
        let init = |account: &'static str, email: &'static str| {
            let engine = test.engine.clone();
            async move { setup::init(&engine, account, email, PASSWORD, "UTC").await }
        };
        let (first, second) = one_while_the_other(
            &test.engine,
            init("Northwind", "ines@northwind.example"),
            init("Southwind", "ana@southwind.example"),
        )
        .await;
        let made = first.unwrap();
        let told = second.unwrap_err();
        assert!(matches!(&told, Error::Conflict(why) if why.contains("initialised already")), "{told}");
        let accounts = store::accounts::list(db).await.unwrap();
        let accounts: Vec<_> = accounts.into_iter().map(|it| (it.id, it.name)).collect();
        assert_eq!(accounts, [(made.account_id, "Northwind".to_owned())]);
        assert_eq!(store::users::list(db, domain::ids::UserId(0), 9).await.unwrap().len(), 1);
    }
}
