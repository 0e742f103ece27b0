//! The registry's functions as JavaScript calls them. They need no page: the tests run in Node, and in a browser with
//! `WASM_BINDGEN_USE_BROWSER=1`.
#![cfg(target_arch = "wasm32")]

use remote_refresh::bus::*;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(inline_js = "
  const real = console.warn
  let warnings = []
  export function watchWarnings(throws) {
    warnings = []
    console.warn = text => { warnings.push(text); if (throws) throw new Error('from console.warn') }
  }
  export function takeWarnings() {
    console.warn = real
    return warnings.join('|')
  }
  export const jsonOf = value => JSON.stringify(value)
")]
extern "C" {
    #[wasm_bindgen(js_name = watchWarnings)]
    fn watch_warnings(throws: bool);
    #[wasm_bindgen(js_name = takeWarnings)]
    fn take_warnings() -> String;
    #[wasm_bindgen(js_name = jsonOf)]
    fn json_of(value: &JsValue) -> String;
}

#[wasm_bindgen_test]
fn a_page_has_as_many_emitters_as_it_says_and_none_is_0() {
    let (first, second) = (bus_open_page(), bus_open_page());
    assert!(first > 0 && first.abs_diff(second) >= bus_page_size());
    let name = bus_intern("change");
    let last = first + bus_page_size() - 1;
    for emitter in [first, last, 0] {
        let _ = bus_add(emitter, name, 0);
    }
    let sizes = [first, last, 0].map(|emitter| bus_list(emitter, name).len());
    assert_eq!(sizes, [1, 1, 0]);
}

#[wasm_bindgen_test]
fn a_removal_says_what_ended() {
    let (emitter, name) = (bus_open_page(), bus_intern("change"));
    let [a, b] = [emitter + 1, emitter + 2];
    let slots = [0, a, b, a].map(|listener| bus_add(emitter, name, listener));
    let removed = slots.map(|slot| bus_remove(emitter, slot));
    use Removed::*;
    assert_eq!(removed, [Handler, Handler, Relation, ListAndRelation]);
    assert_eq!(bus_remove(emitter, slots[0]), Nothing);
    let slot = bus_add(emitter, name, 0);
    assert_eq!(bus_remove(emitter, slot), List);
}

#[wasm_bindgen_test]
fn a_list_is_read_in_order_and_removed_at_once() {
    let (emitter, name) = (bus_open_page(), bus_intern("change"));
    let [first, second] = [
        bus_add(emitter, name, 0),
        bus_add(emitter, name, emitter + 1),
    ];
    let _ = bus_remove(emitter, first);
    let third = bus_add(emitter, name, 0);
    assert_eq!(bus_list(emitter, name), [second, third]);
    assert_eq!(bus_remove_list(emitter, name), Some(vec![emitter + 1]));
    assert_eq!(bus_remove_list(emitter, name), None);
    assert!(bus_list(emitter, name).is_empty());
}

#[wasm_bindgen_test]
fn names_that_look_alike_in_rust_are_two_names_and_a_number_is_used_again() {
    let emitter = bus_open_page();
    let [one, other] = ["\u{fffd}", "\u{fffd}"].map(bus_intern);
    assert_ne!(one, other);
    let _ = bus_add(emitter, one, 0);
    assert!(bus_list(emitter, other).is_empty());
    assert!(!bus_forget(one));
    bus_clear(emitter);
    assert!(bus_forget(one));
    assert_eq!(bus_intern("another"), one);
}

#[wasm_bindgen_test]
fn a_released_page_is_empty_when_it_is_used_again() {
    let (first, name) = (bus_open_page(), bus_intern("change"));
    let _ = bus_add(first, name, 0);
    bus_release_page(first);
    let _ = bus_add(first, name, 0);
    assert!(bus_list(first, name).is_empty());
    assert_eq!(bus_open_page(), first);
    assert!(bus_list(first, name).is_empty());
    assert!(bus_forget(name));
}

#[wasm_bindgen_test]
fn more_than_500_handlers_of_a_name_warn_once_and_say_what_to_do() {
    let (emitter, name) = (bus_open_page(), bus_intern("change"));
    watch_warnings(false);
    for _ in 0..1100 {
        let _ = bus_add(emitter, name, 0);
    }
    let warnings = take_warnings();
    assert_eq!(warnings.matches("many-handlers").count(), 1, "{warnings}");
    assert!(
        warnings.contains("'change'") && warnings.contains("stopListening()"),
        "{warnings}"
    );
}

#[wasm_bindgen_test]
fn a_console_that_throws_does_not_end_the_call() {
    let (emitter, name) = (bus_open_page(), bus_intern("change"));
    watch_warnings(true);
    for i in 0..600 {
        assert_eq!(bus_add(emitter, name, 0), i);
    }
    assert!(take_warnings().contains("many-handlers"));
    assert_eq!(bus_list(emitter, name).len(), 600);
}

#[wasm_bindgen_test]
fn an_inspection_is_plain_objects() {
    let (emitter, change, other) = (
        bus_open_page(),
        bus_intern("change"),
        bus_intern("__proto__"),
    );
    for (name, listener) in [(other, 0), (change, emitter + 1), (change, 0)] {
        let _ = bus_add(emitter, name, listener);
    }
    assert_eq!(
        json_of(&bus_inspect_emitter(emitter)),
        format!(
            r#"[{{"emitter":{emitter},"name":"change","handlers":2,"suspect":false}},{{"emitter":{emitter},"name":"__proto__","handlers":1,"suspect":false}}]"#
        )
    );
    assert_eq!(json_of(&bus_inspect_emitter(7)), "[]");
}

#[derive(Deserialize)]
struct All {
    emitters: u32,
    handlers: u32,
    names: u32,
    longest: Vec<List>,
}

#[derive(Deserialize)]
struct List {
    emitter: u32,
    name: String,
    handlers: u32,
    suspect: bool,
}

#[wasm_bindgen_test]
fn the_longest_lists_come_first_and_suspects_are_marked() {
    let (emitter, name) = (bus_open_page(), bus_intern("longest"));
    watch_warnings(false);
    for _ in 0..5000 {
        let _ = bus_add(emitter, name, 0);
    }
    take_warnings();
    let all: All = serde_wasm_bindgen::from_value(bus_inspect(1)).expect("it has these fields");
    assert!(all.emitters >= 1 && all.handlers >= 5000 && all.names >= 1);
    let [List {
        emitter: of,
        name,
        handlers: 5000,
        suspect: true,
    }] = &all.longest[..]
    else {
        panic!("another list is longer");
    };
    assert_eq!((*of, &name[..]), (emitter, "longest"));
    bus_clear(emitter);
}
