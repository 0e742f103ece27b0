//! *One in flight, one pending*, against random sequences of everything that can happen to entities: changes, fetches of ours
//! and of the app's, answers in any order, writes, failures, holds, time.

use proptest::prelude::*;
use remote_refresh_core::refresh::{
    Entities, EntityId, EntityStatus, FlightId, Kind, Limits, Outcome,
};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;

#[derive(Clone, Debug)]
enum Step {
    /// A change that concerns these entities (a bit each).
    Change(u8),
    /// The same change asks again.
    Repeat(u8),
    /// A fetch of this entity ends.
    Settle(u8, Outcome),
    /// A fetch that ended already says so again.
    Late(u8),
    /// The app starts a request of its own.
    Depart(u8, Kind),
    /// One of the app's requests ends, or one that is overdue: which, and whether well.
    Arrive(u8, u8, bool),
    /// The user starts or ends work that a fetch would overwrite.
    Hold(u8),
    /// Time passes.
    Wait(u64),
    /// The network is back or the tab visible.
    SyncPoint,
}

const ENTITIES: usize = 4;

/// What an answer contains at least: it is read when its fetch starts.
#[derive(Clone, Copy, Default)]
struct Data {
    revision: Revision,
    writes: usize,
}

impl Data {
    fn is_older_than(self, other: Self) -> bool {
        self.revision < other.revision || self.writes < other.writes
    }
}

#[derive(Clone, Copy)]
struct Flight {
    id: FlightId,
    kind: Kind,
    data: Data,
}

#[derive(Default)]
struct Model {
    flight: Option<Flight>,
    last_flight: Option<FlightId>,
    /// The app's requests, and ours that are overdue.
    others: Vec<Flight>,
    /// What a partial answer replaces, and what only a whole one does.
    part: Data,
    rest: Data,
    concerned: Revision,
    writes: usize,
    /// The newest flight that landed.
    newest: u32,
    held: bool,
    /// Failed for good: nothing more is promised until the next change or sync point.
    given_up: bool,
    fetches: usize,
    changes: usize,
    failures: usize,
    /// Answers that landed on newer ones, and writes.
    disorders: usize,
}

impl Model {
    fn land(&mut self, flight: Flight) {
        self.disorders += usize::from(flight.id.0 < self.newest);
        self.newest = self.newest.max(flight.id.0);
        if flight.kind == Kind::Write {
            self.writes += 1;
            self.disorders += 1;
            self.part = Data {
                writes: self.writes,
                ..flight.data
            };
            return;
        }
        self.part = flight.data;
        if flight.kind == Kind::Whole {
            self.rest = flight.data;
        }
    }

    fn is_fresh(&self) -> bool {
        let wanted = Data {
            revision: self.concerned,
            writes: self.writes,
        };
        !self.part.is_older_than(wanted) && self.rest.revision >= self.concerned
    }
}

struct Run {
    entities: Entities,
    ids: Vec<EntityId>,
    models: Vec<Model>,
    revision: Revision,
    now: Millis,
    concurrency: u32,
}

impl Run {
    fn new(concurrency: u32) -> Self {
        let limits = Limits {
            concurrency,
            ..Limits::default()
        };
        let mut entities = Entities::new(limits, 1);
        let ids = (0..ENTITIES).map(|_| entities.add()).collect();
        let models = (0..ENTITIES).map(|_| Model::default()).collect();
        Self {
            entities,
            ids,
            models,
            revision: Revision::default(),
            now: Millis(1_000),
            concurrency,
        }
    }

    fn started(&mut self, index: usize, id: FlightId) {
        let data = self.data(index);
        let model = &mut self.models[index];
        assert!(model.flight.is_none(), "at most one in flight");
        if model.held {
            self.entities.hold(self.ids[index], id);
            return;
        }
        model.flight = Some(Flight {
            id,
            kind: Kind::Whole,
            data,
        });
        model.last_flight = Some(id);
        model.given_up = false;
        model.fetches += 1;
        let in_flight = self.models.iter().filter(|model| model.flight.is_some());
        assert!(in_flight.count() <= self.concurrency as usize);
    }

    fn data(&self, index: usize) -> Data {
        Data {
            revision: self.revision,
            writes: self.models[index].writes,
        }
    }

    /// Starts what may start.
    fn start(&mut self) {
        while let Some((id, flight)) = self.entities.start_next(self.now) {
            let index = self.index(id);
            self.started(index, flight);
        }
    }

    fn ask(&mut self, entities: u8) {
        for index in (0..ENTITIES).filter(|index| entities >> index & 1 == 1) {
            self.entities.request(self.ids[index], self.revision);
        }
        self.start();
    }

    fn settle(&mut self, index: usize, outcome: Outcome) {
        let model = &mut self.models[index];
        let Some(flight) = model.flight.take() else {
            return;
        };
        match outcome {
            Outcome::Done => model.land(flight),
            Outcome::Failed(Some(400..=499)) | Outcome::Impossible => {
                model.failures += 1;
                model.given_up = true;
            }
            Outcome::Failed(_) => model.failures += 1,
        }
        self.entities
            .settled(self.ids[index], flight.id, outcome, self.now);
        self.start();
    }

    fn depart(&mut self, index: usize, kind: Kind) {
        let id = self
            .entities
            .depart(self.ids[index], kind, self.now)
            .expect("a known entity");
        let data = self.data(index);
        self.push_other(index, Flight { id, kind, data });
    }

    fn push_other(&mut self, index: usize, flight: Flight) {
        let others = &mut self.models[index].others;
        if others.len() == 8 {
            others.remove(0);
        }
        others.push(flight);
    }

    fn arrive(&mut self, index: usize, which: usize, well: bool) {
        let model = &mut self.models[index];
        if model.others.is_empty() {
            return;
        }
        let flight = model.others.remove(which % model.others.len());
        if well {
            model.land(flight);
        }
        let outcome = if well {
            Outcome::Done
        } else {
            Outcome::Failed(None)
        };
        self.entities
            .settled(self.ids[index], flight.id, outcome, self.now);
        self.start();
    }

    fn wait(&mut self, span: Millis) {
        let end = self.now + span;
        while let Some(at) = self.entities.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            while let Some((id, flight)) = self.entities.pop(self.now) {
                let index = self.index(id);
                let expired = self.models[index].flight.expect("only what flies expires");
                assert_eq!(expired.id, flight);
                self.push_other(index, expired);
                self.settle(index, Outcome::Failed(None));
            }
            self.start();
        }
        self.now = end;
    }

    /// Whether anything is under way or tried again later, so that time must be watched.
    fn waits(&self) -> bool {
        let waits =
            |status: EntityStatus| status.fetching || status.requested || status.retry_at.is_some();
        self.ids.iter().any(|id| waits(self.entities.status(*id)))
    }

    fn index(&self, id: EntityId) -> usize {
        self.ids
            .iter()
            .position(|known| *known == id)
            .expect("an entity of this run")
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Change(entities) => {
                self.revision = self.revision.next();
                for index in (0..ENTITIES).filter(|index| entities >> index & 1 == 1) {
                    self.models[index].concerned = self.revision;
                    self.models[index].changes += 1;
                    self.models[index].given_up = false;
                }
                self.ask(entities);
            }
            Step::Repeat(entities) => {
                let up_to_date =
                    (0..ENTITIES).filter(|index| self.models[*index].concerned == self.revision);
                let asked_before = up_to_date.fold(0, |bits, index| bits | 1 << index);
                let before: usize = self.models.iter().map(|model| model.fetches).sum();
                self.ask(entities & asked_before);
                let after: usize = self.models.iter().map(|model| model.fetches).sum();
                assert_eq!(before, after, "no request is made twice for one change");
            }
            Step::Settle(index, outcome) => self.settle(index as usize % ENTITIES, outcome),
            Step::Late(index) => {
                let index = index as usize % ENTITIES;
                let model = &self.models[index];
                let overdue = |id| model.others.iter().any(|other| other.id == id);
                let late = model.last_flight.filter(|id| !overdue(*id));
                if let (None, Some(late)) = (model.flight, late) {
                    self.entities
                        .settled(self.ids[index], late, Outcome::Done, self.now);
                    assert_eq!(self.entities.start_next(self.now), None);
                }
            }
            Step::Depart(index, kind) => self.depart(index as usize % ENTITIES, kind),
            Step::Arrive(index, which, well) => {
                self.arrive(index as usize % ENTITIES, which as usize, well);
            }
            Step::Hold(index) => {
                let index = index as usize % ENTITIES;
                self.models[index].held ^= true;
                if !self.models[index].held {
                    self.entities.release(self.ids[index]);
                    self.start();
                }
            }
            Step::Wait(ms) => self.wait(Millis(ms)),
            Step::SyncPoint => {
                self.entities.retry_all();
                self.start();
            }
        }
    }
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Done),
        1 => Just(Outcome::Failed(None)),
        1 => Just(Outcome::Failed(Some(503))),
        1 => Just(Outcome::Failed(Some(404))),
        1 => Just(Outcome::Impossible),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::Whole), 1 => Just(Kind::Partial), 1 => Just(Kind::Write)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u8>().prop_map(Step::Change),
        2 => any::<u8>().prop_map(Step::Repeat),
        5 => (any::<u8>(), outcome()).prop_map(|(index, outcome)| Step::Settle(index, outcome)),
        1 => any::<u8>().prop_map(Step::Late),
        3 => (any::<u8>(), kind()).prop_map(|(index, kind)| Step::Depart(index, kind)),
        4 => (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(index, which, well)| Step::Arrive(index, which, well)),
        1 => any::<u8>().prop_map(Step::Hold),
        2 => (0..40_000u64).prop_map(Step::Wait),
        1 => Just(Step::SyncPoint),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_happens_each_entity_ends_fresh_and_pays_no_more_than_it_must(
        steps in prop::collection::vec(step(), 0..80),
        concurrency in prop_oneof![1 => Just(1), 1 => Just(2), 2 => Just(6)]
    ) {
        let mut run = Run::new(concurrency);
        for step in steps {
            run.step(step);
            for (index, id) in run.ids.iter().enumerate() {
                let model = &run.models[index];
                // One fetch for each change, each failure and each disorder is the most there can be.
                prop_assert!(model.fetches <= model.changes + model.failures + model.disorders);
                prop_assert!(!(run.entities.is_pending(*id) && model.changes + model.disorders == 0));
            }
            prop_assert_eq!(run.entities.next_timeout().is_some(), run.waits());
        }
        // The faults are over: whatever flies lands, the last one first, and every fetch from here on works at once.
        for index in 0..ENTITIES {
            while !run.models[index].others.is_empty() {
                run.arrive(index, run.models[index].others.len() - 1, true);
            }
            if run.models[index].held {
                run.step(Step::Hold(index as u8));
            }
        }
        run.step(Step::SyncPoint);
        for _ in 0..16 {
            for index in 0..ENTITIES {
                run.settle(index, Outcome::Done);
            }
            run.wait(Millis::from_secs(29));
        }
        for model in &run.models {
            prop_assert!(model.flight.is_none());
            prop_assert!(model.given_up || model.is_fresh(), "shows the last change");
        }
        prop_assert_eq!(run.entities.next_timeout(), None);
    }
}

/// One entity and what starts for it.
struct One(Entities, EntityId);

impl One {
    fn new() -> Self {
        let mut entities = Entities::new(Limits::default(), 1);
        let id = entities.add();
        Self(entities, id)
    }

    fn request(&mut self, revision: u32, now: Millis) -> Option<FlightId> {
        self.0.request(self.1, Revision(revision));
        self.start(now)
    }

    fn settled(&mut self, flight: FlightId, outcome: Outcome, now: Millis) -> Option<FlightId> {
        self.0.settled(self.1, flight, outcome, now);
        self.start(now)
    }

    fn pop(&mut self, now: Millis) -> Option<FlightId> {
        assert_eq!(self.0.pop(now), None, "nothing is in flight");
        self.start(now)
    }

    fn start(&mut self, now: Millis) -> Option<FlightId> {
        self.0.start_next(now).map(|(_, flight)| flight)
    }
}

#[test]
fn a_burst_while_a_fetch_is_slow_costs_two() {
    let mut one = One::new();
    let first = one
        .request(1, Millis(0))
        .expect("the first change fetches at once");
    for revision in 2..=200 {
        assert_eq!(one.request(revision, Millis(revision.into())), None);
    }
    let second = one
        .settled(first, Outcome::Done, Millis(500))
        .expect("one is pending");
    assert_eq!(one.settled(second, Outcome::Done, Millis(900)), None);
}

#[test]
fn a_failed_fetch_is_repeated_a_few_times_and_then_waits_for_a_sync_point() {
    let mut one = One::new();
    let mut now = Millis(0);
    let mut flight = one
        .request(1, now)
        .expect("the first change fetches at once");
    for _ in 0..Limits::default().retries {
        assert_eq!(one.settled(flight, Outcome::Failed(Some(500)), now), None);
        // The time limits of fetches that are over come up too, and lead to nothing.
        flight = loop {
            now = one.0.next_timeout().expect("a retry is waited for");
            if let Some(flight) = one.pop(now) {
                break flight;
            }
        };
    }
    assert_eq!(one.settled(flight, Outcome::Failed(None), now), None);
    assert_eq!(one.pop(now + Millis::from_secs(3600)), None, "given up");
    one.0.retry_all();
    assert!(one.start(now).is_some(), "until a sync point");
}

#[test]
fn a_change_during_the_wait_for_a_retry_joins_it() {
    let mut one = One::new();
    let flight = one
        .request(1, Millis(0))
        .expect("the first change fetches at once");
    let failed = Outcome::Failed(Some(503));
    assert_eq!(one.settled(flight, failed, Millis(0)), None);
    assert_eq!(one.request(2, Millis(0)), None);
    assert!(one.pop(Millis(1_000)).is_some());
    assert_eq!(one.pop(Millis(1_000)), None);
}

#[test]
fn a_fetch_that_hangs_is_given_up_and_repeated() {
    let mut one = One::new();
    let flight = one
        .request(1, Millis(0))
        .expect("the first change fetches at once");
    assert_eq!(one.pop(Millis(29_999)), None);
    assert_eq!(one.0.pop(Millis(30_000)), Some((one.1, flight)));
    let failed = Outcome::Failed(None);
    assert_eq!(one.settled(flight, failed, Millis(30_000)), None);
    assert!(one.pop(Millis(31_000)).is_some());
}

#[test]
fn entities_that_are_gone_are_nobody() {
    let mut one = One::new();
    let flight = one
        .request(1, Millis(0))
        .expect("the first change fetches at once");
    one.0.forget(one.1);
    one.0.forget(one.1);
    assert!(one.0.is_empty());
    assert_eq!(one.request(2, Millis(0)), None);
    assert_eq!(one.settled(flight, Outcome::Done, Millis(0)), None);
    assert_eq!(one.pop(Millis::from_secs(100)), None);
}
