//! Which connector serves which service, and what a message from a service allows.

use std::sync::Arc;

use domain::source::Service;

use crate::channel::Channel;
use crate::feed::Feed;

/// The connectors that this server has.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    channels: Vec<Arc<dyn Channel>>,
}

impl Registry {
    /// No connectors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every connector that comes with Switchboard, with its default settings.
    pub fn standard() -> Self {
        Self::new().with(Arc::new(Feed::default()))
    }

    /// The same with one more connector, in place of the one that served its service.
    #[must_use]
    pub fn with(mut self, channel: Arc<dyn Channel>) -> Self {
        self.channels
            .retain(|known| known.service() != channel.service());
        self.channels.push(channel);
        self
    }

    /// The connector of a service; `None` for services that this server cannot be connected to.
    pub fn find(&self, service: Service) -> Option<&dyn Channel> {
        self.channels
            .iter()
            .find(|channel| channel.service() == service)
            .map(AsRef::as_ref)
    }

    /// The services that can be connected.
    pub fn services(&self) -> impl Iterator<Item = Service> + '_ {
        self.channels.iter().map(|channel| channel.service())
    }
}

/// Something that can be done with a message at its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ability {
    /// Answer where everybody sees it.
    Reply,
    /// Answer in private.
    PrivateMessage,
    /// Like it.
    Like,
    /// Share it.
    Share,
    /// Hide it there.
    Hide,
    /// Delete it there.
    Delete,
    /// Block its author there.
    Block,
}

/// What a message from a service allows. Services that are not listed allow nothing.
pub const ABILITIES: &[(Service, &[Ability])] = &[
    // One-way: an item of a feed can only be looked at.
    (Service::Rss, &[]),
];

/// What a message from a service allows.
pub fn abilities(service: Service) -> &'static [Ability] {
    ABILITIES
        .iter()
        .find(|(listed, _)| *listed == service)
        .map_or(&[], |(_, abilities)| abilities)
}

/// Whether a message from a service allows this.
pub fn can(service: Service, ability: Ability) -> bool {
    abilities(service).contains(&ability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_can_be_connected_but_not_answered() {
        let registry = Registry::standard();
        assert_eq!(registry.services().collect::<Vec<_>>(), [Service::Rss]);
        assert!(registry.find(Service::Rss).is_some());
        assert!(registry.find(Service::Twitter).is_none());
        assert!(!can(Service::Rss, Ability::Reply));
    }

    #[test]
    fn a_connector_takes_the_place_of_the_one_before() {
        let registry = Registry::standard().with(Arc::new(Feed::default()));
        assert_eq!(registry.services().count(), 1);
    }
}
