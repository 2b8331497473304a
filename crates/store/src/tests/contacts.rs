//! Contacts, their authors, what was written about them, and kinds of annotations.

use domain::author::AuthorId;
use domain::contact::{AnnotationType, Contact, ContactEntry, EntryAction, EntryKind, Subject};
use domain::ids::{AnnotationTypeId, ContactEntryId, ContactId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use super::fixtures::{ACCOUNT, NOW, OTHER, scope, two_accounts, write};
use crate::contacts::{self, EntryRange};
use crate::{Db, StoreError, accounts, both_engines};

fn author(text: &str) -> AuthorId {
    AuthorId::parse(text).unwrap()
}

fn contact(id: i64) -> Contact {
    Contact {
        account_id: ACCOUNT,
        id: ContactId(id),
        added_at: NOW,
    }
}

fn entry(id: i64, contact: i64, subject: Subject, at: i64) -> ContactEntry {
    ContactEntry {
        account_id: ACCOUNT,
        id: ContactEntryId(id),
        contact_id: ContactId(contact),
        author: (id % 2 == 0).then(|| author("x:rss:example.org")),
        subject,
        action: EntryAction::Added,
        text: "Büro 株式会社\n🚚".to_owned(),
        user_id: (id % 3 == 0).then_some(UserId(7)),
        at: UnixMillis(at),
    }
}

fn note(id: i64, contact: i64, at: i64) -> ContactEntry {
    entry(id, contact, Subject::Note(ContactEntryId(id)), at)
}

fn kind(id: i64, name: &str) -> AnnotationType {
    AnnotationType {
        account_id: ACCOUNT,
        id: AnnotationTypeId(id),
        name: name.to_owned(),
        is_long: id % 2 == 0,
        is_active: true,
        added_at: NOW,
    }
}

async fn add(db: &Db, scope: Scope, pairs: &[(i64, &str)]) {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(id, text)| (ContactId(*id), author(text)))
        .collect();
    write(db, move |tx| {
        Box::pin(async move { contacts::add(tx, &scope, &pairs, NOW).await })
    })
    .await;
}

async fn write_entries(db: &Db, entries: Vec<ContactEntry>) {
    write(db, move |tx| {
        Box::pin(async move {
            for entry in &entries {
                contacts::add_entry(tx, &scope(), entry).await?;
            }
            Ok(())
        })
    })
    .await;
}

async fn within(db: &Db, scope: &Scope, range: EntryRange) -> Vec<i64> {
    let found = contacts::entries_within(db, scope, &range).await.unwrap();
    found.into_iter().map(|entry| entry.id.0).collect()
}

async fn add_kind(db: &Db, kind: AnnotationType) -> Result<(), StoreError> {
    db.write(move |tx| Box::pin(async move { contacts::create_type(tx, &scope(), &kind).await }))
        .await
}

both_engines! {
    async fn an_author_is_one_contact_of_its_account(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:42"), (2, "x:rss:Example.org")]).await;
        add(db, Scope::system(OTHER), &[(1, "t:42")]).await;
        let find = async |scope: &Scope, text: &str| {
            let found = contacts::find_by_author(db, scope, &author(text)).await.unwrap();
            found.map(|found| (found.account_id, found.id.0))
        };
        assert_eq!(find(&scope(), "t:42").await, Some((ACCOUNT, 1)));
        assert_eq!(find(&scope(), "x:rss:Example.org").await, Some((ACCOUNT, 2)));
        assert_eq!(find(&scope(), "x:rss:example.org").await, None);
        assert_eq!(find(&scope(), "f:42").await, None);
        assert_eq!(find(&Scope::system(OTHER), "t:42").await, Some((OTHER, 1)));
        assert_eq!(find(&Scope::system(OTHER), "x:rss:Example.org").await, None);
    }

    async fn strangers_are_those_without_a_contact_each_once(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:1"), (2, "f:2")]).await;
        let asked: Vec<AuthorId> = (0..1_500).map(|n| author(&format!("t:{}", n / 2)))
            .chain([author("f:1"), author("f:2")]).collect();
        let (ours, theirs) = write(db, move |tx| Box::pin(async move {
            Ok((
                contacts::strangers(tx, &scope(), &asked).await?,
                contacts::strangers(tx, &Scope::system(OTHER), &asked).await?,
            ))
        })).await;
        assert_eq!(theirs.len(), 752);
        assert_eq!(ours.len(), 750);
        assert!(!ours.contains(&author("t:1")) && !ours.contains(&author("f:2")));
        assert!(ours.contains(&author("f:1")), "the same key at another network is somebody else");
    }

    async fn nobody_is_a_stranger_in_an_empty_list(db: &Db) {
        let found = write(db, |tx| Box::pin(async move { contacts::strangers(tx, &scope(), &[]).await })).await;
        assert_eq!(found, []);
    }

    async fn entries_come_back_as_they_were(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:1"), (2, "t:2")]).await;
        let written = [
            note(11, 1, 5), entry(12, 1, Subject::Annotation(AnnotationTypeId(3)), 6),
            ContactEntry { action: EntryAction::Removed, ..entry(13, 1, Subject::Tag, 7) },
            ContactEntry { action: EntryAction::Modified, ..entry(15, 1, Subject::Note(ContactEntryId(11)), 8) },
        ];
        write_entries(db, written.to_vec()).await;
        write_entries(db, vec![note(14, 2, 1)]).await;
        assert_eq!(contacts::entries_of(db, &scope(), ContactId(1)).await.unwrap(), written);
        assert_eq!(contacts::find_entry(db, &scope(), ContactEntryId(12)).await.unwrap(), Some(written[1].clone()));
        let other = Scope::system(OTHER);
        assert_eq!(contacts::find_entry(db, &other, ContactEntryId(12)).await.unwrap(), None);
        assert_eq!(contacts::entries_of(db, &other, ContactId(1)).await.unwrap(), []);
        let counted = write(db, move |tx| Box::pin(async move {
            Ok((
                contacts::totals(tx, &scope(), ContactId(1)).await?,
                contacts::totals(tx, &other, ContactId(1)).await?,
            ))
        })).await;
        let bytes = written.iter().map(|entry| entry.text.len()).sum();
        assert_eq!(counted, ((4, bytes), (0, 0)));
        let foreign = ContactEntry { account_id: OTHER, ..note(16, 1, 1) };
        let refused = db.write(move |tx| Box::pin(async move {
            contacts::add_entry(tx, &scope(), &foreign).await
        })).await;
        assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    }

    async fn entries_of_a_time_are_walked_in_order_without_doubles(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:1")]).await;
        // Numbers fall while times rise, and many times are equal.
        write_entries(db, (0..30).map(|n| note(100 - n, 1, 1_000 + n / 10)).collect()).await;
        write_entries(db, vec![entry(200, 1, Subject::Tag, 1_001)]).await;
        let all = EntryRange {
            kind: EntryKind::Note, from: UnixMillis(1_000), to: UnixMillis(1_003), after: None, limit: 100,
        };
        let everything = within(db, &scope(), all).await;
        let wanted: Vec<i64> = (91..=100).chain(81..=90).chain(71..=80).collect();
        assert_eq!(everything, wanted);
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let page = EntryRange { after, limit: 7, ..all };
            let found = contacts::entries_within(db, &scope(), &page).await.unwrap();
            let Some(last) = found.last() else { break };
            after = Some((last.at, last.id));
            walked.extend(found.iter().map(|entry| entry.id.0));
        }
        assert_eq!(walked, wanted);
        let middle = EntryRange { from: UnixMillis(1_001), to: UnixMillis(1_002), ..all };
        assert_eq!(within(db, &scope(), middle).await, (81..=90).collect::<Vec<_>>());
        assert_eq!(within(db, &scope(), EntryRange { kind: EntryKind::Tag, ..all }).await, [200]);
        assert!(within(db, &Scope::system(OTHER), all).await.is_empty());
    }

    async fn joined_contacts_are_one_with_all_that_was_written(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:1"), (2, "f:2"), (3, "t:3")]).await;
        add(db, Scope::system(OTHER), &[(2, "f:2")]).await;
        write_entries(db, vec![note(11, 1, 5), note(12, 2, 4), note(13, 3, 6)]).await;
        let locked = write(db, |tx| Box::pin(async move {
            contacts::join(tx, &scope(), &contact(2), &contact(1)).await?;
            Ok((
                contacts::lock(tx, &scope(), ContactId(1)).await?,
                contacts::lock(tx, &scope(), ContactId(2)).await?,
            ))
        })).await;
        assert_eq!(locked, (Some(contact(1)), None));
        let ids = [ContactId(1), ContactId(2), ContactId(3)];
        let authors = contacts::authors_of(db, &scope(), &ids).await.unwrap();
        assert_eq!(authors, [
            (ContactId(1), vec![author("f:2"), author("t:1")]),
            (ContactId(3), vec![author("t:3")]),
        ].into());
        let of_one = contacts::entries_of(db, &scope(), ContactId(1)).await.unwrap();
        assert_eq!(of_one.iter().map(|entry| entry.id.0).collect::<Vec<_>>(), [12, 11]);
        let theirs = contacts::find_by_author(db, &Scope::system(OTHER), &author("f:2")).await.unwrap();
        assert_eq!(theirs.map(|found| found.id), Some(ContactId(2)));
    }

    async fn kinds_of_annotations_have_one_name_each(db: &Db) {
        two_accounts(db).await;
        add_kind(db, kind(1001, "Größe")).await.unwrap();
        assert!(matches!(add_kind(db, kind(1002, "GRÖßE ")).await, Err(StoreError::Conflict(_))));
        let off = AnnotationType { is_active: false, name: "lost".to_owned(), ..kind(1001, "") };
        let stock = AnnotationType { is_active: false, ..kind(2, "Phone number") };
        write(db, move |tx| Box::pin(async move {
            contacts::save_type(tx, &scope(), &off).await?;
            contacts::save_type(tx, &scope(), &stock).await
        })).await;
        assert_eq!(contacts::list_types(db, &scope()).await.unwrap(), [
            AnnotationType { is_active: false, ..kind(2, "Phone number") },
            AnnotationType { is_active: false, ..kind(1001, "Größe") },
        ]);
        assert_eq!(contacts::list_types(db, &Scope::system(OTHER)).await.unwrap(), []);
    }

    async fn the_highest_number_is_of_any_account(db: &Db) {
        assert_eq!(contacts::max_id(db).await.unwrap(), None);
        two_accounts(db).await;
        add(db, scope(), &[(5, "t:1")]).await;
        assert_eq!(contacts::max_id(db).await.unwrap(), Some(5));
        add(db, Scope::system(OTHER), &[(9, "t:1")]).await;
        assert_eq!(contacts::max_id(db).await.unwrap(), Some(9));
        write_entries(db, vec![note(12, 5, 1)]).await;
        assert_eq!(contacts::max_id(db).await.unwrap(), Some(12));
    }

    async fn contacts_go_with_their_account(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:1")]).await;
        add_kind(db, kind(1001, "Size")).await.unwrap();
        write_entries(db, vec![note(11, 1, 5)]).await;
        assert!(write(db, |tx| Box::pin(async move { accounts::delete(tx, ACCOUNT).await })).await);
        assert_eq!(contacts::find_by_author(db, &scope(), &author("t:1")).await.unwrap(), None);
        assert_eq!(contacts::entries_of(db, &scope(), ContactId(1)).await.unwrap(), []);
        assert_eq!(contacts::list_types(db, &scope()).await.unwrap(), []);
    }

    async fn the_newest_entry_on_a_subject_is_found(db: &Db) {
        two_accounts(db).await;
        add(db, scope(), &[(1, "t:1"), (2, "t:2")]).await;
        let (first, other) = (Subject::Note(ContactEntryId(1)), Subject::Annotation(AnnotationTypeId(1)));
        write_entries(db, vec![
            entry(1, 1, first, 10),
            entry(2, 1, first, 30),
            entry(3, 1, first, 30),
            entry(4, 1, first, 20),
            entry(5, 1, other, 40),
            entry(6, 2, first, 50),
            entry(7, 1, Subject::Tag, 60),
            entry(8, 1, Subject::Tag, 50),
        ]).await;
        let (found, tags, foreign) = write(db, move |tx| Box::pin(async move {
            let mut found = Vec::new();
            for subject in [first, other, Subject::Tag, Subject::Note(ContactEntryId(5))] {
                let newest = contacts::newest_entry(tx, &scope(), ContactId(1), subject).await?;
                found.push(newest.map(|entry| entry.id.0));
            }
            let tags = contacts::tag_entries(tx, &scope(), ContactId(1)).await?;
            let other = Scope::system(OTHER);
            let foreign = contacts::newest_entry(tx, &other, ContactId(1), first).await?;
            Ok((found, tags, foreign))
        })).await;
        assert_eq!(found, [Some(3), Some(5), Some(7), None]);
        assert_eq!(tags.iter().map(|entry| entry.id.0).collect::<Vec<_>>(), [7, 8]);
        assert_eq!(foreign, None);
    }
}
