//! What the fuzz targets in `fuzz/` do with parts of this crate that nobody else sees. Each takes any bytes at all, and
//! panics when what they do is wrong.

use jsonwebtoken::{encode, Algorithm, EncodingKey, Header};
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::path::MAX_DEPTH;
use remote_refresh_core::wire::{parse_json, Node, Path, StreamEvent};
use serde_json::{json, Value};

use crate::data::Tree;
use crate::rules::{Asked, QueryFacts, Rules, Sides};
use crate::store::Operation;
use crate::token::{verify, Checks, IdTokens, Refused, MAX_UID_CHARS};

const NOW: Millis = Millis(1_700_000_000_000);
const DATA: &str = r#"{"a":{"b":{"n":1.5,"s":"text","t":true,"p":{".value":"x",".priority":7}},"c":[1,2]},"u1":"ж"}"#;

fn path(text: &str) -> Path {
    Path::parse(text).expect("it is valid")
}

/// A body, put and patched: what is written is there afterwards, and not deeper than anything may be.
///
/// # Panics
/// It is not.
pub fn write(data: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let stored = parse_json(DATA).expect("it is data");
    let put = Operation::Put {
        path: path("/a/b"),
        json: json.clone(),
    };
    let patch = match json {
        Value::Object(fields) => Operation::patch(path("/a"), fields).ok(),
        _ => None,
    };
    for operation in std::iter::once(put).chain(patch) {
        let Ok(event) = operation.resolve(&Tree(stored.as_ref()), NOW) else {
            continue;
        };
        let puts = match event {
            StreamEvent::Put { path, data } => vec![(path, data)],
            StreamEvent::Patch { path, children } => children
                .into_iter()
                .map(|(below, data)| (path.join(&below), data))
                .collect(),
            other => panic!("a write is no {other:?}"),
        };
        let mut after = stored.clone();
        for (path, data) in &puts {
            Node::set(&mut after, path, data.clone());
        }
        assert!(after.as_ref().map_or(0, Node::depth) <= MAX_DEPTH);
        for (path, data) in &puts {
            let there = after.as_ref().and_then(|root| root.get(path));
            assert_eq!(there, data.as_ref(), "at {path}");
        }
    }
}

/// A rules file, or, when it does not begin with `{`, a single rule: compiled, and worked out on reads and writes.
///
/// # Panics
/// The same question has two answers, or an error is outside of the file.
pub fn rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let source = if text.starts_with('{') {
        text.to_owned()
    } else {
        let rules = json!({".read": text, "$x": {".write": text, ".validate": text}});
        json!({"rules": {"$w": rules}}).to_string()
    };
    let rules = match Rules::parse(&source) {
        Ok(rules) => rules,
        Err(error) => {
            let line = source.split('\n').nth(error.line - 1);
            let width = line.expect("the line is one of the file").chars().count();
            assert!((1..=width + 1).contains(&error.column), "{error}");
            return;
        }
    };
    let stored = parse_json(DATA).expect("it is data");
    let puts = [
        (path("/a/b/n"), parse_json("2").expect("it is data")),
        (
            path("/a/new"),
            parse_json(r#"{"x":["y"]}"#).expect("it is data"),
        ),
        (path("/u1"), None),
    ];
    for auth in [
        Value::Null,
        json!({"uid": "u1", "token": {"l": [1, "a"], "o": {}}}),
    ] {
        let asked = Asked {
            auth: &auth,
            now: NOW,
        };
        let verdicts = || {
            let reads = ["/", "/a", "/a/b/s", "/u1/x"].map(|place| {
                rules.may_read(
                    asked,
                    &path(place),
                    &QueryFacts::none(),
                    &Tree(stored.as_ref()),
                )
            });
            let writes = [&puts[..], &puts[..1], &puts[1..2], &puts[2..]].map(|puts| {
                let sides = Sides {
                    before: &Tree(stored.as_ref()),
                    puts,
                };
                rules.may_write(asked, sides)
            });
            (reads, writes)
        };
        assert_eq!(verdicts(), verdicts());
    }
}

/// A token as it is; and, up to the first line end as header and then as payload, one that nobody signed and one that
/// is well signed.
///
/// # Panics
/// Somebody gets in who should not, or under a name that is none.
pub fn token(data: &[u8]) {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine;

    let id_tokens = IdTokens::new("project", r#"{"keys":[]}"#).ok();
    let checks = |emulator| Checks {
        secret: "nobody guesses this",
        id_tokens: id_tokens.as_ref(),
        emulator,
    };
    let text = String::from_utf8_lossy(data);
    assert!(
        verify(&text, NOW, &checks(false)).is_err(),
        "nobody signed it"
    );
    let (header, payload) = text
        .split_once('\n')
        .unwrap_or((r#"{"alg":"none"}"#, &text));
    let [head, body] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let unsigned = format!("{head}.{body}.");
    assert!(
        verify(&unsigned, NOW, &checks(false)).is_err(),
        "nobody signed it"
    );
    let mut accepted = vec![verify(&unsigned, NOW, &checks(true))];
    if let Ok(claims) = serde_json::from_str::<Value>(payload) {
        let key = EncodingKey::from_secret(b"nobody guesses this");
        let signed =
            encode(&Header::new(Algorithm::HS256), &claims, &key).expect("claims are JSON");
        let other = encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &EncodingKey::from_secret(b"another"),
        );
        let other = other.expect("claims are JSON");
        assert_eq!(verify(&other, NOW, &checks(true)), Err(Refused::Unreadable));
        accepted.push(verify(&signed, NOW, &checks(false)));
    }
    for verified in accepted.into_iter().flatten() {
        let uid = verified.auth.get("uid").and_then(Value::as_str);
        let named = uid.is_some_and(|uid| !uid.is_empty() && uid.chars().count() <= MAX_UID_CHARS);
        assert!(verified.admin || named, "{verified:?}");
        assert!(
            verified.expires.is_none_or(|expires| expires > NOW),
            "{verified:?}"
        );
    }
}
