//! Identifiers of 24 hexadecimal digits, as conversations, messages and customers have them.
//!
//! They are the model's numbers with noughts in front, so nothing has to be kept beside them.

/// Digits of an identifier.
const DIGITS: usize = 24;

/// The text of a number.
pub fn hex(number: i64) -> String {
    format!("{number:0DIGITS$x}")
}

/// The number of a text; `None` when no number has this text. Upper and lower case count as equal.
pub fn parse_hex(text: &str) -> Option<i64> {
    let is_hex = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        return None;
    }
    u128::from_str_radix(text, 16).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_that_no_number_has_are_none() {
        assert_eq!(hex(70_368_744_177_664), "000000000000400000000000");
        assert_eq!(
            parse_hex("00000000000040000000000A"),
            Some(70_368_744_177_674)
        );
        for text in [
            "",
            "1",
            "5399e4ff0e4b3d76a56e5533",
            "00000000000040000000000g",
            "+00000000000400000000000",
            "0000000000004000000000000",
        ] {
            assert_eq!(parse_hex(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back(number in 0_i64..) {
            prop_assert_eq!(parse_hex(&hex(number)), Some(number));
        }
    }
}
