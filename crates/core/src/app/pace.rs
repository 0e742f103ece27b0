//! When a change is answered: at once, after a debounce, or spread over the clients.

use crate::time::Millis;

/// How an app wants its refreshes paced. Both spans are zero unless it says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Debounce {
    /// After a change that was answered at once, further ones wait until there was none for this long …
    pub quiet: Millis,
    /// … but never longer than this, so that a steady stream of changes doesn't starve the page.
    pub max_wait: Millis,
}

/// Decides when to answer.
#[derive(Debug)]
pub(super) struct Pace {
    debounce: Debounce,
    /// This client's place in a spread, from 0 to 1.
    place: f64,
    last_change: Option<Millis>,
    first_waiting: Option<Millis>,
    /// The earliest place in a spread among the changes that wait.
    spread_until: Option<Millis>,
    due: Option<Millis>,
}

impl Pace {
    /// A pace for the client of this id.
    pub(super) fn new(debounce: Debounce, client: &str) -> Self {
        Self {
            debounce,
            place: place_of(client),
            last_change: None,
            first_waiting: None,
            spread_until: None,
            due: None,
        }
    }

    /// A change came, to be spread over this span. Whether to answer it now; else [`Pace::pop`] will say when.
    pub(super) fn answer_now(&mut self, now: Millis, spread: Millis) -> bool {
        let calm = self.due.is_none()
            && self
                .last_change
                .is_none_or(|at| now.since(at) >= self.debounce.quiet);
        self.last_change = Some(now);
        let place = now + Millis((self.place * spread.0 as f64) as u64);
        if calm && place == now {
            return true;
        }
        let first = *self.first_waiting.get_or_insert(now);
        let place = self.spread_until.map_or(place, |until| until.min(place));
        self.spread_until = Some(place);
        let quiet = if calm {
            now
        } else {
            (now + self.debounce.quiet).min(first + self.debounce.max_wait)
        };
        self.due = Some(quiet.max(place));
        self.due <= Some(now) && self.pop(now)
    }

    /// When the answer is due.
    pub(super) const fn next(&self) -> Option<Millis> {
        self.due
    }

    /// Whether an answer is due at `now`; yes once.
    pub(super) fn pop(&mut self, now: Millis) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            self.forget();
        }
        due
    }

    /// Nothing waits any more.
    pub(super) fn forget(&mut self) {
        self.due = None;
        self.first_waiting = None;
        self.spread_until = None;
    }

    /// Moves what is waited for by the distance of a clock that was set back.
    pub(super) fn clock_set_back(&mut self, from: Millis, to: Millis) {
        let later = |at: Millis| to + (at - from);
        self.due = self.due.map(later);
        self.spread_until = self.spread_until.map(later);
        let earlier = |at: Millis| to - (from - at);
        self.first_waiting = self.first_waiting.map(earlier);
        self.last_change = self.last_change.map(earlier);
    }
}

/// Where a client stands in every spread: FNV-1a of its id (Fowler, Noll, Vo; 64 bits), finished by a multiplication so
/// that ids which differ in their last letter alone fall apart.
fn place_of(client: &str) -> f64 {
    let hash = client
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let mixed = (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBOUNCE: Debounce = Debounce {
        quiet: Millis(100),
        max_wait: Millis(250),
    };

    /// The times of all answers to changes at these times.
    fn answers(pace: &mut Pace, changes: &[u64], spread: u64) -> Vec<u64> {
        let mut answers = Vec::new();
        let mut wake = |pace: &mut Pace, until: u64| {
            while let Some(at) = pace.next().filter(|at| at.0 <= until) {
                assert!(pace.pop(at));
                answers.push(at.0);
            }
        };
        let mut now = Vec::new();
        for at in changes {
            wake(pace, *at);
            if pace.answer_now(Millis(*at), Millis(spread)) {
                now.push(*at);
            }
        }
        wake(pace, u64::MAX);
        now.extend(answers);
        now.sort_unstable();
        now
    }

    #[test]
    fn without_a_debounce_every_change_is_answered_at_once() {
        assert_eq!(
            answers(&mut Pace::new(Debounce::default(), "c"), &[10, 11, 12], 0),
            [10, 11, 12]
        );
    }

    #[test]
    fn a_debounce_answers_the_first_change_at_once_and_the_rest_when_it_is_quiet() {
        assert_eq!(
            answers(&mut Pace::new(DEBOUNCE, "c"), &[1000, 1010, 1020], 0),
            [1000, 1120]
        );
        assert_eq!(
            answers(&mut Pace::new(DEBOUNCE, "c"), &[1000, 1200, 1400], 0),
            [1000, 1200, 1400]
        );
    }

    #[test]
    fn a_steady_stream_is_answered_within_the_longest_wait() {
        let changes: Vec<u64> = (0..20).map(|step| 1000 + step * 50).collect();
        let answers = answers(&mut Pace::new(DEBOUNCE, "c"), &changes, 0);
        assert_eq!(answers[..3], [1000, 1300, 1550]);
        assert!(
            answers.windows(2).all(|pair| pair[1] - pair[0] <= 350),
            "{answers:?}"
        );
    }

    #[test]
    fn a_spread_gives_each_client_its_place_and_a_burst_waits_once() {
        let place = (place_of("c1") * 1000.0) as u64;
        assert_eq!(
            answers(
                &mut Pace::new(Debounce::default(), "c1"),
                &[5000, 5001, 5002],
                1000
            ),
            [5000 + place]
        );
    }

    #[test]
    fn the_clients_fill_a_spread_evenly() {
        let mut buckets = [0u32; 20];
        for client in 0..20_000 {
            let place = place_of(&format!("client-{client}"));
            assert!((0.0..1.0).contains(&place));
            buckets[(place * 20.0) as usize] += 1;
        }
        assert!(
            buckets.iter().all(|count| (850..1150).contains(count)),
            "{buckets:?}"
        );
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_the_remaining_wait() {
        let mut pace = Pace::new(DEBOUNCE, "c");
        assert!(pace.answer_now(Millis(10_000), Millis(0)));
        assert!(!pace.answer_now(Millis(10_010), Millis(0)));
        pace.clock_set_back(Millis(10_010), Millis(5_010));
        assert_eq!(pace.next(), Some(Millis(5_110)));
    }
}
