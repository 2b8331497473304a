//! What arrives.

use domain::ids::{IntakeId, ProfileId};
use domain::scope::Scope;

use super::fixtures::{NOW, OTHER, scope, write};
use crate::intake::{NewIntake, insert, load, mark_done, pending, sweep};
use crate::quarantine::{self, Quarantined};
use crate::{Db, both_engines};

fn item(id: i64, external_id: &str) -> NewIntake {
    NewIntake {
        id: IntakeId(id),
        profile_id: ProfileId(7),
        external_id: external_id.to_owned(),
        received_at: NOW,
        raw: vec![0, 159, 146, 150],
    }
}

async fn add(db: &Db, items: Vec<NewIntake>) -> Vec<i64> {
    write(db, move |tx| {
        Box::pin(async move { insert(tx, &scope(), &items).await })
    })
    .await
    .into_iter()
    .map(IntakeId::get)
    .collect()
}

both_engines! {
    async fn a_repeat_changes_nothing(db: &Db) {
        assert_eq!(add(db, vec![item(1, "a"), item(2, "b")]).await, [1, 2]);
        let long = "x".repeat(9_000);
        assert_eq!(add(db, vec![item(3, "b"), item(4, "c"), item(5, &long), item(6, &long)]).await, [4, 5]);
        let other_profile = NewIntake { profile_id: ProfileId(8), ..item(7, "a") };
        assert_eq!(add(db, vec![other_profile]).await, [7]);
    }

    async fn bytes_come_back_as_they_were(db: &Db) {
        add(db, (1..=700).map(|id| item(id, &id.to_string())).collect()).await;
        let found = load(db, &scope(), &[IntakeId(700), IntakeId(2), IntakeId(9_999)]).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].id, &*found[0].external_id, found[0].profile_id), (IntakeId(2), "2", ProfileId(7)));
        assert_eq!((&found[0].raw, found[0].received_at, found[0].done_at), (&vec![0, 159, 146, 150], NOW, None));
        assert_eq!(load(db, &Scope::system(OTHER), &[IntakeId(2)]).await.unwrap(), []);
    }

    async fn what_is_done_is_done_once_and_swept_later(db: &Db) {
        add(db, vec![item(1, "a"), item(2, "b"), item(3, "c")]).await;
        let done = |ids: Vec<i64>, at| write(db, move |tx| Box::pin(async move {
            let ids: Vec<IntakeId> = ids.into_iter().map(IntakeId).collect();
            mark_done(tx, &scope(), &ids, at).await
        }));
        assert_eq!(done(vec![1, 2], NOW).await, 2);
        assert_eq!(done(vec![2, 3], NOW.plus_ms(5)).await, 1);
        assert_eq!(pending(db, &scope(), 10).await.unwrap(), []);
        let swept = write(db, |tx| Box::pin(async move { sweep(tx, NOW.plus_ms(5), 1).await })).await;
        assert_eq!(swept, 1);
        let swept = write(db, |tx| Box::pin(async move { sweep(tx, NOW.plus_ms(5), 10).await })).await;
        assert_eq!(swept, 1);
        let left = load(db, &scope(), &[IntakeId(1), IntakeId(2), IntakeId(3)]).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].id, left[0].done_at), (IntakeId(3), Some(NOW.plus_ms(5))));
    }

    async fn what_waits_is_told_in_order(db: &Db) {
        add(db, vec![item(3, "c"), item(1, "a"), item(2, "b")]).await;
        let waiting = pending(db, &scope(), 2).await.unwrap();
        assert_eq!(waiting.iter().map(|one| one.id.0).collect::<Vec<_>>(), [1, 2]);
    }

    async fn quarantine_keeps_bytes_and_reason(db: &Db) {
        let made = |id, profile| Quarantined {
            id: IntakeId(id),
            profile_id: profile,
            received_at: NOW,
            reason: "not XML".to_owned(),
            raw: vec![255, 0, 1],
        };
        let (first, second) = (made(1, Some(ProfileId(7))), made(2, None));
        let (one, two) = (first.clone(), second.clone());
        write(db, move |tx| Box::pin(async move {
            quarantine::insert(tx, &scope(), &two).await?;
            quarantine::insert(tx, &scope(), &one).await
        })).await;
        assert_eq!(quarantine::list(db, &scope(), None, 1).await.unwrap(), [first]);
        assert_eq!(quarantine::list(db, &scope(), Some(IntakeId(1)), 9).await.unwrap(), [second]);
        assert_eq!(quarantine::list(db, &Scope::system(OTHER), None, 9).await.unwrap(), []);
        let deleted = write(db, |tx| Box::pin(async move {
            Ok((
                quarantine::delete(tx, &Scope::system(OTHER), IntakeId(1)).await?,
                quarantine::delete(tx, &scope(), IntakeId(1)).await?,
                quarantine::delete(tx, &scope(), IntakeId(1)).await?,
            ))
        })).await;
        assert_eq!(deleted, (false, true, false));
    }
}
