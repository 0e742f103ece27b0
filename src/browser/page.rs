//! The page's events, as facts. Where there is no page (Node, a worker) there are none.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget, PageTransitionEvent};

use super::{get, global, has_method};

/// What happened to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageEvent {
    /// The browser has a network again.
    Online,
    /// The browser lost its network.
    Offline,
    /// The page came back from the back/forward cache.
    Restored,
    /// The page is about to be frozen, or put into that cache.
    Suspended,
    /// A frozen page goes on.
    Resumed,
    /// The page may be visible now, or hidden.
    VisibilityChanged,
}

/// Listens to the page until it is dropped.
#[must_use]
pub(crate) struct PageEvents {
    /// gloo-events removes them when they are dropped.
    _listeners: Vec<EventListener>,
}

impl PageEvents {
    /// Reports each event of the page, if there is a page.
    pub(crate) fn new(report: impl Fn(PageEvent) + 'static) -> Self {
        let report = Rc::new(report);
        let mut listeners = Vec::new();
        let mut listen = |target: &str, name: &'static str, event: PageEvent, persisted: bool| {
            let target = global::<EventTarget>(target);
            let Some(target) = target.filter(|target| has_method(target, "addEventListener"))
            else {
                return;
            };
            let report = Rc::clone(&report);
            listeners.push(EventListener::new(&target, name, move |fired| {
                // `pageshow` and `pagehide` also fire for pages that are loaded and left.
                if !persisted || is_persisted(fired) {
                    report(event);
                }
            }));
        };
        listen("window", "online", PageEvent::Online, false);
        listen("window", "offline", PageEvent::Offline, false);
        listen("window", "pageshow", PageEvent::Restored, true);
        listen("window", "pagehide", PageEvent::Suspended, true);
        listen(
            "document",
            "visibilitychange",
            PageEvent::VisibilityChanged,
            false,
        );
        // A page in the background may be frozen, and goes on later (Page Lifecycle API).
        listen("document", "freeze", PageEvent::Suspended, false);
        listen("document", "resume", PageEvent::Resumed, false);
        Self {
            _listeners: listeners,
        }
    }
}

fn is_persisted(event: &Event) -> bool {
    event.unchecked_ref::<PageTransitionEvent>().persisted()
}

/// Whether the page cannot be seen. Where there is no page, nobody is kept from seeing it.
pub(crate) fn is_hidden() -> bool {
    let state =
        global::<JsValue>("document").and_then(|page| get::<JsValue>(&page, "visibilityState"));
    state.is_some_and(|state| state == "hidden")
}

/// What the browser says of its network; `true` where it says nothing.
pub(crate) fn is_online() -> bool {
    let navigator =
        global::<JsValue>("window").and_then(|window| get::<JsValue>(&window, "navigator"));
    let online = navigator.and_then(|navigator| get::<JsValue>(&navigator, "onLine"));
    online.and_then(|online| online.as_bool()).unwrap_or(true)
}
