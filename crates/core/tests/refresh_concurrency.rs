//! The queue of those that are ready to fetch, against a naive model of it, and how much a crowd costs.

use proptest::prelude::*;
use remote_refresh_core::refresh::{Entities, EntityId, FlightId, Limits, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;

const NOW: Millis = Millis(1_000);
const ENTITIES: usize = 8;

#[derive(Clone, Debug)]
enum Step {
    /// A change that concerns the entity.
    Ask(usize),
    /// Its fetch ends well.
    Settle(usize),
    /// The user works on it: a fetch that starts is not made.
    Edit(usize),
    /// The user is done.
    Leave(usize),
    /// It goes, and another one comes.
    Replace(usize),
    /// It is in view, or is not.
    InView(usize, bool),
    /// Another page is displayed.
    OtherPage,
    /// The shell is asked what is in view, and does not say.
    Locate,
    /// What may start starts.
    Start,
}

/// What is known of one entity, in the plainest words.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    flight: Option<FlightId>,
    /// Asked since its last fetch started.
    asked: bool,
    edited: bool,
    held: bool,
    /// When it became ready.
    ready: Option<u32>,
    in_view: bool,
    located: bool,
}

struct Run {
    entities: Entities,
    concurrency: usize,
    ids: Vec<EntityId>,
    known: [Known; ENTITIES],
    revision: Revision,
    clock: u32,
}

impl Run {
    fn new(concurrency: u32) -> Self {
        let mut entities = Entities::new(
            Limits {
                concurrency,
                ..Limits::default()
            },
            1,
        );
        Self {
            ids: (0..ENTITIES).map(|_| entities.add()).collect(),
            entities,
            concurrency: concurrency.max(1) as usize,
            known: Default::default(),
            revision: Revision::default(),
            clock: 0,
        }
    }

    fn free(&self) -> usize {
        let in_flight = self.known.iter().filter(|known| known.flight.is_some());
        self.concurrency - in_flight.count()
    }

    fn waiting(&self) -> Vec<usize> {
        let mut waiting: Vec<_> = (0..ENTITIES)
            .filter(|index| self.known[*index].ready.is_some())
            .collect();
        waiting.sort_by_key(|index| (!self.known[*index].in_view, self.known[*index].ready));
        waiting
    }

    /// Has an entity wait that has become ready.
    fn queue(&mut self, index: usize) {
        let known = &mut self.known[index];
        if known.asked && known.flight.is_none() && !known.held && known.ready.is_none() {
            self.clock += 1;
            known.ready = Some(self.clock);
            (known.in_view, known.located) = (false, false);
        }
    }

    fn start(&mut self) {
        loop {
            let next = self.waiting().first().copied().filter(|_| self.free() > 0);
            let started = self.entities.start_next(NOW);
            assert_eq!(started.map(|(id, _)| id), next.map(|next| self.ids[next]));
            let (Some(index), Some((id, flight))) = (next, started) else {
                break;
            };
            let known = &mut self.known[index];
            known.ready = None;
            if known.edited {
                known.held = true;
                self.entities.hold(id, flight);
            } else {
                (known.flight, known.asked) = (Some(flight), false);
            }
        }
    }

    fn locate(&mut self) {
        let mut located: Vec<_> = self.entities.take_unlocated();
        located.sort_by_key(|id| id.0);
        let (free, waiting) = (self.free(), self.waiting());
        let mut expected = Vec::new();
        if free > 0 && waiting.len() > free {
            for index in waiting {
                if !std::mem::replace(&mut self.known[index].located, true) {
                    expected.push(self.ids[index]);
                }
            }
        }
        expected.sort_by_key(|id| id.0);
        assert_eq!(located, expected);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Ask(index) => {
                self.revision = self.revision.next();
                let was_ready = self.known[index].ready.is_some();
                self.known[index].asked = true;
                self.queue(index);
                let ready = self.entities.request(self.ids[index], self.revision);
                assert_eq!(ready, !was_ready && self.known[index].ready.is_some());
            }
            Step::Settle(index) => {
                if let Some(flight) = self.known[index].flight.take() {
                    self.entities
                        .settled(self.ids[index], flight, Outcome::Done, NOW);
                    self.queue(index);
                }
            }
            Step::Edit(index) => self.known[index].edited = true,
            Step::Leave(index) => {
                (self.known[index].edited, self.known[index].held) = (false, false);
                self.entities.release(self.ids[index]);
                self.queue(index);
            }
            Step::Replace(index) => {
                self.entities.forget(self.ids[index]);
                self.ids[index] = self.entities.add();
                self.known[index] = Known::default();
            }
            Step::InView(index, in_view) => {
                self.entities.in_view(self.ids[index], in_view);
                let known = &mut self.known[index];
                if known.ready.is_some() {
                    (known.in_view, known.located) = (in_view, true);
                }
            }
            Step::OtherPage => {
                self.entities.forget_locations();
                for known in &mut self.known {
                    (known.in_view, known.located) = (false, false);
                }
            }
            Step::Locate => self.locate(),
            Step::Start => self.start(),
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let index = 0..ENTITIES;
    prop_oneof![
        8 => index.clone().prop_map(Step::Ask),
        6 => index.clone().prop_map(Step::Settle),
        1 => index.clone().prop_map(Step::Edit),
        2 => index.clone().prop_map(Step::Leave),
        1 => index.clone().prop_map(Step::Replace),
        5 => (index, any::<bool>()).prop_map(|(index, in_view)| Step::InView(index, in_view)),
        1 => Just(Step::OtherPage),
        3 => Just(Step::Locate),
        3 => Just(Step::Start),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn who_is_next_is_who_a_naive_model_says_is_next(
        steps in prop::collection::vec(step(), 0..120),
        concurrency in 0..4u32
    ) {
        let mut run = Run::new(concurrency);
        for step in steps {
            run.step(step);
        }
        // Everybody's turn comes.
        for index in 0..ENTITIES {
            run.step(Step::Leave(index));
        }
        for _ in 0..=2 * ENTITIES {
            run.start();
            for index in 0..ENTITIES {
                run.step(Step::Settle(index));
            }
        }
        prop_assert!(run.waiting().is_empty());
        prop_assert_eq!(run.entities.next_timeout(), None);
    }
}

#[test]
fn ten_thousand_that_wait_through_a_hundred_changes_are_fetched_and_located_once_each() {
    const CROWD: usize = 10_000;
    const CHANGES: u32 = 100;
    let mut entities = Entities::new(Limits::default(), 1);
    let ids: Vec<_> = (0..CROWD).map(|_| entities.add()).collect();
    let (mut fetches, mut located) = (0, 0);
    for round in 1.. {
        if round <= CHANGES {
            for id in &ids {
                entities.request(*id, Revision(round));
            }
        }
        located += entities.take_unlocated().len();
        let started: Vec<_> = std::iter::from_fn(|| entities.start_next(NOW)).collect();
        if started.is_empty() {
            break;
        }
        assert!(started.len() <= Limits::default().concurrency as usize);
        fetches += started.len();
        for (id, flight) in started {
            entities.settled(id, flight, Outcome::Done, NOW);
        }
    }
    // Those that were fetched between two changes are fetched again for the next.
    let between = (CHANGES - 1) as usize * Limits::default().concurrency as usize;
    assert_eq!(fetches, CROWD + between);
    assert!(located <= fetches, "{located} were located");
}
