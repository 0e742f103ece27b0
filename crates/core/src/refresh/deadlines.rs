//! What the engine waits for, ordered by time.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{EntityId, FlightId};
use crate::time::Millis;

/// Deadlines of flights and retries. An entity waits for one thing at a time, so a new deadline takes the place of its
/// old one, and there are no more of them than entities, however often these fetch.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    /// When to look at which entity. The time may be too early for the deadline it has by now: then it is put back.
    queue: BinaryHeap<Reverse<(Millis, u32)>>,
    /// By entity.
    newest: Vec<Newest>,
}

#[derive(Clone, Copy, Debug)]
struct Newest {
    at: Millis,
    flight: FlightId,
    /// The earliest time in the queue for this entity.
    queued: Option<Millis>,
}

impl Deadlines {
    pub(super) fn push(&mut self, at: Millis, entity: EntityId, flight: FlightId) {
        let index = entity.0 as usize;
        if index >= self.newest.len() {
            let none = Newest {
                at,
                flight,
                queued: None,
            };
            self.newest.resize(index + 1, none);
        }
        let newest = &mut self.newest[index];
        (newest.at, newest.flight) = (at, flight);
        if newest.queued.is_none_or(|queued| at < queued) {
            newest.queued = Some(at);
            self.queue.push(Reverse((at, entity.0)));
        }
    }

    /// When the entity's newest deadline is, whether it still counts or not.
    pub(super) fn at(&self, entity: EntityId) -> Option<Millis> {
        self.newest.get(entity.0 as usize).map(|newest| newest.at)
    }

    /// When to look next. Drops what comes before and is of entities that wait for nothing, which `waits` tells: nobody
    /// should wake up for them.
    pub(super) fn next(&mut self, waits: impl Fn(EntityId) -> bool) -> Option<Millis> {
        loop {
            let Reverse((at, entity)) = *self.queue.peek()?;
            if waits(EntityId(entity)) {
                return Some(at);
            }
            self.queue.pop();
            self.newest.get_mut(entity as usize)?.queued = None;
        }
    }

    pub(super) fn pop(&mut self, now: Millis) -> Option<(EntityId, FlightId)> {
        while self.queue.peek()?.0 .0 <= now {
            let Reverse((at, entity)) = self.queue.pop()?;
            let newest = self.newest.get_mut(entity as usize)?;
            if newest.queued != Some(at) {
                // An earlier time was queued later, and has been looked at.
                continue;
            }
            newest.queued = None;
            if newest.at <= at {
                return Some((EntityId(entity), newest.flight));
            }
            newest.queued = Some(newest.at);
            self.queue.push(Reverse((newest.at, entity)));
        }
        None
    }

    pub(super) fn clock_set_back(&mut self, from: Millis, to: Millis) {
        let moved = |at: Millis| to + (at - from);
        let mut queue = core::mem::take(&mut self.queue).into_vec();
        for Reverse((at, _)) in &mut queue {
            *at = moved(*at);
        }
        self.queue = queue.into();
        for newest in &mut self.newest {
            newest.at = moved(newest.at);
            newest.queued = newest.queued.map(moved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: EntityId = EntityId(0);
    const B: EntityId = EntityId(5);

    fn all_until(deadlines: &mut Deadlines, now: u64) -> Vec<(u32, u32)> {
        core::iter::from_fn(|| deadlines.pop(Millis(now)))
            .map(|(entity, flight)| (entity.0, flight.0))
            .collect()
    }

    #[test]
    fn the_earliest_comes_first_and_none_before_its_time() {
        let mut deadlines = Deadlines::default();
        deadlines.push(Millis(20), A, FlightId(1));
        deadlines.push(Millis(10), B, FlightId(2));
        assert_eq!(deadlines.next(|_| true), Some(Millis(10)));
        assert_eq!(all_until(&mut deadlines, 9), []);
        assert_eq!(all_until(&mut deadlines, 30), [(5, 2), (0, 1)]);
        assert_eq!(deadlines.next(|_| true), None);
    }

    #[test]
    fn nobody_wakes_up_for_what_is_no_longer_waited_for() {
        let mut deadlines = Deadlines::default();
        deadlines.push(Millis(10), A, FlightId(1));
        deadlines.push(Millis(20), B, FlightId(2));
        assert_eq!(deadlines.next(|entity| entity == B), Some(Millis(20)));
        deadlines.push(Millis(30), A, FlightId(3));
        assert_eq!(deadlines.next(|entity| entity == A), Some(Millis(30)));
        assert_eq!(all_until(&mut deadlines, 30), [(0, 3)]);
        deadlines.push(Millis(40), B, FlightId(4));
        assert_eq!(deadlines.next(|_| false), None);
        assert_eq!(deadlines.queue.len(), 0);
    }

    #[test]
    fn a_later_deadline_takes_the_place_of_the_earlier_one() {
        let mut deadlines = Deadlines::default();
        deadlines.push(Millis(10), A, FlightId(1));
        deadlines.push(Millis(20), A, FlightId(2));
        assert_eq!(all_until(&mut deadlines, 19), []);
        assert_eq!(all_until(&mut deadlines, 20), [(0, 2)]);
        assert_eq!(all_until(&mut deadlines, 99), []);
    }

    #[test]
    fn an_earlier_deadline_takes_the_place_of_the_later_one() {
        let mut deadlines = Deadlines::default();
        deadlines.push(Millis(30), A, FlightId(1));
        deadlines.push(Millis(10), A, FlightId(2));
        assert_eq!(all_until(&mut deadlines, 10), [(0, 2)]);
        deadlines.push(Millis(40), A, FlightId(3));
        assert_eq!(all_until(&mut deadlines, 39), []);
        assert_eq!(all_until(&mut deadlines, 40), [(0, 3)]);
        assert_eq!(all_until(&mut deadlines, 99), []);
    }

    #[test]
    fn a_clock_set_back_moves_them_all() {
        let mut deadlines = Deadlines::default();
        deadlines.push(Millis(1010), A, FlightId(1));
        deadlines.push(Millis(1030), A, FlightId(2));
        deadlines.push(Millis(1020), B, FlightId(3));
        deadlines.clock_set_back(Millis(1000), Millis(0));
        assert_eq!(all_until(&mut deadlines, 29), [(5, 3)]);
        assert_eq!(all_until(&mut deadlines, 30), [(0, 2)]);
    }

    #[test]
    fn there_are_no_more_than_entities_however_often_they_fetch() {
        let mut deadlines = Deadlines::default();
        for round in 0..1000 {
            for entity in 0..10 {
                deadlines.push(Millis(30_000 + round), EntityId(entity), FlightId(1));
            }
        }
        assert_eq!((deadlines.queue.len(), deadlines.newest.len()), (10, 10));
        assert_eq!(all_until(&mut deadlines, 30_998), []);
        assert_eq!(all_until(&mut deadlines, 30_999).len(), 10);
    }
}
