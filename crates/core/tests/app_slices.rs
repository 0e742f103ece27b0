//! A walk that stops in the middle and goes on later: what may happen between two slices, and that no change is missed by it.

mod app_support;

use app_support::{fetches, NODE, NOW};
use remote_refresh_core::app::{App, Output, PassId, Settings, Snapshot, Visit, SLICE};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::refresh::{EntityId, Kind, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::views::ViewId;

/// A page view of two subviews: the first shows a Message, the second a User. The tests walk it themselves.
struct Tab {
    app: App,
    stream: Option<RequestId>,
    version: u32,
    page: ViewId,
    subviews: [(ViewId, EntityId, Option<TypeId>); 2],
    /// Hooks of page views that were called, not walked yet.
    hooks: Vec<(ViewId, Revision)>,
    deferred: usize,
    reviews: usize,
}

impl Tab {
    fn open() -> Self {
        let mut app = App::new(Settings::default());
        let page = app.views_mut().add();
        let subviews = ["Message", "User"].map(|kind| {
            (
                app.views_mut().add(),
                app.entities_mut().add(),
                app.type_id(kind),
            )
        });
        let mut tab = Self {
            app,
            stream: None,
            version: 1,
            page,
            subviews,
            hooks: Vec::new(),
            deferred: 0,
            reviews: 0,
        };
        app_support::connect(&mut tab.app, NOW, None);
        tab.drain();
        app_support::arrive(&mut tab.app, NOW, tab.stream, "put", "/", NODE);
        tab.drain();
        tab.show(page);
        tab
    }

    fn show(&mut self, page: ViewId) {
        self.app.show(NOW, Some(page), None);
        self.drain();
    }

    /// Carries out the orders but the walks. What was fetched; each fetch ends at once.
    fn drain(&mut self) -> Vec<EntityId> {
        let mut fetched = Vec::new();
        while let Some(order) = self.app.poll(NOW) {
            match order {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::CallHook { view, revision, .. } => self.hooks.push((view, revision)),
                Output::Deferred { .. } => self.deferred += 1,
                Output::ReviewPage { .. } => self.reviews += 1,
                Output::Fetch { entity, flight } => {
                    fetched.push(entity);
                    self.app.fetch_settled(NOW, entity, flight, Outcome::Done);
                }
                _ => {}
            }
        }
        fetched
    }

    fn change(&mut self, kind: &str) -> Vec<EntityId> {
        self.version += 1;
        let data = format!(
            r#"{{"updated":{0},"version":{0},"models/{kind}/version":{0}}}"#,
            self.version
        );
        app_support::arrive(&mut self.app, NOW, self.stream, "patch", "/", &data);
        self.drain()
    }

    /// Begins to walk the page view for the hook that was called last.
    fn begin(&mut self) -> Revision {
        let (page, revision) = self.hooks.pop().expect("the page's hook is called");
        self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
        assert!(self.app.visit_hook(page) && self.app.visit_walk(page));
        revision
    }

    /// Comes to a subview in the pass under way: `None` if the pass does not come to it.
    fn come_to(&mut self, index: usize) -> Option<Visit> {
        let (view, entity, kind) = self.subviews[index];
        let comes = self.app.visit_hook(view) && self.app.visit_walk(view);
        comes.then(|| self.app.visit_entity(entity, kind))
    }

    /// Has the page walked up to the first subview for a change of this type.
    fn half_way(&mut self, kind: &str) -> PassId {
        self.change(kind);
        self.begin();
        self.come_to(0);
        let pass = self.app.suspend_pass();
        self.drain();
        pass
    }

    /// Walks the whole page. What was fetched.
    fn walk(&mut self) -> Vec<EntityId> {
        self.begin();
        for index in 0..self.subviews.len() {
            self.come_to(index);
        }
        self.app.leave_pass();
        self.drain()
    }

    fn entity(&self, index: usize) -> EntityId {
        self.subviews[index].1
    }
}

#[test]
fn what_a_slice_gathered_starts_when_it_ends_and_the_rest_with_the_next() {
    let mut tab = Tab::open();
    tab.change("Message");
    tab.begin();
    assert_eq!(tab.come_to(0), Some(Visit::Fetches));
    assert!(tab.app.poll(NOW).is_none(), "not in the middle of a slice");
    let pass = tab.app.suspend_pass();
    assert_eq!(tab.drain(), [tab.entity(0)]);
    assert!(tab.app.resume_pass(pass));
    assert_eq!(tab.come_to(1), Some(Visit::NotConcerned));
    tab.app.leave_pass();
    assert!(tab.drain().is_empty() && tab.hooks.is_empty());
}

#[test]
fn changes_during_a_suspended_walk_wait_for_its_end_and_one_pass_answers_them_all() {
    let mut tab = Tab::open();
    let pass = tab.half_way("Message");
    for _ in 0..5 {
        tab.change("User");
        tab.change("Message");
    }
    assert!(tab.hooks.is_empty() && tab.app.outlook().page_pending);
    assert!(tab.app.resume_pass(pass));
    tab.come_to(1);
    tab.app.leave_pass();
    assert_eq!(tab.drain(), [tab.entity(1)], "for all that was seen by now");
    assert_eq!(tab.hooks.len(), 1);
    assert_eq!(tab.walk(), [tab.entity(0)], "the other has them already");
    assert!(tab.hooks.is_empty() && !tab.app.outlook().page_pending);
}

#[test]
fn a_stream_of_changes_does_not_keep_a_walk_from_its_end() {
    let mut tab = Tab::open();
    let mut pass = tab.half_way("User");
    for _ in 0..20 {
        tab.change("Message");
        assert!(tab.app.resume_pass(pass));
        pass = tab.app.suspend_pass();
        assert!(tab.hooks.is_empty());
    }
    assert!(tab.app.resume_pass(pass));
    assert_eq!(tab.come_to(1), Some(Visit::Fetches));
    tab.app.leave_pass();
}

#[test]
fn a_view_late_in_the_walk_is_asked_for_all_since_its_page_was_walked() {
    let mut tab = Tab::open();
    let other = tab.app.views_mut().add();
    tab.show(other);
    tab.change("User");
    tab.hooks.clear();
    tab.show(tab.page);
    tab.hooks.clear();
    let pass = tab.half_way("Message");
    assert!(tab.app.resume_pass(pass));
    assert_eq!(
        tab.come_to(1),
        Some(Visit::Fetches),
        "the older change was of its type"
    );
    tab.app.leave_pass();
}

#[test]
fn a_walk_that_a_handler_begins_meanwhile_reaches_back_and_asks_nothing_twice() {
    let mut tab = Tab::open();
    let pass = tab.half_way("User");
    tab.change("Message");
    // What the original's handler did: it walks the page for each event.
    let newest = Revision(3);
    tab.app.enter_pass(Some(Snapshot::OfFeed(newest)));
    assert!(tab.app.visit_walk(tab.page));
    assert_eq!(tab.come_to(0), Some(Visit::Fetches));
    assert_eq!(
        tab.come_to(1),
        Some(Visit::Fetches),
        "the first walk has yet to come to it"
    );
    tab.app.leave_pass();
    assert_eq!(tab.drain(), [tab.entity(0), tab.entity(1)]);
    assert!(tab.app.resume_pass(pass));
    assert_eq!(tab.come_to(1), None, "it was walked for that");
    tab.app.leave_pass();
    assert!(tab.drain().is_empty() && tab.hooks.is_empty());
}

#[test]
fn a_walk_that_reaches_back_leaves_alone_what_the_suspended_one_has_asked() {
    let mut tab = Tab::open();
    tab.half_way("Message");
    tab.change("User");
    tab.app.enter_pass(Some(Snapshot::OfFeed(Revision(3))));
    assert!(tab.app.visit_walk(tab.page));
    assert_eq!(tab.come_to(0), Some(Visit::NotConcerned));
    assert_eq!(tab.come_to(1), Some(Visit::Fetches));
    tab.app.leave_pass();
}

#[test]
fn what_the_app_asked_for_is_not_hidden_by_a_change_that_is_walked_meanwhile() {
    let mut tab = Tab::open();
    tab.app.enter_pass(None);
    assert!(tab.app.visit_walk(tab.page));
    tab.come_to(0);
    let pass = tab.app.suspend_pass();
    tab.drain();
    tab.change("Message");
    assert_eq!(tab.walk(), [tab.entity(0)]);
    assert!(tab.app.resume_pass(pass));
    assert_eq!(tab.come_to(1), Some(Visit::Fetches));
    tab.app.leave_pass();
}

#[test]
fn a_page_that_is_left_in_the_middle_of_its_walk_is_pending_and_walked_whole_when_it_comes_back() {
    let mut tab = Tab::open();
    let pass = tab.half_way("User");
    let other = tab.app.views_mut().add();
    tab.show(other);
    assert!(!tab.app.resume_pass(pass) && !tab.app.is_in_pass());
    tab.drain();
    assert!(tab.hooks.is_empty(), "the other page is up to date");
    tab.show(tab.page);
    assert_eq!(tab.hooks.len(), 1);
    tab.begin();
    assert_eq!(
        tab.come_to(0),
        Some(Visit::NotConcerned),
        "what is below it may be, though"
    );
    assert_eq!(tab.come_to(1), Some(Visit::Fetches));
    tab.app.leave_pass();
    tab.show(other);
    tab.show(tab.page);
    assert!(tab.hooks.is_empty());
}

#[test]
fn what_was_asked_before_the_rest_was_dropped_is_not_asked_again() {
    let mut tab = Tab::open();
    // Of no type: every change concerns it.
    tab.subviews[0].2 = None;
    let pass = tab.half_way("Message");
    tab.app.hide();
    assert!(!tab.app.resume_pass(pass));
    tab.drain();
    tab.app.reveal(NOW);
    tab.drain();
    assert_eq!(tab.walk(), []);
}

#[test]
fn a_walk_in_a_tab_that_is_hidden_says_that_it_waits_and_is_done_when_the_tab_is_seen() {
    let mut tab = Tab::open();
    let pass = tab.half_way("User");
    tab.app.hide();
    assert!(!tab.app.resume_pass(pass));
    tab.drain();
    assert_eq!((tab.deferred, tab.hooks.len()), (1, 0));
    assert!(tab.app.outlook().page_pending);
    tab.app.reveal(NOW);
    tab.drain();
    assert_eq!(tab.walk(), [tab.entity(1)]);
}

#[test]
fn a_tab_that_is_seen_again_before_the_next_slice_goes_on() {
    let mut tab = Tab::open();
    let pass = tab.half_way("User");
    tab.app.hide();
    tab.app.reveal(NOW);
    tab.drain();
    assert!(tab.hooks.is_empty() && tab.app.resume_pass(pass));
    assert_eq!(tab.come_to(1), Some(Visit::Fetches));
    tab.app.leave_pass();
}

#[test]
fn a_feed_that_is_closed_drops_every_walk_even_one_that_the_app_asked_for() {
    let mut tab = Tab::open();
    let of_feed = tab.half_way("User");
    tab.app.enter_pass(None);
    let of_app = tab.app.suspend_pass();
    tab.app.close(NOW);
    tab.drain();
    assert!(!tab.app.resume_pass(of_feed) && !tab.app.resume_pass(of_app));
    app_support::connect(&mut tab.app, NOW, None);
    tab.drain();
    app_support::arrive(&mut tab.app, NOW, tab.stream, "put", "/", NODE);
    tab.drain();
    assert_eq!(
        tab.walk().len(),
        2,
        "the next feed's first value concerns everything"
    );
}

#[test]
fn what_the_app_asked_for_goes_on_hidden_off_screen_and_without_a_feed() {
    let mut app = App::new(Settings::default());
    let (view, entity) = (app.views_mut().add(), app.entities_mut().add());
    app.show(NOW, Some(view), None);
    app.enter_pass(None);
    assert!(app.visit_walk(view));
    let pass = app.suspend_pass();
    app.hide();
    app.show(NOW, None, None);
    app_support::connect(&mut app, NOW, None);
    while app.poll(NOW).is_some() {}
    assert!(app.resume_pass(pass));
    assert_eq!(app.visit_entity(entity, None), Visit::Fetches);
    app.leave_pass();
    assert_eq!(fetches(&mut app, NOW).len(), 1);
}

#[test]
fn a_late_hook_of_a_subview_goes_on_since_nothing_would_come_back_for_it() {
    let mut tab = Tab::open();
    tab.change("User");
    let revision = tab.begin();
    assert!(tab.app.visit_hook(tab.subviews[1].0), "it calls back later");
    tab.app.leave_pass();
    tab.app.enter_pass(Some(Snapshot::OfFeed(revision)));
    assert!(tab.app.visit_walk(tab.subviews[1].0));
    let pass = tab.app.suspend_pass();
    tab.app.hide();
    assert!(tab.app.resume_pass(pass));
    let (_, entity, kind) = tab.subviews[1];
    assert_eq!(tab.app.visit_entity(entity, kind), Visit::Fetches);
    tab.app.leave_pass();
}

#[test]
fn a_hooks_nested_walk_may_be_suspended_with_the_one_around_it_and_the_page_is_over_with_the_last()
{
    let mut tab = Tab::open();
    tab.change("User");
    let revision = tab.begin();
    tab.app.enter_pass(Some(Snapshot::OfFeed(revision)));
    let inner = tab.app.suspend_pass();
    let outer = tab.app.suspend_pass();
    tab.change("Message");
    assert!(tab.app.resume_pass(outer));
    tab.app.leave_pass();
    tab.drain();
    assert!(tab.hooks.is_empty());
    assert!(tab.app.resume_pass(inner));
    assert_eq!(tab.come_to(1), Some(Visit::Fetches));
    tab.app.leave_pass();
    tab.drain();
    assert_eq!(tab.hooks.len(), 1);
}

#[test]
fn a_page_view_that_is_collected_takes_the_rest_of_its_walk_with_it() {
    let mut tab = Tab::open();
    let pass = tab.half_way("User");
    tab.app.forget_view(tab.page);
    let another = tab.app.views_mut().add();
    assert_eq!(another, tab.page, "numbers are used again");
    tab.show(another);
    assert!(!tab.app.resume_pass(pass));
    tab.drain();
    assert!(tab.hooks.is_empty());
}

#[test]
fn the_page_is_not_reviewed_while_it_is_walked_but_after_that() {
    let mut tab = Tab::open();
    let pass = tab.half_way("User");
    tab.app.request_started(NOW, tab.entity(0), Kind::Whole);
    tab.reviews = 0;
    tab.show(tab.page);
    assert_eq!(tab.reviews, 0);
    assert!(tab.app.resume_pass(pass));
    tab.app.leave_pass();
    tab.drain();
    assert_eq!(tab.reviews, 1);
}

#[test]
fn a_pass_is_resumed_once_by_each_of_its_names() {
    let mut app = App::new(Settings::default());
    let nobody = app.suspend_pass();
    assert!(!app.resume_pass(nobody));
    app.enter_pass(None);
    let first = app.suspend_pass();
    assert!(app.resume_pass(first) && !app.resume_pass(first));
    let second = app.suspend_pass();
    assert_ne!(first, second);
    assert!(!app.resume_pass(first) && app.resume_pass(second));
    app.leave_pass();
    assert!(!app.is_in_pass());
}

#[test]
fn a_slice_is_over_when_its_time_is_or_the_clock_makes_no_sense() {
    for (now, over) in [
        (1000.0, false),
        (1000.0 + SLICE - 0.1, false),
        (1000.0 + SLICE, true),
        (999.0, true),
        (f64::NAN, true),
        (f64::INFINITY, true),
    ] {
        assert_eq!(App::slice_is_over(1000.0, now), over, "{now}");
    }
}
