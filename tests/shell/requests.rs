//! The requests that the app makes itself: a refresh waits for them, and a client's own writes fetch nothing twice.

use std::rc::Rc;

use remote_refresh::app::{is_write_by, Ending, Meaning, Options, Whose};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{field, js, show, Page};

fn ask(page: &Page, entity: u32) -> Meaning {
    let view = page.engine.add_view();
    page.engine.enter_pass(Whose::Nobody, 0);
    let meaning = page.engine.visit_entity(view, entity, None);
    page.engine.leave_pass();
    meaning
}

/// Starts to read all that the entity shows.
fn read(page: &Page, entity: u32) -> u32 {
    page.engine.read_started(entity, false, false, false, false)
}

#[wasm_bindgen_test]
fn a_refresh_waits_for_a_read_of_the_apps_own() {
    let page = Page::new();
    let entity = page.engine.add_entity();
    let request = read(&page, entity);
    let state = page.engine.entity_state(Some(entity));
    assert_eq!(field(&state, "requested"), true);
    assert_eq!(ask(&page, entity), Meaning::Joined);
    assert!(page.take().is_empty());
    page.engine.request_ended(request, true, true);
    assert_eq!(page.take(), [format!("fetch {entity}")]);
    page.engine.request_ended(request, true, true);
    assert!(page.take().is_empty(), "it is over already");
}

#[wasm_bindgen_test]
fn a_read_of_a_part_does_not_stand_for_a_refresh() {
    for (keeps_others, asks_elsewhere, is_pager, is_remembered, whole) in [
        (false, false, false, false, true),
        (true, false, false, false, false),
        (false, true, false, false, false),
        (false, true, true, false, true),
        (true, true, false, true, true),
    ] {
        let page = Page::new();
        let flights = page.flights();
        let entity = page.engine.add_entity();
        // A refresh that failed is pending; a read of the whole is as good as its repetition.
        ask(&page, entity);
        let flight = flights.borrow()[0];
        page.engine
            .fetch_ended(entity, flight, Ending::Failed, Some(500));
        let request = page.engine.read_started(
            entity,
            keeps_others,
            asks_elsewhere,
            is_pager,
            is_remembered,
        );
        page.engine.request_ended(request, true, true);
        let state = page.engine.entity_state(Some(entity));
        let settled = field(&state, "retryAt").is_null() && field(&state, "pending") == false;
        assert_eq!(
            settled, whole,
            "{keeps_others} {asks_elsewhere} {is_pager} {is_remembered}"
        );
    }
}

#[wasm_bindgen_test]
fn a_write_has_a_name_until_it_ends_and_a_read_has_none() {
    let page = Page::with("{ clientId: 'me' }");
    let (model, collection) = (page.engine.add_entity(), page.engine.add_entity());
    let write = page.engine.save_started(model, true, Some(collection));
    let other = page.engine.write_started(vec![model, collection]);
    let name = |request| page.engine.request_name(request);
    assert_eq!(name(write).as_deref(), Some("me-1"));
    assert_eq!(name(other).as_deref(), Some("me-2"));
    assert_eq!(name(read(&page, model)), None);
    assert_eq!(name(99), None);
    page.engine.request_ended(write, true, true);
    assert_eq!(name(write), None);
    assert_eq!(name(other).as_deref(), Some("me-2"));
}

/// A page of the client `me`, whose view shows these entities; `meanings` are what the last pass meant to them.
async fn observed(entities: Rc<Vec<u32>>, page: &Page) -> Rc<std::cell::RefCell<Vec<Meaning>>> {
    let meanings: Rc<std::cell::RefCell<Vec<Meaning>>> = Rc::default();
    let (engine, noted) = (Rc::downgrade(&page.engine), Rc::clone(&meanings));
    page.react("callHook", move |view, pass| {
        let engine = engine.upgrade().expect("the page is there");
        engine.enter_pass(Whose::Ours, pass);
        engine.visit(view);
        let visit = |entity: &u32| engine.visit_entity(view, *entity, None);
        noted.replace(entities.iter().map(visit).collect());
        engine.leave_pass();
    });
    let view = page.engine.add_view();
    show(&page.engine, view);
    page.world.provide();
    page.engine
        .connect(1, &js("{ provider() {}, since: 1 }"))
        .expect("valid options");
    send(page, "{ version: 1 }");
    meanings
}

fn send(page: &Page, value: &str) {
    let stream = page.world.provided();
    stream.value(&js(value)).expect("a value that can be sent");
}

#[wasm_bindgen_test]
async fn a_clients_own_write_fetches_nothing_of_what_its_answer_gives() {
    for (creates, collection) in [(true, Meaning::OwnWrite), (false, Meaning::Fetches)] {
        let page = Page::with("{ clientId: 'me' }");
        let entities = Rc::new(vec![page.engine.add_entity(), page.engine.add_entity()]);
        let meanings = observed(Rc::clone(&entities), &page).await;
        let request = page
            .engine
            .save_started(entities[0], creates, Some(entities[1]));
        page.engine.request_ended(request, true, true);
        send(&page, "{ version: 2, origin: 'me-1' }");
        assert_eq!(*meanings.borrow(), [Meaning::OwnWrite, collection]);
    }
}

#[wasm_bindgen_test]
async fn a_write_that_failed_or_whose_answer_is_empty_gives_nothing() {
    for (done, answered) in [(false, false), (true, false)] {
        let page = Page::with("{ clientId: 'me' }");
        let entities = Rc::new(vec![page.engine.add_entity()]);
        let meanings = observed(Rc::clone(&entities), &page).await;
        let request = page.engine.write_started(entities.to_vec());
        page.engine.request_ended(request, done, answered);
        send(&page, "{ version: 2, origin: 'me-1' }");
        assert_eq!(*meanings.borrow(), [Meaning::Fetches]);
    }
}

#[wasm_bindgen_test]
async fn a_write_of_another_client_is_a_change_like_any_other() {
    let page = Page::with("{ clientId: 'me' }");
    let entities = Rc::new(vec![page.engine.add_entity()]);
    let meanings = observed(Rc::clone(&entities), &page).await;
    let request = page.engine.write_started(entities.to_vec());
    page.engine.request_ended(request, true, true);
    send(&page, "{ version: 2, origin: 'you-1' }");
    assert_eq!(*meanings.borrow(), [Meaning::Fetches]);
}

#[wasm_bindgen_test]
fn an_event_without_options_is_the_end_of_our_own_fetch() {
    for (ending, line) in [(Ending::Done, "done"), (Ending::Failed, "failed")] {
        let page = Page::new();
        let entity = page.engine.add_entity();
        ask(&page, entity);
        page.take();
        page.engine
            .event_ended(entity, Options::None, ending, Some(404), false, true);
        assert_eq!(page.take(), [format!("settled {entity} {line}")]);
    }
}

#[wasm_bindgen_test]
fn an_event_with_options_that_nobody_knows_is_the_end_of_the_apps_first_request() {
    for options in [Options::OfRead, Options::OfWrite] {
        let page = Page::new();
        let entity = page.engine.add_entity();
        let request = read(&page, entity);
        assert_eq!(ask(&page, entity), Meaning::Joined);
        page.engine
            .event_ended(entity, options, Ending::Done, None, false, true);
        assert_eq!(page.take(), [format!("fetch {entity}")]);
        page.engine.request_ended(request, true, true);
        assert!(page.take().is_empty());
    }
}

#[wasm_bindgen_test]
fn an_answer_of_unknown_age_makes_a_fetch_once() {
    for (options, has_request, fetches) in [
        (Options::OfRead, true, 1),
        (Options::OfRead, false, 0),
        (Options::OfWrite, true, 0),
    ] {
        let page = Page::new();
        let flights = page.flights();
        let entity = page.engine.add_entity();
        page.engine.meet(entity);
        ask(&page, entity);
        let flight = flights.borrow()[0];
        page.engine.fetch_ended(entity, flight, Ending::Done, None);
        page.take();
        // It is older than what the entity shows by now.
        let land = || {
            page.engine
                .event_ended(entity, options, Ending::Done, None, has_request, true);
        };
        land();
        let flight = *flights.borrow().last().expect("a fetch");
        page.engine.fetch_ended(entity, flight, Ending::Done, None);
        land();
        let log = page.take();
        let made = log.iter().filter(|line| line.starts_with("fetch")).count();
        assert_eq!(made, fetches, "{options:?} {has_request}: {log:?}");
    }
}

#[wasm_bindgen_test]
fn events_and_ends_of_what_nobody_knows_change_nothing() {
    let page = Page::new();
    page.engine
        .event_ended(99, Options::None, Ending::Done, None, true, true);
    page.engine
        .event_ended(99, Options::OfRead, Ending::Failed, Some(500), true, true);
    page.engine.request_ended(99, true, true);
    page.engine.fetch_ended(99, 1, Ending::Done, None);
    page.engine.meet(99);
    page.engine.hold(99, 1);
    page.engine.release(99);
    let request = read(&page, 99);
    page.engine.request_ended(request, true, true);
    let request = page.engine.save_started(99, false, Some(98));
    page.engine.request_ended(request, true, true);
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
fn a_request_writes_if_it_validates_or_does_not_parse() {
    assert!(!is_write_by(true, false), "fetch");
    assert!(is_write_by(true, true), "save");
    assert!(is_write_by(false, false), "destroy");
}
