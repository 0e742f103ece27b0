//! Push ids: twenty characters that sort by the time they were made.
//!
//! Eight characters of milliseconds, then twelve of randomness, over an alphabet in ASCII order. Time and randomness
//! are arguments; what is kept is only the previous id, so that ids of one generator always ascend.

use alloc::string::String;

use crate::time::Millis;

const ALPHABET: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const TIME_DIGITS: usize = 8;
const RANDOM_DIGITS: usize = 12;
const MAX_TIME: u64 = (1 << 48) - 1;

/// Makes push ids, each greater than the one before.
#[derive(Clone, Debug, Default)]
pub struct PushIds {
    last: Option<(u64, [u8; RANDOM_DIGITS])>,
}

impl PushIds {
    /// A generator that has made none.
    #[must_use]
    pub const fn new() -> Self {
        Self { last: None }
    }

    /// The next id at `now` (milliseconds since the epoch), from 72 random bits.
    ///
    /// In the millisecond of the id before, or when the clock went back, the id before is counted up instead
    /// and `random` is not used.
    pub fn next(&mut self, now: Millis, random: [u8; 9]) -> String {
        let now = now.0.min(MAX_TIME);
        let next = match self.last {
            Some((time, digits)) if now <= time => count_up(time, digits),
            _ => (now, split(random)),
        };
        self.last = Some(next);
        write(next.0, next.1)
    }
}

fn count_up(time: u64, mut digits: [u8; RANDOM_DIGITS]) -> (u64, [u8; RANDOM_DIGITS]) {
    for digit in digits.iter_mut().rev() {
        if *digit < 63 {
            *digit += 1;
            return (time, digits);
        }
        *digit = 0;
    }
    (time + 1, digits)
}

/// 72 bits as twelve digits of 6 bits.
fn split(random: [u8; 9]) -> [u8; RANDOM_DIGITS] {
    let bits = random
        .iter()
        .fold(0_u128, |bits, &byte| bits << 8 | u128::from(byte));
    core::array::from_fn(|i| (bits >> (6 * (RANDOM_DIGITS - 1 - i)) & 63) as u8)
}

fn write(time: u64, digits: [u8; RANDOM_DIGITS]) -> String {
    let time_digits = (0..TIME_DIGITS).rev().map(|i| (time >> (6 * i) & 63) as u8);
    time_digits
        .chain(digits)
        .map(|digit| char::from(ALPHABET[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_eight_characters_are_the_time() {
        let id = PushIds::new().next(Millis(0), [0; 9]);
        assert_eq!(id, "-".repeat(20));
        let id = PushIds::new().next(Millis(64 + 63), [0xff; 9]);
        assert_eq!(id, format!("------0z{}", "z".repeat(12)));
    }

    #[test]
    fn the_random_bits_fill_twelve_characters_in_order() {
        // Digits 1, 2, 3 and nine zeros; the last bit is one.
        let id = PushIds::new().next(
            Millis(0),
            [0b0000_0100, 0b0010_0000, 0b1100_0000, 0, 0, 0, 0, 0, 1],
        );
        assert_eq!(&id[8..], "012--------0");
    }

    #[test]
    fn within_one_millisecond_the_id_before_is_counted_up_with_carry() {
        let mut ids = PushIds::new();
        let random = [0, 0, 0, 0, 0, 0, 0, 0, 63];
        assert_eq!(&ids.next(Millis(5), random)[8..], "-----------z");
        assert_eq!(&ids.next(Millis(5), [0xff; 9])[8..], "----------0-");
    }

    #[test]
    fn ids_ascend_even_when_the_random_part_is_used_up_or_the_clock_goes_back() {
        let mut ids = PushIds::new();
        let first = ids.next(Millis(1000), [0xff; 9]);
        let second = ids.next(Millis(1000), [0xff; 9]);
        let third = ids.next(Millis(1), [0; 9]);
        assert!(first < second && second < third);
    }
}
