//! What the engine waits for, ordered by time.

use alloc::collections::BinaryHeap;
use core::cmp::Reverse;

use super::{EntityId, FlightId};
use crate::time::Millis;

/// Deadlines of flights and retries. One that has become needless stays until its time and is then
/// dropped by whoever asks, which is cheaper than searching for it.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BinaryHeap<Reverse<(Millis, u32, u32)>>);

impl Deadlines {
    pub(super) fn push(&mut self, at: Millis, entity: EntityId, flight: FlightId) {
        self.0.push(Reverse((at, entity.0, flight.0)));
    }

    pub(super) fn next(&self) -> Option<Millis> {
        self.0.peek().map(|Reverse((at, ..))| *at)
    }

    pub(super) fn pop(&mut self, now: Millis) -> Option<(EntityId, FlightId)> {
        self.next().filter(|at| *at <= now)?;
        self.0
            .pop()
            .map(|Reverse((_, entity, flight))| (EntityId(entity), FlightId(flight)))
    }

    pub(super) fn clock_set_back(&mut self, from: Millis, to: Millis) {
        let moved = self
            .0
            .drain()
            .map(|Reverse((at, entity, flight))| Reverse((to + (at - from), entity, flight)));
        self.0 = moved.collect();
    }
}
