//! How much is kept.

use domain::contact::{AnnotationType, ContactEntry};
use domain::ids::{AnnotationTypeId, ContactEntryId};
use store::both_engines;

use super::{ANNA, BEN, author, written_by};
use crate::Error;
use crate::contacts::{
    NewAnnotationType, add_note, add_tag, annotation_types, create_annotation_type, modify_note,
    remove_tag, set_annotation,
};
use crate::pipeline::tests::world::{ACCOUNT, world};
use crate::testing::START;

both_engines! {
    async fn a_contact_has_at_most_5000_entries(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope, anna) = (world.engine(), &world.scope, author(ANNA));
        let first = add_note(engine, scope, &anna, "first").await.unwrap();
        let (work_scope, entry) = (scope.clone(), first.clone());
        db.write(move |tx| Box::pin(async move {
            // One is there and one more fits.
            for number in 1..4_999 {
                let entry = ContactEntry { id: ContactEntryId(number), ..entry.clone() };
                store::contacts::add_entry(tx, &work_scope, &entry).await?;
            }
            Ok::<_, store::StoreError>(())
        })).await.unwrap();
        add_tag(engine, scope, &anna, "VIP").await.unwrap();
        let refused = [
            add_note(engine, scope, &anna, "one more").await.err(),
            modify_note(engine, scope, first.id, "anew").await.err(),
            set_annotation(engine, scope, &anna, AnnotationTypeId(1), "a@x.example").await.err(),
            remove_tag(engine, scope, &anna, "VIP").await.err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(Error::Conflict(_))), "{error:?}");
        }
        add_note(engine, scope, &author(BEN), "another contact").await.unwrap();
    }

    async fn an_account_has_at_most_200_kinds_of_annotations(db: &Db) {
        let world = world(db).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let work_scope = scope.clone();
        db.write(move |tx| Box::pin(async move {
            // Three are there and one more fits.
            for number in 1..197 {
                let kind = AnnotationType {
                    account_id: ACCOUNT,
                    id: AnnotationTypeId(10_000 + number),
                    name: format!("Kind {number}"),
                    is_long: false,
                    is_active: number % 2 == 0,
                    added_at: START,
                };
                store::contacts::create_type(tx, &work_scope, &kind).await?;
            }
            Ok::<_, store::StoreError>(())
        })).await.unwrap();
        let new = |name: &str| NewAnnotationType { name: name.to_owned(), is_long: false };
        create_annotation_type(engine, scope, new("Shoe size")).await.unwrap();
        let refused = create_annotation_type(engine, scope, new("Hat size")).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(annotation_types(engine, scope).await.unwrap().len(), 200);
    }
}
