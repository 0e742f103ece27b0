//! Timers as an enum and a table.
//!
//! The shell owns one real timer. It asks [`Timers::next`] when to wake up and hands the time back;
//! which timers are due is decided here.

use alloc::vec::Vec;

use crate::time::Millis;

/// What can be waited for. Each timer exists once: setting it again moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Try the feed's stream again.
    Reconnect,
    /// The stream has been silent for too long.
    Watchdog,
    /// The token is about to expire.
    RenewToken,
    /// The app's `auth` function took too long.
    TokenLimit,
}

/// The table of timers that are set.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    due: Vec<(Timer, Millis)>,
}

impl Timers {
    /// Sets `timer` to fire at `at`, instead of when it was set for before.
    pub fn set(&mut self, timer: Timer, at: Millis) {
        self.clear(timer);
        self.due.push((timer, at));
    }

    /// Makes sure that `timer` doesn't fire.
    pub fn clear(&mut self, timer: Timer) {
        self.due.retain(|(set, _)| *set != timer);
    }

    /// Clears every timer.
    pub fn clear_all(&mut self) {
        self.due.clear();
    }

    /// Whether `timer` is set.
    #[must_use]
    pub fn is_set(&self, timer: Timer) -> bool {
        self.at(timer).is_some()
    }

    /// When `timer` is due, if it is set.
    #[must_use]
    pub fn at(&self, timer: Timer) -> Option<Millis> {
        self.due
            .iter()
            .find(|(set, _)| *set == timer)
            .map(|(_, at)| *at)
    }

    /// When the next timer is due.
    #[must_use]
    pub fn next(&self) -> Option<Millis> {
        self.due.iter().map(|(_, at)| *at).min()
    }

    /// Takes the earliest timer that is due at `now`.
    pub fn pop(&mut self, now: Millis) -> Option<Timer> {
        let at = self.next().filter(|at| *at <= now)?;
        let index = self.due.iter().position(|(_, due)| *due == at)?;
        Some(self.due.remove(index).0)
    }

    /// Moves every timer by the distance of a clock that was set back from `from` to `to`, so that
    /// none waits for the lost time again.
    pub fn clock_set_back(&mut self, from: Millis, to: Millis) {
        for (_, at) in &mut self.due {
            *at = to + (*at - from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_of_time_and_only_when_due() {
        let mut timers = Timers::default();
        timers.set(Timer::Watchdog, Millis(30));
        timers.set(Timer::Reconnect, Millis(10));
        assert_eq!(timers.next(), Some(Millis(10)));
        assert_eq!(timers.at(Timer::Watchdog), Some(Millis(30)));
        assert_eq!(timers.at(Timer::RenewToken), None);
        assert_eq!(timers.pop(Millis(9)), None);
        assert_eq!(timers.pop(Millis(40)), Some(Timer::Reconnect));
        assert_eq!(timers.pop(Millis(40)), Some(Timer::Watchdog));
        assert_eq!(timers.pop(Millis(40)), None);
    }

    #[test]
    fn setting_a_timer_again_moves_it() {
        let mut timers = Timers::default();
        timers.set(Timer::Watchdog, Millis(30));
        timers.set(Timer::Watchdog, Millis(60));
        assert_eq!(timers.pop(Millis(30)), None);
        assert_eq!(timers.pop(Millis(60)), Some(Timer::Watchdog));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_the_remaining_wait() {
        let mut timers = Timers::default();
        timers.set(Timer::Watchdog, Millis(10_075));
        timers.clock_set_back(Millis(10_000), Millis(5_000));
        assert_eq!(timers.next(), Some(Millis(5_075)));
    }
}
