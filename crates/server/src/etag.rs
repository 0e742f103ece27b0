//! ETags: the same text for the same data, whichever way it is asked for.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use remote_refresh_core::wire::{Export, Node};
use sha2::{Digest, Sha256};

/// The ETag of nothing (REST documentation, "Conditional requests").
pub(crate) const NULL_ETAG: &str = "null_etag";

/// The ETag of `node`: opaque, and equal for equal data and priorities.
pub(crate) fn of(node: Option<&Node>) -> String {
    if node.is_none() {
        return NULL_ETAG.to_owned();
    }
    let mut hash = Sha256::new();
    serde_json::to_writer(&mut hash, &Export(node))
        .expect("data has text keys and finite numbers only, and a hash takes everything");
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether a header's list of ETags, perhaps in quotes or weak, names `etag`.
pub(crate) fn names(header: &str, etag: &str) -> bool {
    header.split(',').any(|one| {
        let one = one.trim();
        let one = one.strip_prefix("W/").unwrap_or(one);
        one.trim_matches('"') == etag
    })
}

#[cfg(test)]
mod tests {
    use remote_refresh_core::wire::parse_json;

    use super::*;

    fn etag(json: &str) -> String {
        of(parse_json(json).expect("the test uses valid data").as_ref())
    }

    #[test]
    fn equal_data_has_equal_etags() {
        assert_eq!(etag(r#"{"a":1,"b":[2]}"#), etag(r#"{"b":{"0":2.0},"a":1}"#));
        assert_eq!(etag("{}"), NULL_ETAG);
        let all = [
            "1",
            "\"1\"",
            "true",
            r#"{"a":1}"#,
            r#"{".value":1,".priority":2}"#,
        ]
        .map(etag);
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one));
            assert!(one
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }
    }

    #[test]
    fn a_header_may_quote_and_list() {
        assert!(names("abc", "abc") && names("\"x\", W/\"abc\"", "abc"));
        assert!(!names("abcd, ab", "abc"));
    }
}
