//! The known name that is nearest to one that was mistyped, for error messages.

use alloc::vec::Vec;

/// The name of `known` that differs least from `name`, or none if all differ in more than a third of the letters: then it is
/// no typing error. Upper and lower case count as alike. Of names that are equally near, the first.
#[must_use]
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |known: &&str| distance(&lower(name), &lower(known));
    let near = known.iter().copied().min_by_key(distance)?;
    let letters = name.chars().count().max(near.chars().count());
    (distance(&near) * 3 <= letters).then_some(near)
}

fn lower(name: &str) -> Vec<char> {
    name.chars()
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// How many letters have to be inserted, removed, replaced, or swapped with their neighbour: optimal string alignment, the
/// restricted Damerau–Levenshtein distance.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, other) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(letter != other);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == to[j - 1] && from[i - 1] == *other {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = core::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["shareTabs", "since", "silenceTimeout", "url"];

    #[test]
    fn a_letter_that_is_missing_doubled_wrong_or_swapped_is_a_typing_error() {
        for name in [
            "shareTab",
            "sharetabs",
            "sharreTabs",
            "shereTabs",
            "shareTasb",
        ] {
            assert_eq!(nearest(name, &NAMES), Some("shareTabs"), "{name}");
        }
        assert_eq!(nearest("ulr", &NAMES), Some("url"));
        assert_eq!(nearest("silenceTimout", &NAMES), Some("silenceTimeout"));
    }

    #[test]
    fn another_word_is_none() {
        for name in ["", "x", "timeout", "headers", "shareEverything"] {
            assert_eq!(nearest(name, &NAMES), None, "{name}");
        }
        assert_eq!(nearest("url", &[]), None);
    }
}
