//! Names that people tell apart by looking at them.

use unicode_normalization::UnicodeNormalization as _;

/// What makes two names the same to who reads them: case, space at the ends and how wide it is, and
/// the forms in which a character can be written do not count.
pub fn label_key(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nobody sees the character: control and format characters, fillers and selectors. With one
/// of them a name looks like another one.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{600}'..='\u{605}'
        | '\u{61c}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'..='\u{891}'
        | '\u{8e2}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{110bd}'
        | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_have_one_key() {
        for name in [
            "Contributor",
            " contributor\t",
            "CONTRIBUTOR",
            "Ｃontributor",
        ] {
            assert_eq!(label_key(name), "contributor", "{name:?}");
        }
        assert_eq!(label_key("Night  Shift"), label_key("night\u{a0}shift"));
        assert_eq!(label_key("Cafe\u{301}"), label_key("café"));
        assert_ne!(label_key("Cafe"), label_key("café"));
        assert_ne!(label_key("Editor"), label_key("Editors"));
    }

    #[test]
    fn what_nobody_sees_is_told_from_letters_and_space() {
        for c in [
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{fe0f}',
            '\u{3164}',
            '\u{e0041}',
            '\u{0}',
            '\n',
        ] {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in [
            'a', 'é', '株', 'ا', 'क', '้', ' ', '\u{a0}', '\u{3000}', '😀', '-',
        ] {
            assert!(!is_invisible(c), "{c:?}");
        }
    }
}
