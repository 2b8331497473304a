//! What a character is to the cutting of words.

use unicode_normalization::char::is_combining_mark;

use super::fold::is_invisible;

/// What a character does where words are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Belongs to a word: letter, digit, `_`.
    Letter,
    /// A letter of a script whose words are cut into single characters and pairs.
    Paired,
    /// Belongs to the character before it.
    Mark,
    /// Everything else.
    Other,
}

/// The class of a character.
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() || c == '_' {
            Class::Letter
        } else {
            Class::Other
        };
    }
    if is_combining_mark(c) || is_invisible(c) || is_joining(c) || is_skin_tone(c) {
        Class::Mark
    } else if is_paired(c) {
        Class::Paired
    } else if c.is_alphanumeric() {
        Class::Letter
    } else {
        Class::Other
    }
}

/// Half-width voice marks, and the vowels and finals of decomposed Korean syllables.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{FF9E}' | '\u{FF9F}' | '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}')
}

/// Letters of Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese; digits and punctuation
/// within those blocks are not.
fn is_paired(c: char) -> bool {
    matches!(c,
        '\u{0E01}'..='\u{0E3A}' | '\u{0E40}'..='\u{0E4E}' // Thai
        | '\u{0E81}'..='\u{0ECF}' | '\u{0EDC}'..='\u{0EDF}' // Lao
        | '\u{1000}'..='\u{103F}' | '\u{1050}'..='\u{108F}' | '\u{109A}'..='\u{109D}' // Burmese
        | '\u{1100}'..='\u{115F}' | '\u{A960}'..='\u{A97C}' | '\u{3131}'..='\u{318E}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{FFA1}'..='\u{FFDC}' // Korean
        | '\u{1780}'..='\u{17D3}' // Khmer
        | '\u{2E80}'..='\u{2FD5}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}' // Chinese characters
        | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' // hiragana
        | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{FF66}'..='\u{FF9D}' // katakana
        | '\u{3105}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' // bopomofo
    )
}

/// Pictures that people write: emoji, flags, dingbats.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c,
        '\u{203C}' | '\u{2049}' | '\u{2194}'..='\u{2199}' | '\u{21A9}' | '\u{21AA}'
        | '\u{231A}' | '\u{231B}' | '\u{2328}' | '\u{23CF}' | '\u{23E9}'..='\u{23F3}' | '\u{23F8}'..='\u{23FA}'
        | '\u{25AA}' | '\u{25AB}' | '\u{25B6}' | '\u{25C0}' | '\u{25FB}'..='\u{25FE}'
        | '\u{2600}'..='\u{27BF}' | '\u{2934}' | '\u{2935}' | '\u{2B05}'..='\u{2B07}' | '\u{2B1B}' | '\u{2B1C}'
        | '\u{2B50}' | '\u{2B55}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}'
        | '\u{1F000}'..='\u{1FAFF}'
    )
}

/// Skin tones of emoji.
pub(super) fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}
