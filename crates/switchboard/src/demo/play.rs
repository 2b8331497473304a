//! Performs a script: moves a clock through the week and does, through the use cases, what the
//! script says, in the order in which it happens.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use domain::ids::{AccountId, MentionId, TopicId, UserId};
use domain::mention::{Assignee, Priority, Sender, Status};
use domain::scope::Scope;
use domain::time::{Clock as _, MINUTE_MS, ManualClock, UnixMillis};
use domain::topic::{Connection, Health, Profile};
use engine::Engine;
use engine::auth::{Trust, setup};
use engine::inbox::{
    self, AssigneeChange, MentionUpdate, NewNote, TagChange, TagMode, UpdateRules,
};
use engine::pipeline::item::{self, NewItem};
use engine::random::{Random, SeededRandom, SystemRandom};
use engine::settings::{self, NewMember, NewTag, NewTopic};
use futures::future::try_join_all;
use store::Db;
use store::counters::Kind;

use super::Made;
use super::brand::{self, Topic};
use super::desk::{self, Jotting};
use super::hours;
use super::script::{Care, Line, Script};
use crate::commands::made_up_password;
use crate::config::Config;
use crate::wiring::{self, Index};

/// Connectors bring what is new every so often; what came between is added at once.
const STEP_MS: i64 = 15 * MINUTE_MS;
/// Most messages that are added at once.
const MOST: usize = 500;

/// Everything that is known about the account while it is filled.
struct Stage {
    engine: Engine,
    clock: Arc<ManualClock>,
    account_id: AccountId,
    admin: Scope,
    agents: Vec<(UserId, Scope)>,
    topics: BTreeMap<usize, TopicId>,
}

/// Something an agent does.
struct Deed {
    at: UnixMillis,
    topic_id: TopicId,
    id: MentionId,
    agent: usize,
    update: MentionUpdate,
}

/// What is still to come.
#[derive(Default)]
struct Agenda {
    deeds: Vec<Deed>,
    jottings: Vec<Jotting>,
    /// Messages that were or will be taken care of.
    cares: usize,
}

/// Performs the script in an empty database.
pub(super) async fn perform(config: &Config, db: Db, script: Script) -> anyhow::Result<Made> {
    let clock = Arc::new(ManualClock::at(script.week.start));
    let engine = wiring::engine(
        config,
        db,
        Index::OnDisk,
        config.public_url.clone(),
        Arc::clone(&clock) as _,
        randomness(config),
    )
    .await?;
    let password = made_up_password(engine.random());
    let (_, email) = brand::ADMIN;
    let first = setup::init(&engine, brand::ACCOUNT, email, &password, "UTC").await?;
    engine::follow::start(&engine).await?;
    let account_id = first.account_id;
    let admin = scope(&engine, account_id, email).await?;
    let mut stage = Stage {
        engine,
        clock,
        account_id,
        admin,
        agents: Vec::new(),
        topics: BTreeMap::new(),
    };
    stage.furnish().await?;

    // Before the week is played, so that its bytes do not depend on how the week is played.
    let scopes = engine::auth::ScopeSet::all().to_string();
    let token = setup::personal_token(&stage.engine, email, &scopes).await?;
    let key = setup::key(&stage.engine, account_id, "demo", None).await?;
    let mentions = script.lines.len();
    stage.play(script.lines, script.week.now).await?;
    stage.clock.set(script.week.now);
    // The server that takes over reads the snapshot, so that its first answer is complete.
    engine::jobs::maintain::save_snapshots(&stage.engine).await?;
    Ok(Made {
        account: brand::ACCOUNT,
        account_id,
        email,
        password,
        access_token: token.access_token.expose().to_owned(),
        key: key.key.name,
        key_secret: key.secret.expose().to_owned(),
        mentions,
        users: brand::AGENTS.len() + 1,
        topics: Topic::ALL.len(),
    })
}

/// The same sign-in and token at every start, so that they can be written down, as long as only
/// this machine can reach the server; else nobody else must be able to guess them.
fn randomness(config: &Config) -> Arc<dyn Random> {
    let is_local = config
        .listen
        .address
        .parse::<SocketAddr>()
        .is_ok_and(|address| address.ip().is_loopback());
    if is_local {
        Arc::new(SeededRandom::new(super::SEED))
    } else {
        Arc::new(SystemRandom)
    }
}

/// The authority of a person, come by as a program comes by it.
async fn scope(engine: &Engine, account_id: AccountId, email: &str) -> anyhow::Result<Scope> {
    let scopes = engine::auth::ScopeSet::all().to_string();
    let token = setup::personal_token(engine, email, &scopes).await?;
    let identity = engine::auth::authenticate(engine, token.access_token.expose()).await?;
    Ok(identity.scope_for(engine, account_id).await?)
}

impl Stage {
    /// People, topics, tags and profiles.
    async fn furnish(&mut self) -> anyhow::Result<()> {
        let (engine, admin) = (&self.engine, &self.admin);
        for (name, local, role) in brand::AGENTS {
            let directory = engine.directory(self.account_id).await?;
            let role_id = directory
                .roles
                .values()
                .find(|known| known.title == *role)
                .map(|role| role.id)
                .with_context(|| format!("there is no role {role}"))?;
            let email = format!("{local}@{}", brand::DOMAIN);
            let new = NewMember {
                name: (*name).to_owned(),
                email: email.clone(),
                password: None,
                role_id,
                // They are made up: nobody signs in as them.
                gets_link: false,
            };
            let member = settings::add_member(engine, Trust::OPERATOR, admin, new)
                .await?
                .member;
            let scope = scope(engine, self.account_id, &email).await?;
            self.agents.push((member.user.id, scope));
        }
        for (at, topic) in Topic::ALL.into_iter().enumerate() {
            let (name, searchkeywords) = topic.card();
            let new = NewTopic {
                name: name.to_owned(),
                searchkeywords: searchkeywords.map(str::to_owned),
                ..NewTopic::default()
            };
            let made = settings::create_topic(engine, admin, new).await?;
            self.topics.insert(at, made.id);
        }
        for (name, color) in brand::TAGS {
            let new = NewTag {
                name: (*name).to_owned(),
                color: Some((*color).to_owned()),
                ..NewTag::default()
            };
            settings::create_tag(engine, admin, new).await?;
        }
        self.connect().await
    }

    /// Shows the profiles as connected. They are written as they are, since most of these
    /// networks have no connector that could be asked to do it, and none shall be polled.
    async fn connect(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        for (topic, service, service_id, name) in brand::PROFILES {
            let Some(topic_id) = self.topic(*topic) else {
                continue;
            };
            let account_id = self.account_id;
            let provider = super::networks::provider_of(*service);
            self.engine
                .db()
                .write::<_, engine::Error, _>(move |tx| {
                    Box::pin(async move {
                        let scope = Scope::system(account_id);
                        store::changes::lock(tx, &scope).await?;
                        let id = store::counters::next(tx, Kind::Profile).await?;
                        let profile = Profile {
                            account_id,
                            topic_id,
                            id: domain::ids::ProfileId(id),
                            service: *service,
                            service_id: (*service_id).to_owned(),
                            provider,
                            displayname: Some((*name).to_owned()),
                            username: Some((*service_id).to_owned()),
                            avatar: None,
                            added_at: now,
                            removed_at: None,
                            connection: Connection {
                                health: Health::Healthy,
                                polled_at: Some(now),
                                succeeded_at: Some(now),
                                ..Connection::default()
                            },
                        };
                        store::profiles::create(tx, &scope, &profile).await?;
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    fn topic(&self, topic: Topic) -> Option<TopicId> {
        let at = Topic::ALL.iter().position(|known| *known == topic)?;
        self.topics.get(&at).copied()
    }

    /// Goes through the week in steps: what agents did until then, then what came in.
    async fn play(&self, lines: Vec<Line>, now: UnixMillis) -> anyhow::Result<()> {
        let mut lines = lines.into_iter().peekable();
        let mut agenda = Agenda::default();
        let mut at = self.clock.now();
        while at < now {
            at = at.plus_ms(STEP_MS).min(now);
            let mut arrived = Vec::new();
            while arrived.len() < MOST
                && let Some(line) = lines.next_if(|line| line.at < at)
            {
                arrived.push(line);
            }
            self.work(&mut agenda, at).await?;
            self.arrive(arrived, &mut agenda).await?;
        }
        Ok(())
    }

    async fn arrive(&self, lines: Vec<Line>, agenda: &mut Agenda) -> anyhow::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut items = Vec::new();
        let mut cares = Vec::new();
        for line in lines {
            let Some(topic_id) = self.topic(line.topic) else {
                continue;
            };
            let mut draft = line.draft;
            draft.source.sender = line.sender.and_then(|agent| self.sender(agent));
            if let Some(care) = &line.care {
                let (at, agent) = (care.at, care.agent);
                agenda
                    .jottings
                    .extend(desk::jotting(&draft, agenda.cares, at, agent));
                agenda.cares += 1;
            }
            items.push(NewItem {
                topic_id,
                draft,
                status: Some(line.status),
                priority: line.priority.and_then(Priority::new),
            });
            cares.push((topic_id, line.care));
        }
        let recorded = item::add(&self.engine, &self.admin, items).await?;
        for (id, (topic_id, care)) in recorded.added.into_iter().zip(cares) {
            if let Some(care) = care {
                agenda.deeds.extend(self.plan(topic_id, id, &care));
            }
        }
        Ok(())
    }

    /// An agent as the sender of an answer.
    fn sender(&self, agent: usize) -> Option<Sender> {
        let (user_id, _) = self.agents.get(agent)?;
        let (name, _, _) = brand::AGENTS.get(agent)?;
        Some(Sender {
            kind: "user".to_owned(),
            id: user_id.to_string(),
            name: (*name).to_owned(),
        })
    }

    /// The steps of an agent: taking the message on, saying what it is about, maybe a note, and
    /// settling it.
    fn plan(&self, topic_id: TopicId, id: MentionId, care: &Care) -> Vec<Deed> {
        let Some((user_id, _)) = self.agents.get(care.agent) else {
            return Vec::new();
        };
        let taken_on = MentionUpdate {
            status: Some(Status::Pending),
            assignees: Some(AssigneeChange::All(vec![Assignee::User(*user_id)])),
            ..MentionUpdate::default()
        };
        let sorted = MentionUpdate {
            sentiment: care.tone,
            tags: Some(TagChange {
                mode: TagMode::Add,
                names: care.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            }),
            ..MentionUpdate::default()
        };
        let noted = care.note.map(|text| MentionUpdate {
            notes: vec![NewNote {
                text: text.to_owned(),
                todos: Vec::new(),
            }],
            ..MentionUpdate::default()
        });
        let settled = MentionUpdate {
            status: Some(Status::Done),
            ..MentionUpdate::default()
        };
        // Nobody turns to what is not there yet.
        let late = self.clock.now().since(care.at).max(0);
        let mut at = care.at.plus_ms(late);
        let mut deeds = Vec::new();
        let mut next = |at, update| {
            deeds.push(Deed {
                at,
                topic_id,
                id,
                agent: care.agent,
                update,
            });
        };
        next(at, taken_on);
        for update in [Some(sorted), noted].into_iter().flatten() {
            at = at.plus_ms(care.pace_ms);
            next(at, update);
        }
        if let Some(done_at) = care.done_at {
            next(done_at.plus_ms(late).max(at.plus_ms(care.pace_ms)), settled);
        }
        deeds
    }

    /// Does what was due until then, and lets the time pass meanwhile; what is due later waits, and
    /// what never comes due is what the visitor finds to do.
    async fn work(&self, agenda: &mut Agenda, until: UnixMillis) -> anyhow::Result<()> {
        let (mut due, later): (Vec<Deed>, Vec<Deed>) = std::mem::take(&mut agenda.deeds)
            .into_iter()
            .partition(|deed| deed.at < until);
        agenda.deeds = later;
        due.sort_by_key(|deed| deed.at);
        let mut beats: BTreeMap<i64, Vec<Deed>> = BTreeMap::new();
        for deed in due {
            let beat = deed.at.0.div_euclid(hours::BEAT_MS);
            beats.entry(beat).or_default().push(deed);
        }
        for deeds in beats.into_values() {
            if let Some(last) = deeds.last() {
                self.clock.set(last.at);
            }
            self.act_together(deeds).await?;
        }
        self.clock.set(until);
        let (due, later): (Vec<Jotting>, Vec<Jotting>) = std::mem::take(&mut agenda.jottings)
            .into_iter()
            .partition(|jotting| jotting.at < until);
        agenda.jottings = later;
        // One after the other, so that their numbers are the same every time.
        for jotting in due {
            let (_, scope) = self
                .agents
                .get(jotting.agent)
                .context("an agent is missing")?;
            jotting.write(&self.engine, scope).await?;
        }
        Ok(())
    }

    /// Two deeds on one mention keep their order; deeds on different ones share a commit.
    async fn act_together(&self, mut deeds: Vec<Deed>) -> anyhow::Result<()> {
        while !deeds.is_empty() {
            let mut seen = BTreeSet::new();
            let (now, rest): (Vec<Deed>, Vec<Deed>) =
                deeds.into_iter().partition(|deed| seen.insert(deed.id));
            deeds = rest;
            try_join_all(now.into_iter().map(|deed| self.act(deed))).await?;
        }
        Ok(())
    }

    async fn act(&self, deed: Deed) -> anyhow::Result<()> {
        let (_, scope) = self.agents.get(deed.agent).context("an agent is missing")?;
        let rules = UpdateRules {
            refuse_same_status: false,
        };
        inbox::update(
            &self.engine,
            scope,
            deed.topic_id,
            deed.id,
            deed.update,
            None,
            rules,
        )
        .await?;
        Ok(())
    }
}
