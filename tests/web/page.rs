//! What the page tells of itself: its network, its visibility, its return from the back/forward cache.

use std::cell::Cell;
use std::rc::Rc;

use remote_refresh::app::Whose;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    a_turn, becomes, becomes_silently, dispatch_on_document, dispatch_on_window, hide_page, put,
    show_page, Listeners, Page,
};

const VALUE: &str = r#"{"updated":1}"#;

#[wasm_bindgen_test]
async fn offline_ends_the_stream_and_online_opens_another_at_once() {
    let page = Page::connected(VALUE).await;
    dispatch_on_window("offline");
    assert!(page.request(0).await.aborted());
    assert_eq!(
        page.take(),
        ["feed 1 offline offline: the browser is offline"]
    );
    a_turn().await;
    dispatch_on_window("online");
    let request = page.request(1).await;
    assert!(!request.aborted());
    request.respond(200);
    request.write(put("/", r#"{"updated":2}"#).as_bytes());
    page.until("firebase.child_added updated 2").await;
}

#[wasm_bindgen_test]
async fn a_page_from_the_back_forward_cache_gets_a_new_stream() {
    let page = Page::connected(VALUE).await;
    show_page(true);
    assert!(page.request(0).await.aborted());
    let request = page.request(1).await;
    assert!(!request.aborted());
    assert_eq!(
        page.take(),
        ["feed 1 stale restored: the page was restored"]
    );
}

#[wasm_bindgen_test]
async fn a_frozen_tab_gets_a_new_stream_when_it_goes_on() {
    let page = Page::connected(VALUE).await;
    dispatch_on_document("freeze");
    dispatch_on_document("resume");
    let request = page.request(1).await;
    assert!(page.request(0).await.aborted() && !request.aborted());
    request.respond(200);
    request.write(put("/", r#"{"updated":2}"#).as_bytes());
    page.until("firebase.child_added updated 2").await;
}

#[wasm_bindgen_test]
async fn a_page_that_was_loaded_anew_keeps_its_stream() {
    let page = Page::connected(VALUE).await;
    show_page(false);
    a_turn().await;
    assert_eq!(page.requests(), 1);
    assert!(!page.request(0).await.aborted());
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_hidden_tab_puts_its_refreshes_off_until_it_is_seen() {
    let page = Page::connected(VALUE).await;
    let view = page.show_view();
    becomes("hidden");
    let events = [put("/updated", "2"), put("/updated", "3")].concat();
    page.request(0).await.write(events.as_bytes());
    page.until("deferred").await;
    a_turn().await;
    let log = page.take();
    let count = |what: &str| log.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((count("deferred"), count("hook")), (1, 0), "{log:?}");
    becomes("visible");
    assert_eq!(page.take(), [format!("hook {view} updated")]);
    becomes("hidden");
    becomes("visible");
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_tab_that_was_frozen_and_is_visible_again_runs_what_is_pending() {
    let page = Page::connected(VALUE).await;
    let view = page.show_view();
    becomes("hidden");
    page.request(0).await.write(put("/updated", "2").as_bytes());
    page.until("deferred").await;
    becomes_silently("visible");
    page.take();
    dispatch_on_document("resume");
    page.until(&format!("hook {view} updated")).await;
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_for_good_keeps_its_stream_until_then() {
    let page = Page::connected(VALUE).await;
    hide_page(false);
    a_turn().await;
    assert!(!page.request(0).await.aborted());
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn an_engine_made_in_a_hidden_tab_knows_it() {
    becomes("hidden");
    let page = Page::new();
    let view = page.show_view();
    page.connect(1);
    let request = page.request(0).await;
    request.respond(200);
    request.write(put("/", VALUE).as_bytes());
    page.until("deferred").await;
    becomes("visible");
    assert!(page.take().contains(&format!("hook {view} updated")));
}

#[wasm_bindgen_test]
async fn a_dropped_engine_takes_its_listeners_and_its_stream_with_it() {
    let listeners = Listeners::new();
    let page = Page::connected(VALUE).await;
    let request = page.request(0).await;
    assert!(!request.aborted());
    drop(page);
    assert!(request.aborted());
    assert_eq!(listeners.stop(), 0);
}

#[wasm_bindgen_test]
async fn a_walk_that_is_suspended_when_the_tab_is_hidden_is_dropped_and_reported_at_once() {
    let page = Page::connected(VALUE).await;
    let view = page.show_view();
    let engine = Rc::downgrade(&page.engine);
    let suspended = Rc::new(Cell::new(0));
    let name = Rc::clone(&suspended);
    page.react("callHook", move |view, pass| {
        let engine = engine.upgrade().expect("the page is there");
        engine.enter_pass(Whose::Ours, pass);
        assert!(engine.visit(view));
        name.set(engine.suspend_pass());
    });
    page.request(0).await.write(put("/updated", "2").as_bytes());
    page.until("hook").await;
    becomes("hidden");
    page.take();
    assert!(!page.engine.resume_pass(suspended.get()));
    assert_eq!(page.take(), [format!("deferred {view}")]);
    becomes("visible");
    assert_eq!(page.take(), [format!("hook {view} updated")]);
}
