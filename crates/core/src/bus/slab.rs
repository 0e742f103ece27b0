//! Values under numbers that stay: the crate `slab`, in the few operations that each `on` and `off` runs. The module is compiled
//! for size, which leaves calls of the crate's functions as calls; these are inlined.

use alloc::vec::Vec;
use core::mem;

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
    places: Vec<Place<T>>,
    free: u32,
    used: u32,
}

impl<T> Slab<T> {
    /// The number that [`insert`](Self::insert) gives next: the one freed last.
    #[inline(always)]
    pub(super) fn next(&self) -> u32 {
        if self.free == NONE {
            // More than 2³² values don't fit into wasm's memory.
            self.places.len() as u32
        } else {
            self.free
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> u32 {
        self.used
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, value: T) {
        self.used += 1;
        match self.places.get_mut(self.free as usize) {
            Some(place) => {
                if let Place::Free(next) = *place {
                    self.free = next;
                }
                *place = Place::Used(value);
            }
            None => self.places.push(Place::Used(value)),
        }
    }

    #[inline(always)]
    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let place = self.places.get_mut(number as usize)?;
        if let Place::Free(_) = place {
            return None;
        }
        self.used -= 1;
        match mem::replace(place, Place::Free(mem::replace(&mut self.free, number))) {
            Place::Used(value) => Some(value),
            Place::Free(_) => None,
        }
    }

    /// Removes all values; their room is kept for others, which are numbered from 0 again.
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.free = NONE;
        self.used = 0;
    }

    #[inline(always)]
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        match self.places.get(number as usize) {
            Some(Place::Used(value)) => Some(value),
            _ => None,
        }
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        match self.places.get_mut(number as usize) {
            Some(Place::Used(value)) => Some(value),
            _ => None,
        }
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab {
            places: Vec::new(),
            free: NONE,
            used: 0,
        }
    }
}
