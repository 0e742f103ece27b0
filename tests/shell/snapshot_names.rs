//! Children named like an object's own properties (`__proto__`, `constructor`) stay data in every way out of a snapshot, and change
//! nobody's prototype.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, json, names, put, Page, Snapshot};

/// With names that an object has, at three depths, in a list, and with a priority.
const NAMED: &str = r#"{"__proto__":{"__proto__":{"polluted":2},"polluted":1},"constructor":{"prototype":{"polluted":3}},"hasOwnProperty":"h","list":[{"__proto__":{"polluted":4}}],"toString":{".value":"t",".priority":1},"valueOf":false}"#;

async fn snapshot() -> (Page, Snapshot) {
    let page = Page::connected("null").await;
    page.request(0).await.write(put("/child", NAMED).as_bytes());
    page.until("firebase.child_added").await;
    let snapshot = page.world.snapshot();
    (page, snapshot)
}

/// Whether nobody's prototype has changed: neither that of all objects, nor that of this value and what is in it.
fn is_plain(value: &JsValue) -> bool {
    let plain = js(r"value => {
            const isPlain = value => value === null || typeof value !== 'object' || (
                Object.getPrototypeOf(value) === (Array.isArray(value) ? Array.prototype : Object.prototype)
                && Object.getOwnPropertyNames(value).every(name => name === 'length'
                    || isPlain(Object.getOwnPropertyDescriptor(value, name).value)))
            return ({}).polluted === undefined && [].polluted === undefined && isPlain(value)
        }");
    let plain: js_sys::Function = plain.unchecked_into();
    plain.call1(&JsValue::UNDEFINED, value).expect("a check") == true
}

#[wasm_bindgen_test]
async fn val_has_them_as_properties_of_its_own() {
    let (_page, snapshot) = snapshot().await;
    let value = snapshot.val();
    assert!(is_plain(&value));
    let mut have = names(&value);
    have.sort();
    assert_eq!(
        have,
        [
            "__proto__",
            "constructor",
            "hasOwnProperty",
            "list",
            "toString",
            "valueOf"
        ]
    );
    assert_eq!(
        json(&value),
        NAMED.replace(r#"{".value":"t",".priority":1}"#, "\"t\"")
    );
}

#[wasm_bindgen_test]
async fn export_val_and_to_json_have_them_too() {
    let (_page, snapshot) = snapshot().await;
    let expected = NAMED.replace(
        r#"[{"__proto__":{"polluted":4}}]"#,
        r#"{"0":{"__proto__":{"polluted":4}}}"#,
    );
    for value in [snapshot.export_val(), snapshot.to_json()] {
        assert!(is_plain(&value));
        assert_eq!(json(&value), expected);
    }
    assert_eq!(json(&snapshot), expected);
}

#[wasm_bindgen_test]
async fn they_are_found_as_children_and_those_that_are_not_there_are_absent() {
    let (_page, snapshot) = snapshot().await;
    let child = |path: &str| snapshot.child(&path.into()).expect("a valid path");
    assert_eq!(child("__proto__").name(), "__proto__");
    assert_eq!(
        json(&child("__proto__/__proto__").val()),
        r#"{"polluted":2}"#
    );
    assert_eq!(json(&child("constructor/prototype/polluted").val()), "3");
    assert_eq!(json(&child("list/0/__proto__").val()), r#"{"polluted":4}"#);
    assert!(is_plain(&child("__proto__").val()));
    for absent in [
        "isPrototypeOf",
        "list/__proto__",
        "__proto__/constructor",
        "valueOf/valueOf",
    ] {
        assert!(!child(absent).exists(), "{absent}");
        assert!(!snapshot.has_child(&absent.into()).expect("a valid path"));
    }
    assert!(snapshot
        .has_child(&"__proto__".into())
        .expect("a valid path"));
    assert_eq!(
        child("__proto__").reference().address(),
        "https://feed.test/users/u1/child/__proto__"
    );
}

#[wasm_bindgen_test]
async fn for_each_visits_them() {
    let (_page, snapshot) = snapshot().await;
    let visited = RefCell::new(Vec::new());
    let over = snapshot.for_each(&|child: Snapshot| {
        assert!(is_plain(&child.val()));
        visited.borrow_mut().push(child.name().as_string());
        Ok(JsValue::UNDEFINED)
    });
    assert!(!over.expect("nothing throws"));
    // The one with a priority comes last.
    let order = [
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "list",
        "valueOf",
        "toString",
    ];
    let visited: Vec<String> = visited.take().into_iter().flatten().collect();
    assert_eq!(visited, order);
    assert_eq!(snapshot.num_children(), 6);
}

#[wasm_bindgen_test]
async fn they_change_like_any_other() {
    let page = Page::connected(r#"{"__proto__":1,"constructor":1}"#).await;
    let value = r#"{"__proto__":2,"toString":1}"#;
    page.request(0).await.write(put("/", value).as_bytes());
    page.until("firebase.child_added toString").await;
    let mut log = page.take();
    log.sort();
    assert_eq!(
        log,
        [
            "firebase.child_added __proto__ 2",
            "firebase.child_added toString 1",
            "firebase.child_changed __proto__ 2",
            "firebase.child_removed constructor 1"
        ]
    );
}

#[wasm_bindgen_test]
async fn a_provider_may_bring_them() {
    let page = Page::provided("null").await;
    let stream = page.world.provided();
    stream
        .value(&js(&format!("JSON.parse('{{\"child\":{NAMED}}}')")))
        .expect("a value that can be sent");
    page.until("firebase.child_added child").await;
    let snapshot = page.world.snapshot();
    assert!(is_plain(&snapshot.val()));
    assert_eq!(
        json(
            &snapshot
                .child(&"__proto__/polluted".into())
                .expect("a path")
                .val()
        ),
        "1"
    );
}

#[wasm_bindgen_test]
async fn a_type_of_model_may_be_named_so() {
    let page = Page::connected(r#"{"version":1}"#).await;
    let value =
        r#"{"version":2,"models":{"__proto__":{"version":1,"op":"added","id":"constructor"}}}"#;
    page.request(0).await.write(put("/", value).as_bytes());
    page.until("model added __proto__ constructor").await;
    assert_eq!(page.world.snapshot().name(), "__proto__");
    assert!(is_plain(&page.world.snapshot().val()));
}

#[wasm_bindgen_test]
fn json_that_is_parsed_is_what_these_tests_compare_with() {
    // An object literal with `__proto__` would set a prototype: these tests need `JSON.parse`.
    let parsed = js_sys::JSON::parse(NAMED).expect("valid JSON");
    assert!(is_plain(&parsed));
    let literal = js("{ __proto__: { polluted: 1 } }");
    assert!(!is_plain(&literal));
    assert_eq!(Object::keys(parsed.unchecked_ref::<Object>()).length(), 6);
    assert!(Array::is_array(&crate::support::field(&parsed, "list")));
}
