//! Keys: one name in the tree, checked once, listed in the Realtime Database's order.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;

/// The longest key, in bytes of UTF-8 (Realtime Database limits page).
pub const MAX_KEY_BYTES: usize = 768;

/// A valid name of a child: 1 to [`MAX_KEY_BYTES`] bytes, without `. $ # [ ] /` and control characters.
///
/// Its [`Ord`] is the order children are listed in: keys that read as 32-bit integers first and by number (of equal
/// numbers the shorter first), then all others by UTF-16 code units, as JavaScript compares strings.
/// Cloning shares the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// Checks `text` and makes it a key.
    ///
    /// # Errors
    /// Says which rule `text` breaks.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.len() > MAX_KEY_BYTES {
            return Err(KeyError::TooLong);
        }
        match text.chars().find(|&c| is_forbidden(c)) {
            Some(c) => Err(KeyError::Forbidden(c)),
            None => Ok(Self(text.into())),
        }
    }

    /// The text of the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_forbidden(c: char) -> bool {
    matches!(
        c,
        '.' | '$' | '#' | '[' | ']' | '/' | '\0'..='\u{1f}' | '\u{7f}'
    )
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Compares two keys' texts by the order described at [`Key`].
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let by_text = || a.encode_utf16().cmp(b.encode_utf16());
    match (as_int32(a), as_int32(b)) {
        (Some(x), Some(y)) => x.cmp(&y).then(a.len().cmp(&b.len())).then_with(by_text),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => by_text(),
    }
}

/// The 32-bit integer that a key's `text` reads as, if it does: an optional `-`, any zeros, at most ten digits
/// (`^-?(0*)\d{1,10}$` in the SDK).
#[must_use]
pub fn as_int32(text: &str) -> Option<i32> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    if significant.len() > 10 {
        return None;
    }
    let magnitude = significant
        .bytes()
        .fold(0_i64, |n, b| n * 10 + i64::from(b - b'0'));
    let signed = if digits.len() < text.len() {
        -magnitude
    } else {
        magnitude
    };
    i32::try_from(signed).ok()
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is empty.
    Empty,
    /// The text is longer than [`MAX_KEY_BYTES`].
    TooLong,
    /// The text holds this character.
    Forbidden(char),
}

impl KeyError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "key_empty",
            Self::TooLong => "key_too_long",
            Self::Forbidden(_) => "key_forbidden_character",
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "A key can't be empty.",
            Self::TooLong => "A key can't be longer than 768 bytes of UTF-8.",
            Self::Forbidden(_) => "A key can't contain . $ # [ ] / or a control character.",
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).expect("the test uses valid keys")
    }

    #[test]
    fn a_key_holds_none_of_the_forbidden_characters() {
        for c in ['.', '$', '#', '[', ']', '/', '\0', '\n', '\u{1f}', '\u{7f}'] {
            assert_eq!(Key::new(&format!("a{c}b")), Err(KeyError::Forbidden(c)));
        }
        for text in ["a b", "-", "ключ", "a\u{80}", "%", "~", "😀"] {
            assert_eq!(key(text).as_str(), text);
        }
    }

    #[test]
    fn a_key_has_one_to_768_bytes() {
        assert_eq!(Key::new(""), Err(KeyError::Empty));
        assert!(Key::new(&"é".repeat(384)).is_ok());
        assert_eq!(Key::new(&"é".repeat(385)), Err(KeyError::TooLong));
    }

    #[test]
    fn integers_come_first_by_number_then_texts_by_utf16() {
        let ordered = [
            "-2147483648",
            "-10",
            "-1",
            "0",
            "00",
            "1",
            "01",
            "2",
            "10",
            "2147483647", // 32-bit integers
            "-",
            "-2147483649",
            "2147483648",
            "99999999999",
            "A",
            "a",
            "a1",
            "😀",
            "\u{e000}",
            "\u{ffff}",
        ];
        let mut sorted: Vec<Key> = ordered.iter().rev().map(|text| key(text)).collect();
        sorted.sort();
        assert_eq!(sorted.iter().map(Key::as_str).collect::<Vec<_>>(), ordered);
    }

    #[test]
    fn different_keys_of_the_same_number_and_length_are_still_ordered() {
        assert_eq!(key("-0").cmp(&key("00")), Ordering::Less);
    }

    #[test]
    fn long_runs_of_zeros_still_read_as_a_number() {
        assert!(key(&"0".repeat(700)) < key("a"));
        assert!(key(&format!("{}7", "0".repeat(700))) > key("6"));
    }
}
