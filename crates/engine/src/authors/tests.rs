//! Authors are what their newest message within reach says.

use domain::author::AuthorId;
use domain::ids::{TopicId, UserId};
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::source::Service;
use store::both_engines;

use super::{LOOKED_AT, get};
use crate::inbox::{DeleteOptions, delete};
use crate::pipeline::item::add;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, KEYWORDS, World, new_item, world};
use crate::{Error, What};

async fn arrive(world: &World, topic: TopicId, service: Service, key: &str, name: &str) {
    let id = format!("{key}-{name}");
    let mut item = new_item(topic, Some(&id), "The train was late");
    item.draft.source.service = service;
    item.draft.author.id = Some(key.to_owned());
    item.draft.author.fullname = Some(name.to_owned());
    item.draft.author.website = Some("https://anna.example/".to_owned());
    add(world.engine(), &world.scope, vec![item]).await.unwrap();
    world.test.clock.advance_ms(1_000);
}

fn member(topics: TopicAccess, permissions: PermissionSet) -> Scope {
    Scope::for_member(ACCOUNT, UserId(7), topics, permissions)
}

async fn named(world: &World, scope: &Scope, id: &str) -> Option<String> {
    match get(world.engine(), scope, &AuthorId::parse(id).unwrap()).await {
        Ok(card) => card.author.fullname,
        Err(Error::NotFound(What::Author)) => None,
        Err(other) => panic!("{other}"),
    }
}

both_engines! {
    async fn the_newest_message_says_who_the_author_is(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, Service::Instagram, "Ab", "Anna").await;
        arrive(&world, EVERYTHING, Service::InstagramBusinessProfile, "Ab", "Anna Müller").await;
        arrive(&world, EVERYTHING, Service::Instagram, "aB", "Somebody else").await;
        arrive(&world, EVERYTHING, Service::Facebook, "Ab", "On another network").await;
        let scope = &world.scope;
        assert_eq!(named(&world, scope, "i:Ab").await.as_deref(), Some("Anna Müller"));
        assert_eq!(named(&world, scope, "i:aB").await.as_deref(), Some("Somebody else"));
        assert_eq!(named(&world, scope, "f:Ab").await.as_deref(), Some("On another network"));
        for absent in ["i:ab", "f:aB", "t:Ab", "i:A", "i:*"] {
            assert_eq!(named(&world, scope, absent).await, None, "{absent}");
        }
        let card = get(world.engine(), scope, &AuthorId::parse("i:Ab").unwrap()).await.unwrap();
        assert_eq!(card.service, Service::InstagramBusinessProfile);
        assert_eq!(card.author.website.as_deref(), Some("https://anna.example/"));
    }

    async fn an_index_that_lacks_messages_denies_no_author(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, Service::Instagram, "Ab", "Anna").await;
        let ask = async |id| get(world.engine(), &world.scope, &AuthorId::parse(id).unwrap()).await;
        world.engine().follow().set_partial(ACCOUNT, true);
        for id in ["i:Ab", "i:nobody"] {
            assert!(matches!(ask(id).await, Err(Error::Unavailable(_))), "{id}");
        }
        world.engine().follow().set_partial(ACCOUNT, false);
        assert_eq!(ask("i:Ab").await.unwrap().author.fullname.as_deref(), Some("Anna"));
        assert!(matches!(ask("i:nobody").await, Err(Error::NotFound(What::Author))));
    }

    async fn only_messages_within_reach_tell_of_authors(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, Service::Twitter, "1", "Old").await;
        arrive(&world, KEYWORDS, Service::Twitter, "1", "New").await;
        arrive(&world, KEYWORDS, Service::Twitter, "2", "Beyond").await;
        let reads = PermissionSet::default().with(Permission::InboxRead);
        let narrow = member(TopicAccess::Only([EVERYTHING].into()), reads);
        assert_eq!(named(&world, &narrow, "t:1").await.as_deref(), Some("Old"));
        assert_eq!(named(&world, &narrow, "t:2").await, None);
        assert_eq!(named(&world, &world.scope, "t:1").await.as_deref(), Some("New"));
        let lacking = member(TopicAccess::All, PermissionSet::default());
        let denied = get(world.engine(), &lacking, &AuthorId::parse("t:1").unwrap()).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        let own = member(TopicAccess::All, reads.with(Permission::InboxonlyassignedtomeRead));
        assert_eq!(named(&world, &own, "t:1").await, None, "nothing is assigned to this one");
    }

    async fn what_the_company_writes_tells_of_an_author_only_when_nothing_else_does(db: &Db) {
        let world = world(db).await;
        let says = async |key: &str, name: &str, managed: bool| {
            let mut item = new_item(EVERYTHING, Some(&format!("{key}-{name}")), "We are sorry");
            item.draft.source.service = Service::Twitter;
            item.draft.author.id = Some(key.to_owned());
            item.draft.author.fullname = Some(name.to_owned());
            item.draft.author.managed = managed;
            add(world.engine(), &world.scope, vec![item]).await.unwrap();
            world.test.clock.advance_ms(1_000);
        };
        says("1", "Anna", false).await;
        // Answers that bear the customer's number, more of them than are ever looked at.
        for answer in 0..=LOOKED_AT {
            says("1", &format!("Northwind {answer}"), true).await;
        }
        says("884422", "Northwind", true).await;
        assert_eq!(named(&world, &world.scope, "t:1").await.as_deref(), Some("Anna"));
        assert_eq!(named(&world, &world.scope, "t:884422").await.as_deref(), Some("Northwind"));
    }

    async fn nothing_is_left_of_an_author_whose_messages_are_deleted(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, Service::Twitter, "1", "Anna").await;
        arrive(&world, EVERYTHING, Service::Twitter, "1", "Anna Müller").await;
        let [first, second] = world.stored().await.try_into().unwrap();
        for (id, left) in [(second.id, Some("Anna")), (first.id, None)] {
            delete(world.engine(), &world.scope, EVERYTHING, id, DeleteOptions::default()).await.unwrap();
            assert_eq!(named(&world, &world.scope, "t:1").await.as_deref(), left);
        }
    }
}
