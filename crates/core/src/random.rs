//! Randomness as an argument: a small generator the caller seeds, so that a run can be replayed.

/// SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, 2014).
///
/// Used to spread reconnects and retries; never for secrets.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator whose whole sequence follows from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..=limit`. The bias of the remainder is below 2⁻³² for limits under 2³².
    pub fn up_to(&mut self, limit: u64) -> u64 {
        self.next_u64() % limit.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_sequence() {
        let (mut a, mut b) = (Random::new(7), Random::new(7));
        assert!((0..100).all(|_| a.next_u64() == b.next_u64()));
        assert_ne!(Random::new(1).next_u64(), Random::new(2).next_u64());
    }

    #[test]
    fn a_limit_is_reached_and_never_passed() {
        let mut random = Random::new(1);
        let drawn: Vec<u64> = (0..200).map(|_| random.up_to(3)).collect();
        assert!(drawn.iter().all(|n| *n <= 3));
        assert!((0..=3).all(|n| drawn.contains(&n)));
    }
}
