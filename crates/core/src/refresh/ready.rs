//! The entities that are ready to fetch and wait for a free slot: those in view first, then by when they became ready.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::EntityId;

/// Places beyond four for each entity that waits are too many: it has at most two, so that as many again have changed since
/// the queue was tidied last.
const SPARE: usize = 32;

/// Where an entity waits: the least is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Also of what was not located.
    out_of_view: bool,
    /// Grows with each entity that becomes ready.
    order: u64,
    entity: u32,
}

impl Place {
    fn elsewhere(self) -> Self {
        Self {
            out_of_view: !self.out_of_view,
            ..self
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    place: Place,
    /// The shell was asked whether it is in view, or said so by itself.
    located: bool,
    /// The queue has its other place, too: it was in view before, or was not.
    has_both: bool,
}

impl Waiting {
    fn holds(self, place: Place) -> bool {
        self.place == place || (self.has_both && self.place == place.elsewhere())
    }
}

/// The queue. An entity has one place in it, or none; every change of it costs O(log n), whatever the order.
#[derive(Debug, Default)]
pub(super) struct Ready {
    /// The places, and some that nobody has any more: they are skipped when their turn comes.
    queue: BinaryHeap<Reverse<Place>>,
    /// By entity: who waits.
    waiting: Vec<Option<Waiting>>,
    /// The places of those to be located, and of some that need not be any more.
    unlocated: Vec<Place>,
    len: usize,
    last: u64,
}

impl Ready {
    /// How many entities wait.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Whether the entity waits.
    pub(super) fn contains(&self, id: EntityId) -> bool {
        self.get(id).is_some()
    }

    fn get(&self, id: EntityId) -> Option<Waiting> {
        *self.waiting.get(id.0 as usize)?
    }

    /// Who waits at this place, or did before it was located.
    fn get_mut(&mut self, place: Place) -> Option<&mut Waiting> {
        let waiting = self.waiting.get_mut(place.entity as usize)?.as_mut();
        waiting.filter(|waiting| waiting.place.order == place.order)
    }

    /// Queues the entity, if it does not wait yet. Whether it does only since now.
    pub(super) fn push(&mut self, id: EntityId) -> bool {
        if self.contains(id) {
            return false;
        }
        let index = id.0 as usize;
        if index >= self.waiting.len() {
            self.waiting.resize(index + 1, None);
        }
        self.last += 1;
        let place = Place {
            out_of_view: true,
            order: self.last,
            entity: id.0,
        };
        self.waiting[index] = Some(Waiting {
            place,
            located: false,
            has_both: false,
        });
        self.len += 1;
        self.unlocated.push(place);
        self.queue.push(Reverse(place));
        self.tidy();
        true
    }

    /// Takes the entity out, if it waits.
    pub(super) fn remove(&mut self, id: EntityId) {
        if let Some(waiting) = self.waiting.get_mut(id.0 as usize) {
            self.len -= usize::from(waiting.take().is_some());
        }
        self.tidy();
    }

    /// Takes out the entity that is next.
    pub(super) fn pop(&mut self) -> Option<EntityId> {
        while let Some(Reverse(place)) = self.queue.pop() {
            let id = EntityId(place.entity);
            let Some(waiting) = self.get_mut(place) else {
                continue;
            };
            if waiting.place == place {
                self.remove(id);
                return Some(id);
            }
            waiting.has_both = false;
        }
        None
    }

    /// The entities of which nobody has said yet whether they are in view. Each is returned once while it waits.
    pub(super) fn take_unlocated(&mut self) -> Vec<EntityId> {
        let mut unlocated = core::mem::take(&mut self.unlocated);
        unlocated.retain(|place| {
            let waiting = self.get_mut(*place);
            waiting.is_some_and(|waiting| !core::mem::replace(&mut waiting.located, true))
        });
        unlocated
            .iter()
            .map(|place| EntityId(place.entity))
            .collect()
    }

    /// The entity is in view, or is not. Nothing happens if it does not wait.
    pub(super) fn locate(&mut self, id: EntityId, in_view: bool) {
        let waiting = self.waiting.get_mut(id.0 as usize);
        let Some(waiting) = waiting.and_then(Option::as_mut) else {
            return;
        };
        waiting.located = true;
        if waiting.place.out_of_view == in_view {
            waiting.place = waiting.place.elsewhere();
            if !core::mem::replace(&mut waiting.has_both, true) {
                self.queue.push(Reverse(waiting.place));
                self.tidy();
            }
        }
    }

    /// Another page is displayed: what was said of the entities' places counts no longer.
    pub(super) fn forget_locations(&mut self) {
        self.queue.clear();
        self.unlocated.clear();
        for waiting in self.waiting.iter_mut().flatten() {
            waiting.place.out_of_view = true;
            (waiting.located, waiting.has_both) = (false, false);
            self.queue.push(Reverse(waiting.place));
            self.unlocated.push(waiting.place);
        }
    }

    /// Keeps what is out of date within bounds. Its cost is shared by the changes that made it out of date.
    fn tidy(&mut self) {
        let most = 4 * self.len + SPARE;
        let waiting = &self.waiting;
        let at = |place: &Place| waiting.get(place.entity as usize).copied().flatten();
        if self.queue.len() > most {
            self.queue
                .retain(|Reverse(place)| at(place).is_some_and(|waiting| waiting.holds(*place)));
        }
        if self.unlocated.len() > most {
            self.unlocated.retain(|place| {
                at(place)
                    .is_some_and(|waiting| waiting.place.order == place.order && !waiting.located)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue_of(ids: impl IntoIterator<Item = u32>) -> Ready {
        let mut ready = Ready::default();
        for id in ids {
            assert!(ready.push(EntityId(id)));
        }
        ready
    }

    fn rest(mut ready: Ready) -> Vec<u32> {
        core::iter::from_fn(|| ready.pop().map(|id| id.0)).collect()
    }

    #[test]
    fn who_became_ready_first_is_first_and_waits_once() {
        let mut ready = queue_of([3, 1, 2]);
        assert!(!ready.push(EntityId(1)));
        assert_eq!(rest(ready), [3, 1, 2]);
    }

    #[test]
    fn who_leaves_and_comes_back_is_last() {
        let mut ready = queue_of([3, 1, 2]);
        ready.remove(EntityId(3));
        ready.remove(EntityId(9));
        ready.push(EntityId(3));
        assert_eq!(ready.len(), 3);
        assert_eq!(rest(ready), [1, 2, 3]);
    }

    #[test]
    fn those_in_view_come_first_and_may_scroll_out_of_it_again() {
        let mut ready = queue_of(0..5);
        for (id, in_view) in [(4, true), (2, true), (1, false), (2, false), (7, true)] {
            ready.locate(EntityId(id), in_view);
        }
        assert_eq!(rest(ready), [4, 0, 1, 2, 3]);
    }

    #[test]
    fn each_is_to_be_located_once_while_it_waits_and_anew_for_another_page() {
        let mut ready = queue_of([0, 1, 2]);
        ready.locate(EntityId(1), true);
        assert_eq!(ready.take_unlocated(), [EntityId(0), EntityId(2)]);
        assert_eq!(ready.take_unlocated(), []);
        ready.forget_locations();
        assert_eq!(ready.take_unlocated().len(), 3);
        assert_eq!(rest(ready), [0, 1, 2], "nobody is in view any more");
    }

    #[test]
    fn what_is_kept_grows_with_those_that_wait_alone() {
        let mut ready = queue_of(0..100);
        for round in 0..10_000 {
            let id = EntityId(round % 200);
            ready.locate(id, round % 3 == 0);
            if round % 2 == 0 {
                ready.remove(id);
            } else {
                ready.push(id);
            }
            let most = 4 * ready.len() + SPARE;
            assert!(ready.queue.len() <= most && ready.unlocated.len() <= most);
        }
    }
}
