//! Signing in and out, and what a signed-in page needs to follow its feed.
//!
//! The demo has no passwords: whoever sees the page may be any of the seeded users. One browser may be several of them at once:
//! a page that names its *seat* (header `X-Seat`) has a cookie of its own, as the two halves of `/side-by-side` do.

use axum::extract::{FromRequestParts, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse};
use axum::Json;
use serde::Deserialize;
use serde_json::{json, Value};

use super::error::ApiError;
use super::input::Body;
use super::{now, AppState};
use crate::feed::Token;
use crate::secret::random_secret;
use crate::store::users::User;
use crate::store::{sessions, users};

const COOKIE_NAME: &str = "remote_refresh_demo";

/// Where in the browser a request comes from: the end of its cookie's name.
#[derive(Clone, Debug, Default)]
pub struct Seat(String);

/// The longest name of a seat.
const SEAT_MAX: usize = 16;

impl Seat {
    /// The seat in the header `X-Seat`: up to 16 small letters. Without one it is the browser's only seat.
    fn of(parts: &Parts) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get("x-seat") else {
            return Ok(Self::default());
        };
        let name = value.to_str().unwrap_or_default();
        if (1..=SEAT_MAX).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase()) {
            Ok(Self(format!("_{name}")))
        } else {
            Err(ApiError::invalid(format!(
                "X-Seat must be 1 to {SEAT_MAX} small letters."
            )))
        }
    }

    fn cookie_name(&self) -> String {
        format!("{COOKIE_NAME}{}", self.0)
    }

    /// Lax: other sites' forms and scripts come without it. Not `Secure`: the demo speaks plain HTTP on this machine.
    fn set_cookie(&self, token: &str, max_age: i64) -> String {
        format!(
            "{}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax",
            self.cookie_name()
        )
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Seat {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(parts)
    }
}

/// The user whose session cookie the request carries.
#[derive(Clone, Debug)]
pub struct SignedIn(pub String);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = session_token(parts)?.ok_or_else(ApiError::signed_out)?;
        let user = state
            .store
            .run(move |tx| sessions::user_of(tx, &token, now()))
            .await?;
        user.map(Self).ok_or_else(ApiError::signed_out)
    }
}

/// The session token in the cookie, if there is one.
#[derive(Clone, Debug)]
pub struct SessionToken(Option<String>);

impl FromRequestParts<AppState> for SessionToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        session_token(parts).map(Self)
    }
}

fn session_token(parts: &Parts) -> Result<Option<String>, ApiError> {
    let cookie = Seat::of(parts)?.cookie_name();
    Ok(parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == cookie)
        .map(|(_, token)| token.to_owned()))
}

/// The body of a sign-in.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    user: String,
}

/// `POST /session`: signs in as a seeded user.
///
/// # Errors
/// 404 when there is no such user; 422 for a seat that is none.
pub async fn sign_in(
    State(state): State<AppState>,
    seat: Seat,
    SessionToken(old): SessionToken,
    Body(body): Body<SignIn>,
) -> Result<impl IntoResponse, ApiError> {
    let token = random_secret().map_err(|error| ApiError::no_randomness(&error))?;
    let cookie = seat.set_cookie(&token, sessions::LIFETIME / 1000);
    let user = state
        .store
        .run(move |tx| {
            sessions::open(tx, &token, &body.user, now())?;
            if let Some(old) = old {
                sessions::close(tx, &old)?;
            }
            users::get(tx, &body.user)
        })
        .await?;
    Ok((
        AppendHeaders([(SET_COOKIE, cookie)]),
        Json(describe(&state, &user)),
    ))
}

/// `GET /session`: who is signed in, and which feed node to follow; both null when nobody is, which is no error.
///
/// # Errors
/// The database's.
pub async fn show(
    State(state): State<AppState>,
    SessionToken(token): SessionToken,
) -> Result<Json<Value>, ApiError> {
    let user = state
        .store
        .run(move |tx| {
            let id = match token {
                Some(token) => sessions::user_of(tx, &token, now())?,
                None => None,
            };
            id.map(|id| users::get(tx, &id)).transpose()
        })
        .await?;
    Ok(Json(user.map_or_else(
        || json!({ "user": null, "feed": null }),
        |user| describe(&state, &user),
    )))
}

/// `DELETE /session`: signs out. May be called twice.
///
/// # Errors
/// The database's.
pub async fn sign_out(
    State(state): State<AppState>,
    seat: Seat,
    SessionToken(token): SessionToken,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(token) = token {
        state
            .store
            .run(move |tx| sessions::close(tx, &token))
            .await?;
    }
    Ok((
        AppendHeaders([(SET_COOKIE, seat.set_cookie("", 0))]),
        StatusCode::NO_CONTENT,
    ))
}

/// `GET /feed-token`: a fresh key to the signed-in user's own node.
///
/// # Errors
/// 401 when nobody is signed in.
pub async fn feed_token(
    State(state): State<AppState>,
    SignedIn(me): SignedIn,
) -> Result<Json<Token>, ApiError> {
    Ok(Json(state.feed.mint(&me, now())?))
}

fn describe(state: &AppState, user: &User) -> Value {
    json!({ "user": user, "feed": { "url": state.feed.url(), "uid": user.id } })
}
