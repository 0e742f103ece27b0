//! Values under numbers that stay. As the crate `slab`, but the first value needs no allocation: most emitters have one handler
//! or two, and to allocate took longer than all else that a first `on` does.

use core::mem;

use smallvec::SmallVec;

/// In a link between free places: the last.
const NONE: u32 = u32::MAX;

#[derive(Debug)]
enum Place<T> {
    Used(T),
    /// And the place that was freed before it.
    Free(u32),
}

#[derive(Debug)]
pub(super) struct Slab<T> {
    places: SmallVec<[Place<T>; 1]>,
    free: u32,
}

impl<T> Slab<T> {
    /// The number that [`insert`](Self::insert) gives next: the one freed last.
    pub(super) fn next(&self) -> u32 {
        if self.free == NONE {
            // More than 2³² values don't fit into wasm's memory.
            self.places.len() as u32
        } else {
            self.free
        }
    }

    pub(super) fn insert(&mut self, value: T) {
        match self.places.get_mut(self.free as usize) {
            Some(place) => {
                if let Place::Free(next) = mem::replace(place, Place::Used(value)) {
                    self.free = next;
                }
            }
            None => self.places.push(Place::Used(value)),
        }
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let place = self.places.get_mut(number as usize)?;
        if let Place::Free(_) = place {
            return None;
        }
        match mem::replace(place, Place::Free(mem::replace(&mut self.free, number))) {
            Place::Used(value) => Some(value),
            Place::Free(_) => None,
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        match self.places.get(number as usize) {
            Some(Place::Used(value)) => Some(value),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        match self.places.get_mut(number as usize) {
            Some(Place::Used(value)) => Some(value),
            _ => None,
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab {
            places: SmallVec::new(),
            free: NONE,
        }
    }
}
