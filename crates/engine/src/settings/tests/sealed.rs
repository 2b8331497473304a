//! Addresses that were sealed, and the secret with which they were.

use store::both_engines;

use super::place::Place;
use crate::nodes::opens_addresses;
use crate::testing::TestEngine;

both_engines! {
    async fn another_secret_is_told_by_an_address_that_it_does_not_open(db: &Db) {
        let test = TestEngine::new(db).await;
        let secret = test.engine.config().secret;
        let other = [8; 32];
        assert!(opens_addresses(db, &other).await.unwrap(), "nothing is sealed yet");
        Place::make(&test.engine).await;
        assert!(opens_addresses(db, &secret).await.unwrap());
        assert!(!opens_addresses(db, &other).await.unwrap());
    }
}
