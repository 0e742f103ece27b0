//! What a pass means to models and collections: types, single records, reviews.

use std::cell::RefCell;
use std::rc::Rc;

use remote_refresh::app::{has_address, Ending, Engine, Meaning, Single, Whose};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, show, Page};

/// A page whose feed a provider fills, which shows a view. `visit` is called in each pass of the feed's.
async fn page(visit: impl Fn(&Engine, u32) + 'static) -> Page {
    let page = Page::provided("{ version: 1 }").await;
    let engine = Rc::downgrade(&page.engine);
    page.react("callHook", move |view, pass| {
        let engine = engine.upgrade().expect("the page is there");
        engine.enter_pass(Whose::Ours, pass);
        if engine.visit(view) {
            visit(&engine, view);
        }
        engine.leave_pass();
    });
    let view = page.engine.add_view();
    show(&page.engine, view);
    page.take();
    page
}

/// One more change, of a record of this type.
fn change(page: &Page, version: u32, kind: &str, operation: &str, id: &str) {
    let value = format!(
        "{{ version: {version}, models: {{ {kind}: {{ version: 1, op: '{operation}', id: {id} }} }} }}"
    );
    let stream = page.world.provided();
    stream.value(&js(&value)).expect("a value that can be sent");
}

/// A list that a visit fills.
type Noted<T> = Rc<RefCell<Vec<T>>>;

#[wasm_bindgen_test]
async fn a_change_concerns_entities_of_its_type_and_of_none() {
    let noted: Noted<Meaning> = Rc::default();
    let page = page({
        let noted = Rc::clone(&noted);
        move |engine, view| {
            for kind in ["Message", "User"].map(|name| engine.type_number(name)) {
                let entity = engine.add_entity();
                noted
                    .borrow_mut()
                    .push(engine.visit_entity(view, entity, kind));
                assert_eq!(
                    engine.concerns(kind.expect("a number")),
                    kind == engine.type_number("Message")
                );
            }
            let entity = engine.add_entity();
            noted
                .borrow_mut()
                .push(engine.visit_entity(view, entity, None));
        }
    })
    .await;
    change(&page, 2, "Message", "added", "7");
    assert_eq!(
        *noted.borrow(),
        [Meaning::Fetches, Meaning::NotConcerned, Meaning::Fetches]
    );
}

#[wasm_bindgen_test]
fn a_type_has_one_number_and_there_are_only_so_many() {
    let page = Page::new();
    let number = |name: &str| page.engine.type_number(name);
    assert_eq!(number("Message"), number("Message"));
    assert_ne!(number("Message"), number("User"));
    assert_ne!(number("__proto__"), number("constructor"));
    let last = (0..10_000).find(|n| number(&format!("Type{n}")).is_none());
    assert!(last.is_some(), "types are bounded");
    assert!(number("Message").is_some(), "those that are known stay");
}

#[wasm_bindgen_test]
async fn one_record_that_changed_is_all_there_is_to_do_for_its_collection() {
    for (operation, is_member, can_fetch, step) in [
        ("changed", true, true, Single::FetchMember),
        ("changed", true, false, Single::FetchCollection),
        ("changed", false, false, Single::FetchCollection),
        ("removed", true, true, Single::RemoveMember),
        ("removed", false, false, Single::Nothing),
        ("added", false, false, Single::FetchCollection),
        ("added", true, true, Single::FetchCollection),
    ] {
        let noted: Noted<Single> = Rc::default();
        let page = page({
            let noted = Rc::clone(&noted);
            move |engine, _| {
                let kind = engine.type_number("Message").expect("a number");
                let collection = engine.add_entity();
                let record = engine.single_record(collection, kind);
                let record = record.expect("one record changed");
                assert_eq!(record.length(), 1);
                assert_eq!(record.get(0), "a-7");
                noted
                    .borrow_mut()
                    .push(engine.single_step(collection, kind, is_member, can_fetch));
            }
        })
        .await;
        change(&page, 2, "Message", operation, "'a-7'");
        assert_eq!(
            *noted.borrow(),
            [step],
            "{operation} {is_member} {can_fetch}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_record_of_another_type_or_of_no_known_id_is_none() {
    for (kind, id) in [("User", "7"), ("Message", "null")] {
        let noted: Noted<bool> = Rc::default();
        let page = page({
            let noted = Rc::clone(&noted);
            move |engine, _| {
                let kind = engine.type_number("Message").expect("a number");
                let collection = engine.add_entity();
                let record = engine.single_record(collection, kind);
                noted.borrow_mut().push(record.is_some());
            }
        })
        .await;
        change(&page, 2, kind, "changed", id);
        assert_eq!(*noted.borrow(), [false], "{kind} {id}");
    }
}

#[wasm_bindgen_test]
async fn without_a_pass_no_record_is_single_and_nothing_concerns() {
    let page = page(|_, _| {}).await;
    change(&page, 2, "Message", "changed", "7");
    let kind = page.engine.type_number("Message").expect("a number");
    let collection = page.engine.add_entity();
    assert!(page.engine.single_record(collection, kind).is_none());
    assert!(!page.engine.concerns(kind));
    let step = page.engine.single_step(collection, kind, true, true);
    assert_eq!(step, Single::FetchCollection);
}

#[wasm_bindgen_test]
async fn a_review_fetches_what_was_requested_before_a_change() {
    let page = page(|_, _| {}).await;
    let flights = page.flights();
    let (view, old, unknown) = (
        page.engine.add_view(),
        page.engine.add_entity(),
        page.engine.add_entity(),
    );
    page.engine.enter_pass(Whose::Nobody, 0);
    page.engine.visit_entity(view, old, None);
    page.engine.leave_pass();
    let flight = flights.borrow()[0];
    page.engine.fetch_ended(old, flight, Ending::Done, None);
    change(&page, 2, "Message", "changed", "7");
    let engine = Rc::downgrade(&page.engine);
    page.react("reviewPage", move |_, _| {
        let engine = engine.upgrade().expect("the page is there");
        for entity in [old, unknown] {
            engine.review_entity(entity, None);
        }
    });
    page.take();
    show(&page.engine, view);
    assert_eq!(page.take(), [format!("fetch {old}")]);
}

#[wasm_bindgen_test]
async fn a_review_that_takes_several_tasks_is_carried_out_when_it_says_so() {
    let page = page(|_, _| {}).await;
    let flights = page.flights();
    let (view, entity) = (page.engine.add_view(), page.engine.add_entity());
    page.engine.enter_pass(Whose::Nobody, 0);
    page.engine.visit_entity(view, entity, None);
    page.engine.leave_pass();
    let flight = flights.borrow()[0];
    page.engine.fetch_ended(entity, flight, Ending::Done, None);
    change(&page, 2, "Message", "changed", "7");
    show(&page.engine, view);
    page.take();
    page.engine.review_entity(entity, None);
    assert!(page.take().is_empty(), "it only gathers");
    page.engine.carry_out();
    assert_eq!(page.take(), [format!("fetch {entity}")]);
}

#[wasm_bindgen_test]
fn a_new_model_is_fetched_if_it_says_itself_where_it_is() {
    assert!(!has_address(false, true), "its address is its list's");
    assert!(has_address(true, true));
    assert!(has_address(true, false));
    assert!(has_address(false, false), "`url()` is the app's own");
}
