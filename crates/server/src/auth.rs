//! Who is asking.
//!
//! Who knows the server's secret, or bears an admin token, may do all; what everybody else may do, rules say.

use axum::http::{header, HeaderMap};
use remote_refresh_core::time::Millis;
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::config::Config;
use crate::token::{verify, Checks, Refused};

/// The credential that Firebase's admin SDKs send to an emulator.
const OWNER: &str = "owner";

/// Who is asking, and until when that holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grant {
    /// Whether rules don't apply.
    pub(crate) admin: bool,
    /// Who it is, as rules see it; null when nobody is signed in.
    pub(crate) auth: Value,
    /// When the credential ends; never, for the secret.
    pub(crate) expires: Option<Millis>,
}

impl Grant {
    /// Somebody who may do all.
    pub(crate) const ADMIN: Self = Self {
        admin: true,
        auth: Value::Null,
        expires: None,
    };

    /// Somebody without a credential.
    pub(crate) const ANYBODY: Self = Self {
        admin: false,
        auth: Value::Null,
        expires: None,
    };

    /// The user, when it is one.
    pub(crate) fn uid(&self) -> Option<&str> {
        self.auth.get("uid")?.as_str()
    }

    /// An administrator, acting as `auth`.
    pub(crate) fn acting_as(self, auth: Value) -> Self {
        Self {
            admin: false,
            auth,
            expires: self.expires,
        }
    }
}

/// As [`authenticate`]; keys of ID tokens that are old, or among which the token's is not, are fetched again.
pub(crate) async fn identify(
    query_credential: Option<&str>,
    headers: &HeaderMap,
    config: &Config,
) -> Result<Grant, Refused> {
    let found = authenticate(query_credential, headers, config);
    let Some(id_tokens) = &config.id_tokens else {
        return found;
    };
    let now = config.clock.now();
    if found == Err(Refused::UnknownKey) {
        id_tokens.look_again(now).await;
        return authenticate(query_credential, headers, config);
    }
    id_tokens.freshen(now);
    found
}

/// Finds the credential of a request, in `auth=`, `access_token=` or an `Authorization: Bearer` header, and checks it.
pub(crate) fn authenticate(
    query_credential: Option<&str>,
    headers: &HeaderMap,
    config: &Config,
) -> Result<Grant, Refused> {
    let Some(credential) = query_credential.or_else(|| bearer(headers)) else {
        return Ok(Grant::ANYBODY);
    };
    let secret = config.secret.reveal();
    if bool::from(credential.as_bytes().ct_eq(secret.as_bytes()))
        || (config.emulator && credential == OWNER)
    {
        return Ok(Grant::ADMIN);
    }
    let checks = Checks {
        secret,
        id_tokens: config.id_tokens.as_ref(),
        emulator: config.emulator,
    };
    let verified = verify(credential, config.clock.now(), &checks)?;
    Ok(Grant {
        admin: verified.admin,
        auth: verified.auth,
        expires: verified.expires,
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Clock, Storage};
    use crate::token::mint_token;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn config() -> Config {
        Config {
            clock: Clock::new(|| NOW),
            ..Config::new(Storage::Memory, "secret")
        }
    }

    fn grant(credential: Option<&str>) -> Result<Grant, Refused> {
        authenticate(credential, &HeaderMap::new(), &config())
    }

    #[test]
    fn a_token_says_who_it_is_and_until_when() {
        let token = mint_token("secret", "u1", Millis::from_secs(60), NOW).expect("u1 is a uid");
        let grant = grant(Some(&token)).expect("the token is good");
        assert_eq!((grant.admin, grant.uid()), (false, Some("u1")));
        assert_eq!(grant.expires, Some(NOW + Millis::from_secs(60)));
        let other = Grant::ADMIN.acting_as(json!({"uid": "u2"}));
        assert_eq!((other.admin, other.uid()), (false, Some("u2")));
    }

    #[test]
    fn the_secret_opens_everything_and_nothing_opens_nothing() {
        assert_eq!(grant(Some("secret")), Ok(Grant::ADMIN));
        assert_eq!(grant(None), Ok(Grant::ANYBODY));
        for wrong in ["Secret", "", "owner"] {
            assert_eq!(grant(Some(wrong)), Err(Refused::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_bearer_header_is_a_credential_too() {
        let with = |value: &str, config: &Config| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
            authenticate(None, &headers, config)
        };
        assert_eq!(with("bearer secret", &config()), Ok(Grant::ADMIN));
        assert_eq!(with("Basic secret", &config()), Ok(Grant::ANYBODY));
        let emulator = Config {
            emulator: true,
            ..config()
        };
        assert_eq!(with("Bearer owner", &emulator), Ok(Grant::ADMIN));
    }
}
