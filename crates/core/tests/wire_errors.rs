//! Every error has a code of its own and a sentence, and names what is behind it.

use std::collections::BTreeSet;
use std::error::Error;

use remote_refresh_core::mirror::MirrorError;
use remote_refresh_core::wire::{
    parse_json, EventError, Key, KeyError, NodeError, Path, PathError, SseError,
};

#[test]
fn every_error_has_a_code_and_a_sentence() {
    let place = || Box::from("/a");
    let errors: [(&str, Box<dyn Error>); 16] = [
        (KeyError::Empty.code(), Box::new(KeyError::Empty)),
        (KeyError::TooLong.code(), Box::new(KeyError::TooLong)),
        (
            KeyError::Forbidden('/').code(),
            Box::new(KeyError::Forbidden('/')),
        ),
        (PathError::TooDeep.code(), Box::new(PathError::TooDeep)),
        (PathError::BadEscape.code(), Box::new(PathError::BadEscape)),
        ("data_no_json", Box::new(NodeError::Json)),
        ("data_too_deep", Box::new(NodeError::TooDeep)),
        (
            "data_value_beside_children",
            Box::new(NodeError::ValueBesideChildren(place())),
        ),
        ("data_bad_value", Box::new(NodeError::BadValue(place()))),
        (
            "data_bad_priority",
            Box::new(NodeError::BadPriority(place())),
        ),
        (
            "data_bad_server_value",
            Box::new(NodeError::ServerValue(place())),
        ),
        (
            "data_number_range",
            Box::new(NodeError::NumberRange(place())),
        ),
        (
            SseError::EventTooLarge.code(),
            Box::new(SseError::EventTooLarge),
        ),
        (EventError::Shape.code(), Box::new(EventError::Shape)),
        (
            MirrorError::NoBaseline.code(),
            Box::new(MirrorError::NoBaseline),
        ),
        (MirrorError::TooDeep.code(), Box::new(MirrorError::TooDeep)),
    ];
    let codes: BTreeSet<_> = errors.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), errors.len(), "two errors share a code");
    for (code, error) in &errors {
        let sentence = error.to_string();
        assert!(
            sentence.ends_with('.') && sentence.contains(' '),
            "{code}: {sentence}"
        );
        assert!(error.source().is_none(), "{code} has nothing behind it");
    }
}

#[test]
fn an_error_keeps_the_code_the_sentence_and_the_source_of_the_one_behind_it() {
    let path = Path::parse("/a/b#").expect_err("b# is no key");
    assert_eq!(path.code(), "key_forbidden_character");
    assert_eq!(path.to_string(), KeyError::Forbidden('#').to_string());
    assert!(path.source().is_some_and(|source| source.is::<KeyError>()));

    let node = parse_json(r#"{"a":{"":1}}"#).expect_err("a key can't be empty");
    assert_eq!(node.to_string(), "At /a: A key can't be empty.");
    assert!(node.source().is_some_and(|source| source.is::<KeyError>()));

    for (event, is_path) in [
        (EventError::from(path), true),
        (EventError::from(node.clone()), false),
    ] {
        let source = event.source().expect("something is behind it");
        assert_eq!(source.is::<PathError>(), is_path);
        assert_eq!(event.to_string(), source.to_string());
    }
    assert_eq!(EventError::from(node).code(), "key_empty");
}

#[test]
fn a_key_shows_as_its_text() {
    let key = Key::new("a\"b").expect("a quote is allowed");
    assert_eq!(format!("{key} {key:?}"), r#"a"b "a\"b""#);
}
