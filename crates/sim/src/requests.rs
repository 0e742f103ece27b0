//! What the app does by itself: it reads, whole or in part, it writes, and its user is at work.

use remote_refresh_core::app::App;
use remote_refresh_core::refresh::{FlightId, Kind, Outcome};

use crate::queue::{Event, TabEvent};
use crate::server::{Seen, Shows};
use crate::tab::{Reads, Write};
use crate::world::World;

impl World {
    /// One of the tab's entities, if it has any that are loaded and not gone.
    fn some_entity(&mut self, tab: usize) -> Option<usize> {
        let entities = &self.tabs[tab].entities;
        let there: Vec<_> = (0..entities.len())
            .filter(|entity| !entities[*entity].gone && entities[*entity].loaded)
            .collect();
        self.dice.pick(&there)
    }

    // Reads
    // -----

    /// The app fetches something again, of its own accord.
    pub(crate) fn request_by_the_app(&mut self, tab: usize) {
        let Some(entity) = self.some_entity(tab) else {
            return;
        };
        let subject = &self.tabs[tab].entities[entity];
        let (kind, record) = subject.shows.some_record(self.dice.index(6));
        let part = self.dice.one_in(4);
        let reads = if part {
            Reads::Part(kind, record)
        } else {
            Reads::Whole
        };
        self.own_request(tab, entity, reads);
    }

    /// A request of the app's own, which the core is told of.
    pub(crate) fn own_request(&mut self, tab: usize, entity: usize, reads: Reads) {
        let now = self.clock(tab);
        let subject = &mut self.tabs[tab];
        let kind = match reads {
            Reads::Whole => Kind::Whole,
            Reads::Part(..) => Kind::Partial,
        };
        let id = subject.entities[entity].id;
        let flight = subject.app.request_started(now, id, kind);
        // A refresh that waits for its turn may wait for this now.
        subject.entities[entity].waits = false;
        let Some(flight) = flight else {
            return self.violated(format!("tab {tab}: entity {entity} is not known"));
        };
        subject.last_flight = flight.0;
        subject.entities[entity].others += 1;
        self.note(|| {
            format!("tab {tab}: the app requests {reads:?} of entity {entity}, {flight:?}")
        });
        self.arm(tab);
        let wait = self.dice.wait(if self.calm { 500 } else { 20_000 });
        self.later_in(tab, wait, TabEvent::OwnAsked(entity, flight, reads));
    }

    /// The server reads what it answers.
    pub(crate) fn own_asked(&mut self, tab: usize, entity: usize, flight: FlightId, reads: Reads) {
        let subject = &self.tabs[tab];
        let seen = self.server.users[subject.user].read(subject.entities[entity].shows);
        let seen = (self.is_reachable(tab) && !self.fault(8)).then_some(seen);
        let wait = self.dice.wait(if self.calm { 500 } else { 30_000 });
        self.later_in(tab, wait, TabEvent::OwnOver(entity, flight, reads, seen));
    }

    pub(crate) fn own_over(
        &mut self,
        tab: usize,
        entity: usize,
        flight: FlightId,
        reads: Reads,
        seen: Option<Seen>,
    ) {
        let subject = &mut self.tabs[tab].entities[entity];
        subject.others -= 1;
        if let Some(seen) = seen {
            subject.show(flight.0, |value| match reads {
                Reads::Whole => *value = seen,
                Reads::Part(kind, record) => value[kind][record] = seen[kind][record],
            });
            subject.met |= reads == Reads::Whole;
        }
        let (id, loaded, gone) = (subject.id, subject.loaded, subject.gone);
        self.note(|| format!("tab {tab}: the app's {flight:?} of entity {entity} brings {seen:?}"));
        let outcome = match seen {
            Some(_) => Outcome::Done,
            None => Outcome::Failed(None),
        };
        self.act(tab, |app, now| app.fetch_settled(now, id, flight, outcome));
        if !loaded && !gone {
            // Nobody but the app can try the first load again.
            self.own_request(tab, entity, Reads::Whole);
        }
    }

    fn is_reachable(&self, tab: usize) -> bool {
        let online = self.browsers[self.tabs[tab].browser].online;
        self.calm || (online && self.server.down_until <= self.now)
    }

    // Writes
    // ------

    /// The app saves a model, or creates one in a collection.
    pub(crate) fn write_by_the_app(&mut self, tab: usize) {
        let Some(entity) = self.some_entity(tab) else {
            return;
        };
        let shows = self.tabs[tab].entities[entity].shows;
        let record = shows.some_record(self.dice.index(6));
        let collection = |shown: Shows| shown == Shows::Kind(record.0);
        let entities = &self.tabs[tab].entities;
        let others: Vec<_> = (0..entities.len())
            .filter(|other| !entities[*other].gone && entities[*other].loaded)
            .filter(|other| *other != entity && collection(entities[*other].shows))
            .collect();
        let touched: Vec<_> = self.dice.pick(&others).into_iter().collect();
        let ids = |list: &[usize]| list.iter().map(|entity| entities[*entity].id).collect();
        let (given_ids, touched_ids): (Vec<_>, Vec<_>) = (ids(&[entity]), ids(&touched));
        let now = self.clock(tab);
        let subject = &mut self.tabs[tab];
        let id = subject.app.write_started(now, &given_ids, &touched_ids);
        self.note(|| {
            format!("tab {tab}: the app writes record {record:?} of entity {entity}, {id:?}")
        });
        let subject = &mut self.tabs[tab];
        for touched in touched.iter().chain([&entity]) {
            subject.entities[*touched].others += 1;
        }
        subject.writes.push(Write {
            id,
            record,
            given: vec![entity],
            touched,
            after: subject.last_flight,
        });
        let write = subject.writes.len() - 1;
        self.arm(tab);
        let wait = self.dice.wait(20_000);
        self.later_in(tab, wait, TabEvent::WriteAsked(write));
    }

    /// The server writes, tells the feed in whose name, and answers.
    pub(crate) fn write_asked(&mut self, tab: usize, write: usize) {
        let (kind, record) = self.tabs[tab].writes[write].record;
        let version = if self.is_reachable(tab) && !self.fault(8) {
            let user = self.tabs[tab].user;
            let name = self.tabs[tab]
                .app
                .write_name(self.tabs[tab].writes[write].id);
            let version = self.server.users[user].change(kind, record);
            self.counts.changes += 1;
            let kinds = if self.dice.one_in(4) {
                Vec::new()
            } else {
                vec![kind]
            };
            self.note(|| {
                format!("user {user}: {name} writes ({kind}, {record}), version {version}")
            });
            let wait = self.dice.wait(if self.calm { 100 } else { 3_000 });
            self.later(wait, Event::Write(user, kinds, Some(name)));
            // The answer may be lost all the same.
            (!self.fault(8)).then_some(version)
        } else {
            None
        };
        let wait = self.dice.wait(if self.calm { 500 } else { 30_000 });
        self.later_in(tab, wait, TabEvent::WriteOver(write, version));
    }

    pub(crate) fn write_over(&mut self, tab: usize, write: usize, version: Option<u64>) {
        let subject = &mut self.tabs[tab];
        let ended = &subject.writes[write];
        let (id, (kind, record)) = (ended.id, ended.record);
        for (entity, given) in (ended.given.iter().map(|entity| (*entity, true)))
            .chain(ended.touched.iter().map(|entity| (*entity, false)))
        {
            let entity = &mut subject.entities[entity];
            entity.others -= 1;
            // What is read meanwhile doesn't contain the write, and must be read again.
            if version.is_some() && (entity.flight.is_some() || entity.others > 0) {
                entity.ledger.pending += 1;
            }
            if let Some(version) = version {
                entity.show(ended.after + 1, |value| {
                    if given {
                        value[kind][record] = version;
                    }
                });
            }
        }
        self.note(|| format!("tab {tab}: {id:?} is answered with {version:?}"));
        let done = version.is_some();
        self.act(tab, |app, now| app.write_settled(now, id, done, done));
    }

    // The user
    // --------

    /// The user begins to work on something, and is done with it some time.
    pub(crate) fn edit(&mut self, tab: usize) {
        let Some(entity) = self.some_entity(tab) else {
            return;
        };
        let subject = &mut self.tabs[tab].entities[entity];
        if std::mem::replace(&mut subject.edited, true) {
            return;
        }
        self.note(|| format!("tab {tab}: the user works on entity {entity}"));
        let wait = self.dice.wait(60_000);
        self.later_in(tab, wait, TabEvent::Leave(entity));
    }

    pub(crate) fn leave(&mut self, tab: usize, entity: usize) {
        self.note(|| format!("tab {tab}: the user is done with entity {entity}"));
        let subject = &mut self.tabs[tab].entities[entity];
        subject.edited = false;
        let (id, gone) = (subject.id, subject.gone);
        if !gone {
            self.act(tab, |app: &mut App, now| app.release(now, id));
        }
    }
}
