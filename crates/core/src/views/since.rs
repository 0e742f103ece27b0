//! What a page was rendered from, compared with what the feed says.

use crate::wire::Node;

/// The state of the user's node that a page shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Since {
    /// The value of `version` when the page was rendered.
    Version(f64),
    /// When the page was rendered: milliseconds since the Unix epoch on the server's clock.
    Time(f64),
}

/// Numbers from here on are times: 10¹¹ ms is March 1973, and 10¹¹ changes are more than one user sees.
const FIRST_TIME: f64 = 1e11;

impl Since {
    /// Takes a bare number for a version or a time by its size. `None` for what is neither.
    #[must_use]
    pub fn from_number(number: f64) -> Option<Self> {
        match number {
            n if !n.is_finite() || n < 0.0 => None,
            n if n < FIRST_TIME => Some(Self::Version(n)),
            n => Some(Self::Time(n)),
        }
    }

    /// Whether a page rendered from this is out of date, given the user's node.
    ///
    /// A version that differs in either direction counts: a feed that was wiped starts again at 1.
    /// Where the node doesn't carry what the comparison needs, the answer is yes: a needless
    /// refresh costs a request, a missed one shows something wrong.
    #[must_use]
    pub fn is_outdated(self, node: Option<&Node>) -> bool {
        let Some(node) = node else {
            // Nothing has ever changed for this user.
            return false;
        };
        let number = |child: &str| node.child(child).and_then(Node::as_f64);
        match self {
            Self::Version(version) => number("version").is_none_or(|now| now != version),
            Self::Time(time) => number("updated").is_none_or(|updated| updated > time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_json;

    fn outdated(since: f64, node: &str) -> bool {
        let node = parse_json(node).expect("valid JSON");
        Since::from_number(since)
            .expect("a usable number")
            .is_outdated(node.as_ref())
    }

    #[test]
    fn a_small_number_is_a_version() {
        assert!(!outdated(7.0, r#"{"version":7,"updated":1732448000000}"#));
        assert!(outdated(7.0, r#"{"version":8,"updated":1}"#));
        assert!(outdated(7.0, r#"{"version":1}"#), "the feed was wiped");
    }

    #[test]
    fn a_large_number_is_a_time() {
        assert!(!outdated(
            1_732_448_000_000.0,
            r#"{"updated":1732448000000}"#
        ));
        assert!(outdated(
            1_732_448_000_000.0,
            r#"{"updated":1732448000001}"#
        ));
    }

    #[test]
    fn an_absent_node_outdates_nothing_and_an_unusable_one_everything() {
        assert!(!outdated(7.0, "null"));
        assert!(outdated(7.0, r#"{"updated":5}"#));
        assert!(outdated(7.0, r#""text""#));
    }

    #[test]
    fn what_is_no_count_and_no_time_is_refused() {
        for number in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(Since::from_number(number), None);
        }
    }
}
