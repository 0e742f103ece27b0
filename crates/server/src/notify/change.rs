//! What users are told: checked, merged with what else they are told, and put into the words of the user's node.

use std::collections::BTreeMap;

use remote_refresh_core::wire::Key;
use serde_json::{json, Value};

use super::NotifyError;

/// Types in one change: enough for any app, and keeps one patch within a feed's limits.
const MAX_TYPES: usize = 100;

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// It is new.
    Added,
    /// It is another.
    Changed,
    /// It is gone.
    Removed,
}

impl Op {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One record that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChange {
    /// The model's type, as the app calls it: `Message`. It must be a key.
    pub model_type: String,
    /// What happened.
    pub op: Op,
    /// The record, when it is one.
    pub id: Option<String>,
}

/// What users are told. The default tells them that something changed, which refreshes all they are looking at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The records that changed.
    pub models: Vec<ModelChange>,
    /// The client whose own request caused the change; it need not refresh.
    pub origin: Option<String>,
    /// Over how many milliseconds pages spread their refetches.
    pub spread: Option<u32>,
}

impl Change {
    /// Something changed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also this record.
    #[must_use]
    pub fn model(mut self, model_type: impl Into<String>, op: Op, id: impl Into<String>) -> Self {
        self.models.push(ModelChange {
            model_type: model_type.into(),
            op,
            id: Some(id.into()),
        });
        self
    }

    /// Also some records of this type.
    #[must_use]
    pub fn any(mut self, model_type: impl Into<String>) -> Self {
        self.models.push(ModelChange {
            model_type: model_type.into(),
            op: Op::Changed,
            id: None,
        });
        self
    }

    /// Caused by this client's own request.
    #[must_use]
    pub fn origin(mut self, client: impl Into<String>) -> Self {
        self.origin = Some(client.into());
        self
    }

    /// To be refetched within this many milliseconds, not all at once.
    #[must_use]
    pub fn spread(mut self, milliseconds: u32) -> Self {
        self.spread = Some(milliseconds);
        self
    }

    /// The change with its records counted by type, if it can be written.
    pub(super) fn check(&self) -> Result<Said, NotifyError> {
        if self.origin.as_deref() == Some("") {
            let why = "An origin is the id of a client and can't be empty; leave it out.";
            return Err(NotifyError::BadChange { why });
        }
        let mut types = BTreeMap::new();
        for model in &self.models {
            let model_type = model.model_type.as_str();
            Key::new(model_type).map_err(|source| NotifyError::BadType {
                model_type: model_type.to_owned(),
                source,
            })?;
            let note = Note {
                count: 1,
                op: model.op,
                id: model.id.clone(),
            };
            add(&mut types, model_type, note);
        }
        if types.len() > MAX_TYPES {
            let why =
                "A change may name 100 types at most; name none, and everything is refreshed.";
            return Err(NotifyError::BadChange { why });
        }
        Ok(Said {
            types,
            version: 1,
            origin: self.origin.clone(),
            spread: self.spread,
        })
    }
}

/// A change that can be written, or several that were merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// None when everything has to be refreshed.
    types: BTreeMap<String, Note>,
    /// By how much the user's count moves: see [`Said::merge`].
    version: u32,
    origin: Option<String>,
    spread: Option<u32>,
}

/// How many records of a type changed, and what happened last, to which.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    count: u64,
    op: Op,
    id: Option<String>,
}

/// The counts add up, the last word stays.
fn add(types: &mut BTreeMap<String, Note>, model_type: &str, mut later: Note) {
    if let Some(earlier) = types.get(model_type) {
        later.count += earlier.count;
    }
    types.insert(model_type.to_owned(), later);
}

impl Said {
    /// Takes a later change of the same user into the same write.
    ///
    /// `version` counts writes, since that is what a browser can miss; so it moves by one, and browsers trust the types,
    /// whose own counts say how many records changed. A change that names no types among others that do makes it move by
    /// two: something has changed that the types don't tell of, and everything is refreshed.
    pub(super) fn merge(&mut self, later: &Said) {
        if self.types.is_empty() != later.types.is_empty() {
            self.version = 2;
        }
        self.version = self.version.max(later.version);
        for (model_type, note) in &later.types {
            add(&mut self.types, model_type, note.clone());
        }
        if self.types.len() > MAX_TYPES {
            // Without types everything is refreshed, which is right for so many.
            self.types.clear();
        }
        // An echo is left out by the client that caused it: it must be the echo of both.
        if self.origin != later.origin {
            self.origin = None;
        }
        // Nobody waits longer than they would have for the more urgent of the two.
        self.spread = self.spread.zip(later.spread).map(|(a, b)| a.min(b));
    }

    /// What it writes below the user's node.
    pub(super) fn fields(&self) -> Vec<(String, Value)> {
        let increment = |by: u64| json!({ ".sv": { "increment": by } });
        let mut fields = vec![
            ("updated".to_owned(), json!({ ".sv": "timestamp" })),
            ("version".to_owned(), increment(self.version.into())),
            // null deletes: an origin or a spread of an earlier change must not speak for this one.
            ("origin".to_owned(), json!(self.origin)),
            ("spread".to_owned(), json!(self.spread)),
        ];
        for (model_type, Note { count, op, id }) in &self.types {
            fields.push((format!("models/{model_type}/version"), increment(*count)));
            fields.push((format!("models/{model_type}/op"), json!(op.as_str())));
            fields.push((format!("models/{model_type}/id"), json!(id)));
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these changes come to in one write: `[version, origin, spread, {type: [count, op, id]}]`.
    fn merged(changes: &[Change]) -> Value {
        let mut said = changes
            .iter()
            .map(|change| change.check().expect("it is good"));
        let mut all = said.next().expect("there is one");
        said.for_each(|later| all.merge(&later));
        let types: serde_json::Map<_, _> = all
            .types
            .iter()
            .map(|(name, note)| (name.clone(), json!([note.count, note.op.as_str(), note.id])))
            .collect();
        json!([all.version, all.origin, all.spread, types])
    }

    #[test]
    fn types_are_united_records_counted_and_the_last_word_stays() {
        let changes = [
            Change::new().model("Message", Op::Added, "m1"),
            Change::new()
                .model("Message", Op::Removed, "m2")
                .model("Thread", Op::Changed, "t1"),
            Change::new()
                .model("Message", Op::Added, "m3")
                .any("Message"),
        ];
        assert_eq!(
            merged(&changes),
            json!([1, null, null, {"Message": [4, "changed", null], "Thread": [1, "changed", "t1"]}])
        );
    }

    #[test]
    fn a_change_without_types_makes_the_count_move_by_two_among_others_and_by_one_alone() {
        let (all, one) = (
            Change::new(),
            Change::new().model("Message", Op::Added, "m1"),
        );
        let both = json!([2, null, null, {"Message": [1, "added", "m1"]}]);
        assert_eq!(merged(&[all.clone(), one.clone()]), both);
        assert_eq!(merged(&[one, all.clone(), all.clone()]), both);
        assert_eq!(merged(&[all.clone(), all]), json!([1, null, null, {}]));
    }

    #[test]
    fn more_than_a_hundred_types_are_everything() {
        let types =
            |from: usize| (from..from + 60).fold(Change::new(), |all, i| all.any(format!("T{i}")));
        assert_eq!(merged(&[types(0), types(60)]), json!([1, null, null, {}]));
    }

    #[test]
    fn an_origin_stays_if_it_is_that_of_all_and_the_more_urgent_spread_holds() {
        let by = |origin: &str| Change::new().origin(origin);
        assert_eq!(merged(&[by("a"), by("a")])[1], json!("a"));
        assert_eq!(merged(&[by("a"), by("b")])[1], Value::Null);
        assert_eq!(merged(&[Change::new(), by("a")])[1], Value::Null);
        let within = |ms| Change::new().spread(ms);
        assert_eq!(merged(&[within(900), within(20), within(50)])[2], json!(20));
        assert_eq!(merged(&[within(900), Change::new()])[2], Value::Null);
    }
}
