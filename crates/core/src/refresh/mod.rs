//! The refresh engine: when a model or collection fetches.
//!
//! Binds contract 4, *one in flight, one pending*: each entity has at most one refresh under way and at
//! most one pending. The first change makes it ready to fetch; changes during the fetch make exactly one more when it
//! settles. The last fetch always *starts* after the last change was seen, so the last answer is the
//! newest. Per entity a burst costs at most 1 + ceil(burst / fetch time) requests.
//!
//! No method but [`Entities::start_next`] starts a fetch: the others only make entities ready. So many start as there are
//! slots ([`Limits::concurrency`]); the other entities wait, those in view first, and then show all that was seen until they start.
//!
//! Requests that the app starts itself count: a refresh waits for them, runs only if what they read started before the
//! change was seen, and follows if an older answer lands on a newer one.

mod deadlines;
mod entity;
mod inspect;
mod ready;

use alloc::vec::Vec;

use slab::Slab;

use crate::backoff::Backoff;
use crate::random::Random;
use crate::revision::Revision;
use crate::time::Millis;
use deadlines::Deadlines;
use entity::Entity;
pub use entity::Kind;
pub use inspect::EntityStatus;
use ready::Ready;

/// Names a model or a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityId(pub u32);

/// Names one fetch of one entity; an answer to another is late and changes nothing. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlightId(pub u32);

/// How a fetch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The entity shows the answer.
    Done,
    /// The fetch failed with this HTTP status, or with none when the network failed.
    Failed(Option<u16>),
    /// The fetch cannot work as it is (no `url`, an answer that fails validation): trying again is
    /// no use.
    Impossible,
}

impl Outcome {
    /// A client error stays one, except where the status says "not now" (RFC 9110 §15.5, RFC 8470,
    /// RFC 6585).
    const fn is_worth_a_retry(self) -> bool {
        match self {
            Self::Done | Self::Impossible => false,
            Self::Failed(Some(status)) => {
                !matches!(status, 400..=499) || matches!(status, 408 | 425 | 429)
            }
            Self::Failed(None) => true,
        }
    }
}

/// The engine's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A fetch that has not settled after this long counts as failed.
    pub fetch: Millis,
    /// How often a failed fetch is repeated.
    pub retries: u32,
    /// The wait before each repetition.
    pub backoff: Backoff,
    /// How many refreshes are under way at once, of all entities together; 0 counts as 1. The app's own requests count for
    /// nothing here.
    pub concurrency: u32,
}

/// What browsers open to one host over HTTP/1.1: a request beyond that waits anyway, where nobody can let another pass.
pub const DEFAULT_CONCURRENCY: u32 = 6;

impl Default for Limits {
    fn default() -> Self {
        Self {
            fetch: Millis::from_secs(30),
            retries: 5,
            backoff: Backoff {
                base: Millis::from_secs(1),
                cap: Millis::from_secs(30),
            },
            concurrency: DEFAULT_CONCURRENCY,
        }
    }
}

/// All models and collections an App has met.
#[derive(Debug)]
pub struct Entities {
    entities: Slab<Entity>,
    limits: Limits,
    deadlines: Deadlines,
    /// Those of the requests that the app starts: one for each entity, the earliest.
    foreign_deadlines: Deadlines,
    /// Those that wait for a slot: every one that is ready, and no other.
    ready: Ready,
    /// Refreshes under way: slots that are taken.
    in_flight: u32,
    /// The newest change seen: a fetch that starts now shows it, whatever it was asked for.
    newest: Revision,
    last_flight: u32,
    random: Random,
}

impl Entities {
    /// No entities yet. `seed` feeds the retries' jitter.
    #[must_use]
    pub fn new(limits: Limits, seed: u64) -> Self {
        Self {
            entities: Slab::new(),
            limits,
            deadlines: Deadlines::default(),
            foreign_deadlines: Deadlines::default(),
            ready: Ready::default(),
            in_flight: 0,
            newest: Revision::default(),
            last_flight: 0,
            random: Random::new(seed),
        }
    }

    /// A number for an entity not met before.
    pub fn add(&mut self) -> EntityId {
        // More than 2³² entities don't fit into wasm's memory.
        EntityId(self.entities.insert(Entity::default()) as u32)
    }

    /// Frees the number of an entity that is gone, and its slot. Unknown numbers are ignored.
    pub fn forget(&mut self, id: EntityId) {
        self.ready.remove(id);
        let gone = self.entities.try_remove(id.0 as usize);
        if gone.is_some_and(|entity| entity.has_slot) {
            self.in_flight -= 1;
        }
    }

    /// How many entities are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether no entity is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// Takes note that a change was seen, whoever it concerns.
    pub fn saw(&mut self, revision: Revision) {
        self.newest = self.newest.max(revision);
    }

    /// Asks that the entity show the change `revision`. Whether that made it ready to fetch: not when it was asked for that
    /// already, waits for a slot, or has the fetch pending.
    pub fn request(&mut self, id: EntityId, revision: Revision) -> bool {
        let last = self.last_flight;
        let Some(entity) = self.entities.get_mut(id.0 as usize) else {
            return false;
        };
        if entity.asked >= revision {
            return false;
        }
        self.newest = self.newest.max(revision);
        entity.ask(revision, last);
        self.queue_if_ready(id)
    }

    /// The newest change that was seen before what the entity shows was read. `None` if it was never seen to be read.
    #[must_use]
    pub fn read_as_of(&self, id: EntityId) -> Option<Revision> {
        self.entities.get(id.0 as usize)?.read_as_of()
    }

    /// The newest change that needs no further request: what the entity shows was read after it was seen, or the entity was
    /// asked to show it.
    #[must_use]
    pub fn answered(&self, id: EntityId) -> Revision {
        let entity = self.entities.get(id.0 as usize);
        entity.map(Entity::answered).unwrap_or_default()
    }

    /// The newest change that the entity shows, or will show once the requests under way are answered: because it was
    /// read since, or by [`Entities::assume`]. One that waits for a slot will show whatever is seen until then.
    #[must_use]
    pub fn as_of(&self, id: EntityId) -> Option<Revision> {
        if self.ready.contains(id) {
            return Some(self.newest);
        }
        self.entities.get(id.0 as usize)?.as_of()
    }

    /// The entity counts as showing what was changed up to `as_of`, for [`Entities::as_of`].
    pub fn assume(&mut self, id: EntityId, as_of: Revision) {
        if let Some(entity) = self.entities.get_mut(id.0 as usize) {
            entity.assume(as_of);
        }
    }

    /// Whether a fetch of the entity is pending: after the one under way, or whatever else it waits for.
    #[must_use]
    pub fn is_pending(&self, id: EntityId) -> bool {
        self.entities
            .get(id.0 as usize)
            .is_some_and(Entity::is_pending)
    }

    /// The entity's events are followed from now on. It may have started to fetch before.
    pub(crate) fn meet(&mut self, id: EntityId) {
        if let Some(entity) = self.entities.get_mut(id.0 as usize) {
            entity.stranger = true;
        }
    }

    /// Whether an answer whose start was not seen may be of a request that started before the entity was met; yes once.
    pub(crate) fn take_stranger(&mut self, id: EntityId) -> bool {
        let entity = self.entities.get_mut(id.0 as usize);
        entity.is_some_and(|entity| core::mem::take(&mut entity.stranger))
    }

    /// The entity's newest refresh that was not answered: the one under way, or one that took too long.
    pub(crate) fn newest_flight(&self, id: EntityId) -> Option<FlightId> {
        self.entities.get(id.0 as usize)?.newest_flight()
    }

    /// Whether this refresh of the entity is under way and waited for.
    pub(crate) fn is_under_way(&self, id: EntityId, flight: FlightId) -> bool {
        let entity = self.entities.get(id.0 as usize);
        entity.is_some_and(|entity| entity.flight == Some(flight))
    }

    /// Whether nothing of the entity is under way or pending.
    #[must_use]
    pub fn is_idle(&self, id: EntityId) -> bool {
        self.entities
            .get(id.0 as usize)
            .is_some_and(Entity::is_idle)
    }

    /// Takes note that a fetch ended, which frees its slot; the entity is ready again if a fetch is pending.
    ///
    /// Also ends what [`Entities::depart`] started, and a fetch that is overdue: its answer was applied all the same. Returns
    /// whether it is news: an end that is reported again changes nothing.
    pub fn settled(
        &mut self,
        id: EntityId,
        flight: FlightId,
        outcome: Outcome,
        now: Millis,
    ) -> bool {
        let (limits, last) = (self.limits, self.last_flight);
        let Some(entity) = self.entities.get_mut(id.0 as usize) else {
            return false;
        };
        if entity.flight != Some(flight) {
            let is_news = entity.arrive(flight, outcome == Outcome::Done, last);
            self.queue_if_ready(id);
            return is_news;
        }
        entity.flight = None;
        self.in_flight -= u32::from(core::mem::take(&mut entity.has_slot));
        if outcome == Outcome::Done {
            entity.failures = 0;
            entity.land(flight, Kind::Whole, Some(entity.flight_as_of), last);
        } else if !outcome.is_worth_a_retry() {
            entity.refuse(flight);
        } else if entity.is_stale() {
            entity.failures += 1;
            if entity.failures <= limits.retries {
                entity.retrying = Some(flight);
                let wait = limits.backoff.delay(entity.failures, &mut self.random);
                self.deadlines.push(now + wait, id, flight);
            } else {
                entity.failures = 0;
                entity.given_up = true;
            }
        }
        self.queue_if_ready(id);
        true
    }

    /// The app starts a request of its own, to be ended by [`Entities::settled`].
    pub fn depart(&mut self, id: EntityId, kind: Kind, now: Millis) -> Option<FlightId> {
        let flight = FlightId(self.last_flight.checked_add(1).unwrap_or(1));
        let due = now + self.limits.fetch;
        let entity = self.entities.get_mut(id.0 as usize)?;
        if entity.next_due().is_none() {
            self.foreign_deadlines.push(due, id, flight);
        }
        entity.depart(flight, kind, self.newest, Some(due));
        self.last_flight = flight.0;
        // A refresh that waits for a slot waits for this now, and may need no fetch after it.
        self.queue_if_ready(id);
        Some(flight)
    }

    /// The entity shows an answer to a request that started before it was known: it counts as older than every other.
    pub fn stranger_landed(&mut self, id: EntityId) {
        let last = self.last_flight;
        if let Some(entity) = self.entities.get_mut(id.0 as usize) {
            entity.land(FlightId(0), Kind::Whole, None, last);
            self.queue_if_ready(id);
        }
    }

    /// The fetch was not made, since it would overwrite the user's work: its slot is free. It is pending until
    /// [`Entities::release`].
    pub fn hold(&mut self, id: EntityId, flight: FlightId) {
        let entity = self.entities.get_mut(id.0 as usize);
        if let Some(entity) = entity.filter(|entity| entity.flight == Some(flight)) {
            entity.flight = None;
            entity.held = true;
            self.in_flight -= u32::from(core::mem::take(&mut entity.has_slot));
        }
    }

    /// The end of a fetch may never be seen, since its `fetch` returned no promise: its slot is free, so that fetches of this
    /// kind don't keep all others waiting until their time limits. It is waited for as any other.
    pub fn free_slot(&mut self, id: EntityId, flight: FlightId) {
        let entity = self.entities.get_mut(id.0 as usize);
        if let Some(entity) = entity.filter(|entity| entity.flight == Some(flight)) {
            self.in_flight -= u32::from(core::mem::take(&mut entity.has_slot));
        }
    }

    /// The user's work is saved or given up: the entity is ready if a fetch is pending.
    pub fn release(&mut self, id: EntityId) {
        if let Some(entity) = self.entities.get_mut(id.0 as usize) {
            entity.held = false;
            self.queue_if_ready(id);
        }
    }

    /// Makes ready what failed for good or waits for a retry: something happened (the network is back,
    /// the tab is visible) that makes success likely.
    pub fn retry_all(&mut self) {
        let waiting = |(index, entity): (usize, &mut Entity)| {
            let waits = entity.may_retry();
            if waits {
                entity.given_up = false;
                entity.retrying = None;
            }
            waits.then_some(EntityId(index as u32))
        };
        let waiting: Vec<EntityId> = self.entities.iter_mut().filter_map(waiting).collect();
        for id in waiting {
            self.queue_if_ready(id);
        }
    }

    // Slots
    // -----

    /// Starts the fetch that is next, if there is one and a slot is free: it gets its number, its time limit, and shows all
    /// that was seen until now.
    pub fn start_next(&mut self, now: Millis) -> Option<(EntityId, FlightId)> {
        if self.free_slots() == 0 {
            return None;
        }
        let id = self.ready.pop()?;
        let entity = self.entities.get_mut(id.0 as usize)?;
        // 2³² fetches of one page would take a thousand a second for seven weeks.
        self.last_flight = self.last_flight.checked_add(1).unwrap_or(1);
        let flight = FlightId(self.last_flight);
        entity.flight = Some(flight);
        entity.flight_as_of = self.newest;
        entity.has_slot = true;
        self.in_flight += 1;
        self.deadlines.push(now + self.limits.fetch, id, flight);
        Some((id, flight))
    }

    /// The entities to be located ([`Entities::in_view`]) before the next fetch starts, each once while it waits: none
    /// as long as all that are ready can start, since then their order matters to nobody.
    #[must_use]
    pub fn take_unlocated(&mut self) -> Vec<EntityId> {
        let free = self.free_slots();
        if free == 0 || self.ready.len() <= free {
            return Vec::new();
        }
        self.ready.take_unlocated()
    }

    /// An entity that waits for a slot is in view, or is not: the newest answer counts, until its fetch starts.
    pub fn in_view(&mut self, id: EntityId, in_view: bool) {
        self.ready.locate(id, in_view);
    }

    /// Another page is displayed: what waits is to be located anew.
    pub fn forget_locations(&mut self) {
        self.ready.forget_locations();
    }

    fn free_slots(&self) -> usize {
        self.limits
            .concurrency
            .max(1)
            .saturating_sub(self.in_flight) as usize
    }

    /// Queues the entity if it is ready, or takes it out of the queue if it is not any more. Whether it was queued.
    fn queue_if_ready(&mut self, id: EntityId) -> bool {
        let entity = self.entities.get(id.0 as usize);
        if entity.is_some_and(Entity::is_ready) {
            return self.ready.push(id);
        }
        self.ready.remove(id);
        false
    }

    // Time
    // ----

    /// When something may be due next: `None` if nothing is under way and no retry is waited for.
    #[must_use]
    pub fn next_timeout(&mut self) -> Option<Millis> {
        let waits = |id: EntityId| {
            self.entities
                .get(id.0 as usize)
                .is_some_and(Entity::is_waited_for)
        };
        let queues = [&mut self.deadlines, &mut self.foreign_deadlines];
        queues
            .into_iter()
            .filter_map(|queue| queue.next(waits))
            .min()
    }

    /// Takes what is due at `now`: the next fetch that took too long, to be ended by [`Entities::settled`]. What waited for
    /// its retry, or for a request of the app's that took too long, is ready from now on.
    pub fn pop(&mut self, now: Millis) -> Option<(EntityId, FlightId)> {
        while let Some((id, flight)) = self.deadlines.pop(now) {
            let Some(entity) = self.entities.get_mut(id.0 as usize) else {
                continue;
            };
            if entity.flight == Some(flight) {
                entity.abandon(flight);
                return Some((id, flight));
            }
            if entity.retrying == Some(flight) {
                entity.retrying = None;
                self.queue_if_ready(id);
            }
        }
        while let Some((id, flight)) = self.foreign_deadlines.pop(now) {
            let Some(entity) = self.entities.get_mut(id.0 as usize) else {
                continue;
            };
            entity.expire(now);
            if let Some(due) = entity.next_due() {
                self.foreign_deadlines.push(due, id, flight);
            }
            self.queue_if_ready(id);
        }
        None
    }

    /// Moves what is waited for by the distance of a clock that was set back.
    pub fn clock_set_back(&mut self, from: Millis, to: Millis) {
        self.deadlines.clock_set_back(from, to);
        self.foreign_deadlines.clock_set_back(from, to);
        for (_, entity) in &mut self.entities {
            entity.clock_set_back(from, to);
        }
    }
}
