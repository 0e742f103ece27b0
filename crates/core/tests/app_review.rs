//! A page view is walked for what changes while it is displayed; what it shows may have been requested before a change that
//! came earlier. That is found when it is shown, and when such an answer lands.

mod app_support;

use app_support::{NODE, NOW};
use remote_refresh_core::app::{App, Output, Settings, Snapshot, Visit};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::refresh::{EntityId, FlightId, Kind, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use remote_refresh_core::views::ViewId;

/// What a page shows: an entity and its type.
type Shown = (EntityId, Option<TypeId>);

/// A tab whose pages show entities, each page its own list; their fetches end when the test says so.
struct Tab {
    app: App,
    now: Millis,
    stream: Option<RequestId>,
    pages: Vec<(ViewId, Vec<Shown>)>,
    fetched: Vec<(EntityId, FlightId)>,
    version: u32,
}

impl Tab {
    fn connected() -> Self {
        let mut tab = Self {
            app: App::new(Settings {
                client: "tab".into(),
                ..Settings::default()
            }),
            now: NOW,
            stream: None,
            pages: Vec::new(),
            fetched: Vec::new(),
            version: 1,
        };
        app_support::connect(&mut tab.app, NOW, None);
        tab.drain();
        app_support::arrive(&mut tab.app, NOW, tab.stream, "put", "/", NODE);
        tab.drain();
        tab
    }

    fn entity(&mut self, kind: Option<&str>) -> Shown {
        let kind = kind.and_then(|kind| self.app.type_id(kind));
        (self.app.entities_mut().add(), kind)
    }

    fn page(&mut self, entities: &[Shown]) -> ViewId {
        let view = self.app.views_mut().add();
        self.pages.push((view, entities.to_vec()));
        view
    }

    fn show(&mut self, page: ViewId, since: Option<Since>) {
        self.app.show(self.now, Some(page), since);
        self.drain();
    }

    fn shown_by(&self, page: ViewId) -> Vec<Shown> {
        let known = self.pages.iter().find(|(view, _)| *view == page);
        known.map(|(_, shown)| shown.clone()).unwrap_or_default()
    }

    fn drain(&mut self) {
        while let Some(output) = self.app.poll(self.now) {
            match output {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::CallHook { view, revision, .. } => {
                    self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
                    if self.app.visit_hook(view) && self.app.visit_walk(view) {
                        for (entity, kind) in self.shown_by(view) {
                            if self.app.concerns(kind) {
                                self.app.visit_entity(entity, kind);
                            }
                        }
                    }
                    self.app.leave_pass();
                }
                Output::ReviewPage { view } => {
                    for (entity, kind) in self.shown_by(view) {
                        self.app.review_entity(entity, kind);
                    }
                }
                Output::Fetch { entity, flight } => self.fetched.push((entity, flight)),
                _ => {}
            }
        }
    }

    fn change(&mut self, more: &str) {
        self.version += 1;
        let data = format!("{{\"updated\":{0},\"version\":{0}{more}}}", self.version);
        app_support::arrive(&mut self.app, self.now, self.stream, "patch", "/", &data);
        self.drain();
    }

    fn request(&mut self, entity: Shown) -> FlightId {
        let flight = self.app.request_started(self.now, entity.0, Kind::Whole);
        flight.expect("it is known")
    }

    fn settle(&mut self, entity: Shown, flight: FlightId, outcome: Outcome) {
        self.app.fetch_settled(self.now, entity.0, flight, outcome);
        self.drain();
    }

    /// A page whose entity, of this type, was read and has settled.
    fn loaded(&mut self, kind: Option<&str>) -> (Shown, ViewId) {
        let entity = self.entity(kind);
        let page = self.page(&[entity]);
        let flight = self.request(entity);
        self.settle(entity, flight, Outcome::Done);
        (entity, page)
    }

    /// A page whose entity was requested before this change and answered after it.
    fn outdated(&mut self, kind: Option<&str>, change: &str) -> (Shown, ViewId) {
        let entity = self.entity(kind);
        let page = self.page(&[entity]);
        let flight = self.request(entity);
        self.change(change);
        self.settle(entity, flight, Outcome::Done);
        (entity, page)
    }

    /// Some time passes.
    fn wait(&mut self) {
        self.now = self.now + Millis::from_secs(1);
        self.app.wake(self.now);
        self.drain();
    }

    /// What was fetched since this was asked last; the fetches end well.
    fn fetched(&mut self) -> Vec<EntityId> {
        let fetched = std::mem::take(&mut self.fetched);
        for (entity, flight) in &fetched {
            self.settle((*entity, None), *flight, Outcome::Done);
        }
        fetched.into_iter().map(|(entity, _)| entity).collect()
    }
}

#[test]
fn a_change_between_the_request_and_the_show_of_a_page_is_not_missed() {
    for landed in [true, false] {
        let mut tab = Tab::connected();
        let entity = tab.entity(None);
        let page = tab.page(&[entity]);
        let flight = tab.request(entity);
        tab.change("");
        if landed {
            tab.settle(entity, flight, Outcome::Done);
        }
        tab.show(page, None);
        if !landed {
            assert!(
                tab.fetched().is_empty(),
                "it waits for the request under way"
            );
            tab.settle(entity, flight, Outcome::Done);
        }
        assert_eq!(
            tab.fetched(),
            [entity.0],
            "landed before the show: {landed}"
        );
        tab.wait();
        assert!(tab.fetched().is_empty());
    }
}

#[test]
fn a_request_that_started_after_the_last_change_is_not_repeated() {
    let mut tab = Tab::connected();
    let entity = tab.entity(None);
    let page = tab.page(&[entity]);
    tab.change("");
    let flight = tab.request(entity);
    tab.settle(entity, flight, Outcome::Done);
    tab.show(page, None);
    tab.wait();
    assert!(tab.fetched().is_empty());
}

#[test]
fn what_two_pages_share_is_fetched_by_the_second_if_it_changed_while_nobody_showed_it() {
    let mut tab = Tab::connected();
    let shared = tab.entity(None);
    let (first, other, second) = (tab.page(&[shared]), tab.page(&[]), tab.page(&[shared]));
    tab.show(first, None);
    tab.show(other, None);
    tab.change("");
    tab.show(second, None);
    assert_eq!(tab.fetched(), [shared.0]);
    tab.show(first, None);
    assert!(
        tab.fetched().is_empty(),
        "the refresh was pending for the first page too, and was run"
    );
}

#[test]
fn a_change_of_another_type_leaves_what_was_requested_before_it_as_it_is() {
    let mut tab = Tab::connected();
    let (message, page) = tab.outdated(Some("Message"), r#","models/User/version":1"#);
    tab.show(page, None);
    tab.wait();
    assert!(tab.fetched().is_empty());
    let flight = tab.request(message);
    tab.show(tab.pages[0].0, None);
    tab.change(r#","models/Message/version":1"#);
    tab.settle(message, flight, Outcome::Done);
    assert_eq!(tab.fetched(), [message.0]);
}

#[test]
fn what_this_client_wrote_meanwhile_needs_no_fetch() {
    let mut tab = Tab::connected();
    let (entity, page) = tab.loaded(None);
    let write = tab.app.write_started(tab.now, &[entity.0], &[]);
    let name = tab.app.write_name(write);
    tab.change(&format!(r#","origin":"{name}""#));
    tab.app.write_settled(tab.now, write, true, true);
    tab.drain();
    tab.show(page, None);
    tab.wait();
    assert!(tab.fetched().is_empty());
}

#[test]
fn a_page_that_says_what_it_was_rendered_from_is_believed() {
    let mut tab = Tab::connected();
    let (_, page) = tab.outdated(None, "");
    tab.show(page, Some(Since::Version(2.0)));
    assert!(tab.fetched().is_empty());
}

#[test]
fn a_subview_that_is_attached_once_its_old_answer_landed_is_fetched() {
    let mut tab = Tab::connected();
    let entity = tab.entity(None);
    let page = tab.page(&[]);
    tab.show(page, None);
    let flight = tab.request(entity);
    tab.change("");
    tab.settle(entity, flight, Outcome::Done);
    tab.pages[0].1.push(entity);
    assert!(
        tab.fetched().is_empty(),
        "nobody knew of it when the change came"
    );
    tab.wait();
    assert_eq!(tab.fetched(), [entity.0]);
}

#[test]
fn a_hidden_tab_looks_when_it_is_seen() {
    let mut tab = Tab::connected();
    let (entity, page) = tab.outdated(None, "");
    tab.app.hide();
    tab.show(page, None);
    tab.wait();
    assert!(tab.fetched().is_empty());
    tab.app.reveal(tab.now);
    tab.drain();
    assert_eq!(tab.fetched(), [entity.0]);
}

#[test]
fn a_request_that_fails_leaves_what_was_shown_as_old_as_it_was() {
    let mut tab = Tab::connected();
    let (entity, page) = tab.loaded(None);
    tab.change("");
    let second = tab.request(entity);
    tab.show(page, None);
    assert!(
        tab.fetched().is_empty(),
        "the request under way will show the change"
    );
    tab.settle(entity, second, Outcome::Failed(Some(500)));
    tab.wait();
    assert_eq!(tab.fetched(), [entity.0]);
}

#[test]
fn an_echo_does_not_hide_a_change_that_came_before_it() {
    let mut tab = Tab::connected();
    let (entity, page) = tab.loaded(None);
    tab.change("");
    tab.app.hide();
    tab.show(page, None);
    let write = tab.app.write_started(tab.now, &[entity.0], &[]);
    let name = tab.app.write_name(write);
    tab.app.write_settled(tab.now, write, true, true);
    tab.change(&format!(r#","origin":"{name}""#));
    tab.app.reveal(tab.now);
    tab.drain();
    assert_eq!(tab.fetched(), [entity.0]);
}

#[test]
fn a_hook_that_calls_back_after_the_app_read_the_change_itself_needs_no_fetch() {
    let mut tab = Tab::connected();
    let entity = tab.entity(None);
    let view = tab.app.views_mut().add();
    tab.change("");
    let flight = tab.request(entity);
    tab.settle(entity, flight, Outcome::Done);
    tab.app
        .enter_pass(Some(Snapshot::OfFeed(Revision::default().next().next())));
    assert!(tab.app.visit_walk(view));
    let visit = tab.app.visit_entity(entity.0, None);
    assert_eq!(visit, Visit::NotConcerned);
    tab.app.leave_pass();
}

#[test]
fn an_end_that_is_reported_again_after_the_next_change_looks_for_nothing() {
    let mut tab = Tab::connected();
    let (shown, page) = tab.loaded(None);
    tab.show(page, None);
    tab.change("");
    let (_, first) = tab.fetched[0];
    tab.change("");
    tab.settle(shown, first, Outcome::Done);
    tab.change("");
    let before = tab.app.next_timeout();
    // The promise of a request, whose event has said so already.
    tab.settle(shown, first, Outcome::Done);
    assert_eq!(tab.app.next_timeout(), before, "no review is waited for");
}
