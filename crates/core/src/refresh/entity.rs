//! What is known of one model or collection: which requests are under way, and whether it shows what it should.
//!
//! Flights are numbered in the order in which they start, the App's own and those that the app starts itself alike. So
//! "that answer is out of date" is `shown <= stale`, and "an older answer landed on a newer one" is `flight < landed`.

use alloc::vec::Vec;

use super::FlightId;
use crate::revision::Revision;
use crate::time::Millis;

/// Requests of the app's own that are remembered for one entity. One more makes the oldest count as lost.
const MAX_FOREIGN: usize = 8;

/// What a request of the app's own does to the entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It reads all that a refresh would read: a refresh that started at the same time is needless.
    Whole,
    /// It reads a part (another page, a stretch), or something else: it replaces no refresh.
    Partial,
    /// It writes: what is read before its answer doesn't contain it.
    Write,
}

/// A request that the app started, or one of ours that took too long and may still be answered.
#[derive(Clone, Copy, Debug)]
struct Foreign {
    id: FlightId,
    kind: Kind,
    /// The newest change that was seen when it started.
    as_of: Revision,
    /// When it takes too long; `None` if it does: nobody waits for it, but its answer may still arrive.
    due: Option<Millis>,
}

/// One model or collection.
#[derive(Debug, Default)]
pub(super) struct Entity {
    /// The newest change it was asked to show.
    pub(super) asked: Revision,
    /// The refresh under way.
    pub(super) flight: Option<FlightId>,
    /// That takes one of the slots.
    pub(super) has_slot: bool,
    /// The newest change that was seen when that started.
    pub(super) flight_as_of: Revision,
    /// The wait for a retry, as the number of the flight that failed.
    pub(super) retrying: Option<FlightId>,
    /// Fetches that failed in a row.
    pub(super) failures: u32,
    /// Every try failed: nothing more until the next change, sync point or answer.
    pub(super) given_up: bool,
    /// The user's work would be overwritten: nothing until that is over.
    pub(super) held: bool,
    foreign: Vec<Foreign>,
    /// Answers to flights up to this one are out of date.
    stale: Option<u32>,
    /// Refreshes wait for partial requests up to this one only, so that no stream of them starves a refresh.
    pending_since: u32,
    /// The flight whose answer it shows.
    shown: u32,
    /// The newest change that was seen when that started; `None` if nobody knows.
    shown_as_of: Option<Revision>,
    /// The newest change that it counts as showing for another reason than that it was read since.
    assumed: Revision,
    /// The newest flight that was answered.
    landed: u32,
    /// It may have started to fetch before it was met: one answer may be of unknown age.
    pub(super) stranger: bool,
}

impl Entity {
    /// Whether what it shows is out of date.
    pub(super) fn is_stale(&self) -> bool {
        self.stale.is_some_and(|stale| self.shown <= stale)
    }

    /// Whether a fetch must follow the one under way, or whatever else it waits for.
    pub(super) fn is_pending(&self) -> bool {
        let paying = |flight: FlightId| self.stale.is_none_or(|stale| flight.0 > stale);
        self.is_stale() && !self.flight.is_some_and(paying)
    }

    /// Whether nothing is under way or pending.
    pub(super) fn is_idle(&self) -> bool {
        self.flight.is_none() && !self.is_stale() && self.next_due().is_none()
    }

    /// Whether a deadline of its counts still: a fetch is under way, or a retry waited for.
    pub(super) fn is_waited_for(&self) -> bool {
        let waits = |it: &Foreign| it.due.is_some();
        self.flight.is_some() || self.retrying.is_some() || self.foreign.iter().any(waits)
    }

    /// Whether to fetch now.
    pub(super) fn is_ready(&self) -> bool {
        let waits_for = |it: &Foreign| {
            it.due.is_some() && (it.kind == Kind::Whole || it.id.0 <= self.pending_since)
        };
        self.is_stale()
            && self.flight.is_none()
            && self.retrying.is_none()
            && !self.given_up
            && !self.held
            && !self.foreign.iter().any(waits_for)
    }

    /// Whether a sync point starts another try: it failed for good or waits for a retry.
    pub(super) fn may_retry(&self) -> bool {
        self.is_stale() && !self.held && (self.given_up || self.retrying.is_some())
    }

    /// The newest change that was seen before what it shows was read. `None` if it was never seen to be read.
    pub(super) const fn read_as_of(&self) -> Option<Revision> {
        self.shown_as_of
    }

    /// The newest change that needs no further request: what it shows was read after that was seen, or is being fetched, or it
    /// was asked for it.
    pub(super) fn answered(&self) -> Revision {
        let own = self.flight.map(|_| self.flight_as_of);
        self.shown_as_of
            .max(own)
            .unwrap_or_default()
            .max(self.asked)
    }

    /// The newest change that it shows, or will show once the requests under way are answered, for this reason or any other.
    pub(super) fn as_of(&self) -> Option<Revision> {
        let whole = |it: &&Foreign| it.due.is_some() && it.kind == Kind::Whole;
        let foreign = self.foreign.iter().filter(whole).map(|it| it.as_of);
        let own = self.flight.map(|_| self.flight_as_of);
        let assumed = Some(self.assumed).filter(|assumed| *assumed > Revision::default());
        foreign
            .chain(own)
            .chain(self.shown_as_of)
            .chain(assumed)
            .max()
    }

    /// It counts as showing what was changed up to `as_of`: it came with its page, this client wrote the change, or its record was
    /// fetched by itself. No page needs to look for it again, but a hook that has yet to call back for it is answered all
    /// the same, and so is a write that fails.
    pub(super) fn assume(&mut self, as_of: Revision) {
        self.assumed = self.assumed.max(as_of);
    }

    /// A change is to be shown: what was started before it was seen is out of date. `last` is the newest flight there is.
    pub(super) fn ask(&mut self, revision: Revision, last: u32) {
        self.asked = revision;
        let shown = self.shown_as_of.is_none_or(|as_of| as_of < revision);
        let own = self.flight.filter(|_| self.flight_as_of < revision);
        let foreign = self.foreign.iter().filter(|it| it.as_of < revision);
        let older = foreign.map(|it| it.id.0).chain(own.map(|own| own.0));
        if let Some(older) = older.chain(shown.then_some(self.shown)).max() {
            self.outdate(older, last);
            self.given_up = false;
        }
    }

    /// What was started up to `flight` is out of date from now on; `last` is the newest flight there is.
    pub(super) fn outdate(&mut self, flight: u32, last: u32) {
        if !self.is_stale() {
            self.pending_since = last;
        }
        self.stale = self.stale.max(Some(flight));
    }

    /// The app started a request when `as_of` was the newest change seen, to be waited for until `due`.
    pub(super) fn depart(
        &mut self,
        id: FlightId,
        kind: Kind,
        as_of: Revision,
        due: Option<Millis>,
    ) {
        if self.foreign.len() == MAX_FOREIGN {
            self.foreign.remove(0);
        }
        self.foreign.push(Foreign {
            id,
            kind,
            as_of,
            due,
        });
    }

    /// The refresh under way is overdue: nobody waits for it any more, but its answer may still arrive.
    pub(super) fn abandon(&mut self, id: FlightId) {
        self.depart(id, Kind::Whole, self.flight_as_of, None);
    }

    /// The newest refresh that was not answered: the one under way, or one that took too long.
    pub(super) fn newest_flight(&self) -> Option<FlightId> {
        let abandoned = |it: &&Foreign| it.due.is_none() && it.kind == Kind::Whole;
        let abandoned = self.foreign.iter().rev().find(abandoned);
        self.flight.or_else(|| abandoned.map(|it| it.id))
    }

    /// When the first of the app's requests takes too long.
    pub(super) fn next_due(&self) -> Option<Millis> {
        self.foreign.iter().filter_map(|it| it.due).min()
    }

    /// Stops waiting for those of the app's requests that take too long.
    pub(super) fn expire(&mut self, now: Millis) {
        for it in &mut self.foreign {
            it.due = it.due.filter(|due| *due > now);
        }
    }

    /// Moves what is waited for by the distance of a clock that was set back.
    pub(super) fn clock_set_back(&mut self, from: Millis, to: Millis) {
        for it in &mut self.foreign {
            it.due = it.due.map(|due| to + (due - from));
        }
    }

    /// A request of the app's own ended, or one of ours that is overdue. `false` if it is none.
    pub(super) fn arrive(&mut self, id: FlightId, answered: bool, last: u32) -> bool {
        let Some(at) = self.foreign.iter().position(|it| it.id == id) else {
            return false;
        };
        let Foreign { kind, as_of, .. } = self.foreign.remove(at);
        if answered {
            self.land(id, kind, Some(as_of), last);
        }
        true
    }

    /// The entity shows the answer to this flight, which started when `as_of` was the newest change seen. `last` is the
    /// newest flight there is.
    pub(super) fn land(
        &mut self,
        flight: FlightId,
        kind: Kind,
        as_of: Option<Revision>,
        last: u32,
    ) {
        let late = flight.0 < self.landed;
        if late {
            self.outdate(flight.0, last);
        }
        if late || kind == Kind::Whole {
            self.shown = flight.0;
            self.shown_as_of = as_of.or(self.shown_as_of);
            // Whatever it was assumed to show, this is what it shows.
            self.assumed = Revision::default();
        }
        self.landed = self.landed.max(flight.0);
        if kind == Kind::Write && (self.flight.is_some() || !self.foreign.is_empty()) {
            self.outdate(last, last);
        }
        if !self.is_stale() {
            self.settle_down();
        }
    }

    /// The server will not answer this flight otherwise: nothing older is pending.
    pub(super) fn refuse(&mut self, flight: FlightId) {
        self.shown = self.shown.max(flight.0);
    }

    fn settle_down(&mut self) {
        self.failures = 0;
        self.retrying = None;
        self.given_up = false;
    }
}
