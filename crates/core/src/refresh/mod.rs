//! The refresh engine: when a model or collection fetches.
//!
//! Binds contract 4, *one in flight, one owed*: each entity has at most one refresh under way and at
//! most one owed. The first change fetches at once; changes during it make exactly one more when it
//! settles. The last fetch always *starts* after the last change was seen, so the last answer is the
//! newest. Per entity a burst costs at most 1 + ceil(burst / fetch time) requests.
//!
//! Requests that the app starts itself count: a refresh waits for them, runs only if what they read started before the
//! change was seen, and follows if an older answer lands on a newer one.

mod deadlines;
mod entity;

use alloc::vec::Vec;

use slab::Slab;

use crate::backoff::Backoff;
use crate::random::Random;
use crate::revision::Revision;
use crate::time::Millis;
use deadlines::Deadlines;
use entity::Entity;
pub use entity::Kind;

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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fetch: Millis::from_secs(30),
            retries: 5,
            backoff: Backoff {
                base: Millis::from_secs(1),
                cap: Millis::from_secs(30),
            },
        }
    }
}

/// What a fetch is waiting for, or what it is that happens next to an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Fetch the entity.
    Fetch(EntityId, FlightId),
    /// This fetch took too long: stop waiting for it.
    Expired(EntityId, FlightId),
}

/// How an entity stands, for people who look inside: nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Debt {
    /// A refresh is under way.
    pub fetching: bool,
    /// A request of the app's own is under way.
    pub requested: bool,
    /// A fetch follows what is under way, or whatever else it waits for.
    pub owes: bool,
    /// It waits for the user's work to be saved or given up.
    pub held: bool,
    /// It was tried in vain: it waits for the next change or seam.
    pub given_up: bool,
    /// When what failed is tried again.
    pub retry_at: Option<Millis>,
}

/// All models and collections an App has met.
#[derive(Debug)]
pub struct Entities {
    entities: Slab<Entity>,
    limits: Limits,
    deadlines: Deadlines,
    /// Those of the requests that the app starts: one for each entity, the earliest.
    foreign_deadlines: Deadlines,
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

    /// Frees the number of an entity that is gone. Unknown numbers are ignored.
    pub fn forget(&mut self, id: EntityId) {
        self.entities.try_remove(id.0 as usize);
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

    /// Asks that the entity show the change `revision`. The flight to start now, if any: none when
    /// it was asked for that already, or owes the fetch.
    pub fn request(&mut self, id: EntityId, revision: Revision, now: Millis) -> Option<FlightId> {
        let last = self.last_flight;
        let entity = self.entities.get_mut(id.0 as usize)?;
        if entity.asked >= revision {
            return None;
        }
        self.newest = self.newest.max(revision);
        entity.ask(revision, last);
        self.take_off_if_ready(id, now)
    }

    /// The newest change that was seen before what the entity shows was read. `None` if it was never seen to be read.
    #[must_use]
    pub fn read_as_of(&self, id: EntityId) -> Option<Revision> {
        self.entities.get(id.0 as usize)?.read_as_of()
    }

    /// The newest change that the entity shows, or will show once the requests under way are answered: because it was
    /// read since, or by [`Entities::assume`].
    #[must_use]
    pub fn as_of(&self, id: EntityId) -> Option<Revision> {
        self.entities.get(id.0 as usize)?.as_of()
    }

    /// The entity counts as showing what was changed up to `as_of`, for [`Entities::as_of`].
    pub fn assume(&mut self, id: EntityId, as_of: Revision) {
        if let Some(entity) = self.entities.get_mut(id.0 as usize) {
            entity.assume(as_of);
        }
    }

    /// Whether a fetch of the entity is owed: after the one under way, or whatever else it waits for.
    #[must_use]
    pub fn owes(&self, id: EntityId) -> bool {
        self.entities.get(id.0 as usize).is_some_and(Entity::owes)
    }

    /// Whether nothing of the entity is under way or owed.
    #[must_use]
    pub fn is_idle(&self, id: EntityId) -> bool {
        self.entities
            .get(id.0 as usize)
            .is_some_and(Entity::is_idle)
    }

    /// Takes note that a fetch ended. The flight to start now, if the entity owes one.
    ///
    /// Also ends what [`Entities::depart`] started, and a fetch that is overdue: its answer was applied all the same.
    pub fn settled(
        &mut self,
        id: EntityId,
        flight: FlightId,
        outcome: Outcome,
        now: Millis,
    ) -> Option<FlightId> {
        let (limits, last) = (self.limits, self.last_flight);
        let entity = self.entities.get_mut(id.0 as usize)?;
        if entity.flight != Some(flight) {
            entity.arrive(flight, outcome == Outcome::Done, last);
            return self.take_off_if_ready(id, now);
        }
        entity.flight = None;
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
        self.take_off_if_ready(id, now)
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
        Some(flight)
    }

    /// The entity shows an answer to a request that started before it was known: it counts as older than every other.
    pub fn stranger_landed(&mut self, id: EntityId, now: Millis) -> Option<FlightId> {
        let last = self.last_flight;
        self.entities
            .get_mut(id.0 as usize)?
            .land(FlightId(0), Kind::Whole, None, last);
        self.take_off_if_ready(id, now)
    }

    /// The fetch was not made, since it would overwrite the user's work. The entity owes it until [`Entities::release`].
    pub fn hold(&mut self, id: EntityId, flight: FlightId) {
        let entity = self.entities.get_mut(id.0 as usize);
        if let Some(entity) = entity.filter(|entity| entity.flight == Some(flight)) {
            entity.flight = None;
            entity.held = true;
        }
    }

    /// The user's work is saved or given up. The flight to start now, if the entity owes one.
    pub fn release(&mut self, id: EntityId, now: Millis) -> Option<FlightId> {
        self.entities.get_mut(id.0 as usize)?.held = false;
        self.take_off_if_ready(id, now)
    }

    /// Fetches what failed for good or waits for a retry: something happened (the network is back,
    /// the tab is visible) that makes success likely.
    pub fn retry_all(&mut self, now: Millis) -> Vec<(EntityId, FlightId)> {
        let waiting = |(index, entity): (usize, &mut Entity)| {
            let waits = entity.may_retry();
            if waits {
                entity.given_up = false;
                entity.retrying = None;
            }
            waits.then_some(EntityId(index as u32))
        };
        let waiting: Vec<EntityId> = self.entities.iter_mut().filter_map(waiting).collect();
        waiting
            .into_iter()
            .filter_map(|id| Some((id, self.take_off_if_ready(id, now)?)))
            .collect()
    }

    /// What is under way for this entity, and what it owes. An unknown one has nothing and owes nothing.
    #[must_use]
    pub fn debt(&self, id: EntityId) -> Debt {
        let Some(entity) = self.entities.get(id.0 as usize) else {
            return Debt::default();
        };
        Debt {
            fetching: entity.flight.is_some(),
            requested: entity.next_due().is_some(),
            owes: entity.owes(),
            held: entity.held,
            given_up: entity.given_up,
            retry_at: entity.retrying.and_then(|_| self.deadlines.at(id)),
        }
    }

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

    /// Takes what is due at `now`, earliest first.
    pub fn pop(&mut self, now: Millis) -> Option<Due> {
        while let Some((id, flight)) = self.deadlines.pop(now) {
            let Some(entity) = self.entities.get_mut(id.0 as usize) else {
                continue;
            };
            if entity.flight == Some(flight) {
                entity.abandon(flight);
                return Some(Due::Expired(id, flight));
            }
            if entity.retrying == Some(flight) {
                entity.retrying = None;
                if let Some(flight) = self.take_off_if_ready(id, now) {
                    return Some(Due::Fetch(id, flight));
                }
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
            if let Some(flight) = self.take_off_if_ready(id, now) {
                return Some(Due::Fetch(id, flight));
            }
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

    fn take_off_if_ready(&mut self, id: EntityId, now: Millis) -> Option<FlightId> {
        let entity = self.entities.get_mut(id.0 as usize)?;
        if !entity.is_ready() {
            return None;
        }
        // 2³² fetches of one page would take a thousand a second for seven weeks.
        self.last_flight = self.last_flight.checked_add(1).unwrap_or(1);
        let flight = FlightId(self.last_flight);
        entity.flight = Some(flight);
        entity.flight_as_of = self.newest;
        self.deadlines.push(now + self.limits.fetch, id, flight);
        Some(flight)
    }
}
