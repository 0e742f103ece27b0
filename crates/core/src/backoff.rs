//! How long to wait before trying again, for the feed's reconnects and the entities' retries alike.

use crate::random::Random;
use crate::time::Millis;

/// Exponential backoff with *full jitter*: a uniformly random part of a ceiling that doubles with
/// every failure. Full jitter spreads a herd of clients best for the least total work
/// (Marc Brooker, *Exponential Backoff And Jitter*, AWS Architecture Blog, 2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The ceiling after the first failure.
    pub base: Millis,
    /// The ceiling never grows past this.
    pub cap: Millis,
}

impl Backoff {
    /// The wait after `failures` failures in a row (1 for the first).
    pub fn delay(&self, failures: u32, random: &mut Random) -> Millis {
        let doublings = failures.saturating_sub(1).min(32);
        let ceiling = self.base.0.saturating_mul(1 << doublings).min(self.cap.0);
        Millis(random.up_to(ceiling))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff {
        base: Millis(1000),
        cap: Millis(60_000),
    };

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let mut random = Random::new(3);
        for (failures, ceiling) in [
            (1, 1000),
            (2, 2000),
            (3, 4000),
            (7, 60_000),
            (u32::MAX, 60_000),
        ] {
            let longest = (0..500)
                .map(|_| BACKOFF.delay(failures, &mut random).0)
                .max();
            let longest = longest.expect("500 delays were drawn");
            assert!(
                longest <= ceiling && longest > ceiling / 2,
                "{failures}: {longest} of {ceiling}"
            );
        }
    }

    #[test]
    fn the_jitter_is_full_so_some_waits_are_short() {
        let mut random = Random::new(3);
        assert!((0..500).any(|_| BACKOFF.delay(7, &mut random).0 < 6000));
    }
}
