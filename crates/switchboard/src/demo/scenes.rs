//! The scenes of the week: what kinds of things happen, and how often.

use domain::mention::{Author, ServiceDetails};
use domain::message_type::MessageType;
use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMillis};

use super::brand::{self, Topic};
use super::hours;
use super::networks::Network;
use super::phrases::Theme;
use super::script::{Care, Mood, Script};

const POSTS: &[&str] = &[
    "Autumn in a cup: the Hedgerow Espresso is back. 🍂",
    "Our new café in Utrecht opens its doors on Saturday. First hundred coffees are on us!",
    "Meet Nightjar Decaf. All of the taste, none of the night shift. 🌙",
    "Brew One is here. One button, one cup, no plastic. #brewone",
    "Who makes the best oat flat white in your city? Tag your barista. ☕",
    "From farm to cup in eleven weeks: a short story about the Moorland Blend.",
    "Bramble Box subscribers: the December box ships next week. Guess what is inside!",
    "We plant a hedge for every thousand bags. This month: 2.4 kilometres. 🌿",
];

const HEADLINES: &[(&str, &str)] = &[
    (
        "Coffee chain Brambleford opens tenth café",
        "The roaster from Bristol goes on growing on the continent and wants to open three more cafés before spring.",
    ),
    (
        "Brew One reviewed: one button, few regrets",
        "We had Brambleford's first machine on the counter for two weeks. It is quiet, quick and easy to clean. The water tank could be larger.",
    ),
    (
        "Price of beans hits high streets",
        "Roasters such as Brambleford say that they can no longer absorb what they pay for green coffee.",
    ),
    (
        "Five decafs that taste of something",
        "Nightjar by Brambleford comes second in our blind tasting, with plum and toasted almond.",
    ),
    (
        "App failure leaves customers without breakfast",
        "For three hours nobody could pay with the Brambleford app. The company speaks of a faulty certificate and apologises.",
    ),
    (
        "Hedges instead of offsets",
        "A look at Brambleford's promise to plant a hedge for every thousand bags, and at who checks it.",
    ),
];

const OUTAGE: &[&str] = &[
    "Is the @brambleford app down for everybody or just me?",
    "Stood at the till for ten minutes, app says \"something went wrong\". Nice. @brambleford",
    "No app, no coffee. @brambleford it is half past eight in the morning!",
    "@brambleford payment fails with error 502, charged twice though",
    "App kapot bij @brambleford, iemand nog?",
    "De app van @brambleford doet het niet, weer geen stempels",
    "@brambleford l'application ne marche plus, impossible de payer",
    "@brambleford App geht nicht, Zahlung schlägt fehl",
    "@brambleford la app no funciona, no puedo pagar",
];

/// Everything that happens.
pub(super) fn write(script: &mut Script) {
    for _ in 0..640 {
        public_message(script);
    }
    for text in POSTS {
        page_post(script, Network::Facebook, text);
        page_post(script, Network::Instagram, text);
    }
    for _ in 0..210 {
        private_conversation(script);
    }
    for _ in 0..170 {
        mail(script);
    }
    for _ in 0..110 {
        web_chat(script);
    }
    for _ in 0..260 {
        review(script);
    }
    for _ in 0..140 {
        video_comment(script);
    }
    for round in 0..80 {
        article(script, round);
    }
    for _ in 0..90 {
        forum(script);
    }
    outage(script);
    script.lines.sort_by_key(|line| line.at);
}

fn mood(script: &mut Script, angry: usize, curious: usize) -> Mood {
    match script
        .dice
        .weighted(&[angry, curious, 100_usize.saturating_sub(angry + curious)])
    {
        0 => Mood::Angry,
        1 => Mood::Curious,
        _ => Mood::Happy,
    }
}

/// A public message on one of the networks; complaints and questions often get an answer, and that sometimes another.
fn public_message(script: &mut Script) {
    let network = script.public_network();
    let at = script.week.moment(&mut script.dice);
    let person = script.somebody();
    let mood = mood(script, 42, 18);
    let (theme, text) = script.words(person, mood);
    let mut draft = script.message(person, network, MessageType::Post, mood, text);
    draft.source.thread_id.clone_from(&draft.source.id);
    let topic = if theme == Theme::Machine {
        Topic::Launch
    } else {
        Topic::Brand
    };
    let likely = if mood == Mood::Happy { 35 } else { 78 };
    let care = script.care(at, (theme, mood), likely);
    let priority = script.priority(person, mood);
    if mood == Mood::Happy && script.dice.percent(25) {
        for _ in 0..script.dice.between(1, 4) {
            let other = script.somebody();
            let mut repeat = script.message(
                other,
                network,
                MessageType::Shared,
                mood,
                draft.content.clone(),
            );
            repeat.original_author = Some(draft.author.clone());
            repeat.attachments.clear();
            let later = at.plus_ms(hours::for_comment(&mut script.dice));
            script.add(later, topic, repeat, None, None);
        }
    }
    if let Some(care) = care.as_ref().filter(|_| mood != Mood::Happy) {
        let answered_at = care
            .at
            .plus_ms(script.dice.between(MINUTE_MS, 9 * MINUTE_MS));
        let answer = script.answer(person, &draft, care.agent);
        if script.dice.percent(50) {
            reaction(script, network, person, &answer, answered_at, topic);
        }
        script.send(answered_at, topic, answer, care.agent);
    }
    script.add(at, topic, draft, priority, care);
}

/// What a customer says to an answer.
fn reaction(
    script: &mut Script,
    network: Network,
    person: usize,
    answer: &channels::Draft,
    answered_at: UnixMillis,
    topic: Topic,
) {
    let at = answered_at.plus_ms(hours::for_comment(&mut script.dice));
    let text = script.dice.pick(script.phrases(person).thanks);
    let mut draft = script.message(
        person,
        network,
        MessageType::Reply,
        Mood::Happy,
        text.to_owned(),
    );
    draft.source.thread_id.clone_from(&answer.source.thread_id);
    draft.source.in_reply_to.clone_from(&answer.source.id);
    draft.attachments.clear();
    let care = script.care(at, (Theme::Praise, Mood::Happy), 60);
    script.add(at, topic, draft, None, care);
}

/// A post of the brand with what people write below it.
fn page_post(script: &mut Script, network: Network, text: &str) {
    let at = script
        .week
        .moment(&mut script.dice)
        .plus_ms(-script.dice.between(0, DAY_MS / 2));
    let id = script.id();
    let mut post = network.draft(MessageType::Post, id);
    text.clone_into(&mut post.content);
    post.author = Author {
        name: Some(brand::HANDLE.to_owned()),
        fullname: Some(brand::ACCOUNT.to_owned()),
        id: Some("884422".to_owned()),
        managed: true,
        followers: Some(48_210),
        ..Author::default()
    };
    post.source.thread_id.clone_from(&post.source.id);
    let topic = if text.contains("Brew One") {
        Topic::Launch
    } else {
        Topic::Care
    };
    for _ in 0..script.dice.between(18, 70) {
        let person = script.somebody();
        let mood = mood(script, 22, 28);
        let (theme, words) = script.words(person, mood);
        let mut comment = script.message(person, network, MessageType::Comment, mood, words);
        comment.source.thread_id.clone_from(&post.source.id);
        comment.source.in_reply_to.clone_from(&post.source.id);
        let commented_at = at.plus_ms(hours::for_comment(&mut script.dice));
        let care = script.care(commented_at, (theme, mood), 55);
        if let Some(care) = care.as_ref().filter(|_| mood != Mood::Happy) {
            let answer = script.answer(person, &comment, care.agent);
            script.send(care.at.plus_ms(3 * MINUTE_MS), topic, answer, care.agent);
        }
        let priority = script.priority(person, mood);
        script.add(commented_at, topic, comment, priority, care);
    }
    script.add(at, topic, post, None, None);
}

/// Messages to and fro between one customer and the brand.
fn talk(script: &mut Script, network: Network, kind: MessageType, is_quick: bool) {
    let mut at = script.week.moment(&mut script.dice);
    let person = script.somebody();
    let mood = mood(script, 60, 32);
    let agent = script.dice.early(brand::AGENTS.len());
    let (theme, mut text) = script.words(person, mood);
    for turn in 0..script.dice.between(1, 4) {
        if turn > 0 {
            script
                .dice
                .pick(script.phrases(person).thanks)
                .clone_into(&mut text);
        }
        let message = script.message(person, network, kind, mood, text.clone());
        let answered_at = if is_quick {
            at.plus_ms(hours::in_chat(&mut script.dice))
        } else {
            at.plus_ms(hours::for_agent(&mut script.dice, at))
        };
        let answer = script.answer(person, &message, agent);
        let care = Care {
            at: answered_at,
            agent,
            pace_ms: hours::for_step(&mut script.dice),
            tags: vec![theme.tag()],
            tone: Some(mood.tone()),
            note: None,
            done_at: script
                .dice
                .percent(85)
                .then(|| answered_at.plus_ms(2 * MINUTE_MS)),
        };
        let priority = script.priority(person, mood);
        script.add(at, Topic::Care, message, priority, Some(care));
        script.send(answered_at, Topic::Care, answer, agent);
        at = answered_at.plus_ms(if is_quick {
            hours::in_chat(&mut script.dice)
        } else {
            hours::for_comment(&mut script.dice)
        });
    }
}

fn private_conversation(script: &mut Script) {
    let network = script
        .dice
        .pick(&[Network::Facebook, Network::Instagram, Network::Whatsapp]);
    talk(script, network, MessageType::Privatemessage, false);
}

fn web_chat(script: &mut Script) {
    talk(script, Network::Chat, MessageType::LiveChat, true);
}

fn mail(script: &mut Script) {
    let at = script.week.moment(&mut script.dice);
    let person = script.somebody();
    let mood = mood(script, 70, 24);
    let (theme, first) = script.words(person, mood);
    let (_, second) = script.words(person, mood);
    let subject = script.dice.pick(script.phrases(person).subjects);
    let subject = script.filled(person, subject);
    let text = format!("{first}\n\n{second}");
    let mut draft = script.message(person, Network::Mail, MessageType::Email, mood, text);
    draft.title = Some(subject);
    draft.source.thread_id.clone_from(&draft.source.id);
    let care = script.care(at, (theme, mood), 75);
    if let Some(care) = &care {
        let answer = script.answer(person, &draft, care.agent);
        let answered_at = care.at.plus_ms(12 * MINUTE_MS);
        script.send(answered_at, Topic::Care, answer, care.agent);
    }
    let priority = script.priority(person, mood);
    script.add(at, Topic::Care, draft, priority, care);
}

fn review(script: &mut Script) {
    let at = script.week.moment(&mut script.dice);
    let person = script.somebody();
    let network = script
        .dice
        .pick(&[Network::Tripadvisor, Network::Apps, Network::Products]);
    let stars = script.dice.weighted(&[0, 12, 9, 13, 27, 39]);
    let mood = match stars {
        0..=2 => Mood::Angry,
        3 => Mood::Curious,
        _ => Mood::Happy,
    };
    let (theme, text) = script.words(person, mood);
    let mut draft = script.message(person, network, MessageType::Review, mood, text);
    draft.rating = u8::try_from(stars).ok().map(f64::from);
    draft.source.thread_id.clone_from(&draft.source.id);
    let kind = match network {
        Network::Apps => "app_details",
        Network::Products => "product_details",
        _ => "location_details",
    };
    draft.service_details = Some(ServiceDetails {
        kind: kind.to_owned(),
        fields: Vec::new(),
    });
    let care = script.care(at, (theme, mood), if mood == Mood::Happy { 30 } else { 70 });
    if let Some(care) = care.as_ref().filter(|_| mood == Mood::Angry) {
        let answer = script.answer(person, &draft, care.agent);
        let answered_at = care.at.plus_ms(5 * MINUTE_MS);
        script.send(answered_at, Topic::Reviews, answer, care.agent);
    }
    let priority = script.priority(person, mood);
    script.add(at, Topic::Reviews, draft, priority, care);
}

fn video_comment(script: &mut Script) {
    let at = script.week.moment(&mut script.dice);
    let person = script.somebody();
    let network = script.dice.pick(&[Network::Youtube, Network::Tiktok]);
    let mood = mood(script, 18, 30);
    let (theme, text) = script.words(person, mood);
    let mut draft = script.message(person, network, MessageType::Comment, mood, text);
    let film = format!("film-{}", script.dice.below(4));
    draft.source.thread_id = Some(film.clone());
    draft.source.in_reply_to = Some(film);
    let care = script.care(at, (theme, mood), 25);
    script.add(at, Topic::Launch, draft, None, care);
}

fn article(script: &mut Script, round: usize) {
    let at = script.week.moment(&mut script.dice);
    let Some((title, text)) = HEADLINES.get(round % HEADLINES.len()) else {
        return;
    };
    let network = script.dice.pick(&[Network::News, Network::Blog]);
    let id = script.id();
    let mut draft = network.draft(MessageType::Link, id);
    draft.title = Some((*title).to_owned());
    (*text).clone_into(&mut draft.content);
    draft.author.name = Some(network.host().to_owned());
    draft.author.id = Some(network.host().to_owned());
    draft.language = domain::language::Language::parse("en");
    let care = script
        .care(at, (Theme::Question, Mood::Curious), 20)
        .map(|care| Care {
            tags: vec!["Press"],
            ..care
        });
    script.add(at, Topic::Brand, draft, None, care);
}

fn forum(script: &mut Script) {
    let at = script.week.moment(&mut script.dice);
    let person = script.somebody();
    let mood = mood(script, 35, 40);
    let (theme, text) = script.words(person, mood);
    let mut draft = script.message(person, Network::Forum, MessageType::Post, mood, text);
    draft.title = Some("Brambleford: what do you think?".to_owned());
    draft.source.thread_id = Some(format!("thread-{}", script.dice.below(12)));
    let care = script.care(at, (theme, mood), 15);
    script.add(at, Topic::Brand, draft, None, care);
}

/// Two days ago nobody could pay with the app for three hours.
fn outage(script: &mut Script) {
    for _ in 0..280 {
        let at = script.week.around(&mut script.dice, 2, 3);
        let person = script.somebody();
        let text = script.dice.pick(OUTAGE).to_owned();
        let network = script.public_network();
        let mut draft = script.message(person, network, MessageType::Post, Mood::Angry, text);
        draft.source.thread_id.clone_from(&draft.source.id);
        // These are written in any language, whoever writes.
        draft.language = None;
        let care = script
            .care(at, (Theme::Outage, Mood::Angry), 90)
            .map(|care| Care {
                // All hands on deck: settled together when the app was back.
                at: at.plus_ms(HOUR_MS),
                done_at: Some(
                    script
                        .week
                        .around(&mut script.dice, 2, 1)
                        .plus_ms(5 * HOUR_MS),
                ),
                tags: vec!["Outage", "App"],
                ..care
            });
        let priority = script
            .priority(person, Mood::Angry)
            .map(|priority| priority.max(7));
        script.add(at, Topic::Brand, draft, priority, care);
    }
}
