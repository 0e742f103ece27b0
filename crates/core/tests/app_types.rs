//! Typed changes: a pass refreshes what the feed says is concerned, and never less than that.

mod app_support;

use app_support::NOW;
use remote_refresh_core::app::{App, Debounce, Output, Settings, Snapshot, Visit};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::refresh::{EntityId, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;

/// A page of one view with a Message, a User and an untyped entity.
struct Page {
    app: App,
    now: Millis,
    stream: Option<RequestId>,
    view: ViewId,
    entities: [(EntityId, Option<TypeId>, &'static str); 3],
    /// The hook does its work later: what it will call back with.
    late: Option<Vec<Revision>>,
    fetched: Vec<&'static str>,
    events: Vec<String>,
}

impl Page {
    fn new(settings: Settings) -> Self {
        let mut app = App::new(settings);
        let view = app.views_mut().add();
        let mut entity = |kind: Option<&str>, name| {
            let kind = kind.and_then(|kind| app.type_id(kind));
            (app.entities_mut().add(), kind, name)
        };
        let entities = [
            entity(Some("Message"), "message"),
            entity(Some("User"), "user"),
            entity(None, "untyped"),
        ];
        let mut page = Self {
            app,
            now: NOW,
            stream: None,
            view,
            entities,
            late: None,
            fetched: Vec::new(),
            events: Vec::new(),
        };
        app_support::connect(&mut page.app, page.now, None);
        page.drain();
        page.put(r#"{"updated":1,"version":1,"models":{"Message":{"version":1}}}"#);
        page.app.show(page.now, Some(view), None);
        page.drain();
        page
    }

    fn walk(&mut self, snapshot: Revision) {
        self.app.enter_pass(Some(Snapshot::OfFeed(snapshot)));
        if self.app.visit_walk(self.view) {
            for (entity, kind, name) in self.entities {
                if !self.app.concerns(kind) {
                    continue;
                }
                if self.app.visit_entity(entity, kind) == Visit::Fetches {
                    self.fetched.push(name);
                }
            }
        }
        self.app.leave_pass();
    }

    fn drain(&mut self) {
        while let Some(output) = self.app.poll(self.now) {
            match output {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::CallHook { view, revision, .. } => {
                    self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
                    let called = self.app.visit_hook(view);
                    if called && view == self.view && self.late.is_none() {
                        self.walk(revision);
                    }
                    self.app.leave_pass();
                    if let Some(late) = self.late.as_mut().filter(|_| called) {
                        late.push(revision);
                    }
                }
                Output::Fetch { entity, flight } => {
                    self.app
                        .fetch_settled(self.now, entity, flight, Outcome::Done);
                }
                Output::EmitModel { model, .. } => {
                    let id = model.id.map(|id| format!(" {id:?}")).unwrap_or_default();
                    self.events.push(format!(
                        "{}-{}{id}",
                        model.name.as_str(),
                        model.operation.name()
                    ));
                }
                _ => {}
            }
        }
    }

    fn event(&mut self, event: &str, data: &str) {
        app_support::arrive(&mut self.app, self.now, self.stream, event, "/", data);
        self.drain();
    }

    fn put(&mut self, data: &str) {
        self.event("put", data);
    }

    /// One change of this version, of these types.
    fn change(&mut self, version: u32, types: &[(&str, u32)]) {
        let models: String = types
            .iter()
            .map(|(name, version)| format!(",\"models/{name}/version\":{version}"))
            .collect();
        self.event(
            "patch",
            &format!("{{\"updated\":{version},\"version\":{version}{models}}}"),
        );
    }

    fn fetched(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.fetched)
    }
}

#[test]
fn a_typed_change_fetches_its_type_and_what_has_none() {
    let mut page = Page::new(Settings::default());
    page.change(2, &[("Message", 2)]);
    assert_eq!(page.fetched(), ["message", "untyped"]);
    page.change(3, &[("User", 1)]);
    assert_eq!(page.fetched(), ["user", "untyped"]);
    page.change(4, &[("Elsewhere", 1)]);
    assert_eq!(page.fetched(), ["untyped"]);
    page.change(5, &[]);
    assert_eq!(page.fetched(), ["message", "user", "untyped"]);
}

#[test]
fn a_page_that_was_away_answers_every_type_that_changed_meanwhile() {
    let mut page = Page::new(Settings::default());
    let other = page.app.views_mut().add();
    page.app.show(page.now, Some(other), None);
    page.change(2, &[("User", 1)]);
    page.change(3, &[("Message", 2)]);
    page.fetched();
    page.app.show(page.now, Some(page.view), None);
    page.drain();
    assert_eq!(page.fetched(), ["message", "user", "untyped"]);
    page.change(4, &[("Message", 3)]);
    assert_eq!(
        page.fetched(),
        ["message", "untyped"],
        "and then again only what is new"
    );
}

#[test]
fn a_hidden_tab_answers_every_type_once_it_is_seen() {
    let mut page = Page::new(Settings::default());
    page.app.hide();
    page.change(2, &[("User", 1)]);
    page.change(3, &[("Elsewhere", 2)]);
    page.app.reveal(page.now);
    page.drain();
    assert_eq!(page.fetched(), ["user", "untyped"]);
}

#[test]
fn a_hook_that_calls_back_late_answers_all_since_it_last_did() {
    let mut page = Page::new(Settings::default());
    page.late = Some(Vec::new());
    page.change(2, &[("User", 1)]);
    page.change(3, &[("Message", 2)]);
    let late = page.late.take().expect("set above");
    assert_eq!(late.len(), 2);
    page.walk(late[1]);
    assert_eq!(page.fetched(), ["message", "user", "untyped"]);
    page.walk(late[0]);
    assert!(
        page.fetched().is_empty(),
        "the older one comes too late to matter"
    );
}

#[test]
fn a_reconnect_that_missed_several_changes_fetches_everything() {
    let mut page = Page::new(Settings::default());
    page.put(r#"{"updated":3,"version":3,"models":{"Message":{"version":2}}}"#);
    assert_eq!(page.fetched(), ["message", "user", "untyped"]);
    page.put(r#"{"updated":4,"version":4,"models":{"Message":{"version":3}}}"#);
    assert_eq!(
        page.fetched(),
        ["message", "untyped"],
        "one alone is told by its type"
    );
}

#[test]
fn each_type_has_its_event_with_the_record_when_that_is_certain() {
    let mut page = Page::new(Settings::default());
    page.event(
        "patch",
        r#"{"updated":2,"version":2,"models/Message":{"version":2,"op":"added","id":"m7"}}"#,
    );
    page.event(
        "patch",
        r#"{"updated":3,"version":3,"models/Message":{"version":4,"op":"removed","id":"m8"}}"#,
    );
    assert_eq!(
        page.events,
        ["Message-added String(\"m7\")", "Message-changed"]
    );
}

#[test]
fn a_debounced_app_answers_at_once_and_then_once_more() {
    let debounce = Debounce {
        quiet: Millis(100),
        max_wait: Millis(500),
    };
    let mut page = Page::new(Settings {
        debounce,
        ..Settings::default()
    });
    page.change(2, &[("User", 1)]);
    assert_eq!(page.fetched(), ["user", "untyped"]);
    page.change(3, &[("Message", 2)]);
    page.change(4, &[("User", 2)]);
    assert!(page.fetched().is_empty());
    page.now = page
        .app
        .next_timeout()
        .expect("the answer is due some time");
    page.app.wake(page.now);
    page.drain();
    assert_eq!(page.fetched(), ["message", "user", "untyped"]);
}

#[test]
fn a_spread_makes_the_client_wait_for_its_place() {
    let mut page = Page::new(Settings {
        client: "c7".into(),
        ..Settings::default()
    });
    page.event("patch", r#"{"updated":2,"version":2,"spread":10000}"#);
    assert!(page.fetched().is_empty());
    let wait = page
        .app
        .next_timeout()
        .expect("its place comes")
        .since(page.now);
    assert!(wait.0 > 0 && wait.0 < 10_000, "{wait:?}");
    page.now = page.now + wait;
    page.app.wake(page.now);
    page.drain();
    assert_eq!(page.fetched().len(), 3);
}
