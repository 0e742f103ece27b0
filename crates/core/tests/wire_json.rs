//! What the wire needs of JSON: exact numbers, a bound on nesting, and that what is written is read again.

use proptest::prelude::*;
use remote_refresh_core::wire::json::MAX_NESTING;
use remote_refresh_core::wire::Json;

fn parse(text: &str) -> Option<Json<'static>> {
    Json::parse(text).ok()
}

fn number(text: &str) -> Option<f64> {
    parse(text).and_then(|json| json.as_f64())
}

#[test]
fn values_are_nested_as_deep_as_is_said_and_no_deeper() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(MAX_NESTING as usize)).is_some());
    assert!(parse(&nested(MAX_NESTING as usize + 1)).is_none());
    assert!(parse(&"[{\"a\":".repeat(1_000_000)).is_none());
}

#[test]
fn fields_keep_the_order_of_the_text() {
    let text = r#"{"/d":{"z":1,"a":[true,null]},"b/c":"x","1":-2.5}"#;
    assert_eq!(
        parse(text).map(|json| json.to_string()).as_deref(),
        Some(text)
    );
}

#[test]
fn of_two_fields_of_one_name_the_later_counts() {
    let json = parse(r#"{"a":1,"b":2,"a":3}"#).expect("valid JSON");
    assert_eq!(json.get("a").and_then(Json::as_f64), Some(3.0));
    assert_eq!(json.get("c"), None);
    assert_eq!(Json::Null.get("a"), None);
}

#[test]
fn numbers_at_the_edges_of_a_double_are_exact() {
    for text in [
        "0",
        "-0",
        "0.0",
        "0e999999999999999999999",
        "1",
        "9007199254740993",
        "9007199254740992.5",
        "18446744073709551616",
        "0.1",
        "1e23",
        "8.41e21",
        "9.5e-7",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-400",
        "1e-99999999999999999999",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "123456789012345678901234567890e-20",
        "0.000000000000000000000000000000000000000000000001",
        "6929495644600919.5",
        "3.5844466002796428e+298",
        "1090544144181609348671888949248",
    ] {
        assert_eq!(
            number(text).map(f64::to_bits),
            text.parse().ok().map(f64::to_bits),
            "{text}"
        );
    }
    // Half way between two doubles, told by a digit far behind.
    let half = "9007199254740993";
    for tail in ["", ".0", ".", "1"] {
        let zeros = "0".repeat(2000);
        let text = if tail == "1" {
            format!("{half}.{zeros}1")
        } else {
            format!("{half}.{zeros}")
        };
        assert_eq!(number(&text), text.parse().ok(), "{tail}");
    }
    // From half a unit above the largest double on, rounding overflows.
    for (text, is_double) in [
        ("1.7976931348623158079e308", true),
        ("1.7976931348623158080e308", false),
    ] {
        assert_eq!(number(text).is_some(), is_double, "{text}");
    }
}

proptest! {
    #[test]
    fn every_double_survives(bits in any::<u64>()) {
        let double = f64::from_bits(bits);
        prop_assume!(double.is_finite());
        prop_assert_eq!(number(&format!("{double:e}")).map(f64::to_bits), Some(bits));
        prop_assert_eq!(number(&format!("{double:.30e}")).map(f64::to_bits), Some(bits));
    }

    #[test]
    fn decimals_become_the_nearest_double(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?") {
        let nearest: f64 = text.parse().expect("a decimal");
        prop_assert_eq!(number(&text), Some(nearest).filter(|number| number.is_finite()));
    }

    #[test]
    fn what_is_written_is_read_again(text in any::<String>(), number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
        let json = Json::Array([Json::String(text.as_str().into()), Json::Number(number + 0.0)].into());
        let written = json.to_string();
        prop_assert_eq!(Json::parse(&written), Ok(json));
    }
}
