//! Opaque page tokens: a place in a list, signed.
//!
//! A token is bound to what decides about the order of the rows (account, list, sort) and to
//! nothing else: recorded clients re-send the other parameters changed or not at all.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// First byte of a token; another value would mean another layout.
const LAYOUT: u8 = 1;
/// Bytes of the signature that are kept.
const SIGNATURE: usize = 16;
/// Layout, direction, whether there is a sort value, sort value, identifier.
const PLACE: usize = 3 + 8 + 8;

/// A place between two rows of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Sort value of the row beside it; `None` where the row has no value.
    pub sort_value: Option<i64>,
    /// Identifier of the row beside it, or a number of rows for short lists.
    pub id: i64,
    /// Towards the start of the list.
    pub is_backward: bool,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// The tenant; 0 for lists of the user.
    pub account_id: i64,
    /// The list.
    pub list: &'a str,
    /// Its order.
    pub sort: &'a str,
}

/// The token of a place.
pub fn write(secret: &[u8], purpose: Purpose<'_>, place: Place) -> String {
    let mut bytes = Vec::with_capacity(PLACE + SIGNATURE);
    bytes.push(LAYOUT);
    bytes.push(u8::from(place.is_backward));
    bytes.push(u8::from(place.sort_value.is_some()));
    bytes.extend_from_slice(&place.sort_value.unwrap_or_default().to_be_bytes());
    bytes.extend_from_slice(&place.id.to_be_bytes());
    let signature = sign(secret, purpose, &bytes);
    bytes.extend_from_slice(&signature);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place of a token; `None` when it was changed, or made for another list, account or order.
pub fn read(secret: &[u8], purpose: Purpose<'_>, token: &str) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(token.trim()).ok()?;
    let (place, signature) = bytes.split_at_checked(PLACE)?;
    if !bool::from(sign(secret, purpose, place).as_slice().ct_eq(signature)) {
        return None;
    }
    let [LAYOUT, is_backward, has_sort_value, numbers @ ..] = place else {
        return None;
    };
    let (sort_value, id) = numbers.split_at_checked(8)?;
    let sort_value = i64::from_be_bytes(sort_value.try_into().ok()?);
    Some(Place {
        sort_value: (*has_sort_value == 1).then_some(sort_value),
        id: i64::from_be_bytes(id.try_into().ok()?),
        is_backward: *is_backward == 1,
    })
}

fn sign(secret: &[u8], purpose: Purpose<'_>, place: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        // HMAC takes keys of every length.
        return Vec::new();
    };
    mac.update(b"page token\0");
    mac.update(&purpose.account_id.to_be_bytes());
    mac.update(purpose.list.as_bytes());
    mac.update(b"\0");
    mac.update(purpose.sort.as_bytes());
    mac.update(b"\0");
    mac.update(place);
    let mut signature = mac.finalize().into_bytes().to_vec();
    signature.truncate(SIGNATURE);
    signature
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PURPOSE: Purpose<'static> = Purpose {
        account_id: 7,
        list: "inbox/mentions",
        sort: "dateadd:desc",
    };

    #[test]
    fn a_token_is_good_for_its_list_only() {
        let place = Place {
            sort_value: Some(-5),
            id: 43_769_000_000_000_001,
            is_backward: true,
        };
        let token = write(b"secret", PURPOSE, place);
        assert_eq!(read(b"secret", PURPOSE, &token).unwrap(), place);
        for purpose in [
            Purpose {
                account_id: 8,
                ..PURPOSE
            },
            Purpose {
                list: "inbox/cases",
                ..PURPOSE
            },
            Purpose {
                sort: "dateadd:asc",
                ..PURPOSE
            },
        ] {
            assert!(read(b"secret", purpose, &token).is_none());
        }
        assert!(read(b"other", PURPOSE, &token).is_none());
    }

    proptest! {
        #[test]
        fn places_come_back_and_changed_tokens_do_not(
            sort_value in proptest::option::of(any::<i64>()),
            id in any::<i64>(),
            is_backward in any::<bool>(),
            at in 0usize..40,
            garbage in "\\PC{0,60}",
        ) {
            let place = Place { sort_value, id, is_backward };
            let token = write(b"k", PURPOSE, place);
            prop_assert_eq!(read(b"k", PURPOSE, &token).unwrap(), place);
            let mut changed = token.clone().into_bytes();
            let at = at % changed.len();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            prop_assert!(read(b"k", PURPOSE, &changed).is_none());
            prop_assert!(read(b"k", PURPOSE, &garbage).is_none());
        }
    }
}
