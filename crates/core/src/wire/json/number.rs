//! From decimal digits to the nearest double, exactly and in little code: the standard library's way brings 10 KB of tables.

use alloc::vec;
use alloc::vec::Vec;

/// No double needs more digits than 768 to be told from its neighbours; of those past this, all that matters is whether
/// there are any.
const MAX_DIGITS: usize = 800;

/// `digits` as a whole number, times ten to the power of `exponent`; infinite when it is beyond a double.
///
/// `digits` are ASCII. Rounds to the nearest, of two equally near to the even one.
pub(super) fn nearest(digits: impl Iterator<Item = u8>, mut exponent: i64) -> f64 {
    let mut number = Big::default();
    let (mut small, mut count, mut rest) = (0_u64, 0, false);
    for digit in digits
        .map(|digit| u32::from(digit - b'0'))
        .skip_while(|digit| *digit == 0)
    {
        if count < MAX_DIGITS {
            count += 1;
            small = small.saturating_mul(10).saturating_add(digit.into());
            number.multiply_add(10, digit);
        } else {
            exponent = exponent.saturating_add(1);
            rest |= digit != 0;
        }
    }
    // Whole numbers and powers of ten that are exact doubles: one rounding, at the end.
    if small <= 1 << 53 && exponent.unsigned_abs() <= 22 {
        let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
        return if exponent < 0 {
            small as f64 / power
        } else {
            small as f64 * power
        };
    }
    match exponent.saturating_add(count as i64) {
        _ if count == 0 => return 0.0,
        311.. => return f64::INFINITY,
        i64::MIN..=-330 => return 0.0,
        _ => {}
    }
    for _ in 0..exponent {
        number.multiply_add(10, 0);
    }
    // Room for what dividing takes away, and 64 bits that remain.
    let shift = if exponent < 0 {
        32 * (exponent.unsigned_abs() / 8 + 3)
    } else {
        0
    };
    number.shift_words(shift as usize / 32);
    for _ in exponent..0 {
        rest |= number.divide(10) != 0;
    }
    number.to_f64(shift as i64, rest)
}

/// A natural number, its lowest 32 bits first.
#[derive(Default)]
struct Big(Vec<u32>);

impl Big {
    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn shift_words(&mut self, words: usize) {
        let mut shifted = vec![0; words];
        shifted.append(&mut self.0);
        self.0 = shifted;
    }

    /// Divides and returns the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut remainder = 0;
        for word in self.0.iter_mut().rev() {
            let dividend = remainder << 32 | u64::from(*word);
            *word = (dividend / u64::from(divisor)) as u32;
            remainder = dividend % u64::from(divisor);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        remainder as u32
    }

    fn bit(&self, index: i64) -> u64 {
        let word = usize::try_from(index / 32)
            .ok()
            .and_then(|word| self.0.get(word));
        u64::from(word.copied().unwrap_or(0) >> (index & 31) & 1)
    }

    /// This times two to the power of `-shift`, and a little more if there is a `rest`.
    fn to_f64(&self, shift: i64, mut rest: bool) -> f64 {
        let top = self.0.last().map_or(0, |top| top.leading_zeros());
        let length = 32 * self.0.len() as i64 - i64::from(top);
        // The power of two that the last bit of the result stands for; none is below 2^-1074.
        let unit = (length - shift - 53).max(-1074);
        let dropped = unit + shift;
        let mut bits = (dropped..length).rev().fold(0, |bits, index| {
            bits << 1 | if index < 0 { 0 } else { self.bit(index) }
        });
        if dropped > 0 {
            rest |= (0..dropped - 1).any(|index| self.bit(index) == 1);
            let half = self.bit(dropped - 1) == 1;
            bits += u64::from(half && (rest || bits & 1 == 1));
        }
        // A carry out of the 53 bits counts the exponent up, as it should.
        let bits = ((unit + 1074) as u64)
            .saturating_mul(1 << 52)
            .saturating_add(bits);
        f64::from_bits(bits.min(f64::INFINITY.to_bits()))
    }
}
