//! Names and settings of one account, as of one moment.
//!
//! Views look names up here and filters are compiled against it, so neither costs a query. A
//! directory is dropped from the cache when a settings change of its account passes through the
//! change log, on whichever node it was made.

use std::collections::{BTreeMap, HashMap};

use domain::account::{Account, Project};
use domain::filter::{Names, Pattern};
use domain::ids::{AccountId, ProfileId, ProjectId, RoleId, TagId, TopicId, UserId};
use domain::mention::Mention;
use domain::role::{Role, TopicAccess};
use domain::scope::Scope;
use domain::source::Service;
use domain::tag::{Tag, tag_key};
use domain::topic::{Profile, Topic};
use domain::user::{Membership, User};
use store::Db;

use crate::error::{Error, What};

/// A member of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: User,
    /// The person's place in the account.
    pub membership: Membership,
}

/// Everything of an account that has a name.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The account.
    pub account: Account,
    /// Its projects.
    pub projects: BTreeMap<ProjectId, Project>,
    /// Its topics.
    pub topics: BTreeMap<TopicId, Topic>,
    /// The profiles of all topics, those that were disconnected too.
    pub profiles: BTreeMap<ProfileId, Profile>,
    /// Its tags.
    pub tags: BTreeMap<TagId, Tag>,
    /// Its members.
    pub members: BTreeMap<UserId, Member>,
    /// Its roles.
    pub roles: BTreeMap<RoleId, Role>,
    tags_by_key: HashMap<String, TagId>,
}

impl Member {
    /// A member as the account may see the person: of whom it invited it knows the address only.
    pub fn of(user: User, membership: Membership) -> Self {
        Self {
            user: user.before_consent(&membership),
            membership,
        }
    }
}

impl Directory {
    /// The directory of an account that has nothing yet.
    pub fn of(account: Account) -> Self {
        Self {
            account,
            projects: BTreeMap::new(),
            topics: BTreeMap::new(),
            profiles: BTreeMap::new(),
            tags: BTreeMap::new(),
            members: BTreeMap::new(),
            roles: BTreeMap::new(),
            tags_by_key: HashMap::new(),
        }
    }

    /// Reads the directory of an account.
    pub async fn load(db: &Db, account_id: AccountId) -> Result<Self, Error> {
        let scope = Scope::system(account_id);
        let account = store::accounts::find(db, account_id)
            .await?
            .ok_or(Error::NotFound(What::Account))?;
        let projects = store::projects::list(db, &scope).await?;
        let topics = store::topics::list(db, &scope).await?;
        let profiles = store::profiles::list(db, &scope).await?;
        let tags = store::tags::list(db, &scope).await?;
        let roles = store::roles::list(db, &scope).await?;
        let members = store::memberships::list(db, &scope).await?;
        Ok(Self {
            account,
            projects: projects
                .into_iter()
                .map(|project| (project.id, project))
                .collect(),
            topics: topics.into_iter().map(|topic| (topic.id, topic)).collect(),
            profiles: profiles
                .into_iter()
                .map(|profile| (profile.id, profile))
                .collect(),
            tags_by_key: tags
                .iter()
                .map(|tag| (tag_key(&tag.name), tag.id))
                .collect(),
            tags: tags.into_iter().map(|tag| (tag.id, tag)).collect(),
            members: members
                .into_iter()
                .map(|(user, membership)| (user.id, Member::of(user, membership)))
                .collect(),
            roles: roles.into_iter().map(|role| (role.id, role)).collect(),
        })
    }

    /// The topics that a scope reaches, by number.
    pub fn topics_of<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Topic> {
        self.topics.values().filter(|topic| scope.reaches(topic.id))
    }

    /// A topic within reach; an absent one and a foreign one give the same error.
    pub fn topic(&self, scope: &Scope, id: TopicId) -> Result<&Topic, Error> {
        self.topics
            .get(&id)
            .filter(|_| scope.reaches(id))
            .ok_or(Error::NotFound(What::Topic))
    }

    /// The profiles that are connected to a topic.
    pub fn profiles_of(&self, topic: TopicId) -> impl Iterator<Item = &Profile> {
        self.profiles
            .values()
            .filter(move |profile| profile.topic_id == topic && profile.is_connected())
    }

    /// The profiles of all topics within reach, by number; those that were disconnected too, since
    /// what they brought is here.
    pub fn profiles_within<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Profile> {
        self.profiles
            .values()
            .filter(|profile| scope.reaches(profile.topic_id))
    }

    /// A profile of a topic within reach, connected or not; an absent one and a foreign one give the
    /// same error.
    ///
    /// # Errors
    /// `NotFound` for both.
    pub fn profile_within(&self, scope: &Scope, id: ProfileId) -> Result<&Profile, Error> {
        self.profiles
            .get(&id)
            .filter(|profile| scope.reaches(profile.topic_id))
            .ok_or(Error::NotFound(What::Profile))
    }

    /// The role of this title, whatever its case.
    pub fn role_named(&self, title: &str) -> Option<&Role> {
        let title = title.trim();
        self.roles
            .values()
            .find(|role| role.title.eq_ignore_ascii_case(title))
    }

    /// The profile that a message of this topic belongs to, by the
    /// [place](domain::mention::Source::place) where it was found: the one connected to the topic
    /// itself, else of those connected to other topics within reach the one with the lowest number.
    ///
    /// A page is connected to one topic, and what is said there is found for others as well.
    pub fn profile_of(
        &self,
        reach: &TopicAccess,
        topic: TopicId,
        (service, key): (Service, &str),
    ) -> Option<&Profile> {
        self.profiles
            .values()
            .filter(|profile| profile.service == service && profile.service_id == key)
            .filter(|profile| reach.contains(profile.topic_id))
            .min_by_key(|profile| (profile.topic_id != topic, profile.id))
    }

    /// The [profile](Self::profile_of) of a mention.
    pub fn profile_of_mention(&self, reach: &TopicAccess, mention: &Mention) -> Option<&Profile> {
        self.profile_of(reach, mention.topic_id, mention.body.source.place()?)
    }

    /// The tag of this name, whatever its case.
    pub fn tag_named(&self, name: &str) -> Option<&Tag> {
        self.tags_by_key
            .get(&tag_key(name))
            .and_then(|id| self.tags.get(id))
    }

    /// The full name of a member, or of somebody who has left.
    pub fn user_name(&self, id: UserId) -> &str {
        self.members
            .get(&id)
            .map_or("Former user", |member| member.user.name.as_str())
    }
}

impl Names for Directory {
    fn tag(&self, name: &str) -> Option<TagId> {
        self.tag_named(name).map(|tag| tag.id)
    }

    fn tags_like(&self, pattern: &Pattern) -> Vec<TagId> {
        self.tags
            .values()
            .filter(|tag| pattern.fits(&domain::text::fold(&tag.name)))
            .map(|tag| tag.id)
            .collect()
    }

    fn topics(&self, name_or_id: &str) -> Vec<TopicId> {
        let number = TopicId::parse(name_or_id);
        self.topics
            .values()
            .filter(|topic| Some(topic.id) == number || same_name(&topic.name, name_or_id))
            .map(|topic| topic.id)
            .collect()
    }

    fn projects(&self, name_or_id: &str) -> Vec<ProjectId> {
        let number = ProjectId::parse(name_or_id);
        self.projects
            .values()
            .filter(|project| Some(project.id) == number || same_name(&project.name, name_or_id))
            .map(|project| project.id)
            .collect()
    }

    fn users(&self, name: &str) -> Vec<UserId> {
        self.members
            .values()
            .filter(|member| same_name(&member.user.name, name))
            .map(|member| member.user.id)
            .collect()
    }
}

fn same_name(one: &str, other: &str) -> bool {
    domain::text::fold(one) == domain::text::fold(other)
}
