//! How fetches are ordered and end: so many at once, those in view first, and what fails is repeated.

use std::rc::Rc;

use remote_refresh::app::{Ending, Meaning, Whose};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{field, Clock, Page};

/// Asks for these in one pass.
fn ask(page: &Page, entities: &[u32]) -> Vec<Meaning> {
    let view = page.engine.add_view();
    page.engine.enter_pass(Whose::Nobody, 0);
    let asked = entities.iter();
    let meanings = asked
        .map(|entity| page.engine.visit_entity(view, *entity, None))
        .collect();
    page.engine.leave_pass();
    meanings
}

fn entities(page: &Page, count: usize) -> Vec<u32> {
    (0..count).map(|_| page.engine.add_entity()).collect()
}

fn lines(begin: &str, entities: &[u32]) -> Vec<String> {
    entities
        .iter()
        .map(|entity| format!("{begin} {entity}"))
        .collect()
}

#[wasm_bindgen_test]
fn six_fetches_are_made_at_once_and_the_next_when_one_ends() {
    let page = Page::new();
    let flights = page.flights();
    let entities = entities(&page, 20);
    let meanings = ask(&page, &entities);
    assert!(meanings.iter().all(|meaning| *meaning == Meaning::Fetches));
    assert_eq!(page.take(), lines("fetch", &entities[..6]));
    for ended in 0..20 {
        let flight = flights.borrow()[ended];
        page.engine
            .fetch_ended(entities[ended], flight, Ending::Done, None);
        let mut expected = vec![format!("settled {} done", entities[ended])];
        expected.extend(entities.get(ended + 6).map(|next| format!("fetch {next}")));
        assert_eq!(page.take(), expected);
    }
}

#[wasm_bindgen_test]
fn the_app_may_say_how_many() {
    for (concurrency, at_once) in [(1, 1), (2, 2), (50, 20)] {
        let page = Page::with(&format!("{{ concurrency: {concurrency} }}"));
        let entities = entities(&page, 20);
        ask(&page, &entities);
        assert_eq!(page.take(), lines("fetch", &entities[..at_once]));
    }
}

#[wasm_bindgen_test]
fn those_in_view_are_fetched_first() {
    let page = Page::with("{ concurrency: 2 }");
    let flights = page.flights();
    let entities = entities(&page, 8);
    page.world.see(vec![entities[6], entities[3]]);
    ask(&page, &entities);
    assert_eq!(page.take(), lines("fetch", &[entities[3], entities[6]]));
    for (entity, at) in [(3, 0), (6, 1)] {
        let flight = flights.borrow()[at];
        page.engine
            .fetch_ended(entities[entity], flight, Ending::Done, None);
    }
    let log = page.take();
    let fetches: Vec<&String> = log
        .iter()
        .filter(|line| line.starts_with("fetch"))
        .collect();
    assert_eq!(
        fetches,
        [
            &lines("fetch", &entities[0..1])[0],
            &lines("fetch", &entities[1..2])[0]
        ]
    );
}

#[wasm_bindgen_test]
fn nobody_is_asked_what_is_in_view_while_there_is_a_slot_for_each() {
    let page = Page::new();
    page.react("inView", |_, _| panic!("there is a slot for each"));
    let entities = entities(&page, 6);
    ask(&page, &entities);
    assert_eq!(page.take(), lines("fetch", &entities));
}

#[wasm_bindgen_test]
fn a_host_that_cannot_say_what_is_in_view_costs_nothing_but_the_order() {
    let page = Page::with("{ concurrency: 2 }");
    page.react_in_js("inView", "() => { throw new Error('no layout') }");
    let entities = entities(&page, 4);
    ask(&page, &entities);
    assert_eq!(page.take(), lines("fetch", &entities[..2]));
}

#[wasm_bindgen_test]
fn an_end_is_reported_once_and_only_of_a_fetch_that_is_under_way() {
    let page = Page::new();
    let flights = page.flights();
    let entity = entities(&page, 1)[0];
    ask(&page, &[entity]);
    page.take();
    let flight = flights.borrow()[0];
    let end = |flight| page.engine.fetch_ended(entity, flight, Ending::Done, None);
    end(flight + 100);
    assert!(page.take().is_empty());
    end(flight);
    assert_eq!(page.take(), [format!("settled {entity} done")]);
    end(flight);
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
fn a_failed_fetch_is_repeated_and_one_that_is_impossible_is_not() {
    for (ending, status, repeats) in [
        (Ending::Failed, None, true),
        (Ending::Failed, Some(503), true),
        (Ending::Failed, Some(429), true),
        (Ending::Failed, Some(404), false),
        (Ending::Impossible, None, false),
    ] {
        let clock = Clock::new();
        let page = Page::new();
        let flights = page.flights();
        let entity = entities(&page, 1)[0];
        ask(&page, &[entity]);
        let flight = flights.borrow()[0];
        page.engine.fetch_ended(entity, flight, ending, status);
        assert_eq!(
            page.take(),
            [
                format!("fetch {entity}"),
                format!("settled {entity} failed")
            ]
        );
        let state = page.engine.entity_state(Some(entity));
        assert_eq!(!field(&state, "retryAt").is_null(), repeats, "{status:?}");
        clock.advance(120_000.0);
        let again = page.take().contains(&format!("fetch {entity}"));
        assert_eq!(again, repeats, "{ending:?} {status:?}");
    }
}

#[wasm_bindgen_test]
fn what_fails_too_often_is_given_up_until_it_is_asked_for_again() {
    let clock = Clock::new();
    let page = Page::with("{ fetchRetries: 2 }");
    let flights = page.flights();
    let entity = entities(&page, 1)[0];
    ask(&page, &[entity]);
    for _ in 0..10 {
        let flight = *flights.borrow().last().expect("a fetch");
        page.engine
            .fetch_ended(entity, flight, Ending::Failed, Some(500));
        clock.advance(600_000.0);
    }
    assert_eq!(flights.borrow().len(), 3);
    let state = page.engine.entity_state(Some(entity));
    assert_eq!(field(&state, "givenUp"), true);
    assert_eq!(ask(&page, &[entity]), [Meaning::Fetches]);
    assert_eq!(flights.borrow().len(), 4);
}

#[wasm_bindgen_test]
fn a_fetch_that_takes_too_long_is_reported_and_its_slot_is_free() {
    let clock = Clock::new();
    let page = Page::with("{ concurrency: 1, fetchTimeout: 100, fetchRetries: 0 }");
    let entities = entities(&page, 2);
    ask(&page, &entities);
    page.take();
    clock.advance(100.0);
    assert_eq!(
        page.take(),
        [
            format!("expired {} fetch-timeout", entities[0]),
            format!("settled {} failed", entities[0]),
            format!("fetch {}", entities[1])
        ]
    );
}

#[wasm_bindgen_test]
fn what_would_overwrite_the_users_work_waits_until_it_is_released() {
    let page = Page::with("{ concurrency: 1 }");
    let entities = entities(&page, 2);
    let engine = Rc::downgrade(&page.engine);
    let held = entities[0];
    let once = std::cell::Cell::new(true);
    page.react("fetch", move |entity, flight| {
        if entity == held && once.take() {
            engine.upgrade().expect("the page").hold(entity, flight);
        }
    });
    ask(&page, &entities);
    assert_eq!(page.take(), lines("fetch", &entities), "its slot was free");
    let state = page.engine.entity_state(Some(held));
    assert_eq!(field(&state, "deferred"), true);
    page.engine.release(held);
    assert!(page.take().is_empty(), "the only slot is taken");
    page.engine.forget_entity(entities[1]);
    assert_eq!(page.take(), [format!("fetch {held}")]);
}

#[wasm_bindgen_test]
fn an_entity_that_is_collected_gives_its_slot_back() {
    let page = Page::with("{ concurrency: 1 }");
    let entities = entities(&page, 3);
    ask(&page, &entities);
    page.take();
    page.engine.forget_entity(entities[1]);
    assert!(page.take().is_empty(), "it only waited");
    page.engine.forget_entity(entities[0]);
    assert_eq!(page.take(), [format!("fetch {}", entities[2])]);
}
