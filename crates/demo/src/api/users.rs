//! People. The list is open to all: it is what the sign-in page offers.

use axum::extract::State;
use axum::Json;
use serde::Deserialize;
use serde_json::{json, Value};

use super::error::ApiError;
use super::input::{self, Body, Id, Origin};
use super::session::SignedIn;
use super::{now, AppState};
use crate::change::{Change, Model, Op};
use crate::store::outbox;
use crate::store::users::{self, ProfileEdit, User};

/// Longest name, status line and description, in characters.
const NAME_MAX: usize = 60;
const STATUS_MAX: usize = 100;
const ABOUT_MAX: usize = 1000;

/// `GET /users`: everybody, by name.
///
/// # Errors
/// The database's.
pub async fn list(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let users = state.store.run(users::all).await?;
    Ok(Json(json!({ "items": users })))
}

/// `GET /users/{id}`.
///
/// # Errors
/// 401, 404.
pub async fn show(
    State(state): State<AppState>,
    _: SignedIn,
    Id(id): Id<String>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(state.store.run(move |tx| users::get(tx, &id)).await?))
}

/// The body of a profile edit; what is left out stays.
#[derive(Debug, Deserialize)]
pub struct Edit {
    name: Option<String>,
    status: Option<String>,
    about: Option<String>,
}

/// `PUT` or `PATCH /users/{id}`: edits one's own profile. Tells everybody who shares a thread, if it differs.
///
/// # Errors
/// 401; 403 for somebody else's; 422 for a text that is too long or an empty name.
pub async fn edit(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
    Origin(origin): Origin,
    Id(id): Id<String>,
    Body(body): Body<Edit>,
) -> Result<Json<User>, ApiError> {
    if me != id {
        return Err(ApiError::forbidden("You can only edit your own profile."));
    }
    let line = |field: &str, value: Option<String>, max| {
        value
            .map(|value| input::line(field, &value, max))
            .transpose()
    };
    let edit = ProfileEdit {
        name: line("The name", body.name, NAME_MAX)?
            .map(|name| input::required("The name", name))
            .transpose()?,
        status: line("The status", body.status, STATUS_MAX)?,
        about: body
            .about
            .map(|about| input::text("The description", &about, ABOUT_MAX))
            .transpose()?,
    };
    let user = state
        .store
        .run(move |tx| {
            let (user, differs) = users::edit(tx, &me, &edit, now())?;
            if differs {
                let change = Change::by(origin).and(Model::User, Op::Changed, &me);
                outbox::owe(tx, &users::acquaintances(tx, &me)?, &change)?;
            }
            Ok(user)
        })
        .await?;
    state.courier.nudge();
    Ok(Json(user))
}
