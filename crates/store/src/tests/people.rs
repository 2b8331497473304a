//! People, memberships, applications, throttle and call counts.

use domain::ids::{ApplicationId, RoleId, TokenId, UserId};
use domain::role::{License, Role, TopicAccess};
use domain::scope::Scope;
use domain::time::UnixMillis;
use domain::user::{Membership, MembershipState, Presence, User};

use super::fixtures::{ACCOUNT, NOW, OTHER, account, arranged, scope, write};
use crate::applications::{self, Application};
use crate::rates::{self, Hits};
use crate::throttle::{self, Failures};
use crate::tokens::{self, Token};
use crate::{Db, StoreError, accounts, both_engines, invitation_links, memberships, roles, users};

fn user(id: i64, email: &str) -> User {
    User {
        id: UserId(id),
        name: "Ines 株式会社".to_owned(),
        email: email.to_owned(),
        avatar: Some("https://x.example/a.png".to_owned()),
        presence: Presence::Busy,
        is_disabled: false,
        added_at: NOW,
    }
}

fn member(id: i64) -> Membership {
    Membership {
        account_id: ACCOUNT,
        user_id: UserId(id),
        role_id: RoleId(1),
        state: MembershipState::Active,
        is_expert: id % 2 == 1,
        timezone: (id == 1).then(|| "Europe/London".to_owned()),
        added_at: NOW,
    }
}

/// Two accounts with a role each, two people, of whom the first belongs to the first account.
async fn people(db: &Db) {
    write(db, |tx| {
        Box::pin(async move {
            for id in [ACCOUNT, OTHER] {
                accounts::create(tx, &account(id)).await?;
                let role = Role {
                    account_id: id,
                    id: RoleId(1),
                    title: "Editor".to_owned(),
                    license: License::Paying,
                    is_stock: false,
                    permissions: domain::permission::PermissionSet::all(),
                    topics: TopicAccess::All,
                    added_at: NOW,
                    updated_at: NOW,
                };
                roles::create(tx, &Scope::system(id), &role).await?;
            }
            users::create(tx, &user(1, "a@x.example"), Some("hash")).await?;
            users::create(tx, &user(2, "b@x.example"), None).await?;
            memberships::create(tx, &scope(), &member(1)).await
        })
    })
    .await;
}

both_engines! {
    async fn the_link_of_an_invitation_is_good_for_one_person_once_and_goes_with_the_membership(db: &Db) {
        people(db).await;
        let link = |hash: u8, ends: i64| invitation_links::Link {
            user_id: UserId(1), link_hash: vec![hash], added_at: NOW, expires_at: NOW.plus_ms(ends),
        };
        let found = async |user: i64, hash: u8, at: i64| {
            invitation_links::find_live(db, UserId(user), &[hash], NOW.plus_ms(at)).await.unwrap()
        };
        let keep = async |link: invitation_links::Link| {
            write(db, move |tx| Box::pin(async move {
                invitation_links::replace(tx, &scope(), &link).await
            })).await;
        };
        keep(link(1, 10)).await;
        assert_eq!(found(1, 1, 9).await, Some(ACCOUNT));
        assert_eq!((found(1, 1, 10).await, found(2, 1, 0).await, found(1, 2, 0).await), (None, None, None));
        keep(link(2, 10)).await;
        assert_eq!((found(1, 1, 0).await, found(1, 2, 0).await), (None, Some(ACCOUNT)));
        write(db, |tx| Box::pin(async move {
            let other = Scope::system(OTHER);
            for (scope, user, hash, at) in [
                (&other, 1, 2, 0), (&scope(), 2, 2, 0), (&scope(), 1, 1, 0), (&scope(), 1, 2, 10),
            ] {
                let at = NOW.plus_ms(at);
                assert!(!invitation_links::take(tx, scope, UserId(user), &[hash], at).await?);
            }
            assert!(invitation_links::take(tx, &scope(), UserId(1), &[2], NOW).await?);
            assert!(!invitation_links::take(tx, &scope(), UserId(1), &[2], NOW).await?, "once");
            Ok(())
        })).await;
        keep(link(3, 10)).await;
        write(db, |tx| Box::pin(async move {
            assert_eq!(invitation_links::prune(tx, NOW).await?, 0);
            assert_eq!(invitation_links::prune(tx, NOW.plus_ms(11)).await?, 1);
            Ok(())
        })).await;
        keep(link(4, 10)).await;
        write(db, |tx| Box::pin(async move {
            assert!(memberships::delete(tx, &scope(), UserId(1)).await?);
            memberships::create(tx, &scope(), &member(1)).await
        })).await;
        assert_eq!(found(1, 4, 0).await, None);
        keep(link(5, 10)).await;
        write(db, |tx| Box::pin(async move { accounts::delete(tx, ACCOUNT).await })).await;
        assert_eq!(found(1, 5, 0).await, None);
    }

    async fn people_come_back_as_they_were(db: &Db) {
        people(db).await;
        assert_eq!(users::find(db, UserId(1)).await.unwrap(), Some(user(1, "a@x.example")));
        assert_eq!(users::find(db, UserId(3)).await.unwrap(), None);
        let found = users::find_by_email(db, "a@x.example").await.unwrap().unwrap();
        assert_eq!((found.password_hash.as_deref(), found.epoch), (Some("hash"), 0));
        assert_eq!(users::find_by_email(db, "A@x.example").await.unwrap(), None);
        let changed = User { is_disabled: true, avatar: None, ..user(2, "c@x.example") };
        let stored = changed.clone();
        write(db, move |tx| Box::pin(async move {
            assert!(users::is_anybody_there(tx).await?);
            assert!(users::update(tx, &changed).await?);
            assert!(!users::update(tx, &user(9, "z@x.example")).await?);
            users::set_password(tx, UserId(1), "new", NOW).await?;
            users::strengthen_password(tx, UserId(1), "hash", "lost").await?;
            users::strengthen_password(tx, UserId(1), "new", "newer").await?;
            users::end_epoch(tx, UserId(1)).await
        })).await;
        assert_eq!(users::find(db, UserId(2)).await.unwrap(), Some(stored));
        let found = users::find_by_email(db, "a@x.example").await.unwrap().unwrap();
        assert_eq!((found.password_hash.as_deref(), found.epoch), (Some("newer"), 2));
    }

    async fn the_last_sign_in_of_members_is_known(db: &Db) {
        people(db).await;
        assert!(memberships::last_logins(db, &scope()).await.unwrap().is_empty());
        write(db, |tx| Box::pin(async move {
            users::note_login(tx, UserId(1), NOW).await?;
            users::note_login(tx, UserId(2), NOW).await?;
            users::note_login(tx, UserId(1), NOW.plus_ms(1)).await
        })).await;
        let logins = memberships::last_logins(db, &scope()).await.unwrap();
        assert_eq!(logins, [(UserId(1), NOW.plus_ms(1))].into());
        assert!(memberships::last_logins(db, &Scope::system(OTHER)).await.unwrap().is_empty());
    }

    async fn accounts_that_keep_a_person_out_are_not_among_the_active_ones(db: &Db) {
        people(db).await;
        assert_eq!(memberships::active_accounts_of(db, UserId(1)).await.unwrap(), [ACCOUNT]);
        assert!(memberships::active_accounts_of(db, UserId(2)).await.unwrap().is_empty());
        write(db, |tx| Box::pin(async move {
            let out = Membership { state: MembershipState::Disabled, ..member(1) };
            memberships::update(tx, &scope(), &out).await
        })).await;
        assert!(memberships::active_accounts_of(db, UserId(1)).await.unwrap().is_empty());
        assert_eq!(memberships::accounts_of(db, UserId(1)).await.unwrap(), [ACCOUNT]);
    }

    async fn an_e_mail_address_belongs_to_one_person(db: &Db) {
        people(db).await;
        let taken: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            users::create(tx, &user(3, "a@x.example"), None).await
        })).await;
        assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
        let taken: Result<bool, StoreError> = db.write(|tx| Box::pin(async move {
            users::update(tx, &user(2, "a@x.example")).await
        })).await;
        assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    }

    async fn who_has_a_role_and_acts_in_it_is_known(db: &Db) {
        people(db).await;
        let (other, role) = (Scope::system(OTHER), RoleId(1));
        let found = memberships::find_member(db, &scope(), UserId(1)).await.unwrap();
        assert_eq!(found, Some((user(1, "a@x.example"), member(1))));
        assert_eq!(memberships::find_member(db, &other, UserId(1)).await.unwrap(), None);
        assert!(memberships::has_role(db, &scope(), role).await.unwrap());
        assert!(!memberships::has_role(db, &scope(), RoleId(2)).await.unwrap());
        assert!(!memberships::has_role(db, &other, role).await.unwrap());
        let is_left = async |except| {
            memberships::has_other_in_role(db, &scope(), role, UserId(except)).await.unwrap()
        };
        assert!(!is_left(1).await);
        assert!(is_left(2).await, "the first is");
        write(db, |tx| Box::pin(async move { memberships::create(tx, &scope(), &member(2)).await })).await;
        assert!(!is_left(1).await, "the second cannot sign in");
        write(db, |tx| Box::pin(async move {
            users::set_password(tx, UserId(2), "hash", NOW).await
        })).await;
        assert!(is_left(1).await, "the second is");
        write(db, |tx| Box::pin(async move {
            let locked_out = User { is_disabled: true, ..user(2, "b@x.example") };
            users::update(tx, &locked_out).await
        })).await;
        assert!(!is_left(1).await, "the second is locked out of the installation");
        write(db, |tx| Box::pin(async move {
            users::update(tx, &user(2, "b@x.example")).await?;
            let kept_out = Membership { state: MembershipState::Disabled, ..member(2) };
            memberships::update(tx, &scope(), &kept_out).await
        })).await;
        assert!(!is_left(1).await, "the second is kept out of the account");
    }

    async fn members_are_of_one_account(db: &Db) {
        people(db).await;
        let other = Scope::system(OTHER);
        assert_eq!(memberships::find(db, &scope(), UserId(1)).await.unwrap(), Some(member(1)));
        assert_eq!(memberships::find(db, &other, UserId(1)).await.unwrap(), None);
        assert_eq!(memberships::accounts_of(db, UserId(1)).await.unwrap(), [ACCOUNT]);
        let listed = memberships::list(db, &scope()).await.unwrap();
        assert_eq!(listed, [(user(1, "a@x.example"), member(1))]);
        assert!(memberships::list(db, &other).await.unwrap().is_empty());
        let disabled = Membership { state: MembershipState::Disabled, is_expert: false, timezone: Some("UTC".to_owned()), ..member(1) };
        let stored = disabled.clone();
        write(db, move |tx| Box::pin(async move {
            assert!(!memberships::update(tx, &other, &disabled).await?);
            assert!(!memberships::delete(tx, &other, UserId(1)).await?);
            assert!(memberships::update(tx, &scope(), &disabled).await?);
            Ok(())
        })).await;
        assert_eq!(memberships::find(db, &scope(), UserId(1)).await.unwrap(), Some(stored));
        let twice: Result<(), StoreError> = db.write(arranged(|tx| Box::pin(async move {
            memberships::create(tx, &scope(), &member(1)).await
        }))).await;
        assert!(matches!(twice, Err(StoreError::Conflict(_))));
        write(db, |tx| Box::pin(async move {
            assert!(memberships::delete(tx, &scope(), UserId(1)).await?);
            assert!(!memberships::delete(tx, &scope(), UserId(1)).await?);
            Ok(())
        })).await;
    }

    async fn applications_come_back_as_they_were(db: &Db) {
        let plain = Application {
            id: ApplicationId(5),
            client_id: "abc".to_owned(),
            secret_hash: Some(vec![0, 1, 255]),
            name: "CRM".to_owned(),
            redirect_uri: Some("https://crm.example/".to_owned()),
            is_trusted: true,
            needs_pkce: false,
            is_console: true,
            built_in: None,
            added_at: NOW,
        };
        let built_in = Application {
            id: ApplicationId(6),
            client_id: "def".to_owned(),
            secret_hash: None,
            redirect_uri: None,
            built_in: Some("personal".to_owned()),
            ..plain.clone()
        };
        let both = [plain.clone(), built_in.clone()];
        let expected = both.to_vec();
        write(db, move |tx| Box::pin(async move {
            for application in &both {
                applications::create(tx, application).await?;
            }
            assert_eq!(applications::find_built_in(tx, "personal").await?.as_ref(), both.last());
            assert_eq!(applications::find_built_in(tx, "other").await?, None);
            Ok(())
        })).await;
        assert_eq!(applications::list(db).await.unwrap(), expected);
        assert_eq!(applications::find_by_client_id(db, "abc").await.unwrap(), Some(plain));
        assert_eq!(applications::find_by_client_id(db, "ABC").await.unwrap(), None);
    }

    async fn failures_are_kept_until_they_are_old(db: &Db) {
        let failures = Failures { count: 3, failed_at: NOW, locked_until: NOW.plus_ms(5) };
        write(db, move |tx| Box::pin(async move {
            assert_eq!(throttle::lock(tx, "a").await?, Failures::default());
            throttle::update(tx, "a", failures).await?;
            assert_eq!(throttle::lock(tx, "a").await?, failures);
            assert_eq!(throttle::prune(tx, NOW.plus_ms(5)).await?, 0, "still locked");
            assert_eq!(throttle::delete(tx, "b").await?, None);
            assert_eq!(throttle::delete(tx, "a").await?, Some(failures));
            throttle::lock(tx, "a").await?;
            throttle::update(tx, "a", failures).await?;
            assert_eq!(throttle::prune(tx, NOW.plus_ms(6)).await?, 1);
            Ok(())
        })).await;
    }

    async fn calls_add_up_per_window(db: &Db) {
        let hits = |subject: &str, window_at: i64, hits: i64| Hits {
            subject: subject.to_owned(),
            window_at: UnixMillis(window_at),
            hits,
        };
        let (first, second) = (vec![hits("a", 10, 2), hits("b", 10, 1)], vec![hits("a", 10, 3), hits("a", 20, 1)]);
        write(db, move |tx| Box::pin(async move {
            assert_eq!(rates::add(tx, &first).await?, [2, 1]);
            assert_eq!(rates::add(tx, &second).await?, [5, 1]);
            Ok(())
        })).await;
        assert_eq!(rates::list(db, UnixMillis(10)).await.unwrap(), [hits("a", 10, 5), hits("a", 20, 1), hits("b", 10, 1)]);
        write(db, |tx| Box::pin(async move {
            assert_eq!(rates::prune(tx, UnixMillis(20)).await?, 2);
            Ok(())
        })).await;
        assert_eq!(rates::list(db, UnixMillis(0)).await.unwrap(), [hits("a", 20, 1)]);
    }

    async fn the_grants_beyond_so_many_are_those_that_died_or_were_used_longest_ago(db: &Db) {
        people(db).await;
        let application = |id: i64, built_in: Option<&str>| Application {
            id: ApplicationId(id), client_id: format!("client {id}"), secret_hash: None,
            name: "CRM".to_owned(), redirect_uri: None, is_trusted: false, needs_pkce: true,
            is_console: false, built_in: built_in.map(ToOwned::to_owned), added_at: NOW,
        };
        let token = |id: i64, grant: i64, of: i64, used: Option<i64>| Token {
            id: TokenId(id), token_hash: id.to_be_bytes().to_vec(), is_refresh: false,
            application_id: ApplicationId(of), user_id: UserId(1), epoch: 0, grant_id: TokenId(grant),
            parent_id: None, scopes: String::new(), added_at: NOW.plus_ms(id),
            expires_at: NOW.plus_ms(1_000), used_at: used.map(|at| NOW.plus_ms(at)),
            successor_salt: None, revoked_at: None,
        };
        let (all, of_one, counted) = write(db, move |tx| Box::pin(async move {
            for (id, built_in) in [(1, None), (2, None), (3, Some("personal"))] {
                applications::create(tx, &application(id, built_in)).await?;
            }
            for one in [
                token(1, 10, 1, Some(500)), token(2, 10, 1, None), token(3, 11, 1, None),
                token(4, 12, 2, Some(400)), token(5, 13, 2, Some(900)), token(6, 14, 3, None),
                Token { expires_at: NOW, ..token(7, 15, 1, Some(950)) },
            ] {
                tokens::create(tx, &one).await?;
            }
            tokens::revoke(tx, TokenId(5), NOW).await?;
            let user = UserId(1);
            let counted = (
                tokens::count_personal(tx, user, NOW).await?,
                tokens::count_personal(tx, UserId(2), NOW).await?,
                applications::count(tx).await?,
            );
            Ok((
                tokens::grants_after(tx, user, None, 0, NOW).await?,
                tokens::grants_after(tx, user, Some(ApplicationId(1)), 1, NOW).await?,
                counted,
            ))
        })).await;
        assert_eq!(all, [10, 12, 11, 15, 13].map(TokenId));
        assert_eq!(of_one, [11, 15].map(TokenId));
        assert_eq!(counted, (1, 0, 2));
        let left = write(db, |tx| Box::pin(async move {
            assert_eq!(tokens::keep_newest_of_grant(tx, TokenId(10), 1).await?, 1);
            assert_eq!(tokens::delete_grant(tx, TokenId(12)).await?, 1);
            let mut left = Vec::new();
            for id in 1..=7_i64 {
                if tokens::user_of(tx, &id.to_be_bytes()).await?.is_some() {
                    left.push(id);
                }
            }
            Ok(left)
        })).await;
        assert_eq!(left, [2, 3, 5, 6, 7]);
    }
}
