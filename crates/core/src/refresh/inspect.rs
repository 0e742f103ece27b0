//! How an entity stands, for an inspector.

use super::{Entities, EntityId};
use crate::time::Millis;

/// How an entity stands, for people who look inside: nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntityStatus {
    /// A refresh is under way.
    pub fetching: bool,
    /// A request of the app's own is under way.
    pub requested: bool,
    /// A fetch follows what is under way, or whatever else it waits for.
    pub pending: bool,
    /// That fetch waits for nothing but a free slot.
    pub queued: bool,
    /// It waits for the user's work to be saved or given up.
    pub held: bool,
    /// Every try failed: it waits for the next change or sync point.
    pub given_up: bool,
    /// When what failed is tried again.
    pub retry_at: Option<Millis>,
}

impl Entities {
    /// What is under way for this entity, and what is pending. For an unknown one it is nothing.
    #[must_use]
    pub fn status(&self, id: EntityId) -> EntityStatus {
        let Some(entity) = self.entities.get(id.0 as usize) else {
            return EntityStatus::default();
        };
        EntityStatus {
            fetching: entity.flight.is_some(),
            requested: entity.next_due().is_some(),
            pending: entity.is_pending(),
            queued: self.ready.contains(id),
            held: entity.held,
            given_up: entity.given_up,
            retry_at: entity.retrying.and_then(|_| self.deadlines.at(id)),
        }
    }
}
