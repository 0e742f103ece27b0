//! Where the user's node is: checks what the app gave and builds the stream's address.

use alloc::string::String;
use core::fmt;

use crate::wire::{Key, Path};

/// Why an address cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// `url` is not an `http` or `https` address.
    InvalidUrl,
    /// `uid` is empty or has a character that no key may have.
    InvalidUid,
    /// `path` has a segment that is no key.
    InvalidPath,
    /// Neither `uid` nor `path` was given.
    MissingUid,
}

impl EndpointError {
    /// A stable name for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidUrl => "invalid-url",
            Self::InvalidUid => "invalid-uid",
            Self::InvalidPath => "invalid-path",
            Self::MissingUid => "missing-uid",
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidUrl => {
                "`url` must be the address of the feed, such as https://my-app.firebaseio.com"
            }
            Self::InvalidUid => {
                "`uid` must be 1 to 768 bytes long and have none of . $ # [ ] / or control characters"
            }
            Self::InvalidPath => {
                "`path` must be keys joined by /, such as users/u1, none with . $ # [ ] or control characters"
            }
            Self::MissingUid => "give `uid`, the user whose changes are to be followed, or `path`",
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for EndpointError {}

/// The address of one user's node, without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme and host, and a path prefix if the feed is mounted below one; no slash at the end.
    base: String,
    /// What followed `?` in the app's address (`ns=…` on emulators), without the `?`.
    query: String,
    /// The followed node.
    path: Path,
}

impl Endpoint {
    /// The node `users/<uid>` below `url`, or `path` below `url` where the app keeps it elsewhere.
    ///
    /// # Errors
    /// Says which of the three is not usable.
    pub fn new(url: &str, uid: Option<&str>, path: Option<&str>) -> Result<Self, EndpointError> {
        // Lists of one, and `matches!` below: see `Path::parse`.
        let url = url.split(['#']).next().unwrap_or_default();
        let (mut base, query) = url.split_once(['?']).unwrap_or((url, ""));
        while let Some(shorter) = base.strip_suffix('/') {
            base = shorter;
        }
        let host = base
            .strip_prefix("https://")
            .or_else(|| base.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.starts_with('/'))
            || base.contains(char::is_whitespace)
        {
            return Err(EndpointError::InvalidUrl);
        }
        let path = match (path, uid) {
            (Some(path), _) => Path::parse(path).map_err(|_| EndpointError::InvalidPath)?,
            (None, Some(uid)) => {
                let uid = Key::new(uid).map_err(|_| EndpointError::InvalidUid)?;
                Path::parse("users")
                    .map_err(|_| EndpointError::InvalidPath)?
                    .child(&uid)
            }
            (None, None) => return Err(EndpointError::MissingUid),
        };
        Ok(Self {
            base: base.into(),
            query: query.into(),
            path,
        })
    }

    /// The address to stream from. The token travels in the query, since a browser drops an
    /// `Authorization` header on the redirect that Firebase answers with.
    #[must_use]
    pub fn stream_url(&self, token: Option<&str>) -> String {
        let mut url = self.node_url();
        url.push_str(".json");
        let mut separator = '?';
        if !self.query.is_empty() {
            url.push(separator);
            url.push_str(&self.query);
            separator = '&';
        }
        if let Some(token) = token {
            url.push(separator);
            url.push_str("auth=");
            percent_encode(token, &mut url);
        }
        url
    }

    /// The node's address as Firebase's `ref.toString()` gives it: no `.json`, no query.
    #[must_use]
    pub fn node_url(&self) -> String {
        let mut url = self.base.clone();
        for key in self.path.keys() {
            url.push('/');
            percent_encode(key.as_str(), &mut url);
        }
        url
    }

    /// The followed node.
    #[must_use]
    pub const fn path(&self) -> &Path {
        &self.path
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn percent_encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(byte.into());
        } else {
            into.push('%');
            for digit in [byte >> 4, byte & 15] {
                into.push(b"0123456789ABCDEF"[usize::from(digit)].into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(url: &str, uid: &str, token: Option<&str>) -> String {
        Endpoint::new(url, Some(uid), None)
            .expect("a valid endpoint")
            .stream_url(token)
    }

    #[test]
    fn the_user_node_is_below_users() {
        assert_eq!(
            url("https://a.firebaseio.com", "u1", None),
            "https://a.firebaseio.com/users/u1.json"
        );
    }

    #[test]
    fn slashes_fragments_and_namespaces_survive() {
        assert_eq!(
            url(
                "http://127.0.0.1:9000/feed/?ns=demo#x",
                "u1",
                Some("t.0-k_n")
            ),
            "http://127.0.0.1:9000/feed/users/u1.json?ns=demo&auth=t.0-k_n"
        );
    }

    #[test]
    fn uid_and_token_are_percent_encoded() {
        assert_eq!(
            url("https://a.example", "a@b é", Some("a+b/c=&d")),
            "https://a.example/users/a%40b%20%C3%A9.json?auth=a%2Bb%2Fc%3D%26d"
        );
    }

    #[test]
    fn a_path_of_the_apps_own_replaces_the_user_node() {
        let endpoint =
            Endpoint::new("https://a.example", None, Some("/queues/7/inbox")).expect("valid");
        assert_eq!(endpoint.node_url(), "https://a.example/queues/7/inbox");
    }

    #[test]
    fn each_bad_part_has_its_own_code() {
        for (address, uid, path, code) in [
            ("", Some("u1"), None, "invalid-url"),
            ("ftp://a", Some("u1"), None, "invalid-url"),
            ("https:///users", Some("u1"), None, "invalid-url"),
            ("https://a b", Some("u1"), None, "invalid-url"),
            ("https://a/\u{a0}", Some("u1"), None, "invalid-url"),
            ("https://a", Some(""), None, "invalid-uid"),
            ("https://a", Some("a/b"), None, "invalid-uid"),
            ("https://a", Some("a.b"), None, "invalid-uid"),
            ("https://a", None, Some("a/b.c"), "invalid-path"),
            ("https://a", None, None, "missing-uid"),
        ] {
            let error = Endpoint::new(address, uid, path).expect_err(code);
            assert_eq!(error.code(), code, "{address} {uid:?} {path:?}");
            assert!(error.to_string().len() > 20);
        }
    }
}
