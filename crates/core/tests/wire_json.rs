//! JSON is read as `serde_json` reads it, and its numbers as the standard library does.

use proptest::prelude::*;
use remote_refresh_core::wire::{Json, JsonError};
use serde_json::Value;

fn parse(text: &str) -> Option<Json<'_>> {
    Json::parse(text).ok()
}

fn number(text: &str) -> Option<f64> {
    parse(text).and_then(|json| json.as_f64())
}

#[test]
fn every_kind_of_value_is_read_with_white_space_anywhere() {
    let text = " {\"a\" : [ null,true , false,-0.5e+0 ],\r\n\t\"\" :{ } , \"b\":[]} ";
    let value: Value = serde_json::from_str(text).expect("valid JSON");
    let json = Json::parse(text).expect("valid JSON");
    assert_eq!(serde_json::to_value(&json).expect("it is JSON"), value);
}

#[test]
fn texts_lose_their_escapes() {
    let text = r#""\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\uDE00 é😀""#;
    assert_eq!(
        parse(text).as_ref().and_then(Json::as_str),
        Some("\"\\/\u{8}\u{c}\n\r\tAé😀 é😀")
    );
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        " ",
        "nul",
        "nulll",
        "tru",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{}}",
        "1 2",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u123g\"",
        "\"\n\"",
        "\"\u{1}\"",
        "'a'",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "1e309",
        "-1e309",
        "1e99999999999999999999",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\u{feff}1",
        "\u{a0}1",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text:?}");
    }
}

#[test]
fn an_error_says_where_the_text_stops_being_json() {
    let error = |text| Json::parse(text).expect_err("no JSON");
    assert_eq!(error("[1,\n 2,\n x]"), JsonError { line: 3, column: 2 });
    assert_eq!(error(""), JsonError { line: 1, column: 1 });
    assert_eq!(error("{\"a\":1} x"), JsonError { line: 1, column: 9 });
}

#[test]
fn values_are_nested_at_most_128_deep() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(128)).is_some());
    assert!(parse(&nested(129)).is_none());
    assert!(parse(&"[{\"a\":".repeat(1_000_000)).is_none());
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
    fn any_text_is_read_as_serde_json_reads_it(text in "[\\[\\]{}:, \"\\\\a0-9.eE+nultrfs\n-]{0,24}") {
        let ours = Json::parse(&text).ok().map(|json| serde_json::to_string(&json).expect("it is JSON"));
        let theirs = serde_json::from_str::<Value>(&text).ok();
        prop_assert_eq!(ours.is_some(), theirs.is_some(), "{}", text);
    }

    #[test]
    fn what_is_written_is_read_again(text in any::<String>(), number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
        let json = Json::Array([Json::String(text.as_str().into()), Json::Number(number + 0.0)].into());
        let written = json.to_string();
        prop_assert_eq!(Json::parse(&written), Ok(json));
    }
}
