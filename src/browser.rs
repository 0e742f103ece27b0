//! The page's own events, as facts for the core. Where there is no page (Node, a worker) there are none.

use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use remote_refresh_core::feed::message::FeedInput;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, PageTransitionEvent, VisibilityState};

use crate::engine::Inner;

/// What the browser says of its network; `true` where it says nothing.
pub(crate) fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Whether the page cannot be seen.
pub(crate) fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| hidden(&document))
}

fn hidden(document: &Document) -> bool {
    document.visibility_state() == VisibilityState::Hidden
}

/// Listens to the page for as long as the listeners live.
pub(crate) fn listen(engine: &Weak<Inner>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let mut listeners = vec![
        on(&window, "online", engine, |engine, _| engine.online()),
        on(&window, "offline", engine, |engine, _| engine.offline()),
        on(&window, "pageshow", engine, |engine, event| {
            if event.unchecked_ref::<PageTransitionEvent>().persisted() {
                engine.restore();
            }
        }),
        on(&window, "pagehide", engine, |engine, event| {
            if event.unchecked_ref::<PageTransitionEvent>().persisted() {
                engine.suspend();
            }
        }),
    ];
    if let Some(document) = window.document() {
        listeners.push(on(&document, "visibilitychange", engine, |engine, _| {
            engine.look(is_hidden())
        }));
        // A page in the background may be frozen, and goes on later (Page Lifecycle API).
        listeners.push(on(&document, "freeze", engine, |engine, _| {
            engine.suspend();
        }));
        listeners.push(on(&document, "resume", engine, |engine, _| {
            engine.feed_input(FeedInput::Restored);
            engine.look(is_hidden());
        }));
    }
    listeners
}

fn on(
    target: &EventTarget,
    event: &'static str,
    engine: &Weak<Inner>,
    act: fn(&Rc<Inner>, &Event),
) -> EventListener {
    let engine = engine.clone();
    EventListener::new(target, event, move |event| {
        if let Some(engine) = engine.upgrade() {
            act(&engine, event);
        }
    })
}
