//! Looking inside an App: what it says of the feed, the page and an entity is what happens next.

mod app_support;

use app_support::{arrive, connect, next_order, refresh, NODE, NOW};
use remote_refresh_core::app::{App, Debounce, Outlook, Output, Settings};
use remote_refresh_core::feed::message::{FeedInput, RequestId};
use remote_refresh_core::refresh::{EntityId, EntityStatus, Kind, Outcome};
use remote_refresh_core::time::Millis;

/// Carries out nothing; gives the stream that was opened last.
fn drain(app: &mut App) -> Option<RequestId> {
    let orders = std::iter::from_fn(|| app.poll(NOW));
    orders
        .filter_map(|order| match order {
            Output::OpenStream { stream, .. } => Some(stream),
            _ => None,
        })
        .last()
}

/// An App whose feed is open, and which has displayed a page since then.
fn open_app(settings: Settings) -> (App, Option<RequestId>) {
    let mut app = App::new(settings);
    connect(&mut app, NOW, None);
    let stream = drain(&mut app);
    arrive(&mut app, NOW, stream, "put", "/", NODE);
    let page = app.views_mut().add();
    app.show(NOW, Some(page), None);
    drain(&mut app);
    (app, stream)
}

#[test]
fn an_app_without_a_feed_waits_for_nothing() {
    let app = App::new(Settings::default());
    assert_eq!(app.outlook(), Outlook::default());
    assert_eq!(app.status(EntityId(7)), EntityStatus::default());
}

#[test]
fn a_lost_stream_says_when_it_is_tried_again() {
    let (mut app, stream) = open_app(Settings::default());
    assert_eq!(app.outlook().retry_at, None);
    let stream = stream.expect("a stream is open");
    app.feed_input(NOW, FeedInput::StreamEnded(stream, ""));
    let at = app.outlook().retry_at.expect("it is tried again");
    drain(&mut app);
    app.wake(at);
    assert!(drain(&mut app).is_some(), "that is when the stream opens");
    assert_eq!(app.outlook().retry_at, None);
}

#[test]
fn a_change_that_waits_for_quiet_is_owed_by_the_page_and_says_when_it_is_answered() {
    let debounce = Debounce {
        quiet: Millis(100),
        max_wait: Millis(1000),
    };
    let (mut app, stream) = open_app(Settings {
        debounce,
        ..Settings::default()
    });
    assert!(!app.outlook().page_pending);
    for updated in ["2", "3"] {
        arrive(&mut app, NOW, stream, "put", "/updated", updated);
    }
    drain(&mut app);
    let outlook = app.outlook();
    assert_eq!(outlook.answer_at, Some(NOW + Millis(100)));
    assert!(outlook.page_pending);
}

#[test]
fn the_status_of_an_entity_says_what_is_fetched_pending_and_waited_for() {
    let mut app = App::new(Settings::default());
    let entity = app.entities_mut().add();
    let flight = refresh(&mut app, NOW, entity).expect("it fetches");
    let fetching = EntityStatus {
        fetching: true,
        ..EntityStatus::default()
    };
    assert_eq!(app.status(entity), fetching);

    app.hold(entity, flight);
    let status = app.status(entity);
    assert!(status.held && status.pending && !status.fetching);

    app.release(NOW, entity);
    let Some(Output::Fetch { flight, .. }) = app.poll(NOW) else {
        panic!("the pending fetch is started");
    };
    app.fetch_settled(NOW, entity, flight, Outcome::Failed(Some(503)));
    let status = app.status(entity);
    assert!(status.pending && !status.fetching && !status.given_up);
    assert_eq!(status.retry_at, app.next_timeout());

    let at = status.retry_at.expect("it is tried again");
    app.wake(at);
    let queued = EntityStatus {
        pending: true,
        queued: true,
        ..EntityStatus::default()
    };
    assert_eq!(app.status(entity), queued);
    assert!(next_order(&mut app, at).is_some());
    assert_eq!(app.status(entity), fetching);
}

#[test]
fn a_request_of_the_apps_own_and_giving_up_are_told_apart_from_a_refresh() {
    let mut app = App::new(Settings::default());
    let entity = app.entities_mut().add();
    let own = app.request_started(NOW, entity, Kind::Whole);
    let requested = EntityStatus {
        requested: true,
        ..EntityStatus::default()
    };
    assert_eq!(app.status(entity), requested);
    app.fetch_settled(NOW, entity, own.expect("it is known"), Outcome::Done);
    assert_eq!(app.status(entity), EntityStatus::default());

    let mut now = NOW;
    let mut flight = refresh(&mut app, NOW, entity);
    while let Some(failed) = flight {
        app.fetch_settled(now, entity, failed, Outcome::Failed(None));
        flight = app.status(entity).retry_at.and_then(|at| {
            now = at;
            app.wake(at);
            match next_order(&mut app, at) {
                Some(Output::Fetch { flight, .. }) => Some(flight),
                _ => None,
            }
        });
    }
    let status = app.status(entity);
    assert!(status.given_up && status.pending && status.retry_at.is_none());
}
