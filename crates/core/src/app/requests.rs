//! Which views a pass visits, which entities it fetches, and what becomes of requests: the App's own and those that the app starts itself.

use alloc::string::String;
use alloc::vec::Vec;

use super::echo::{self, Touched, WriteId};
use super::pass::Pass;
use super::{App, Output, Step};
use crate::change::{ModelChange, TypeId};
use crate::refresh::{EntityId, FlightId, Kind, Outcome};
use crate::revision::Revision;
use crate::time::Millis;
use crate::views::ViewId;

/// What a pass, or a review, means to an entity that it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// It will be fetched: [`App::poll`] orders that as soon as a slot is free, but not before the outermost pass is left.
    Fetches,
    /// It was asked for that already, waits for a slot, or has the fetch pending.
    Joined,
    /// Nothing that concerns it has changed since it was read, or since its page was walked.
    NotConcerned,
    /// This client wrote all that has changed itself.
    OwnWrite,
}

impl App {
    // In a pass
    // ---------

    /// Whether to call this view's `remoteRefresh` in the pass under way.
    pub fn visit_hook(&mut self, view: ViewId) -> bool {
        if self.views.page() == Some(view) {
            self.passes.reach_back(self.views.applied(view));
            self.passes.reach_page(view);
        }
        self.passes
            .current()
            .is_some_and(|pass| self.views.visit_hook(view, pass.revision, pass.applied))
    }

    /// Whether to refresh this view's model, collection and subviews in the pass under way.
    pub fn visit_walk(&mut self, view: ViewId) -> bool {
        self.passes.touch(self.views.walked(view));
        if self.views.page() == Some(view) {
            self.passes.reach_page(view);
        }
        self.passes.current().is_some_and(|pass| {
            let asked_for = pass.applied.is_none();
            self.views.visit_walk(view, pass.revision, asked_for)
        })
    }

    /// Whether the pass under way concerns entities of this type.
    #[must_use]
    pub fn concerns(&self, kind: Option<TypeId>) -> bool {
        self.passes
            .current()
            .is_some_and(|pass| match pass.applied {
                Some(applied) => self.concerned.since(applied, kind),
                None => true,
            })
    }

    /// What has happened to records of this type, if the pass under way is for one change of one known record of it, and
    /// nothing of the entity (their collection) is under way that could undo what is done about that record alone.
    #[must_use]
    pub fn exact(&self, entity: EntityId, kind: TypeId) -> Option<&ModelChange> {
        let pass = self.passes.current()?;
        let (revision, models) = &self.exact;
        let alone = pass.revision == *revision && pass.applied == Some(revision.previous());
        let is_kind =
            |model: &&ModelChange| self.concerned.known(model.name.as_str()) == Some(kind);
        let model = models.iter().find(is_kind)?;
        (alone && model.id.is_some() && self.entities.is_idle(entity)).then_some(model)
    }

    /// What [`App::exact`] said is done, and is all that the pass under way asks of the entity.
    pub fn exactly(&mut self, entity: EntityId) {
        if let Some(pass) = self.passes.current() {
            self.follow(entity, pass);
        }
    }

    /// The entity shows what the pass is for, if it showed all that came before.
    fn follow(&mut self, entity: EntityId, pass: Pass) {
        if self.entities.as_of(entity) >= pass.applied.or(Some(pass.revision)) {
            self.entities.assume(entity, pass.revision);
        }
    }

    /// What the pass under way means to this entity of this type. Starts nothing: the walk only gathers.
    pub fn visit_entity(&mut self, entity: EntityId, kind: Option<TypeId>) -> Visit {
        let Some(pass) = self.passes.current() else {
            return Visit::NotConcerned;
        };
        if let Some(applied) = pass.applied {
            // It may have been read since the page was walked last.
            let since = self.entities.read_as_of(entity).max(Some(applied));
            if !self.concerned.since(since.unwrap_or(applied), kind) {
                return Visit::NotConcerned;
            }
            // A page view that is walked anew has a revision that is no change.
            let newest = pass.revision.min(self.feed_revision);
            if self.echoes.cover(entity, applied, newest) {
                self.follow(entity, pass);
                return Visit::OwnWrite;
            }
            // Or asked: a pass that reaches back asks nothing twice.
            let asked = self.entities.answered(entity).max(applied);
            if !self.concerned.since(asked, kind) {
                return Visit::Joined;
            }
        }
        self.request(entity, pass.revision)
    }

    fn request(&mut self, entity: EntityId, revision: Revision) -> Visit {
        if self.entities.request(entity, revision) {
            Visit::Fetches
        } else {
            Visit::Joined
        }
    }

    /// What a review of the displayed page means to this entity of this type: it is fetched if a change that concerns it was
    /// seen after what it shows was requested. What was never seen to be requested counts as up to date the first time.
    /// Starts nothing.
    pub fn review_entity(&mut self, entity: EntityId, kind: Option<TypeId>) -> Visit {
        let revision = self.feed_revision;
        let Some(as_of) = self.entities.as_of(entity) else {
            // Unless the page's hook has yet to call back.
            let page = self.views.page().map(|page| self.views.walked(page));
            if page >= Some(revision) {
                self.entities.assume(entity, revision);
            }
            return Visit::NotConcerned;
        };
        if as_of >= revision || !self.concerned.since(as_of, kind) {
            return Visit::NotConcerned;
        }
        if self.echoes.cover(entity, as_of, revision) {
            return Visit::OwnWrite;
        }
        self.request(entity, revision)
    }

    /// An entity that [`Output::Locate`] named is in view, or is not. May be said again whenever that changes (the user
    /// scrolls), and of any entity; it counts for those that wait for a slot, until their fetch starts.
    pub fn in_view(&mut self, entity: EntityId, in_view: bool) {
        self.entities.in_view(entity, in_view);
    }

    // Requests
    // --------

    /// Takes note that a fetch ended, ours or one of [`App::request_started`]. One of ours that was waited for is reported
    /// ([`Output::Settled`]); an end that is reported again, or too late, is not.
    pub fn fetch_settled(
        &mut self,
        now: Millis,
        entity: EntityId,
        flight: FlightId,
        outcome: Outcome,
    ) {
        self.observe(now);
        if self.entities.is_under_way(entity, flight) {
            self.steps.push_back(Step::Out(Output::Settled {
                entity,
                flight,
                outcome,
            }));
        }
        // What is reported again says nothing of what is displayed.
        let is_news = self.entities.settled(entity, flight, outcome, now);
        let behind = |as_of| as_of < self.feed_revision;
        if is_news && self.entities.as_of(entity).is_some_and(behind) {
            self.review_soon(now);
        }
    }

    /// The app starts a request of its own. `None` for an unknown entity.
    pub fn request_started(
        &mut self,
        now: Millis,
        entity: EntityId,
        kind: Kind,
    ) -> Option<FlightId> {
        self.observe(now);
        self.entities.depart(entity, kind, now)
    }

    /// The entity shows an answer to a request that started nobody knows when.
    pub fn stranger_landed(&mut self, now: Millis, entity: EntityId) {
        self.observe(now);
        self.entities.stranger_landed(entity);
    }

    /// The app starts a write. `given` are the entities that its answer brings up to date, `touched` those that it
    /// changes in other ways.
    pub fn write_started(
        &mut self,
        now: Millis,
        given: &[EntityId],
        touched: &[EntityId],
    ) -> WriteId {
        self.observe(now);
        let given = given.iter().map(|entity| (*entity, true));
        let touched = touched.iter().map(|entity| (*entity, false));
        let flights: Vec<Touched> = given
            .chain(touched)
            .filter_map(|(entity, given)| {
                let flight = self.entities.depart(entity, Kind::Write, now)?;
                Some(Touched {
                    entity,
                    flight,
                    given,
                })
            })
            .collect();
        self.echoes.start(flights, now)
    }

    /// The name to send a write under.
    #[must_use]
    pub fn write_name(&self, write: WriteId) -> String {
        echo::name(&self.client, write)
    }

    /// A write ended. One that failed, or whose answer was empty (`given` is false), gives back what it kept from being
    /// fetched.
    pub fn write_settled(&mut self, now: Millis, write: WriteId, done: bool, given: bool) {
        self.observe(now);
        let outcome = if done {
            Outcome::Done
        } else {
            Outcome::Failed(None)
        };
        let (touched, pending) = self.echoes.end(write, done && given, now);
        for touched in touched {
            self.fetch_settled(now, touched.entity, touched.flight, outcome);
        }
        for (entity, revision) in pending {
            self.entities.request(entity, revision);
        }
    }

    /// The fetch was not made, since it would overwrite the user's work: its slot is free, and it is pending until
    /// [`App::release`].
    pub fn hold(&mut self, entity: EntityId, flight: FlightId) {
        self.entities.hold(entity, flight);
    }

    /// The fetch returned no promise, so its end may never be seen: it takes no slot. See [`Entities::free_slot`].
    ///
    /// [`Entities::free_slot`]: crate::refresh::Entities::free_slot
    pub fn fetch_unwatched(&mut self, entity: EntityId, flight: FlightId) {
        self.entities.free_slot(entity, flight);
    }

    /// The user's work is saved or given up: a fetch that is pending is made.
    pub fn release(&mut self, now: Millis, entity: EntityId) {
        self.observe(now);
        self.entities.release(entity);
    }
}
