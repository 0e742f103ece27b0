//! Messages: read, send, edit, delete.

use axum::extract::State;
use axum::http::StatusCode;
use axum::Json;
use serde::Deserialize;

use super::error::ApiError;
use super::input::{self, Body, Id, Origin, Params};
use super::session::SignedIn;
use super::{now, AppState};
use crate::change::{Change, Model, Op};
use crate::store::messages::{self, Message, Stretch, Window};
use crate::store::{outbox, threads};

/// Longest message, in characters.
pub(super) const BODY_MAX: usize = 4000;
/// Messages per answer, unless asked otherwise.
const LIMIT: u32 = 50;
/// Most messages per answer.
const LIMIT_MAX: u32 = 500;

/// Which stretch of a thread.
#[derive(Debug, Deserialize)]
pub struct Range {
    from: Option<i64>,
    before: Option<i64>,
    limit: Option<u32>,
}

/// `GET /threads/{id}/messages?from=&before=&limit=`: the newest `limit` (50) of the messages with ids from `from` and
/// below `before`, oldest first, and whether there are earlier ones.
///
/// # Errors
/// 401; 404 for all but the thread's members; 400 or 422 for a range that is none.
pub async fn list(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Id(thread): Id<i64>,
    Params(range): Params<Range>,
) -> Result<Json<Stretch>, ApiError> {
    let window = Window {
        from: range.from,
        before: range.before,
        limit: input::count("limit", range.limit, LIMIT, LIMIT_MAX)?,
    };
    Ok(Json(
        state
            .store
            .run(move |tx| messages::list(tx, &me, thread, window))
            .await?,
    ))
}

/// The body of a new message.
#[derive(Debug, Deserialize)]
pub struct Send {
    body: String,
    client_id: Option<String>,
}

/// `POST /threads/{id}/messages`: sends a message. Tells all members, the sender's other tabs included. With a
/// `client_id` it may be repeated after a lost answer: the message stays one.
///
/// # Errors
/// 401; 404 for all but the thread's members; 422 for a text that is empty or too long.
pub async fn send(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Origin(origin): Origin,
    Id(thread): Id<i64>,
    Body(body): Body<Send>,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let text = checked(&body.body)?;
    let client_id = body
        .client_id
        .map(|id| input::client_id("client_id", &id))
        .transpose()?;
    let (message, new) = write_message(&state, &me, origin, thread, text, client_id).await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(message)))
}

/// Stores a checked message and owes its notification; also says whether it is new.
pub(super) async fn write_message(
    state: &AppState,
    me: &str,
    origin: Option<String>,
    thread: i64,
    text: String,
    client_id: Option<String>,
) -> Result<(Message, bool), ApiError> {
    let me = me.to_owned();
    let written = state
        .store
        .run(move |tx| {
            let (message, new) =
                messages::send(tx, &me, thread, &text, client_id.as_deref(), now())?;
            if new {
                let change = Change::by(origin)
                    .and(Model::Message, Op::Added, message.id)
                    .and(Model::Thread, Op::Changed, thread);
                outbox::owe(tx, &threads::member_ids(tx, thread)?, &change)?;
            }
            Ok((message, new))
        })
        .await?;
    state.courier.nudge();
    Ok(written)
}

/// The body of an edit.
#[derive(Debug, Deserialize)]
pub struct Edit {
    body: String,
}

/// `PUT` or `PATCH /messages/{id}`: edits one's own message. Tells all members, if it differs.
///
/// # Errors
/// 401; 403 for somebody else's; 404 outside one's threads; 422 for a text that is empty or too long.
pub async fn edit(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Origin(origin): Origin,
    Id(id): Id<i64>,
    Body(body): Body<Edit>,
) -> Result<Json<Message>, ApiError> {
    let text = checked(&body.body)?;
    write_edit(&state, &me, origin, id, text).await.map(Json)
}

/// Stores a checked edit and owes its notification, if it differs.
pub(super) async fn write_edit(
    state: &AppState,
    me: &str,
    origin: Option<String>,
    id: i64,
    text: String,
) -> Result<Message, ApiError> {
    let me = me.to_owned();
    let message = state
        .store
        .run(move |tx| {
            let edited = messages::edit(tx, &me, id, &text, now())?;
            if edited.differs {
                let thread = edited.message.thread_id;
                let mut change = Change::by(origin).and(Model::Message, Op::Changed, id);
                if edited.is_newest {
                    change = change.and(Model::Thread, Op::Changed, thread);
                }
                outbox::owe(tx, &threads::member_ids(tx, thread)?, &change)?;
            }
            Ok(edited.message)
        })
        .await?;
    state.courier.nudge();
    Ok(message)
}

/// `DELETE /messages/{id}`: deletes one's own message. Tells all members.
///
/// # Errors
/// 401; 403 for somebody else's; 404 outside one's threads.
pub async fn remove(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Origin(origin): Origin,
    Id(id): Id<i64>,
) -> Result<StatusCode, ApiError> {
    state
        .store
        .run(move |tx| {
            let message = messages::remove(tx, &me, id)?;
            let change = Change::by(origin).and(Model::Message, Op::Removed, id).and(
                Model::Thread,
                Op::Changed,
                message.thread_id,
            );
            outbox::owe(tx, &threads::member_ids(tx, message.thread_id)?, &change)
        })
        .await?;
    state.courier.nudge();
    Ok(StatusCode::NO_CONTENT)
}

fn checked(body: &str) -> Result<String, ApiError> {
    let body = input::text("The message", body, BODY_MAX)?;
    input::required("The message", body)
}
