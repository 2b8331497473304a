//! What is said in Dutch.

use super::{Phrases, Theme};
use crate::demo::brand::DUTCH;

pub(super) const PHRASES: Phrases = Phrases {
    code: "nl",
    share: 17,
    places: DUTCH,
    first_names: &[
        "Lotte", "Bram", "Fenna", "Joppe", "Noor", "Wout", "Merel", "Tijs", "Elke", "Sander",
        "Roos", "Casper", "Hanne", "Gijs",
    ],
    last_names: &[
        "Klaverwei",
        "Vossendal",
        "Hazelbroek",
        "Wilgendijk",
        "Zilvermeer",
        "Bosuil",
        "Dauwveld",
        "Rietzanger",
        "Meidoorn",
        "Lindehof",
    ],
    drinks: &[
        "flat white met havermelk",
        "cappuccino",
        "koude koffie",
        "espresso",
        "latte",
    ],
    openers: &[
        "Hallo,",
        "Dag Brambleford,",
        "@brambleford",
        "Goeiemorgen,",
        "Zeg,",
        "Beste,",
        "",
    ],
    complaints: &[
        (
            Theme::Delivery,
            "mijn bestelling {order} had er maandag moeten zijn en ik heb nog niets gezien.",
        ),
        (
            Theme::Delivery,
            "de koerier heeft mijn {product} zomaar in de regen gezet.",
        ),
        (
            Theme::Delivery,
            "volgens de tracking is {order} al {n} dagen onderweg.",
        ),
        (
            Theme::Quality,
            "de laatste zak {product} smaakt muf, meer dan {n} weken geleden gebrand.",
        ),
        (
            Theme::Quality,
            "mijn {drink} in {city} was lauw en smaakte verbrand.",
        ),
        (
            Theme::App,
            "de app logt me telkens uit voor ik kan betalen.",
        ),
        (
            Theme::App,
            "na de update zijn al mijn {n} stempels verdwenen.",
        ),
        (
            Theme::Cafe,
            "{n} minuten gewacht op een {drink} in {city}, en er stond niemand voor mij.",
        ),
        (
            Theme::Cafe,
            "jullie zaak in {city} was dicht, terwijl de site zegt open tot acht uur.",
        ),
        (
            Theme::Subscription,
            "ik heb mijn abonnement in het voorjaar opgezegd en er is weer afgeschreven.",
        ),
        (
            Theme::Price,
            "{n} cent duurder voor een {drink} sinds vorige maand, hoe leggen jullie dat uit?",
        ),
        (
            Theme::Machine,
            "mijn Brew One lekt na {n} weken al aan de onderkant.",
        ),
    ],
    questions: &[
        (
            Theme::Question,
            "leveren jullie {product} ook in Luxemburg?",
        ),
        (Theme::Question, "mogen honden binnen in {city}?"),
        (Theme::Machine, "werkt de Brew One ook met gemalen koffie?"),
        (
            Theme::Subscription,
            "kan ik de Bramble Box een maand overslaan?",
        ),
        (
            Theme::Delivery,
            "kan ik het adres van {order} nog wijzigen?",
        ),
    ],
    praise: &[
        (
            Theme::Praise,
            "de {drink} in {city} was het hoogtepunt van mijn week.",
        ),
        (
            Theme::Praise,
            "{product} is echt heerlijk, al de derde zak deze maand.",
        ),
        (
            Theme::Praise,
            "jullie barista in {city} kende na één keer mijn bestelling.",
        ),
        (
            Theme::Machine,
            "dag {n} met de Brew One en ik wil niets anders meer.",
        ),
    ],
    demands: &[
        "Graag snel een oplossing.",
        "Ik wil mijn geld terug.",
        "Wat gaan jullie hieraan doen?",
        "Dit kan echt niet.",
        "Al de derde keer.",
        "",
    ],
    cheers: &[
        "Dankjewel!",
        "☕❤️",
        "Ga zo door!",
        "Top!",
        "#brambleford",
        "",
    ],
    answers: &[
        "Bedankt om het te melden. Stuur je ons je bestelnummer in een privébericht? ^{agent}",
        "Dat is niet de bedoeling, onze excuses! We zoeken het meteen uit. ^{agent}",
        "We hebben een nieuwe zending verstuurd, donderdag is ze bij je. ^{agent}",
        "Goede vraag! Het antwoord staat op https://brambleford.example/help. ^{agent}",
        "Wat fijn om te horen, dankjewel! ^{agent}",
    ],
    thanks: &[
        "Super, bedankt!",
        "Dat ging snel, dank je.",
        "Nog altijd niets gekregen.",
        "Perfect 👍",
        "Goed, dan wacht ik tot donderdag.",
    ],
    subjects: &[
        "Bestelling {order}",
        "Waar blijft mijn pakje?",
        "Terugbetaling {order}",
        "Vraag over {product}",
        "Klacht over {city}",
    ],
};
