//! An account with topics and profiles, and messages for them.

use channels::{Draft, InboundItem, ItemKind, TextFormat};
use domain::account::{Account, Project};
use domain::ids::{AccountId, ProfileId, ProjectId, TopicId};
use domain::mention::Mention;
use domain::plan::Plan;
use domain::scope::Scope;
use domain::source::{Category, Provider, Service};
use domain::topic::{Connection, Profile, Topic};
use store::{Db, StoreError};

use crate::Engine;
use crate::pipeline::item::NewItem;
use crate::testing::{START, TestEngine};

pub(crate) const ACCOUNT: AccountId = AccountId(1001);
pub(crate) const EVERYTHING: TopicId = TopicId(1);
pub(crate) const KEYWORDS: TopicId = TopicId(2);

pub(crate) struct World {
    pub(crate) test: TestEngine,
    pub(crate) scope: Scope,
}

/// An account with two topics: one takes everything, one only what speaks of trains.
pub(crate) async fn world(db: &Db) -> World {
    db.write(|tx| {
        Box::pin(async move {
            let scope = Scope::system(ACCOUNT);
            let account = Account {
                id: ACCOUNT,
                name: "Northwind".to_owned(),
                description: None,
                package: None,
                plan: Plan::EnterpriseV5,
                timezone: "Europe/Brussels".to_owned(),
                added_at: START,
            };
            store::accounts::create(tx, &account).await?;
            let project = Project {
                account_id: ACCOUNT,
                id: ProjectId(1),
                name: "Brand".to_owned(),
                added_at: START,
            };
            store::projects::create(tx, &scope, &project).await?;
            for (id, searchkeywords) in [
                (EVERYTHING, None),
                (KEYWORDS, Some("train OR \"night bus\"".to_owned())),
            ] {
                let topic = Topic {
                    account_id: ACCOUNT,
                    id,
                    project_id: ProjectId(1),
                    name: format!("Topic {id}"),
                    searchkeywords,
                    added_at: START,
                    updated_at: START,
                };
                store::topics::create(tx, &scope, &topic).await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
    World {
        test: TestEngine::new(db).await,
        scope: Scope::system(ACCOUNT),
    }
}

impl World {
    pub(crate) fn engine(&self) -> &Engine {
        &self.test.engine
    }

    /// A feed that is due now.
    pub(crate) async fn connect(&self, id: i64, topic_id: TopicId, address: &str) -> Profile {
        let profile = Profile {
            account_id: ACCOUNT,
            topic_id,
            id: ProfileId(id),
            service: Service::Rss,
            service_id: address.to_owned(),
            provider: Provider::SearchProviderRss,
            displayname: None,
            username: None,
            avatar: None,
            added_at: START,
            removed_at: None,
            connection: Connection {
                due_at: Some(START),
                ..Connection::default()
            },
        };
        let (scope, new) = (self.scope.clone(), profile.clone());
        self.engine()
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    store::changes::lock(tx, &scope).await?;
                    store::profiles::create(tx, &scope, &new).await
                })
            })
            .await
            .unwrap();
        profile
    }

    pub(crate) async fn profile(&self, id: ProfileId) -> Profile {
        store::profiles::find(self.engine().db(), &self.scope, id)
            .await
            .unwrap()
            .unwrap()
    }

    /// Everything that is stored, by number.
    pub(crate) async fn stored(&self) -> Vec<Mention> {
        store::mentions::page_after(self.engine().db(), &self.scope, None, 10_000)
            .await
            .unwrap()
    }

    /// What lists show, by number.
    pub(crate) async fn listed(&self) -> Vec<Mention> {
        let request = crate::inbox::ListMentions {
            filter: None,
            from: None,
            to: None,
            topics: None,
            sort: search::Sort {
                field: search::SortField::Added,
                is_descending: false,
            },
            limit: 1_000,
            cursor: None,
            partial: false,
        };
        let page = crate::inbox::list(self.engine(), &self.scope, &request)
            .await
            .unwrap();
        let mut mentions = page.mentions;
        mentions.sort_by_key(|mention| mention.id);
        mentions
    }

    pub(crate) async fn changes(&self) -> Vec<domain::change::Change> {
        let start = domain::ids::ChangeNumber(0);
        store::changes::since(self.engine().db(), ACCOUNT, start, 10_000)
            .await
            .unwrap()
    }
}

/// An item that a program adds.
pub(crate) fn new_item(topic_id: TopicId, id: Option<&str>, content: &str) -> NewItem {
    let mut draft = Draft::new(
        Service::Custom,
        Provider::SearchProviderApi,
        Category::Conversations,
    );
    draft.source.id = id.map(ToOwned::to_owned);
    draft.content = content.to_owned();
    draft.author.id = Some("author-1".to_owned());
    NewItem {
        topic_id,
        draft,
        status: None,
        priority: None,
    }
}

/// An item that a connector brings.
pub(crate) fn inbound(id: &str, revision: &str, content: &str) -> InboundItem {
    let mut draft = Draft::new(Service::Rss, Provider::SearchProviderRss, Category::Blogs);
    draft.source.id = Some(id.to_owned());
    draft.source.profile = Some("http://feed.example/".to_owned());
    draft.content = content.to_owned();
    draft.format = TextFormat::Html;
    InboundItem {
        external_id: id.to_owned(),
        revision: revision.to_owned(),
        kind: ItemKind::New,
        raw: content.as_bytes().to_vec().into(),
        received_at: START,
        draft,
    }
}
