//! Members, other tenants, and applications that users consented to.

use domain::account::{Account, Project};
use domain::ids::{AccountId, ProjectId};
use domain::plan::Plan;
use domain::scope::Scope;
use domain::user::{Membership, MembershipState};
use engine::auth::authorize::{self, AuthorizeRequest};
use engine::auth::grants::{self, ClientProof, Offer};
use engine::auth::sessions::BrowserSession;
use engine::auth::setup::{self, NewApplication};
use engine::auth::sign_in::{Attempted, sign_in};
use engine::auth::{find_or_create_user, prepare_user, sessions};
use serde_json::json;
use store::counters::Kind;

use super::{App, Client};

/// The password of the first administrator.
pub(crate) const PASSWORD: &str = "der Zug nach Ulm kommt nie an";

/// A member to take in.
#[derive(Debug, Clone)]
pub(crate) struct NewPerson<'a> {
    pub(crate) name: &'a str,
    /// Permissions of a role made for this person.
    pub(crate) permissions: Vec<&'static str>,
    /// The topics within reach; all when absent.
    pub(crate) topics: Option<Vec<i64>>,
    pub(crate) scopes: &'a str,
}

impl Default for NewPerson<'_> {
    fn default() -> Self {
        Self {
            name: "Ann Other",
            permissions: everything(),
            topics: None,
            scopes: "accounts_read accounts_write",
        }
    }
}

/// Every permission that widens what a role may do.
pub(crate) fn everything() -> Vec<&'static str> {
    domain::permission::Permission::ALL
        .iter()
        .filter(|permission| !permission.is_restriction())
        .map(|permission| permission.as_str())
        .collect()
}

impl NewPerson<'_> {
    /// Somebody who may do everything but this.
    pub(crate) fn without(permission: &str) -> Self {
        let mut person = Self::default();
        person.permissions.retain(|known| *known != permission);
        person
    }

    /// Somebody who may do only this.
    pub(crate) fn with(permissions: &[&'static str]) -> Self {
        Self {
            permissions: permissions.to_vec(),
            ..Self::default()
        }
    }
}

/// A member, and a caller who acts as the member.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) user_id: i64,
    pub(crate) role_id: i64,
    pub(crate) email: String,
    pub(crate) client: Client,
}

/// Another account with an administrator of its own.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) client: Client,
    pub(crate) user_id: i64,
}

impl App {
    /// Takes a person into the account, with a role of their own.
    pub(crate) async fn member(&self, new: NewPerson<'_>) -> Member {
        let before = self.get("/{a}/settings/userroles", &[]).await.count();
        let title = format!("Role {before} of {}", new.name);
        let mut role = json!({"title": title, "permissions": new.permissions});
        if let Some(topics) = &new.topics {
            role["topics"] = json!(topics);
        }
        let role = self.make("userroles", "userrole", &role).await;
        let role_id: i64 = role["id"].as_str().unwrap().parse().unwrap();
        let number = self.get("/{a}/settings/users", &[]).await.count();
        let email = format!("member{number}.of{role_id}@northwind.example");
        let user = json!({"name": new.name, "email": email, "account_role": role_id});
        let user = self.make("users", "user", &user).await;
        let token = self.token(&email, new.scopes).await;
        Member {
            user_id: user["id"].as_i64().unwrap(),
            role_id,
            email,
            client: self.with_new_token(&token),
        }
    }

    /// Another account, whose names all hold this word.
    pub(crate) async fn tenant(&self, word: &str) -> Tenant {
        let engine = &self.engine;
        let email = format!("admin@{word}.example");
        let (account_name, project_name) = (format!("{word} account"), format!("{word} project"));
        let person = prepare_user(engine, &format!("{word} admin"), &email, None)
            .await
            .unwrap();
        let now = engine.now();
        let (account_id, user_id) = engine
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    let id = AccountId(store::counters::next(tx, Kind::Account).await?);
                    let account = Account {
                        id,
                        name: account_name,
                        description: None,
                        package: None,
                        plan: Plan::EnterpriseV5,
                        timezone: "UTC".to_owned(),
                        added_at: now,
                    };
                    store::accounts::create(tx, &account).await?;
                    let scope = Scope::system(id);
                    let project = Project {
                        account_id: id,
                        id: ProjectId(store::counters::next(tx, Kind::Project).await?),
                        name: project_name,
                        added_at: now,
                    };
                    store::projects::create(tx, &scope, &project).await?;
                    let role_id = setup::make_stock_roles(tx, &scope, now).await?;
                    let user = find_or_create_user(tx, person, now).await?;
                    let membership = Membership {
                        account_id: id,
                        user_id: user.id,
                        role_id,
                        state: MembershipState::Active,
                        is_expert: false,
                        timezone: None,
                        added_at: now,
                    };
                    store::memberships::create(tx, &scope, &membership).await?;
                    Ok::<_, engine::Error>((id, user.id))
                })
            })
            .await
            .unwrap();
        engine::follow::start_account(engine, account_id)
            .await
            .unwrap();
        self.settled(account_id).await;
        let scopes = "accounts_read accounts_write socialprofiles email";
        let mut client = self.with_new_token(&self.token(&email, scopes).await);
        client.account = account_id.get();
        client.topic = client.make_topic(&format!("{word} topic")).await;
        Tenant {
            client,
            user_id: user_id.get(),
        }
    }

    /// The session of somebody who signs in with a browser.
    pub(crate) async fn session(&self, email: &str, password: &str) -> BrowserSession {
        let tried = Attempted {
            email,
            password,
            address: "192.0.2.1".parse().unwrap(),
            device: None,
            agent: None,
        };
        let cookie = sign_in(&self.engine, tried).await.unwrap().session;
        sessions::find(&self.engine, cookie.expose())
            .await
            .unwrap()
            .unwrap()
    }

    /// The administrator through an application that asked for consent.
    pub(crate) async fn through_application(&self, is_trusted: bool) -> Client {
        let engine = &self.engine;
        let application = NewApplication {
            name: "CRM".to_owned(),
            redirect_uri: "https://crm.example/callback".to_owned(),
            is_trusted,
            is_public: false,
            needs_pkce: false,
        };
        let application = setup::application(engine, application).await.unwrap();
        let session = self.session(&self.first.email, PASSWORD).await;
        let request = AuthorizeRequest {
            client_id: Some(application.client_id.clone()),
            response_type: Some("code".to_owned()),
            scope: Some("accounts_read accounts_write".to_owned()),
            ..AuthorizeRequest::default()
        };
        let authorization = authorize::check(engine, request).await.unwrap();
        let to = authorize::approve(engine, &authorization, &session)
            .await
            .unwrap();
        let code = to
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned();
        let proof = ClientProof {
            client_id: Some(application.client_id.clone()),
            client_secret: application
                .client_secret
                .as_ref()
                .map(|it| it.expose().to_owned()),
        };
        let offer = Offer::Code {
            code,
            redirect_uri: None,
            verifier: None,
        };
        let issued = grants::exchange(engine, &proof, offer).await.unwrap();
        self.with_new_token(issued.access_token.expose())
    }

    /// Revokes every token of a user by disabling and enabling the user.
    pub(crate) async fn revoke_tokens_of(&self, email: &str) {
        for is_disabled in [true, false] {
            engine::auth::people::set_disabled(&self.engine, email, is_disabled, None)
                .await
                .unwrap();
        }
    }
}
