//! What the contract tests store.

use domain::account::{Account, Project};
use domain::ids::{
    AccountId, ChangeNumber, ConversationId, MentionId, ProfileId, ProjectId, RoleId, TopicId,
    UserId,
};
use domain::mention::{Mention, State};
use domain::permission::{Permission, PermissionSet};
use domain::plan::Plan;
use domain::role::{License, Role, TopicAccess};
use domain::scope::Scope;
use domain::source::{Provider, Service};
use domain::time::UnixMillis;
use domain::topic::{Connection, Profile, Topic};

use crate::mentions::{Prepared, dedupe_key};
use crate::{Db, StoreError, Tx, accounts, mentions, projects, topics};

pub(super) const NOW: UnixMillis = UnixMillis(1_795_291_200_000);
pub(super) const ACCOUNT: AccountId = AccountId(1001);
pub(super) const OTHER: AccountId = AccountId(1002);
pub(super) const PROJECT: ProjectId = ProjectId(1001);
pub(super) const TOPIC: TopicId = TopicId(1001);

pub(super) fn scope() -> Scope {
    Scope::system(ACCOUNT)
}

/// A member of the account who reaches these topics only.
pub(super) fn narrow(topics: &[TopicId]) -> Scope {
    Scope::for_member(
        ACCOUNT,
        UserId(7),
        TopicAccess::Only(topics.iter().copied().collect()),
        PermissionSet::all(),
    )
}

pub(super) fn account(id: AccountId) -> Account {
    Account {
        id,
        name: "Café Größe 株式会社".to_owned(),
        description: Some("A made-up café".to_owned()),
        package: Some("Großes Paket".to_owned()),
        plan: Plan::EnterpriseV5,
        timezone: "Europe/Brussels".to_owned(),
        added_at: NOW,
    }
}

pub(super) fn project(account_id: AccountId) -> Project {
    Project {
        account_id,
        id: PROJECT,
        name: "Brand".to_owned(),
        added_at: NOW,
    }
}

pub(super) fn topic(account_id: AccountId, id: TopicId) -> Topic {
    Topic {
        account_id,
        id,
        project_id: PROJECT,
        name: "Support".to_owned(),
        searchkeywords: Some("brand AND NOT job".to_owned()),
        added_at: NOW,
        updated_at: NOW,
    }
}

pub(super) fn profile(id: i64, service_id: &str) -> Profile {
    Profile {
        account_id: ACCOUNT,
        topic_id: TOPIC,
        id: ProfileId(id),
        service: Service::Rss,
        service_id: service_id.to_owned(),
        provider: Provider::SearchProviderRss,
        displayname: Some("News".to_owned()),
        username: None,
        avatar: None,
        added_at: NOW,
        removed_at: None,
        connection: Connection {
            due_at: Some(NOW),
            ..Connection::default()
        },
    }
}

pub(super) fn role(id: i64) -> Role {
    Role {
        account_id: ACCOUNT,
        id: RoleId(id),
        title: "Night shift".to_owned(),
        license: License::Paying,
        is_stock: false,
        permissions: [Permission::InboxRead, Permission::InboxBlockcontactUpdate]
            .into_iter()
            .collect(),
        topics: TopicAccess::Only([TOPIC].into_iter().collect()),
        added_at: NOW,
        updated_at: NOW,
    }
}

/// Runs one write and expects it to succeed.
pub(super) async fn write<T, F>(db: &Db, work: F) -> T
where
    F: for<'t> FnOnce(&'t mut Tx) -> crate::Work<'t, T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    db.write(arranged(work)).await.unwrap()
}

/// A write that puts something there, without the locks of the accounts.
pub(super) fn arranged<T, F>(
    work: F,
) -> impl for<'t> FnOnce(&'t mut Tx) -> crate::Work<'t, T, StoreError> + Send + 'static
where
    F: for<'t> FnOnce(&'t mut Tx) -> crate::Work<'t, T, StoreError> + Send + 'static,
{
    move |tx| {
        crate::testing::arrange(tx);
        work(tx)
    }
}

/// Two accounts, each with a project and a topic.
pub(super) async fn two_accounts(db: &Db) {
    write(db, |tx| {
        Box::pin(async move {
            for id in [ACCOUNT, OTHER] {
                let scope = Scope::system(id);
                accounts::create(tx, &account(id)).await?;
                projects::create(tx, &scope, &project(id)).await?;
                topics::create(tx, &scope, &topic(id, TOPIC)).await?;
            }
            Ok(())
        })
    })
    .await;
}

/// A mention; the source gives it the identifier `source_id`.
pub(super) fn mention(id: i64, source_id: Option<&str>) -> Mention {
    let body = serde_json::from_value(serde_json::json!({
        "author": {"name": "jo", "id": "42"},
        "content": "Où est ma commande ? 🚚 #retard",
        "source": {
            "category": "microblogs",
            "service": "twitter",
            "provider": "SearchProviderTwitter",
            "id": source_id,
        },
        "rating": 4.5,
    }))
    .unwrap();
    Mention {
        account_id: ACCOUNT,
        topic_id: TOPIC,
        project_id: PROJECT,
        id: MentionId(id),
        conversation_id: ConversationId(id),
        added_at: NOW.plus_ms(id),
        published_at: (id % 2 == 0).then_some(NOW),
        body,
        state: State::default(),
        changed_by: ChangeNumber(1),
    }
}

pub(super) fn prepared(mention: &Mention) -> Prepared {
    Prepared::new(mention, dedupe_key(&mention.body).as_deref()).unwrap()
}

/// Stores mentions and gives the numbers of the new ones, ascending.
pub(super) async fn store(db: &Db, list: &[Mention]) -> Vec<i64> {
    let rows: Vec<Prepared> = list.iter().map(prepared).collect();
    let new = write(db, move |tx| {
        Box::pin(async move { mentions::insert(tx, &scope(), &rows).await })
    })
    .await;
    let mut new: Vec<i64> = new.into_iter().map(MentionId::get).collect();
    new.sort_unstable();
    new
}
