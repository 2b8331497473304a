//! The form in which words are compared.

use unicode_normalization::UnicodeNormalization;

/// The form in which words are compared: compatibility characters resolved (`ﬁ` is `fi`, `Ａ` is
/// `a`), accents of alphabets dropped, lower case, invisible characters gone.
///
/// Marks that make another letter are kept: Indic and Thai vowel signs, and the Japanese marks
/// that tell `が` from `か`. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends the folded text to `out`.
pub fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        if let Some(added) = out.get_mut(start..) {
            added.make_ascii_lowercase();
        }
        return;
    }
    out.extend(
        text.nfkd()
            .filter(|c| !is_dropped(*c))
            .flat_map(Lower::of)
            .nfc(),
    );
}

/// One character in lower case: one to three characters, or a letter pair of our own.
enum Lower {
    Case(std::char::ToLowercase),
    Letters(std::str::Chars<'static>),
}

impl Lower {
    fn of(c: char) -> Self {
        // Letters that have no decomposition but are typed without their stroke or as a pair.
        Self::Letters(
            match c {
                'ß' | 'ẞ' => "ss",
                'ς' => "σ",
                'æ' | 'Æ' => "ae",
                'œ' | 'Œ' => "oe",
                'ø' | 'Ø' => "o",
                'ł' | 'Ł' => "l",
                'đ' | 'Đ' | 'ð' | 'Ð' => "d",
                'þ' | 'Þ' => "th",
                'ħ' | 'Ħ' => "h",
                'ŧ' | 'Ŧ' => "t",
                'ı' => "i",
                c => return Self::Case(c.to_lowercase()),
            }
            .chars(),
        )
    }
}

impl Iterator for Lower {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::Case(case) => case.next(),
            Self::Letters(letters) => letters.next(),
        }
    }
}

/// Accents, points and signs over letters of alphabets, variation selectors, and characters that
/// cannot be seen.
pub(super) fn is_dropped(c: char) -> bool {
    match c {
        '\u{0300}'..='\u{036F}' // general accents
        | '\u{0483}'..='\u{0489}' // Cyrillic
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}' | '\u{05C5}' | '\u{05C7}' // Hebrew
        | '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' // Arabic
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}' | '\u{06E7}' | '\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => true, // variation selectors
        c => is_invisible(c),
    }
}

/// Soft hyphens, joiners, direction marks.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fold;

    #[test]
    fn case_accents_width_and_ligatures_do_not_count() {
        for (one, other) in [
            ("ÉTÉ", "ete"),
            ("Straße", "STRASSE"),
            ("ΟΔΌΣ", "οδος"),
            ("ﬁn", "FIN"),
            ("Ａｂ１", "ab1"),
            ("İstanbul", "istanbul"),
            ("Łódź", "lodz"),
            ("co\u{AD}op", "coop"),
            ("شَمْس", "شمس"),
            ("ｶﾞ", "ガ"),
            ("각", "각"),
            ("❤\u{FE0F}", "❤"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn marks_that_make_another_letter_count() {
        for (one, other) in [("が", "か"), ("कि", "की"), ("ที่", "ที"), ("й", "k")]
        {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing_for_any_character() {
        for c in ('\0'..='\u{2FFFF}').chain('\u{E0000}'..='\u{E01FF}') {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "{c:?} {:x}", u32::from(c));
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*|[a-zÀ-žΑ-ωא-ת\u{300}-\u{36f}가-각ᄀ-ᇿか-ん\u{3099}]*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
