//! What is said in Portuguese.

use super::{Phrases, Theme};
use crate::demo::brand::PORTUGUESE;

pub(super) const PHRASES: Phrases = Phrases {
    code: "pt",
    share: 5,
    places: PORTUGUESE,
    first_names: &[
        "Benedita", "Duarte", "Íris", "Gaspar", "Leonor", "Santiago", "Carminho", "Vicente",
    ],
    last_names: &[
        "Ribeirinho",
        "Montalvinho",
        "Serradoce",
        "Valbruma",
        "Fontelara",
        "Oliveirão",
        "Pedraluz",
    ],
    drinks: &[
        "flat white de aveia",
        "galão",
        "café gelado",
        "meia de leite",
    ],
    openers: &["Olá,", "Bom dia,", "@brambleford", "Boa tarde,", ""],
    complaints: &[
        (
            Theme::Delivery,
            "a minha encomenda {order} devia ter chegado na segunda-feira e nada.",
        ),
        (Theme::Quality, "o último pacote de {product} sabe a velho."),
        (
            Theme::Quality,
            "o meu {drink} em {city} estava morno e queimado.",
        ),
        (
            Theme::App,
            "a aplicação termina a sessão antes de eu conseguir pagar.",
        ),
        (
            Theme::Cafe,
            "{n} minutos à espera de um {drink} em {city} sem ninguém à frente.",
        ),
        (
            Theme::Machine,
            "a minha Brew One está a perder água ao fim de {n} semanas.",
        ),
    ],
    questions: &[
        (Theme::Question, "fazem entregas de {product} nos Açores?"),
        (Theme::Question, "os cães podem entrar em {city}?"),
    ],
    praise: &[
        (
            Theme::Praise,
            "o {drink} de {city} foi o melhor da minha semana.",
        ),
        (
            Theme::Praise,
            "{product} é mesmo muito bom, já é o terceiro pacote.",
        ),
    ],
    demands: &[
        "Fico à espera de uma solução.",
        "Quero o meu dinheiro de volta.",
        "Assim não dá.",
        "",
    ],
    cheers: &[
        "Obrigada!",
        "Obrigado!",
        "☕❤️",
        "Continuem assim!",
        "#brambleford",
        "",
    ],
    answers: &[
        "Obrigado por avisar. Pode enviar-nos o número da encomenda por mensagem privada? ^{agent}",
        "Isto não devia acontecer, pedimos desculpa! Vamos já verificar. ^{agent}",
        "Já seguiu outra encomenda, chega na quinta-feira. ^{agent}",
        "Que bom ler isto, obrigado! ^{agent}",
    ],
    thanks: &[
        "Perfeito, obrigado!",
        "Que rapidez.",
        "Continuo sem receber nada.",
        "👍",
    ],
    subjects: &[
        "Encomenda {order}",
        "Onde está a minha encomenda?",
        "Reembolso {order}",
    ],
};
