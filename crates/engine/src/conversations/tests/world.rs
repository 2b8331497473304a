//! Messages, people who work on them, and what conversations must be.

use std::collections::{BTreeMap, BTreeSet};

use channels::Draft;
use domain::conversation::{Conversation, Share};
use domain::ids::{ConversationId, MentionId, ProjectId, RoleId, TagId, TopicId, UserId};
use domain::mention::{Mention, Priority, Status};
use domain::message_type::MessageType;
use domain::permission::PermissionSet;
use domain::role::{License, Role, TopicAccess};
use domain::source::{Category, Provider, Service};
use domain::user::{Membership, MembershipState, Presence, User};
use store::{Db, StoreError};

use crate::pipeline::enrich::enrich;
use crate::pipeline::record::{Entry, Recorded, prepare, record};
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World};
use crate::testing::START;

/// Agents of the account.
pub(crate) const AGENTS: [UserId; 2] = [UserId(7), UserId(8)];

/// A message on a network.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) topic: TopicId,
    pub(super) id: String,
    pub(super) is_private: bool,
    pub(super) author: &'static str,
    pub(super) is_ours: bool,
    pub(super) answers: Option<String>,
    pub(super) thread: Option<String>,
    pub(super) profile: Option<&'static str>,
    /// Seconds before the start.
    pub(super) published: Option<i64>,
    pub(super) status: Status,
    pub(super) priority: Option<u8>,
    pub(super) is_update: bool,
    pub(super) text: String,
}

/// A private message of a customer.
pub(super) fn private(id: &str, author: &'static str) -> Message {
    Message {
        topic: EVERYTHING,
        id: id.to_owned(),
        is_private: true,
        author,
        is_ours: false,
        answers: None,
        thread: None,
        profile: Some("brand"),
        published: None,
        status: Status::New,
        priority: None,
        is_update: false,
        text: "Where is my order?".to_owned(),
    }
}

/// A public post of a customer.
pub(super) fn public(id: &str, author: &'static str) -> Message {
    Message {
        is_private: false,
        ..private(id, author)
    }
}

/// An answer of the company.
pub(super) fn ours(id: &str, answers: &str, to: &Message) -> Message {
    Message {
        id: id.to_owned(),
        author: "brand",
        is_ours: true,
        answers: Some(answers.to_owned()),
        ..to.clone()
    }
}

fn entry(message: &Message) -> Entry {
    let mut draft = Draft::new(
        Service::Twitter,
        Provider::SearchProviderTwitter,
        Category::Microblogs,
    );
    draft.content.clone_from(&message.text);
    draft.message_type = Some(if message.is_private {
        MessageType::Privatemessage
    } else {
        MessageType::UserTweet
    });
    draft.author.id = Some(message.author.to_owned());
    draft.author.managed = message.is_ours;
    draft.source.id = Some(message.id.clone());
    draft.source.in_reply_to.clone_from(&message.answers);
    draft.source.thread_id.clone_from(&message.thread);
    draft.source.profile = message.profile.map(ToOwned::to_owned);
    draft.published_at = message
        .published
        .map(|seconds| START.plus_ms(-seconds * 1_000));
    Entry {
        topic_id: message.topic,
        project_id: ProjectId(1),
        enriched: enrich(draft, START.plus_ms(400 * domain::time::DAY_MS)),
        status: message.status,
        priority: message.priority.and_then(Priority::new),
        origin: None,
        is_update: message.is_update,
    }
}

impl World {
    /// Takes messages in, in one transaction.
    pub(super) async fn arrive(&self, messages: &[Message]) -> Recorded {
        let entries = messages.iter().map(entry).collect();
        let batch = prepare(self.engine(), &self.scope, entries).await.unwrap();
        record(self.engine(), &self.scope, batch).await.unwrap()
    }

    /// Takes one message in and gives its conversation.
    pub(super) async fn place(&self, message: Message) -> i64 {
        let recorded = self.arrive(&[message]).await;
        let all = self.stored().await;
        let mention = all.iter().find(|one| one.id == recorded.added[0]).unwrap();
        mention.conversation_id.0
    }

    pub(super) async fn mention(&self, id: MentionId) -> Mention {
        let all = self.stored().await;
        all.into_iter().find(|mention| mention.id == id).unwrap()
    }

    pub(super) async fn row(&self, id: i64) -> Conversation {
        store::conversations::find(self.engine().db(), &self.scope, ConversationId(id))
            .await
            .unwrap()
            .unwrap()
    }

    /// Checks that every conversation is the sum of its mentions.
    pub(super) async fn check_sums(&self, when: &str) {
        let db = self.engine().db();
        let mut members: BTreeMap<ConversationId, Vec<Mention>> = BTreeMap::new();
        for mention in self.stored().await {
            members
                .entry(mention.conversation_id)
                .or_default()
                .push(mention);
        }
        let ids = store::conversations::ids_after(db, &self.scope, None, 100_000)
            .await
            .unwrap();
        let rows = store::conversations::find_many(db, &self.scope, &ids)
            .await
            .unwrap();
        let sides = store::conversations::sides(db, &self.scope, &ids)
            .await
            .unwrap();
        let mut keys = BTreeSet::new();
        for id in ids {
            let row = rows
                .get(&id)
                .unwrap_or_else(|| panic!("{when}: {id} has no row"));
            let mentions = members.remove(&id).unwrap_or_default();
            assert!(
                mentions.iter().all(|one| one.topic_id == row.topic_id),
                "{when}: {mentions:?}"
            );
            if let Some(key) = &row.key {
                assert!(
                    keys.insert((row.topic_id, key.clone())),
                    "{when}: {key} twice"
                );
            }
            let shares: Vec<Share> = mentions.iter().map(Share::of).collect();
            let mut wanted = row.clone();
            wanted.sum(&shares);
            assert_eq!(*row, wanted, "{when}");
            let tags: BTreeSet<TagId> =
                shares.iter().flat_map(|share| share.tags.clone()).collect();
            let places: BTreeSet<(Service, String)> = shares
                .iter()
                .filter_map(|share| share.place.clone())
                .collect();
            let shown = &sides[&id];
            assert_eq!(shown.tags, tags.into_iter().collect::<Vec<_>>(), "{when}");
            assert_eq!(
                shown.places,
                places.into_iter().collect::<Vec<_>>(),
                "{when}"
            );
        }
        assert!(members.is_empty(), "{when}: {members:?}");
    }
}

/// Gives the account two agents.
pub(crate) async fn hire(db: &Db) {
    db.write(|tx| {
        Box::pin(async move {
            let scope = domain::scope::Scope::system(ACCOUNT);
            store::changes::lock(tx, &scope).await?;
            let role = Role {
                account_id: ACCOUNT,
                id: RoleId(1),
                title: "Agent".to_owned(),
                license: License::Paying,
                is_stock: false,
                permissions: PermissionSet::all(),
                topics: TopicAccess::All,
                added_at: START,
                updated_at: START,
            };
            store::roles::create(tx, &scope, &role).await?;
            for id in AGENTS {
                let user = User {
                    id,
                    name: format!("Agent {id}"),
                    email: format!("agent{id}@example.org"),
                    avatar: None,
                    presence: Presence::Available,
                    is_disabled: false,
                    added_at: START,
                };
                store::users::create(tx, &user, None).await?;
                let membership = Membership {
                    account_id: ACCOUNT,
                    user_id: id,
                    role_id: RoleId(1),
                    state: MembershipState::Active,
                    is_expert: false,
                    timezone: None,
                    added_at: START,
                };
                store::memberships::create(tx, &scope, &membership).await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
}
