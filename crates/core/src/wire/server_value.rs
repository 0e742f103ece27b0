//! Server values: `{".sv": …}` in data that is written, replaced by what it stands for.
//!
//! `{".sv": "timestamp"}` is the time of the write; `{".sv": {"increment": n}}` is what is stored plus `n`, or `n` when
//! no number is stored. Both may stand at any depth and as a priority. All timestamps of one write are one instant.

use super::json::Json;
use super::node::{build, Node, NodeError, ServerValues};
use crate::time::Millis;

/// Builds what is to be stored from what a client wrote.
///
/// `existing` is what is stored now where `json` goes, `now` the time of the write since the epoch.
///
/// # Errors
/// As [`super::node::parse_json`], but names that start with a dot and mean nothing are refused too.
pub fn resolve<'a>(
    json: impl Into<Json<'a>>,
    existing: Option<&Node>,
    now: Millis,
) -> Result<Option<Node>, NodeError> {
    build(&json.into(), existing, &At(now))
}

struct At(Millis);

impl ServerValues for At {
    const SKIP_UNKNOWN: bool = false;

    fn resolve(&self, sv: &Json<'_>, existing: Option<f64>) -> Option<f64> {
        match sv {
            Json::String(name) if name == "timestamp" => Some(self.0 .0 as f64),
            Json::Object(fields) if fields.len() == 1 => {
                let step = sv.get("increment")?.as_f64()?;
                Some(existing.unwrap_or(0.0) + step)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::{parse_json, Export};
    use super::*;

    fn write(existing: &str, json: &str) -> Result<String, &'static str> {
        let existing = parse_json(existing).expect("the test uses valid data");
        let json = Json::parse(json).expect("the test uses JSON");
        match resolve(json, existing.as_ref(), Millis(1_700_000_000_000)) {
            Ok(node) => Ok(serde_json::to_string(&Export(node.as_ref())).expect("a node is JSON")),
            Err(error) => Err(error.code()),
        }
    }

    #[test]
    fn a_timestamp_is_the_time_of_the_write_anywhere() {
        let written = write(
            "null",
            r#"{"a":[{"b":{".sv":"timestamp"}}],".priority":{".sv":"timestamp"}}"#,
        );
        let time = "1700000000000";
        assert_eq!(
            written.unwrap(),
            format!(r#"{{"a":{{"0":{{"b":{time}}}}},".priority":{time}}}"#)
        );
        let wrapped = write("null", r#"{".value":{".sv":"timestamp"},".priority":1}"#);
        assert_eq!(
            wrapped.unwrap(),
            format!(r#"{{".value":{time},".priority":1}}"#)
        );
    }

    #[test]
    fn an_increment_adds_to_the_number_that_is_stored() {
        let add = r#"{"n":{".sv":{"increment":2.5}}}"#;
        assert_eq!(write(r#"{"n":1}"#, add).unwrap(), r#"{"n":3.5}"#);
        assert_eq!(write("null", add).unwrap(), r#"{"n":2.5}"#);
        assert_eq!(write(r#"{"n":"text"}"#, add).unwrap(), r#"{"n":2.5}"#);
        let priority = r#"{".value":0,".priority":{".sv":{"increment":1}}}"#;
        assert_eq!(
            write(r#"{".value":0,".priority":4}"#, priority).unwrap(),
            r#"{".value":0,".priority":5}"#
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for sv in [
            r#""time""#,
            "1",
            "null",
            r#"{"increment":"1"}"#,
            r#"{"increment":1,"x":1}"#,
            "{}",
        ] {
            assert_eq!(
                write("null", &format!(r#"{{"a":{{".sv":{sv}}}}}"#)),
                Err("data_bad_server_value"),
                "{sv}"
            );
        }
        assert_eq!(
            write("null", r#"{".sv":"timestamp","a":1}"#),
            Err("data_bad_server_value")
        );
        assert_eq!(
            write("null", r#"{".other":1}"#),
            Err("key_forbidden_character")
        );
        assert_eq!(
            write("1.7e308", r#"{".sv":{"increment":1.7e308}}"#),
            Err("data_number_range")
        );
    }
}
