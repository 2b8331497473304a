//! How a message looks on each network.

use channels::Draft;
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Network {
    #[default]
    Twitter,
    Facebook,
    Instagram,
    Whatsapp,
    Mail,
    Chat,
    Tripadvisor,
    Apps,
    Products,
    Youtube,
    Tiktok,
    News,
    Blog,
    Forum,
}

impl Network {
    /// The host in addresses.
    pub(super) const fn host(self) -> &'static str {
        match self {
            Self::Twitter => "twitter.example",
            Self::Facebook => "facebook.example",
            Self::Instagram => "instagram.example",
            Self::Whatsapp => "whatsapp.example",
            Self::Mail => "mail.example",
            Self::Chat => "brambleford.example",
            Self::Tripadvisor => "tripadvisor.example",
            Self::Apps => "apps.example",
            Self::Products => "shop.example",
            Self::Youtube => "youtube.example",
            Self::Tiktok => "tiktok.example",
            Self::News => "dailycourant.example",
            Self::Blog => "crema-journal.example",
            Self::Forum => "grindersforum.example",
        }
    }

    /// The connected profile it is found on.
    pub(super) const fn profile(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Twitter => Some(("brambleford", "@brambleford")),
            Self::Facebook => Some(("brambleford.coffee", "Brambleford Coffee")),
            Self::Instagram | Self::Tiktok => Some(("brambleford", "brambleford")),
            Self::Whatsapp => Some(("+44 20 7946 0000", "Brambleford on WhatsApp")),
            Self::Mail => Some(("hello@brambleford.example", "hello@")),
            Self::Chat => Some(("webchat", "Web chat")),
            Self::Tripadvisor => Some(("brambleford-cafes", "Cafés")),
            Self::Apps => Some(("example.brambleford.app", "Brambleford app")),
            Self::Products => Some(("brew-one", "Brew One")),
            Self::Youtube => Some(("bramblefordtv", "Brambleford TV")),
            Self::News | Self::Blog | Self::Forum => None,
        }
    }

    const fn origin(self) -> (Service, Provider, Category) {
        match self {
            Self::Twitter => (
                Service::Twitter,
                Provider::SearchProviderTwitter,
                Category::Microblogs,
            ),
            Self::Facebook => (
                Service::Facebook,
                Provider::SearchProviderFacebook,
                Category::Social,
            ),
            Self::Instagram => (
                Service::InstagramBusinessProfile,
                Provider::SearchProviderInstagramBusinessProfile,
                Category::SocialPhotos,
            ),
            Self::Whatsapp => (
                Service::WhatsappCloudApi,
                Provider::SearchProviderWhatsAppCloudApi,
                Category::Conversations,
            ),
            Self::Mail => (
                Service::EmailMailbox,
                Provider::SearchProviderEmail,
                Category::Email,
            ),
            Self::Chat => (
                Service::Web,
                Provider::SearchProviderWeb,
                Category::Conversations,
            ),
            Self::Tripadvisor => (
                Service::Tripadvisor,
                Provider::SearchProviderTripadvisor,
                Category::Reviews,
            ),
            Self::Apps => (
                Service::GomingaApps,
                Provider::SearchProviderGomingaApps,
                Category::Apps,
            ),
            Self::Products => (
                Service::GomingaProducts,
                Provider::SearchProviderGomingaProducts,
                Category::Products,
            ),
            Self::Youtube => (
                Service::Youtube,
                Provider::SearchProviderYoutube,
                Category::SocialVideos,
            ),
            Self::Tiktok => (
                Service::Tiktok,
                Provider::SearchProviderTiktok,
                Category::SocialVideos,
            ),
            Self::News => (Service::Rss, Provider::SearchProviderRss, Category::News),
            Self::Blog => (Service::Rss, Provider::SearchProviderRss, Category::Blogs),
            Self::Forum => (
                Service::Keywordsearch,
                Provider::SearchProviderTrendiction,
                Category::Forums,
            ),
        }
    }

    /// An empty message there.
    pub(super) fn draft(self, kind: MessageType, id: String) -> Draft {
        let (service, provider, category) = self.origin();
        let mut draft = Draft::new(service, provider, category);
        draft.message_type = Some(kind);
        self.host().clone_into(&mut draft.source.domain);
        if !kind.is_private() {
            draft.source.url = Some(format!("https://{}/posts/{id}", self.host()));
        }
        if let Some((profile, name)) = self.profile() {
            draft.source.profile = Some(profile.to_owned());
            draft.source.profile_name = Some(name.to_owned());
        }
        draft.source.id = Some(id);
        draft
    }
}

/// The collector of a service that has a connected profile.
pub(super) fn provider_of(service: Service) -> Provider {
    const ALL: [Network; 11] = [
        Network::Twitter,
        Network::Facebook,
        Network::Instagram,
        Network::Whatsapp,
        Network::Mail,
        Network::Chat,
        Network::Tripadvisor,
        Network::Apps,
        Network::Products,
        Network::Youtube,
        Network::Tiktok,
    ];
    ALL.into_iter()
        .map(Network::origin)
        .find(|(known, _, _)| *known == service)
        .map_or(Provider::SearchProviderCustom, |(_, provider, _)| provider)
}
