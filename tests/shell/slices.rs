//! A walk of many views is suspended in the middle, and goes on in a later task, unless it is to be dropped.

use std::cell::Cell;
use std::rc::Rc;

use remote_refresh::app::Whose;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, show, Page};

/// A page whose feed a provider fills, which the test sends changes by.
async fn page() -> Page {
    Page::provided("{ updated: 1 }").await
}

fn change(page: &Page, updated: u32) {
    let value = js(&format!("{{ updated: {updated} }}"));
    let stream = page.world.provided();
    stream.value(&value).expect("a value that can be sent");
}

/// A page view whose walk is suspended after the first `views` of its many, each with an entity of its own; and the pass's name.
fn suspended(page: &Page, first: usize, entities: &[u32]) -> Rc<Cell<u32>> {
    let view = page.engine.add_view();
    let name = Rc::new(Cell::new(0));
    let (engine, noted) = (Rc::downgrade(&page.engine), Rc::clone(&name));
    let entities: Vec<u32> = entities[..first].to_vec();
    page.react("callHook", move |view, pass| {
        let engine = engine.upgrade().expect("the page is there");
        engine.enter_pass(Whose::Ours, pass);
        assert!(engine.visit(view));
        for entity in &entities {
            engine.visit_entity(view, *entity, None);
        }
        noted.set(engine.suspend_pass());
    });
    show(&page.engine, view);
    name
}

/// The entities whose fetches were ordered since the log was taken last.
fn fetched(page: &Page) -> Vec<u32> {
    let log = page.take();
    let fetches = log.iter().filter_map(|line| line.strip_prefix("fetch "));
    fetches
        .map(|entity| entity.parse().expect("a number"))
        .collect()
}

#[wasm_bindgen_test]
async fn what_a_slice_has_gathered_is_fetched_when_it_ends() {
    let page = Page::with("{ concurrency: 100 }");
    page.world.provide();
    page.engine
        .connect(1, &js("{ provider() {} }"))
        .expect("valid options");
    change(&page, 1);
    let entities: Vec<u32> = (0..10).map(|_| page.engine.add_entity()).collect();
    let name = suspended(&page, 4, &entities);
    page.take();
    change(&page, 2);
    assert_eq!(fetched(&page), entities[..4]);
    assert!(page.engine.resume_pass(name.get()));
    let view = page.engine.add_view();
    assert!(page.engine.visit(view));
    for entity in &entities {
        page.engine.visit_entity(view, *entity, None);
    }
    page.engine.leave_pass();
    assert_eq!(
        fetched(&page),
        entities[4..],
        "those asked for already are not asked again"
    );
}

#[wasm_bindgen_test]
async fn a_pass_may_be_suspended_many_times_and_has_another_name_each_time() {
    let page = page().await;
    let entities: Vec<u32> = (0..5).map(|_| page.engine.add_entity()).collect();
    let name = suspended(&page, 0, &entities);
    change(&page, 2);
    let view = page.engine.add_view();
    let mut names = vec![name.get()];
    for entity in &entities {
        assert!(page.engine.resume_pass(name.get()));
        assert!(
            page.engine.visit(view) == (names.len() == 1),
            "a view is visited once"
        );
        page.engine.visit_entity(view, *entity, None);
        name.set(page.engine.suspend_pass());
        names.push(name.get());
    }
    assert!(page.engine.resume_pass(name.get()));
    page.engine.leave_pass();
    assert_eq!(fetched(&page), entities);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 6);
}

#[wasm_bindgen_test]
async fn a_change_while_a_walk_is_suspended_is_answered_when_it_is_over() {
    let page = page().await;
    let name = suspended(&page, 0, &[]);
    change(&page, 2);
    page.take();
    change(&page, 3);
    let hooks = |log: Vec<String>| log.iter().filter(|line| line.starts_with("hook")).count();
    assert_eq!(hooks(page.take()), 0, "the walk is still under way");
    assert!(page.engine.resume_pass(name.get()));
    page.engine.leave_pass();
    assert_eq!(hooks(page.take()), 1);
}

#[wasm_bindgen_test]
async fn a_walk_does_not_go_on_after_the_feed_was_closed() {
    let page = page().await;
    let name = suspended(&page, 0, &[]);
    change(&page, 2);
    page.engine.close(1);
    assert!(!page.engine.resume_pass(name.get()));
    page.take();
    assert!(
        !page.engine.resume_pass(name.get()),
        "nor when it is asked again"
    );
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_walk_of_a_page_that_is_no_longer_displayed_is_dropped_and_due_when_it_is_again() {
    let page = page().await;
    let name = suspended(&page, 0, &[]);
    change(&page, 2);
    page.engine
        .show(None, &JsValue::UNDEFINED)
        .expect("no `since`");
    assert!(!page.engine.resume_pass(name.get()));
    page.take();
    show(&page.engine, 0);
    assert_eq!(page.take(), ["hook 0 updated"]);
}

#[wasm_bindgen_test]
async fn what_somebody_asked_for_goes_on_on_any_page() {
    let page = page().await;
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    page.engine.enter_pass(Whose::Nobody, 0);
    assert!(page.engine.visit(view));
    let name = page.engine.suspend_pass();
    let other = page.engine.add_view();
    show(&page.engine, other);
    assert!(page.engine.resume_pass(name));
    page.engine.visit_entity(view, entity, None);
    page.engine.leave_pass();
    assert_eq!(fetched(&page), [entity]);
}

#[wasm_bindgen_test]
fn a_name_that_no_pass_has_resumes_nothing() {
    let page = Page::new();
    assert!(!page.engine.resume_pass(7));
    let name = page.engine.suspend_pass();
    assert!(
        !page.engine.resume_pass(name),
        "there was no pass to suspend"
    );
}

#[wasm_bindgen_test]
fn a_slice_is_over_after_a_time_and_never_before_it_began() {
    let page = Page::new();
    let now = js("performance.now()").as_f64().expect("a time");
    assert!(page.engine.is_slice_over(now - 1000.0));
    assert!(
        page.engine.is_slice_over(now + 1e9),
        "a clock that makes no sense"
    );
    assert!(page.engine.is_slice_over(f64::NAN));
}

#[wasm_bindgen_test]
async fn a_view_that_is_collected_while_its_walk_is_suspended_ends_it() {
    let page = page().await;
    let name = suspended(&page, 0, &[]);
    change(&page, 2);
    page.engine.forget_view(0);
    assert!(!page.engine.resume_pass(name.get()));
}
