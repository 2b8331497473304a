//! Two accounts with one of everything, and a program of each kind.

use std::collections::HashMap;

use domain::author::AuthorId;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::source::Service;
use engine::auth::setup;
use engine::contacts::{self, NewAnnotationType};
use serde_json::json;

use super::Caller;
use super::requests::Ids;
use crate::conversocial::client::{Cv, NewKey, basic};
use crate::conversocial::world::hex;
use crate::support::{Answer, App, Tenant, everything};

/// A word that stands in everything of the first account.
const CANARY: &str = "canary";

pub(super) struct World {
    app: App,
    stranger: Tenant,
    other_topic: i64,
    full: Cv,
    programs: HashMap<Caller, Cv>,
    /// A report: nothing removes one, and few wait at a time.
    report: String,
    /// A type of annotations, which nothing removes either.
    annotation_type: String,
    ids: Option<Ids>,
    made: usize,
}

impl World {
    pub(super) async fn new() -> Self {
        let app = App::test().await;
        let stranger = app.tenant("harbour").await;
        let other_topic = app.make_topic("other").await;
        let full = app.program().await;
        // A report is named after what it is about.
        let (key, name) = ("reported", format!("{CANARY} channel"));
        let channel = app.channel(Service::Twitter, key, &name).await;
        let body = json!({
            "channel": channel,
            "date_from": "2026-11-01",
            "date_to": "2026-11-02",
        });
        let answer = full.post_json("/v1.3/reports", &body).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        let report = answer.json()["report"]["id"].as_str().unwrap().to_owned();
        let new = NewAnnotationType {
            name: format!("{CANARY} type"),
            is_long: false,
        };
        let scope = Scope::system(app.first.account_id);
        let made = contacts::create_annotation_type(&app.engine, &scope, new)
            .await
            .unwrap();
        let annotation_type = made.id.to_string();
        Self {
            app,
            stranger,
            other_topic,
            full,
            programs: HashMap::new(),
            report,
            annotation_type,
            ids: None,
            made: 0,
        }
    }

    /// Things that nobody removes.
    pub(super) async fn ids(&mut self) -> Ids {
        if let Some(ids) = &self.ids {
            return ids.clone();
        }
        let ids = self.new_ids().await;
        self.ids = Some(ids.clone());
        ids
    }

    /// One of everything in the first account, whose texts all hold the canary.
    pub(super) async fn new_ids(&mut self) -> Ids {
        self.made += 1;
        let (app, number) = (&self.app, self.made);
        let author = format!("77{number}");
        let page = format!("{CANARY} page {number}");
        let channel = app.connect(app.topic, Service::Twitter, &page, &page).await;
        let tag = format!("{CANARY} tag {number}");
        // After this names are read anew, that of the channel, too.
        let made = app.make("tags", "tag", &json!({ "tag": tag })).await;
        let more = json!({
            "source": {"profile": page},
            "author": {"fullname": format!("{CANARY} author")},
        });
        let mention = app
            .private(&author, &format!("{CANARY} message {number}"), more)
            .await;
        let updates = json!({
            "tags": [tag],
            "actions": [{"type": "note", "extra": format!("{CANARY} note")}],
        });
        app.try_update(&mention, &updates).await.response();
        let key = format!("{CANARY}{number}");
        let body = json!({"key": key, "value": CANARY});
        let answer = self.full.post_json("/v1.3/keyvalues", &body).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        let account = app.first.account_id;
        let twin = format!("88{number}");
        app.private(&twin, &format!("{CANARY} twin"), json!({}))
            .await;
        let author = format!("t:{author}");
        let (parsed, scope) = (AuthorId::parse(&author).unwrap(), Scope::system(account));
        let text = format!("{CANARY} note of a contact");
        let note = contacts::add_note(&app.engine, &scope, &parsed, &text)
            .await
            .unwrap();
        let contact_tag = format!("{CANARY} tag of a contact");
        contacts::add_tag(&app.engine, &scope, &parsed, &contact_tag)
            .await
            .unwrap();
        Ids {
            account: account.to_string(),
            channel: channel.to_string(),
            conversation: hex(&mention),
            author,
            user: app.first.user_id.to_string(),
            tag: made["id"].to_string(),
            report: self.report.clone(),
            key,
            twin: format!("t:{twin}"),
            note: format!("{:024x}", note.id.get()),
            contact_tag: contact_tag.replace(' ', "%20"),
            annotation_type: self.annotation_type.clone(),
            number,
        }
    }

    /// Everything that a call of the dialect could change.
    pub(super) async fn kept(&self, ids: &Ids) -> String {
        let scope = Scope::system(self.app.first.account_id);
        let db = self.app.engine.db();
        let values = store::key_values::list(db, &scope).await.unwrap();
        let reports = engine::reports::list(&self.app.engine, &scope)
            .await
            .unwrap();
        let head = self.app.head_of(scope.account_id().get()).await;
        let author = AuthorId::parse(&ids.author).unwrap();
        let file = contacts::of_author(&self.app.engine, &scope, &author)
            .await
            .unwrap();
        let types = contacts::annotation_types(&self.app.engine, &scope)
            .await
            .unwrap();
        format!("{values:?} {} {head:?} {file:?} {types:?}", reports.len())
    }

    pub(super) async fn program(&mut self, caller: Caller) -> Cv {
        if let Some(program) = self.programs.get(&caller) {
            return program.clone();
        }
        let program = self.make(caller).await;
        self.programs.insert(caller, program.clone());
        program
    }

    async fn make(&self, caller: Caller) -> Cv {
        let name = format!("{caller:?}").replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let name: String = name.chars().take(60).collect();
        let without = |lacking: &[Permission]| NewKey {
            name: &name,
            permissions: everything()
                .into_iter()
                .filter(|word| !lacking.iter().any(|it| it.as_str() == *word))
                .collect(),
            topics: None,
        };
        match caller {
            Caller::LetIn => self.app.program_with(without(&[])).await,
            Caller::NoCredentials => self.full.nameless(),
            Caller::WrongName => self.full.sending(&basic("nobody", &self.full.secret)),
            Caller::WrongSecret => {
                let secret = "0123456789abcdef0123456789abcdef";
                self.full.sending(&basic("program", secret))
            }
            Caller::RevokedKey => {
                let account = self.app.first.account_id;
                let made = setup::key(&self.app.engine, account, &name, None)
                    .await
                    .unwrap();
                let program = Cv::new(&self.app, &name, made.secret.expose());
                assert_eq!(program.get("/v1.3/accounts").await.status(), 200);
                let path = format!("/{{a}}/settings/apikey/{}", made.key.id);
                self.app.delete(&path).await.response();
                program
            }
            Caller::Stranger => {
                let account = self.stranger.client.account;
                self.app.program_of(account, &name).await
            }
            Caller::Lacks(permission) => self.app.program_with(without(&[permission])).await,
            Caller::LacksAll(permissions) => self.app.program_with(without(permissions)).await,
            Caller::OtherTopicsOnly => {
                let key = NewKey {
                    topics: Some(vec![self.other_topic]),
                    ..without(&[])
                };
                self.app.program_with(key).await
            }
        }
    }
}

/// What a program must not hear: nothing of the first account, or nothing of its first topic.
#[track_caller]
pub(super) fn assert_tells_nothing(answer: &Answer, caller: Caller, what: &str) {
    let is_refused = answer.status() >= 400;
    if is_refused || matches!(caller, Caller::Stranger | Caller::OtherTopicsOnly) {
        let told = format!("{} {:?}", answer.text(), answer.headers);
        assert!(!told.contains(CANARY), "{what}: {told}");
        assert!(!told.contains("northwind"), "{what}: {told}");
    }
}
