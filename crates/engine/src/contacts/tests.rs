//! Contacts come with messages, and what is written about them stays.

mod limits;

use channels::Draft;
use domain::author::AuthorId;
use domain::contact::{Contact, ContactEntry, EntryAction, EntryKind, Subject};
use domain::ids::{AnnotationTypeId, ContactEntryId, ContactId, UserId};
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::source::Service;
use domain::time::UnixMillis;
use store::{Db, both_engines};

use super::{
    EntryRange, NewAnnotationType, add_note, add_tag, annotation_types, create_annotation_type,
    entries, join, meet, modify_note, of_author, remove_tag, set_active, set_annotation,
};
use crate::pipeline::item::add;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::{Error, What};

const ANNA: &str = "t:12";
const BEN: &str = "x:rss:ben.example";

fn author(text: &str) -> AuthorId {
    AuthorId::parse(text).unwrap()
}

/// Messages by these authors, who are contacts afterwards.
async fn written_by(db: &Db, authors: &[&str]) -> World {
    let world = world(db).await;
    for (index, text) in authors.iter().enumerate() {
        arrive(&world, index, text, |_| {}).await;
    }
    world
}

async fn arrive(world: &World, index: usize, by: &str, adapt: impl FnOnce(&mut Draft)) {
    let by = author(by);
    let mut item = new_item(
        EVERYTHING,
        Some(&format!("m-{index}")),
        "The train was late",
    );
    item.draft.source.service = by.network().service();
    item.draft.author.id = Some(by.key().to_owned());
    adapt(&mut item.draft);
    add(world.engine(), &world.scope, vec![item]).await.unwrap();
}

/// Makes contacts of all who wrote.
async fn greet(world: &World) {
    let (mentions, scope, engine) = (
        world.stored().await,
        world.scope.clone(),
        world.engine().clone(),
    );
    world
        .engine()
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::changes::lock(tx, &scope).await?;
                meet(tx, &engine, &scope, &mentions).await
            })
        })
        .await
        .unwrap();
}

/// Writes as many entries like this one as are asked for.
async fn write_about(world: &World, like: &ContactEntry, count: usize) {
    let (engine, scope, like) = (world.engine().clone(), world.scope.clone(), like.clone());
    world
        .engine()
        .db()
        .write(move |tx| {
            Box::pin(async move {
                for _ in 0..count {
                    let id = ContactEntryId(engine.new_id());
                    let subject = Subject::Note(id);
                    let entry = ContactEntry {
                        id,
                        subject,
                        ..like.clone()
                    };
                    store::contacts::add_entry(tx, &scope, &entry).await?;
                }
                Ok::<_, store::StoreError>(())
            })
        })
        .await
        .unwrap();
}

/// Where there is no room, and for how much there is.
fn full(result: Result<impl std::fmt::Debug, Error>) -> (String, usize) {
    match result {
        Err(Error::Full { field, limit, .. }) => (field, limit),
        other => panic!("{other:?}"),
    }
}

fn agent(permissions: &[Permission]) -> Scope {
    let permissions: PermissionSet = permissions.iter().copied().collect();
    Scope::for_member(ACCOUNT, UserId(7), TopicAccess::All, permissions)
}

fn everything() -> EntryRange {
    EntryRange {
        kind: EntryKind::Note,
        from: UnixMillis(0),
        to: UnixMillis(i64::MAX),
        after: None,
        limit: 50,
    }
}

fn said(entries: &[ContactEntry]) -> Vec<(EntryKind, EntryAction, &str)> {
    entries
        .iter()
        .map(|entry| (entry.subject.kind(), entry.action, entry.text.as_str()))
        .collect()
}

fn field<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

both_engines! {
    async fn each_author_is_met_once_whatever_the_service_of_the_network(db: &Db) {
        let world = written_by(db, &["i:5", "i:5", "f:5"]).await;
        arrive(&world, 3, "i:5", |draft| draft.source.service = Service::InstagramBusinessProfile).await;
        let first = of_author(world.engine(), &world.scope, &author("i:5")).await.unwrap();
        let other = of_author(world.engine(), &world.scope, &author("f:5")).await.unwrap();
        assert_ne!(first.contact.id, other.contact.id);
        greet(&world).await;
        assert_eq!(of_author(world.engine(), &world.scope, &author("i:5")).await.unwrap(), first);
        assert_eq!(first.authors, [author("i:5")]);
        assert_eq!(first.entries, []);
    }

    async fn own_profiles_and_nameless_authors_are_no_contacts(db: &Db) {
        let world = world(db).await;
        let mut mentions = Vec::new();
        for (managed, id) in [(true, Some("9")), (false, None), (false, Some(""))] {
            let mut item = new_item(EVERYTHING, None, "hello");
            item.draft.author = domain::mention::Author::default();
            add(world.engine(), &world.scope, vec![item]).await.unwrap();
            let mut mention = world.stored().await.pop().unwrap();
            mention.body.author.managed = managed;
            mention.body.author.id = id.map(str::to_owned);
            mentions.push(mention);
        }
        let (scope, engine) = (world.scope.clone(), world.engine().clone());
        world.engine().db().write(move |tx| Box::pin(async move {
            meet(tx, &engine, &scope, &mentions).await
        })).await.unwrap();
        assert_eq!(store::contacts::max_id(world.engine().db()).await.unwrap(), None);
    }

    async fn mending_conversations_makes_contacts_that_are_missing(db: &Db) {
        let world = written_by(db, &[ANNA]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let mut mention = world.stored().await.pop().unwrap();
        mention.id = engine.new_mention_id();
        mention.body.author.id = Some("13".to_owned());
        let (work_scope, row) = (scope.clone(), store::mentions::Prepared::new(&mention, None).unwrap());
        engine.db().write(move |tx| Box::pin(async move {
            store::mentions::insert(tx, &work_scope, &[row]).await
        })).await.unwrap();
        let stranger = of_author(engine, scope, &author("t:13")).await;
        assert!(matches!(stranger, Err(Error::NotFound(What::Contact))), "{stranger:?}");
        crate::conversations::rebuild(engine, ACCOUNT).await.unwrap();
        of_author(engine, scope, &author("t:13")).await.unwrap();
    }

    async fn a_note_is_added_and_written_anew(db: &Db) {
        let world = written_by(db, &[ANNA]).await;
        let agent = agent(&[Permission::ContactsUpdate]);
        let engine = world.engine();
        let first = add_note(engine, &agent, &author(ANNA), "  Likes trains\n ").await.unwrap();
        assert_eq!((first.text.as_str(), first.user_id), ("Likes trains", Some(UserId(7))));
        assert_eq!(first.author, Some(author(ANNA)));
        world.test.clock.advance_ms(1_000);
        let second = modify_note(engine, &agent, first.id, "Likes buses").await.unwrap();
        assert_eq!((second.subject, second.action), (Subject::Note(first.id), EntryAction::Modified));
        assert_eq!(modify_note(engine, &agent, first.id, "Likes buses").await.unwrap(), second);
        let file = of_author(engine, &world.scope, &author(ANNA)).await.unwrap();
        assert_eq!(file.entries, [first.clone(), second.clone()]);
        for id in [second.id, ContactEntryId(1)] {
            let absent = modify_note(engine, &agent, id, "x").await;
            assert!(matches!(absent, Err(Error::NotFound(What::Note))), "{absent:?}");
        }
        assert_eq!(field(add_note(engine, &agent, &author(ANNA), " \n ").await), "text");
        assert_eq!(field(modify_note(engine, &agent, first.id, "a\u{7}").await), "text");
        let long = "x".repeat(20_001);
        assert_eq!(field(add_note(engine, &agent, &author(ANNA), &long).await), "text");
        let nobody = add_note(engine, &agent, &author("t:99"), "x").await;
        assert!(matches!(nobody, Err(Error::NotFound(What::Contact))), "{nobody:?}");
    }

    async fn an_annotation_has_one_value_of_each_kind(db: &Db) {
        let world = written_by(db, &[ANNA]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let (mail, address) = (AnnotationTypeId(1), AnnotationTypeId(3));
        for (kind, text) in [(mail, "a@x.example"), (mail, "a@x.example"), (address, "1 Main St\nUlm"), (mail, "b@x.example")] {
            set_annotation(engine, scope, &author(ANNA), kind, text).await.unwrap();
        }
        let file = of_author(engine, scope, &author(ANNA)).await.unwrap();
        assert_eq!(said(&file.entries), [
            (EntryKind::Annotation, EntryAction::Added, "a@x.example"),
            (EntryKind::Annotation, EntryAction::Added, "1 Main St\nUlm"),
            (EntryKind::Annotation, EntryAction::Modified, "b@x.example"),
        ]);
        assert_eq!(file.entries[0].user_id, None, "the server is nobody");
        let set = async |kind, text: &str| set_annotation(engine, scope, &author(ANNA), kind, text).await;
        assert_eq!(field(set(mail, "two\nlines").await), "text");
        assert_eq!(field(set(mail, &"x".repeat(251)).await), "text");
        assert_eq!(field(set(AnnotationTypeId(99), "x").await), "type_id");
        set_active(engine, scope, mail, false).await.unwrap();
        assert_eq!(field(set(mail, "c@x.example").await), "type_id");
    }

    async fn kinds_of_annotations_are_three_and_those_that_were_made(db: &Db) {
        let world = world(db).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let new = |name: &str| NewAnnotationType { name: name.to_owned(), is_long: true };
        let made = create_annotation_type(engine, scope, new(" Shoe size ")).await.unwrap();
        assert_eq!((made.id, made.name.as_str()), (AnnotationTypeId(1001), "Shoe size"));
        for taken in ["EMAIL", "shoe SIZE"] {
            let refused = create_annotation_type(engine, scope, new(taken)).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        }
        assert_eq!(field(create_annotation_type(engine, scope, new(" ")).await), "name");
        set_active(engine, scope, AnnotationTypeId(2), false).await.unwrap();
        let absent = set_active(engine, scope, AnnotationTypeId(9), true).await;
        assert!(matches!(absent, Err(Error::NotFound(What::AnnotationType))), "{absent:?}");
        let all = annotation_types(engine, scope).await.unwrap();
        let shown: Vec<_> = all.iter().map(|kind| (kind.id.0, kind.name.as_str(), kind.is_long, kind.is_active)).collect();
        assert_eq!(shown, [
            (1, "Email", false, true), (2, "Phone number", false, false),
            (3, "Address", true, true), (1001, "Shoe size", true, true),
        ]);
        set_active(engine, scope, AnnotationTypeId(2), true).await.unwrap();
        assert!(annotation_types(engine, scope).await.unwrap().iter().all(|kind| kind.is_active));
    }

    async fn a_tag_is_borne_once_and_can_come_back(db: &Db) {
        let world = written_by(db, &[ANNA]).await;
        let (engine, scope, anna) = (world.engine(), &world.scope, author(ANNA));
        let first = add_tag(engine, scope, &anna, "VIP").await.unwrap();
        assert_eq!(add_tag(engine, scope, &anna, " vip ").await.unwrap(), first);
        remove_tag(engine, scope, &anna, "vip").await.unwrap();
        let again = remove_tag(engine, scope, &anna, "vip").await;
        assert!(matches!(again, Err(Error::NotFound(What::Tag))), "{again:?}");
        add_tag(engine, scope, &anna, "Vip").await.unwrap();
        let file = of_author(engine, scope, &anna).await.unwrap();
        assert_eq!(said(&file.entries), [
            (EntryKind::Tag, EntryAction::Added, "VIP"),
            (EntryKind::Tag, EntryAction::Removed, "VIP"),
            (EntryKind::Tag, EntryAction::Added, "Vip"),
        ]);
        assert_eq!(field(add_tag(engine, scope, &anna, " ").await), "name");
        assert_eq!(field(add_tag(engine, scope, &anna, &"x".repeat(101)).await), "name");
    }

    async fn many_at_once_put_a_tag_on_once(db: &Db) {
        let world = written_by(db, &[ANNA]).await;
        let mut writers = Vec::new();
        for _ in 0..8 {
            let (engine, scope) = (world.engine().clone(), world.scope.clone());
            writers.push(tokio::spawn(async move {
                add_tag(&engine, &scope, &author(ANNA), "VIP").await.unwrap().id
            }));
        }
        let mut ids = Vec::new();
        for writer in writers {
            ids.push(writer.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    async fn two_authors_who_are_one_person_share_what_was_written(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        add_note(engine, scope, &author(BEN), "Ben").await.unwrap();
        add_note(engine, scope, &author(ANNA), "Anna").await.unwrap();
        let anna = of_author(engine, scope, &author(ANNA)).await.unwrap().contact;
        for (one, other) in [(BEN, ANNA), (ANNA, BEN)] {
            assert_eq!(join(engine, scope, &author(one), &author(other)).await.unwrap(), anna);
        }
        let file = of_author(engine, scope, &author(BEN)).await.unwrap();
        assert_eq!((file.contact, file.authors), (anna, vec![author(ANNA), author(BEN)]));
        assert_eq!(file.entries.len(), 2);
        assert_eq!(file.entries[0].author, Some(author(BEN)), "where it was written stays known");
    }

    async fn two_contacts_with_too_much_about_them_stay_two(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let note = add_note(engine, scope, &author(ANNA), "Anna").await.unwrap();
        let ben = of_author(engine, scope, &author(BEN)).await.unwrap().contact;
        write_about(&world, &note, 2_500).await;
        write_about(&world, &ContactEntry { contact_id: ben.id, ..note.clone() }, 2_500).await;
        let refused = join(engine, scope, &author(ANNA), &author(BEN)).await;
        assert_eq!(full(refused), ("same_as".to_owned(), 5_000));
        let file = of_author(engine, scope, &author(BEN)).await.unwrap();
        assert_eq!((file.contact, file.entries.len()), (ben, 2_500));
    }

    async fn a_contact_has_at_most_a_hundred_authors(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let anna = of_author(engine, scope, &author(ANNA)).await.unwrap().contact;
        let (work_engine, work_scope, into) = (engine.clone(), scope.clone(), anna.clone());
        engine.db().write(move |tx| Box::pin(async move {
            for number in 1..100 {
                let one = Contact { id: ContactId(work_engine.new_id()), ..into.clone() };
                let pair = (one.id, author(&format!("t:{}", 1_000 + number)));
                store::contacts::add(tx, &work_scope, &[pair], one.added_at).await?;
                store::contacts::join(tx, &work_scope, &one, &into).await?;
            }
            Ok::<_, store::StoreError>(())
        })).await.unwrap();
        assert_eq!(of_author(engine, scope, &author(ANNA)).await.unwrap().authors.len(), 100);
        let refused = join(engine, scope, &author(BEN), &author(ANNA)).await;
        assert_eq!(full(refused), ("same_as".to_owned(), 100));
        // Those who are one contact already stay so.
        assert_eq!(join(engine, scope, &author(ANNA), &author("t:1001")).await.unwrap(), anna);
    }

    async fn pages_of_entries_have_everything_once(db: &Db) {
        let world = written_by(db, &[ANNA, BEN]).await;
        let (engine, scope) = (world.engine(), &world.scope);
        let mut written = Vec::new();
        for n in 0..7 {
            let by = if n % 2 == 0 { ANNA } else { BEN };
            written.push(add_note(engine, scope, &author(by), &format!("{n}")).await.unwrap());
        }
        let mut range = EntryRange { limit: 3, ..everything() };
        let mut walked = Vec::new();
        loop {
            let page = entries(engine, scope, &range).await.unwrap();
            assert!(page.entries.iter().all(|entry| page.authors.contains_key(&entry.contact_id)));
            walked.extend(page.entries);
            range.after = page.next;
            if page.next.is_none() { break }
        }
        assert_eq!(walked, written);
        let exact = EntryRange { limit: 7, after: None, ..range };
        assert_eq!(entries(engine, scope, &exact).await.unwrap().next, None);
    }

    async fn every_act_needs_its_permission_and_no_other(db: &Db) {
        use Permission::{ContactsRead, ContactsUpdate, ContactssettingsUpdate, ContacttagsUpdate};
        let world = written_by(db, &[ANNA]).await;
        let (engine, anna) = (world.engine(), author(ANNA));
        let note = add_note(engine, &world.scope, &anna, "x").await.unwrap().id;
        let kind = NewAnnotationType { name: "Size".to_owned(), is_long: false };
        let all = [ContactsRead, ContactsUpdate, ContacttagsUpdate, ContactssettingsUpdate];
        for held in all {
            let scope = &agent(&[held]);
            let outcomes = [
                (ContactsRead, entries(engine, scope, &everything()).await.err()),
                (ContactsRead, of_author(engine, scope, &anna).await.err()),
                (ContactsRead, annotation_types(engine, scope).await.err()),
                (ContactsUpdate, add_note(engine, scope, &anna, "y").await.err()),
                (ContactsUpdate, modify_note(engine, scope, note, "z").await.err()),
                (ContactsUpdate, set_annotation(engine, scope, &anna, AnnotationTypeId(1), "a").await.err()),
                (ContactsUpdate, join(engine, scope, &anna, &anna).await.err()),
                (ContacttagsUpdate, add_tag(engine, scope, &anna, "VIP").await.err()),
                (ContacttagsUpdate, remove_tag(engine, scope, &anna, "VIP").await.err()),
                (ContactssettingsUpdate, create_annotation_type(engine, scope, kind.clone()).await.err()),
                (ContactssettingsUpdate, set_active(engine, scope, AnnotationTypeId(1), true).await.err()),
            ];
            for (needed, outcome) in outcomes {
                match outcome {
                    None => assert_eq!(needed, held),
                    Some(Error::Denied(crate::Denial::Permission(lacking))) => {
                        assert_ne!(needed, held);
                        assert_eq!(lacking, needed);
                    }
                    Some(other) => panic!("{held:?}: {other:?}"),
                }
            }
        }
    }
}
