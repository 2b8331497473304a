//! Answers to invitations: nobody belongs to an account who has not said yes to it, with the link
//! that whoever invited handed over.

use domain::change::ChangeKind;
use domain::ids::AccountId;
use domain::scope::Scope;
use domain::user::MembershipState;
use serde_json::Value;
use store::Tx;

use super::unasked;
use super::users::{card, told};
use crate::auth::fingerprint;
use crate::auth::own::in_force;
use crate::auth::people::invited_scope;
use crate::auth::sessions::BrowserSession;
use crate::directory::Member;
use crate::{Engine, Error, What};

/// The signed-in person joins an account that invited them, with the secret of the link. From now on
/// the account knows who they are.
///
/// # Errors
/// `NotFound` when the account did not invite the person, or took the invitation back, and when the
/// link is another one or not good any more.
pub async fn accept_invitation(
    engine: &Engine,
    session: &BrowserSession,
    account_id: AccountId,
    secret: &str,
) -> Result<(), Error> {
    let scope = invited_scope(account_id, session.user.id);
    let (scope_in, session, now) = (scope.clone(), session.clone(), engine.now());
    let hash = fingerprint(secret);
    unasked(engine, &scope, move |tx| {
        Box::pin(async move {
            let invited = invited(tx, &scope_in, &session).await?;
            let user_id = session.user.id;
            if !store::invitation_links::take(tx, &scope_in, user_id, &hash, now).await? {
                return Err(Error::NotFound(What::Account));
            }
            let before = card(&invited);
            let mut membership = invited.membership;
            membership.state = MembershipState::Active;
            // What the person did before is not the account's to know.
            membership.added_at = now;
            store::memberships::update(tx, &scope_in, &membership).await?;
            let member = Member::of(session.user, membership);
            let after = card(&member);
            Ok(((), told(ChangeKind::UserUpdated, &member, before, after)))
        })
    })
    .await
}

/// The signed-in person does not join an account that invited them.
///
/// # Errors
/// `NotFound` when the account did not invite the person, or took the invitation back.
pub async fn decline_invitation(
    engine: &Engine,
    session: &BrowserSession,
    account_id: AccountId,
) -> Result<(), Error> {
    let scope = invited_scope(account_id, session.user.id);
    let (scope_in, session) = (scope.clone(), session.clone());
    unasked(engine, &scope, move |tx| {
        Box::pin(async move {
            let invited = invited(tx, &scope_in, &session).await?;
            store::memberships::delete(tx, &scope_in, session.user.id).await?;
            let before = card(&invited);
            Ok((
                (),
                told(ChangeKind::UserDeleted, &invited, before, Value::Null),
            ))
        })
    })
    .await
}

async fn invited(tx: &mut Tx, scope: &Scope, session: &BrowserSession) -> Result<Member, Error> {
    let person = in_force(tx, session).await?.user;
    let found = store::memberships::lock(tx, scope, person.id).await?;
    let membership = found
        .filter(|found| found.state == MembershipState::Invited)
        .ok_or(Error::NotFound(What::Account))?;
    Ok(Member::of(person, membership))
}
