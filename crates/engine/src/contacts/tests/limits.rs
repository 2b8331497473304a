//! How much is kept.

use domain::contact::{AnnotationType, Contact, ContactEntry};
use domain::ids::{AnnotationTypeId, ContactEntryId, ContactId};
use domain::limits;
use store::both_engines;

use super::{ANNA, BEN, author, full, write_about, written_by};
use crate::Error;
use crate::contacts::{
    NewAnnotationType, add_note, add_tag, annotation_types, create_annotation_type, join,
    modify_note, of_author, remove_tag, set_annotation,
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
            ("text", add_note(engine, scope, &anna, "one more").await),
            ("text", modify_note(engine, scope, first.id, "anew").await),
            ("text", set_annotation(engine, scope, &anna, AnnotationTypeId(1), "a@x.example").await),
            ("name", remove_tag(engine, scope, &anna, "VIP").await),
        ];
        for (field, refused) in refused {
            assert_eq!(full(refused), (field.to_owned(), 5_000));
        }
        add_note(engine, scope, &author(BEN), "another contact").await.unwrap();
    }

    async fn what_is_written_about_a_contact_has_at_most_so_many_bytes(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope, anna) = (world.engine(), &world.scope, author(ANNA));
        // Bytes count and not characters.
        let long = "ü".repeat(10_000);
        let first = add_note(engine, scope, &anna, &long).await.unwrap();
        let each = 20_000 + ANNA.len();
        write_about(&world, &first, limits::CONTACT_BYTES / each - 1).await;
        let left = limits::CONTACT_BYTES % each;
        // What is left is for the text and for the name of the author beside it.
        let over = "x".repeat(left - ANNA.len() + 1);
        for (field, refused) in [
            ("text", add_note(engine, scope, &anna, &over).await),
            ("text", modify_note(engine, scope, first.id, &over).await),
        ] {
            assert_eq!(full(refused), (field.to_owned(), limits::CONTACT_BYTES));
        }
        add_note(engine, scope, &anna, over.strip_prefix('x').unwrap()).await.unwrap();
        let refused = add_tag(engine, scope, &anna, "V").await;
        let said = refused.as_ref().unwrap_err().to_string();
        assert!(said.starts_with("name: a contact has at most 2097152 bytes"), "{said}");
        assert_eq!(full(refused), ("name".to_owned(), limits::CONTACT_BYTES));
        let annotated = set_annotation(engine, scope, &anna, AnnotationTypeId(1), "a@x.example").await;
        assert_eq!(full(annotated), ("text".to_owned(), limits::CONTACT_BYTES));
        add_note(engine, scope, &author(BEN), "another contact").await.unwrap();
    }

    async fn contacts_that_have_too_many_bytes_together_stay_two(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let (anna, ben) = (author(ANNA), author(BEN));
        for one in [&anna, &ben] {
            let note = add_note(engine, scope, one, &"x".repeat(20_000)).await.unwrap();
            write_about(&world, &note, 59).await;
        }
        let refused = join(engine, scope, &anna, &ben).await;
        assert_eq!(full(refused), ("same_as".to_owned(), limits::CONTACT_BYTES));
        assert_eq!(of_author(engine, scope, &ben).await.unwrap().entries.len(), 60);
    }

    async fn the_names_of_authors_count_with_each_entry(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope, anna) = (world.engine(), &world.scope, author(ANNA));
        let note = add_note(engine, scope, &anna, "x").await.unwrap();
        write_about(&world, &note, 2_999).await;
        let contact = of_author(engine, scope, &anna).await.unwrap().contact;
        let (work_engine, work_scope) = (engine.clone(), scope.clone());
        engine.db().write(move |tx| Box::pin(async move {
            for number in 0..9 {
                let one = Contact { id: ContactId(work_engine.new_id()), ..contact.clone() };
                let name = format!("t:{number}{}", "n".repeat(75));
                store::contacts::add(tx, &work_scope, &[(one.id, author(&name))], one.added_at).await?;
                store::contacts::join(tx, &work_scope, &one, &contact).await?;
            }
            Ok::<_, store::StoreError>(())
        })).await.unwrap();
        let refused = add_note(engine, scope, &anna, "one more").await;
        assert_eq!(full(refused), ("text".to_owned(), limits::CONTACT_BYTES));
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
