//! Which views a pass visits.

use std::cell::Cell;
use std::rc::Rc;

use remote_refresh::app::{Meaning, Whose};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, put, refused, show, Page};

/// The entities whose fetches were ordered since the log was taken last.
fn fetched(page: &Page) -> Vec<u32> {
    let log = page.take();
    let fetches = log.iter().filter_map(|line| line.strip_prefix("fetch "));
    fetches
        .map(|entity| entity.parse().expect("a number"))
        .collect()
}

#[wasm_bindgen_test]
fn one_pass_visits_each_view_once() {
    let page = Page::new();
    let (first, second) = (page.engine.add_view(), page.engine.add_view());
    let pass = page.engine.enter_pass(Whose::Nobody, 0);
    assert!(page.engine.visit_hook(first) && page.engine.visit_walk(first));
    assert!(!page.engine.visit_hook(first) && !page.engine.visit_walk(first));
    assert!(page.engine.visit(second));
    assert!(!page.engine.visit(second) && !page.engine.visit_hook(second));
    page.engine.leave_pass();
    assert_ne!(page.engine.enter_pass(Whose::Nobody, 0), pass);
    assert!(page.engine.visit(first) && page.engine.visit(second));
    page.engine.leave_pass();
}

#[wasm_bindgen_test]
fn without_a_pass_nothing_is_visited() {
    let page = Page::new();
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    assert!(!page.engine.visit(view) && !page.engine.visit_hook(view));
    assert!(!page.engine.visit_walk(view));
    assert_eq!(
        page.engine.visit_entity(view, entity, None),
        Meaning::NotConcerned
    );
    page.engine.leave_pass();
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
fn a_pass_within_a_pass_is_the_same_one() {
    let page = Page::new();
    let view = page.engine.add_view();
    let outer = page.engine.enter_pass(Whose::Nobody, 0);
    assert!(page.engine.visit(view));
    assert_eq!(page.engine.enter_pass(Whose::Nobody, 0), outer);
    assert!(!page.engine.visit(view));
    page.engine.leave_pass();
    page.engine.leave_pass();
}

#[wasm_bindgen_test]
fn a_snapshot_of_somebody_elses_opens_its_pass_again() {
    let page = Page::new();
    let view = page.engine.add_view();
    let pass = page.engine.enter_pass(Whose::Nobody, 0);
    assert!(page.engine.visit(view));
    page.engine.leave_pass();
    assert_eq!(page.engine.enter_pass(Whose::Foreign, pass), pass);
    assert!(!page.engine.visit(view), "it is the same pass");
    page.engine.leave_pass();
}

#[wasm_bindgen_test]
async fn a_snapshot_of_ours_opens_its_pass_again_however_late() {
    let page = Page::provided("{ updated: 1 }").await;
    let view = page.engine.add_view();
    let pass = Rc::new(Cell::new(0));
    let (engine, noted) = (Rc::downgrade(&page.engine), Rc::clone(&pass));
    page.react("callHook", move |view, pass| {
        let engine = engine.upgrade().expect("the page is there");
        engine.enter_pass(Whose::Ours, pass);
        assert!(engine.visit_hook(view));
        engine.leave_pass();
        noted.set(pass);
    });
    show(&page.engine, view);
    let stream = page.world.provided();
    stream
        .value(&js("{ updated: 2 }"))
        .expect("a value that can be sent");
    let entity = page.engine.add_entity();
    assert_eq!(page.engine.enter_pass(Whose::Ours, pass.get()), pass.get());
    assert!(page.engine.visit_walk(view));
    assert!(!page.engine.visit_walk(view));
    assert_eq!(
        page.engine.visit_entity(view, entity, None),
        Meaning::Fetches
    );
    page.engine.leave_pass();
    assert_eq!(fetched(&page), [entity]);
}

#[wasm_bindgen_test]
fn fetches_start_when_the_outermost_pass_ends() {
    let page = Page::new();
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    page.engine.enter_pass(Whose::Nobody, 0);
    page.engine.enter_pass(Whose::Nobody, 0);
    page.engine.visit_entity(view, entity, None);
    page.engine.leave_pass();
    assert!(page.take().is_empty());
    page.engine.leave_pass();
    assert_eq!(fetched(&page), [entity]);
}

#[wasm_bindgen_test]
async fn a_page_shown_with_what_it_was_rendered_from_is_refreshed_only_if_that_is_old() {
    for (since, refreshes) in [("2", false), ("1", true), ("{ version: 2 }", false)] {
        let page = Page::connected(r#"{"version":1}"#).await;
        page.request(0).await.write(put("/version", "2").as_bytes());
        page.until("firebase.child_added version 2").await;
        page.take();
        let view = page.engine.add_view();
        page.engine
            .show(Some(view), &js(since))
            .expect("a valid `since`");
        let hooks = page.take().iter().any(|line| line.starts_with("hook"));
        assert_eq!(hooks, refreshes, "{since}");
    }
    let page = Page::new();
    let error = refused(page.engine.show(None, &js("'now'")));
    assert!(
        error.starts_with("invalid-since: `since` must be"),
        "{error}"
    );
}
