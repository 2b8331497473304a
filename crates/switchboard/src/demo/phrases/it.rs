//! What is said in Italian.

use super::{Phrases, Theme};
use crate::demo::brand::ITALIAN;

pub(super) const PHRASES: Phrases = Phrases {
    code: "it",
    share: 5,
    places: ITALIAN,
    first_names: &[
        "Giada", "Elio", "Fiamma", "Tobia", "Marta", "Leandro", "Viola", "Renzo",
    ],
    last_names: &[
        "Boscochiaro",
        "Valdinebbia",
        "Lunarossa",
        "Pietralba",
        "Ginepri",
        "Castelfiore",
        "Rugiadosi",
    ],
    drinks: &[
        "flat white all'avena",
        "macchiato",
        "caffè freddo",
        "cappuccino",
    ],
    openers: &["Ciao,", "Buongiorno,", "@brambleford", "Salve,", ""],
    complaints: &[
        (
            Theme::Delivery,
            "il mio ordine {order} doveva arrivare lunedì e non c'è ancora.",
        ),
        (Theme::Quality, "l'ultimo pacco di {product} sa di stantio."),
        (
            Theme::Quality,
            "il mio {drink} a {city} era tiepido e bruciato.",
        ),
        (Theme::App, "l'app mi scollega prima che possa pagare."),
        (
            Theme::Cafe,
            "{n} minuti per un {drink} a {city} senza nessuno davanti.",
        ),
        (
            Theme::Machine,
            "la mia Brew One perde acqua dopo {n} settimane.",
        ),
    ],
    questions: &[
        (Theme::Question, "spedite {product} anche in Sardegna?"),
        (Theme::Question, "a {city} si può entrare con il cane?"),
        (Theme::Machine, "la Brew One accetta il caffè macinato?"),
    ],
    praise: &[
        (
            Theme::Praise,
            "il {drink} di {city} mi ha salvato la giornata.",
        ),
        (
            Theme::Praise,
            "{product} è davvero ottimo, terzo pacco questo mese.",
        ),
    ],
    demands: &[
        "Aspetto una risposta.",
        "Vorrei un rimborso.",
        "Non è possibile.",
        "",
    ],
    cheers: &["Grazie!", "☕❤️", "Continuate così!", "#brambleford", ""],
    answers: &[
        "Grazie per la segnalazione. Ci mandi il numero d'ordine in privato? ^{agent}",
        "Non deve succedere, scusa! Controlliamo subito. ^{agent}",
        "Abbiamo spedito un altro pacco, arriva giovedì. ^{agent}",
        "Che bello leggerti, grazie! ^{agent}",
    ],
    thanks: &[
        "Perfetto, grazie!",
        "Velocissimi.",
        "Ancora niente, purtroppo.",
        "👍",
    ],
    subjects: &["Ordine {order}", "Dov'è il mio pacco?", "Rimborso {order}"],
};
