//! What is said in French.

use super::{Phrases, Theme};
use crate::demo::brand::FRENCH;

pub(super) const PHRASES: Phrases = Phrases {
    code: "fr",
    share: 13,
    places: FRENCH,
    first_names: &[
        "Élodie",
        "Bastien",
        "Maëlle",
        "Corentin",
        "Solène",
        "Hugo",
        "Apolline",
        "Yanis",
        "Clémence",
        "Titouan",
        "Inès",
        "Gaspard",
    ],
    last_names: &[
        "Boisclairvent",
        "Rochefeuille",
        "Montpluvier",
        "Valdorée",
        "Brumelac",
        "Chantelune",
        "Pierregrive",
        "Aubépin",
        "Grandsaule",
    ],
    drinks: &[
        "flat white à l'avoine",
        "noisette",
        "café glacé",
        "cappuccino",
        "double expresso",
    ],
    openers: &[
        "Bonjour,",
        "Bonsoir,",
        "@brambleford",
        "Salut Brambleford,",
        "Franchement,",
        "",
    ],
    complaints: &[
        (
            Theme::Delivery,
            "ma commande {order} devait arriver lundi et je n'ai toujours rien.",
        ),
        (
            Theme::Delivery,
            "le livreur a laissé mon {product} sous la pluie, le carton est trempé.",
        ),
        (
            Theme::Delivery,
            "le suivi de {order} n'a pas bougé depuis {n} jours.",
        ),
        (
            Theme::Quality,
            "le dernier paquet de {product} a un goût de rassis.",
        ),
        (Theme::Quality, "mon {drink} à {city} était tiède et brûlé."),
        (
            Theme::App,
            "l'application me déconnecte avant que je puisse payer.",
        ),
        (
            Theme::App,
            "mes {n} points de fidélité ont disparu après la mise à jour.",
        ),
        (
            Theme::Cafe,
            "{n} minutes d'attente pour un {drink} à {city}, sans personne devant moi.",
        ),
        (
            Theme::Cafe,
            "le café de {city} était fermé alors que le site dit ouvert jusqu'à vingt heures.",
        ),
        (
            Theme::Subscription,
            "j'ai résilié mon abonnement au printemps et on m'a encore prélevé.",
        ),
        (
            Theme::Price,
            "{n} centimes de plus pour un {drink} depuis le mois dernier, pourquoi ?",
        ),
        (
            Theme::Machine,
            "ma Brew One fuit par le bas après {n} semaines.",
        ),
    ],
    questions: &[
        (Theme::Question, "livrez-vous le {product} en Suisse ?"),
        (Theme::Question, "les chiens sont-ils acceptés à {city} ?"),
        (Theme::Machine, "la Brew One accepte-t-elle le café moulu ?"),
        (
            Theme::Subscription,
            "peut-on sauter un mois de Bramble Box ?",
        ),
    ],
    praise: &[
        (Theme::Praise, "le {drink} à {city} a illuminé ma semaine."),
        (
            Theme::Praise,
            "le {product} est vraiment excellent, troisième paquet ce mois-ci.",
        ),
        (
            Theme::Praise,
            "votre barista de {city} se souvient déjà de ma commande.",
        ),
        (
            Theme::Machine,
            "jour {n} avec la Brew One et je ne sors plus prendre mon café.",
        ),
    ],
    demands: &[
        "Merci de régler cela rapidement.",
        "Je souhaite un remboursement.",
        "Que comptez-vous faire ?",
        "C'est inadmissible.",
        "",
    ],
    cheers: &[
        "Merci !",
        "☕❤️",
        "Continuez comme ça !",
        "Bravo 👏",
        "#brambleford",
        "",
    ],
    answers: &[
        "Merci pour votre message. Pouvez-vous nous envoyer votre numéro de commande en privé ? ^{agent}",
        "Ce n'est pas normal, toutes nos excuses ! Nous vérifions tout de suite. ^{agent}",
        "Un nouveau colis est parti, il arrivera jeudi. ^{agent}",
        "Bonne question ! La réponse se trouve sur https://brambleford.example/help. ^{agent}",
        "Quel plaisir de vous lire, merci ! ^{agent}",
    ],
    thanks: &[
        "Parfait, merci !",
        "Très rapide, merci.",
        "Toujours rien reçu.",
        "Super 👍",
        "D'accord, j'attends jeudi.",
    ],
    subjects: &[
        "Commande {order}",
        "Où est mon colis ?",
        "Remboursement {order}",
        "Question sur le {product}",
        "Réclamation {city}",
    ],
};
