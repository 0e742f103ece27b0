//! What a snapshot answers, as JavaScript sees it.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, json, put, refused, Page, Snapshot};

/// The snapshot of a child that is added with this value, as it is on the wire.
async fn snapshot(value: &str) -> (Page, Snapshot) {
    snapshot_of("child", value).await
}

async fn snapshot_of(key: &str, value: &str) -> (Page, Snapshot) {
    let page = Page::connected("null").await;
    let path = ["/", key].concat();
    page.request(0).await.write(put(&path, value).as_bytes());
    page.until("firebase.child_added").await;
    let snapshot = page.world.snapshot();
    (page, snapshot)
}

const MODELS: &str = r#"{"Message":{"id":7,"op":"added"},"User":{"id":"ann","op":"removed"}}"#;

#[wasm_bindgen_test]
async fn a_snapshot_has_its_name_and_its_value() {
    let (_page, snapshot) = snapshot(MODELS).await;
    assert_eq!(snapshot.name(), "child");
    assert_eq!(snapshot.key(), "child");
    assert!(snapshot.exists());
    assert_eq!(json(&snapshot.val()), MODELS);
    assert_eq!(json(&snapshot.export_val()), MODELS);
    assert_eq!(json(&snapshot.to_json()), MODELS);
    assert_eq!(json(&snapshot), MODELS, "JSON.stringify asks toJSON");
}

#[wasm_bindgen_test]
async fn a_leaf_is_a_text_a_number_or_a_flag_and_has_no_children() {
    for value in [
        "\"žluť 🐎\"",
        "1.5",
        "-0.25",
        "1e300",
        "true",
        "false",
        "\"\"",
    ] {
        let (_page, snapshot) = snapshot(value).await;
        let expected = json(&js(value));
        assert_eq!(json(&snapshot.val()), expected);
        assert_eq!(json(&snapshot.export_val()), expected);
        assert!(snapshot.exists() && !snapshot.has_children());
        assert_eq!(snapshot.num_children(), 0);
        assert!(snapshot.get_priority().is_null());
    }
}

#[wasm_bindgen_test]
async fn a_child_is_found_by_its_path_and_may_be_absent() {
    let (_page, snapshot) = snapshot(MODELS).await;
    let child = |path: &str| snapshot.child(&js(path)).expect("a valid path");
    assert_eq!(json(&child("'Message/id'").val()), "7");
    assert_eq!(child("'Message/id'").name(), "id");
    assert_eq!(json(&child("'/User//op/'").val()), "\"removed\"");
    assert_eq!(json(&child("''").val()), MODELS);
    assert_eq!(child("''").name(), "child");
    for absent in ["'Group'", "'Message/id/deeper'", "'Message/none'"] {
        assert!(!child(absent).exists());
        assert!(child(absent).val().is_null());
        assert!(child(absent).export_val().is_null());
        assert_eq!(child(absent).num_children(), 0);
        assert!(!snapshot.has_child(&js(absent)).expect("a valid path"));
    }
    assert!(snapshot.has_child(&js("'User/id'")).expect("a valid path"));
    assert!(snapshot.has_children());
    assert_eq!(snapshot.num_children(), 2);
}

#[wasm_bindgen_test]
async fn a_path_that_is_none_is_refused() {
    let (_page, snapshot) = snapshot(MODELS).await;
    for path in [
        "undefined",
        "null",
        "{}",
        "true",
        "'a.b'",
        "'a#b'",
        "'a[0]'",
        "'$a'",
    ] {
        for error in [
            refused(snapshot.child(&js(path))),
            refused(snapshot.has_child(&js(path))),
        ] {
            assert!(error.starts_with("invalid-path: "), "{path}: {error}");
        }
    }
}

#[wasm_bindgen_test]
async fn arrays_are_arrays_and_are_read_by_number() {
    let (_page, snapshot) = snapshot(r#"["a","b",{"x":["c"]}]"#).await;
    assert_eq!(json(&snapshot.val()), r#"["a","b",{"x":["c"]}]"#);
    assert_eq!(
        json(&snapshot.export_val()),
        r#"{"0":"a","1":"b","2":{"x":{"0":"c"}}}"#
    );
    let child = |path: &str| snapshot.child(&js(path)).expect("a valid path");
    assert_eq!(json(&child("1").val()), "\"b\"");
    assert_eq!(json(&child("'2/x/0'").val()), "\"c\"");
    assert!(snapshot.has_child(&js("0")).expect("a valid path"));
    assert_eq!(snapshot.num_children(), 3);
}

#[wasm_bindgen_test]
async fn keys_that_look_like_an_arrays_make_one_with_holes_as_null() {
    for (value, expected) in [
        (r#"{"0":"a","1":"b","3":"d"}"#, r#"["a","b",null,"d"]"#),
        (r#"{"0":"a","9":"j"}"#, r#"{"0":"a","9":"j"}"#),
        (r#"{"0":"a","x":"b"}"#, r#"{"0":"a","x":"b"}"#),
    ] {
        let (_page, snapshot) = snapshot(value).await;
        assert_eq!(json(&snapshot.val()), expected);
    }
}

#[wasm_bindgen_test]
async fn priorities_are_kept_apart_from_the_value() {
    let (_page, snapshot) = snapshot(
        r#"{".priority":"high","b":{".value":1,".priority":5},"a":{".value":2,".priority":6}}"#,
    )
    .await;
    assert_eq!(snapshot.get_priority(), "high");
    assert_eq!(json(&snapshot.val()), r#"{"a":2,"b":1}"#);
    assert_eq!(
        json(&snapshot.export_val()),
        r#"{"a":{".value":2,".priority":6},"b":{".value":1,".priority":5},".priority":"high"}"#
    );
    let b = snapshot.child(&js("'b'")).expect("a valid path");
    assert_eq!(b.get_priority(), 5);
    assert_eq!(json(&b.val()), "1");
    assert_eq!(json(&b.to_json()), r#"{".value":1,".priority":5}"#);
}

#[wasm_bindgen_test]
async fn children_come_in_firebases_order_until_the_callback_says_true() {
    let (_page, snapshot) = snapshot(
        r#"{"b":1,"10":1,"9":1,"a":{".value":1,".priority":1},"c":{".value":1,".priority":"x"}}"#,
    )
    .await;
    let names = RefCell::new(Vec::new());
    let visit = |until: Option<&'static str>| {
        names.borrow_mut().clear();
        snapshot.for_each(&|child: Snapshot| {
            let name = child.name().as_string().unwrap_or_default();
            let over = Some(&*name) == until;
            names.borrow_mut().push(name);
            Ok(JsValue::from_bool(over))
        })
    };
    assert!(!visit(None).expect("nothing throws"));
    assert_eq!(*names.borrow(), ["9", "10", "b", "a", "c"]);
    assert!(visit(Some("10")).expect("nothing throws"));
    assert_eq!(*names.borrow(), ["9", "10"]);
}

#[wasm_bindgen_test]
async fn only_true_ends_a_for_each_and_what_its_callback_throws_passes_through() {
    let (_page, snapshot) = snapshot(r#"{"a":1,"b":2,"c":3}"#).await;
    let count = RefCell::new(0);
    let over = snapshot.for_each(&|_| {
        *count.borrow_mut() += 1;
        Ok(JsValue::from_f64(1.0))
    });
    assert!(!over.expect("nothing throws"));
    assert_eq!(*count.borrow(), 3);
    let thrown = snapshot.for_each(&|_| Err(js("new RangeError('enough')")));
    assert_eq!(refused(thrown), "RangeError: enough");
}

#[wasm_bindgen_test]
async fn a_leaf_and_what_is_absent_have_no_children_to_visit() {
    let (_page, snapshot) = snapshot("1").await;
    let absent = snapshot.child(&js("'none'")).expect("a valid path");
    for snapshot in [&snapshot, &absent] {
        let over = snapshot.for_each(&|_| panic!("there is no child"));
        assert!(!over.expect("nothing throws"));
    }
}

#[wasm_bindgen_test]
async fn a_snapshot_knows_its_address() {
    let (_page, snapshot) = snapshot_of("a b", r#"{"ключ":1}"#).await;
    let place = snapshot.reference();
    assert_eq!(place.key(), "a b");
    assert_eq!(place.address(), "https://feed.test/users/u1/a%20b");
    let child = snapshot.child(&js("'ключ'")).expect("a valid path");
    assert_eq!(
        child.reference().address(),
        "https://feed.test/users/u1/a%20b/%D0%BA%D0%BB%D1%8E%D1%87"
    );
    let names = RefCell::new(Vec::new());
    let visited = snapshot.for_each(&|child: Snapshot| {
        names.borrow_mut().push(child.reference().address());
        Ok(JsValue::FALSE)
    });
    visited.expect("nothing throws");
    assert_eq!(*names.borrow(), [child.reference().address()]);
}

#[wasm_bindgen_test]
async fn a_snapshot_never_changes() {
    let (page, snapshot) = snapshot(r#"{"a":1}"#).await;
    page.request(0).await.write(put("/child/a", "2").as_bytes());
    page.until("firebase.child_changed").await;
    assert_eq!(json(&snapshot.val()), r#"{"a":1}"#);
    assert_eq!(json(&page.world.snapshot().val()), r#"{"a":2}"#);
}

#[wasm_bindgen_test]
async fn a_child_that_was_removed_is_shown_as_it_was() {
    let (page, _) = snapshot(r#"{"a":1}"#).await;
    page.request(0)
        .await
        .write(put("/child", "null").as_bytes());
    page.until("firebase.child_removed child").await;
    assert_eq!(json(&page.world.snapshot().val()), r#"{"a":1}"#);
}

#[wasm_bindgen_test]
async fn what_a_snapshot_gives_is_the_apps_own_to_change() {
    let (_page, snapshot) = snapshot(r#"{"a":{"b":1}}"#).await;
    let value = snapshot.val();
    js_sys::Reflect::set(&value, &"a".into(), &JsValue::NULL).expect("a plain object");
    assert_eq!(json(&snapshot.val()), r#"{"a":{"b":1}}"#);
}

#[wasm_bindgen_test]
async fn a_model_event_has_the_snapshot_of_its_type() {
    let page = Page::connected(r#"{"version":1}"#).await;
    let value = r#"{"version":2,"models":{"Message":{"version":1,"op":"added","id":7}}}"#;
    page.request(0).await.write(put("/", value).as_bytes());
    page.until("model added Message 7").await;
    let snapshot = page.world.snapshot();
    assert_eq!(snapshot.name(), "Message");
    assert_eq!(
        snapshot.reference().address(),
        "https://feed.test/users/u1/models/Message"
    );
}
