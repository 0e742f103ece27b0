//! `App.explain`: the steps from a change to its result.

use std::rc::Rc;

use js_sys::Array;
use remote_refresh::app::Whose;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{field, json, put, show, Page};

fn steps(page: &Page) -> Vec<JsValue> {
    let steps: Array = page.engine.explanation().unchecked_into();
    steps.iter().collect()
}

/// What a step says, besides its number and its time; what is null is left out.
fn said(step: &JsValue) -> String {
    let names = [
        "what",
        "event",
        "key",
        "type",
        "operation",
        "id",
        "view",
        "entity",
        "reason",
    ];
    let values = names.map(|name| (name, field(step, name)));
    let told = values.iter().filter(|(_, value)| !value.is_null());
    let told: Vec<String> = told
        .map(|(name, value)| format!("{name}={}", json(value)))
        .collect();
    told.join(" ")
}

#[wasm_bindgen_test]
async fn nothing_is_noted_before_somebody_asks() {
    let page = Page::connected(r#"{"updated":1}"#).await;
    page.request(0).await.write(put("/updated", "2").as_bytes());
    page.until("firebase.child_changed").await;
    let number = page
        .engine
        .note_event("refresh:start".into(), None, None, None);
    assert_eq!(number, None);
    assert!(steps(&page).is_empty());
    page.engine.start_explaining();
    page.engine.start_explaining();
    assert!(steps(&page).is_empty());
}

#[wasm_bindgen_test]
async fn a_change_of_a_record_is_explained_up_to_the_pass_that_answers_it() {
    let page = Page::connected(r#"{"version":1}"#).await;
    let view = page.show_view();
    page.engine.start_explaining();
    let value = r#"{"version":2,"models":{"Message":{"version":1,"op":"added","id":7}}}"#;
    page.request(0).await.write(put("/", value).as_bytes());
    page.until("hook").await;
    let said: Vec<String> = steps(&page).iter().map(said).collect();
    for step in [
        r#"what="change" event="firebase.child_added" key="version""#.into(),
        r#"what="change" type="Message" operation="added" id=7"#.into(),
        format!(r#"what="plan" view={view}"#),
    ] {
        assert!(said.contains(&step), "{step}: {said:?}");
    }
}

#[wasm_bindgen_test]
async fn the_id_of_a_record_is_what_the_server_wrote() {
    let page = Page::connected(r#"{"version":1}"#).await;
    page.engine.start_explaining();
    for (version, id, said) in [
        (2, "\"a-1\"", JsValue::from("a-1")),
        (3, "7.5", JsValue::from(7.5)),
        (4, "true", JsValue::TRUE),
        (5, "null", JsValue::NULL),
    ] {
        let of_type = version - 1;
        let value = format!(
            r#"{{"version":{version},"models":{{"T":{{"version":{of_type},"op":"changed","id":{id}}}}}}}"#
        );
        page.request(0).await.write(put("/", &value).as_bytes());
        page.until("model changed T").await;
        page.take();
        let step = steps(&page)
            .into_iter()
            .rev()
            .find(|step| field(step, "type") == "T")
            .expect("a step of the model");
        assert_eq!(field(&step, "id"), said, "{id}");
    }
}

#[wasm_bindgen_test]
fn an_event_is_a_step_with_a_number_that_counts_from_1() {
    let page = Page::new();
    page.engine.start_explaining();
    let note = |name: &str, view, entity, reason: Option<&str>| {
        page.engine
            .note_event(name.into(), view, entity, reason.map(Into::into))
    };
    assert_eq!(note("refresh:start", Some(3), Some(5), None), Some(1));
    assert_eq!(
        note("refresh:error", None, Some(5), Some("fetch-failed")),
        Some(2)
    );
    let steps = steps(&page);
    assert_eq!(said(&steps[0]), r#"what="refresh:start" view=3 entity=5"#);
    assert_eq!(
        said(&steps[1]),
        r#"what="refresh:error" entity=5 reason="fetch-failed""#
    );
    for (index, step) in steps.iter().enumerate() {
        assert_eq!(field(step, "number"), index as f64 + 1.0);
    }
    let time = |step: &JsValue| field(step, "time").as_f64().expect("a time");
    assert!(time(&steps[0]) <= time(&steps[1]));
}

#[wasm_bindgen_test]
fn a_fetch_that_will_do_is_a_step() {
    let page = Page::new();
    page.engine.start_explaining();
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    for _ in 0..2 {
        page.engine.enter_pass(Whose::Nobody, 0);
        page.engine.visit_entity(view, entity, None);
        page.engine.leave_pass();
    }
    let said: Vec<String> = steps(&page).iter().map(said).collect();
    assert_eq!(
        said,
        [format!(r#"what="joined" view={view} entity={entity}"#)]
    );
}

#[wasm_bindgen_test]
fn what_is_gone_is_taken_out_of_the_steps() {
    let page = Page::new();
    page.engine.start_explaining();
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    page.engine
        .note_event("refresh:done".into(), Some(view), Some(entity), None);
    page.engine.forget_view(view);
    page.engine.forget_entity(entity);
    let said: Vec<String> = steps(&page).iter().map(said).collect();
    assert_eq!(said, [r#"what="refresh:done""#]);
}

#[wasm_bindgen_test]
async fn a_host_may_ask_and_note_while_it_is_called() {
    let page = Page::connected(r#"{"updated":1}"#).await;
    page.engine.start_explaining();
    let view = page.engine.add_view();
    let engine = Rc::downgrade(&page.engine);
    page.react("callHook", move |view, _| {
        let engine = engine.upgrade().expect("the page is there");
        engine.note_event("refresh:skipped".into(), Some(view), None, None);
        assert!(engine.explanation().is_object());
    });
    show(&page.engine, view);
    page.request(0).await.write(put("/updated", "2").as_bytes());
    page.until("hook").await;
    let last = steps(&page).pop().expect("a step");
    assert_eq!(
        said(&last),
        format!(r#"what="refresh:skipped" view={view}"#)
    );
}
