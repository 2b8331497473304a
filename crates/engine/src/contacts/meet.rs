//! Contacts come into being with the first message of an author.

use std::collections::BTreeSet;

use domain::author::AuthorId;
use domain::ids::ContactId;
use domain::mention::Mention;
use domain::scope::Scope;
use store::Tx;

use crate::{Engine, Error};

/// Makes contacts for the authors of messages who have none, but not for the account's own
/// profiles.
///
/// One statement when all are known. The account's change log must be locked, so that nobody makes
/// a second contact for one of them at the same time.
pub(crate) async fn meet<'m>(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    mentions: impl IntoIterator<Item = &'m Mention>,
) -> Result<(), Error> {
    let authors: BTreeSet<AuthorId> = mentions
        .into_iter()
        .filter(|mention| !mention.body.author.managed)
        .filter_map(|mention| {
            AuthorId::new(mention.body.source.service, mention.body.author.key()?)
        })
        .collect();
    if authors.is_empty() {
        return Ok(());
    }
    let authors: Vec<AuthorId> = authors.into_iter().collect();
    let strangers = store::contacts::strangers(tx, scope, &authors).await?;
    let contacts: Vec<(ContactId, AuthorId)> = strangers
        .into_iter()
        .map(|author| (ContactId(engine.new_id()), author))
        .collect();
    store::contacts::add(tx, scope, &contacts, engine.now()).await?;
    Ok(())
}
