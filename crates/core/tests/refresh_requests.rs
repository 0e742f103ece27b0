//! Requests that the app starts itself, and refreshes that are held: what each means for what is pending.

use remote_refresh_core::refresh::{Entities, EntityId, FlightId, Kind, Limits, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;

const NOW: Millis = Millis(0);

struct One(Entities, EntityId);

impl One {
    fn new() -> Self {
        let mut entities = Entities::new(Limits::default(), 1);
        let id = entities.add();
        Self(entities, id)
    }

    fn request(&mut self, revision: u32) -> Option<FlightId> {
        self.0.request(self.1, Revision(revision));
        self.start(NOW)
    }

    fn start(&mut self, now: Millis) -> Option<FlightId> {
        self.0.start_next(now).map(|(_, flight)| flight)
    }

    fn release(&mut self) -> Option<FlightId> {
        self.0.release(self.1);
        self.start(NOW)
    }

    fn depart(&mut self, kind: Kind) -> FlightId {
        self.0
            .depart(self.1, kind, NOW)
            .expect("the entity is known")
    }

    fn done(&mut self, flight: FlightId) -> Option<FlightId> {
        self.0.settled(self.1, flight, Outcome::Done, NOW);
        self.start(NOW)
    }
}

#[test]
fn a_refresh_waits_for_the_apps_fetch_and_then_runs_only_if_that_is_too_old() {
    let mut one = One::new();
    let before = one.depart(Kind::Whole);
    assert_eq!(one.request(1), None);
    assert!(one.done(before).is_some(), "it started before the change");
    let mut one = One::new();
    let before = one.depart(Kind::Whole);
    assert_eq!(one.request(1), None);
    let after = one.depart(Kind::Whole);
    assert_eq!(one.done(before), None, "the other is under way");
    assert_eq!(one.done(after), None, "and started after the change");
    assert!(!one.0.is_pending(one.1));
}

#[test]
fn a_partial_fetch_that_started_after_the_change_is_not_waited_for() {
    let mut one = One::new();
    let before = one.depart(Kind::Partial);
    assert_eq!(one.request(1), None);
    one.depart(Kind::Partial);
    assert!(one.done(before).is_some());
}

#[test]
fn an_older_answer_on_a_newer_one_costs_one_fetch() {
    let mut one = One::new();
    let (first, second) = (one.depart(Kind::Whole), one.depart(Kind::Whole));
    assert_eq!(one.done(second), None);
    let repair = one.done(first).expect("the older one landed last");
    assert_eq!(one.done(repair), None);
}

#[test]
fn what_was_read_before_a_writes_answer_is_read_again() {
    let mut one = One::new();
    let (read, write) = (one.depart(Kind::Whole), one.depart(Kind::Write));
    assert_eq!(one.done(write), None, "the read is under way");
    let repair = one.done(read).expect("it may lack what was written");
    assert_eq!(one.done(repair), None);
}

#[test]
fn an_answer_of_unknown_age_counts_as_the_oldest() {
    let mut one = One::new();
    let flight = one.request(1).expect("nothing is under way");
    assert_eq!(one.done(flight), None);
    one.0.stranger_landed(one.1);
    assert!(one.start(NOW).is_some());
}

#[test]
fn a_request_of_the_apps_that_hangs_is_not_waited_for_beyond_the_limit() {
    let mut one = One::new();
    one.depart(Kind::Whole);
    assert_eq!(one.request(1), None);
    let limit = Limits::default().fetch;
    assert_eq!(one.0.next_timeout(), Some(limit));
    assert_eq!(one.0.pop(limit), None);
    assert!(one.start(limit).is_some());
}

#[test]
fn each_of_the_apps_requests_has_its_own_limit() {
    let mut one = One::new();
    one.depart(Kind::Whole);
    let later = Millis(5_000);
    let second = one.0.depart(one.1, Kind::Whole, later).expect("known");
    assert_eq!(one.request(1), None);
    let limit = Limits::default().fetch;
    assert_eq!(
        (one.0.pop(limit), one.start(limit)),
        (None, None),
        "the second is waited for still"
    );
    assert_eq!(one.0.next_timeout(), Some(later + limit));
    assert!(one.done(second).is_some());
}

#[test]
fn what_is_held_is_pending_until_it_is_released() {
    let mut one = One::new();
    let flight = one.request(1).expect("nothing is under way");
    one.0.hold(one.1, flight);
    assert_eq!((one.request(2), one.0.is_pending(one.1)), (None, true));
    one.0.retry_all();
    assert_eq!(one.start(NOW), None, "no sync point overwrites it either");
    let released = one.release().expect("it is pending once, for both changes");
    assert_eq!(one.done(released), None);
}

#[test]
fn what_is_held_and_then_read_by_the_app_is_not_pending() {
    let mut one = One::new();
    let flight = one.request(1).expect("nothing is under way");
    one.0.hold(one.1, flight);
    let read = one.depart(Kind::Whole);
    assert_eq!(one.done(read), None);
    assert_eq!(one.release(), None);
}
