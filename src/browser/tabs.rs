//! One stream for all tabs of a user: the tab that holds the lock leads, and posts what it knows to a channel.
//!
//! Both belong to the origin (Web Locks, BroadcastChannel) and are named after the feed, so tabs of another user hear nothing.
//!
//! The lock manager is declared here, since web-sys has it only with `--cfg web_sys_unstable_apis`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use js_sys::futures::spawn_local;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

use super::{get, global, has_method};

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        callback: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// What a tab hears.
#[derive(Debug)]
pub(crate) enum TabFact {
    /// This tab holds the lock.
    Lead,
    /// Another tab asks what this one knows.
    Asked,
    /// The leading tab sends its state, and its value as the data of a `put`, if it has one.
    Heard(String, Option<String>),
}

/// Whether this page can share a stream. Without a lock manager (or a secure context) each tab has its own.
pub(crate) fn can_share() -> bool {
    global::<JsValue>("document").is_some()
        && has_method(&js_sys::global(), "BroadcastChannel")
        && locks().is_some()
}

fn locks() -> Option<LockManager> {
    let navigator = global::<JsValue>("navigator")?;
    get(&navigator, "locks").filter(|locks: &LockManager| has_method(locks, "request"))
}

/// A tab's membership among those that share one feed. Dropping it leaves them.
#[must_use]
pub(crate) struct Tabs {
    name: String,
    report: Rc<dyn Fn(TabFact)>,
    member: RefCell<Option<Rc<Member>>>,
}

/// The channel, and the wait for the lock or its possession.
struct Member {
    /// None where the browser refuses one: then this tab is alone.
    channel: Option<BroadcastChannel>,
    listener: RefCell<Option<EventListener>>,
    /// Ends the wait for the lock.
    wait: AbortController,
    /// Gives the lock back.
    release: RefCell<Option<Function>>,
}

impl Tabs {
    /// For the feed of this name. Nothing is joined before the first `ask`.
    pub(crate) fn new(name: String, report: impl Fn(TabFact) + 'static) -> Self {
        Self {
            name,
            report: Rc::new(report),
            member: RefCell::default(),
        }
    }

    /// Waits for the lock, if it doesn't yet, and asks the leading tab for its state and value.
    pub(crate) fn ask(&self) {
        if self.member.borrow().is_none() {
            self.join();
        }
        let question = Object::new();
        let _ = Reflect::set(&question, &"ask".into(), &JsValue::TRUE);
        self.post(&question);
    }

    /// Sends the other tabs this state, and the value as the data of a `put`.
    pub(crate) fn send(&self, state: &str, data: Option<&str>) {
        let message = Object::new();
        let _ = Reflect::set(&message, &"state".into(), &state.into());
        let _ = Reflect::set(&message, &"data".into(), &data.into());
        self.post(&message);
    }

    /// Gives up waiting for the lock, or gives the lock to the next tab.
    pub(crate) fn leave(&self) {
        self.member.take();
    }

    fn post(&self, message: &Object) {
        let member = self.member.borrow().clone();
        if let Some(channel) = member.as_ref().and_then(|member| member.channel.as_ref()) {
            // Plain data can always be posted; a channel that was closed meanwhile has nobody to reach.
            let _ = channel.post_message(message);
        }
    }

    fn join(&self) {
        // No browser that has locks is without one.
        let Ok(wait) = AbortController::new() else {
            return;
        };
        let member = Rc::new(Member {
            channel: BroadcastChannel::new(&self.name).ok(),
            listener: RefCell::default(),
            wait,
            release: RefCell::default(),
        });
        if let Some(channel) = &member.channel {
            let report = Rc::downgrade(&self.report);
            let listener = EventListener::new(channel, "message", move |event| {
                if let (Some(report), Some(fact)) = (report.upgrade(), read(event.unchecked_ref()))
                {
                    report(fact);
                }
            });
            member.listener.replace(Some(listener));
        }
        self.member.replace(Some(Rc::clone(&member)));
        self.wait(&member);
    }

    fn wait(&self, member: &Rc<Member>) {
        let left = Promise::new(&mut |resolve, _| {
            member.release.replace(Some(resolve));
        });
        let lead = self.leader(member);
        let granted = {
            let lead = lead.clone();
            Closure::once_into_js(move |_lock: JsValue| {
                // The promise that is returned holds the lock until it is resolved.
                if lead() {
                    left.into()
                } else {
                    JsValue::UNDEFINED
                }
            })
        };
        let options = Object::new();
        let _ = Reflect::set(&options, &"signal".into(), &member.wait.signal());
        // Without a channel there is nothing to hear while it waits.
        let locks = locks().filter(|_| member.channel.is_some());
        let request = locks.map(|locks| locks.request(&self.name, &options, &granted));
        spawn_local(async move {
            let refused = match request {
                Some(Ok(request)) => request.await.is_err(),
                _ => true,
            };
            // Where there is no lock to be had (in a sandboxed frame, say), every tab leads itself.
            if refused {
                lead();
            }
        });
    }

    /// Reports that this tab leads, unless it has left; says whether.
    fn leader(&self, member: &Rc<Member>) -> impl Fn() -> bool + Clone + 'static {
        let (member, report): (Weak<Member>, _) =
            (Rc::downgrade(member), Rc::downgrade(&self.report));
        move || {
            let joined = member.upgrade().is_some();
            if let Some(report) = report.upgrade().filter(|_| joined) {
                report(TabFact::Lead);
            }
            joined
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.listener.take();
        if let Some(channel) = &self.channel {
            channel.close();
        }
        self.wait.abort();
        if let Some(release) = self.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// A message of another tab; `None` for one that this version doesn't know.
fn read(event: &MessageEvent) -> Option<TabFact> {
    let message = event.data();
    if get::<JsValue>(&message, "ask").is_some_and(|ask| ask == JsValue::TRUE) {
        return Some(TabFact::Asked);
    }
    let text = |name| get::<JsValue>(&message, name).and_then(|value| value.as_string());
    Some(TabFact::Heard(text("state")?, text("data")))
}
