//! So many refreshes at once as there are slots, what is in view first, and each for all that was seen until it starts.

mod app_support;

use app_support::{fetches, next_order, refresh, NOW};
use remote_refresh_core::app::{App, Output, Settings, Visit};
use remote_refresh_core::refresh::{EntityId, FlightId, Kind, Limits, Outcome};
use remote_refresh_core::time::Millis;

/// An App with this many entities and slots.
fn app(entities: usize, concurrency: u32) -> (App, Vec<EntityId>) {
    let mut app = App::new(Settings {
        limits: Limits {
            concurrency,
            ..Limits::default()
        },
        ..Settings::default()
    });
    let entities = (0..entities).map(|_| app.entities_mut().add()).collect();
    (app, entities)
}

/// A pass that comes to all of these.
fn gather(app: &mut App, entities: &[EntityId]) -> Vec<Visit> {
    app.enter_pass(None);
    let visits = entities
        .iter()
        .map(|entity| app.visit_entity(*entity, None));
    let visits = visits.collect();
    app.leave_pass();
    visits
}

fn started(app: &mut App) -> Vec<EntityId> {
    let fetches = fetches(app, NOW);
    fetches.into_iter().map(|(entity, _)| entity).collect()
}

#[test]
fn as_many_start_as_there_are_slots_and_the_next_one_when_one_settles() {
    let (mut app, entities) = app(5, 2);
    assert_eq!(gather(&mut app, &entities), [Visit::Fetches; 5]);
    let first = fetches(&mut app, NOW);
    assert_eq!(first.len(), 2);
    assert!(app.status(entities[2]).queued && app.status(entities[2]).pending);
    app.fetch_settled(NOW, first[1].0, first[1].1, Outcome::Done);
    assert_eq!(started(&mut app), [entities[2]]);
}

#[test]
fn nothing_starts_while_a_pass_is_under_way_and_all_of_it_in_the_same_turn() {
    let (mut app, entities) = app(2, 6);
    app.enter_pass(None);
    app.enter_pass(None);
    app.visit_entity(entities[0], None);
    app.leave_pass();
    assert!(app.is_in_pass() && app.poll(NOW).is_none());
    app.visit_entity(entities[1], None);
    app.leave_pass();
    assert_eq!(started(&mut app), entities);
}

#[test]
fn nobody_is_asked_what_is_in_view_as_long_as_all_can_start() {
    let (mut app, entities) = app(6, 6);
    gather(&mut app, &entities);
    let orders: Vec<_> = std::iter::from_fn(|| app.poll(NOW)).collect();
    assert!(orders
        .iter()
        .all(|order| matches!(order, Output::Fetch { .. })));
    assert_eq!(orders.len(), 6);
}

#[test]
fn what_is_in_view_starts_first_and_the_rest_by_when_it_became_ready() {
    let (mut app, entities) = app(5, 1);
    gather(&mut app, &entities);
    let Some(Output::Locate { entities: asked }) = app.poll(NOW) else {
        panic!("five are ready for one slot");
    };
    assert_eq!(asked, entities);
    for (index, in_view) in [(4, true), (1, false), (3, true)] {
        app.in_view(entities[index], in_view);
    }
    let mut order = Vec::new();
    while let Some(Output::Fetch { entity, flight }) = next_order(&mut app, NOW) {
        order.push(entity);
        app.fetch_settled(NOW, entity, flight, Outcome::Done);
    }
    let expected = [3, 4, 0, 1, 2].map(|index| entities[index]);
    assert_eq!(order, expected, "and nobody was asked twice");
}

#[test]
fn another_page_asks_anew_what_is_in_view() {
    let (mut app, entities) = app(3, 1);
    gather(&mut app, &entities);
    while app.poll(NOW).is_some() {}
    let page = app.views_mut().add();
    app.show(NOW, Some(page), None);
    let asked = |app: &mut App| matches!(app.poll(NOW), Some(Output::Locate { entities }) if entities.len() == 2);
    assert!(!asked(&mut app), "no slot is free");
    app.forget_entity(entities[0]);
    assert!(asked(&mut app));
}

#[test]
fn changes_while_an_entity_waits_for_its_slot_cost_nothing() {
    let (mut app, entities) = app(2, 1);
    gather(&mut app, &entities);
    let first = fetches(&mut app, NOW)[0];
    for _ in 0..10 {
        assert_eq!(gather(&mut app, &entities[1..]), [Visit::Joined]);
    }
    app.fetch_settled(NOW, first.0, first.1, Outcome::Done);
    let second = fetches(&mut app, NOW)[0];
    assert_eq!(second.0, entities[1]);
    app.fetch_settled(NOW, second.0, second.1, Outcome::Done);
    assert_eq!(fetches(&mut app, NOW), []);
}

#[test]
fn the_time_limit_counts_from_the_start_and_not_from_the_wish() {
    let (mut app, entities) = app(2, 1);
    gather(&mut app, &entities);
    let first = fetches(&mut app, NOW)[0];
    let later = NOW + Millis::from_secs(20);
    app.fetch_settled(later, first.0, first.1, Outcome::Done);
    assert_eq!(fetches(&mut app, later).len(), 1);
    assert_eq!(app.next_timeout(), Some(later + Limits::default().fetch));
}

/// What became of the one fetch that has the one slot.
type Ending = fn(&mut App, EntityId, FlightId);

#[test]
fn a_slot_is_free_when_its_fetch_settles_is_not_made_takes_too_long_or_its_entity_goes() {
    let endings: [Ending; 5] = [
        |app, entity, flight| app.fetch_settled(NOW, entity, flight, Outcome::Done),
        |app, entity, flight| app.fetch_settled(NOW, entity, flight, Outcome::Failed(None)),
        |app, entity, flight| app.hold(entity, flight),
        |app, entity, _| app.forget_entity(entity),
        |app, _, flight| {
            let limit = NOW + Limits::default().fetch;
            app.wake(limit);
            let expired = app.poll(limit);
            assert!(
                matches!(expired, Some(Output::FetchExpired { flight: it, .. }) if it == flight)
            );
        },
    ];
    for (index, end) in endings.into_iter().enumerate() {
        let (mut app, entities) = app(2, 1);
        gather(&mut app, &entities);
        let (entity, flight) = fetches(&mut app, NOW)[0];
        end(&mut app, entity, flight);
        assert_eq!(started(&mut app), [entities[1]], "ending {index}");
    }
}

#[test]
fn the_apps_own_requests_take_no_slot_and_one_of_them_may_answer_who_waits() {
    let (mut app, entities) = app(3, 1);
    let own = |app: &mut App, entity| app.request_started(NOW, entity, Kind::Whole);
    own(&mut app, entities[2]);
    gather(&mut app, &entities[..2]);
    let first = fetches(&mut app, NOW)[0];
    assert_eq!(first.0, entities[0]);
    let answer = own(&mut app, entities[1]).expect("it is known");
    app.fetch_settled(NOW, first.0, first.1, Outcome::Done);
    assert_eq!(fetches(&mut app, NOW), [], "it waits for the app's request");
    app.fetch_settled(NOW, entities[1], answer, Outcome::Done);
    assert_eq!(fetches(&mut app, NOW), [], "which started after the change");
}

#[test]
fn no_slots_at_all_count_as_one() {
    let (mut app, entities) = app(1, 0);
    assert!(refresh(&mut app, NOW, entities[0]).is_some());
}

#[test]
fn a_fetch_whose_end_may_never_be_seen_takes_no_slot_and_is_waited_for_all_the_same() {
    let (mut app, entities) = app(3, 1);
    gather(&mut app, &entities);
    let (entity, flight) = fetches(&mut app, NOW)[0];
    app.fetch_unwatched(entity, flight);
    app.fetch_unwatched(entity, flight);
    assert_eq!(started(&mut app), [entities[1]]);
    assert!(app.status(entity).fetching);
    app.fetch_settled(NOW, entity, flight, Outcome::Done);
    assert!(!app.status(entity).fetching);
    assert!(started(&mut app).is_empty(), "the one slot is taken");
    app.forget_entity(entities[1]);
    assert_eq!(started(&mut app), [entities[2]]);
}
