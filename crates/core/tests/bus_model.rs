//! The registry of the bus against a naive model: one list of all handlers, searched from its start each time.
//!
//! Numbers come from JavaScript, so the programs use any: of emitters that are not there, of slots long free.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use remote_refresh_core::bus::inspect::{
    BusInspection, EmitterInspection, ListInspection, ListenerInspection, NameInspection,
};
use remote_refresh_core::bus::{Added, Bus, EmitterId, Ended, NameId, Slot, MANY_HANDLERS, PAGE};

#[derive(Clone, Debug)]
enum Step {
    OpenPage,
    ReleasePage(u32),
    Intern(String),
    Forget(u32),
    Add {
        emitter: u32,
        name: u32,
        listener: u32,
        times: u32,
    },
    Remove(u32, u32),
    RemoveList(u32, u32),
    Clear(u32),
}

struct Handler {
    emitter: u32,
    slot: u32,
    name: u32,
    listener: Option<u32>,
}

/// Numbers as they are handed out: the one freed last first.
#[derive(Default)]
struct Numbers {
    free: Vec<u32>,
    next: u32,
}

impl Numbers {
    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }
}

#[derive(Default)]
struct Model {
    /// In the order they were added.
    handlers: Vec<Handler>,
    pages: BTreeSet<u32>,
    names: BTreeMap<u32, String>,
    reported: BTreeSet<(u32, u32)>,
    page_numbers: Numbers,
    name_numbers: Numbers,
    slots: BTreeMap<u32, Numbers>,
}

impl Model {
    fn open_page(&mut self) -> u32 {
        let page = self.page_numbers.take() + 1;
        self.pages.insert(page);
        page * PAGE
    }

    fn release_page(&mut self, first: u32) {
        if first % PAGE == 0 && self.pages.remove(&(first / PAGE)) {
            let page = first / PAGE;
            self.page_numbers.free.push(page - 1);
            self.handlers.retain(|h| h.emitter / PAGE != page);
            self.reported.retain(|(emitter, _)| emitter / PAGE != page);
            self.slots.retain(|emitter, _| emitter / PAGE != page);
        }
    }

    fn intern(&mut self, text: &str) -> u32 {
        let name = self.name_numbers.take();
        self.names.insert(name, text.into());
        name
    }

    fn forget(&mut self, name: u32) -> bool {
        let is_used = self.handlers.iter().any(|h| h.name == name)
            || self.reported.iter().any(|reported| reported.1 == name);
        let is_free = !is_used && self.names.remove(&name).is_some();
        if is_free {
            self.name_numbers.free.push(name);
        }
        is_free
    }

    fn add(&mut self, emitter: u32, name: u32, listener: Option<u32>) -> Option<Added> {
        let known = |emitter: u32| self.pages.contains(&(emitter / PAGE));
        if !known(emitter) || !listener.is_none_or(known) || !self.names.contains_key(&name) {
            return None;
        }
        let slot = self.slots.entry(emitter).or_default().take();
        self.handlers.push(Handler {
            emitter,
            slot,
            name,
            listener,
        });
        let size = self.list(emitter, name).len();
        Some(Added {
            slot: Slot(slot),
            is_suspect: size > MANY_HANDLERS as usize && self.reported.insert((emitter, name)),
        })
    }

    fn remove(&mut self, emitter: u32, slot: u32) -> Option<Ended> {
        let is_it = |h: &Handler| h.emitter == emitter && h.slot == slot;
        let handler = self.handlers.remove(self.handlers.iter().position(is_it)?);
        self.slots.get_mut(&emitter)?.free.push(slot);
        Some(Ended {
            list: self.list(emitter, handler.name).is_empty(),
            relation: handler
                .listener
                .is_some_and(|listener| !self.listens(emitter, listener)),
        })
    }

    fn remove_list(&mut self, emitter: u32, name: u32) -> Vec<EmitterId> {
        let mut gone = Vec::new();
        let list = self.list(emitter, name);
        let was_any = !list.is_empty();
        for slot in list {
            let at = |h: &Handler| h.emitter == emitter && h.slot == slot;
            let listener = self
                .handlers
                .iter()
                .find(|h| at(h))
                .and_then(|h| h.listener);
            if self
                .remove(emitter, slot)
                .is_some_and(|ended| ended.relation)
            {
                gone.extend(listener.map(EmitterId));
            }
        }
        if was_any && self.handlers.iter().all(|h| h.emitter != emitter) {
            self.slots.remove(&emitter);
        }
        gone.sort();
        gone
    }

    fn clear(&mut self, emitter: u32) {
        self.handlers.retain(|h| h.emitter != emitter);
        self.slots.remove(&emitter);
    }

    fn list(&self, emitter: u32, name: u32) -> Vec<u32> {
        let it = |h: &&Handler| h.emitter == emitter && h.name == name;
        self.handlers.iter().filter(it).map(|h| h.slot).collect()
    }

    fn listens(&self, emitter: u32, listener: u32) -> bool {
        let it = |h: &Handler| h.emitter == emitter && h.listener == Some(listener);
        self.handlers.iter().any(it)
    }

    fn lists(&self) -> BTreeMap<(u32, u32), u32> {
        let mut lists = BTreeMap::new();
        for h in &self.handlers {
            *lists.entry((h.emitter, h.name)).or_default() += 1;
        }
        lists
    }

    fn inspect_list(&self, name: u32, handlers: u32) -> NameInspection {
        NameInspection {
            name: self.names[&name].clone(),
            handlers,
            is_suspect: handlers > 500,
        }
    }

    fn inspect_emitter(&self, emitter: u32) -> EmitterInspection {
        let mut names: Vec<_> = self
            .lists()
            .iter()
            .filter(|((of, _), _)| *of == emitter)
            .map(|((_, name), size)| self.inspect_list(*name, *size))
            .collect();
        names.sort_by_key(|it| (u32::MAX - it.handlers, it.name.clone()));
        let mut counts = BTreeMap::<u32, u32>::new();
        for h in self.handlers.iter().filter(|h| h.emitter == emitter) {
            if let Some(listener) = h.listener {
                *counts.entry(listener).or_default() += 1;
            }
        }
        let mut listeners: Vec<_> = counts
            .into_iter()
            .map(|(listener, handlers)| ListenerInspection {
                listener: EmitterId(listener),
                handlers,
            })
            .collect();
        listeners.sort_by_key(|it| (u32::MAX - it.handlers, it.listener));
        EmitterInspection { names, listeners }
    }

    fn inspect(&self, most: usize) -> BusInspection {
        let mut lists: Vec<_> = self.lists().into_iter().collect();
        lists.sort_by_key(|((emitter, name), size)| (u32::MAX - size, *emitter, *name));
        let longest = lists.iter().take(most);
        let emitters: BTreeSet<_> = self.handlers.iter().map(|h| h.emitter).collect();
        BusInspection {
            emitters: emitters.len() as u32,
            handlers: self.handlers.len() as u32,
            names: self.names.len() as u32,
            longest: longest
                .map(|((emitter, name), size)| ListInspection {
                    emitter: EmitterId(*emitter),
                    list: self.inspect_list(*name, *size),
                })
                .collect(),
        }
    }
}

const NAMES: u32 = 30;

/// Mostly emitters of the first three pages, two in each; listener 0 is none.
fn emitter() -> impl Strategy<Value = u32> {
    prop_oneof![
        20 => (1..=3u32, prop_oneof![Just(0), Just(PAGE - 1)]).prop_map(|(page, index)| page * PAGE + index),
        1 => prop_oneof![Just(0), Just(1), Just(PAGE - 1), Just(4 * PAGE), Just(u32::MAX)],
    ]
}

fn name() -> impl Strategy<Value = u32> {
    prop_oneof![10 => 0..3u32, 10 => 0..NAMES, 1 => Just(u32::MAX)]
}

fn step() -> impl Strategy<Value = Step> {
    let listener = prop_oneof![1 => Just(0), 2 => emitter()];
    let times = prop_oneof![30 => Just(1), 1 => 495..=505u32];
    prop_oneof![
        1 => Just(Step::OpenPage),
        1 => prop_oneof![3 => (0..5u32).prop_map(|page| page * PAGE), 1 => emitter()].prop_map(Step::ReleasePage),
        4 => "[abc]{0,2}|é".prop_map(Step::Intern),
        3 => name().prop_map(Step::Forget),
        20 => (emitter(), name(), listener, times).prop_map(|(emitter, name, listener, times)| Step::Add { emitter, name, listener, times }),
        16 => (emitter(), 0..8u32).prop_map(|(emitter, slot)| Step::Remove(emitter, slot)),
        4 => (emitter(), name()).prop_map(|(emitter, name)| Step::RemoveList(emitter, name)),
        1 => emitter().prop_map(Step::Clear),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_registry_answers_as_the_model(names in 0..NAMES, steps in proptest::collection::vec(step(), 0..120)) {
        let (mut bus, mut model) = (Bus::new(), Model::default());
        for _ in 0..2 {
            prop_assert_eq!(bus.open_page(), EmitterId(model.open_page()));
        }
        for i in 0..names {
            prop_assert_eq!(bus.intern(&i.to_string()), NameId(model.intern(&i.to_string())));
        }
        for step in steps {
            match step {
                Step::OpenPage => prop_assert_eq!(bus.open_page(), EmitterId(model.open_page())),
                Step::ReleasePage(first) => {
                    bus.release_page(EmitterId(first));
                    model.release_page(first);
                }
                Step::Intern(text) => prop_assert_eq!(bus.intern(&text), NameId(model.intern(&text))),
                Step::Forget(name) => prop_assert_eq!(bus.forget(NameId(name)), model.forget(name)),
                Step::Add { emitter, name, listener, times } => {
                    let listener = Some(listener).filter(|listener| *listener > 0);
                    for _ in 0..times {
                        prop_assert_eq!(
                            bus.add(EmitterId(emitter), NameId(name), listener.map(EmitterId)),
                            model.add(emitter, name, listener)
                        );
                    }
                }
                Step::Remove(emitter, slot) => prop_assert_eq!(
                    bus.remove(EmitterId(emitter), Slot(slot)),
                    model.remove(emitter, slot)
                ),
                Step::RemoveList(emitter, name) => {
                    let mut listeners = bus.remove_list(EmitterId(emitter), NameId(name));
                    listeners.sort();
                    prop_assert_eq!(listeners, model.remove_list(emitter, name));
                }
                Step::Clear(emitter) => {
                    bus.clear(EmitterId(emitter));
                    model.clear(emitter);
                }
            }
            for name in 0..NAMES {
                prop_assert_eq!(bus.text(NameId(name)), model.names.get(&name).map(String::as_str));
            }
            for page in 0..5 {
                for emitter in [page * PAGE, page * PAGE + PAGE - 1] {
                    prop_assert_eq!(bus.inspect_emitter(EmitterId(emitter)), model.inspect_emitter(emitter));
                    for name in 0..3 {
                        let list: Vec<_> = bus.list(EmitterId(emitter), NameId(name)).map(|slot| slot.0).collect();
                        prop_assert_eq!(list, model.list(emitter, name));
                    }
                }
            }
            prop_assert_eq!(bus.inspect(5), model.inspect(5));
        }
    }
}
