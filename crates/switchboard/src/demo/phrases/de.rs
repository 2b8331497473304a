//! What is said in German.

use super::{Phrases, Theme};
use crate::demo::brand::GERMAN;

pub(super) const PHRASES: Phrases = Phrases {
    code: "de",
    share: 12,
    places: GERMAN,
    first_names: &[
        "Lene", "Torben", "Wiebke", "Anselm", "Greta", "Hauke", "Svea", "Ruben", "Maren", "Thies",
        "Ylva", "Konrad",
    ],
    last_names: &[
        "Moorwiese",
        "Birkenhain",
        "Silberdistel",
        "Nebelhorst",
        "Haselwinkel",
        "Grünspecht",
        "Tannwald",
        "Rabenfeder",
        "Wiesenlicht",
    ],
    drinks: &[
        "Flat White mit Hafermilch",
        "Cappuccino",
        "Cold Brew",
        "Espresso",
        "Milchkaffee",
    ],
    openers: &[
        "Hallo,",
        "Moin,",
        "@brambleford",
        "Guten Tag,",
        "Liebes Brambleford-Team,",
        "Also ehrlich,",
        "",
    ],
    complaints: &[
        (
            Theme::Delivery,
            "meine Bestellung {order} sollte am Montag kommen, bisher nichts.",
        ),
        (
            Theme::Delivery,
            "der Bote hat mein {product} einfach im Regen abgestellt.",
        ),
        (
            Theme::Delivery,
            "laut Sendungsverfolgung ist {order} seit {n} Tagen in Zustellung.",
        ),
        (
            Theme::Quality,
            "die letzte Packung {product} schmeckt muffig, vor über {n} Wochen geröstet.",
        ),
        (
            Theme::Quality,
            "mein {drink} in {city} war lauwarm und verbrannt.",
        ),
        (
            Theme::App,
            "die App meldet mich ab, bevor ich bezahlen kann.",
        ),
        (
            Theme::App,
            "nach dem Update sind meine {n} Treuepunkte weg.",
        ),
        (
            Theme::Cafe,
            "{n} Minuten auf einen {drink} in {city} gewartet, und niemand war vor mir.",
        ),
        (
            Theme::Cafe,
            "das Café in {city} war zu, obwohl auf der Seite bis 20 Uhr steht.",
        ),
        (
            Theme::Subscription,
            "ich habe mein Abo im Frühjahr gekündigt, und es wurde wieder abgebucht.",
        ),
        (
            Theme::Price,
            "{n} Cent mehr für einen {drink} seit letztem Monat, warum?",
        ),
        (
            Theme::Machine,
            "meine Brew One tropft nach {n} Wochen unten heraus.",
        ),
    ],
    questions: &[
        (
            Theme::Question,
            "liefert ihr {product} auch in die Schweiz?",
        ),
        (Theme::Question, "sind Hunde in {city} erlaubt?"),
        (
            Theme::Machine,
            "geht in der Brew One auch gemahlener Kaffee?",
        ),
        (
            Theme::Subscription,
            "kann ich die Bramble Box einen Monat aussetzen?",
        ),
    ],
    praise: &[
        (
            Theme::Praise,
            "der {drink} in {city} hat mir die Woche gerettet.",
        ),
        (
            Theme::Praise,
            "{product} ist wirklich großartig, schon die dritte Packung.",
        ),
        (
            Theme::Praise,
            "euer Barista in {city} kennt meine Bestellung nach einem Besuch.",
        ),
        (
            Theme::Machine,
            "Tag {n} mit der Brew One, ich gehe nicht mehr vor die Tür.",
        ),
    ],
    demands: &[
        "Bitte kümmert euch darum.",
        "Ich möchte mein Geld zurück.",
        "Was unternehmt ihr jetzt?",
        "So geht das nicht.",
        "",
    ],
    cheers: &[
        "Danke!",
        "☕❤️",
        "Weiter so!",
        "Spitze 👏",
        "#brambleford",
        "",
    ],
    answers: &[
        "Danke für den Hinweis. Schickst du uns deine Bestellnummer als private Nachricht? ^{agent}",
        "Das sollte nicht passieren, entschuldige! Wir prüfen es sofort. ^{agent}",
        "Der Ersatz ist unterwegs und kommt am Donnerstag. ^{agent}",
        "Gute Frage! Die Antwort steht auf https://brambleford.example/help. ^{agent}",
        "Das freut uns riesig, danke! ^{agent}",
    ],
    thanks: &[
        "Super, danke!",
        "Das ging ja schnell.",
        "Leider immer noch nichts da.",
        "Perfekt 👍",
        "Gut, dann warte ich bis Donnerstag.",
    ],
    subjects: &[
        "Bestellung {order}",
        "Wo bleibt mein Paket?",
        "Erstattung {order}",
        "Frage zu {product}",
        "Beschwerde {city}",
    ],
};
