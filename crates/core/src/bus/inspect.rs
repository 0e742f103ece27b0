//! What an inspector asks of the bus: copies, made when asked for.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Bus, EmitterId, MANY_HANDLERS, PAGE};

/// The handlers of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameInspection {
    /// The name; a lone surrogate in it reads as U+FFFD.
    pub name: String,
    /// How many handlers it has: at least 1.
    pub handlers: u32,
    /// There are more than [`MANY_HANDLERS`]: a likely leak.
    pub is_suspect: bool,
}

/// One object that listens to an emitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerInspection {
    /// The listener's number.
    pub listener: EmitterId,
    /// With how many handlers: at least 1.
    pub handlers: u32,
}

/// One emitter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmitterInspection {
    /// Its names, those with the most handlers first, then in the order of the alphabet.
    pub names: Vec<NameInspection>,
    /// Who listens to it through `listenTo`, those with the most handlers first, then by number.
    pub listeners: Vec<ListenerInspection>,
}

/// A list of handlers among those of all emitters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListInspection {
    /// Whose list it is.
    pub emitter: EmitterId,
    /// Its name and size.
    pub list: NameInspection,
}

/// All emitters together. Those that were dropped count until their page is released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusInspection {
    /// How many emitters have handlers.
    pub emitters: u32,
    /// How many handlers there are.
    pub handlers: u32,
    /// How many names are known, those without handlers too.
    pub names: u32,
    /// The longest lists, the longest first.
    pub longest: Vec<ListInspection>,
}

impl Bus {
    /// One emitter; for a number that is not in use, an emitter without handlers.
    #[must_use]
    pub fn inspect_emitter(&self, emitter: EmitterId) -> EmitterInspection {
        let Some(emitter) = self.emitter(emitter) else {
            return EmitterInspection::default();
        };
        let mut found = EmitterInspection::default();
        for (name, handlers) in emitter.sizes() {
            let list = self.inspect_list(name, handlers);
            insert(&mut found.names, list, |a, b| {
                (b.handlers, &a.name) < (a.handlers, &b.name)
            });
        }
        for (listener, handlers) in emitter.listeners() {
            let relation = ListenerInspection { listener, handlers };
            insert(&mut found.listeners, relation, |a, b| {
                a.handlers > b.handlers
            });
        }
        found
    }

    /// All emitters, and at most so many of the longest lists.
    #[must_use]
    pub fn inspect(&self, most: usize) -> BusInspection {
        let mut all = BusInspection {
            names: self.names.len() as u32,
            ..BusInspection::default()
        };
        let mut lists = Vec::new();
        for (page, emitters) in &self.pages {
            for (index, emitter) in emitters.iter().enumerate() {
                let id = EmitterId((page as u32 + 1) * PAGE + index as u32);
                all.emitters += u32::from(emitter.sizes().next().is_some());
                for (name, handlers) in emitter.sizes() {
                    all.handlers += handlers;
                    insert(&mut lists, (handlers, id, name), |a, b| a.0 > b.0);
                    lists.truncate(most);
                }
            }
        }
        all.longest = lists
            .into_iter()
            .map(|(handlers, emitter, name)| ListInspection {
                emitter,
                list: self.inspect_list(name, handlers),
            })
            .collect();
        all
    }

    fn inspect_list(&self, name: super::NameId, handlers: u32) -> NameInspection {
        NameInspection {
            name: self.text(name).unwrap_or_default().into(),
            handlers,
            is_suspect: handlers > MANY_HANDLERS,
        }
    }
}

/// Puts an item before the first that it is `before`: a sort whose code is a tenth as long as the library's.
fn insert<T>(sorted: &mut Vec<T>, item: T, before: impl Fn(&T, &T) -> bool) {
    let at = sorted.partition_point(|other| !before(&item, other));
    sorted.insert(at, item);
}
