//! Why something was refreshed, or was not: the last steps on the way from a change to its result.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;

use crate::refresh::EntityId;
use crate::views::ViewId;
use crate::wire::Leaf;

/// Steps that are remembered; one more takes the place of the oldest.
pub const MAX_STEPS: usize = 500;

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Counts the steps, from 1.
    pub number: u32,
    /// When, in milliseconds, by the clock of the caller that notes it.
    pub time: f64,
    /// What happened.
    pub what: What,
    /// The view that it is about, unless that is gone.
    pub view: Option<ViewId>,
    /// The model or collection that it is about, unless that is gone.
    pub entity: Option<EntityId>,
}

/// What happened in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A child of the user's node changed, for which this event was triggered.
    Child {
        /// The event's name.
        event: &'static str,
        /// The child's name.
        key: Box<str>,
    },
    /// The node says that records of a type changed.
    Model {
        /// The type's name.
        kind: Box<str>,
        /// `added`, `changed` or `removed`.
        operation: &'static str,
        /// The record's id, if it is one that is known.
        id: Option<Leaf>,
    },
    /// The page view is to be refreshed.
    Plan,
    /// A fetch that is under way or pending will do.
    Joined,
    /// An event of this name was triggered, with this reason or error code.
    Event {
        /// Its name, such as `refresh:skipped`.
        name: String,
        /// Its `reason` or `code`.
        reason: Option<String>,
    },
}

/// The newest steps.
#[derive(Debug, Default)]
pub struct Explain {
    steps: VecDeque<Step>,
    last: u32,
}

impl Explain {
    /// Notes a step, and gives its number.
    pub fn note(
        &mut self,
        time: f64,
        what: What,
        view: Option<ViewId>,
        entity: Option<EntityId>,
    ) -> u32 {
        if self.steps.len() == MAX_STEPS {
            self.steps.pop_front();
        }
        self.last += 1;
        self.steps.push_back(Step {
            number: self.last,
            time,
            what,
            view,
            entity,
        });
        self.last
    }

    /// The steps, oldest first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// The view is gone, and its number may be another's soon.
    pub fn forget_view(&mut self, view: ViewId) {
        for step in &mut self.steps {
            step.view = step.view.filter(|of| *of != view);
        }
    }

    /// The entity is gone, and its number may be another's soon.
    pub fn forget_entity(&mut self, entity: EntityId) {
        for step in &mut self.steps {
            step.entity = step.entity.filter(|of| *of != entity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_steps_are_kept_in_order() {
        let mut explain = Explain::default();
        for step in 1..=MAX_STEPS as u32 + 3 {
            assert_eq!(explain.note(f64::from(step), What::Plan, None, None), step);
        }
        let numbers: Vec<u32> = explain.steps().map(|step| step.number).collect();
        assert_eq!(numbers, (4..=MAX_STEPS as u32 + 3).collect::<Vec<_>>());
    }

    #[test]
    fn a_number_that_another_may_get_is_taken_out_of_all_steps() {
        let mut explain = Explain::default();
        let (view, entity) = (Some(ViewId(1)), Some(EntityId(1)));
        explain.note(0.0, What::Plan, view, None);
        explain.note(0.0, What::Joined, view, entity);
        explain.note(0.0, What::Joined, Some(ViewId(2)), Some(EntityId(2)));
        explain.forget_view(ViewId(1));
        explain.forget_entity(EntityId(1));
        let about: Vec<_> = explain
            .steps()
            .map(|step| (step.view, step.entity))
            .collect();
        assert_eq!(
            about,
            [
                (None, None),
                (None, None),
                (Some(ViewId(2)), Some(EntityId(2)))
            ]
        );
    }
}
