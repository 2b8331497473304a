//! What people say, by language: pieces that are put together, so that no two messages need be
//! the same. `{drink}`, `{product}`, `{city}`, `{order}` and `{n}` are filled in.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod pt;

use super::brand::Place;

/// What a message is about; each has a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Theme {
    Delivery,
    Quality,
    App,
    Cafe,
    Subscription,
    Price,
    Machine,
    #[default]
    Praise,
    Question,
    Outage,
}

impl Theme {
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Delivery => "Delivery",
            Self::Quality => "Quality",
            Self::App => "App",
            Self::Cafe => "Café",
            Self::Subscription => "Subscription",
            Self::Price => "Price",
            Self::Machine => "Brew One",
            Self::Praise => "Praise",
            Self::Question => "Question",
            Self::Outage => "Outage",
        }
    }
}

/// A sentence and what it is about.
pub(super) type Phrase = (Theme, &'static str);

/// The pieces of one language.
pub(super) struct Phrases {
    /// ISO 639-1.
    pub(super) code: &'static str,
    /// How many of a hundred people speak it.
    pub(super) share: usize,
    /// Where they live.
    pub(super) places: &'static [Place],
    pub(super) first_names: &'static [&'static str],
    pub(super) last_names: &'static [&'static str],
    pub(super) drinks: &'static [&'static str],
    pub(super) openers: &'static [&'static str],
    pub(super) complaints: &'static [Phrase],
    pub(super) questions: &'static [Phrase],
    pub(super) praise: &'static [Phrase],
    /// What an annoyed writer ends with.
    pub(super) demands: &'static [&'static str],
    /// What a happy writer ends with.
    pub(super) cheers: &'static [&'static str],
    /// What agents answer.
    pub(super) answers: &'static [&'static str],
    /// What customers say to an answer.
    pub(super) thanks: &'static [&'static str],
    /// Subjects of mail.
    pub(super) subjects: &'static [&'static str],
}

/// What is said where nothing else is known.
pub(super) const ENGLISH: &Phrases = &en::PHRASES;

/// Every language of the week.
pub(super) const ALL: [&Phrases; 7] = [
    &en::PHRASES,
    &nl::PHRASES,
    &fr::PHRASES,
    &de::PHRASES,
    &es::PHRASES,
    &it::PHRASES,
    &pt::PHRASES,
];

/// Names of products, the same everywhere.
pub(super) const PRODUCTS: &[&str] = &[
    "Brew One",
    "Moorland Blend",
    "Hedgerow Espresso",
    "Nightjar Decaf",
    "Foxglove Filter",
    "Bramble Box",
];
