//! What the client may know of a token: when it expires. Tokens are checked by servers, never here.

use alloc::string::String;
use alloc::vec::Vec;

use crate::time::Millis;
use crate::wire::ReadJson;

/// A credential for the stream, opaque but for its expiry.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    expires: Option<Millis>,
}

/// A token is a secret: it never shows in a debug print.
impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Token")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A v0 token without `exp` is valid for a day after `iat`
/// (firebase/firebase-token-generator-node, README).
const V0_LIFETIME_SECONDS: f64 = 86_400.0;

impl Token {
    /// Wraps `text`. If it is a JWT, its expiry is read from the claims, by `read`.
    #[must_use]
    pub fn new(text: String, read: ReadJson) -> Self {
        let expires = expiry(&text, read);
        Self { text, expires }
    }

    /// The credential itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When the token says that it expires, on its issuer's clock.
    #[must_use]
    pub const fn expires(&self) -> Option<Millis> {
        self.expires
    }
}

fn expiry(token: &str, read: ReadJson) -> Option<Millis> {
    let mut parts = token.split(['.']); // a list of one: see `Path::parse`
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let claims = String::from_utf8(base64url(claims)?).ok()?;
    let claims = read(&claims).ok()?;
    let number = |name: &str| claims.get(name)?.as_f64();
    let seconds = number("exp").or_else(|| {
        let v0 = number("v") == Some(0.0);
        v0.then(|| number("iat"))
            .flatten()
            .map(|issued| issued + V0_LIFETIME_SECONDS)
    })?;
    // A float cast saturates: a wild claim becomes the far past or future.
    Some(Millis((seconds * 1000.0) as u64))
}

/// Decodes base64url with or without padding (RFC 7515 §2); `None` for anything else.
fn base64url(mut text: &str) -> Option<Vec<u8>> {
    while let Some(shorter) = text.strip_suffix('=') {
        text = shorter;
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut buffer, mut bits) = (0u32, 0);
    for symbol in text.bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Json;

    fn expires(token: &str) -> Option<u64> {
        Token::new(token.into(), Json::parse)
            .expires()
            .map(|at| at.0)
    }

    #[test]
    fn the_expiry_of_a_jwt_is_read_in_seconds() {
        // {"exp":1700000000,"uid":"é"}
        assert_eq!(
            expires("e30.eyJleHAiOjE3MDAwMDAwMDAsInVpZCI6IsOpIn0.c2ln"),
            Some(1_700_000_000_000)
        );
    }

    #[test]
    fn a_v0_token_without_exp_lasts_a_day() {
        // {"v":0,"iat":1700000000,"d":{"uid":"u1"}}
        let token = "e30.eyJ2IjowLCJpYXQiOjE3MDAwMDAwMDAsImQiOnsidWlkIjoidTEifX0.c2ln";
        assert_eq!(expires(token), Some(1_700_086_400_000));
    }

    #[test]
    fn what_is_no_jwt_has_no_expiry() {
        for token in [
            "",
            "secret",
            "a.b.c",
            "a.b",
            "a.e30.c.d",
            "e30.e30.e30",
            "..",
            "a.!.c",
        ] {
            assert_eq!(expires(token), None, "{token}");
        }
    }

    #[test]
    fn a_debug_print_hides_the_token() {
        assert!(!format!("{:?}", Token::new("hunter2".into(), Json::parse)).contains("hunter2"));
    }
}
