//! The refresh engine: when a model or collection fetches.
//!
//! Binds contract 4, *one in flight, one owed*: each entity has at most one refresh under way and at
//! most one owed. The first change fetches at once; changes during it make exactly one more when it
//! settles. The last fetch always *starts* after the last change was seen, so the last answer is the
//! newest. Per entity a burst costs at most 1 + ceil(burst / fetch time) requests.

mod deadlines;

use slab::Slab;

use crate::backoff::Backoff;
use crate::random::Random;
use crate::revision::Revision;
use crate::time::Millis;
use deadlines::Deadlines;

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

/// What is known of one model or collection.
#[derive(Debug, Default)]
struct Entity {
    /// The newest change it was asked to show.
    asked: Revision,
    /// The fetch under way.
    flight: Option<FlightId>,
    /// A fetch must follow the one under way, or the wait for a retry.
    owes: bool,
    /// The wait for a retry, as the number of the flight that failed.
    retrying: Option<FlightId>,
    /// Fetches that failed in a row.
    failures: u32,
}

/// All models and collections an App has met.
#[derive(Debug)]
pub struct Entities {
    entities: Slab<Entity>,
    limits: Limits,
    deadlines: Deadlines,
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

    /// Asks that the entity show the change `revision`. The flight to start now, if any: none when
    /// it was asked for that already, or owes the fetch.
    pub fn request(&mut self, id: EntityId, revision: Revision, now: Millis) -> Option<FlightId> {
        let entity = self.entities.get_mut(id.0 as usize)?;
        if entity.asked >= revision {
            return None;
        }
        entity.asked = revision;
        if entity.flight.is_some() || entity.retrying.is_some() {
            entity.owes = true;
            return None;
        }
        self.take_off(id, now)
    }

    /// Whether a fetch of the entity is owed: after the one under way, or after the wait for a retry.
    #[must_use]
    pub fn owes(&self, id: EntityId) -> bool {
        self.entities
            .get(id.0 as usize)
            .is_some_and(|entity| entity.owes)
    }

    /// Takes note that a fetch ended. The flight to start now, if the entity owed one.
    pub fn settled(
        &mut self,
        id: EntityId,
        flight: FlightId,
        outcome: Outcome,
        now: Millis,
    ) -> Option<FlightId> {
        let limits = self.limits;
        let entity = self.entities.get_mut(id.0 as usize)?;
        if entity.flight != Some(flight) {
            return None;
        }
        entity.flight = None;
        if outcome == Outcome::Done {
            entity.failures = 0;
        } else if outcome.is_worth_a_retry() {
            entity.failures += 1;
            // What it showed before the failure is out of date: it owes a fetch in any case.
            entity.owes = true;
            if entity.failures <= limits.retries {
                entity.retrying = Some(flight);
                let wait = limits.backoff.delay(entity.failures, &mut self.random);
                self.deadlines.push(now + wait, id, flight);
                return None;
            }
            // Given up until the next change or seam.
            entity.failures = 0;
            return None;
        }
        if entity.owes {
            return self.take_off(id, now);
        }
        None
    }

    /// Fetches what failed for good or waits for a retry: something happened (the network is back,
    /// the tab is visible) that makes success likely.
    pub fn retry_all(&mut self, now: Millis) -> Vec<(EntityId, FlightId)> {
        let waiting: Vec<EntityId> = self
            .entities
            .iter()
            .filter(|(_, entity)| entity.owes && entity.flight.is_none())
            .map(|(index, _)| EntityId(index as u32))
            .collect();
        waiting
            .into_iter()
            .filter_map(|id| Some((id, self.take_off(id, now)?)))
            .collect()
    }

    /// When something is due next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        self.deadlines.next()
    }

    /// Takes what is due at `now`, earliest first.
    pub fn pop(&mut self, now: Millis) -> Option<Due> {
        while let Some((id, flight)) = self.deadlines.pop(now) {
            let Some(entity) = self.entities.get_mut(id.0 as usize) else {
                continue;
            };
            if entity.flight == Some(flight) {
                return Some(Due::Expired(id, flight));
            }
            if entity.retrying == Some(flight) {
                return self.take_off(id, now).map(|flight| Due::Fetch(id, flight));
            }
        }
        None
    }

    /// Moves what is waited for by the distance of a clock that was set back.
    pub fn clock_set_back(&mut self, from: Millis, to: Millis) {
        self.deadlines.clock_set_back(from, to);
    }

    fn take_off(&mut self, id: EntityId, now: Millis) -> Option<FlightId> {
        let entity = self.entities.get_mut(id.0 as usize)?;
        self.last_flight = self.last_flight.checked_add(1).unwrap_or(1);
        let flight = FlightId(self.last_flight);
        entity.flight = Some(flight);
        entity.owes = false;
        entity.retrying = None;
        self.deadlines.push(now + self.limits.fetch, id, flight);
        Some(flight)
    }
}
