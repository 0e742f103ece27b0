//! ID tokens, as Firebase Authentication issues them (RS256), and the unsigned ones its emulator accepts.
//!
//! A token's algorithm only ever selects a check that its own kind of key can do: a public key is never used as a
//! secret, and no key at all only in emulator mode.

#[cfg(feature = "http-client")]
use std::sync::Arc;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use remote_refresh_core::time::Millis;
use serde_json::{json, Map, Value};

#[cfg(feature = "http-client")]
use super::fetched::{fetch_meanwhile, Fetched};
use super::{Refused, Verified, CLOCK_SKEW};

/// Where Firebase publishes the keys of its ID tokens (documentation of ID tokens, "Verify with a third-party library").
pub const FIREBASE_KEYS: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// The longest `sub`, in characters (documentation of ID tokens).
const MAX_SUB_CHARS: usize = 128;

/// Whose ID tokens are accepted: a project's, signed by one of these keys.
#[derive(Clone)]
pub struct IdTokens {
    issuer: String,
    audience: String,
    source: Source,
}

/// Keys that check RS256 signatures, each with its name.
pub(super) type Keys = Vec<(String, DecodingKey)>;

/// Where the keys are from.
#[derive(Clone)]
enum Source {
    Given(Keys),
    #[cfg(feature = "http-client")]
    Fetched(Arc<Fetched>),
}

impl Source {
    fn find(&self, kid: &str) -> Option<DecodingKey> {
        let find = |keys: &Keys| {
            let found = keys.iter().find(|(id, _)| id == kid);
            found.map(|(_, key)| key.clone())
        };
        match self {
            Self::Given(keys) => find(keys),
            #[cfg(feature = "http-client")]
            Self::Fetched(fetched) => fetched.look(find),
        }
    }
}

impl std::fmt::Debug for IdTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdTokens(of {})", self.issuer)
    }
}

/// Why keys for ID tokens are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdTokensError {
    /// The text is no key set.
    #[error("The keys must be a JSON Web Key Set: an object with a list \"keys\".")]
    NoKeySet,
    /// No key in it can check an RS256 signature.
    #[error("The key set holds no RSA key with a \"kid\".")]
    NoKey,
    /// The keys' address is none that keys may be fetched from.
    #[error("Keys are fetched from an https:// address, or from http:// on this machine.")]
    BadUrl,
    /// There is nothing to fetch keys with.
    #[error("Keys can't be fetched: the system has no certificates of authorities (Debian: apt-get install ca-certificates).")]
    NoClient,
    /// The project's name is empty.
    #[error("The project's id is empty.")]
    NoProject,
}

impl IdTokensError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoKeySet => "id_tokens_no_key_set",
            Self::NoKey => "id_tokens_no_key",
            Self::BadUrl => "id_tokens_bad_url",
            Self::NoClient => "id_tokens_no_client",
            Self::NoProject => "id_tokens_no_project",
        }
    }
}

impl IdTokens {
    /// The ID tokens of the Firebase project `project`, checked with the keys of `jwks` (a JSON Web Key Set).
    ///
    /// # Errors
    /// The text is no key set, or holds no RSA key.
    pub fn new(project: &str, jwks: &str) -> Result<Self, IdTokensError> {
        if project.is_empty() {
            return Err(IdTokensError::NoProject);
        }
        Ok(Self::of(project, Source::Given(read_keys(jwks)?)))
    }

    /// The ID tokens of the Firebase project `project`, checked with the keys at `url` ([`FIREBASE_KEYS`]): fetched when
    /// first needed, kept as long as the answer says, fetched again, at most once a minute, for a key that is not known.
    ///
    /// # Errors
    /// The URL is not https, nor http on this machine; or there are no certificates to check the other side with.
    #[cfg(feature = "http-client")]
    pub fn from_url(project: &str, url: &str) -> Result<Self, IdTokensError> {
        if project.is_empty() {
            return Err(IdTokensError::NoProject);
        }
        let fetched = Fetched::new(url)?;
        Ok(Self::of(project, Source::Fetched(Arc::new(fetched))))
    }

    fn of(project: &str, source: Source) -> Self {
        Self {
            issuer: format!("https://securetoken.google.com/{project}"),
            audience: project.to_owned(),
            source,
        }
    }

    /// Fetches keys that are older than they should be, while the caller goes on with those there are.
    #[cfg_attr(
        not(feature = "http-client"),
        allow(unused_variables, reason = "nothing can be fetched")
    )]
    pub(crate) fn freshen(&self, now: Millis) {
        #[cfg(feature = "http-client")]
        if let Source::Fetched(fetched) = &self.source {
            if fetched.is_due(now) {
                fetch_meanwhile(fetched, now);
            }
        }
    }

    /// Fetches keys because one was named that is not known. Ready when that is done, or was done within the last minute.
    #[cfg_attr(
        not(feature = "http-client"),
        allow(unused_variables, reason = "nothing can be fetched")
    )]
    pub(crate) async fn look_again(&self, now: Millis) {
        #[cfg(feature = "http-client")]
        if let Source::Fetched(fetched) = &self.source {
            fetched.fetch(now).await;
        }
    }

    /// Checks the signature, who it is from and for, and the times of `token`, whose header names the key `kid`.
    pub(super) fn verify(
        &self,
        token: &str,
        kid: Option<&str>,
        now: Millis,
    ) -> Result<Verified, Refused> {
        let kid = kid.ok_or(Refused::NoKeyId)?;
        let key = self.source.find(kid).ok_or(Refused::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The times are checked below, by the server's own clock.
        validation.validate_exp = false;
        let claims = decode::<Map<String, Value>>(token, &key, &validation)
            .map_err(|_| Refused::Unreadable)?
            .claims;
        let seconds = |name| {
            claims
                .get(name)
                .and_then(Value::as_f64)
                .ok_or(Refused::Unreadable)
        };
        let (expires, issued) = (seconds("exp")?, seconds("iat")?);
        let now = now.0 as f64 / 1000.0;
        if expires <= now {
            return Err(Refused::Expired);
        }
        if issued > now + CLOCK_SKEW {
            return Err(Refused::NotYet);
        }
        verified(claims, Some(Millis((expires * 1000.0) as u64)))
    }
}

/// The RSA keys of a JSON Web Key Set.
pub(super) fn read_keys(jwks: &str) -> Result<Keys, IdTokensError> {
    let set: JwkSet = serde_json::from_str(jwks).map_err(|_| IdTokensError::NoKeySet)?;
    let rsa = set
        .keys
        .iter()
        .filter(|key| matches!(key.algorithm, AlgorithmParameters::RSA(_)));
    let keys: Keys = rsa
        .filter_map(|key| Some((key.common.key_id.clone()?, DecodingKey::from_jwk(key).ok()?)))
        .collect();
    if keys.is_empty() {
        return Err(IdTokensError::NoKey);
    }
    Ok(keys)
}

/// Reads a token that nobody signed: emulator mode only. Its times don't count (its maker writes 1970 into it).
pub(super) fn unsigned(token: &str) -> Result<Verified, Refused> {
    let mut parts = token.split('.');
    let (_, claims, signature) = (parts.next(), parts.next(), parts.next());
    if signature != Some("") || parts.next().is_some() {
        return Err(Refused::Unreadable);
    }
    let claims = claims.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims = claims.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    verified(claims.ok_or(Refused::Unreadable)?, None)
}

/// What rules see of the claims: `auth.uid`, `auth.provider` and, below `auth.token`, all of them.
fn verified(claims: Map<String, Value>, expires: Option<Millis>) -> Result<Verified, Refused> {
    let uid = claims
        .get("sub")
        .or_else(|| claims.get("user_id"))
        .and_then(Value::as_str);
    let fits = |uid: &&str| !uid.is_empty() && uid.chars().count() <= MAX_SUB_CHARS;
    let uid = uid.filter(fits).ok_or(Refused::Unreadable)?.to_owned();
    let provider = claims
        .get("firebase")
        .and_then(|firebase| firebase.get("sign_in_provider"));
    let provider = provider.cloned().unwrap_or(Value::Null);
    Ok(Verified {
        admin: false,
        auth: json!({ "uid": uid, "provider": provider, "token": claims }),
        expires,
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use jsonwebtoken::{encode, EncodingKey, Header};

    use super::super::{verify, Checks};
    use super::*;

    const NOW: Millis = Millis(1_700_000_000_000);
    const SECONDS: u64 = NOW.0 / 1000;
    /// A key made for these tests and used nowhere else.
    const PRIVATE_KEY: &str = include_str!("../../tests/support/id_token_key.pem");
    const JWKS: &str = include_str!("../../tests/support/id_token_jwks.json");

    fn claims() -> Value {
        json!({
            "iss": "https://securetoken.google.com/demo", "aud": "demo", "sub": "u1", "user_id": "u1",
            "iat": SECONDS, "exp": SECONDS + 3600, "role": "editor",
            "firebase": {"sign_in_provider": "password"}
        })
    }

    fn sign(claims: &Value, kid: Option<&str>) -> String {
        let header = Header {
            kid: kid.map(str::to_owned),
            ..Header::new(Algorithm::RS256)
        };
        let lines = PRIVATE_KEY.lines().filter(|line| !line.starts_with('-'));
        let der = STANDARD.decode(lines.collect::<String>());
        let key = EncodingKey::from_rsa_der(&der.expect("it is a key"));
        encode(&header, claims, &key).expect("claims are JSON")
    }

    fn check(token: &str) -> Result<Verified, Refused> {
        let ids = IdTokens::new("demo", JWKS).expect("it is a key set");
        verify(
            token,
            NOW,
            &Checks {
                secret: "secret",
                id_tokens: Some(&ids),
                emulator: false,
            },
        )
    }

    #[test]
    fn an_id_token_says_who_its_bearer_is() {
        let verified = check(&sign(&claims(), Some("test"))).expect("the token is good");
        assert_eq!(verified.expires, Some(Millis((SECONDS + 3600) * 1000)));
        assert!(!verified.admin);
        assert_eq!(verified.auth["uid"], "u1");
        assert_eq!(verified.auth["provider"], "password");
        assert_eq!(verified.auth["token"]["role"], "editor");
    }

    #[test]
    fn every_claim_that_counts_is_checked() {
        for (claim, value, refused) in [
            (
                "iss",
                json!("https://securetoken.google.com/other"),
                Refused::Unreadable,
            ),
            ("aud", json!("other"), Refused::Unreadable),
            ("sub", json!(""), Refused::Unreadable),
            ("sub", json!("x".repeat(129)), Refused::Unreadable),
            ("iat", json!(SECONDS + 90), Refused::NotYet),
            ("exp", json!(SECONDS), Refused::Expired),
        ] {
            let mut changed = claims();
            changed[claim] = value;
            assert_eq!(
                check(&sign(&changed, Some("test"))),
                Err(refused),
                "{claim}"
            );
        }
        for claim in ["iss", "aud", "sub", "iat", "exp"] {
            let mut without = claims();
            without.as_object_mut().expect("an object").remove(claim);
            assert_eq!(
                check(&sign(&without, Some("test"))),
                Err(Refused::Unreadable),
                "{claim}"
            );
        }
        assert_eq!(check(&sign(&claims(), None)), Err(Refused::NoKeyId));
        assert_eq!(
            check(&sign(&claims(), Some("other"))),
            Err(Refused::UnknownKey)
        );
    }

    #[test]
    fn no_algorithm_is_taken_for_another() {
        let good = sign(&claims(), Some("test"));
        // Signed with what everybody knows: the public key as if it were a secret.
        let header = Header {
            kid: Some("test".to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let confused = encode(
            &header,
            &claims(),
            &EncodingKey::from_secret(JWKS.as_bytes()),
        )
        .expect("signs");
        assert_eq!(check(&confused), Err(Refused::Unreadable));
        let (head, rest) = good.split_once('.').expect("it has parts");
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let payload = rest.split_once('.').expect("it has parts").0;
        assert_eq!(
            check(&format!("{none}.{payload}.")),
            Err(Refused::Unreadable),
            "not in emulator mode"
        );
        assert_eq!(check(&format!("{none}.{rest}")), Err(Refused::Unreadable));
        assert_eq!(
            check(&format!("{head}.{payload}.")),
            Err(Refused::Unreadable),
            "no signature"
        );
        let without = verify(
            &good,
            NOW,
            &Checks {
                secret: "secret",
                id_tokens: None,
                emulator: false,
            },
        );
        assert_eq!(
            without,
            Err(Refused::Unreadable),
            "nobody's ID tokens are accepted"
        );
    }

    #[test]
    fn the_emulator_believes_what_nobody_signed_and_nothing_else_changes() {
        let emulator = Checks {
            secret: "secret",
            id_tokens: None,
            emulator: true,
        };
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = part(json!({"alg": "none", "type": "JWT"}));
        let body = part(json!({"sub": "u1", "iat": 0, "exp": 3600}));
        let verified = verify(&format!("{head}.{body}."), NOW, &emulator).expect("emulator mode");
        assert_eq!(
            (verified.auth["uid"].as_str(), verified.expires),
            (Some("u1"), None)
        );
        assert_eq!(
            verify(&format!("{head}.{body}.sig"), NOW, &emulator),
            Err(Refused::Unreadable)
        );
        let signed = part(json!({"alg": "HS256"}));
        assert_eq!(
            verify(&format!("{signed}.{body}."), NOW, &emulator),
            Err(Refused::Unreadable)
        );
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let error = |project, keys| {
            IdTokens::new(project, keys)
                .expect_err("they are no keys")
                .code()
        };
        assert_eq!(error("demo", "{}"), "id_tokens_no_key_set");
        assert_eq!(error("demo", r#"{"keys":[]}"#), "id_tokens_no_key");
        assert_eq!(error("", JWKS), "id_tokens_no_project");
    }
}
