//! The registry of the bus: what each call promises, by example. The model test has the rest.

use remote_refresh_core::bus::{Bus, EmitterId, Ended, NameId, Slot, MANY_HANDLERS, PAGE};

/// A registry with one page, its first emitter and one name.
fn bus() -> (Bus, EmitterId, NameId) {
    let mut bus = Bus::new();
    let emitter = bus.open_page();
    let name = bus.intern("change");
    (bus, emitter, name)
}

fn add(bus: &mut Bus, emitter: EmitterId, name: NameId) -> Slot {
    bus.add(emitter, name, None).expect("both are known").slot
}

fn list(bus: &Bus, emitter: EmitterId, name: NameId) -> Vec<u32> {
    bus.list(emitter, name).map(|slot| slot.0).collect()
}

#[test]
fn no_emitter_has_number_0_and_pages_do_not_overlap() {
    let mut bus = Bus::new();
    assert_eq!(bus.open_page(), EmitterId(PAGE));
    assert_eq!(bus.open_page(), EmitterId(2 * PAGE));
    bus.release_page(EmitterId(PAGE));
    assert_eq!(bus.open_page(), EmitterId(PAGE));
}

#[test]
fn handlers_are_listed_in_the_order_they_came_whatever_slots_they_have() {
    let (mut bus, emitter, name) = bus();
    let slots: Vec<_> = (0..4).map(|_| add(&mut bus, emitter, name)).collect();
    bus.remove(emitter, slots[1]);
    bus.remove(emitter, slots[0]);
    add(&mut bus, emitter, name);
    assert_eq!(list(&bus, emitter, name), [2, 3, 0]);
    bus.remove(emitter, slots[3]);
    assert_eq!(list(&bus, emitter, name), [2, 0]);
}

#[test]
fn a_removal_says_which_list_and_which_relation_ended() {
    let (mut bus, emitter, name) = bus();
    let (other, listener) = (bus.intern("other"), EmitterId(emitter.0 + 1));
    let mut listen = |name| bus.add(emitter, name, Some(listener)).expect("known").slot;
    let slots = [listen(name), listen(name), listen(other)];
    let ended = slots.map(|slot| bus.remove(emitter, slot).expect("it is there"));
    let says = |list, relation| Ended { list, relation };
    assert_eq!(
        ended,
        [says(false, false), says(true, false), says(true, true)]
    );
    assert_eq!(bus.remove(emitter, slots[0]), None);
}

#[test]
fn a_list_that_is_removed_names_the_listeners_that_listen_no_more() {
    let (mut bus, emitter, name) = bus();
    let other = bus.intern("other");
    let [a, b] = [EmitterId(emitter.0 + 1), EmitterId(emitter.0 + 2)];
    for (name, listener) in [
        (name, Some(a)),
        (name, Some(b)),
        (name, None),
        (other, Some(a)),
    ] {
        bus.add(emitter, name, listener);
    }
    assert_eq!(bus.remove_list(emitter, name), [b]);
    assert_eq!(bus.remove_list(emitter, name), []);
    assert_eq!(bus.remove_list(emitter, other), [a]);
}

#[test]
fn a_name_is_forgotten_once_no_list_has_it() {
    let (mut bus, emitter, name) = bus();
    let second = EmitterId(emitter.0 + 1);
    add(&mut bus, emitter, name);
    let slot = add(&mut bus, second, name);
    assert!(!bus.forget(name));
    bus.clear(emitter);
    assert!(!bus.forget(name));
    bus.remove(second, slot);
    assert!(bus.forget(name));
    assert_eq!(bus.text(name), None);
    assert!(!bus.forget(name));
}

#[test]
fn a_released_page_gives_back_its_names() {
    let (mut bus, emitter, name) = bus();
    add(&mut bus, emitter, name);
    bus.release_page(emitter);
    bus.release_page(emitter);
    assert_eq!(bus.inspect(9).handlers, 0);
    assert!(bus.forget(name));
}

#[test]
fn more_than_500_handlers_of_one_name_are_reported_once() {
    let (mut bus, emitter, name) = bus();
    let suspects = |bus: &mut Bus, emitter, times| {
        let added = (0..times).map(|_| bus.add(emitter, name, None).expect("known"));
        added.filter(|added| added.is_suspect).count()
    };
    assert_eq!(suspects(&mut bus, emitter, MANY_HANDLERS), 0);
    assert_eq!(suspects(&mut bus, emitter, 1), 1);
    assert_eq!(suspects(&mut bus, emitter, 10), 0);
    bus.remove_list(emitter, name);
    assert_eq!(suspects(&mut bus, emitter, MANY_HANDLERS + 1), 0);
    bus.clear(emitter);
    assert_eq!(suspects(&mut bus, emitter, MANY_HANDLERS + 1), 0);
    assert_eq!(
        suspects(&mut bus, EmitterId(emitter.0 + 1), MANY_HANDLERS + 1),
        1
    );
}

#[test]
fn a_name_that_was_reported_is_kept_until_its_emitter_is_gone() {
    let (mut bus, emitter, name) = bus();
    for _ in 0..=MANY_HANDLERS {
        add(&mut bus, emitter, name);
    }
    bus.clear(emitter);
    assert!(
        !bus.forget(name),
        "another name would take over its number, and the report"
    );
    assert_eq!(bus.inspect_emitter(emitter).names, []);
    bus.release_page(emitter);
    assert!(bus.forget(name));
}

#[test]
fn unknown_numbers_are_ignored() {
    let (mut bus, emitter, name) = bus();
    let unknown = [0, 1, PAGE - 1, 2 * PAGE, u32::MAX].map(EmitterId);
    for other in unknown {
        assert_eq!(bus.add(other, name, None), None);
        assert_eq!(bus.add(emitter, name, Some(other)), None);
        assert_eq!(bus.remove(other, Slot(0)), None);
        assert_eq!(bus.remove_list(other, name), []);
        assert!(list(&bus, other, name).is_empty());
        bus.clear(other);
        bus.release_page(other);
    }
    assert_eq!(bus.add(emitter, NameId(7), None), None);
    bus.release_page(EmitterId(emitter.0 + 1));
    let slot = add(&mut bus, emitter, name);
    assert_eq!(bus.remove(emitter, Slot(u32::MAX)), None);
    assert_eq!(bus.remove_list(emitter, NameId(7)), []);
    assert!(!bus.forget(NameId(7)));
    assert_eq!(
        bus.remove(emitter, slot).map(|ended| ended.list),
        Some(true)
    );
}
