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
    digits(text)?.try_into().ok()
}

/// The number to compare with. Identifiers of other systems are often greater than any number: they
/// are taken for the greatest, which no thing has. `None` when it is no identifier at all.
pub fn nearest_hex(text: &str) -> Option<i64> {
    Some(digits(text)?.try_into().unwrap_or(i64::MAX))
}

fn digits(text: &str) -> Option<u128> {
    let is_hex = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
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

    #[test]
    fn identifiers_beyond_all_numbers_compare_as_the_greatest() {
        assert_eq!(nearest_hex("5399e4ff0e4b3d76a56e5533"), Some(i64::MAX));
        assert_eq!(nearest_hex("0000000000000000000000ff"), Some(255));
        assert_eq!(nearest_hex("5399e4ff0e4b3d76a56e553"), None);
    }

    proptest! {
        #[test]
        fn a_number_reads_back(number in 0_i64..) {
            prop_assert_eq!(parse_hex(&hex(number)), Some(number));
        }
    }
}
