//! What will happen, before it happens: messages, and what agents do with them.

use channels::Draft;
use domain::attachment::{Attachment, AttachmentType};
use domain::language::Language;
use domain::mention::{Author, Location, Sentiment, Status};
use domain::message_type::MessageType;
use domain::time::UnixMillis;

use super::brand::{self, Topic};
use super::cast::Person;
use super::dice::Dice;
use super::hours::{self, Week};
use super::networks::Network;
use super::phrases::{PRODUCTS, Phrase, Phrases, Theme};

/// A message that comes in.
pub(super) struct Line {
    pub(super) at: UnixMillis,
    pub(super) topic: Topic,
    pub(super) draft: Draft,
    pub(super) priority: Option<u8>,
    pub(super) status: Status,
    /// The agent who sent it, when it is the brand's answer.
    pub(super) sender: Option<usize>,
    pub(super) care: Option<Care>,
}

/// What an agent does with a message, step by step.
#[derive(Debug, Clone)]
pub(super) struct Care {
    /// The first step: taking it on.
    pub(super) at: UnixMillis,
    pub(super) agent: usize,
    /// How long each further step takes.
    pub(super) pace_ms: i64,
    pub(super) tags: Vec<&'static str>,
    /// How the agent reads it, when that is said.
    pub(super) tone: Option<Sentiment>,
    pub(super) note: Option<&'static str>,
    /// When it is settled, if it is.
    pub(super) done_at: Option<UnixMillis>,
}

/// How somebody feels who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Angry,
    Curious,
    Happy,
}

impl Mood {
    /// How the message sounds.
    pub(super) const fn tone(self) -> Sentiment {
        match self {
            Self::Angry => Sentiment::Negative,
            Self::Curious => Sentiment::Neutral,
            Self::Happy => Sentiment::Positive,
        }
    }
}

/// Writes the script.
pub(super) struct Script {
    pub(super) dice: Dice,
    pub(super) week: Week,
    pub(super) people: Vec<Person>,
    pub(super) lines: Vec<Line>,
    next: i64,
}

const NOTES: &[&str] = &[
    "Checked with the warehouse, the parcel is back in Bristol.",
    "Third message of this customer in a month, let us call.",
    "Voucher of 10 sent.",
    "Known problem with the October batch, see the wiki.",
    "Waiting for the café manager's answer.",
    "Photo asked for, none yet.",
];

impl Script {
    pub(super) fn new(seed: u64, now: UnixMillis) -> Self {
        let mut dice = Dice::new(seed);
        let people = super::cast::people(&mut dice, 900);
        Self {
            dice,
            week: Week::before(now),
            people,
            lines: Vec::new(),
            next: 1,
        }
    }

    /// An identifier at a network.
    pub(super) fn id(&mut self) -> String {
        let id = 1_880_000_000_000 + self.next * 7;
        self.next += 1;
        id.to_string()
    }

    /// Where something public is said.
    pub(super) fn public_network(&mut self) -> Network {
        match self.dice.weighted(&[30, 42, 28]) {
            0 => Network::Twitter,
            1 => Network::Facebook,
            _ => Network::Instagram,
        }
    }

    /// Somebody, more often one of those who write a lot.
    pub(super) fn somebody(&mut self) -> usize {
        self.dice.early(self.people.len())
    }

    pub(super) fn phrases(&self, person: usize) -> &'static Phrases {
        self.people
            .get(person)
            .map_or(super::phrases::ENGLISH, |person| person.phrases)
    }

    /// A message in somebody's words and what it is about.
    pub(super) fn words(&mut self, person: usize, mood: Mood) -> (Theme, String) {
        let phrases = self.phrases(person);
        let (middles, ends): (&[Phrase], _) = match mood {
            Mood::Angry => (phrases.complaints, phrases.demands),
            Mood::Curious => (phrases.questions, &[""][..]),
            Mood::Happy => (phrases.praise, phrases.cheers),
        };
        let opener = self.dice.pick(phrases.openers);
        let (theme, middle) = self.dice.pick(middles);
        let end = self.dice.pick(ends);
        let middle = if opener.is_empty() {
            capital(middle)
        } else {
            middle.to_owned()
        };
        let text = [opener, &middle, end]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        (theme, self.filled(person, &text))
    }

    /// Fills the gaps of a text.
    pub(super) fn filled(&mut self, person: usize, text: &str) -> String {
        let phrases = self.phrases(person);
        let (city, _) = self.city(person);
        let order = format!("BF-{}", self.dice.between(20_000, 89_999));
        text.replace("{drink}", self.dice.pick(phrases.drinks))
            .replace("{product}", self.dice.pick(PRODUCTS))
            .replace("{city}", city)
            .replace("{order}", &order)
            .replace("{n}", &self.dice.between(3, 40).to_string())
    }

    fn city(&self, person: usize) -> (&'static str, Location) {
        let Some(person) = self.people.get(person) else {
            return ("London", Location::default());
        };
        let place = person.place;
        let continent = if place.country == "CA" { "NA" } else { "EU" };
        let location = Location {
            continent: Some(continent.to_owned()),
            country: Some(place.country.to_owned()),
            region: Some(place.region.to_owned()),
            city: Some(place.city.to_owned()),
            longitude: Some(place.longitude),
            latitude: Some(place.latitude),
        };
        (place.city, location)
    }

    /// A message of a customer, with place and tone filled in.
    pub(super) fn message(
        &mut self,
        person: usize,
        network: Network,
        kind: MessageType,
        mood: Mood,
        content: String,
    ) -> Draft {
        let id = self.id();
        let mut draft = network.draft(kind, id);
        draft.content = content;
        if let Some(person) = self.people.get(person) {
            draft.author = match network {
                Network::Mail => person.by_mail(),
                Network::Whatsapp => person.by_phone(),
                _ => person.on(network.host()),
            };
        }
        // Only this network tells the language; elsewhere it is guessed from the text.
        if network == Network::Twitter {
            draft.language = Language::parse(self.phrases(person).code);
        }
        if self.dice.percent(55) {
            draft.location = self.city(person).1;
        }
        // The analysis is silent for a part; agents may say more.
        draft.sentiment = (self.dice.below(10) > 1).then(|| mood.tone());
        if self.dice.percent(9) && !kind.is_private() {
            draft.attachments.push(photo(draft.source.id.as_deref()));
        }
        draft
    }

    /// An answer of the brand below a message, signed by an agent.
    pub(super) fn answer(&mut self, person: usize, to: &Draft, agent: usize) -> Draft {
        let text = self.dice.pick(self.phrases(person).answers);
        let signed = text.replace("{agent}", agent_initials(agent));
        let id = self.id();
        let mut draft = to.clone();
        draft.content = signed;
        draft.title = to.title.as_ref().map(|title| format!("Re: {title}"));
        draft.author = Author {
            name: Some(brand::HANDLE.to_owned()),
            fullname: Some(brand::ACCOUNT.to_owned()),
            id: Some("884422".to_owned()),
            url: Some(format!("https://{}/{}", to.source.domain, brand::HANDLE)),
            managed: true,
            followers: Some(48_210),
            ..Author::default()
        };
        if !to.message_type.is_some_and(MessageType::is_private) {
            draft.message_type = Some(MessageType::Reply);
            draft.source.url = Some(format!("https://{}/posts/{id}", to.source.domain));
        }
        draft.source.thread_id = to.source.thread_id.clone().or(to.source.id.clone());
        draft.source.in_reply_to.clone_from(&to.source.id);
        draft.source.id = Some(id);
        draft.sentiment = Some(Sentiment::Neutral);
        draft.attachments.clear();
        draft.location = Location::default();
        draft.rating = None;
        draft
    }

    /// Puts a message into the script, unless it lies outside of the week.
    pub(super) fn add(
        &mut self,
        at: UnixMillis,
        topic: Topic,
        draft: Draft,
        priority: Option<u8>,
        care: Option<Care>,
    ) {
        self.put(Line {
            at,
            topic,
            status: if draft.author.managed {
                Status::Done
            } else {
                Status::New
            },
            draft,
            priority,
            sender: None,
            care,
        });
    }

    /// The same with an [`answer`](Self::answer) that this agent sent.
    pub(super) fn send(&mut self, at: UnixMillis, topic: Topic, answer: Draft, agent: usize) {
        self.put(Line {
            at,
            topic,
            draft: answer,
            priority: None,
            status: Status::Done,
            sender: Some(agent),
            care: None,
        });
    }

    fn put(&mut self, mut line: Line) {
        if line.at >= self.week.now || line.at < self.week.start {
            return;
        }
        line.draft.published_at = Some(line.at.plus_ms(-self.dice.between(1_000, 90_000)));
        self.lines.push(line);
    }

    /// What becomes of a message that came in then; nothing for a part of them.
    pub(super) fn care(
        &mut self,
        arrived: UnixMillis,
        (theme, mood): (Theme, Mood),
        likely: usize,
    ) -> Option<Care> {
        if !self.dice.percent(likely) {
            return None;
        }
        let at = arrived.plus_ms(hours::for_agent(&mut self.dice, arrived));
        let mut tags = vec![theme.tag()];
        if matches!(theme, Theme::Delivery | Theme::Subscription) && self.dice.percent(25) {
            tags.push("Refund");
        }
        let is_settled = self.dice.percent(82);
        let work = self.dice.between(60_000, 5_400_000);
        Some(Care {
            at,
            agent: self.dice.early(brand::AGENTS.len()),
            pace_ms: hours::for_step(&mut self.dice),
            tags,
            tone: self.dice.percent(60).then(|| mood.tone()),
            note: self.dice.percent(8).then(|| self.dice.pick(NOTES)),
            done_at: is_settled.then(|| at.plus_ms(work)),
        })
    }

    /// How urgent a message is, where that is clear.
    pub(super) fn priority(&mut self, person: usize, mood: Mood) -> Option<u8> {
        let is_heard = self.people.get(person).is_some_and(Person::is_heard);
        match (mood, is_heard) {
            (Mood::Angry, true) => Some(9),
            (Mood::Angry, false) => self.dice.percent(60).then_some(6),
            (_, true) => Some(5),
            (Mood::Curious, false) => self.dice.percent(30).then_some(3),
            (Mood::Happy, false) => None,
        }
    }
}

fn photo(id: Option<&str>) -> Attachment {
    let url = format!("https://pictures.example/{}.jpg", id.unwrap_or("0"));
    Attachment {
        kind: AttachmentType::Photo,
        url: Some(url.clone()),
        title: None,
        image: Some(url),
        description: None,
        caption: None,
        question: None,
        id: None,
        content: None,
    }
}

const fn agent_initials(agent: usize) -> &'static str {
    match agent {
        0 => "TW",
        1 => "JK",
        2 => "AR",
        3 => "FO",
        4 => "IC",
        5 => "PL",
        _ => "DM",
    }
}

/// The sentence with a capital at its start.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    // Spanish questions begin with a mark.
    match chars.next() {
        Some(mark @ ('¿' | '¡')) => format!("{mark}{}", capital(chars.as_str())),
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
