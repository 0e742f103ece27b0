//! Which revision last concerned which type of model.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Concerns, NodeChange};
use crate::revision::Revision;

/// Names a type of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeId(pub u32);

/// Types that are told apart. Names come from servers, so their number is bounded; a change of a type past that concerns
/// everything.
const MAX_TYPES: usize = 4096;

/// The newest revision that concerned everything, and that of each type.
#[derive(Debug, Default)]
pub struct Concerned {
    everything: Revision,
    /// The newest of all.
    newest: Revision,
    types: Vec<(Box<str>, Revision)>,
}

impl Concerned {
    /// The number of a type, from the app or from the feed. `None` when there are too many: an entity of it then counts as
    /// one without a type.
    pub fn type_id(&mut self, name: &str) -> Option<TypeId> {
        self.known(name).or_else(|| {
            (self.types.len() < MAX_TYPES).then(|| {
                self.types.push((name.into(), Revision::default()));
                TypeId(self.types.len() as u32 - 1)
            })
        })
    }

    /// The number of a type, if it has one.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<TypeId> {
        let index = self.types.iter().position(|(known, _)| **known == *name);
        index.map(|index| TypeId(index as u32))
    }

    /// Takes note of what `revision` concerns.
    pub fn note(&mut self, change: &NodeChange, revision: Revision) {
        self.newest = revision;
        if change.concerns == Concerns::Everything {
            self.everything = revision;
        }
        for model in &change.models {
            match self.type_id(model.name.as_str()) {
                Some(id) => self.types[id.0 as usize].1 = revision,
                None => self.everything = revision,
            }
        }
    }

    /// Takes note that `revision` concerns everything.
    pub fn note_everything(&mut self, revision: Revision) {
        self.newest = revision;
        self.everything = revision;
    }

    /// Whether anything after `applied` concerns entities of this type; those without one are concerned by everything.
    #[must_use]
    pub fn since(&self, applied: Revision, id: Option<TypeId>) -> bool {
        let Some((_, newest)) = id.and_then(|id| self.types.get(id.0 as usize)) else {
            return self.newest > applied;
        };
        self.everything > applied || *newest > applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_json;

    fn change(old: &str, new: &str) -> NodeChange {
        let parse = |text| parse_json(text).expect("valid JSON");
        NodeChange::between(parse(old).as_ref(), parse(new).as_ref())
    }

    #[test]
    fn a_typed_change_concerns_its_type_and_what_has_none() {
        let mut concerned = Concerned::default();
        let (message, user) = (concerned.type_id("Message"), concerned.type_id("User"));
        concerned.note(
            &change("null", r#"{"models":{"Message":{"version":1}}}"#),
            Revision(5),
        );
        assert!(concerned.since(Revision(4), message));
        assert!(!concerned.since(Revision(5), message));
        assert!(!concerned.since(Revision(4), user));
        assert!(concerned.since(Revision(4), None) && !concerned.since(Revision(5), None));
    }

    #[test]
    fn what_a_typed_change_hides_from_a_later_one_is_not_forgotten() {
        let mut concerned = Concerned::default();
        let user = concerned.type_id("User");
        concerned.note(
            &change("null", r#"{"models":{"User":{"version":1}}}"#),
            Revision(5),
        );
        concerned.note(
            &change("null", r#"{"models":{"Message":{"version":1}}}"#),
            Revision(6),
        );
        assert!(concerned.since(Revision(4), user));
        assert!(!concerned.since(Revision(5), user));
    }

    #[test]
    fn an_untyped_change_concerns_every_type() {
        let mut concerned = Concerned::default();
        let user = concerned.type_id("User");
        concerned.note(&change("null", r#"{"updated":1}"#), Revision(3));
        assert!(concerned.since(Revision(2), user) && !concerned.since(Revision(3), user));
    }

    #[test]
    fn too_many_types_make_changes_concern_everything() {
        let mut concerned = Concerned::default();
        let first = concerned.type_id("First");
        for index in 0..MAX_TYPES {
            concerned.type_id(&alloc::format!("T{index}"));
        }
        assert_eq!(concerned.type_id("OneMore"), None);
        concerned.note(
            &change("null", r#"{"models":{"OneMore":{"version":1}}}"#),
            Revision(7),
        );
        assert!(concerned.since(Revision(6), first));
    }
}
