//! The one timer: the core says when it is to fire, and finds out what is due then.

use remote_refresh::app::{Ending, Whose};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, Clock, Page};

const VALUE: &str = r#"{"updated":1}"#;
/// The claims `{"exp":99999999999}`: it expires in the year 5138.
const LASTING: &str = "e30.eyJleHAiOjk5OTk5OTk5OTk5fQ.s";
/// The longest delay that a browser's timer takes, in milliseconds.
const LONGEST: f64 = 2_147_483_647.0;

/// Starts a fetch of a new entity.
fn fetch(page: &Page) -> u32 {
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    page.engine.enter_pass(Whose::Nobody, 0);
    page.engine.visit_entity(view, entity, None);
    page.engine.leave_pass();
    entity
}

#[wasm_bindgen_test]
fn without_anything_to_wait_for_there_is_no_timer() {
    let clock = Clock::new();
    let page = Page::new();
    page.engine.carry_out();
    assert_eq!(clock.set(), 0);
    drop(page);
}

#[wasm_bindgen_test]
fn there_is_one_timer_for_the_first_that_is_due() {
    let clock = Clock::new();
    let page = Page::with("{ fetchTimeout: 500 }");
    fetch(&page);
    assert_eq!(clock.delays(), [500.0]);
    clock.advance(100.0);
    fetch(&page);
    assert_eq!(clock.delays(), [500.0], "the second is due later");
    assert_eq!(clock.set(), 1, "nothing is set again for the same time");
    page.take();
    clock.advance(400.0);
    assert_eq!(page.take(), ["expired 0 fetch-timeout", "settled 0 failed"]);
    assert_eq!(clock.delays().len(), 1);
}

#[wasm_bindgen_test]
async fn what_is_no_longer_waited_for_is_taken_back() {
    let clock = Clock::new();
    let page = Page::new();
    let flights = page.flights();
    let entity = fetch(&page);
    assert_eq!(clock.delays(), [30_000.0], "the default of fetchTimeout");
    let flight = flights.borrow()[0];
    page.engine.fetch_ended(entity, flight, Ending::Done, None);
    assert!(clock.delays().is_empty());
}

#[wasm_bindgen_test]
async fn a_closed_feed_waits_for_nothing() {
    let clock = Clock::new();
    let page = Page::new();
    page.connect_with("{ shareTabs: false }");
    page.open(0, VALUE).await;
    assert_eq!(clock.delays().len(), 1);
    page.engine.close(1);
    assert!(clock.delays().is_empty());
}

#[wasm_bindgen_test]
async fn a_dropped_engine_takes_its_timer_back() {
    let clock = Clock::new();
    let page = Page::new();
    page.connect_with("{ shareTabs: false }");
    assert_eq!(clock.delays().len(), 1);
    drop(page);
    assert!(clock.delays().is_empty());
}

#[wasm_bindgen_test]
async fn what_is_due_in_a_thousand_years_is_waited_for_in_parts() {
    let clock = Clock::new();
    let page = Page::new();
    page.connect_with("{ shareTabs: false, silenceTimeout: 2 ** 31 - 1, auth() {} }");
    page.engine.token_arrived(1, &js(&format!("'{LASTING}'")));
    page.open(0, VALUE).await;
    assert_eq!(clock.delays(), [LONGEST]);
    page.take();
    clock.advance(LONGEST);
    // The stream was silent for as long as it may be; the token is not renewed yet.
    let log = page.take();
    assert_eq!(log, ["feed 1 stale silence: the stream fell silent"]);
}

#[wasm_bindgen_test]
async fn a_long_wait_that_is_cut_short_by_the_browser_goes_on() {
    let clock = Clock::new();
    let page = Page::with("{ debounce: 2 ** 31 - 1, maxWait: 2 ** 31 - 1 }");
    page.show_view();
    page.connect_with("{ shareTabs: false, silenceTimeout: 2 ** 31 - 1 }");
    page.open(0, VALUE).await;
    clock.advance(1000.0);
    assert!(clock.delays().iter().all(|delay| *delay <= LONGEST));
}

#[wasm_bindgen_test]
async fn changes_within_the_debounce_are_answered_once_it_is_quiet() {
    let clock = Clock::new();
    let page = Page::with("{ debounce: 100, maxWait: 250 }");
    page.show_view();
    page.world.provide();
    page.engine
        .connect(1, &js("{ provider() {} }"))
        .expect("valid options");
    let stream = page.world.provided();
    let change = |updated: u32| {
        let value = js(&format!("{{ updated: {updated} }}"));
        stream.value(&value).expect("a value that can be sent");
    };
    let hooks = || {
        let log = page.take();
        log.iter().filter(|line| line.starts_with("hook")).count()
    };
    change(1);
    clock.advance(1000.0);
    hooks();
    change(2);
    assert_eq!(hooks(), 1, "the first one at once");
    for updated in 3..9 {
        clock.advance(60.0);
        change(updated);
    }
    assert_eq!(hooks(), 1, "after 250 ms although it was never quiet");
    clock.advance(1000.0);
    assert_eq!(hooks(), 1, "the rest once it is");
}
