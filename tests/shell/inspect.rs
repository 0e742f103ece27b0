//! The objects that tools and events are given have the names that `js/inspect.d.ts` declares.

use remote_refresh::app::Whose;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{field, json, names, Page};

const DECLARED: &str = include_str!("../../js/inspect.d.ts");

/// The names of a declared type, in order.
fn declared(name: &str) -> Vec<String> {
    let begins = ["export type ", name, " = {"].concat();
    let body = DECLARED.split(&begins).nth(1);
    let body = body.unwrap_or_else(|| panic!("{name} is declared"));
    let body = body.split("};").next().unwrap_or_default();
    // Comments have lines that begin with a star.
    let lines = body
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '*']));
    let declared = lines.flat_map(|line| line.split(", "));
    declared
        .filter_map(|field| field.split_once(':'))
        .map(|(name, _)| name.trim().into())
        .collect()
}

fn assert_declared(object: &JsValue, name: &str) {
    assert_eq!(names(object), declared(name), "{name}");
    let prototype = js_sys::Object::get_prototype_of(object);
    let plain = js_sys::Object::get_prototype_of(&js_sys::Object::new());
    assert!(prototype == plain, "{name} is a plain object");
}

#[wasm_bindgen_test]
fn the_state_of_an_app_has_the_declared_names() {
    let page = Page::new();
    let state = page.engine.state();
    assert_declared(&state, "AppState");
    assert_eq!(
        json(&state),
        r#"{"follows":false,"pagePending":false,"retryAt":null,"renewAt":null,"answerAt":null,"views":0,"entities":0}"#
    );
}

#[wasm_bindgen_test]
fn the_state_of_an_entity_has_the_declared_names() {
    let page = Page::new();
    let idle = r#"{"fetching":false,"requested":false,"pending":false,"queued":false,"deferred":false,"givenUp":false,"retryAt":null}"#;
    for entity in [None, Some(page.engine.add_entity()), Some(99)] {
        let state = page.engine.entity_state(entity);
        assert_declared(&state, "EntityState");
        assert_eq!(json(&state), idle);
    }
}

#[wasm_bindgen_test]
async fn a_feeds_status_and_its_reason_have_the_declared_names() {
    let page = Page::new();
    page.connect(1);
    let status = page.world.status();
    assert_declared(&status, "FeedStatus");
    assert_eq!(
        json(&status),
        r#"{"state":"connecting","previous":"closed","reason":null}"#
    );
    let request = page.request(0).await;
    request.respond(404);
    request.end();
    page.until("feed 1 denied").await;
    let status = page.world.status();
    assert_declared(&status, "FeedStatus");
    assert_declared(&field(&status, "reason"), "FeedReason");
    assert_eq!(
        json(&status),
        r#"{"state":"denied","previous":"connecting","reason":{"code":"bad-request","message":"the server rejects this address: check `url`"}}"#
    );
}

#[wasm_bindgen_test]
async fn a_step_of_an_explanation_has_the_declared_names() {
    let page = Page::connected("null").await;
    page.engine.start_explaining();
    page.engine
        .note_event("refresh:start".into(), None, None, None);
    let steps = page.engine.explanation();
    assert_declared(&field(&steps, "0"), "ExplainedStep");
}

#[wasm_bindgen_test]
async fn the_state_follows_what_the_app_waits_for() {
    let page = Page::new();
    let state = |name: &str| field(&page.engine.state(), name);
    page.show_view();
    page.engine.add_entity();
    assert_eq!(state("views"), 1);
    assert_eq!(state("entities"), 1);
    page.connect_with(
        "{ shareTabs: false, reconnectionDelay: 2 ** 31 - 1, reconnectionDelayMax: 2 ** 31 - 1 }",
    );
    assert!(state("retryAt").is_null());
    page.request(0).await.fail("no network");
    page.until("feed 1 connecting stream-ended").await;
    let at = state("retryAt").as_f64().expect("it is tried again");
    assert!(at >= 1.7e12, "milliseconds since 1970: {at}");
    page.engine.close(1);
    assert!(state("retryAt").is_null());
}

#[wasm_bindgen_test]
fn the_state_of_an_entity_follows_its_fetches() {
    let page = Page::with("{ concurrency: 1 }");
    let view = page.engine.add_view();
    let (first, second) = (page.engine.add_entity(), page.engine.add_entity());
    let ask = |entity: u32| {
        page.engine.enter_pass(Whose::Nobody, 0);
        page.engine.visit_entity(view, entity, None);
        page.engine.leave_pass();
    };
    let is = |entity: u32, name: &str| field(&page.engine.entity_state(Some(entity)), name) == true;
    ask(first);
    ask(second);
    assert!(is(first, "fetching") && !is(first, "queued") && !is(first, "pending"));
    assert!(is(second, "queued") && !is(second, "fetching"));
    ask(first);
    assert!(is(first, "pending"));
}
