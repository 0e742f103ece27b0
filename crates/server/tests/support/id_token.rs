//! ID tokens signed by the test's own key, whose public half is in `id_token_jwks.json`.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use jsonwebtoken::{encode, Algorithm, EncodingKey, Header};
use serde_json::Value;

/// A token with these claims, signed by the key of this name.
pub(crate) fn signed(kid: Option<&str>, claims: &Value) -> String {
    let lines = include_str!("id_token_key.pem")
        .lines()
        .filter(|line| !line.starts_with('-'));
    let der = STANDARD
        .decode(lines.collect::<String>())
        .expect("it is a key");
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(Algorithm::RS256)
    };
    encode(&header, claims, &EncodingKey::from_rsa_der(&der)).expect("claims are JSON")
}
