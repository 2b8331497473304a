//! Who belongs to which account, in which role.

use std::collections::HashMap;

use domain::ids::{AccountId, RoleId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::{Membership, MembershipState, User};

use crate::convert::{delete_one, member};
use crate::db::Reader;
use crate::error::StoreError;
use crate::invitation_links;
use crate::row;
use crate::users::UserRow;
use crate::{Db, Tx};

row! {
    struct MembershipRow {
        account_id: i64,
        user_id: i64,
        role_id: i64,
        state: i64,
        is_expert: bool,
        member_timezone: Option<String>,
        joined_at: i64,
    }
}

impl MembershipRow {
    fn membership(self) -> Result<Membership, StoreError> {
        let state = u8::try_from(self.state)
            .ok()
            .and_then(MembershipState::from_number)
            .ok_or_else(|| StoreError::broken("a membership's state has an unknown number"))?;
        Ok(Membership {
            account_id: AccountId(self.account_id),
            user_id: UserId(self.user_id),
            role_id: RoleId(self.role_id),
            state,
            is_expert: self.is_expert,
            timezone: self.member_timezone,
            added_at: UnixMillis(self.joined_at),
        })
    }
}

row! {
    struct MemberRow {
        #[sqlx(flatten)]
        user: UserRow,
        #[sqlx(flatten)]
        membership: MembershipRow,
    }
}

impl MemberRow {
    fn member(self) -> Result<(User, Membership), StoreError> {
        Ok((self.user.credentials()?.user, self.membership.membership()?))
    }
}

macro_rules! member {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, u.avatar, u.presence, u.is_disabled,
               u.password_hash, u.epoch, u.added_at, m.account_id, m.user_id, m.role_id, m.state,
               m.is_expert, m.timezone AS member_timezone, m.added_at AS joined_at
             FROM memberships m
             JOIN users u ON u.id = m.user_id ",
            $rest
        )
    };
}

/// Makes a person a member of the scope's account.
///
/// # Errors
/// [`StoreError::Conflict`] when the person already is one.
pub async fn create(tx: &mut Tx, scope: &Scope, membership: &Membership) -> Result<(), StoreError> {
    tx.setting(scope.account_id(), "INSERT INTO memberships (account_id, user_id, role_id, state, is_expert, timezone, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")?
    .bind(scope.account_id().0)
    .bind(membership.user_id.0)
    .bind(membership.role_id.0)
    .bind(i64::from(membership.state.number()))
    .bind(membership.is_expert)
    .bind(membership.timezone.clone())
    .bind(membership.added_at.0)
    .execute()
    .await?;
    Ok(())
}

/// A person's place in the scope's account.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    user_id: UserId,
) -> Result<Option<Membership>, StoreError> {
    find_for_sign_in(from, scope.account_id(), user_id).await
}

/// A member of the scope's account, with the person.
pub async fn find_member<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    user_id: UserId,
) -> Result<Option<(User, Membership)>, StoreError> {
    let row: Option<MemberRow> = from
        .into()
        .sql(member!("WHERE m.account_id = $1 AND m.user_id = $2"))
        .bind(scope.account_id().0)
        .bind(user_id.0)
        .fetch_optional()
        .await?;
    row.map(MemberRow::member).transpose()
}

/// Whether a member of the scope's account has this role.
pub async fn has_role<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    role_id: RoleId,
) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = from
        .into()
        .sql("SELECT user_id FROM memberships WHERE account_id = $1 AND role_id = $2 LIMIT 1")
        .bind(scope.account_id().0)
        .bind(role_id.0)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// Whether anybody but this person acts in the scope's account in this role: an active member who
/// is not locked out of the installation and has a password to sign in with.
pub async fn has_other_in_role<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    role_id: RoleId,
    except: UserId,
) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = from
        .into()
        .sql(
            "SELECT m.user_id
             FROM memberships m
             JOIN users u ON u.id = m.user_id
             WHERE m.account_id = $1 AND m.role_id = $2 AND m.user_id <> $3 AND m.state = $4
               AND u.is_disabled = $5 AND u.password_hash IS NOT NULL
             LIMIT 1",
        )
        .bind(scope.account_id().0)
        .bind(role_id.0)
        .bind(except.0)
        .bind(i64::from(MembershipState::Active.number()))
        .bind(false)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// A person's place in an account, for making the scope that every other function asks for.
pub async fn find_for_sign_in<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    user_id: UserId,
) -> Result<Option<Membership>, StoreError> {
    let row: Option<MembershipRow> = from
        .into()
        .sql(
            "SELECT account_id, user_id, role_id, state, is_expert,
               timezone AS member_timezone, added_at AS joined_at
             FROM memberships
             WHERE account_id = $1 AND user_id = $2",
        )
        .bind(account_id.0)
        .bind(user_id.0)
        .fetch_optional()
        .await?;
    row.map(MembershipRow::membership).transpose()
}

/// All members of the scope's account, by number.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<(User, Membership)>, StoreError> {
    let rows: Vec<MemberRow> = db
        .sql(member!("WHERE m.account_id = $1 ORDER BY u.id"))
        .bind(scope.account_id().0)
        .large()
        .fetch_all()
        .await?;
    rows.into_iter().map(MemberRow::member).collect()
}

/// When the members of the scope's account signed in last, as far as they did since they joined it:
/// what a person did before is not the account's to know.
///
/// It is not part of the members themselves: those are kept in memory until one is changed, and
/// a sign-in changes nothing else.
pub async fn last_logins(
    db: &Db,
    scope: &Scope,
) -> Result<HashMap<UserId, UnixMillis>, StoreError> {
    let rows: Vec<(i64, i64)> = db
        .sql(
            "SELECT u.id, u.last_login_at
             FROM memberships m
             JOIN users u ON u.id = m.user_id
             WHERE m.account_id = $1 AND m.state <> $2 AND u.last_login_at >= m.added_at",
        )
        .bind(scope.account_id().0)
        .bind(i64::from(MembershipState::Invited.number()))
        .large()
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, at)| (UserId(id), UnixMillis(at)))
        .collect())
}

/// A person's place in the scope's account, within a transaction; nobody else changes it until that
/// ends.
pub async fn lock(
    tx: &mut Tx,
    scope: &Scope,
    user_id: UserId,
) -> Result<Option<Membership>, StoreError> {
    // An update that changes nothing locks the row on both engines, in one text.
    let row: Option<MembershipRow> = tx
        .sql(
            "UPDATE memberships
             SET state = state
             WHERE account_id = $1 AND user_id = $2
             RETURNING account_id, user_id, role_id, state, is_expert,
               timezone AS member_timezone, added_at AS joined_at",
        )
        .bind(scope.account_id().0)
        .bind(user_id.0)
        .fetch_optional()
        .await?;
    row.map(MembershipRow::membership).transpose()
}

/// An account that a person belongs to, or is invited to, as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub account: String,
    /// Title of the person's role.
    pub role: String,
    /// Whether the membership is in force.
    pub state: MembershipState,
}

/// The accounts that a person belongs to or is invited to, by number.
pub async fn places_of(db: &Db, user_id: UserId) -> Result<Vec<Place>, StoreError> {
    let rows: Vec<(i64, String, String, i64)> = db
        .sql(
            "SELECT m.account_id, a.name, r.title, m.state
             FROM memberships m
             JOIN accounts a ON a.id = m.account_id
             JOIN roles r ON r.account_id = m.account_id AND r.id = m.role_id
             WHERE m.user_id = $1
             ORDER BY m.account_id",
        )
        .bind(user_id.0)
        .fetch_all()
        .await?;
    rows.into_iter()
        .map(|(id, account, role, state)| {
            Ok(Place {
                account_id: AccountId(id),
                account,
                role,
                state: member(state, MembershipState::from_number, "membership's state")?,
            })
        })
        .collect()
}

/// The accounts in which a person is an active member, by number.
pub async fn active_accounts_of<'c>(
    from: impl Into<Reader<'c>>,
    user_id: UserId,
) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(i64,)> = from
        .into()
        .sql(
            "SELECT account_id
             FROM memberships
             WHERE user_id = $1 AND state = $2
             ORDER BY account_id",
        )
        .bind(user_id.0)
        .bind(i64::from(MembershipState::Active.number()))
        .large()
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| AccountId(id)).collect())
}

/// All accounts a person belongs to, by number.
pub async fn accounts_of(db: &Db, user_id: UserId) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(i64,)> = db
        .sql("SELECT account_id FROM memberships WHERE user_id = $1 ORDER BY account_id")
        .bind(user_id.0)
        .large()
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| AccountId(id)).collect())
}

/// Changes role, state, expertise, time zone and since when; gives whether there is such a member.
pub async fn update(
    tx: &mut Tx,
    scope: &Scope,
    membership: &Membership,
) -> Result<bool, StoreError> {
    let changed = tx
        .setting(
            scope.account_id(),
            "UPDATE memberships
             SET role_id = $1, state = $2, is_expert = $3, timezone = $4, added_at = $5
             WHERE account_id = $6 AND user_id = $7",
        )?
        .bind(membership.role_id.0)
        .bind(i64::from(membership.state.number()))
        .bind(membership.is_expert)
        .bind(membership.timezone.clone())
        .bind(membership.added_at.0)
        .bind(scope.account_id().0)
        .bind(membership.user_id.0)
        .execute()
        .await?;
    Ok(changed > 0)
}

/// Ends a membership, with the link to accept it; gives whether there was one.
pub async fn delete(tx: &mut Tx, scope: &Scope, user_id: UserId) -> Result<bool, StoreError> {
    invitation_links::delete(tx, scope, user_id).await?;
    let text = "DELETE FROM memberships WHERE account_id = $1 AND user_id = $2";
    delete_one(tx, text, scope, user_id.0).await
}
