//! The brand: what it is called, who works there, what it listens to. All of it is made up, and
//! every address ends in `.example`, which nobody can own.

use domain::source::Service;

pub(super) const ACCOUNT: &str = "Brambleford Coffee";
pub(super) const HANDLE: &str = "brambleford";
pub(super) const DOMAIN: &str = "brambleford.example";
pub(super) const ADMIN: (&str, &str) = ("Odile Hartwick", "odile@brambleford.example");

/// Agents: name, the part before the `@`, role.
pub(super) const AGENTS: &[(&str, &str, &str)] = &[
    ("Tamsin Wickmere", "tamsin", "Manager"),
    ("Joris Klaverveld", "joris", "Editor"),
    ("Anouk Rivessel", "anouk", "Editor"),
    ("Falk Ostermoor", "falk", "Editor"),
    ("Inés Calaverde", "ines", "Editor"),
    ("Priya Lannerby", "priya", "Editor"),
    ("Davi Montelume", "davi", "Editor"),
];

/// What a topic is about; the order is that of [`Topic::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Brand,
    Care,
    Reviews,
    Launch,
}

impl Topic {
    pub(super) const ALL: [Self; 4] = [Self::Brand, Self::Care, Self::Reviews, Self::Launch];

    /// Name and search keywords.
    pub(super) const fn card(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Brand => ("Brand", Some("brambleford OR \"bramble ford\"")),
            Self::Care => ("Customer care", None),
            Self::Reviews => ("Reviews", None),
            Self::Launch => ("Brew One launch", Some("\"brew one\" OR #brewone")),
        }
    }
}

/// Tags and their colours.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("Delivery", "rgb(52,120,246)"),
    ("Quality", "rgb(192,57,43)"),
    ("App", "rgb(142,68,173)"),
    ("Café", "rgb(160,110,60)"),
    ("Subscription", "rgb(22,160,133)"),
    ("Price", "rgb(243,156,18)"),
    ("Brew One", "rgb(44,62,80)"),
    ("Praise", "rgb(39,174,96)"),
    ("Question", "rgb(127,140,141)"),
    ("Outage", "rgb(231,76,60)"),
    ("Press", "rgb(52,73,94)"),
    ("Refund", "rgb(211,84,0)"),
    ("VIP", "rgb(241,196,15)"),
];

/// Connected profiles: topic, service, identifier, name.
pub(super) const PROFILES: &[(Topic, Service, &str, &str)] = &[
    (
        Topic::Brand,
        Service::Twitter,
        "brambleford",
        "@brambleford",
    ),
    (
        Topic::Care,
        Service::Facebook,
        "brambleford.coffee",
        "Brambleford Coffee",
    ),
    (
        Topic::Care,
        Service::InstagramBusinessProfile,
        "brambleford",
        "brambleford",
    ),
    (
        Topic::Care,
        Service::WhatsappCloudApi,
        "+44 20 7946 0000",
        "Brambleford on WhatsApp",
    ),
    (
        Topic::Care,
        Service::EmailMailbox,
        "hello@brambleford.example",
        "hello@",
    ),
    (Topic::Care, Service::Web, "webchat", "Web chat"),
    (
        Topic::Reviews,
        Service::Tripadvisor,
        "brambleford-cafes",
        "Cafés",
    ),
    (
        Topic::Reviews,
        Service::GomingaApps,
        "example.brambleford.app",
        "Brambleford app",
    ),
    (
        Topic::Reviews,
        Service::GomingaProducts,
        "brew-one",
        "Brew One",
    ),
    (
        Topic::Launch,
        Service::Youtube,
        "bramblefordtv",
        "Brambleford TV",
    ),
    (Topic::Launch, Service::Tiktok, "brambleford", "brambleford"),
];

/// A place with a café.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) region: &'static str,
    pub(super) country: &'static str,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

const fn place(
    city: &'static str,
    region: &'static str,
    country: &'static str,
    latitude: f64,
    longitude: f64,
) -> Place {
    Place {
        city,
        region,
        country,
        latitude,
        longitude,
    }
}

pub(super) const ENGLISH: &[Place] = &[
    place("London", "England", "GB", 51.507, -0.128),
    place("Bristol", "England", "GB", 51.455, -2.588),
    place("Edinburgh", "Scotland", "GB", 55.953, -3.188),
    place("Dublin", "Leinster", "IE", 53.350, -6.260),
    place("Toronto", "Ontario", "CA", 43.653, -79.383),
];
pub(super) const DUTCH: &[Place] = &[
    place("Ghent", "Flanders", "BE", 51.054, 3.717),
    place("Antwerp", "Flanders", "BE", 51.219, 4.402),
    place("Amsterdam", "Noord-Holland", "NL", 52.368, 4.904),
    place("Utrecht", "Utrecht", "NL", 52.091, 5.122),
];
pub(super) const FRENCH: &[Place] = &[
    place("Lyon", "Auvergne-Rhône-Alpes", "FR", 45.764, 4.836),
    place("Lille", "Hauts-de-France", "FR", 50.629, 3.057),
    place("Brussels", "Brussels", "BE", 50.850, 4.352),
];
pub(super) const GERMAN: &[Place] = &[
    place("Berlin", "Berlin", "DE", 52.520, 13.405),
    place("Hamburg", "Hamburg", "DE", 53.551, 9.994),
    place("Vienna", "Vienna", "AT", 48.208, 16.373),
];
pub(super) const SPANISH: &[Place] = &[
    place("Madrid", "Madrid", "ES", 40.417, -3.704),
    place("Valencia", "Valencia", "ES", 39.470, -0.376),
];
pub(super) const ITALIAN: &[Place] = &[
    place("Milan", "Lombardy", "IT", 45.464, 9.190),
    place("Turin", "Piedmont", "IT", 45.070, 7.687),
];
pub(super) const PORTUGUESE: &[Place] = &[
    place("Lisbon", "Lisbon", "PT", 38.722, -9.139),
    place("Porto", "Norte", "PT", 41.158, -8.629),
];
