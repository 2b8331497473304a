//! `authors`: everything about one customer.

use domain::author::AuthorId;
use domain::contact::EntryKind;
use engine::contacts::{self, ContactFile};
use engine::{Error, What};

use super::entries;
use crate::conversocial::call::Call;
use crate::conversocial::reply::{Answer, Reply};

/// `GET /authors/{author_id}`.
///
/// The call is known from the documentation, its address and the form of its answer are not.
pub async fn get(call: Call) -> Answer {
    let author = named(&call)?;
    let file = contacts::of_author(&call.engine, &call.scope, &author).await?;
    let authors = file.authors.len() * 64;
    let entries = file.entries.iter();
    let entries = entries.map(|entry| 512 + authors + entry.text.len());
    let about = entries.sum();
    call.write(about, move |_| Ok(show(&file))).await
}

/// `POST /authors/{author_id}`: two authors are one customer.
pub async fn join(call: Call) -> Answer {
    let (one, other) = (named(&call)?, super::write::author(&call, "same_as")?);
    contacts::join(&call.engine, &call.scope, &one, &other).await?;
    let file = contacts::of_author(&call.engine, &call.scope, &one).await?;
    Ok(show(&file))
}

/// The author in the path.
pub fn named(call: &Call) -> Result<AuthorId, Error> {
    call.id("author_id", AuthorId::parse, What::Contact)
}

fn show(file: &ContactFile) -> Reply {
    Reply::one("author", |object| {
        entries::who(object, file.contact.id, &file.authors);
        for kind in EntryKind::ALL {
            object.array(entries::plural(*kind), |array| {
                for entry in &file.entries {
                    if entry.subject.kind() == *kind {
                        array.object(|object| entries::write(object, entry, &file.authors));
                    }
                }
            });
        }
    })
}
