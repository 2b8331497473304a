//! An account with one thing of each kind, and what is seen of it whatever its numbers are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};

use domain::account::{Account, Project};
use domain::api_key::ApiKey;
use domain::author::AuthorId;
use domain::contact::Subject;
use domain::ids::UserId;
use domain::ids::{AccountId, ApiKeyId, MentionId, ProfileId, ProjectId, RoleId, TagId, TopicId};
use domain::permission::{Permission, PermissionSet};
use domain::plan::Plan;
use domain::role::{License, Role, StockRole, TopicAccess};
use domain::scope::Scope;
use domain::source::{Provider, Service};
use domain::tag::{Tag, TagStatus};
use domain::time::UnixMillis;
use domain::topic::{Connection, Profile, Topic};
use domain::user::{Membership, MembershipState, Presence, User};
use serde_json::{Value, json};
use store::Tx;
use store::counters::{Kind, next};

use crate::auth::{self, setup};
use crate::settings::{NewProfile, connect_profile};
use crate::testing::START;
use crate::{Directory, Engine, Error, inbox};

/// When the feed is due: the time until which whoever polls it has leased it.
pub(super) const LEASE: UnixMillis = UnixMillis(START.0 + 60_000);

/// An account, its things and its people.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) account: AccountId,
    pub(super) project: ProjectId,
    pub(super) spare_project: ProjectId,
    pub(super) topic: TopicId,
    pub(super) empty_topic: TopicId,
    pub(super) profile: ProfileId,
    pub(super) tag: TagId,
    pub(super) spare_tag: TagId,
    pub(super) administrator: RoleId,
    pub(super) helper: RoleId,
    pub(super) spare_role: RoleId,
    pub(super) key: ApiKeyId,
    /// Two administrators and somebody with a role of the account's own.
    pub(super) ann: UserId,
    pub(super) ben: UserId,
    pub(super) eve: UserId,
    /// Somebody who is invited to it, with the role of its own, and somebody whom it does not know.
    pub(super) gil: User,
    pub(super) hal: User,
    /// A feed whose address holds a secret, as it was when it was connected.
    pub(super) sealed: Profile,
    pub(super) mention: MentionId,
    /// Who wrote it.
    pub(super) author: AuthorId,
}

impl Place {
    /// The authority of a member with every right, as it was when the call began.
    pub(super) fn by(&self, user: UserId) -> Scope {
        let permissions = StockRole::Administrator.permissions();
        Scope::for_member(self.account, user, TopicAccess::All, permissions)
    }

    /// Makes an account like all others.
    pub(super) async fn make(engine: &Engine) -> Self {
        let mut place = engine
            .db()
            .write(|tx| Box::pin(async move { furnish(tx).await }))
            .await
            .unwrap();
        crate::follow::start_account(engine, place.account)
            .await
            .unwrap();
        let mut item = crate::pipeline::tests::world::new_item(place.topic, Some("first"), "Hello");
        item.draft.tags = vec!["Spare".to_owned()];
        let scope = place.by(place.ann);
        let added = crate::pipeline::item::add(engine, &scope, vec![item])
            .await
            .unwrap();
        place.mention = added.added[0];
        let new = NewProfile {
            service: Service::Rss,
            service_id: sealed_address("first"),
            displayname: None,
        };
        place.sealed = connect_profile(engine, &scope, place.topic, new)
            .await
            .unwrap();
        inbox::update(
            engine,
            &scope,
            place.topic,
            place.mention,
            inbox::MentionUpdate {
                tags: Some(inbox::TagChange {
                    mode: inbox::TagMode::Delete,
                    names: vec!["Spare".to_owned()],
                }),
                ..inbox::MentionUpdate::default()
            },
            None,
            inbox::UpdateRules {
                refuse_same_status: false,
            },
        )
        .await
        .unwrap();
        place
    }

    /// Everything of the account, as the database has it, by names of this test.
    pub(super) async fn seen(&self, engine: &Engine) -> Value {
        let all = Directory::load(engine.db(), self.account).await.unwrap();
        let scope = Scope::system(self.account);
        let keys = store::keys::list(engine.db(), &scope).await.unwrap();
        let mentions = store::mentions::page_after(engine.db(), &scope, None, 100)
            .await
            .unwrap();
        let values = store::key_values::list(engine.db(), &scope).await.unwrap();
        let contact = store::contacts::find_by_author(engine.db(), &scope, &self.author).await;
        let contact = contact.unwrap().unwrap().id;
        let written = store::contacts::entries_of(engine.db(), &scope, contact)
            .await
            .unwrap();
        let kinds = store::contacts::list_types(engine.db(), &scope)
            .await
            .unwrap();
        let role = |id: RoleId| self.label(&all, "role", id.0);
        json!({
            "account": {
                "name": all.account.name,
                "description": all.account.description,
                "package": all.account.package,
                "timezone": all.account.timezone,
            },
            "projects": named(all.projects.values().map(|it| (self.label(&all, "project", it.id.0), json!(it.name)))),
            "topics": named(all.topics.values().map(|it| {
                let project = self.label(&all, "project", it.project_id.0);
                (self.label(&all, "topic", it.id.0), json!([it.name, project, it.searchkeywords]))
            })),
            "profiles": named(all.profiles.values().map(|it| (
                self.label(&all, "profile", it.id.0),
                json!([
                    it.displayname,
                    it.avatar,
                    it.is_connected(),
                    format!("{:?}", it.connection.health),
                    it.connection.due_at,
                    it.connection.cursor,
                    // Without a sealed one it has a mark, which is another one in each account.
                    it.connection.address.as_ref().and_then(|_| crate::address::open(engine, it)),
                    self.label(&all, "topic", it.topic_id.0),
                ]),
            ))),
            "tags": named(all.tags.values().map(|it| (
                self.label(&all, "tag", it.id.0),
                json!([
                    it.name,
                    it.color,
                    it.parent_id.map(|id| self.label(&all, "tag", id.0)),
                    it.is_visible,
                    it.status,
                ]),
            ))),
            "roles": named(all.roles.values().filter(|it| !it.is_stock).map(|it| {
                let topics = match &it.topics {
                    TopicAccess::All => None,
                    TopicAccess::Only(topics) => Some(
                        topics.iter().map(|id| self.label(&all, "topic", id.0)).collect::<Vec<_>>(),
                    ),
                };
                (role(it.id), json!([it.title, it.permissions, topics]))
            })),
            "members": named(all.members.values().map(|it| (
                self.label(&all, "user", it.user.id.0),
                json!([
                    role(it.membership.role_id),
                    it.membership.state,
                    it.membership.is_expert,
                    it.membership.timezone,
                ]),
            ))),
            "keys": named(keys.iter().map(|it| (
                self.label(&all, "key", it.id.0),
                json!([it.name, role(it.role_id)]),
            ))),
            "contact": written.iter().map(|it| {
                let about = match it.subject {
                    Subject::Note(_) => "note".to_owned(),
                    Subject::Annotation(id) => format!("annotation {id}"),
                    Subject::Tag => "tag".to_owned(),
                };
                json!([about, format!("{:?}", it.action), it.text])
            }).collect::<Vec<_>>(),
            "kinds": kinds.iter().map(|it| json!([it.name, it.is_active])).collect::<Vec<_>>(),
            "values": values.iter().map(|it| json!([it.key, it.value])).collect::<Vec<_>>(),
            "mentions": mentions.iter().map(|it| {
                let tags: BTreeSet<String> =
                    it.state.tags.iter().map(|id| self.label(&all, "tag", id.0)).collect();
                json!([self.label(&all, "topic", it.topic_id.0), it.body.source.id, tags])
            }).collect::<Vec<_>>(),
        })
    }

    /// What a number stands for: a thing that was made with the account, one that was made since,
    /// or nothing.
    fn label(&self, all: &Directory, kind: &str, id: i64) -> String {
        let known: &[(&str, i64, &str)] = &[
            ("project", self.project.0, "project"),
            ("project", self.spare_project.0, "spare project"),
            ("topic", self.topic.0, "topic"),
            ("topic", self.empty_topic.0, "empty topic"),
            ("profile", self.profile.0, "profile"),
            ("profile", self.sealed.id.0, "profile with a secret"),
            ("tag", self.tag.0, "tag"),
            ("tag", self.spare_tag.0, "spare tag"),
            ("role", self.administrator.0, "administrator"),
            ("role", self.helper.0, "helper"),
            ("role", self.spare_role.0, "spare role"),
            ("key", self.key.0, "key"),
            ("user", self.ann.0, "ann"),
            ("user", self.ben.0, "ben"),
            ("user", self.eve.0, "eve"),
            ("user", self.gil.id.0, "gil"),
            ("user", self.hal.id.0, "hal"),
        ];
        let is_there = match kind {
            "project" => all.projects.contains_key(&ProjectId(id)),
            "topic" => all.topics.contains_key(&TopicId(id)),
            "tag" => all.tags.contains_key(&TagId(id)),
            "role" => all.roles.contains_key(&RoleId(id)),
            _ => true,
        };
        let label = known
            .iter()
            .find(|(known_kind, known, _)| *known_kind == kind && *known == id)
            .map_or("new", |(.., label)| *label);
        if is_there {
            label.to_owned()
        } else {
            format!("{label}, which is gone")
        }
    }
}

fn named(things: impl Iterator<Item = (String, Value)>) -> BTreeMap<String, Vec<Value>> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (label, thing) in things {
        all.entry(label).or_default().push(thing);
    }
    all
}

/// Whether somebody is left who may do everything.
pub(super) fn has_administrator(seen: &Value) -> bool {
    let members = seen["members"].as_object().unwrap();
    members
        .values()
        .flat_map(|all| all.as_array().unwrap())
        .any(|it| it[0] == "administrator" && it[1] == "active")
}

fn person(id: UserId, account: i64) -> User {
    User {
        id,
        name: format!("Person {id}"),
        email: format!("person{id}@{account}.example"),
        avatar: None,
        presence: Presence::Available,
        is_disabled: false,
        added_at: START,
    }
}

pub(super) fn permissions(all: &[Permission]) -> PermissionSet {
    all.iter().copied().collect()
}

async fn furnish(tx: &mut Tx) -> Result<Place, Error> {
    static SECRETS: AtomicI64 = AtomicI64::new(0);
    let account_id = AccountId(next(tx, Kind::Account).await?);
    let scope = Scope::system(account_id);
    let account = Account {
        id: account_id,
        name: "Northwind".to_owned(),
        description: None,
        package: None,
        plan: Plan::EnterpriseV5,
        timezone: "UTC".to_owned(),
        added_at: START,
    };
    store::accounts::create(tx, &account).await?;
    let mut projects = Vec::new();
    for name in ["Brand", "Spare"] {
        let project = Project {
            account_id,
            id: ProjectId(next(tx, Kind::Project).await?),
            name: name.to_owned(),
            added_at: START,
        };
        store::projects::create(tx, &scope, &project).await?;
        projects.push(project.id);
    }
    let mut topics = Vec::new();
    for name in ["Support", "Empty"] {
        let topic = Topic {
            account_id,
            id: TopicId(next(tx, Kind::Topic).await?),
            project_id: projects[0],
            name: name.to_owned(),
            searchkeywords: None,
            added_at: START,
            updated_at: START,
        };
        store::topics::create(tx, &scope, &topic).await?;
        topics.push(topic.id);
    }
    let id = ProfileId(next(tx, Kind::Profile).await?);
    let profile = feed(account_id, topics[0], id);
    store::profiles::create(tx, &scope, &profile).await?;
    let mut tags = Vec::new();
    for name in ["Urgent", "Spare"] {
        let tag = Tag {
            account_id,
            id: TagId(next(tx, Kind::Tag).await?),
            name: name.to_owned(),
            color: None,
            parent_id: None,
            is_visible: true,
            status: TagStatus::Active,
            added_at: START,
        };
        store::tags::create(tx, &scope, &tag).await?;
        tags.push(tag.id);
    }
    let administrator = setup::make_stock_roles(tx, &scope, START).await?;
    let mut roles = Vec::new();
    for title in ["Helper", "Spare"] {
        let role = Role {
            account_id,
            id: RoleId(next(tx, Kind::Role).await?),
            title: title.to_owned(),
            license: License::Paying,
            is_stock: false,
            permissions: permissions(&[Permission::ApiRead, Permission::InboxRead]),
            topics: TopicAccess::All,
            added_at: START,
            updated_at: START,
        };
        store::roles::create(tx, &scope, &role).await?;
        roles.push(role.id);
    }
    let mut users = Vec::new();
    for (role_id, state) in [
        (Some(administrator), MembershipState::Active),
        (Some(administrator), MembershipState::Active),
        (Some(roles[0]), MembershipState::Active),
        (Some(roles[0]), MembershipState::Invited),
        (None, MembershipState::Active),
    ] {
        let user = person(UserId(next(tx, Kind::User).await?), account_id.0);
        store::users::create(tx, &user, Some("hash")).await?;
        users.push(user.clone());
        let Some(role_id) = role_id else { continue };
        let membership = Membership {
            account_id,
            user_id: user.id,
            role_id,
            state,
            is_expert: false,
            timezone: None,
            added_at: START,
        };
        store::memberships::create(tx, &scope, &membership).await?;
        if state == MembershipState::Invited {
            let link = store::invitation_links::Link {
                user_id: user.id,
                link_hash: auth::fingerprint(&invitation(account_id)),
                added_at: START,
                expires_at: START.plus_ms(domain::time::DAY_MS),
            };
            store::invitation_links::replace(tx, &scope, &link).await?;
        }
    }
    let key = ApiKey {
        account_id,
        id: ApiKeyId(next(tx, Kind::ApiKey).await?),
        name: "CRM".to_owned(),
        role_id: administrator,
        added_at: START,
        added_by: None,
        used_at: None,
    };
    let secret = SECRETS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    store::keys::create(tx, &scope, &key, &secret).await?;
    Ok(Place {
        account: account_id,
        project: projects[0],
        spare_project: projects[1],
        topic: topics[0],
        empty_topic: topics[1],
        profile: profile.id,
        tag: tags[0],
        spare_tag: tags[1],
        administrator,
        helper: roles[0],
        spare_role: roles[1],
        key: key.id,
        ann: users[0].id,
        ben: users[1].id,
        eve: users[2].id,
        gil: users[3].clone(),
        hal: users[4].clone(),
        // Until it is connected.
        sealed: profile,
        mention: MentionId(0),
        author: AuthorId::new(Service::Custom, "author-1").unwrap(),
    })
}

/// The secret with which the invitation to an account is accepted.
fn invitation(account: AccountId) -> String {
    format!("invitation to {account}")
}

impl Place {
    /// The secret with which the invitation is accepted.
    pub(super) fn invitation(&self) -> String {
        invitation(self.account)
    }

    /// The feed as it was when the account was made.
    pub(super) fn profile_at_first(&self) -> Profile {
        feed(self.account, self.topic, self.profile)
    }
}

/// An address that differs in a secret.
pub(super) fn sealed_address(secret: &str) -> String {
    format!("http://127.0.0.1:1/private.xml?token={secret}")
}

fn feed(account_id: AccountId, topic_id: TopicId, id: ProfileId) -> Profile {
    Profile {
        account_id,
        topic_id,
        id,
        service: Service::Rss,
        service_id: "http://127.0.0.1:1/feed.xml".to_owned(),
        provider: Provider::SearchProviderRss,
        displayname: None,
        username: None,
        avatar: None,
        added_at: START,
        removed_at: None,
        connection: Connection {
            due_at: Some(LEASE),
            ..Connection::default()
        },
    }
}
