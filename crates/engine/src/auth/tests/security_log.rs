//! What the security log holds, and that tampering shows.

use domain::ids::AuditId;
use serde_json::json;
use store::{Db, both_engines};

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::Error;
use crate::auth::audit::{INSTALLATION, Record, Verified, append, verify};
use crate::auth::people;

async fn events(world: &World) -> Vec<String> {
    let entries = store::audit::list(world.engine().db(), INSTALLATION, AuditId(0), 1_000).await;
    entries
        .unwrap()
        .into_iter()
        .map(|entry| entry.event)
        .collect()
}

async fn tamper(db: &Db, statement: &'static str) {
    db.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            tx.sql(statement).execute().await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

both_engines! {
    async fn everything_that_happens_to_a_user_is_recorded_once(db: &Db) {
        let world = world(db).await;
        for _ in 0..5 {
            let wrong = world.try_sign_in(EMAIL, "wrong wrong wrong", "192.0.2.1", None).await;
            assert!(wrong.is_err());
        }
        world.clock().advance_ms(60_000);
        let signed_in = world.sign_in().await;
        crate::auth::sessions::sign_out(world.engine(), signed_in.session.expose(), "192.0.2.1".parse().unwrap()).await.unwrap();
        people::change_password(world.engine(), world.first.user_id, PASSWORD, "die Fähre nach Wyk fährt pünktlich", None).await.unwrap();
        assert_eq!(events(&world).await, [
            "user_registered",
            "login_failure", "login_failure", "login_failure", "login_failure", "login_failure",
            "account_locked", "account_unlocked", "login_success", "logout", "password_change",
        ]);
        assert_eq!(verify(db, INSTALLATION).await.unwrap(), Verified::Intact(11));
    }

    async fn what_is_rolled_back_leaves_no_record(db: &Db) {
        let world = world(db).await;
        let before = events(&world).await;
        let failed: Result<(), Error> = db.write(|tx| Box::pin(async move {
            let record = Record::security(domain::audit_event::AuditEvent::Logout);
            append(tx, domain::time::UnixMillis(1), record).await?;
            Err(Error::Conflict("no".into()))
        })).await;
        assert!(failed.is_err());
        assert_eq!(events(&world).await, before);
        assert_eq!(verify(db, INSTALLATION).await.unwrap(), Verified::Intact(1));
    }

    async fn a_mistyped_address_is_not_recorded(db: &Db) {
        let world = world(db).await;
        let typed = "my secret password as address";
        assert!(world.try_sign_in(typed, "x", "192.0.2.1", None).await.is_err());
        let entries = store::audit::list(db, INSTALLATION, AuditId(0), 10).await.unwrap();
        assert!(!format!("{entries:?}").contains("secret"));
    }

    async fn a_changed_removed_or_added_row_shows(db: &Db) {
        let world = world(db).await;
        for _ in 0..4 {
            db.write::<_, Error, _>(|tx| Box::pin(async move {
                let record = Record::security(domain::audit_event::AuditEvent::SettingsEdited).with(json!({"n": 1}));
                Ok(append(tx, domain::time::UnixMillis(5), record).await?)
            })).await.unwrap();
        }
        assert_eq!(verify(db, INSTALLATION).await.unwrap(), Verified::Intact(5));
        drop(world);
        for (change, back, broken) in [
            ("UPDATE audit SET event = 'logout' WHERE id = 3", "UPDATE audit SET event = 'settings_edited' WHERE id = 3", 3),
            ("UPDATE audit SET at = at + 1 WHERE id = 2", "UPDATE audit SET at = at - 1 WHERE id = 2", 2),
            ("UPDATE audit SET address = '192.0.2.1' WHERE id = 4", "UPDATE audit SET address = NULL WHERE id = 4", 4),
            ("UPDATE audit SET detail = '{\"n\":2}' WHERE id = 5", "UPDATE audit SET detail = '{\"n\":1}' WHERE id = 5", 5),
            ("UPDATE audit SET id = 9 WHERE id = 2", "UPDATE audit SET id = 2 WHERE id = 9", 2),
            ("UPDATE audit_heads SET id = 6", "UPDATE audit_heads SET id = 5", 6),
        ] {
            tamper(db, change).await;
            assert_eq!(verify(db, INSTALLATION).await.unwrap(), Verified::BrokenAt(AuditId(broken)), "{change}");
            tamper(db, back).await;
            assert_eq!(verify(db, INSTALLATION).await.unwrap(), Verified::Intact(5));
        }
        tamper(db, "DELETE FROM audit WHERE id = 5").await;
        assert_eq!(verify(db, INSTALLATION).await.unwrap(), Verified::BrokenAt(AuditId(5)));
    }
}
