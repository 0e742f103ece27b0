//! A page's refresh is pending until it has run, and is run once: found by the simulation, kept as scenarios.

mod app_support;

use app_support::{NODE, NOW};
use remote_refresh_core::app::{App, Output, Settings, Snapshot};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::refresh::EntityId;
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use remote_refresh_core::views::ViewId;

/// An App whose page views' hooks are counted.
struct Tab {
    app: App,
    stream: Option<RequestId>,
    hooks: Vec<(ViewId, Revision)>,
}

impl Tab {
    fn new() -> Self {
        Self {
            app: App::new(Settings::default()),
            stream: None,
            hooks: Vec::new(),
        }
    }

    /// A page view is displayed and up to date; and an entity that nobody shows yet.
    fn with_page() -> (Self, ViewId, EntityId) {
        let mut tab = Self::new();
        let page = tab.view();
        let entity = tab.app.entities_mut().add();
        tab.connect();
        tab.event("put", NODE);
        tab.show(page, None);
        (tab, page, entity)
    }

    fn connect(&mut self) {
        app_support::connect(&mut self.app, NOW, None);
        self.drain();
    }

    fn view(&mut self) -> ViewId {
        self.app.views_mut().add()
    }

    fn show(&mut self, view: ViewId, since: Option<Since>) {
        self.app.show(NOW, Some(view), since);
        self.drain();
    }

    fn event(&mut self, event: &str, data: &str) {
        app_support::arrive(&mut self.app, NOW, self.stream, event, "/", data);
        self.drain();
    }

    /// Carries out the orders; a page's hook is called, and does nothing yet.
    fn drain(&mut self) {
        while let Some(output) = self.app.poll(NOW) {
            match output {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::CallHook { view, revision, .. } => {
                    self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
                    if self.app.visit_hook(view) {
                        self.hooks.push((view, revision));
                    }
                    self.app.leave_pass();
                }
                _ => {}
            }
        }
    }

    fn hooked(&mut self) -> Vec<ViewId> {
        self.hooks.drain(..).map(|(view, _)| view).collect()
    }
}

#[test]
fn a_page_shown_before_the_first_value_still_has_its_refresh_pending_when_it_is_shown_again_after()
{
    let mut tab = Tab::new();
    let (early, other) = (tab.view(), tab.view());
    tab.show(early, None);
    tab.show(other, None);
    tab.connect();
    tab.event("put", NODE);
    assert_eq!(tab.hooked(), [other]);
    tab.show(early, None);
    assert_eq!(
        tab.hooked(),
        [early],
        "it may have loaded before the first value"
    );
}

#[test]
fn the_refresh_of_a_page_that_proved_out_of_date_while_the_tab_was_hidden_is_pending_until_it_is_seen(
) {
    let mut tab = Tab::new();
    let (old, other) = (tab.view(), tab.view());
    tab.connect();
    tab.event("put", NODE);
    tab.app.hide();
    tab.show(old, Some(Since::Version(0.0)));
    tab.show(other, None);
    tab.show(old, None);
    tab.app.reveal(NOW);
    tab.drain();
    assert_eq!(tab.hooked(), [old]);
}

#[test]
fn a_page_restored_from_the_cache_runs_the_refresh_that_was_pending_when_it_was_hidden() {
    let mut tab = Tab::new();
    let page = tab.view();
    tab.connect();
    tab.event("put", NODE);
    tab.show(page, None);
    tab.app.hide();
    tab.event("patch", r#"{"updated":2,"version":2}"#);
    assert!(tab.hooked().is_empty());
    tab.app.restore(NOW);
    tab.drain();
    assert_eq!(tab.hooked(), [page], "whatever the new stream brings");
}

/// Whether a subview whose hook calls back in the pass of `revision` is concerned by a type.
fn concerned(tab: &mut Tab, subview: ViewId, revision: Revision, kind: Option<TypeId>) -> bool {
    tab.app.enter_pass(Some(Snapshot::OfFeed(revision)));
    let concerned = tab.app.visit_walk(subview) && tab.app.concerns(kind);
    tab.app.leave_pass();
    concerned
}

/// Walks the page and calls the hook of its subview, which will call back later.
fn walk(tab: &mut Tab, page: ViewId, subview: ViewId, revision: Revision) {
    tab.app.enter_pass(Some(Snapshot::OfFeed(revision)));
    assert!(tab.app.visit_walk(page) && tab.app.visit_hook(subview));
    tab.app.leave_pass();
}

#[test]
fn a_subviews_hook_that_calls_back_late_reaches_back_to_what_its_page_had_applied() {
    for late in [[0, 1], [1, 0]] {
        let mut tab = Tab::new();
        let (page, subview) = (tab.view(), tab.view());
        let user = tab.app.type_id("User");
        let message = tab.app.type_id("Message");
        let room = tab.app.type_id("Room");
        tab.connect();
        tab.event("put", NODE);
        tab.show(page, None);
        for (version, kind) in [(2, "Message"), (3, "User")] {
            let change =
                format!(r#"{{"updated":{version},"version":{version},"models/{kind}/version":1}}"#);
            tab.event("patch", &change);
            let (_, revision) = *tab.hooks.last().expect("the page's hook was called");
            walk(&mut tab, page, subview, revision);
        }
        let revisions = [tab.hooks[0].1, tab.hooks[1].1];
        let first = revisions[late[0]];
        tab.app.enter_pass(Some(Snapshot::OfFeed(first)));
        assert!(tab.app.visit_walk(subview));
        assert!(tab.app.concerns(message), "no change is skipped: {late:?}");
        assert!(
            !tab.app.concerns(room),
            "nothing but the two has changed: {late:?}"
        );
        tab.app.leave_pass();
        let again = concerned(&mut tab, subview, revisions[late[1]], user);
        assert_eq!(
            again,
            late[1] == 1,
            "the older one comes too late to matter: {late:?}"
        );
    }
}

#[test]
fn a_fetch_that_took_too_long_is_ended_before_what_is_due_at_the_same_time_starts_another() {
    let (mut tab, _, entity) = Tab::with_page();
    assert!(app_support::refresh(&mut tab.app, NOW, entity).is_some());
    tab.event("patch", r#"{"updated":2,"version":2,"spread":10000}"#);
    let late = NOW + Millis::from_secs(60);
    tab.app.wake(late);
    let mut orders = Vec::new();
    while let Some(output) = tab.app.poll(late) {
        match output {
            Output::FetchExpired { .. } => orders.push("expired"),
            Output::CallHook { .. } => orders.push("hook"),
            _ => {}
        }
    }
    assert_eq!(orders, ["expired", "hook"]);
}

#[test]
fn a_fetch_that_starts_late_shows_all_that_was_seen_by_then_and_is_not_repeated_for_it() {
    let (mut tab, page, entity) = Tab::with_page();
    for version in 2..=4 {
        tab.event(
            "patch",
            &format!(r#"{{"updated":{version},"version":{version}}}"#),
        );
    }
    let fetches = |tab: &mut Tab, revision| {
        tab.app.enter_pass(Some(Snapshot::OfFeed(revision)));
        if tab.app.visit_walk(page) {
            tab.app.visit_entity(entity, None);
        }
        tab.app.leave_pass();
        !app_support::fetches(&mut tab.app, NOW).is_empty()
    };
    let late: Vec<_> = tab.hooks.iter().map(|(_, revision)| *revision).collect();
    let started: Vec<_> = late
        .into_iter()
        .map(|revision| fetches(&mut tab, revision))
        .collect();
    assert_eq!(started, [true, false, false]);
    assert!(!tab.app.entities_mut().is_pending(entity));
}

#[test]
fn a_page_that_a_hook_shows_and_refreshes_in_its_own_pass_is_answered_all_that_it_owes() {
    let mut tab = Tab::new();
    let (first, second) = (tab.view(), tab.view());
    let room = tab.app.type_id("Room");
    tab.connect();
    tab.event("put", NODE);
    tab.show(first, None);
    tab.show(second, None);
    tab.event(
        "patch",
        r#"{"updated":2,"version":2,"models/Room/version":1}"#,
    );
    tab.event(
        "patch",
        r#"{"updated":3,"version":3,"models/User/version":1}"#,
    );
    let (_, revision) = *tab.hooks.last().expect("the page's hook was called");
    tab.app.enter_pass(Some(Snapshot::OfFeed(revision)));
    assert!(tab.app.visit_walk(second));
    tab.app.show(NOW, Some(first), None);
    tab.app.enter_pass(None);
    assert!(tab.app.visit_walk(first));
    assert!(tab.app.concerns(room), "it has not been walked for that");
    tab.app.leave_pass();
    tab.app.leave_pass();
}
