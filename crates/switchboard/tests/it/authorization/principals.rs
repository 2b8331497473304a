//! The kinds of callers, and what each may expect.

use std::collections::HashMap;

use api::social_connect::routes::{Policy, Route, Scopes};
use domain::ids::ChangeNumber;
use domain::permission::Permission;
use domain::time::DAY_MS;
use engine::auth::ApiScope;
use serde_json::json;

use super::requests::Ids;
use crate::support::{Answer, App, Client, NewPerson, Tenant, message};

/// A kind of caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Principal {
    LetIn,
    NoToken,
    WrongToken,
    ExpiredToken,
    RevokedToken,
    DisabledUser,
    DisabledMember,
    FormerMember,
    /// The administrator of another account, at this account.
    Stranger,
    /// The same, at the own account, with the identifiers of this one.
    StrangerWithForeignIds,
    LacksScope(ApiScope),
    LacksScopes(Vec<ApiScope>),
    LacksPermission(Permission),
    OtherTopicsOnly,
}

/// What a caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    LetIn,
    Refused(u16, &'static str),
}

impl Principal {
    pub(super) fn all_for(route: &Route) -> Vec<Self> {
        let mut all = vec![
            Self::LetIn,
            Self::NoToken,
            Self::WrongToken,
            Self::ExpiredToken,
            Self::RevokedToken,
            Self::DisabledUser,
            Self::DisabledMember,
            Self::FormerMember,
            Self::Stranger,
        ];
        let (Policy::Identity { scopes } | Policy::Account { scopes, .. }) = route.policy;
        match scopes {
            Scopes::All(scopes) => all.extend(scopes.iter().copied().map(Self::LacksScope)),
            Scopes::Any(scopes) => all.push(Self::LacksScopes(scopes.to_vec())),
        }
        if let Policy::Account { permissions, .. } = route.policy {
            all.push(Self::LacksPermission(Permission::ApiRead));
            all.extend(permissions.iter().copied().map(Self::LacksPermission));
            if route.path.matches('{').count() > 1 {
                all.push(Self::StrangerWithForeignIds);
            }
            if route.path.contains("{topic_id}") {
                all.push(Self::OtherTopicsOnly);
            }
        }
        all
    }

    pub(super) fn expected(&self, route: &Route) -> Expected {
        let is_of_account = matches!(route.policy, Policy::Account { .. });
        match self {
            Self::LetIn => Expected::LetIn,
            Self::NoToken
            | Self::WrongToken
            | Self::ExpiredToken
            | Self::RevokedToken
            | Self::DisabledUser => Expected::Refused(401, "invalid_token"),
            // They are still somebody, but the account does not exist for them.
            Self::DisabledMember | Self::FormerMember | Self::Stranger if is_of_account => {
                Expected::Refused(404, "not_found")
            }
            Self::DisabledMember | Self::FormerMember | Self::Stranger => Expected::LetIn,
            Self::StrangerWithForeignIds | Self::OtherTopicsOnly => {
                Expected::Refused(404, "not_found")
            }
            Self::LacksScope(_) | Self::LacksScopes(_) => {
                Expected::Refused(403, "insufficient_scope")
            }
            Self::LacksPermission(_) => Expected::Refused(403, "no_permission"),
        }
    }

    /// Whether nothing of the account may be told to this caller.
    pub(super) fn is_stranger(&self) -> bool {
        !matches!(
            self,
            Self::LetIn
                | Self::LacksScope(_)
                | Self::LacksScopes(_)
                | Self::LacksPermission(_)
                | Self::OtherTopicsOnly
        )
    }
}

/// An account with one of everything, each with a name that is easily found, and callers.
pub(super) struct World {
    pub(super) app: App,
    pub(super) ids: Ids,
    pub(super) stranger: Tenant,
    clients: HashMap<Principal, Client>,
    made: usize,
    /// Words that no stranger may see.
    secrets: Vec<String>,
}

impl World {
    pub(super) async fn new() -> Self {
        let mut app = App::test().await;
        let expired = app
            .token(&app.first.email, "accounts_read accounts_write")
            .await;
        app.advance(91 * DAY_MS);
        app.renew_token().await;
        let stranger = app.tenant("harbour").await;
        let mut world = Self {
            ids: Ids::default(),
            stranger,
            clients: HashMap::new(),
            made: 0,
            secrets: ["canary", "orthwind", "Morgado"]
                .map(str::to_owned)
                .to_vec(),
            app,
        };
        world.ids = world.new_ids().await;
        world.secrets.push(world.ids.mention.clone());
        let expired = world.app.with_new_token(&expired);
        world.clients.insert(Principal::ExpiredToken, expired);
        world
    }

    /// One of everything that a path can name.
    pub(super) async fn new_ids(&mut self) -> Ids {
        let app = &self.app;
        self.made += 1;
        let number = self.made;
        let topic = app.make_topic(&format!("canary topic {number}")).await;
        let address = format!("http://127.0.0.1:9/canary{number}");
        let profile = app
            .in_topic(topic)
            .make(
                "topic/{t}/profiles",
                "profile",
                &json!({"type": "rss", "service_id": address, "displayname": "canary profile"}),
            )
            .await;
        let role = json!({"title": format!("canary role {number}"), "permissions": ["api.read"]});
        let role = app.make("userroles", "userrole", &role).await["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        // Nobody has the role that is removed, and the user has another one.
        let spare =
            json!({"title": format!("canary role of user {number}"), "permissions": ["api.read"]});
        let spare: i64 = app.make("userroles", "userrole", &spare).await["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let user = json!({"name": "canary user", "email": format!("canary{number}@northwind.example"), "account_role": spare});
        let user = app.make("users", "user", &user).await["id"]
            .as_i64()
            .unwrap();
        let tag = app
            .make(
                "tags",
                "tag",
                &json!({"tag": format!("canary tag {number}")}),
            )
            .await["id"]
            .as_i64()
            .unwrap();
        let project = json!({"name": format!("canary project {number}")});
        let project = app.make("projects", "project", &project).await["id"]
            .as_i64()
            .unwrap();
        let mention = app.add_one(message("canary message")).await;
        let key = json!({"name": format!("canary key {number}"), "role": "Editor"});
        let key = app.make("apikeys", "apikey", &key).await;
        Ids {
            topic,
            profile: profile["id"].as_i64().unwrap(),
            role,
            user,
            tag,
            project,
            key: key["id"].as_i64().unwrap(),
            mention_topic: app.topic,
            mention: mention["id"].as_str().unwrap().to_owned(),
            number,
        }
    }

    /// The newest changes of both accounts.
    pub(super) async fn heads(&self) -> (ChangeNumber, ChangeNumber) {
        let other = self.stranger.client.account;
        (
            self.app.head_of(self.app.account).await,
            self.app.head_of(other).await,
        )
    }

    pub(super) fn assert_tells_nothing(&self, answer: &Answer, what: &str) {
        let headers = format!("{:?}", answer.headers);
        for secret in &self.secrets {
            // Whoever is disabled or gone still has a name of their own.
            assert!(
                !answer.text().contains(secret),
                "{what} tells {secret}: {}",
                answer.text()
            );
            assert!(
                !headers.contains(secret),
                "{what} tells {secret}: {headers}"
            );
        }
    }

    pub(super) async fn client(&mut self, principal: &Principal) -> Client {
        if let Some(client) = self.clients.get(principal) {
            return client.clone();
        }
        let client = self.make(principal).await;
        self.clients.insert(principal.clone(), client.clone());
        client
    }

    async fn make(&self, principal: &Principal) -> Client {
        let app = &self.app;
        let settings = |id: i64| format!("/{{a}}/settings/user/{id}");
        match principal {
            Principal::LetIn => (**app).clone(),
            Principal::NoToken => app.with_token(None),
            Principal::WrongToken => app.with_token(Some("0123456789abcdef0123456789abcdef")),
            Principal::ExpiredToken => panic!("made with the world"),
            Principal::RevokedToken => {
                let member = app.member(NewPerson::default()).await;
                app.revoke_tokens_of(&member.email).await;
                member.client
            }
            Principal::DisabledUser => {
                let member = app.member(NewPerson::default()).await;
                engine::auth::people::set_disabled(&app.engine, &member.email, true, None)
                    .await
                    .unwrap();
                member.client
            }
            Principal::DisabledMember => {
                let member = app.member(NewPerson::default()).await;
                let form = [("updates", r#"{"enabled":false}"#)];
                app.post_form(&settings(member.user_id), &form)
                    .await
                    .response();
                member.client
            }
            Principal::FormerMember => {
                let member = app.member(NewPerson::default()).await;
                app.delete(&settings(member.user_id)).await.response();
                member.client
            }
            Principal::Stranger => self.stranger.client.in_account(app.account),
            Principal::StrangerWithForeignIds => self.stranger.client.clone(),
            Principal::LacksScope(scope) => self.without_scopes(&[*scope]).await,
            Principal::LacksScopes(scopes) => self.without_scopes(scopes).await,
            Principal::LacksPermission(permission) => {
                app.member(NewPerson::without(permission.as_str()))
                    .await
                    .client
            }
            Principal::OtherTopicsOnly => {
                let other = app.make_topic("canary topic within reach").await;
                let person = NewPerson {
                    topics: Some(vec![other]),
                    ..NewPerson::default()
                };
                app.member(person).await.client
            }
        }
    }

    async fn without_scopes(&self, lacking: &[ApiScope]) -> Client {
        let scopes: Vec<&str> = ApiScope::ALL
            .iter()
            .filter(|scope| !lacking.contains(scope))
            .map(|scope| scope.as_str())
            .collect();
        self.app.with_scopes(&scopes.join(" ")).await
    }
}
