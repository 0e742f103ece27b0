//! Many changes in a second, as an import or a busy colleague makes them: to see what they cost the pages that are open.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::Json;
use serde::Deserialize;

use super::error::ApiError;
use super::input::{self, Body, Id};
use super::messages::{write_edit, write_message, BODY_MAX};
use super::session::SignedIn;
use super::AppState;
use crate::store::messages::Message;

/// Most changes of one burst.
const CHANGES_MAX: u32 = 200;
/// Between one change and the next: a hundred in about a second.
const PACE: Duration = Duration::from_millis(8);
/// What stands in the text for the number of the change.
const NUMBER: &str = "{n}";

/// The body of a burst.
#[derive(Debug, Deserialize)]
pub struct Burst {
    body: String,
    changes: u32,
}

/// `POST /threads/{id}/burst`: sends one message and edits it until there have been `changes` changes, each stored and announced
/// by itself. In the text, `{n}` is the number of the change. Answers with the message as it is in the end.
///
/// # Errors
/// 401; 404 for all but the thread's members; 422 for a text that is empty or too long, or more than 200 changes.
pub async fn send(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Id(thread): Id<i64>,
    Body(burst): Body<Burst>,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let changes = input::count("changes", Some(burst.changes), 1, CHANGES_MAX)?;
    let template = input::text("The message", &burst.body, BODY_MAX - 100)?;
    let template = input::required("The message", template)?;
    let text = |n: u32| template.replacen(NUMBER, &n.to_string(), 1);

    let (mut message, _) = write_message(&state, &me, None, thread, text(1), None).await?;
    for n in 2..=changes {
        tokio::time::sleep(PACE).await;
        message = write_edit(&state, &me, None, message.id, text(n)).await?;
    }
    Ok((StatusCode::CREATED, Json(message)))
}
