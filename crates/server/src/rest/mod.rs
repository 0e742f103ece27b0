//! HTTP: one handler for every path that ends in `.json`, and for the few that tell how the server is.

mod answer;
mod backup;
mod body;
mod cors;
mod health;
mod params;
mod query;
mod settings;
mod write;

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{header, request, HeaderMap, Method, StatusCode};
use axum::response::Response;
use remote_refresh_core::wire::{Export, Node, Path, Val};
use serde::Serialize;

use crate::auth::{identify, Grant};
use crate::data::ReadError;
use crate::etag;
use crate::feed::FeedServer;
use crate::rules::{Asked, QueryFacts, Rules};
use crate::store::Snapshot;
use crate::stream;
pub(crate) use answer::Failure;
pub(crate) use backup::BACKUP;
pub(crate) use cors::Origins;
use params::{Params, Print};
pub(crate) use query::AskedQuery;

/// Answers a request.
pub(crate) async fn handle(State(feed): State<FeedServer>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let origins = &feed.inner().origins;
    if head.method == Method::OPTIONS {
        return answer::with_common_headers(origins.preflight(&head.headers));
    }
    let mut response = match respond(&feed, &head, body).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    };
    let metrics = &feed.inner().metrics;
    metrics.requests.fetch_add(1, Ordering::Relaxed);
    if response.status() == StatusCode::UNAUTHORIZED {
        metrics.denied.fetch_add(1, Ordering::Relaxed);
    }
    origins.allow(&head.headers, &mut response);
    answer::with_common_headers(response)
}

async fn respond(
    feed: &FeedServer,
    head: &request::Parts,
    body: Body,
) -> Result<Response, Failure> {
    if head.uri.path() == BACKUP {
        return backup::respond(feed, &head.method, &head.headers);
    }
    let Some(url) = head.uri.path().strip_suffix(".json") else {
        let health = health::respond(feed, &head.method, head.uri.path(), &head.headers);
        return health.unwrap_or_else(|| {
            let hint = "Append .json to the path of the data.";
            Err(Failure::new(StatusCode::NOT_FOUND, hint))
        });
    };
    let params = Params::parse(head.uri.query().unwrap_or_default(), &head.headers)?;
    let served = feed.inner().config.namespace.as_deref();
    if let (Some(served), Some(asked)) = (served, params.namespace.as_deref()) {
        if served != asked {
            return Err(Failure::new(
                StatusCode::NOT_FOUND,
                "There is no such database here. Leave ns out, or name the one that is served.",
            ));
        }
    }
    let config = &feed.inner().config;
    let mut grant = identify(params.credential.as_deref(), &head.headers, config).await?;
    let method = params
        .method
        .clone()
        .filter(|_| head.method == Method::POST);
    let method = method.unwrap_or_else(|| head.method.clone());
    if url == settings::RULES {
        return if grant.admin {
            settings::rules(feed, &method, body).await
        } else {
            Err(Failure::denied())
        };
    }
    let path =
        Path::from_url(url).map_err(|error| Failure::bad(format!("Invalid path: {error}")))?;
    if let Some(auth) = &params.acting_as {
        if !grant.admin {
            return Err(Failure::denied());
        }
        grant = grant.acting_as(auth.clone());
    }
    params.check_conditions(&method)?;
    match method {
        Method::GET if wants_stream(&params, &head.headers) => {
            if params.shallow {
                return Err(Failure::bad("shallow can't be streamed."));
            }
            let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
            stream::open(
                feed,
                path,
                params.query,
                grant,
                peer.map(|peer| peer.0.ip()),
            )
        }
        Method::GET | Method::HEAD => read(feed, &path, &params, &grant),
        Method::PUT | Method::POST | Method::PATCH | Method::DELETE => {
            write::write(feed, &method, path, params, grant, body).await
        }
        _ => Err(Failure::method(METHODS)),
    }
}

/// What can be done with data.
pub(super) const METHODS: &str = "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS";

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

/// Whether `grant` may read what is asked for, and whether that can be found.
pub(crate) fn check_read(
    feed: &FeedServer,
    grant: &Grant,
    path: &Path,
    query: Option<&AskedQuery>,
    data: &Snapshot,
    rules: &Rules,
) -> Result<(), Failure> {
    let none = QueryFacts::none();
    let asked = Asked {
        auth: &grant.auth,
        now: feed.inner().config.clock.now(),
    };
    let facts = query.map_or(&none, |query| &query.facts);
    if !grant.admin && !rules.may_read(asked, path, facts, data) {
        return Err(Failure::denied());
    }
    query.map_or(Ok(()), |query| query.check_index(rules, path))
}

fn read(
    feed: &FeedServer,
    path: &Path,
    params: &Params,
    grant: &Grant,
) -> Result<Response, Failure> {
    let query = params.query.as_ref();
    let (data, rules) = feed.inner().store.look();
    check_read(feed, grant, path, query, &data, &rules)?;
    // The ETag is of all that is there, however much of it is shown.
    let mut tag = None;
    if params.wants_etag || params.if_none_match.is_some() {
        tag = Some(etag::of(data.node(path)?.as_ref()));
    }
    if let (Some(known), Some(tag)) = (&params.if_none_match, &tag) {
        if etag::names(known, tag) {
            return Ok(answer::not_modified(tag));
        }
    }
    let node = match query {
        Some(asked) => data.window(path, &asked.query)?,
        None if params.shallow => data.shallow(path)?,
        None => data.node(path)?,
    };
    let mut response = match (params.shallow, params.export) {
        (true, _) => answer::json(params.print, &Shallow(node.as_ref())),
        (false, true) => answer::json(params.print, &Export(node.as_ref())),
        (false, false) => answer::json(params.print, &Val(node.as_ref())),
    };
    if let Some(tag) = tag {
        answer::add_etag(&mut response, &tag);
    }
    if let Some(name) = &params.download {
        answer::as_download(&mut response, name);
    }
    Ok(response)
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

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        if let ReadError::TooLarge = error {
            return Self::bad(error.to_string());
        }
        tracing::error!(%error, "what was asked for could not be read");
        Self::internal("The data can't be read.")
    }
}

impl From<crate::token::Refused> for Failure {
    fn from(refused: crate::token::Refused) -> Self {
        use crate::token::Refused;
        Self::new(
            StatusCode::UNAUTHORIZED,
            match refused {
                Refused::Unreadable | Refused::UnknownKey => "Could not parse auth token.",
                Refused::Expired => "Auth token is expired",
                Refused::NotYet => "Auth token is not valid yet",
                Refused::NoKeyId => "Missing claim 'kid' in auth header.",
            },
        )
    }
}

impl Print {
    const fn is_silent(self) -> bool {
        matches!(self, Self::Silent)
    }
}
