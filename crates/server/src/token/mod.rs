//! User tokens: JSON Web Tokens signed with the server's secret (HS256), as Firebase's version 0 tokens are; and, where
//! the server is told whose, ID tokens (`id`).
//!
//! Of a token signed with the secret, what counts is `d.uid` (or `uid`, or `sub`) and `admin`; the token is valid from `nbf`, else `iat`, to `exp`, else for
//! 24 hours (firebase-token-generator-node). Times are seconds since the epoch.

#[cfg(feature = "http-client")]
mod fetched;
mod id;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use jsonwebtoken::{decode, encode, Algorithm, DecodingKey, EncodingKey, Header, Validation};
use remote_refresh_core::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{json, Map, Value};

pub use id::{IdTokens, IdTokensError, FIREBASE_KEYS};

/// A token without `exp` ends this long after `iat`, in seconds.
const DEFAULT_LIFETIME: f64 = 24.0 * 3600.0;

/// How far an issuer's clock may be ahead of this one, in seconds.
const CLOCK_SKEW: f64 = 60.0;

/// The longest token, in bytes. A version 0 token has less than 1 KiB; the claims of an ID token may have some more.
const MAX_TOKEN: usize = 8 * 1024;

/// The longest user id, in characters (firebase-token-generator-node).
pub const MAX_UID_CHARS: usize = 255;

#[derive(Serialize)]
struct Minted<'a> {
    v: u8,
    d: MintedData<'a>,
    iat: u64,
    exp: u64,
}

#[derive(Serialize)]
struct MintedData<'a> {
    uid: &'a str,
}

/// Why a token is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// The uid can't be a name in the tree, or is too long.
    #[error("A uid must have 1 to 255 characters and none of . $ # [ ] / or control characters.")]
    BadUid,
    /// The secret can't sign.
    #[error("The secret can't sign a token.")]
    BadSecret,
}

impl MintError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadUid => "token_bad_uid",
            Self::BadSecret => "token_bad_secret",
        }
    }
}

/// Makes a token with which `uid` may listen for `lifetime` from `now` (both in milliseconds; whole seconds count).
///
/// # Errors
/// The uid can't be a key of the tree, or the secret is empty.
pub fn mint_token(
    secret: &str,
    uid: &str,
    lifetime: Millis,
    now: Millis,
) -> Result<String, MintError> {
    if remote_refresh_core::wire::Key::new(uid).is_err() || uid.chars().count() > MAX_UID_CHARS {
        return Err(MintError::BadUid);
    }
    if secret.is_empty() {
        return Err(MintError::BadSecret);
    }
    let iat = now.0 / 1000;
    let claims = Minted {
        v: 0,
        d: MintedData { uid },
        iat,
        exp: iat.saturating_add(lifetime.0 / 1000),
    };
    encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .map_err(|_| MintError::BadSecret)
}

#[derive(Default, Deserialize)]
struct Claims {
    d: Option<Map<String, Value>>,
    uid: Option<String>,
    sub: Option<String>,
    #[serde(default)]
    admin: bool,
    iat: Option<f64>,
    nbf: Option<f64>,
    exp: Option<f64>,
}

/// What a valid token says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verified {
    /// Whether the bearer may do everything.
    pub(crate) admin: bool,
    /// Who the bearer is, as rules see it.
    pub(crate) auth: Value,
    /// When the token ends, if it does.
    pub(crate) expires: Option<Millis>,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not a token, not signed as it must be, or without what must be in it.
    Unreadable,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It doesn't say which key it was signed with.
    NoKeyId,
    /// It was signed with a key that is not known.
    UnknownKey,
}

/// What tokens are checked against.
pub(crate) struct Checks<'a> {
    pub(crate) secret: &'a str,
    pub(crate) id_tokens: Option<&'a IdTokens>,
    /// Whether unsigned tokens are believed.
    pub(crate) emulator: bool,
}

#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
    kid: Option<String>,
}

/// Checks the signature and the times of `token`.
pub(crate) fn verify(token: &str, now: Millis, checks: &Checks<'_>) -> Result<Verified, Refused> {
    if token.len() > MAX_TOKEN {
        return Err(Refused::Unreadable);
    }
    let header = token
        .split('.')
        .next()
        .and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|bytes| serde_json::from_slice::<TokenHeader>(&bytes).ok());
    let header = header.ok_or(Refused::Unreadable)?;
    match (header.alg.as_str(), checks.id_tokens) {
        ("HS256", _) => signed_with_secret(checks.secret, token, now),
        ("RS256", Some(id_tokens)) => id_tokens.verify(token, header.kid.as_deref(), now),
        ("none", _) if checks.emulator => id::unsigned(token),
        _ => Err(Refused::Unreadable),
    }
}

fn signed_with_secret(secret: &str, token: &str, now: Millis) -> Result<Verified, Refused> {
    let mut validation = Validation::new(Algorithm::HS256);
    // The times are checked below, by the server's own clock and the rules of version 0.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims: Claims = decode(
        token,
        &DecodingKey::from_secret(secret.as_bytes()),
        &validation,
    )
    .map_err(|_| Refused::Unreadable)?
    .claims;
    let expires = claims
        .exp
        .or(claims.iat.map(|iat| iat + DEFAULT_LIFETIME))
        .ok_or(Refused::Unreadable)?;
    let now = now.0 as f64 / 1000.0;
    if expires <= now {
        return Err(Refused::Expired);
    }
    if claims
        .nbf
        .or(claims.iat)
        .is_some_and(|from| from > now + CLOCK_SKEW)
    {
        return Err(Refused::NotYet);
    }
    let auth = match (claims.d, claims.uid.or(claims.sub)) {
        (Some(data), _) if data.contains_key("uid") => Value::Object(data),
        (_, Some(uid)) => json!({ "uid": uid }),
        (data, None) => data.map_or(Value::Null, Value::Object),
    };
    let uid = auth.get("uid").and_then(Value::as_str);
    if !claims.admin
        && !uid.is_some_and(|uid| !uid.is_empty() && uid.chars().count() <= MAX_UID_CHARS)
    {
        return Err(Refused::Unreadable);
    }
    // A cast of a float saturates, and `expires` is past `now`.
    Ok(Verified {
        admin: claims.admin,
        auth,
        expires: Some(Millis((expires * 1000.0) as u64)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_700_000_000_000);
    const SECONDS: u64 = NOW.0 / 1000;

    fn sign(algorithm: Algorithm, claims: &Value) -> String {
        encode(
            &Header::new(algorithm),
            claims,
            &EncodingKey::from_secret(b"secret"),
        )
        .expect("claims are JSON")
    }

    fn verify(secret: &str, token: &str, now: Millis) -> Result<Verified, Refused> {
        let checks = Checks {
            secret,
            id_tokens: None,
            emulator: false,
        };
        super::verify(token, now, &checks)
    }

    fn check(claims: &Value) -> Result<Verified, Refused> {
        verify("secret", &sign(Algorithm::HS256, claims), NOW)
    }

    #[test]
    fn a_minted_token_is_good_until_its_lifetime_is_over() {
        let token = mint_token("secret", "u1", Millis::from_secs(60), NOW).expect("u1 is a uid");
        let expires = NOW + Millis::from_secs(60);
        let verified = Verified {
            admin: false,
            auth: json!({"uid": "u1"}),
            expires: Some(expires),
        };
        assert_eq!(verify("secret", &token, NOW), Ok(verified.clone()));
        assert_eq!(
            verify("secret", &token, Millis(expires.0 - 1)),
            Ok(verified)
        );
        assert_eq!(verify("secret", &token, expires), Err(Refused::Expired));
        assert_eq!(verify("Secret", &token, NOW), Err(Refused::Unreadable));
        assert_eq!(
            verify("secret", &format!("{token}x"), NOW),
            Err(Refused::Unreadable)
        );
    }

    #[test]
    fn a_uid_that_is_no_key_gets_no_token() {
        for uid in ["", "a/b", "a.b", &"x".repeat(256)] {
            assert_eq!(
                mint_token("secret", uid, Millis::from_secs(60), NOW),
                Err(MintError::BadUid)
            );
        }
        assert_eq!(
            mint_token("", "u1", Millis::from_secs(60), NOW),
            Err(MintError::BadSecret)
        );
    }

    #[test]
    fn the_user_is_named_by_d_or_uid_or_sub() {
        for claims in [
            json!({"d": {"uid": "u1"}}),
            json!({"uid": "u1"}),
            json!({"sub": "u1"}),
        ] {
            let mut claims = claims;
            claims["iat"] = json!(SECONDS);
            assert_eq!(check(&claims).expect("valid").auth, json!({"uid": "u1"}));
        }
        assert_eq!(check(&json!({"iat": SECONDS})), Err(Refused::Unreadable));
        assert_eq!(
            check(&json!({"d": {"uid": ""}, "iat": SECONDS})),
            Err(Refused::Unreadable)
        );
        assert!(
            check(&json!({"admin": true, "iat": SECONDS}))
                .expect("valid")
                .admin
        );
    }

    #[test]
    fn times_follow_the_rules_of_version_0() {
        let with = |times: Value| {
            let mut claims = times;
            claims["uid"] = json!("u1");
            check(&claims)
        };
        assert_eq!(with(json!({})), Err(Refused::Unreadable));
        assert_eq!(with(json!({"exp": SECONDS - 1})), Err(Refused::Expired));
        assert_eq!(
            with(json!({"iat": SECONDS - 86_401})),
            Err(Refused::Expired)
        );
        assert!(with(json!({"iat": SECONDS - 86_399})).is_ok());
        assert!(
            with(json!({"iat": SECONDS + 30, "exp": SECONDS + 60})).is_ok(),
            "clocks differ"
        );
        assert_eq!(with(json!({"iat": SECONDS + 90})), Err(Refused::NotYet));
        assert_eq!(
            with(json!({"iat": SECONDS, "nbf": SECONDS + 90})),
            Err(Refused::NotYet)
        );
        assert_eq!(
            with(json!({"exp": 1e300})).expect("valid").expires,
            Some(Millis(u64::MAX))
        );
    }

    #[test]
    fn only_hs256_is_accepted() {
        let claims = json!({"uid": "u1", "iat": SECONDS});
        assert_eq!(
            verify("secret", &sign(Algorithm::HS512, &claims), NOW),
            Err(Refused::Unreadable)
        );
        let unsigned =
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJ1aWQiOiJ1MSIsImlhdCI6MTcwMDAwMDAwMH0.";
        assert_eq!(verify("secret", unsigned, NOW), Err(Refused::Unreadable));
        let long = sign(
            Algorithm::HS256,
            &json!({"d": {"uid": "u1", "x": "x".repeat(MAX_TOKEN)}, "iat": SECONDS}),
        );
        assert_eq!(verify("secret", &long, NOW), Err(Refused::Unreadable));
        for text in ["", ".", "..", "a.b.c", "not a token"] {
            assert_eq!(verify("secret", text, NOW), Err(Refused::Unreadable));
        }
    }
}
