//! Chance, all of it from one seed.

use remote_refresh_core::random::Random;

/// What decides everything that is left to chance in a run.
#[derive(Debug)]
pub(crate) struct Dice(Random);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Random::new(seed))
    }

    /// A seed for somebody else.
    pub(crate) fn seed(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `from..=to`.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.0.up_to(to - from)
    }

    /// An index into something of this length, which must not be 0.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.between(0, len as u64 - 1) as usize
    }

    /// Yes, once in `n` times.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.0.up_to(n - 1) == 0
    }

    /// One of these, if there are any.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.index(from.len())])
    }

    /// A wait: mostly short, sometimes long, in milliseconds up to `longest`.
    pub(crate) fn wait(&mut self, longest: u64) -> u64 {
        let longest = match self.between(0, 9) {
            0..=4 => longest / 50,
            5..=8 => longest / 5,
            _ => longest,
        };
        self.between(0, longest)
    }
}
