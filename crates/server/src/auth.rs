//! Who is asking, and what they may do.
//!
//! Everything is denied but this: who knows the server's secret, or bears an admin token, may do all; a user may read
//! `users/<their uid>` and what lies below it.

use axum::http::{header, HeaderMap};
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::Path;
use subtle::ConstantTimeEq;

use crate::token::{verify, Refused};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Somebody without a credential.
    Anybody,
    /// This user.
    User(String),
    /// Somebody who may do all.
    Admin,
}

/// Who is asking, and until when that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) who: Who,
    /// When the credential ends; never, for the secret.
    pub(crate) expires: Option<Millis>,
}

impl Grant {
    /// Whether everything at `path` may be read.
    pub(crate) fn may_read(&self, path: &Path) -> bool {
        match &self.who {
            Who::Admin => true,
            Who::Anybody => false,
            Who::User(uid) => match path.keys() {
                [users, own, ..] => users.as_str() == "users" && own.as_str() == uid,
                _ => false,
            },
        }
    }

    /// Whether anything may be written.
    pub(crate) fn may_write(&self) -> bool {
        self.who == Who::Admin
    }
}

/// Finds the credential of a request, in `auth=`, `access_token=` or an `Authorization: Bearer` header, and checks it.
pub(crate) fn authenticate(
    query_credential: Option<&str>,
    headers: &HeaderMap,
    secret: &str,
    now: Millis,
) -> Result<Grant, Refused> {
    let Some(credential) = query_credential.or_else(|| bearer(headers)) else {
        return Ok(Grant {
            who: Who::Anybody,
            expires: None,
        });
    };
    if bool::from(credential.as_bytes().ct_eq(secret.as_bytes())) {
        return Ok(Grant {
            who: Who::Admin,
            expires: None,
        });
    }
    let token = verify(secret, credential, now)?;
    let who = match token.uid {
        Some(uid) if !token.admin => Who::User(uid),
        _ => Who::Admin,
    };
    Ok(Grant {
        who,
        expires: Some(token.expires),
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
    use super::*;
    use crate::token::mint_token;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    fn grant(credential: Option<&str>) -> Result<Grant, Refused> {
        authenticate(credential, &HeaderMap::new(), "secret", NOW)
    }

    #[test]
    fn a_user_reads_their_own_node_and_writes_nothing() {
        let token = mint_token("secret", "u1", Millis::from_secs(60), NOW).expect("u1 is a uid");
        let grant = grant(Some(&token)).expect("the token is good");
        for allowed in ["/users/u1", "/users/u1/models/Message"] {
            assert!(grant.may_read(&path(allowed)), "{allowed}");
        }
        for denied in ["/", "/users", "/users/u2", "/users/u11", "/u1", "/other/u1"] {
            assert!(!grant.may_read(&path(denied)), "{denied}");
        }
        assert!(!grant.may_write());
        assert_eq!(grant.expires, Some(NOW + Millis::from_secs(60)));
    }

    #[test]
    fn the_secret_opens_everything_and_nothing_opens_nothing() {
        let admin = grant(Some("secret")).expect("it is the secret");
        assert!(admin.may_read(&Path::root()) && admin.may_write());
        let anybody = grant(None).expect("no credential is not a wrong one");
        assert!(!anybody.may_read(&path("/users/u1")) && !anybody.may_write());
        assert_eq!(grant(Some("Secret")), Err(Refused::Unreadable));
        assert_eq!(grant(Some("")), Err(Refused::Unreadable));
    }

    #[test]
    fn a_bearer_header_is_a_credential_too() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::AUTHORIZATION,
            "bearer secret".parse().expect("a header"),
        );
        assert_eq!(
            authenticate(None, &headers, "secret", NOW)
                .expect("the secret")
                .who,
            Who::Admin
        );
        headers.insert(
            header::AUTHORIZATION,
            "Basic secret".parse().expect("a header"),
        );
        assert_eq!(
            authenticate(None, &headers, "secret", NOW)
                .expect("none")
                .who,
            Who::Anybody
        );
    }
}
