//! Keys of programs and the values they keep.

use domain::api_key::ApiKey;
use domain::ids::{AccountId, ApiKeyId, RoleId};
use domain::key_value::{KeyValue, ValueKind};
use domain::scope::Scope;

use super::fixtures::{ACCOUNT, NOW, OTHER, arranged, role, scope, two_accounts, write};
use crate::{Db, StoreError, both_engines, key_values, keys, roles};

fn key(id: i64, name: &str) -> ApiKey {
    ApiKey {
        account_id: ACCOUNT,
        id: ApiKeyId(id),
        name: name.to_owned(),
        role_id: RoleId(1),
        added_at: NOW,
        added_by: None,
        used_at: None,
    }
}

async fn add(db: &Db, key: ApiKey, hash: &'static [u8]) -> Result<(), StoreError> {
    db.write(arranged(move |tx| {
        Box::pin(async move { keys::create(tx, &scope(), &key, hash).await })
    }))
    .await
}

async fn with_roles(db: &Db) {
    two_accounts(db).await;
    write(db, |tx| {
        Box::pin(async move {
            for id in [1, 2] {
                roles::create(tx, &scope(), &role(id)).await?;
            }
            let mut foreign = role(3);
            foreign.account_id = OTHER;
            roles::create(tx, &Scope::system(OTHER), &foreign).await
        })
    })
    .await;
}

fn value(account_id: AccountId, key: &str, text: &str) -> KeyValue {
    KeyValue {
        account_id,
        key: key.to_owned(),
        value: text.to_owned(),
        kind: ValueKind::Text,
        updated_at: NOW,
    }
}

both_engines! {
    async fn a_key_is_found_by_number_and_by_the_hash_of_its_secret(db: &Db) {
        with_roles(db).await;
        add(db, key(1, "Exporter"), b"one").await.unwrap();
        add(db, key(2, "other"), b"two").await.unwrap();
        assert_eq!(keys::find(db, &scope(), ApiKeyId(1)).await.unwrap(), Some(key(1, "Exporter")));
        assert_eq!(keys::find(db, &Scope::system(OTHER), ApiKeyId(1)).await.unwrap(), None);
        assert_eq!(keys::count(db, &scope()).await.unwrap(), 2);
        assert_eq!(keys::count(db, &Scope::system(OTHER)).await.unwrap(), 0);
        assert_eq!(keys::find_by_secret(db, b"two").await.unwrap(), Some(key(2, "other")));
        assert_eq!(keys::find_by_secret(db, b"three").await.unwrap(), None);
        assert_eq!(keys::list(db, &scope()).await.unwrap(), [key(1, "Exporter"), key(2, "other")]);
        assert_eq!(keys::list(db, &Scope::system(OTHER)).await.unwrap(), []);
    }

    async fn names_are_unique_within_an_account_whatever_their_case(db: &Db) {
        with_roles(db).await;
        add(db, key(1, "Exporter"), b"one").await.unwrap();
        let again = add(db, key(2, "exportER"), b"two").await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
        add(db, key(2, "other"), b"two").await.unwrap();
        let renamed = db.write(arranged(|tx| Box::pin(async move {
            keys::update(tx, &scope(), &key(2, "EXPORTER"), None).await
        }))).await;
        assert!(matches!(renamed, Err(StoreError::Conflict(_))), "{renamed:?}");
        let mut foreign = key(3, "exporter");
        foreign.account_id = OTHER;
        foreign.role_id = RoleId(3);
        write(db, |tx| Box::pin(async move {
            keys::create(tx, &Scope::system(OTHER), &foreign, b"three").await
        })).await;
    }

    async fn a_key_changes_keeps_its_secret_unless_there_is_a_new_one_and_is_removed(db: &Db) {
        with_roles(db).await;
        add(db, key(1, "exporter"), b"one").await.unwrap();
        let mut changed = key(1, "importer");
        changed.role_id = RoleId(2);
        let wanted = changed.clone();
        let found = write(db, move |tx| Box::pin(async move {
            let kept = keys::update(tx, &scope(), &changed, None).await?;
            let absent = keys::update(tx, &scope(), &key(9, "absent"), None).await?;
            keys::mark_used(tx, &[(ACCOUNT, ApiKeyId(1))], NOW.plus_ms(5)).await?;
            Ok((kept, absent))
        })).await;
        assert_eq!(found, (true, false));
        let found = keys::find_by_secret(db, b"one").await.unwrap().unwrap();
        assert_eq!(found, ApiKey { used_at: Some(NOW.plus_ms(5)), ..wanted.clone() });
        write(db, move |tx| Box::pin(async move {
            keys::update(tx, &scope(), &wanted, Some(b"new")).await
        })).await;
        assert_eq!(keys::find_by_secret(db, b"one").await.unwrap(), None);
        assert_eq!(keys::find_by_secret(db, b"new").await.unwrap().unwrap().id, ApiKeyId(1));
        let deleted = write(db, |tx| Box::pin(async move {
            let foreign = keys::delete(tx, &Scope::system(OTHER), ApiKeyId(1)).await?;
            let own = keys::delete(tx, &scope(), ApiKeyId(1)).await?;
            Ok((foreign, own, keys::delete(tx, &scope(), ApiKeyId(1)).await?))
        })).await;
        assert_eq!(deleted, (false, true, false));
    }

    async fn a_role_that_a_key_has_cannot_be_removed(db: &Db) {
        with_roles(db).await;
        add(db, key(1, "exporter"), b"one").await.unwrap();
        assert!(keys::has_role(db, &scope(), RoleId(1)).await.unwrap());
        assert!(!keys::has_role(db, &scope(), RoleId(2)).await.unwrap());
        let refused = db.write(arranged(|tx| Box::pin(async move {
            roles::delete(tx, &scope(), RoleId(1)).await
        }))).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }

    async fn values_are_kept_per_account_and_replaced(db: &Db) {
        two_accounts(db).await;
        write(db, |tx| Box::pin(async move {
            for (key, text) in [("b", "1"), ("a", "2"), ("b", "3"), ("B", "4")] {
                key_values::put(tx, &scope(), &value(ACCOUNT, key, text)).await?;
            }
            key_values::put(tx, &Scope::system(OTHER), &value(OTHER, "b", "theirs")).await
        })).await;
        let listed = key_values::list(db, &scope()).await.unwrap();
        assert_eq!(listed, [value(ACCOUNT, "B", "4"), value(ACCOUNT, "a", "2"), value(ACCOUNT, "b", "3")]);
        let keys = key_values::list_keys(db, &scope()).await.unwrap();
        assert_eq!(keys, [value(ACCOUNT, "B", ""), value(ACCOUNT, "a", ""), value(ACCOUNT, "b", "")]);
        assert_eq!(key_values::totals(db, &scope()).await.unwrap(), (3, 3));
        write(db, |tx| Box::pin(async move {
            key_values::put(tx, &scope(), &value(ACCOUNT, "a", "Zürich")).await
        })).await;
        assert_eq!(key_values::totals(db, &scope()).await.unwrap(), (3, 9), "bytes, not characters");
        let found = key_values::find(db, &scope(), "b").await.unwrap();
        assert_eq!(found, Some(value(ACCOUNT, "b", "3")));
        let deleted = write(db, |tx| Box::pin(async move {
            Ok((key_values::delete(tx, &scope(), "b").await?, key_values::delete(tx, &scope(), "b").await?))
        })).await;
        assert_eq!(deleted, (true, false));
        let theirs = key_values::find(db, &Scope::system(OTHER), "b").await.unwrap();
        assert_eq!(theirs, Some(value(OTHER, "b", "theirs")));
    }
}
