//! Echoes: what this client wrote itself is not fetched where the write's answer gave it, and nothing else is left out.

mod app_support;

use app_support::{NODE, NOW};
use remote_refresh_core::app::{App, Output, Settings, Snapshot, WriteId};
use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::refresh::{EntityId, Outcome};
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;

/// A page that shows two entities, whose fetches end at once.
struct Page {
    app: App,
    now: Millis,
    stream: Option<RequestId>,
    view: ViewId,
    entities: [EntityId; 2],
    version: u32,
    fetched: Vec<usize>,
}

impl Page {
    fn new() -> Self {
        let mut app = App::new(Settings {
            client: "tab".into(),
            ..Settings::default()
        });
        let view = app.views_mut().add();
        let entities = [app.entities_mut().add(), app.entities_mut().add()];
        app_support::connect(&mut app, NOW, None);
        let mut page = Self {
            app,
            now: NOW,
            stream: None,
            view,
            entities,
            version: 1,
            fetched: Vec::new(),
        };
        page.drain();
        page.event("put", NODE);
        page.app.show(page.now, Some(view), None);
        page.drain();
        page
    }

    fn event(&mut self, event: &str, data: &str) {
        app_support::arrive(&mut self.app, self.now, self.stream, event, "/", data);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.app.poll(self.now) {
            match output {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::CallHook { revision, .. } => {
                    self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
                    if self.app.visit_hook(self.view) && self.app.visit_walk(self.view) {
                        for entity in self.entities {
                            self.app.visit_entity(entity, None);
                        }
                    }
                    self.app.leave_pass();
                }
                Output::Fetch { entity, flight } => {
                    let index = self.entities.iter().position(|known| *known == entity);
                    self.fetched.push(index.expect("one of the page"));
                    self.app
                        .fetch_settled(self.now, entity, flight, Outcome::Done);
                }
                _ => {}
            }
        }
    }

    /// One change of this origin. What was fetched for it.
    fn change(&mut self, origin: &str) -> Vec<usize> {
        self.version += 1;
        let data = format!(
            r#"{{"updated":{0},"version":{0},"origin":"{origin}"}}"#,
            self.version
        );
        self.event("patch", &data);
        std::mem::take(&mut self.fetched)
    }

    /// A write of the first entity.
    fn write(&mut self) -> (WriteId, String) {
        let write = self.app.write_started(self.now, &self.entities[..1], &[]);
        let name = self.app.write_name(write);
        (write, name)
    }

    fn end(&mut self, write: WriteId, done: bool, given: bool) -> Vec<usize> {
        self.app.write_settled(self.now, write, done, given);
        self.drain();
        std::mem::take(&mut self.fetched)
    }
}

#[test]
fn an_echo_before_the_answer_leaves_out_what_the_answer_will_give() {
    let mut page = Page::new();
    let (write, name) = page.write();
    assert_eq!(page.change(&name), [1]);
    assert_eq!(
        page.change(&name),
        [1],
        "one write may tell of several changes"
    );
    assert!(page.end(write, true, true).is_empty());
    assert_eq!(page.change("other"), [0, 1]);
}

#[test]
fn an_echo_after_the_answer_does_so_once() {
    let mut page = Page::new();
    let (write, name) = page.write();
    assert!(page.end(write, true, true).is_empty());
    assert_eq!(page.change(&name), [1]);
    assert_eq!(page.change(&name), [0, 1]);
}

#[test]
fn a_write_that_fails_or_gives_nothing_back_is_fetched() {
    for (done, given) in [(false, false), (false, true), (true, false)] {
        let mut page = Page::new();
        let (write, name) = page.write();
        assert_eq!(page.change(&name), [1]);
        assert_eq!(page.end(write, done, given), [0], "{done} {given}");
        assert_eq!(page.change(&name), [0, 1]);
    }
}

#[test]
fn an_echo_in_company_is_fetched() {
    let mut page = Page::new();
    let (write, name) = page.write();
    page.app.hide();
    assert!(page.change("other").is_empty());
    assert!(page.change(&name).is_empty());
    page.end(write, true, true);
    page.app.reveal(page.now);
    page.drain();
    assert_eq!(page.fetched, [0, 1], "the other change was of anything");
}

#[test]
fn several_echoes_at_once_are_left_out() {
    let mut page = Page::new();
    let ((first, first_name), (second, second_name)) = (page.write(), page.write());
    page.app.hide();
    page.change(&second_name);
    page.change(&first_name);
    page.end(first, true, true);
    page.end(second, true, true);
    page.app.reveal(page.now);
    page.drain();
    assert_eq!(page.fetched, [1]);
}

#[test]
fn other_names_are_no_echoes() {
    let mut page = Page::new();
    let (write, name) = page.write();
    page.end(write, true, true);
    for origin in ["tab", "tab-", "tab-99", "other-1", "ta", "tab-1x", "tab--1"] {
        assert_eq!(page.change(origin), [0, 1], "{origin}");
    }
    assert_eq!(page.change(&name), [1]);
}

#[test]
fn an_echo_comes_within_a_minute_of_the_answer_or_is_none() {
    let mut page = Page::new();
    let (write, name) = page.write();
    page.end(write, true, true);
    page.now = page.now + Millis::from_secs(60);
    assert_eq!(page.change(&name), [0, 1]);
}

#[test]
fn an_entity_that_takes_over_a_number_takes_over_no_echo() {
    let mut page = Page::new();
    let (_, name) = page.write();
    page.app.forget_entity(page.entities[0]);
    page.entities[0] = page.app.entities_mut().add();
    assert_eq!(page.change(&name), [0, 1]);
}

#[test]
fn more_writes_than_are_remembered_cost_fetches_and_nothing_else() {
    let mut page = Page::new();
    let writes: Vec<_> = (0..100).map(|_| page.write()).collect();
    for (write, _) in &writes {
        page.end(*write, true, true);
    }
    assert_eq!(page.change(&writes[0].1), [0, 1]);
    assert_eq!(page.change(&writes[99].1), [1]);
}

#[test]
fn who_caused_a_change_does_not_wait_for_its_place_in_the_spread() {
    let mut page = Page::new();
    let (_, name) = page.write();
    page.version += 1;
    let data = format!(r#"{{"updated":9,"version":2,"origin":"{name}","spread":10000}}"#);
    page.event("patch", &data);
    assert_eq!(page.fetched, [1]);
}
