//! Threads: the inbox, one thread, a new one, and how far one has read.

use axum::extract::State;
use axum::http::StatusCode;
use axum::Json;
use serde::Deserialize;

use super::error::ApiError;
use super::input::{self, Body, Id, Origin, Params};
use super::messages::BODY_MAX;
use super::session::SignedIn;
use super::{now, AppState};
use crate::change::{Affected, Change, Model, Op};
use crate::store::threads::{self, Page, Thread};
use crate::store::{messages, outbox};

/// Longest subject, in characters.
const SUBJECT_MAX: usize = 120;
/// Most members besides the one who starts a thread.
const OTHERS_MAX: usize = 50;

/// Which page of the inbox.
#[derive(Debug, Deserialize)]
pub struct Paging {
    page: Option<u32>,
    per_page: Option<u32>,
}

/// `GET /threads?page=&per_page=`: one's own threads, newest activity first.
///
/// # Errors
/// 401; 400 or 422 for a page that is none.
pub async fn list(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Params(paging): Params<Paging>,
) -> Result<Json<Page>, ApiError> {
    let page = input::count("page", paging.page, 1, 1_000_000)?;
    let per_page = input::count("per_page", paging.per_page, 20, 100)?;
    Ok(Json(
        state
            .store
            .run(move |tx| threads::list(tx, &me, page, per_page))
            .await?,
    ))
}

/// `GET /threads/{id}`.
///
/// # Errors
/// 401; 404 for all but its members.
pub async fn show(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Id(id): Id<i64>,
) -> Result<Json<Thread>, ApiError> {
    Ok(Json(
        state.store.run(move |tx| threads::get(tx, &me, id)).await?,
    ))
}

/// The body of a new thread.
#[derive(Debug, Deserialize)]
pub struct Start {
    subject: String,
    members: Affected,
    body: String,
}

/// `POST /threads`: starts a thread with its first message. Tells all its members.
///
/// # Errors
/// 401; 404 for a member who does not exist; 422 for an empty subject, message or list of members.
pub async fn start(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Origin(origin): Origin,
    Body(mut body): Body<Start>,
) -> Result<(StatusCode, Json<Thread>), ApiError> {
    let subject = input::line("The subject", &body.subject, SUBJECT_MAX)?;
    let subject = input::required("The subject", subject)?;
    let text = input::text("The message", &body.body, BODY_MAX)?;
    let text = input::required("The message", text)?;
    body.members.remove(&me);
    if body.members.is_empty() || body.members.len() > OTHERS_MAX {
        return Err(ApiError::invalid(format!(
            "Choose between 1 and {OTHERS_MAX} other people."
        )));
    }
    let thread = state
        .store
        .run(move |tx| {
            let now = now();
            let id = threads::start(tx, &me, &body.members, &subject, now)?;
            let (message, _) = messages::send(tx, &me, id, &text, None, now)?;
            let change = Change::by(origin).and(Model::Thread, Op::Added, id).and(
                Model::Message,
                Op::Added,
                message.id,
            );
            outbox::owe(tx, &threads::member_ids(tx, id)?, &change)?;
            threads::get(tx, &me, id)
        })
        .await?;
    state.courier.nudge();
    Ok((StatusCode::CREATED, Json(thread)))
}

/// The body of a read mark.
#[derive(Debug, Deserialize)]
pub struct Read {
    through: i64,
}

/// `POST /threads/{id}/read`: one has read up to message `through`. Tells only oneself (other tabs and devices), if it
/// is news.
///
/// # Errors
/// 401; 404 for all but its members.
pub async fn read(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Origin(origin): Origin,
    Id(id): Id<i64>,
    Body(body): Body<Read>,
) -> Result<StatusCode, ApiError> {
    state
        .store
        .run(move |tx| {
            if threads::mark_read(tx, &me, id, body.through)? {
                let change = Change::by(origin).and(Model::Thread, Op::Changed, id);
                outbox::owe(tx, &Affected::from([me]), &change)?;
            }
            Ok(())
        })
        .await?;
    state.courier.nudge();
    Ok(StatusCode::NO_CONTENT)
}
