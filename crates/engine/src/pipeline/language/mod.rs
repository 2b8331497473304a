//! The language of a text, guessed.
//!
//! Writing systems that belong to one language decide by themselves. For the rest a fast model
//! that knows sixteen languages is asked first; it always answers with one of them, so its answer
//! counts only with evidence (its function words, no letters foreign to it), else a slower model
//! of seventy languages has its say. Short texts and texts without letters have no language.

mod evidence;
mod script;

use domain::language::Language;
use whatlang::{Detector, Lang};

use script::{Script, Tally};

/// Letters that a guess needs. A character that stands for a syllable or a word counts threefold.
const MIN_LETTERS: usize = 12;
/// Characters that are looked at.
const MAX_LOOKED_AT: usize = 1_500;
/// Certainty from which the slower model overrules the faster one.
const CERTAIN: f64 = 0.3;

/// The language of a text without links and names; `None` when it is too short to tell.
pub fn guess(text: &str) -> Option<Language> {
    let text = match text.char_indices().nth(MAX_LOOKED_AT) {
        Some((end, _)) => text.get(..end)?,
        None => text,
    };
    let tally = Tally::of(text);
    if tally.letters() < MIN_LETTERS {
        return None;
    }
    match tally.main_script()? {
        Script::One(code) => Language::parse(code),
        Script::Han if tally.has_kana() => Language::parse("ja"),
        Script::Han => Language::parse("zh"),
        Script::Arabic => Language::parse(evidence::arabic(text)),
        Script::Devanagari => among(text, &[Lang::Hin, Lang::Mar, Lang::Nep]),
        Script::Hebrew => among(text, &[Lang::Heb, Lang::Yid]),
        Script::Cyrillic => match evidence::cyrillic(text) {
            evidence::Cyrillic::Certain(code) => Language::parse(code),
            evidence::Cyrillic::OneOf(languages) => among(text, languages),
        },
        Script::Latin => latin(text),
    }
}

fn among(text: &str, languages: &[Lang]) -> Option<Language> {
    Detector::with_allowlist(languages.to_vec())
        .detect_lang(text)
        .or_else(|| languages.first().copied())
        .and_then(from_whatlang)
}

fn latin(text: &str) -> Option<Language> {
    let fast = whichlang::detect_language(text);
    let fast_code = from_whichlang(fast);
    if evidence::supports(fast_code, text) {
        return Language::parse(fast_code);
    }
    if let Some(code) = evidence::neighbour(text) {
        return Language::parse(code);
    }
    let slow = Detector::new().detect(text);
    match slow {
        Some(info)
            if !evidence::is_known_to_the_fast_model(info.lang())
                && (info.is_reliable() || info.confidence() >= CERTAIN) =>
        {
            from_whatlang(info.lang())
        }
        _ if evidence::is_latin(fast_code) && !evidence::lacks_its_letters(fast_code, text) => {
            Language::parse(fast_code)
        }
        Some(info) => from_whatlang(info.lang()),
        None => None,
    }
}

fn from_whichlang(lang: whichlang::Lang) -> &'static str {
    use whichlang::Lang as L;
    match lang {
        L::Ara => "ar",
        L::Cmn => "zh",
        L::Deu => "de",
        L::Eng => "en",
        L::Fra => "fr",
        L::Hin => "hi",
        L::Ita => "it",
        L::Jpn => "ja",
        L::Kor => "ko",
        L::Nld => "nl",
        L::Por => "pt",
        L::Rus => "ru",
        L::Spa => "es",
        L::Swe => "sv",
        L::Tur => "tr",
        L::Vie => "vi",
    }
}

fn from_whatlang(lang: Lang) -> Option<Language> {
    let code = match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "no",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    };
    Language::parse(code)
}

#[cfg(test)]
mod tests;
