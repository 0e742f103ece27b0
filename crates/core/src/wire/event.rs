//! The events of a stream: what the database says about the place that is listened to.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::json::{Json, ReadJson};
use super::node::{Node, NodeError, Val};
use super::path::{Path, PathError};
use super::sse::SseEvent;
use crate::decimal::decimal;

/// What the live service says when a token ends under an open stream.
pub const CREDENTIAL_GONE: &str = "credential is no longer valid";

/// One event of a stream. Paths are relative to the place that is listened to.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamEvent {
    /// Everything at `path` is replaced; `None` deletes it.
    Put {
        /// Where.
        path: Path,
        /// By what.
        data: Option<Node>,
    },
    /// Each child named is replaced, all at once.
    Patch {
        /// Where the children's paths start.
        path: Path,
        /// The children; a path may have several keys, `None` deletes.
        children: Vec<(Path, Option<Node>)>,
    },
    /// The connection lives.
    KeepAlive,
    /// The data may no longer be read, or is too large; the stream ends.
    Cancel {
        /// Why, when the database says.
        reason: Option<String>,
    },
    /// The credential expired or was revoked; the stream ends.
    AuthRevoked {
        /// Why; [`CREDENTIAL_GONE`] when the database doesn't say.
        reason: String,
    },
}

impl StreamEvent {
    /// Reads the event called `event` with this `data`; `None` when the name is unknown.
    ///
    /// # Errors
    /// The data is not what an event of this name carries.
    pub fn parse(event: &str, data: &str) -> Result<Option<Self>, EventError> {
        Self::parse_with(Json::parse, event, data)
    }

    /// As [`StreamEvent::parse`], with another reader of JSON.
    ///
    /// # Errors
    /// As there.
    pub fn parse_with(read: ReadJson, event: &str, data: &str) -> Result<Option<Self>, EventError> {
        Ok(Some(match event {
            "put" => {
                let (path, data) = parse_change(read, data)?;
                Self::Put {
                    path,
                    data: Node::from_json(data)?,
                }
            }
            "patch" => {
                let (path, data) = parse_change(read, data)?;
                Self::Patch {
                    path,
                    children: parse_children(data)?,
                }
            }
            "keep-alive" => Self::KeepAlive,
            "cancel" => Self::Cancel {
                reason: parse_reason(read, data),
            },
            "auth_revoked" => Self::AuthRevoked {
                reason: parse_reason(read, data).unwrap_or_else(|| CREDENTIAL_GONE.to_owned()),
            },
            _ => return Ok(None),
        }))
    }

    /// The event as a server sends it.
    ///
    /// A `cancel` without a reason carries `null`, as one that is read by the widest range of clients; the text of
    /// `auth_revoked` is not quoted.
    #[must_use]
    pub fn to_sse(&self) -> SseEvent {
        let (event, data) = match self {
            Self::Put { path, data } => ("put", change_json(path, Val(data.as_ref()).json())),
            Self::Patch { path, children } => ("patch", change_json(path, children_json(children))),
            Self::KeepAlive => ("keep-alive", "null".to_owned()),
            Self::Cancel { reason: None } => ("cancel", "null".to_owned()),
            Self::Cancel {
                reason: Some(reason),
            } => ("cancel", Json::String(reason.into()).to_string()),
            Self::AuthRevoked { reason } => ("auth_revoked", reason.clone()),
        };
        SseEvent {
            event: event.to_owned(),
            data,
        }
    }

    /// The bytes a server sends: [`StreamEvent::to_sse`], encoded.
    #[must_use]
    pub fn encode(&self) -> String {
        self.to_sse().encode()
    }
}

/// `{"path": …, "data": …}` of a put or patch. Absent data counts as `null`.
fn parse_change(read: ReadJson, text: &str) -> Result<(Path, Json<'static>), EventError> {
    let json = read(text).map_err(NodeError::from)?;
    let path = json.get("path").and_then(Json::as_str);
    let path = Path::parse(path.ok_or(EventError::Shape)?)?;
    Ok((path, json.into_field("data").unwrap_or(Json::Null)))
}

/// The children of a patch. One that looks like an array may have been sent as one; its holes name nothing.
fn parse_children(json: Json<'_>) -> Result<Vec<(Path, Option<Node>)>, EventError> {
    let mut children = Vec::new();
    let mut child = |name: &str, json| -> Result<(), EventError> {
        children.push((Path::parse(name)?, Node::from_json(json)?));
        Ok(())
    };
    match json {
        Json::Null => {}
        Json::Object(fields) => {
            for (name, json) in fields {
                child(&name, json)?;
            }
        }
        Json::Array(items) => {
            for (index, json) in items.into_iter().enumerate() {
                if json != Json::Null {
                    child(&decimal(index), json)?;
                }
            }
        }
        _ => return Err(EventError::Shape),
    }
    Ok(children)
}

/// Nothing, `null`, a JSON string or bare text: servers of different ages send each.
fn parse_reason(read: ReadJson, data: &str) -> Option<String> {
    let text = data.trim_ascii();
    match read(text) {
        Ok(Json::Null) => None,
        Ok(Json::String(reason)) => Some(reason.into_owned()),
        _ => Some(text.to_owned()).filter(|text| !text.is_empty()),
    }
}

fn change_json(path: &Path, data: Json<'_>) -> String {
    let path = Json::String(path.to_string().into());
    Json::Object([("path".into(), path), ("data".into(), data)].into()).to_string()
}

/// The data of a patch: never an array, keys without a leading slash.
fn children_json(children: &[(Path, Option<Node>)]) -> Json<'_> {
    let fields = children.iter().map(|(path, data)| {
        let name = path.to_string().trim_start_matches('/').to_owned();
        (name.into(), Val(data.as_ref()).json())
    });
    Json::Object(fields.collect())
}

/// Why an event can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// The event is not `{"path": text, "data": …}`, or a patch's data is no object.
    Shape,
    /// The path, or a key of a patch, is none.
    Path(PathError),
    /// The data is none.
    Node(NodeError),
}

impl EventError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape => "event_shape",
            Self::Path(error) => error.code(),
            Self::Node(error) => error.code(),
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Shape => {
                "A put or patch must carry {\"path\": text, \"data\": …}, a patch an object as data."
                    .into()
            }
            Self::Path(error) => error.sentence().into(),
            Self::Node(error) => error.sentence(),
        }
    }
}

impl From<PathError> for EventError {
    fn from(error: PathError) -> Self {
        Self::Path(error)
    }
}

impl From<NodeError> for EventError {
    fn from(error: NodeError) -> Self {
        Self::Node(error)
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl core::error::Error for EventError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Shape => None,
            Self::Path(error) => Some(error),
            Self::Node(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    fn parse(event: &str, data: &str) -> StreamEvent {
        StreamEvent::parse(event, data)
            .expect("the test uses valid events")
            .expect("a known name")
    }

    #[test]
    fn a_put_and_a_patch_survive_the_wire() {
        let node =
            Node::from_json(&serde_json::json!({"n": [1, null, {"s": "ж\n"}]})).expect("valid");
        let put = StreamEvent::Put {
            path: path("/a \"b\""),
            data: node.clone(),
        };
        let children = vec![(path("a/b"), node), (path("c"), None)];
        let patch = StreamEvent::Patch {
            path: Path::root(),
            children,
        };
        for event in [put, patch] {
            let sse = event.to_sse();
            assert_eq!(parse(&sse.event, &sse.data), event);
        }
    }

    #[test]
    fn a_put_is_written_as_the_service_does() {
        let put = StreamEvent::Put {
            path: Path::root(),
            data: None,
        };
        assert_eq!(
            put.encode(),
            "event: put\ndata: {\"path\":\"/\",\"data\":null}\n\n"
        );
        assert_eq!(
            StreamEvent::KeepAlive.encode(),
            "event: keep-alive\ndata: null\n\n"
        );
        assert_eq!(
            StreamEvent::Cancel { reason: None }.encode(),
            "event: cancel\ndata: null\n\n"
        );
        let revoked = StreamEvent::AuthRevoked {
            reason: CREDENTIAL_GONE.to_owned(),
        };
        assert_eq!(
            revoked.encode(),
            "event: auth_revoked\ndata: credential is no longer valid\n\n"
        );
    }

    #[test]
    fn a_patch_names_its_children_by_path_and_never_becomes_an_array() {
        let one = Node::number(1.0);
        let children = vec![(path("0"), one.clone()), (path("a/b"), one)];
        let patch = StreamEvent::Patch {
            path: path("/x"),
            children,
        };
        assert_eq!(
            patch.to_sse().data,
            r#"{"path":"/x","data":{"0":1,"a/b":1}}"#
        );
    }

    #[test]
    fn a_patch_sent_as_an_array_or_as_null_is_understood() {
        let patch = parse("patch", r#"{"path":"/","data":["x",null,"z"]}"#);
        let StreamEvent::Patch { children, .. } = patch else {
            panic!("it is a patch")
        };
        assert_eq!(
            children,
            [
                (path("0"), Some(Node::string("x"))),
                (path("2"), Some(Node::string("z")))
            ]
        );
        let empty = StreamEvent::Patch {
            path: Path::root(),
            children: Vec::new(),
        };
        assert_eq!(parse("patch", r#"{"path":"/","data":null}"#), empty);
    }

    #[test]
    fn reasons_may_be_null_bare_or_quoted() {
        let because = |text: &str| Some(text.to_owned());
        for (data, reason) in [
            ("null", None),
            ("", None),
            ("Permission denied", because("Permission denied")),
            ("\"too big\"", because("too big")),
            ("12", because("12")),
        ] {
            assert_eq!(
                parse("cancel", data),
                StreamEvent::Cancel {
                    reason: reason.clone()
                }
            );
            let reason = reason.unwrap_or_else(|| CREDENTIAL_GONE.to_owned());
            assert_eq!(
                parse("auth_revoked", data),
                StreamEvent::AuthRevoked { reason }
            );
        }
        let quoted = StreamEvent::Cancel {
            reason: because("a\nb"),
        };
        assert_eq!(parse("cancel", &quoted.to_sse().data), quoted);
    }

    #[test]
    fn unknown_names_are_not_an_error_and_bad_data_is() {
        assert_eq!(StreamEvent::parse("message", "x"), Ok(None));
        let code = |event, data| {
            StreamEvent::parse(event, data)
                .expect_err("the data is bad")
                .code()
        };
        assert_eq!(code("put", "x"), "data_no_json");
        assert_eq!(code("put", "null"), "event_shape");
        assert_eq!(code("put", r#"{"data":1}"#), "event_shape");
        assert_eq!(
            code("put", r#"{"path":"/a.b","data":1}"#),
            "key_forbidden_character"
        );
        assert_eq!(
            code("put", r#"{"path":"/","data":{"a#":1}}"#),
            "key_forbidden_character"
        );
        assert_eq!(code("patch", r#"{"path":"/","data":1}"#), "event_shape");
    }
}
