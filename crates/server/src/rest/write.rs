//! PUT, POST, PATCH and DELETE.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use futures_util::StreamExt;
use remote_refresh_core::wire::{Key, Node, NodeError, Path, StreamEvent, Val};
use serde::Serialize;
use serde_json::Value;

use super::answer::{self, Failure};
use super::params::Params;
use crate::auth::Grant;
use crate::etag;
use crate::feed::FeedServer;
use crate::store::{Operation, Refusal, Write, WriteError};

/// How much more than the limit of a body is read and thrown away, so that its sender gets to see the answer.
const DISCARD_FACTOR: usize = 4;

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
    let json = match *method {
        Method::DELETE => Value::Null,
        _ => read_json(body, inner.config.max_body).await?,
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

/// Reads a body, up to `max` bytes.
pub(super) async fn read_body(body: Body, max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Failure::bad("The body broke off."))?;
        seen += chunk.len();
        if seen <= max {
            bytes.extend_from_slice(&chunk);
        } else if seen > max.saturating_mul(DISCARD_FACTOR) {
            break;
        }
    }
    if seen > max {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The data is larger than {max} bytes."),
        ));
    }
    Ok(bytes)
}

async fn read_json(body: Body, max: usize) -> Result<Value, Failure> {
    serde_json::from_slice(&read_body(body, max).await?)
        .map_err(|_| Failure::bad("Invalid data; couldn't parse JSON object, array, or value."))
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
