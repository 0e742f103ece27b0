//! PUT, POST, PATCH and DELETE.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use remote_refresh_core::wire::{Key, Node, NodeError, Path, StreamEvent, Val};
use serde::Serialize;
use serde_json::Value;

use super::answer::{self, Failure};
use super::body;
use super::params::Params;
use crate::auth::Grant;
use crate::etag;
use crate::feed::FeedServer;
use crate::store::{Operation, Refusal, Write, WriteError};

/// The most values in one write. In memory each takes some 150 bytes, as text perhaps two; and others wait while they are stored.
const MAX_VALUES: usize = 1_000_000;

pub(super) async fn write(
    feed: &FeedServer,
    method: &Method,
    path: Path,
    params: Params,
    grant: Grant,
    body: Body,
) -> Result<Response, Failure> {
    let inner = feed.inner();
    // Asked before the body is read: where nobody may write, nobody can make the server hold data.
    if !grant.admin && !inner.store.rules().could_write(&path) {
        return Err(Failure::denied());
    }
    // What was read is counted until the write is done.
    let (json, _held) = match *method {
        Method::DELETE => (Value::Null, None),
        _ => {
            let (bytes, held) = body::read(feed, body, inner.config.max_body).await?;
            (read_json(&bytes)?, Some(held))
        }
    };
    let mut name = None;
    let operation = match *method {
        Method::PATCH => {
            let Value::Object(fields) = json else {
                return Err(Failure::bad(
                    "Invalid data; the body of a PATCH must be a JSON object.",
                ));
            };
            Operation::patch(path, fields).map_err(Refusal::from)?
        }
        Method::POST => {
            let id = feed
                .push_id()
                .map_err(|_| Failure::internal("The system has no randomness to give."))?;
            let key = Key::new(&id).map_err(|_| Failure::internal("A push id is no key."))?;
            name = Some(id);
            Operation::Put {
                path: path.child(&key),
                json,
            }
        }
        _ => Operation::Put { path, json },
    };
    let write = Write {
        operation,
        grant,
        if_match: params.if_match,
    };
    let written = match inner.store.write(write).await {
        Err(Refusal::Changed(current)) => {
            return Ok(answer::changed(params.print, current.as_ref()))
        }
        result => result?,
    };
    let mut response = match name {
        Some(name) => answer::json(params.print, &serde_json::json!({ "name": name })),
        None => answer::json(params.print, &Written(&written)),
    };
    if let (true, StreamEvent::Put { data, .. }) = (params.wants_etag, &written) {
        answer::add_etag(&mut response, &etag::of(data.as_ref()));
    }
    Ok(response)
}

fn read_json(bytes: &[u8]) -> Result<Value, Failure> {
    let json = serde_json::from_slice(bytes)
        .map_err(|_| Failure::bad("Invalid data; couldn't parse JSON object, array, or value."))?;
    if values(&json) > MAX_VALUES {
        return Err(Failure::bad(format!(
            "Invalid data; there can't be more than {MAX_VALUES} values in one write."
        )));
    }
    Ok(json)
}

/// How many values there are in `json`, objects and arrays among them.
fn values(json: &Value) -> usize {
    1 + match json {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        _ => 0,
    }
}

/// What a write put where it was asked to, server values resolved.
struct Written<'a>(&'a StreamEvent);

impl Serialize for Written<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            StreamEvent::Put { data, .. } => Val(data.as_ref()).serialize(to),
            StreamEvent::Patch { children, .. } => {
                to.collect_map(children.iter().map(|(path, data): &(Path, Option<Node>)| {
                    let name = path.to_string().trim_start_matches('/').to_owned();
                    (name, Val(data.as_ref()))
                }))
            }
            _ => to.serialize_unit(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied => Self::denied(),
            Refusal::Changed(_) => Self::new(StatusCode::PRECONDITION_FAILED, "The data has another ETag."),
            Refusal::Write(WriteError::Storage) => Self::internal(WriteError::Storage.to_string()),
            Refusal::Write(WriteError::Stopping) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, WriteError::Stopping.to_string())
            }
            Refusal::Write(WriteError::Node(NodeError::BadKey { place, .. })) => Self::bad(format!(
                "Invalid data; couldn't parse key at {place}. Key value can't be empty or contain $ # [ ] / or ."
            )),
            Refusal::Write(error) => Self::bad(format!("Invalid data; {error}")),
        }
    }
}
