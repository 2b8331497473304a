//! Two calls at once end as if one had come after the other.
//!
//! For each pair of calls the first is held between its work and its commit while the second is
//! sent. What both answered and what is there afterwards must be what one of the two orders gives.

use std::pin::Pin;
use std::sync::Arc;

use channels::ProfileInfo;
use domain::ids::AnnotationTypeId;
use domain::key_value::ValueKind;
use domain::permission::Permission as P;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::source::Service;
use domain::tag::TagStatus;
use domain::topic::{Connection, Health, Profile};
use serde_json::Value;
use store::{Db, both_engines};

use super::place::{LEASE, Place, has_administrator, permissions, sealed_address};
use crate::auth::sessions::BrowserSession;
use crate::auth::{self, Trust};
use crate::inbox::{MentionUpdate, TagChange, TagMode, UpdateRules};
use crate::pipeline::intake::{Arrivals, take_in};
use crate::settings::*;
use crate::testing::{TestEngine, one_while_the_other};
use crate::{Engine, Error, contacts, key_values};

/// A kind of annotation that every account has.
const STOCK: AnnotationTypeId = AnnotationTypeId(1);

type Done = Result<(), Error>;
type Running = Pin<Box<dyn Future<Output = Done> + Send>>;

/// A call, by name.
struct Call {
    name: &'static str,
    run: fn(Engine, Arc<Place>) -> Running,
}

macro_rules! calls {
    ($($name:literal => |$engine:ident, $place:ident| $body:expr;)+) => {
        [$(Call {
            name: $name,
            run: |$engine, $place| Box::pin(async move { $body.await.map(drop) }),
        }),+]
    };
}

/// What two calls answered, and what is there afterwards.
#[derive(Debug, PartialEq)]
struct End {
    first: bool,
    second: bool,
    seen: Value,
}

/// Both in order: the first of the two numbers says which goes first.
async fn in_order(engine: &Engine, first: &Call, second: &Call, is_turned: bool) -> End {
    let place = Arc::new(Place::make(engine).await);
    let run = |call: &Call| (call.run)(engine.clone(), Arc::clone(&place));
    let (first, second) = if is_turned {
        let second = run(second).await;
        (run(first).await, second)
    } else {
        (run(first).await, run(second).await)
    };
    End {
        first: first.is_ok(),
        second: second.is_ok(),
        seen: place.seen(engine).await,
    }
}

async fn alone(engine: &Engine, call: &Call) -> Value {
    let place = Arc::new(Place::make(engine).await);
    (call.run)(engine.clone(), Arc::clone(&place))
        .await
        .unwrap();
    place.seen(engine).await
}

async fn at_once(engine: &Engine, first: &Call, second: &Call) -> Result<(), String> {
    let place = Arc::new(Place::make(engine).await);
    let run = |call: &Call| (call.run)(engine.clone(), Arc::clone(&place));
    let (one, other) = one_while_the_other(engine, run(first), run(second)).await;
    let end = End {
        first: one.is_ok(),
        second: other.is_ok(),
        seen: place.seen(engine).await,
    };
    if !has_administrator(&end.seen) {
        return Err(format!(
            "{} / {}: no administrator is left",
            first.name, second.name
        ));
    }
    // Whoever is told to try again has changed nothing.
    if matches!(other, Err(Error::Unavailable(_))) && end.seen == alone(engine, first).await {
        return Ok(());
    }
    let orders = [
        in_order(engine, first, second, false).await,
        in_order(engine, first, second, true).await,
    ];
    if orders.contains(&end) {
        return Ok(());
    }
    Err(format!(
        "{} / {}: {one:?}, {other:?}\n  got    {end:?}\n  either {:?}\n  or     {:?}",
        first.name, second.name, orders[0], orders[1]
    ))
}

async fn every_pair(db: &Db, calls: &[Call]) {
    let test = TestEngine::new(db).await;
    let mut wrong = Vec::new();
    for first in calls {
        for second in calls {
            if let Err(what) = at_once(&test.engine, first, second).await {
                wrong.push(what);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} pairs:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

async fn account(engine: Engine, place: Arc<Place>, update: AccountUpdate) -> Done {
    update_account(&engine, &place.by(place.ann), update)
        .await
        .map(drop)
}

async fn topic(engine: Engine, place: Arc<Place>, update: TopicUpdate) -> Done {
    update_topic(&engine, &place.by(place.ann), place.empty_topic, update)
        .await
        .map(drop)
}

async fn profile(engine: Engine, place: Arc<Place>, update: ProfileUpdate) -> Done {
    update_profile(
        &engine,
        &place.by(place.ann),
        place.topic,
        place.profile,
        update,
    )
    .await
    .map(drop)
}

async fn tag(engine: Engine, place: Arc<Place>, update: TagUpdate) -> Done {
    update_tag(&engine, &place.by(place.ann), place.tag, update)
        .await
        .map(drop)
}

async fn role(engine: Engine, place: Arc<Place>, update: RoleUpdate) -> Done {
    update_role(
        &engine,
        Trust::OPERATOR,
        &place.by(place.ann),
        place.helper,
        update,
    )
    .await
    .map(drop)
}

/// One person does something about another, each by letter.
async fn member(engine: Engine, place: Arc<Place>, who: &str, update: MemberUpdate) -> Done {
    let (by, about) = match who {
        "a:b" => (place.ann, place.ben),
        "b:a" => (place.ben, place.ann),
        "a:a" => (place.ann, place.ann),
        _ => (place.ann, place.eve),
    };
    update_member(&engine, Trust::OPERATOR, &place.by(by), about, update)
        .await
        .map(drop)
}

async fn key(engine: Engine, place: Arc<Place>, update: KeyUpdate) -> Done {
    update_key(
        &engine,
        Trust::OPERATOR,
        &place.by(place.ann),
        place.key,
        update,
    )
    .await
    .map(drop)
}

async fn put_on(engine: Engine, place: Arc<Place>, mode: TagMode, name: &str) -> Done {
    let update = MentionUpdate {
        tags: Some(TagChange {
            mode,
            names: vec![name.to_owned()],
        }),
        ..MentionUpdate::default()
    };
    let rules = UpdateRules {
        refuse_same_status: false,
    };
    let by = place.by(place.ann);
    crate::inbox::update(
        &engine,
        &by,
        place.topic,
        place.mention,
        update,
        None,
        rules,
    )
    .await
    .map(drop)
}

async fn add(engine: Engine, place: Arc<Place>, tag: Option<&str>) -> Done {
    let mut item =
        crate::pipeline::tests::world::new_item(place.empty_topic, Some("one more"), "Hello");
    item.draft.tags = tag.map(str::to_owned).into_iter().collect();
    crate::pipeline::item::add(&engine, &place.by(place.ann), vec![item])
        .await
        .map(drop)
}

/// A poll ends of a profile, given as it was when the poll began.
async fn poll_ends(engine: Engine, place: Arc<Place>, profile: Profile) -> Done {
    let scope = Scope::system(place.account);
    let lease = profile.connection.due_at.unwrap_or(LEASE);
    let arrivals = Arrivals::new(&engine, &profile, None, Vec::new(), Vec::new())?;
    let connection = Connection {
        health: Health::Healthy,
        due_at: Some(LEASE.plus_ms(300_000)),
        cursor: Some("a bookmark".to_owned()),
        ..Connection::default()
    };
    take_in(&engine, &scope, arrivals, lease, connection)
        .await
        .map(drop)
}

async fn source_is_named(engine: Engine, place: Arc<Place>, profile: Profile) -> Done {
    let info = ProfileInfo {
        displayname: Some("What the source says".to_owned()),
        avatar: Some("https://source.example/picture.png".to_owned()),
        ..ProfileInfo::default()
    };
    let scope = Scope::system(place.account);
    crate::jobs::poll_profile::update(&engine, &scope, &profile, info, None).await
}

/// The address of the source gets another secret, or the connection something else.
async fn sealed(engine: Engine, place: Arc<Place>, update: ProfileUpdate) -> Done {
    let (by, id) = (place.by(place.ann), place.sealed.id);
    update_profile(&engine, &by, place.topic, id, update)
        .await
        .map(drop)
}

fn new_secret(secret: &str) -> ProfileUpdate {
    ProfileUpdate {
        service_id: Some(sealed_address(secret)),
        ..ProfileUpdate::default()
    }
}

async fn reconnect(engine: Engine, place: Arc<Place>, secret: &str) -> Done {
    let new = NewProfile {
        service: Service::Rss,
        service_id: sealed_address(secret),
        displayname: None,
    };
    connect_profile(&engine, &place.by(place.ann), place.topic, new)
        .await
        .map(drop)
}

/// An address at which nobody is known before.
fn strange(place: &Place) -> String {
    format!("new@{}.example", place.account)
}

async fn invite(engine: Engine, place: Arc<Place>, email: String) -> Done {
    let new = NewMember {
        name: "New".to_owned(),
        email,
        password: None,
        role_id: place.spare_role,
        gets_link: false,
    };
    add_member(&engine, Trust::OPERATOR, &place.by(place.ann), new)
        .await
        .map(drop)
}

/// The same by the command of the operator.
async fn invite_beside(engine: Engine, place: Arc<Place>, email: String) -> Done {
    let prepared = auth::prepare_user(&engine, "New", &email, None).await?;
    add_member_beside(&engine, place.account, prepared, place.helper)
        .await
        .map(drop)
}

async fn accept(engine: Engine, place: Arc<Place>) -> Done {
    let session = BrowserSession::of(place.gil.clone());
    accept_invitation(&engine, &session, place.account, &place.invitation()).await
}

async fn decline(engine: Engine, place: Arc<Place>) -> Done {
    let session = BrowserSession::of(place.gil.clone());
    decline_invitation(&engine, &session, place.account).await
}

fn spare_role(topics: TopicAccess) -> NewRole {
    NewRole {
        title: "Another".to_owned(),
        permissions: permissions(&[P::InboxRead]),
        topics,
    }
}

both_engines! {
    async fn no_change_of_an_account_is_undone(db: &Db) {
        every_pair(db, &calls! {
            "rename" => |e, p| account(e, p, AccountUpdate { name: Some("Southwind".to_owned()), ..AccountUpdate::default() });
            "describe" => |e, p| account(e, p, AccountUpdate { description: Some("Shoes".to_owned()), ..AccountUpdate::default() });
            "plan" => |e, p| account(e, p, AccountUpdate { package: Some("Gold".to_owned()), ..AccountUpdate::default() });
            "move" => |e, p| account(e, p, AccountUpdate { timezone: Some("Europe/Berlin".to_owned()), ..AccountUpdate::default() });
        }).await;
    }

    async fn no_change_of_a_project_or_a_topic_is_undone(db: &Db) {
        every_pair(db, &calls! {
            "rename the project" => |e, p| update_project(&e, &p.by(p.ann), p.spare_project, "Renamed");
            "rename the project again" => |e, p| update_project(&e, &p.by(p.ann), p.spare_project, "Renamed again");
            "delete the project" => |e, p| delete_project(&e, &p.by(p.ann), p.spare_project);
            "make a topic in it" => |e, p| create_topic(&e, &p.by(p.ann), NewTopic { name: "New".to_owned(), project_id: Some(p.spare_project), searchkeywords: None });
            "rename the topic" => |e, p| topic(e, p, TopicUpdate { name: Some("Renamed".to_owned()), searchkeywords: None });
            "change the keywords" => |e, p| topic(e, p, TopicUpdate { name: None, searchkeywords: Some(Some("train".to_owned())) });
            "drop the keywords" => |e, p| topic(e, p, TopicUpdate { name: None, searchkeywords: Some(None) });
            "delete the topic" => |e, p| delete_topic(&e, &p.by(p.ann), p.empty_topic);
            "connect a feed" => |e, p| connect_profile(&e, &p.by(p.ann), p.empty_topic, NewProfile { service: Service::Rss, service_id: "http://127.0.0.1:1/other.xml".to_owned(), displayname: None });
            "add a mention" => |e, p| add(e, p, None);
            "make a role for it" => |e, p| create_role(&e, &p.by(p.ann), spare_role(TopicAccess::Only([p.empty_topic].into())));
            "make a role reach it" => |e, p| { let topics = TopicAccess::Only([p.empty_topic, p.topic].into()); role(e, p, RoleUpdate { topics: Some(topics), ..RoleUpdate::default() }) };
        }).await;
    }

    async fn no_change_of_a_connection_is_undone(db: &Db) {
        every_pair(db, &calls! {
            "rename" => |e, p| profile(e, p, ProfileUpdate { service_id: None, displayname: Some("Renamed".to_owned()), is_enabled: None });
            "stop" => |e, p| profile(e, p, ProfileUpdate { service_id: None, displayname: None, is_enabled: Some(false) });
            "start" => |e, p| profile(e, p, ProfileUpdate { service_id: None, displayname: None, is_enabled: Some(true) });
            "rename and stop" => |e, p| profile(e, p, ProfileUpdate { service_id: None, displayname: Some("Stopped".to_owned()), is_enabled: Some(false) });
            "disconnect" => |e, p| disconnect_profile(&e, &p.by(p.ann), p.topic, p.profile);
            "connect again" => |e, p| connect_profile(&e, &p.by(p.ann), p.topic, NewProfile { service: Service::Rss, service_id: "http://127.0.0.1:1/feed.xml".to_owned(), displayname: None });
            "end a poll" => |e, p| { let profile = p.profile_at_first(); poll_ends(e, p, profile) };
            "be named by the source" => |e, p| { let profile = p.profile_at_first(); source_is_named(e, p, profile) };
        }).await;
    }

    async fn no_new_secret_in_the_address_of_a_source_is_lost(db: &Db) {
        every_pair(db, &calls! {
            "give it another secret" => |e, p| sealed(e, p, new_secret("second"));
            "give it a third one" => |e, p| sealed(e, p, new_secret("third"));
            "rename it" => |e, p| sealed(e, p, ProfileUpdate { displayname: Some("Renamed".to_owned()), ..ProfileUpdate::default() });
            "rename it and give it another" => |e, p| sealed(e, p, ProfileUpdate { displayname: Some("New".to_owned()), ..new_secret("fourth") });
            "stop" => |e, p| sealed(e, p, ProfileUpdate { is_enabled: Some(false), ..ProfileUpdate::default() });
            "disconnect" => |e, p| disconnect_profile(&e, &p.by(p.ann), p.topic, p.sealed.id);
            "connect it again" => |e, p| reconnect(e, p, "first");
            "connect it with another" => |e, p| reconnect(e, p, "second");
            "end a poll" => |e, p| { let profile = p.sealed.clone(); poll_ends(e, p, profile) };
            "be named by the source" => |e, p| { let profile = p.sealed.clone(); source_is_named(e, p, profile) };
        }).await;
    }

    async fn no_change_of_a_tag_is_undone_and_none_vanishes_from_a_mention(db: &Db) {
        every_pair(db, &calls! {
            "rename" => |e, p| tag(e, p, TagUpdate { name: Some("Renamed".to_owned()), ..TagUpdate::default() });
            "colour" => |e, p| tag(e, p, TagUpdate { color: Some(Some("rgb(1,2,3)".to_owned())), ..TagUpdate::default() });
            "put below" => |e, p| { let parent_id = Some(Some(p.spare_tag)); tag(e, p, TagUpdate { parent_id, ..TagUpdate::default() }) };
            "put the other below" => |e, p| update_tag(&e, &p.by(p.ann), p.spare_tag, TagUpdate { parent_id: Some(Some(p.tag)), ..TagUpdate::default() });
            "hide" => |e, p| tag(e, p, TagUpdate { is_visible: Some(false), ..TagUpdate::default() });
            "archive" => |e, p| tag(e, p, TagUpdate { status: Some(TagStatus::Archived), ..TagUpdate::default() });
            "delete" => |e, p| delete_tag(&e, &p.by(p.ann), p.tag);
            "make one below" => |e, p| create_tag(&e, &p.by(p.ann), NewTag { name: "Below".to_owned(), parent_id: Some(p.tag), ..NewTag::default() });
            "make one of this name" => |e, p| create_tag(&e, &p.by(p.ann), NewTag { name: "renamed".to_owned(), ..NewTag::default() });
            "put it on a mention" => |e, p| put_on(e, p, TagMode::Add, "urgent");
            "put a new one on a mention" => |e, p| put_on(e, p, TagMode::Add, "Renamed");
            "take it from a mention" => |e, p| put_on(e, p, TagMode::Delete, "Urgent");
            "add a mention that bears it" => |e, p| add(e, p, Some("Urgent"));
        }).await;
    }

    async fn no_change_of_a_role_is_undone(db: &Db) {
        every_pair(db, &calls! {
            "rename" => |e, p| role(e, p, RoleUpdate { title: Some("Renamed".to_owned()), ..RoleUpdate::default() });
            "take a right" => |e, p| role(e, p, RoleUpdate { permissions: Some(permissions(&[P::ApiRead])), ..RoleUpdate::default() });
            "give a right" => |e, p| role(e, p, RoleUpdate { permissions: Some(permissions(&[P::ApiRead, P::InboxRead, P::StatusUpdate])), ..RoleUpdate::default() });
            "narrow" => |e, p| { let topics = TopicAccess::Only([p.topic].into()); role(e, p, RoleUpdate { topics: Some(topics), ..RoleUpdate::default() }) };
            "restrict" => |e, p| role(e, p, RoleUpdate { permissions: Some(permissions(&[P::ApiRead, P::InboxonlyassignedtomeRead])), ..RoleUpdate::default() });
            "take it from its user" => |e, p| { let role_id = Some(p.spare_role); member(e, p, "a:e", MemberUpdate { role_id, ..MemberUpdate::default() }) };
            "give it to a key" => |e, p| { let role_id = Some(p.helper); key(e, p, KeyUpdate { role_id, ..KeyUpdate::default() }) };
            "delete" => |e, p| delete_role(&e, &p.by(p.ann), p.helper);
            "delete the other" => |e, p| delete_role(&e, &p.by(p.ann), p.spare_role);
            "give the other to a key" => |e, p| { let role_id = Some(p.spare_role); key(e, p, KeyUpdate { role_id, ..KeyUpdate::default() }) };
            "take somebody in" => |e, p| add_member(&e, Trust::OPERATOR, &p.by(p.ann), NewMember { name: "New".to_owned(), email: format!("new@{}.example", p.account), password: None, role_id: p.spare_role, gets_link: false });
        }).await;
    }

    async fn no_change_of_a_member_is_undone_and_an_administrator_is_left(db: &Db) {
        every_pair(db, &calls! {
            "one demotes the other" => |e, p| { let role_id = Some(p.helper); member(e, p, "a:b", MemberUpdate { role_id, ..MemberUpdate::default() }) };
            "the other demotes the one" => |e, p| { let role_id = Some(p.helper); member(e, p, "b:a", MemberUpdate { role_id, ..MemberUpdate::default() }) };
            "one locks the other out" => |e, p| member(e, p, "a:b", MemberUpdate { is_enabled: Some(false), ..MemberUpdate::default() });
            "the other removes the one" => |e, p| remove_member(&e, &p.by(p.ben), p.ann);
            "one leaves" => |e, p| remove_member(&e, &p.by(p.ann), p.ann);
            "the other steps down" => |e, p| update_member(&e, Trust::OPERATOR, &p.by(p.ben), p.ben, MemberUpdate { role_id: Some(p.helper), ..MemberUpdate::default() });
            "lock out" => |e, p| member(e, p, "a:e", MemberUpdate { is_enabled: Some(false), ..MemberUpdate::default() });
            "promote" => |e, p| { let role_id = Some(p.administrator); member(e, p, "a:e", MemberUpdate { role_id, ..MemberUpdate::default() }) };
            "make an expert" => |e, p| member(e, p, "a:e", MemberUpdate { is_expert: Some(true), ..MemberUpdate::default() });
            "move" => |e, p| member(e, p, "a:a", MemberUpdate { timezone: Some(Some("Europe/Berlin".to_owned())), ..MemberUpdate::default() });
            "remove" => |e, p| remove_member(&e, &p.by(p.ann), p.eve);
        }).await;
    }

    async fn no_invitation_and_no_answer_to_one_is_lost(db: &Db) {
        every_pair(db, &calls! {
            "accept" => |e, p| accept(e, p);
            "decline" => |e, p| decline(e, p);
            "take it back" => |e, p| remove_member(&e, &p.by(p.ann), p.gil.id);
            "give another role" => |e, p| update_member(&e, Trust::OPERATOR, &p.by(p.ann), p.gil.id, MemberUpdate { role_id: Some(p.spare_role), ..MemberUpdate::default() });
            "invite again" => |e, p| { let email = p.gil.email.clone(); invite(e, p, email) };
            "invite another" => |e, p| { let email = p.hal.email.clone(); invite(e, p, email) };
            "take in somebody new" => |e, p| { let email = strange(&p); invite(e, p, email) };
            "the operator invites again" => |e, p| { let email = p.gil.email.clone(); invite_beside(e, p, email) };
            "the operator invites another" => |e, p| { let email = p.hal.email.clone(); invite_beside(e, p, email) };
            "the operator takes in somebody new" => |e, p| { let email = strange(&p); invite_beside(e, p, email) };
            "delete the role" => |e, p| delete_role(&e, &p.by(p.ann), p.spare_role);
        }).await;
    }

    async fn nothing_that_is_written_about_a_contact_is_lost(db: &Db) {
        every_pair(db, &calls! {
            "note" => |e, p| contacts::add_note(&e, &p.by(p.ann), &p.author, "called back");
            "annotate" => |e, p| contacts::set_annotation(&e, &p.by(p.ann), &p.author, STOCK, "42");
            "annotate otherwise" => |e, p| contacts::set_annotation(&e, &p.by(p.ann), &p.author, STOCK, "43");
            "end the kind" => |e, p| contacts::set_active(&e, &p.by(p.ann), STOCK, false);
            "make a kind" => |e, p| contacts::create_annotation_type(&e, &p.by(p.ann), contacts::NewAnnotationType { name: "Size".to_owned(), is_long: false });
            "make a long kind" => |e, p| contacts::create_annotation_type(&e, &p.by(p.ann), contacts::NewAnnotationType { name: "size".to_owned(), is_long: true });
            "tag" => |e, p| contacts::add_tag(&e, &p.by(p.ann), &p.author, "VIP");
            "tag again" => |e, p| contacts::add_tag(&e, &p.by(p.ann), &p.author, "vip");
            "untag" => |e, p| contacts::remove_tag(&e, &p.by(p.ann), &p.author, "Vip");
        }).await;
    }

    async fn no_change_of_a_key_or_a_value_is_undone(db: &Db) {
        every_pair(db, &calls! {
            "rename" => |e, p| key(e, p, KeyUpdate { name: Some("Renamed".to_owned()), ..KeyUpdate::default() });
            "demote" => |e, p| { let role_id = Some(p.helper); key(e, p, KeyUpdate { role_id, ..KeyUpdate::default() }) };
            "renew" => |e, p| key(e, p, KeyUpdate { resets_secret: true, ..KeyUpdate::default() });
            "delete" => |e, p| delete_key(&e, &p.by(p.ann), p.key);
            "make another" => |e, p| create_key(&e, Trust::OPERATOR, &p.by(p.ann), NewKey { name: "renamed".to_owned(), role_id: p.helper });
            "the operator makes another" => |e, p| create_key_beside(&e, p.account, NewKey { name: "Renamed".to_owned(), role_id: p.administrator });
            "the operator revokes it by name" => |e, p| delete_key_beside(&e, p.account, "crm");
            "the operator revokes it by number" => |e, p| delete_key_beside(&e, p.account, &p.key.to_string());
            "write a value" => |e, p| key_values::put(&e, &p.by(p.ann), "k", "one", ValueKind::Text);
            "write it again" => |e, p| key_values::put(&e, &p.by(p.ann), "k", "two", ValueKind::Text);
            "delete the value" => |e, p| key_values::delete(&e, &p.by(p.ann), "k");
        }).await;
    }
}
