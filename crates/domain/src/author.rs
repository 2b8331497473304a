//! Authors across networks: the identity that contacts, reports and APIs share.

use crate::source::Service;

/// A network: services that show the same people count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(Service);

/// Networks with a short prefix, and their services; the first stands for all. Only `t` is
/// documented (Customer Profiles pages), the others are made after it.
const SHORT: &[(&str, &[Service])] = &[
    ("t", &[Service::Twitter]),
    ("f", &[Service::Facebook]),
    (
        "i",
        &[Service::Instagram, Service::InstagramBusinessProfile],
    ),
    ("g", &[Service::Googleplus]),
    ("y", &[Service::Youtube]),
    ("l", &[Service::LinkedinCompanyV2]),
    ("w", &[Service::Whatsapp, Service::WhatsappCloudApi]),
    ("a", &[Service::AppleBusinessChat]),
    ("s", &[Service::Twilio]),
    ("k", &[Service::Tiktok]),
    ("c", &[Service::Web]),
];
/// Prefix of all other networks; the name of the service follows it.
const OTHER: &str = "x";

impl Network {
    /// The network of a service.
    pub fn of(service: Service) -> Self {
        SHORT
            .iter()
            .find(|(_, services)| services.contains(&service))
            .and_then(|(_, services)| services.first())
            .map_or(Self(service), |first| Self(*first))
    }

    /// Its services.
    pub fn services(self) -> &'static [Service] {
        self.short().map_or_else(
            || {
                let at = usize::from(self.0.number());
                Service::ALL.get(at..=at).unwrap_or_default()
            },
            |(_, services)| services,
        )
    }

    /// The service that stands for the network where one has to.
    pub const fn service(self) -> Service {
        self.0
    }

    fn short(self) -> Option<&'static (&'static str, &'static [Service])> {
        SHORT
            .iter()
            .find(|(_, services)| services.first() == Some(&self.0))
    }
}

/// Who wrote: one account at one network.
///
/// As text it is `t:2825986021` or, where the network has no short prefix, `x:rss:example.org`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorId {
    network: Network,
    key: String,
}

impl AuthorId {
    /// Longest key, in bytes. What is longer is no identifier that a network gives, and would not
    /// go into an address.
    pub const LONGEST_KEY: usize = 512;

    /// The author with this key ([`Author::key`](crate::mention::Author::key)) at a service; none
    /// when the key cannot be one.
    pub fn new(service: Service, key: &str) -> Option<Self> {
        let is_key = !key.is_empty() && key.len() <= Self::LONGEST_KEY && !key.contains('\0');
        is_key.then(|| Self {
            network: Network::of(service),
            key: key.to_owned(),
        })
    }

    /// Reads the text form. Exactly one text stands for an author, so `x:twitter:1` is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, rest) = text.split_once(':')?;
        if let Some((_, services)) = SHORT.iter().find(|(short, _)| *short == prefix) {
            return Self::new(*services.first()?, rest);
        }
        if prefix != OTHER {
            return None;
        }
        let (word, key) = rest.split_once(':')?;
        let service = Service::ALL.iter().find(|known| known.as_str() == word)?;
        let is_other = Network::of(*service).short().is_none();
        if is_other {
            Self::new(*service, key)
        } else {
            None
        }
    }

    /// The network.
    pub const fn network(&self) -> Network {
        self.network
    }

    /// What tells the network's authors apart.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl std::fmt::Display for AuthorId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.network.short() {
            Some((prefix, _)) => write!(f, "{prefix}:{}", self.key),
            None => write!(f, "{OTHER}:{}:{}", self.network.0, self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_one_text_form_that_reads_back() {
        for service in Service::ALL {
            let author = AuthorId::new(*service, "Ab:1 é").unwrap();
            assert_eq!(AuthorId::parse(&author.to_string()), Some(author.clone()));
            assert!(author.network().services().contains(service), "{service}");
        }
    }

    #[test]
    fn texts_are_those_that_clients_know() {
        let text = |service, key| AuthorId::new(service, key).unwrap().to_string();
        assert_eq!(text(Service::Twitter, "2825986021"), "t:2825986021");
        assert_eq!(text(Service::Rss, "example.org"), "x:rss:example.org");
        assert_eq!(text(Service::WhatsappCloudApi, "32470"), "w:32470");
    }

    #[test]
    fn services_of_one_network_give_one_author() {
        assert_eq!(
            AuthorId::new(Service::InstagramBusinessProfile, "7"),
            AuthorId::new(Service::Instagram, "7")
        );
        assert_ne!(
            AuthorId::new(Service::FacebookAds, "7"),
            AuthorId::new(Service::Facebook, "7")
        );
    }

    #[test]
    fn other_texts_are_no_authors() {
        let long = format!("t:{}", "1".repeat(AuthorId::LONGEST_KEY + 1));
        for text in [
            "",
            "t",
            "t:",
            ":1",
            "1",
            "T:1",
            "q:1",
            "x:",
            "x:rss",
            "x:rss:",
            "x:RSS:1",
            "x:twitter:1",
            "x:nothing:1",
            "t:a\0b",
            &long,
        ] {
            assert_eq!(AuthorId::parse(text), None, "{text:?}");
        }
    }
}
