//! Writing about contacts. Every write is an entry of its own; nothing is overwritten.

use domain::author::AuthorId;
use domain::contact::{Contact, ContactEntry, EntryAction, Subject};
use domain::ids::{AnnotationTypeId, ContactEntryId, ContactId};
use domain::limits;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::tag::tag_key;
use store::Tx;

use super::annotation_types;
use crate::auth::require;
use crate::inbox::{LONGEST_TAG, check_length};
use crate::write::{self, Effects};
use crate::{Engine, Error, What};

/// Longest note and longest value of a long annotation, in characters.
const LONGEST_TEXT: usize = 20_000;
/// Longest value of a short annotation, in characters.
const LONGEST_SHORT: usize = 250;

/// Adds a note about the contact that an author is.
///
/// # Errors
/// `Denied` without `contacts.update`; `NotFound` when the author never wrote; `Invalid` at
/// `text`; `Full` at `text` when the contact has as many entries, or as much in them, as is kept.
pub async fn add_note(
    engine: &Engine,
    scope: &Scope,
    author: &AuthorId,
    text: &str,
) -> Result<ContactEntry, Error> {
    require(scope, Permission::ContactsUpdate)?;
    let text = checked(text, LONGEST_TEXT, true)?;
    let (work_engine, work_scope, author) = (engine.clone(), scope.clone(), author.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let contact = lock(tx, &work_scope, &author).await?;
            let entry = NewEntry {
                contact,
                author: Some(author),
                action: EntryAction::Added,
                subject: None,
                text,
            };
            let entry = entry.write(tx, &work_engine, &work_scope).await?;
            Ok((entry, Effects::none()))
        })
    })
    .await
}

/// Writes a note anew; `id` is the entry that added it. The same text again changes nothing.
///
/// # Errors
/// `Denied` without `contacts.update`; `NotFound` when no note was added by that entry; `Invalid`
/// at `text`; `Full` at `text`.
pub async fn modify_note(
    engine: &Engine,
    scope: &Scope,
    id: ContactEntryId,
    text: &str,
) -> Result<ContactEntry, Error> {
    require(scope, Permission::ContactsUpdate)?;
    let text = checked(text, LONGEST_TEXT, true)?;
    let (work_engine, work_scope) = (engine.clone(), scope.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let subject = Subject::Note(id);
            let first = store::contacts::find_entry(&mut *tx, &work_scope, id)
                .await?
                .filter(|entry| entry.subject == subject)
                .ok_or(Error::NotFound(What::Note))?;
            let contact = store::contacts::lock(tx, &work_scope, first.contact_id)
                .await?
                .ok_or(Error::NotFound(What::Note))?;
            let newest =
                store::contacts::newest_entry(tx, &work_scope, contact.id, subject).await?;
            if let Some(same) = newest.filter(|entry| entry.text == text) {
                return Ok((same, Effects::none()));
            }
            let entry = NewEntry {
                contact,
                author: first.author,
                action: EntryAction::Modified,
                subject: Some(subject),
                text,
            };
            let entry = entry.write(tx, &work_engine, &work_scope).await?;
            Ok((entry, Effects::none()))
        })
    })
    .await
}

/// Writes the value of an annotation of the contact that an author is. The same value again
/// changes nothing.
///
/// # Errors
/// `Denied` without `contacts.update`; `NotFound` when the author never wrote; `Invalid` at
/// `type_id` when there is no such kind or it is not active, at `text` when the value is empty,
/// too long, or has several lines where one is expected; `Full` at `text`.
pub async fn set_annotation(
    engine: &Engine,
    scope: &Scope,
    author: &AuthorId,
    kind: AnnotationTypeId,
    text: &str,
) -> Result<ContactEntry, Error> {
    require(scope, Permission::ContactsUpdate)?;
    let since = annotation_types::since(engine, scope).await?;
    let text = text.to_owned();
    let (work_engine, work_scope, author) = (engine.clone(), scope.clone(), author.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let kind = annotation_types::all(&mut *tx, &work_scope, since)
                .await?
                .into_iter()
                .find(|known| known.id == kind && known.is_active)
                .ok_or_else(|| {
                    Error::invalid(
                        "type_id",
                        format!("the account has no active annotation type {kind}"),
                    )
                })?;
            let longest = if kind.is_long {
                LONGEST_TEXT
            } else {
                LONGEST_SHORT
            };
            let text = checked(&text, longest, kind.is_long)?;
            let contact = lock(tx, &work_scope, &author).await?;
            let subject = Subject::Annotation(kind.id);
            let before =
                store::contacts::newest_entry(tx, &work_scope, contact.id, subject).await?;
            let action = match before {
                Some(same) if same.text == text => return Ok((same, Effects::none())),
                Some(_) => EntryAction::Modified,
                None => EntryAction::Added,
            };
            let entry = NewEntry {
                contact,
                author: Some(author),
                action,
                subject: Some(subject),
                text,
            };
            let entry = entry.write(tx, &work_engine, &work_scope).await?;
            Ok((entry, Effects::none()))
        })
    })
    .await
}

/// Puts a tag on the contact that an author is; its name is compared whatever its case. A tag that
/// is there already stays as it is.
///
/// # Errors
/// `Denied` without `contacttags.update`; `NotFound` when the author never wrote; `Invalid` at
/// `name`; `Full` at `name`.
pub async fn add_tag(
    engine: &Engine,
    scope: &Scope,
    author: &AuthorId,
    name: &str,
) -> Result<ContactEntry, Error> {
    change_tag(engine, scope, author, name, EntryAction::Added).await
}

/// Takes a tag from the contact that an author is.
///
/// # Errors
/// `Denied` without `contacttags.update`; `NotFound` when the author never wrote, and when the
/// contact does not bear the tag; `Full` at `name`.
pub async fn remove_tag(
    engine: &Engine,
    scope: &Scope,
    author: &AuthorId,
    name: &str,
) -> Result<ContactEntry, Error> {
    change_tag(engine, scope, author, name, EntryAction::Removed).await
}

async fn change_tag(
    engine: &Engine,
    scope: &Scope,
    author: &AuthorId,
    name: &str,
    action: EntryAction,
) -> Result<ContactEntry, Error> {
    require(scope, Permission::ContacttagsUpdate)?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "the name of a tag was expected"));
    }
    check_length("name", &name, LONGEST_TAG)?;
    let (work_engine, work_scope, author) = (engine.clone(), scope.clone(), author.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let contact = lock(tx, &work_scope, &author).await?;
            let key = tag_key(&name);
            let borne = store::contacts::tag_entries(tx, &work_scope, contact.id)
                .await?
                .into_iter()
                .find(|entry| tag_key(&entry.text) == key)
                .filter(|entry| entry.action != EntryAction::Removed);
            let text = match (borne, action) {
                (None, EntryAction::Removed) => return Err(Error::NotFound(What::Tag)),
                (Some(borne), EntryAction::Removed) => borne.text,
                (Some(borne), _) => return Ok((borne, Effects::none())),
                (None, _) => name,
            };
            let entry = NewEntry {
                contact,
                author: Some(author),
                action,
                subject: Some(Subject::Tag),
                text,
            };
            let entry = entry.write(tx, &work_engine, &work_scope).await?;
            Ok((entry, Effects::none()))
        })
    })
    .await
}

/// Says that two authors are one person: from now on they are one contact, the older one, which
/// has what was written about either.
///
/// # Errors
/// `Denied` without `contacts.update`; `NotFound` when one of them never wrote; `Full` at
/// `same_as` when the two together have more entries, more in them or more authors than one contact
/// may have.
pub async fn join(
    engine: &Engine,
    scope: &Scope,
    one: &AuthorId,
    other: &AuthorId,
) -> Result<Contact, Error> {
    require(scope, Permission::ContactsUpdate)?;
    let (scope_in, one, other) = (scope.clone(), one.clone(), other.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let mut both = [
                lock(tx, &scope_in, &one).await?,
                lock(tx, &scope_in, &other).await?,
            ];
            both.sort_by_key(|contact| contact.id);
            let [older, newer] = both;
            if older.id != newer.id {
                Weight::of(tx, &scope_in, &[older.id, newer.id])
                    .await?
                    .check("same_as")?;
                store::contacts::join(tx, &scope_in, &newer, &older).await?;
            }
            Ok((older, Effects::none()))
        })
    })
    .await
}

/// An entry to write.
struct NewEntry {
    contact: Contact,
    /// The author who was named.
    author: Option<AuthorId>,
    action: EntryAction,
    /// None for a new note, which is its own subject.
    subject: Option<Subject>,
    text: String,
}

impl NewEntry {
    async fn write(
        self,
        tx: &mut Tx,
        engine: &Engine,
        scope: &Scope,
    ) -> Result<ContactEntry, Error> {
        let field = match self.subject {
            Some(Subject::Tag) => "name",
            Some(Subject::Note(_) | Subject::Annotation(_)) | None => "text",
        };
        Weight::of(tx, scope, &[self.contact.id])
            .await?
            .with(&self.text)
            .check(field)?;
        let id = ContactEntryId(engine.new_id());
        let entry = ContactEntry {
            account_id: self.contact.account_id,
            id,
            contact_id: self.contact.id,
            author: self.author,
            subject: self.subject.unwrap_or(Subject::Note(id)),
            action: self.action,
            text: self.text,
            user_id: scope.actor().user_id(),
            at: engine.now(),
        };
        store::contacts::add_entry(tx, scope, &entry).await?;
        Ok(entry)
    }
}

/// The contact that an author is, about which nobody else writes until the transaction ends.
async fn lock(tx: &mut Tx, scope: &Scope, author: &AuthorId) -> Result<Contact, Error> {
    let found = store::contacts::find_by_author(&mut *tx, scope, author)
        .await?
        .ok_or(Error::NotFound(What::Contact))?;
    store::contacts::lock(tx, scope, found.id)
        .await?
        .ok_or(Error::NotFound(What::Contact))
}

/// How much there is of a contact, or of several together.
struct Weight {
    entries: usize,
    /// Bytes of their texts.
    written: usize,
    authors: usize,
    /// Bytes of the names of the authors, which are shown with each entry.
    names: usize,
}

impl Weight {
    /// As it is now; nobody else writes about locked contacts until the transaction ends.
    async fn of(tx: &mut Tx, scope: &Scope, contacts: &[ContactId]) -> Result<Self, Error> {
        let (mut entries, mut written) = (0_usize, 0_usize);
        for id in contacts {
            let (count, bytes) = store::contacts::totals(tx, scope, *id).await?;
            entries = entries.saturating_add(count);
            written = written.saturating_add(bytes);
        }
        let all = store::contacts::authors_of(&mut *tx, scope, contacts).await?;
        let authors = all.values().flatten();
        Ok(Self {
            entries,
            written,
            authors: authors.clone().count(),
            names: authors.map(|author| author.to_string().len()).sum(),
        })
    }

    /// With one more entry.
    const fn with(self, text: &str) -> Self {
        Self {
            entries: self.entries.saturating_add(1),
            written: self.written.saturating_add(text.len()),
            ..self
        }
    }

    /// Refuses more than one contact may have: all of it is shown at once.
    fn check(&self, field: &str) -> Result<(), Error> {
        let repeated = self.entries.saturating_mul(self.names);
        for (things, have, limit) in [
            ("entries", self.entries, limits::CONTACT_ENTRIES),
            ("authors", self.authors, limits::CONTACT_AUTHORS),
            (
                "bytes of what is written about it, with the names of its authors in each entry",
                self.written.saturating_add(repeated),
                limits::CONTACT_BYTES,
            ),
        ] {
            if have > limit {
                return Err(Error::Full {
                    field: field.to_owned(),
                    of: "a contact",
                    things,
                    limit,
                });
            }
        }
        Ok(())
    }
}

/// A text without space around it, of a length that is kept.
fn checked(text: &str, longest: usize, has_lines: bool) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid("text", "a text was expected, it is empty"));
    }
    let is_wrong = |c: char| c.is_control() && !(has_lines && matches!(c, '\n' | '\r' | '\t'));
    if text.chars().any(is_wrong) {
        let reason = if has_lines {
            "a text without control characters was expected"
        } else {
            "a text on one line was expected"
        };
        return Err(Error::invalid("text", reason));
    }
    check_length("text", text, longest)?;
    Ok(text.to_owned())
}
