//! What can be refreshed at all, and what a change of one record means for the collection that holds it.

use super::App;
use crate::change::{Operation, TypeId};
use crate::refresh::EntityId;
use crate::wire::Leaf;

/// What is known of a model that was never saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewModel {
    /// `url` is a property of its own, or no function: it says where it is, as a singleton such as `/me` does.
    pub has_own_url: bool,
    /// It has a `urlRoot`, or a collection, from which its class's `url()` makes the address of the list.
    pub has_list: bool,
}

impl NewModel {
    /// Whether it can be fetched: not if its address would be that of its list, since its own doesn't exist yet.
    #[must_use]
    pub const fn has_address(self) -> bool {
        self.has_own_url || !self.has_list
    }
}

/// What is to be done for a collection when exactly one record has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SingleStep {
    /// Fetch the collection: a record that is new here may be anywhere in the list, or not in it.
    FetchCollection,
    /// Fetch the member alone.
    FetchMember,
    /// Take the member out.
    RemoveMember,
    /// Nothing: the record is gone, and was not here.
    Nothing,
}

impl App {
    /// The id of the one record that the pass under way is about, if it is of this type and that is all there is to do for the
    /// collection. See [`App::exact`].
    #[must_use]
    pub fn single_record(&self, collection: EntityId, kind: TypeId) -> Option<&Leaf> {
        self.exact(collection, kind)?.id.as_ref()
    }

    /// What is to be done for a collection of which [`App::single_record`] named a record: `is_member` when the collection
    /// holds it, `can_fetch` when that member can be fetched. What is answered is all that the pass asks of the
    /// collection, unless it is [`SingleStep::FetchCollection`].
    pub fn single_step(
        &mut self,
        collection: EntityId,
        kind: TypeId,
        is_member: bool,
        can_fetch: bool,
    ) -> SingleStep {
        let operation = self.exact(collection, kind).map(|model| model.operation);
        let step = match operation {
            Some(Operation::Removed) if is_member => SingleStep::RemoveMember,
            Some(Operation::Removed) => SingleStep::Nothing,
            Some(Operation::Changed) if is_member && can_fetch => SingleStep::FetchMember,
            _ => return SingleStep::FetchCollection,
        };
        self.exactly(collection);
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_model_whose_address_would_be_its_lists_is_not_fetched() {
        let model = |has_own_url, has_list| NewModel {
            has_own_url,
            has_list,
        };
        assert!(!model(false, true).has_address());
        assert!(model(true, true).has_address());
        assert!(model(true, false).has_address());
        assert!(
            model(false, false).has_address(),
            "`url()` is the app's own"
        );
    }
}
