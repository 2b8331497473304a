//! What is said in Spanish.

use super::{Phrases, Theme};
use crate::demo::brand::SPANISH;

pub(super) const PHRASES: Phrases = Phrases {
    code: "es",
    share: 8,
    places: SPANISH,
    first_names: &[
        "Alma", "Bruno", "Candela", "Iker", "Lucía", "Mateo", "Nerea", "Óliver", "Vega", "Teo",
    ],
    last_names: &[
        "Rocaverde",
        "Montelirio",
        "Valdeluna",
        "Ríoclaro",
        "Almendral",
        "Fuentebruma",
        "Zarzalejo",
        "Olmeda",
    ],
    drinks: &[
        "flat white con avena",
        "cortado",
        "café con hielo",
        "capuchino",
        "espresso doble",
    ],
    openers: &[
        "Hola,",
        "Buenas,",
        "@brambleford",
        "Buenos días,",
        "De verdad,",
        "",
    ],
    complaints: &[
        (
            Theme::Delivery,
            "mi pedido {order} tenía que llegar el lunes y sigo sin noticias.",
        ),
        (
            Theme::Delivery,
            "el repartidor dejó mi {product} bajo la lluvia.",
        ),
        (Theme::Quality, "la última bolsa de {product} sabe rancia."),
        (
            Theme::Quality,
            "mi {drink} en {city} estaba tibio y quemado.",
        ),
        (
            Theme::App,
            "la aplicación me cierra la sesión antes de pagar.",
        ),
        (
            Theme::Cafe,
            "{n} minutos esperando un {drink} en {city} sin nadie delante.",
        ),
        (
            Theme::Subscription,
            "cancelé mi suscripción en primavera y me han vuelto a cobrar.",
        ),
        (
            Theme::Machine,
            "mi Brew One pierde agua después de {n} semanas.",
        ),
    ],
    questions: &[
        (Theme::Question, "¿enviáis {product} a Canarias?"),
        (Theme::Question, "¿se admiten perros en {city}?"),
        (Theme::Machine, "¿la Brew One funciona con café molido?"),
    ],
    praise: &[
        (
            Theme::Praise,
            "el {drink} de {city} ha sido lo mejor de mi semana.",
        ),
        (
            Theme::Praise,
            "{product} está buenísimo, tercera bolsa este mes.",
        ),
        (
            Theme::Machine,
            "día {n} con la Brew One y no quiero otra cosa.",
        ),
    ],
    demands: &[
        "Espero una solución.",
        "Quiero que me devolváis el dinero.",
        "¿Qué vais a hacer?",
        "No puede ser.",
        "",
    ],
    cheers: &["¡Gracias!", "☕❤️", "¡Seguid así!", "#brambleford", ""],
    answers: &[
        "Gracias por avisar. ¿Nos envías el número de pedido por privado? ^{agent}",
        "No debería pasar, ¡perdona! Lo miramos ahora mismo. ^{agent}",
        "Ya hemos enviado otro paquete, llega el jueves. ^{agent}",
        "¡Qué alegría leerte, gracias! ^{agent}",
    ],
    thanks: &[
        "¡Genial, gracias!",
        "Qué rapidez.",
        "Sigo sin recibir nada.",
        "Perfecto 👍",
    ],
    subjects: &[
        "Pedido {order}",
        "¿Dónde está mi paquete?",
        "Devolución {order}",
        "Pregunta sobre {product}",
    ],
};
