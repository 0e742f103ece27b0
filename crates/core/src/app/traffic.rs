//! The requests that the app starts itself: what each reads or writes, and which one has ended when an event says that one has.
//!
//! The shell reads facts (a method, options, which options an event brings) and knows requests by number alone.

use alloc::string::String;
use alloc::vec::Vec;

use super::{App, WriteId};
use crate::refresh::{EntityId, FlightId, Kind, Outcome};
use crate::time::Millis;

/// Names a request of the app's own. Numbers are not used again, so an end that is reported twice is known to be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppRequest(pub u32);

/// Requests under way that are remembered. One more makes the oldest count as never ending; the time limit of the
/// refresh engine covers what waits for it.
const MAX_OPEN: usize = 4096;

/// What a read asks for, as far as it tells whether it brings all that a refresh would bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// It leaves members where they are, adds none or merges none: `remove`, `add` or `merge` is false.
    pub keeps_others: bool,
    /// It names another address or sends data: `url` or `data`.
    pub asks_elsewhere: bool,
    /// The collection is a pager, which puts the page that it shows into every request itself.
    pub is_pager: bool,
    /// The app said that a refresh asks for what its own last fetch asked for (`remember`).
    pub is_remembered: bool,
}

impl Read {
    /// Whether it replaces a refresh.
    #[must_use]
    pub const fn kind(self) -> Kind {
        let partial = self.keeps_others || (self.asks_elsewhere && !self.is_pager);
        if partial && !self.is_remembered {
            Kind::Partial
        } else {
            Kind::Whole
        }
    }
}

/// Whether a request writes, by the options that its events bring: Backbone gives `parse` to a fetch, `parse` and `validate` to a
/// save, neither to a destroy (Backbone 1.6.1, `Model.fetch`, `save` and `destroy`).
#[must_use]
pub const fn is_write(has_parse: bool, validates: bool) -> bool {
    !has_parse || validates
}

/// What is known of the options that an event brings, if they are not those of a request that was seen to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Options that nobody has seen.
    Unknown {
        /// Whether they are those of a write.
        writes: bool,
        /// Whether they hold a request, as those of an answer do.
        has_request: bool,
    },
    /// The event brings no options.
    Nothing,
}

#[derive(Debug)]
struct Open {
    request: AppRequest,
    entity: EntityId,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Read(FlightId),
    Write(WriteId),
}

/// The requests of the app's own that are under way.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    last: u32,
    /// By number, which is the order in which they started.
    open: Vec<Open>,
}

impl Traffic {
    fn start(&mut self, entity: EntityId, what: What) -> AppRequest {
        if self.open.len() == MAX_OPEN {
            self.open.remove(0);
        }
        self.last += 1;
        let request = AppRequest(self.last);
        self.open.push(Open {
            request,
            entity,
            what,
        });
        request
    }

    fn at(&self, request: AppRequest) -> Option<usize> {
        self.open
            .binary_search_by_key(&request, |open| open.request)
            .ok()
    }

    fn first_of(&self, entity: EntityId) -> Option<AppRequest> {
        let mut open = self.open.iter();
        open.find(|open| open.entity == entity)
            .map(|open| open.request)
    }

    pub(super) fn forget(&mut self, entity: EntityId) {
        self.open.retain(|open| open.entity != entity);
    }
}

impl App {
    /// The events of an entity are followed from now on. It may have started to fetch before: one answer may be of unknown age.
    pub fn meet(&mut self, entity: EntityId) {
        self.entities.meet(entity);
    }

    /// The app starts to read an entity.
    pub fn read_started(&mut self, now: Millis, entity: EntityId, read: Read) -> AppRequest {
        let flight = self.request_started(now, entity, read.kind());
        // An unknown entity has no flight 0: whatever ends it changes nothing.
        let flight = flight.unwrap_or(FlightId(0));
        self.traffic.start(entity, What::Read(flight))
    }

    /// The app starts to write a model. The answer says what became of the model and, if it creates it, also that `owner`, its
    /// collection, holds it; any other write only touches the collection.
    pub fn save_started(
        &mut self,
        now: Millis,
        model: EntityId,
        creates: bool,
        owner: Option<EntityId>,
    ) -> AppRequest {
        let owner = owner.as_slice();
        if creates {
            let given: Vec<EntityId> = [&[model], owner].concat();
            self.write_of(now, &given, &[])
        } else {
            self.write_of(now, &[model], owner)
        }
    }

    /// The app starts a write whose answer gives the new state of these entities, of which there is at least one.
    pub fn write_by_app(&mut self, now: Millis, given: &[EntityId]) -> AppRequest {
        self.write_of(now, given, &[])
    }

    fn write_of(&mut self, now: Millis, given: &[EntityId], touched: &[EntityId]) -> AppRequest {
        let write = self.write_started(now, given, touched);
        let entity = given.first().copied().unwrap_or(EntityId(u32::MAX));
        self.traffic.start(entity, What::Write(write))
    }

    /// The name to send a write under; none for a read, or a request that has ended.
    #[must_use]
    pub fn request_name(&self, request: AppRequest) -> Option<String> {
        match self.traffic.open[self.traffic.at(request)?].what {
            What::Write(write) => Some(self.write_name(write)),
            What::Read(_) => None,
        }
    }

    /// A request of the app's own ended: whether well, and whether the answer says something. An end that is reported again
    /// changes nothing.
    pub fn request_ended(&mut self, now: Millis, request: AppRequest, done: bool, answered: bool) {
        let Some(at) = self.traffic.at(request) else {
            return;
        };
        let Open { entity, what, .. } = self.traffic.open.remove(at);
        match what {
            What::Read(flight) => {
                let outcome = if done {
                    Outcome::Done
                } else {
                    Outcome::Failed(None)
                };
                self.fetch_settled(now, entity, flight, outcome);
            }
            What::Write(write) => self.write_settled(now, write, done, answered),
        }
    }

    /// An event says that a request of an entity ended, by options that nobody saw start: of ours, of the app's, or of one that
    /// started before the entity was met.
    pub fn event_ended(
        &mut self,
        now: Millis,
        entity: EntityId,
        source: Source,
        outcome: Outcome,
        answered: bool,
    ) {
        let done = outcome == Outcome::Done;
        match source {
            // It doesn't say which: if one of ours is under way, that.
            Source::Nothing => {
                if let Some(flight) = self.entities.newest_flight(entity) {
                    self.fetch_settled(now, entity, flight, outcome);
                }
            }
            Source::Unknown {
                writes,
                has_request,
            } => {
                // A `sync` of the app's may pass other options on than it got.
                if let Some(request) = self.traffic.first_of(entity) {
                    self.request_ended(now, request, done, answered);
                } else if done && !writes && has_request && self.entities.take_stranger(entity) {
                    self.stranger_landed(now, entity);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_of_all_that_is_shown_replaces_a_refresh() {
        let none = Read::default();
        for (read, kind) in [
            (none, Kind::Whole),
            (
                Read {
                    keeps_others: true,
                    ..none
                },
                Kind::Partial,
            ),
            (
                Read {
                    asks_elsewhere: true,
                    ..none
                },
                Kind::Partial,
            ),
            (
                Read {
                    asks_elsewhere: true,
                    is_pager: true,
                    ..none
                },
                Kind::Whole,
            ),
            (
                Read {
                    keeps_others: true,
                    is_pager: true,
                    ..none
                },
                Kind::Partial,
            ),
            (
                Read {
                    keeps_others: true,
                    asks_elsewhere: true,
                    is_remembered: true,
                    ..none
                },
                Kind::Whole,
            ),
        ] {
            assert_eq!(read.kind(), kind, "{read:?}");
        }
    }

    #[test]
    fn a_fetch_parses_a_save_validates_and_a_destroy_does_neither() {
        assert!(!is_write(true, false));
        assert!(is_write(true, true));
        assert!(is_write(false, false));
    }
}
