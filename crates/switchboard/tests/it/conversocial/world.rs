//! Channels and messages for the tests of resources.

use domain::ids::{ProfileId, TopicId};
use domain::scope::Scope;
use domain::source::{Provider, Service};
use domain::topic::{Connection, Profile};
use serde_json::{Value, json};
use store::counters::Kind;

use crate::support::{App, message_with};

impl App {
    /// A connected profile of the first topic, at a network that no connector reaches yet.
    pub(crate) async fn channel(&self, service: Service, key: &str, name: &str) -> i64 {
        self.channel_in(self.topic, service, key, name).await
    }

    /// The same in another topic.
    pub(crate) async fn channel_in(
        &self,
        topic: i64,
        service: Service,
        key: &str,
        name: &str,
    ) -> i64 {
        let id = self.connect(topic, service, key, name).await;
        self.read_names_anew().await;
        id
    }

    /// The same, which nothing knows of until names are read anew: for several in a row.
    pub(crate) async fn connect(&self, topic: i64, service: Service, key: &str, name: &str) -> i64 {
        let (account_id, now) = (self.first.account_id, self.engine.now());
        let (key, name) = (key.to_owned(), name.to_owned());
        let id = self
            .engine
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    let scope = Scope::system(account_id);
                    store::changes::lock(tx, &scope).await?;
                    let id = ProfileId(store::counters::next(tx, Kind::Profile).await?);
                    let profile = Profile {
                        account_id,
                        topic_id: TopicId(topic),
                        id,
                        service,
                        service_id: key,
                        provider: Provider::SearchProviderApi,
                        displayname: Some(name),
                        username: None,
                        avatar: None,
                        added_at: now,
                        removed_at: None,
                        connection: Connection::default(),
                    };
                    store::profiles::create(tx, &scope, &profile).await?;
                    Ok::<_, store::StoreError>(id)
                })
            })
            .await
            .unwrap();
        id.get()
    }

    /// Changes a setting to what it is, after which names are read anew.
    pub(crate) async fn read_names_anew(&self) {
        let same = json!({"updates": {"timezone": "UTC"}});
        let answer = self.post_json("/{a}/settings/account", &same).await;
        answer.response();
    }

    /// A private message at Twitter from this author, found on the profile `page`. Gives the
    /// number of the mention.
    pub(crate) async fn private(&self, author: &str, text: &str, more: Value) -> String {
        let item = message_with(
            text,
            json!({
                "message": {"type": "privatemessage"},
                "author": {"id": author, "name": format!("handle{author}")},
                "source": {"service": "twitter", "profile": "page"},
            }),
        );
        self.placed_at(item, more).await
    }

    /// A public post at Twitter in a thread of this name. Gives the number of the mention.
    pub(crate) async fn post(&self, thread: &str, text: &str, more: Value) -> String {
        self.placed_at(tweet(thread, text), more).await
    }

    async fn placed_at(&self, item: Value, more: Value) -> String {
        let mention = self.add_one(crate::support::merged(item, more)).await;
        mention["id"].as_str().unwrap().to_owned()
    }
}

/// A public post at Twitter in a thread of this name.
pub(crate) fn tweet(thread: &str, text: &str) -> Value {
    message_with(
        text,
        json!({
            "message": {"type": "user_tweet"},
            "author": {"id": "77", "name": "ann"},
            "source": {"service": "twitter", "profile": "page", "thread_id": thread},
        }),
    )
}

/// The date of publication of a message.
pub(crate) fn published(at: &str) -> Value {
    json!({"date": {"published": at}})
}

/// The identifier that a mention's number has here.
pub(crate) fn hex(number: &str) -> String {
    format!("{:024x}", number.parse::<i64>().unwrap())
}

/// The values of a member of a list's things.
pub(crate) fn each<'a>(list: &'a Value, plural: &str, member: &str) -> Vec<&'a str> {
    list[plural]
        .as_array()
        .unwrap_or_else(|| panic!("{list}"))
        .iter()
        .map(|thing| thing[member].as_str().unwrap_or_default())
        .collect()
}

/// The names of an object's members.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object
        .as_object()
        .unwrap_or_else(|| panic!("{object}"))
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}
