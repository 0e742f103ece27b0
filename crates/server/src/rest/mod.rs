//! HTTP: one handler for every path that ends in `.json`.

mod answer;
mod params;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{header, request, HeaderMap, Method, StatusCode};
use axum::response::Response;
use futures_util::StreamExt;
use remote_refresh_core::wire::{Export, Key, Node, Path, StreamEvent, Val};
use serde::Serialize;
use serde_json::Value;

use crate::auth::{authenticate, Grant};
use crate::feed::FeedServer;
use crate::store::{Operation, WriteError};
use crate::stream;
use answer::Failure;
use params::{Params, Print};

/// How much more than the limit of a body is read and thrown away, so that its sender gets to see the answer.
const DISCARD_FACTOR: usize = 4;

/// Answers a request.
pub(crate) async fn handle(State(feed): State<FeedServer>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS {
        return answer::preflight(&head.headers);
    }
    let response = match respond(&feed, &head, body).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    };
    answer::with_common_headers(response)
}

async fn respond(
    feed: &FeedServer,
    head: &request::Parts,
    body: Body,
) -> Result<Response, Failure> {
    let url = head.uri.path().strip_suffix(".json");
    let url = url.ok_or_else(|| {
        Failure::new(
            StatusCode::NOT_FOUND,
            "Append .json to the path of the data.",
        )
    })?;
    let path =
        Path::from_url(url).map_err(|error| Failure::bad(format!("Invalid path: {error}")))?;
    let params = Params::parse(head.uri.query().unwrap_or_default(), &head.headers)?;
    let config = &feed.inner().config;
    let grant = authenticate(
        params.credential.as_deref(),
        &head.headers,
        config.secret.reveal(),
        config.clock.now(),
    )?;
    match params
        .method
        .as_ref()
        .filter(|_| head.method == Method::POST)
        .unwrap_or(&head.method)
    {
        &Method::GET | &Method::HEAD if !grant.may_read(&path) => Err(Failure::denied()),
        &Method::GET if wants_stream(&params, &head.headers) => {
            if params.shallow {
                return Err(Failure::bad("shallow can't be streamed."));
            }
            Ok(stream::open(feed, path, &grant))
        }
        &Method::GET | &Method::HEAD => read(feed, &path, &params),
        method @ (&Method::PUT | &Method::POST | &Method::PATCH | &Method::DELETE) => {
            write(feed, method, path, &params, &grant, body).await
        }
        _ => Err(Failure::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Use GET, PUT, PATCH, POST or DELETE.",
        )),
    }
}

fn wants_stream(params: &Params, headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(header::ACCEPT)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    params.sse
        || accepted
            .flat_map(|value| value.split(','))
            .any(|kind| kind.trim().starts_with("text/event-stream"))
}

fn read(feed: &FeedServer, path: &Path, params: &Params) -> Result<Response, Failure> {
    let node = feed.inner().store.get(path);
    Ok(match (params.shallow, params.export) {
        (true, _) => answer::json(params.print, &Shallow(node.as_ref())),
        (false, true) => answer::json(params.print, &Export(node.as_ref())),
        (false, false) => answer::json(params.print, &Val(node.as_ref())),
    })
}

async fn write(
    feed: &FeedServer,
    method: &Method,
    path: Path,
    params: &Params,
    grant: &Grant,
    body: Body,
) -> Result<Response, Failure> {
    // Asked before the body is read: who may not write can't make the server hold data.
    if !grant.may_write() {
        return Err(Failure::denied());
    }
    let json = match *method {
        Method::DELETE => Value::Null,
        _ => read_json(body, feed.inner().config.max_body).await?,
    };
    match *method {
        Method::PATCH => {
            let Value::Object(fields) = json else {
                return Err(Failure::bad(
                    "Invalid data; the body of a PATCH must be a JSON object.",
                ));
            };
            let written = feed
                .inner()
                .store
                .write(Operation::patch(path, fields)?)
                .await?;
            Ok(answer::json(params.print, &Written(&written)))
        }
        Method::POST => {
            let id = feed
                .push_id()
                .map_err(|_| Failure::internal("The system has no randomness to give."))?;
            let key = Key::new(&id).map_err(|_| Failure::internal("A push id is no key."))?;
            feed.inner()
                .store
                .write(Operation::Put {
                    path: path.child(&key),
                    json,
                })
                .await?;
            Ok(answer::json(
                params.print,
                &serde_json::json!({ "name": id }),
            ))
        }
        _ => {
            let written = feed
                .inner()
                .store
                .write(Operation::Put { path, json })
                .await?;
            Ok(answer::json(params.print, &Written(&written)))
        }
    }
}

async fn read_json(body: Body, max: usize) -> Result<Value, Failure> {
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
    serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad("Invalid data; couldn't parse JSON object, array, or value."))
}

/// The keys of a node, each with `true`; a leaf is shown as it is.
struct Shallow<'a>(Option<&'a Node>);

impl Serialize for Shallow<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(node) if node.leaf().is_none() => {
                to.collect_map(node.children().map(|(key, _)| (key.as_str(), true)))
            }
            other => Val(other).serialize(to),
        }
    }
}

/// What a write put where it was asked to, server values resolved.
struct Written<'a>(&'a StreamEvent);

impl Serialize for Written<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            StreamEvent::Put { data, .. } => Val(data.as_ref()).serialize(to),
            StreamEvent::Patch { children, .. } => {
                to.collect_map(children.iter().map(|(path, data)| {
                    (
                        path.to_string().trim_start_matches('/').to_owned(),
                        Val(data.as_ref()),
                    )
                }))
            }
            _ => to.serialize_unit(),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        use remote_refresh_core::wire::NodeError;
        match &error {
            WriteError::Storage => Self::internal(error.to_string()),
            WriteError::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            WriteError::Node(NodeError::BadKey { place, .. }) => Self::bad(format!(
                "Invalid data; couldn't parse key at {place}. Key value can't be empty or contain $ # [ ] / or ."
            )),
            _ => Self::bad(format!("Invalid data; {error}")),
        }
    }
}

impl From<crate::token::Refused> for Failure {
    fn from(refused: crate::token::Refused) -> Self {
        use crate::token::Refused;
        Self::new(
            StatusCode::UNAUTHORIZED,
            match refused {
                Refused::Unreadable => "Could not parse auth token.",
                Refused::Expired => "Auth token is expired",
                Refused::NotYet => "Auth token is not valid yet",
            },
        )
    }
}

impl Print {
    const fn is_silent(self) -> bool {
        matches!(self, Self::Silent)
    }
}
