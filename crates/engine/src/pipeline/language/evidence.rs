//! What speaks for a language: its letters and its small words.

use whatlang::Lang;

/// A Latin-script language of the fast model: letters beyond a to z that it uses, and frequent
/// words that its neighbours do not share.
struct Profile {
    code: &'static str,
    letters: &'static str,
    words: &'static [&'static str],
}

const PROFILES: &[Profile] = &[
    Profile {
        code: "en",
        letters: "éèêçïñöü",
        words: &[
            "the", "and", "you", "that", "this", "with", "they", "your", "are", "not", "my",
            "please", "what", "would", "been", "it's", "i'm", "don't", "from", "have", "it", "how",
            "when", "why", "can", "has", "thanks", "thank", "there", "which", "about", "of",
        ],
    },
    Profile {
        code: "de",
        letters: "äöüßéàè",
        words: &[
            "und", "das", "ist", "nicht", "ich", "ein", "eine", "einen", "mit", "auf", "für",
            "auch", "sehr", "wir", "aber", "habe", "dem", "den", "zu", "im", "sie", "wenn", "wird",
            "sich", "bei", "noch", "nach", "mein", "meine", "danke", "der",
        ],
    },
    Profile {
        code: "fr",
        letters: "àâæçéèêëîïôœùûüÿ",
        words: &[
            "le", "les", "est", "pas", "je", "vous", "nous", "et", "une", "des", "dans", "pour",
            "avec", "sur", "qui", "mais", "très", "ce", "mon", "ma", "plus", "du", "c'est", "j'ai",
            "bonjour", "merci", "votre", "cette", "elle", "au", "être",
        ],
    },
    Profile {
        code: "es",
        letters: "áéíñóúüºª",
        words: &[
            "y", "los", "las", "por", "pero", "muy", "gracias", "ya", "está", "esta", "cuando",
            "porque", "ustedes", "hola", "también", "desde", "sin", "hace", "tengo", "nada", "hay",
            "más", "usted", "mi", "una", "con",
        ],
    },
    Profile {
        code: "it",
        letters: "àèéìíîòóùú",
        words: &[
            "il", "che", "di", "sono", "gli", "della", "è", "ho", "questo", "molto", "ma", "più",
            "anche", "nel", "alla", "grazie", "perché", "non", "una", "mi", "ciao", "dei", "delle",
        ],
    },
    Profile {
        code: "pt",
        letters: "áâãàçéêíóôõúü",
        words: &[
            "não", "uma", "com", "do", "em", "você", "mais", "muito", "meu", "minha", "obrigado",
            "mas", "são", "ao", "um", "os", "isso", "está", "vocês", "já", "também", "obrigada",
            "olá", "na", "foi",
        ],
    },
    Profile {
        code: "nl",
        letters: "éëïóöüèáêç",
        words: &[
            "niet", "ik", "jullie", "voor", "zijn", "ook", "heb", "naar", "mijn", "hij", "deze",
            "geen", "wordt", "bij", "zo", "dit", "aan", "nog", "moet", "heeft", "bedankt", "jij",
            "wij", "ze", "kunnen", "waar", "een",
        ],
    },
    Profile {
        code: "sv",
        letters: "åäöéàü",
        words: &[
            "och", "att", "är", "för", "inte", "jag", "ett", "från", "eller", "mycket", "också",
            "när", "bara", "vad", "hej", "tack", "som",
        ],
    },
    Profile {
        code: "tr",
        letters: "çğıöşüâîûi\u{307}",
        words: &[
            "ve",
            "için",
            "çok",
            "değil",
            "ama",
            "gibi",
            "olarak",
            "kadar",
            "daha",
            "teşekkürler",
            "bir",
            "bu",
            "mı",
            "mi",
            "ne",
            "ile",
            "var",
            "yok",
            "ben",
            "merhaba",
        ],
    },
    Profile {
        code: "vi",
        letters: "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
        words: &[
            "và", "là", "của", "không", "được", "có", "một", "cho", "những", "các", "với", "này",
            "tôi", "rất", "cảm", "ơn", "đã", "bạn",
        ],
    },
];

/// Frequent words of languages that the fast model takes for another one.
const NEIGHBOURS: &[(&str, &[&str])] = &[
    (
        "da",
        &[
            "ikke", "og", "jeg", "er", "af", "til", "der", "hvad", "også", "meget", "mig", "har",
            "på", "men", "det", "kan", "vi", "efter",
        ],
    ),
    (
        "no",
        &[
            "ikke", "og", "jeg", "er", "av", "til", "hva", "også", "mye", "meg", "har", "på",
            "men", "det", "kan", "vi", "å", "etter", "fortsatt",
        ],
    ),
    (
        "pl",
        &[
            "nie",
            "się",
            "jest",
            "że",
            "na",
            "jak",
            "od",
            "czy",
            "ale",
            "już",
            "po",
            "tak",
            "co",
            "polecam",
            "dziękuję",
        ],
    ),
    (
        "cs",
        &[
            "se", "že", "na", "je", "nebo", "jak", "ale", "není", "jsem", "to", "už", "nikdo",
            "ještě", "děkuji", "která",
        ],
    ),
    (
        "sk",
        &[
            "sa", "že", "na", "je", "alebo", "ako", "ale", "nie", "som", "to", "už", "nikto",
            "ešte", "ďakujem", "ktorá",
        ],
    ),
    (
        "ro",
        &[
            "nu", "și", "este", "la", "pe", "mai", "am", "cu", "din", "care", "sunt", "foarte",
            "vă", "pentru",
        ],
    ),
    (
        "hu",
        &[
            "a", "az", "és", "nem", "egy", "hogy", "is", "meg", "van", "nagyon", "még", "sem",
        ],
    ),
    (
        "fi",
        &[
            "ja", "ei", "on", "että", "se", "en", "mutta", "ole", "niin", "kun", "olen", "eikä",
        ],
    ),
    (
        "id",
        &[
            "yang", "dan", "tidak", "di", "ini", "itu", "dengan", "untuk", "saya", "ada", "sangat",
            "sekali", "sudah",
        ],
    ),
    (
        "hr",
        &[
            "je", "i", "da", "se", "ne", "na", "nije", "sam", "za", "su", "što", "kako", "koji",
        ],
    ),
    (
        "ca",
        &[
            "i", "els", "amb", "és", "però", "molt", "meva", "encara", "ningú", "aquest", "gràcies",
        ],
    ),
];

/// The neighbour whose small words the text uses more than any other's.
pub(super) fn neighbour(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut scores: Vec<(usize, &str)> = NEIGHBOURS
        .iter()
        .map(|(code, known)| {
            (
                words.iter().filter(|word| known.contains(*word)).count(),
                *code,
            )
        })
        .collect();
    scores.sort_unstable_by(|one, other| other.cmp(one));
    match scores.as_slice() {
        [(best, code), (second, _), ..]
            if best > second && *best >= 2 && best * 5 >= words.len() =>
        {
            Some(code)
        }
        _ => None,
    }
}

/// Turkish and Vietnamese are hardly written without their own letters.
pub(super) fn lacks_its_letters(code: &str, text: &str) -> bool {
    match code {
        "tr" => !text.contains(['ı', 'ğ', 'ş', 'ç', 'ö', 'ü', 'İ', 'Ğ', 'Ş', 'Ç', 'Ö', 'Ü']),
        "vi" => text.is_ascii(),
        _ => false,
    }
}

/// Whether the text speaks for this answer of the fast model clearly enough to take it.
pub(super) fn supports(code: &str, text: &str) -> bool {
    let Some(profile) = PROFILES.iter().find(|profile| profile.code == code) else {
        return false;
    };
    let lower = text.to_lowercase();
    let is_foreign = lower
        .chars()
        .any(|c| !c.is_ascii() && c.is_alphabetic() && !profile.letters.contains(c));
    if is_foreign {
        return false;
    }
    let (mut words, mut hits) = (0_usize, 0_usize);
    for word in lower.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
        if !word.is_empty() {
            words += 1;
            hits += usize::from(profile.words.contains(&word.replace('’', "'").as_str()));
        }
    }
    hits >= 2 && hits * 8 >= words
}

/// Whether this language is written in Latin letters and known to the fast model.
pub(super) fn is_latin(code: &str) -> bool {
    PROFILES.iter().any(|profile| profile.code == code)
}

/// Whether the fast model would have found this language.
pub(super) const fn is_known_to_the_fast_model(lang: Lang) -> bool {
    matches!(
        lang,
        Lang::Ara
            | Lang::Cmn
            | Lang::Deu
            | Lang::Eng
            | Lang::Fra
            | Lang::Hin
            | Lang::Ita
            | Lang::Jpn
            | Lang::Kor
            | Lang::Nld
            | Lang::Por
            | Lang::Rus
            | Lang::Spa
            | Lang::Swe
            | Lang::Tur
            | Lang::Vie
    )
}

/// What the letters of a Cyrillic text say.
pub(super) enum Cyrillic {
    /// This language.
    Certain(&'static str),
    /// One of these; the first if nothing tells.
    OneOf(&'static [Lang]),
}

pub(super) fn cyrillic(text: &str) -> Cyrillic {
    let lower = text.to_lowercase();
    let has = |letters: &[char]| lower.contains(letters);
    if has(&['қ', 'ғ', 'ұ']) {
        Cyrillic::Certain("kk")
    } else if has(&['ҷ', 'ӣ', 'ӯ']) {
        Cyrillic::Certain("tg")
    } else if has(&['ә']) {
        Cyrillic::Certain("tt")
    } else if has(&['ң']) {
        Cyrillic::Certain("ky")
    } else if has(&['ө', 'ү']) {
        Cyrillic::Certain("mn")
    } else if has(&['ў']) {
        Cyrillic::Certain("be")
    } else if has(&['ї', 'є', 'ґ']) || has(&['і']) && !has(&['ы', 'э']) {
        Cyrillic::Certain("uk")
    } else if has(&['і']) {
        Cyrillic::Certain("be")
    } else if has(&['ђ', 'ћ']) {
        Cyrillic::Certain("sr")
    } else if has(&['ѓ', 'ќ', 'ѕ']) {
        Cyrillic::Certain("mk")
    } else if has(&['ј', 'љ', 'њ', 'џ']) {
        Cyrillic::OneOf(&[Lang::Srp, Lang::Mkd])
    } else if has(&['ы', 'э', 'ё']) {
        Cyrillic::Certain("ru")
    } else {
        Cyrillic::OneOf(&[Lang::Rus, Lang::Ukr, Lang::Bul])
    }
}

/// The language of a text in Arabic letters, by the letters that Arabic lacks.
pub(super) fn arabic(text: &str) -> &'static str {
    if text.contains(['ښ', 'ځ', 'څ', 'ډ', 'ړ', 'ږ', 'ې', 'ۍ']) {
        "ps"
    } else if text.contains(['ٹ', 'ڈ', 'ڑ', 'ں', 'ے', 'ہ', 'ھ']) {
        "ur"
    } else if text.contains(['پ', 'چ', 'ژ', 'گ', 'ک', 'ی']) {
        "fa"
    } else {
        "ar"
    }
}
