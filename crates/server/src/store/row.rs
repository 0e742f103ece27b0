//! Rows' keys: a path as bytes, so that rows lie in the order of the tree.
//!
//! Each key of the path is one segment that ends in a zero byte, which no key holds. So the rows of all that lies below a
//! place are those that begin with the place's own, and they lie together; and since segments are ordered as keys are
//! (32-bit integers by number first, then texts by UTF-16 code units), children are read in the order they are listed in.
//! A parent's priority is a row too: an empty segment, which comes before all children.

use std::ops::Bound;

use remote_refresh_core::wire::key::as_int32;
use remote_refresh_core::wire::{Key, Path};

/// What an integer's segment begins with.
pub(super) const INTEGER: u8 = 1;
/// What a text's segment begins with.
const TEXT: u8 = 2;
/// What a segment ends with.
const END: u8 = 0;

/// The row of what lies at `path`.
pub(super) fn of(path: &Path) -> Vec<u8> {
    let mut row = Vec::new();
    for key in path.keys() {
        push(&mut row, key);
    }
    row
}

/// Goes from a place's row to that of its child `key`.
pub(super) fn push(row: &mut Vec<u8>, key: &Key) {
    let text = key.as_str();
    match as_int32(text) {
        Some(number) => {
            row.push(INTEGER);
            // With its highest bit turned a signed number is ordered as an unsigned one.
            row.extend((number as u32 ^ 1 << 31).to_be_bytes());
            // Of equal numbers the shorter comes first. No key has so many bytes.
            row.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
            row.extend(text.bytes());
        }
        None => {
            row.push(TEXT);
            row.extend(text.bytes().map(to_utf16_order));
        }
    }
    row.push(END);
}

/// The row of the priority of the parent at `row`.
pub(super) fn priority(row: &[u8]) -> Vec<u8> {
    [row, &[END]].concat()
}

/// Whether this is the row of a parent's priority.
pub(super) fn is_priority(row: &[u8]) -> bool {
    row == [END] || row.ends_with(&[END, END])
}

/// Where the rows end that are at or below the place of `row`.
pub(super) fn end(row: &[u8]) -> Bound<Vec<u8>> {
    match row.split_last() {
        Some((_, begin)) => Bound::Excluded([begin, &[END + 1]].concat()),
        None => Bound::Unbounded,
    }
}

/// Where the rows of the children of the place of `row` begin.
pub(super) fn children(row: &[u8]) -> Vec<u8> {
    [row, &[INTEGER]].concat()
}

/// The first key of what is left of a row, and what is left after it.
pub(super) fn split(row: &[u8]) -> Option<(Key, &[u8])> {
    let (&kind, rest) = row.split_first()?;
    let rest = match kind {
        INTEGER => rest.get(6..)?,
        TEXT => rest,
        _ => return None,
    };
    let end = rest.iter().position(|&byte| byte == END)?;
    let mut text = rest[..end].to_vec();
    if kind == TEXT {
        text.iter_mut()
            .for_each(|byte| *byte = from_utf16_order(*byte));
    }
    let key = Key::new(std::str::from_utf8(&text).ok()?).ok()?;
    Some((key, &rest[end + 1..]))
}

/// UTF-8 is ordered as UTF-16 is but for one thing: what takes two units there, and begins with F0 to F4 here, comes
/// before U+E000 to U+FFFF, which begin with EE and EF. No other byte of UTF-8 has these values.
const fn to_utf16_order(byte: u8) -> u8 {
    match byte {
        0xee..=0xef => byte + 5,
        0xf0..=0xf4 => byte - 2,
        other => other,
    }
}

const fn from_utf16_order(byte: u8) -> u8 {
    match byte {
        0xee..=0xf2 => byte + 2,
        0xf3..=0xf4 => byte - 5,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = Key> {
        let texts = prop_oneof![
            "-?0{0,2}[0-9]{1,11}",
            "[ !~a/\u{7f}-\u{81}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}0-]{1,4}",
        ];
        texts.prop_filter_map("some are no keys", |text| Key::new(&text).ok())
    }

    fn path() -> impl Strategy<Value = Path> {
        proptest::collection::vec(key(), 0..4)
            .prop_map(|keys| keys.iter().fold(Path::root(), |path, key| path.child(key)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn rows_are_ordered_as_paths_are(a in path(), b in path()) {
            let (row_a, row_b) = (of(&a), of(&b));
            prop_assert_eq!(row_a.cmp(&row_b), a.cmp(&b));
            prop_assert_eq!(row_b.starts_with(&row_a), a.is_ancestor_of(&b));
            let inside = match end(&row_a) {
                Bound::Excluded(end) => row_a <= row_b && row_b < end,
                _ => true,
            };
            prop_assert_eq!(inside, a.is_ancestor_of(&b));
            prop_assert!(!is_priority(&row_a) && is_priority(&priority(&row_a)));
        }

        #[test]
        fn a_row_says_which_path_it_is_of(path in path()) {
            let row = of(&path);
            let (mut rest, mut again) = (&row[..], Path::root());
            while let Some((key, next)) = split(rest) {
                (again, rest) = (again.child(&key), next);
            }
            prop_assert_eq!((again, rest), (path, &[][..]));
        }
    }

    #[test]
    fn a_priority_comes_before_all_children() {
        let least = Path::parse("-2147483648").expect("a path");
        assert!(priority(&[]) < children(&[]) && children(&[]) < of(&least));
    }

    #[test]
    fn what_is_no_row_has_no_key() {
        for bytes in [
            &b"\x03a\0"[..],
            b"\x02a",
            b"\x02\0",
            b"\x01\0\0",
            b"\x02\xff\0",
            b"\x02a.b\0",
        ] {
            assert_eq!(split(bytes), None, "{bytes:?}");
        }
    }
}
