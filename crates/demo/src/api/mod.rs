//! The REST API: JSON in, JSON out, a session cookie.
//!
//! * [`error`]: one shape of error, `{"error": {"code", "message"}}`
//! * [`input`]: bodies, ids and texts, checked
//! * [`session`]: the cookie; sign-in, sign-out, feed settings and tokens
//! * [`users`], [`threads`], [`messages`]: the resources; [`burst`]: many changes at once
//!
//! | below `/api` | does | tells |
//! |---|---|---|
//! | `POST /session` `{user}` | signs in | |
//! | `GET /session` | user and feed settings, or nulls | |
//! | `DELETE /session` | signs out | |
//! | `GET /feed-token` | `{token, expires}` for one's own node | |
//! | `GET /users`, `GET /users/{id}` | people; the list is open to all | |
//! | `PUT`, `PATCH /users/{id}` `{name?, status?, about?}` | edits one's own profile | all who share a thread: User changed |
//! | `GET /threads?page=&per_page=` | one page of the inbox | |
//! | `POST /threads` `{subject, members, body}` | starts a thread | its members: Thread and Message added |
//! | `GET /threads/{id}` | one thread | |
//! | `POST /threads/{id}/read` `{through}` | has read up to a message | oneself: Thread changed |
//! | `GET /threads/{id}/messages?from=&before=&limit=` | a stretch of it | |
//! | `POST /threads/{id}/messages` `{body, client_id?}` | sends | its members: Message added, Thread changed |
//! | `POST /threads/{id}/burst` `{body, changes}` | sends, and edits again and again | as so many writes |
//! | `PUT`, `PATCH /messages/{id}` `{body}` | edits one's own | its members: Message changed; Thread changed if it is the newest |
//! | `DELETE /messages/{id}` | deletes one's own | its members: Message removed, Thread changed |
//!
//! A page may name its seat (`X-Seat`, see [`session`]), itself (`X-Client-Id`), and how slow the answer shall be (`X-Latency`).
//!
//! Each write owes its notification in its own transaction and nudges the courier once that is committed.

pub mod burst;
pub mod error;
pub mod input;
pub mod messages;
pub mod session;
pub mod threads;
pub mod users;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{header, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::Router;

use crate::courier::Courier;
use crate::feed::Feed;
use crate::store::Store;
use error::ApiError;

/// The largest body the API reads, in bytes: a message of the greatest length in four-byte characters, with room.
const BODY_LIMIT: usize = 64 * 1024;

/// What every handler shares.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// The feed.
    pub feed: Arc<dyn Feed>,
    /// Who carries what writes owe.
    pub courier: Courier,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// The API below `/api`, each answer held back by `latency`.
pub fn router(state: AppState, latency: Duration) -> Router {
    let resources = Router::new()
        .route(
            "/session",
            get(session::show)
                .post(session::sign_in)
                .delete(session::sign_out),
        )
        .route("/feed-token", get(session::feed_token))
        .route("/users", get(users::list))
        .route(
            "/users/{id}",
            get(users::show).put(users::edit).patch(users::edit),
        )
        .route("/threads", get(threads::list).post(threads::start))
        .route("/threads/{id}", get(threads::show))
        .route("/threads/{id}/read", post(threads::read))
        .route(
            "/threads/{id}/messages",
            get(messages::list).post(messages::send),
        )
        .route("/threads/{id}/burst", post(burst::send))
        .route(
            "/messages/{id}",
            put(messages::edit)
                .patch(messages::edit)
                .delete(messages::remove),
        )
        .fallback(|| async { ApiError::not_found("There is no such address in this API.") })
        .method_not_allowed_fallback(|| async { ApiError::method_not_allowed() })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(no_store))
        .layer(middleware::from_fn(move |request, next| {
            hold_back(latency, request, next)
        }))
        .with_state(state);
    Router::new().nest("/api", resources)
}

/// A refresh must reach the database: no cache may answer for it.
async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Holds the finished answer back, so that what it says is as old as its delay: the hard case for a page. A page may ask for
/// more than the demo was started with (header `X-Latency`, in ms), to be seen as on a slow network.
async fn hold_back(latency: Duration, request: Request, next: Next) -> Result<Response, ApiError> {
    let wanted = input::latency(request.headers())?;
    let response = next.run(request).await;
    let latency = latency.max(wanted);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    Ok(response)
}

/// Now, in milliseconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
