//! The App on a virtual clock: when the displayed page view is refreshed, and when it is not.

mod app_support;

use app_support::{NODE, NOW};
use remote_refresh_core::app::{App, Output, Settings, Snapshot, Visit};
use remote_refresh_core::feed::message::{FeedInput, RequestId};
use remote_refresh_core::refresh::{FlightId, Kind, Limits, Outcome};
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use remote_refresh_core::views::ViewId;

/// A page whose view calls `RemoteRefresh` from its hook, as most do, and a server to talk to.
struct Page {
    app: App,
    now: Millis,
    stream: Option<RequestId>,
    /// What was emitted and called, in order.
    log: Vec<String>,
}

impl Page {
    fn new() -> Self {
        Self {
            app: App::new(Settings::default()),
            now: NOW,
            stream: None,
            log: Vec::new(),
        }
    }

    fn connected(node: &str) -> Self {
        let mut page = Self::new();
        page.connect(None);
        page.put("/", node);
        page.take();
        page
    }

    fn connect(&mut self, since: Option<Since>) {
        app_support::connect(&mut self.app, self.now, since);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.app.poll(self.now) {
            match output {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::Emit { event, child, .. } => {
                    self.log.push(format!("{event} {}", child.key.as_str()))
                }
                Output::CallHook {
                    view,
                    child,
                    revision,
                } => {
                    self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
                    if self.app.visit_hook(view) {
                        self.log
                            .push(format!("hook {} {}", view.0, child.key.as_str()));
                        self.app.visit_walk(view);
                    }
                    self.app.leave_pass();
                }
                Output::Deferred { view } => self.log.push(format!("deferred {}", view.0)),
                Output::Fetch { entity, .. } => self.log.push(format!("fetch {}", entity.0)),
                _ => {}
            }
        }
    }

    fn put(&mut self, path: &str, data: &str) {
        app_support::arrive(&mut self.app, self.now, self.stream, "put", path, data);
        self.drain();
    }

    fn patch(&mut self, data: &str) {
        app_support::arrive(&mut self.app, self.now, self.stream, "patch", "/", data);
        self.drain();
    }

    fn reconnect(&mut self, node: &str) {
        let stream = self.stream.expect("a stream is open");
        self.app
            .feed_input(self.now, FeedInput::StreamEnded(stream, ""));
        self.now = self.now + Millis::from_secs(2);
        self.app.wake(self.now);
        self.drain();
        self.put("/", node);
    }

    fn view(&mut self) -> ViewId {
        self.app.views_mut().add()
    }

    fn show(&mut self, view: ViewId) {
        self.app.show(self.now, Some(view), None);
        self.drain();
    }

    fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }
}

#[test]
fn a_page_shown_before_the_first_value_is_refreshed_once_and_nothing_is_announced() {
    let mut page = Page::new();
    let view = page.view();
    page.show(view);
    page.connect(None);
    assert!(page.take().is_empty());
    page.put("/", NODE);
    assert_eq!(page.take(), ["hook 0 updated"]);
    page.put("/", NODE);
    assert!(page.take().is_empty());
}

#[test]
fn no_refresh_is_pending_for_a_page_shown_after_the_first_value() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    assert!(page.take().is_empty());
}

#[test]
fn one_write_is_one_event_per_child_and_one_call_of_the_hook() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    page.patch(r#"{"updated":2,"version":2,"models/Message/version":1}"#);
    assert_eq!(
        page.take(),
        [
            "firebase.child_added models",
            "firebase.child_added updated",
            "firebase.child_changed updated",
            "firebase.child_added version",
            "firebase.child_changed version",
            "hook 0 updated",
        ]
    );
}

#[test]
fn a_queue_announces_each_pushed_child_and_refreshes() {
    let mut page = Page::connected("null");
    let view = page.view();
    page.show(view);
    page.put("/-Nabc", r#"{"kind":"message"}"#);
    assert_eq!(page.take(), ["firebase.child_added -Nabc", "hook 0 -Nabc"]);
    page.put("/-Nabc", "null");
    assert_eq!(
        page.take(),
        ["firebase.child_removed -Nabc"],
        "a consumed entry is no change"
    );
}

#[test]
fn after_a_reconnect_the_page_is_refreshed_once_if_anything_differs() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    page.reconnect(r#"{"updated":9,"version":7}"#);
    let log = page.take();
    assert_eq!(
        log.iter().filter(|line| line.starts_with("hook")).count(),
        1,
        "{log:?}"
    );
    page.reconnect(r#"{"updated":9,"version":7}"#);
    assert!(page.take().is_empty());
}

#[test]
fn since_replaces_the_guess_by_a_comparison() {
    for (since, hooks) in [
        (Since::Version(1.0), 0),
        (Since::Version(0.0), 1),
        (Since::Time(1.0), 0),
        (Since::Time(0.0), 1),
    ] {
        let mut page = Page::new();
        let view = page.view();
        page.show(view);
        page.connect(Some(since));
        page.put("/", NODE);
        assert_eq!(page.take().len(), hooks, "at connect: {since:?}");

        let mut page = Page::connected(NODE);
        let view = page.view();
        page.app.show(page.now, Some(view), Some(since));
        page.drain();
        assert_eq!(page.take().len(), hooks, "at show: {since:?}");
        page.patch(r#"{"updated":5,"version":2}"#);
        assert!(
            page.take().iter().any(|line| line.starts_with("hook")),
            "changes still count"
        );
    }
}

#[test]
fn a_page_that_was_off_screen_pays_once_when_it_comes_back() {
    let mut page = Page::connected(NODE);
    let (first, second) = (page.view(), page.view());
    page.show(first);
    page.show(second);
    page.patch(r#"{"updated":2}"#);
    page.patch(r#"{"updated":3}"#);
    page.take();
    page.show(first);
    assert_eq!(page.take(), ["hook 0 updated"]);
    page.show(second);
    page.show(first);
    assert!(page.take().is_empty(), "no refresh is pending for either");
}

#[test]
fn a_hidden_tab_says_so_once_and_pays_once_when_it_is_seen() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    page.app.hide();
    page.put("/updated", "2");
    page.take();
    page.put("/updated", "3");
    let log = page.take();
    assert!(
        log.contains(&"deferred 0".to_owned()) && !log.iter().any(|line| line.starts_with("hook")),
        "{log:?}"
    );
    page.app.reveal(page.now);
    page.drain();
    assert_eq!(page.take(), ["hook 0 updated"]);
    page.app.reveal(page.now);
    page.drain();
    assert!(page.take().is_empty());
}

#[test]
fn no_page_means_no_refresh_and_none_pending() {
    let mut page = Page::connected(NODE);
    page.patch(r#"{"updated":2}"#);
    assert_eq!(page.take().len(), 2, "events only");
    let view = page.view();
    page.show(view);
    assert!(page.take().is_empty());
    page.app.show(page.now, None, None);
    page.patch(r#"{"updated":3}"#);
    assert!(!page.take().iter().any(|line| line.starts_with("hook")));
}

#[test]
fn a_page_shown_by_a_handler_of_the_change_is_not_refreshed_for_it() {
    let mut page = Page::connected(NODE);
    let (old, new) = (page.view(), page.view());
    page.show(old);
    let change = r#"{"updated":2}"#;
    app_support::arrive(&mut page.app, page.now, page.stream, "patch", "/", change);
    assert!(matches!(page.app.poll(page.now), Some(Output::Emit { .. })));
    page.app.show(page.now, Some(new), None);
    page.drain();
    assert!(!page.take().iter().any(|line| line.starts_with("hook")));
}

#[test]
fn a_handler_that_walked_the_page_itself_has_the_hook_skipped() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    let change = r#"{"updated":2,"version":2}"#;
    app_support::arrive(&mut page.app, page.now, page.stream, "patch", "/", change);
    let entity = page.app.entities_mut().add();
    let mut fetches = 0;
    while let Some(output) = page.app.poll(page.now) {
        match output {
            // The original's listener: it knows nothing of passes.
            Output::Emit { .. } => {
                page.app.enter_pass(None);
                if page.app.visit_walk(view) {
                    let visit = page.app.visit_entity(entity, None);
                    fetches += usize::from(visit == Visit::Fetches);
                }
                page.app.leave_pass();
            }
            Output::CallHook { .. } => panic!("the page was walked in this pass"),
            _ => {}
        }
    }
    assert_eq!(fetches, 1);
}

#[test]
fn a_refresh_without_a_snapshot_is_a_change_of_its_own() {
    let mut page = Page::new();
    let entity = page.app.entities_mut().add();
    let mut flights = Vec::new();
    for _ in 0..3 {
        flights.extend(app_support::refresh(&mut page.app, page.now, entity));
    }
    assert_eq!(flights, [FlightId(1)]);
    page.app
        .fetch_settled(page.now, entity, FlightId(1), Outcome::Done);
    page.drain();
    assert_eq!(page.take(), ["fetch 0"], "one pending");
}

#[test]
fn a_snapshot_that_comes_back_late_asks_for_nothing_that_was_fetched_since() {
    let mut page = Page::new();
    let entity = page.app.entities_mut().add();
    let early = page.app.enter_pass(None);
    page.app.leave_pass();
    let flight = app_support::refresh(&mut page.app, page.now, entity).expect("the first request");
    page.app
        .fetch_settled(page.now, entity, flight, Outcome::Done);
    page.app.enter_pass(Some(Snapshot::Foreign(early)));
    assert_eq!(page.app.visit_entity(entity, None), Visit::Joined);
    page.app.leave_pass();
    assert_eq!(app_support::fetches(&mut page.app, page.now), []);
}

#[test]
fn a_failed_fetch_is_tried_again_when_the_network_is_back() {
    let mut page = Page::connected(NODE);
    let entity = page.app.entities_mut().add();
    let flight = app_support::refresh(&mut page.app, page.now, entity).expect("the first request");
    page.app
        .fetch_settled(page.now, entity, flight, Outcome::Failed(None));
    page.drain();
    assert!(page.take().is_empty());
    page.app.online(page.now);
    page.drain();
    assert_eq!(page.take(), ["fetch 0"]);
}

#[test]
fn signing_out_silences_what_was_about_to_be_announced() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    let change = r#"{"updated":2,"version":2}"#;
    app_support::arrive(&mut page.app, page.now, page.stream, "patch", "/", change);
    assert!(matches!(page.app.poll(page.now), Some(Output::Emit { .. })));
    page.app.close(page.now);
    page.drain();
    assert!(page.take().is_empty());
}

#[test]
fn a_followed_leaf_refreshes_the_page_too() {
    let mut page = Page::connected("1");
    let view = page.view();
    page.show(view);
    page.put("/", "2");
    assert_eq!(page.take(), ["hook 0 updated"]);
}

#[test]
fn another_users_feed_refreshes_what_is_displayed_once() {
    let mut page = Page::connected(NODE);
    let view = page.view();
    page.show(view);
    let old = page.stream.expect("a stream is open");
    page.connect(None);
    assert_ne!(page.stream, Some(old));
    let late = "event: put\ndata: {\"path\":\"/updated\",\"data\":99}\n\n";
    page.app
        .feed_input(page.now, FeedInput::BytesArrived(old, late.as_bytes()));
    page.drain();
    assert!(
        page.take().is_empty(),
        "the last user's stream is not heard"
    );
    page.put("/", r#"{"updated":50}"#);
    assert_eq!(page.take(), ["hook 0 updated"]);
}

#[test]
fn once_the_feed_is_closed_and_every_fetch_has_settled_nothing_is_waited_for() {
    let mut page = Page::connected(NODE);
    let entity = page.app.entities_mut().add();
    let flight = app_support::refresh(&mut page.app, page.now, entity).expect("the first request");
    let own = page.app.request_started(page.now, entity, Kind::Whole);
    let own = own.expect("a known entity");
    page.app.close(page.now);
    page.drain();
    let limit = page.now + Limits::default().fetch;
    assert_eq!(page.app.next_timeout(), Some(limit), "two are under way");
    page.app
        .fetch_settled(page.now, entity, flight, Outcome::Done);
    assert_eq!(page.app.next_timeout(), Some(limit), "the other still is");
    page.app.fetch_settled(page.now, entity, own, Outcome::Done);
    page.drain();
    assert_eq!(page.app.next_timeout(), None);
}

#[test]
fn a_clock_that_is_set_back_keeps_every_wait() {
    let mut page = Page::connected(NODE);
    let entity = page.app.entities_mut().add();
    let flight = app_support::refresh(&mut page.app, page.now, entity).expect("the first request");
    page.now = page.now - Millis::from_secs(500);
    page.app.wake(page.now);
    let wait = page
        .app
        .next_timeout()
        .expect("the fetch's time limit")
        .since(page.now);
    assert!(wait <= Millis::from_secs(75), "{wait:?}");
    page.now = page.now + Millis::from_secs(31);
    page.app.wake(page.now);
    assert!(
        matches!(page.app.poll(page.now), Some(Output::FetchExpired { flight: expired, .. }) if expired == flight)
    );
}
