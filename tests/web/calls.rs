//! Decide, then act: a call of the host may call the engine in turn.

use std::rc::Rc;

use remote_refresh::app::{Ending, Meaning, Whose};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{a_turn, connect, put, show, Page};

const VALUE: &str = r#"{"updated":1,"version":1}"#;
const CHANGE: &str = r#"{"updated":2,"version":2}"#;

/// Changes both children in one write, and waits until the engine is done with it.
async fn change(page: &Page) {
    page.request(0).await.write(put("/", CHANGE).as_bytes());
    page.until("firebase.child_added").await;
    a_turn().await;
}

#[wasm_bindgen_test]
async fn closing_from_within_ends_what_was_about_to_be_told() {
    let page = Page::connected(VALUE).await;
    page.show_view();
    let engine = Rc::downgrade(&page.engine);
    page.react("emit", move |_, _| {
        engine.upgrade().expect("the page is there").close(1);
    });
    change(&page).await;
    assert_eq!(
        page.take(),
        ["firebase.child_added updated 2", "feed 1 closed"]
    );
    assert!(page.request(0).await.aborted());
}

#[wasm_bindgen_test]
async fn connecting_from_within_begins_when_the_call_returns() {
    let page = Page::connected(VALUE).await;
    let engine = Rc::downgrade(&page.engine);
    page.react("emit", move |_, _| {
        connect(&engine.upgrade().expect("the page is there"), 2);
    });
    change(&page).await;
    assert_eq!(
        page.take(),
        [
            "firebase.child_added updated 2",
            "feed 1 closed",
            "feed 2 connecting"
        ]
    );
    assert_eq!(
        page.request(1).await.url(),
        "https://feed.test/users/u2.json"
    );
}

#[wasm_bindgen_test]
async fn a_page_shown_from_within_is_the_one_that_is_refreshed() {
    let page = Page::connected(VALUE).await;
    let first = page.show_view();
    let second = page.show_view();
    show(&page.engine, first);
    change(&page).await;
    page.take();
    let engine = Rc::downgrade(&page.engine);
    page.react("emit", move |_, _| {
        show(&engine.upgrade().expect("the page is there"), second);
    });
    page.request(0).await.write(put("/updated", "3").as_bytes());
    page.until("hook").await;
    let log = page.take();
    assert_eq!(log.last(), Some(&format!("hook {second} updated")));
    let hooks = log.iter().filter(|line| line.starts_with("hook"));
    assert_eq!(hooks.count(), 1, "{log:?}");
}

#[wasm_bindgen_test]
async fn a_fetch_that_settles_from_within_starts_the_pending_one_afterwards() {
    let page = Page::connected(VALUE).await;
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    let request = || {
        page.engine.enter_pass(Whose::Nobody, 0);
        let meaning = page.engine.visit_entity(view, entity, None);
        page.engine.leave_pass();
        meaning
    };
    let flights = page.flights();
    assert_eq!(request(), Meaning::Fetches);
    assert_eq!(page.take(), [format!("fetch {entity}")]);
    assert_eq!(request(), Meaning::Joined, "one in flight, one pending");
    let engine = Rc::downgrade(&page.engine);
    page.react("fetch", move |entity, flight| {
        let engine = engine.upgrade().expect("the page is there");
        engine.fetch_ended(entity, flight, Ending::Done, None);
    });
    let flight = flights.borrow()[0];
    page.engine.fetch_ended(entity, flight, Ending::Done, None);
    let settled = format!("settled {entity} done");
    assert_eq!(
        page.take(),
        [settled.clone(), format!("fetch {entity}"), settled]
    );
    assert_eq!(request(), Meaning::Fetches, "nothing is in flight any more");
}

#[wasm_bindgen_test]
async fn a_host_that_throws_stops_nothing() {
    let page = Page::connected(VALUE).await;
    let view = page.show_view();
    page.react_in_js("emit", "() => { throw new Error('the app is broken') }");
    change(&page).await;
    page.until(&format!("hook {view}")).await;
    assert_eq!(
        page.take(),
        [
            "firebase.child_added updated 2".into(),
            "firebase.child_changed updated 2".into(),
            "firebase.child_added version 2".into(),
            "firebase.child_changed version 2".into(),
            format!("hook {view} updated")
        ]
    );
}

#[wasm_bindgen_test]
async fn a_forgotten_view_or_entity_leaves_nothing_behind() {
    let page = Page::new();
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    show(&page.engine, view);
    assert_eq!(page.known(), 2.0);
    page.engine.forget_view(view);
    page.engine.forget_entity(entity);
    assert_eq!(page.known(), 0.0);
    page.engine.fetch_ended(entity, 1, Ending::Done, None);
    assert!(page.take().is_empty());
}
