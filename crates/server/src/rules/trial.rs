//! Trying rules without a server: one case in, one verdict out.

use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{server_value, Node, Path};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{Asked, QueryFacts, Rules, RulesError, Sides};
use crate::data::Tree;

/// A case: rules, data, who asks, and what for. The operation is one of `read`, `write` (with `value`) and `update` (with
/// `value`, an object whose names may be paths), each of which names a path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// A rules file as text, or as the object in it.
    rules: Json,
    /// What is stored.
    #[serde(default)]
    data: Json,
    /// Who asks, as rules see it; null is nobody.
    #[serde(default)]
    auth: Json,
    /// The time, in milliseconds since the epoch.
    #[serde(default)]
    now: u64,
    read: Option<String>,
    write: Option<String>,
    update: Option<String>,
    #[serde(default)]
    value: Json,
}

/// Why a case has no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// The case is not as it must be.
    #[error("The case is not understood: {0}")]
    Case(String),
    /// The rules are not accepted.
    #[error("{0}")]
    Rules(#[from] RulesError),
}

impl TrialError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Case(_) => "trial_bad_case",
            Self::Rules(error) => error.code(),
        }
    }
}

impl Trial {
    /// Reads a case from JSON.
    ///
    /// # Errors
    /// It is none.
    pub fn from_json(json: &str) -> Result<Self, TrialError> {
        serde_json::from_str(json).map_err(|error| TrialError::Case(error.to_string()))
    }

    /// Whether the rules allow the operation.
    ///
    /// # Errors
    /// The rules are not accepted, or the case's data or paths are none.
    pub fn verdict(&self) -> Result<bool, TrialError> {
        let rules = match &self.rules {
            Json::String(source) => Rules::parse(source)?,
            object => Rules::parse(&object.to_string())?,
        };
        let asked = Asked {
            auth: &self.auth,
            now: Millis(self.now),
        };
        let root = self.node(&self.data, None)?;
        let operations = (&self.read, &self.write, &self.update);
        let (place, fields) = match operations {
            (Some(place), None, None) => {
                return Ok(rules.may_read(
                    asked,
                    &path(place)?,
                    &QueryFacts::none(),
                    &Tree(root.as_ref()),
                ));
            }
            (None, Some(place), None) => (
                path(place)?,
                Map::from_iter([(String::new(), self.value.clone())]),
            ),
            (None, None, Some(place)) => match &self.value {
                Json::Object(fields) => (path(place)?, fields.clone()),
                _ => {
                    return Err(TrialError::Case(
                        "the value of an update must be an object".to_owned(),
                    ))
                }
            },
            _ => {
                return Err(TrialError::Case(
                    "give one of read, write and update".to_owned(),
                ))
            }
        };
        let mut puts = Vec::with_capacity(fields.len());
        for (name, value) in &fields {
            let at = place.join(&path(name)?);
            let existing = root.as_ref().and_then(|root| root.get(&at));
            let node = self.node(value, existing)?;
            puts.push((at, node));
        }
        puts.sort_by(|(a, _), (b, _)| a.cmp(b));
        let sides = Sides {
            before: &Tree(root.as_ref()),
            puts: &puts,
        };
        Ok(rules.may_write(asked, sides))
    }

    fn node(&self, json: &Json, existing: Option<&Node>) -> Result<Option<Node>, TrialError> {
        server_value::resolve(json, existing, Millis(self.now))
            .map_err(|error| TrialError::Case(error.to_string()))
    }
}

fn path(text: &str) -> Result<Path, TrialError> {
    Path::parse(text).map_err(|error| TrialError::Case(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(json: &str) -> Result<bool, &'static str> {
        let trial = Trial::from_json(json).map_err(|error| error.code())?;
        trial.verdict().map_err(|error| error.code())
    }

    #[test]
    fn a_case_has_a_verdict() {
        let rules = r#"{"rules":{"a":{".read":true,".write":"newData.val() == now"}}}"#;
        for (operation, expected) in [
            (r#""read":"/a""#, Ok(true)),
            (r#""read":"/""#, Ok(false)),
            (r#""write":"/a","value":7"#, Ok(true)),
            (r#""write":"/a","value":{".sv":"timestamp"}"#, Ok(true)),
            (r#""update":"/","value":{"a":7,"b":1}"#, Ok(false)),
            (r#""update":"/","value":7"#, Err("trial_bad_case")),
            (r#""read":"/a","write":"/a""#, Err("trial_bad_case")),
            (r#""read":"/a.b""#, Err("trial_bad_case")),
            (r#""reed":"/a""#, Err("trial_bad_case")),
        ] {
            assert_eq!(
                verdict(&format!("{{\"rules\":{rules},\"now\":7,{operation}}}")),
                expected,
                "{operation}"
            );
        }
        assert_eq!(
            verdict(r#"{"rules":"{\"rules\":{\".read\":\"x\"}}","read":"/"}"#),
            Err("rules_bad")
        );
    }
}
