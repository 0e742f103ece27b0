//! An engine whose network, host, clock and page a test controls.
#![allow(
    dead_code,
    unused_imports,
    reason = "two programs share this; neither uses all of it"
)]

mod bindings;
mod user;
mod values;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Reflect, JSON};
use remote_refresh::app::{Engine, Whose};
use wasm_bindgen::prelude::*;

pub(crate) use bindings::{
    becomes, becomes_silently, dispatch_on_document, dispatch_on_window, hide_page, js, show_page,
    Listeners, Neighbour, Provided, Refusal, Request, Snapshot, World,
};
pub(crate) use user::User;
pub(crate) use values::{field, json, names, put, refused};

/// Turns of the event loop that are waited for a condition.
const PATIENCE: u32 = 2000;

/// Lets what is due happen: promises, and timers of a few milliseconds.
pub(crate) async fn a_turn() {
    bindings::turn().await.expect("a timer does not reject");
}

/// The network that a test controls. Dropping it restores the browser's.
struct Network(bindings::Network);

impl Drop for Network {
    fn drop(&mut self) {
        self.0.uninstall();
    }
}

/// Time that stands still, and timers that wait. Dropping it restores the browser's.
pub(crate) struct Clock(bindings::Clock);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(bindings::Clock::new())
    }

    /// How many timers were set so far.
    pub(crate) fn set(&self) -> u32 {
        self.0.set()
    }

    /// The delays of the timers that wait, in milliseconds.
    pub(crate) fn delays(&self) -> Vec<f64> {
        self.0.delays()
    }

    /// Moves the time on; timers fire when they are due.
    pub(crate) fn advance(&self, milliseconds: f64) {
        self.0.advance(milliseconds);
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.0.restore();
    }
}

/// An engine, its network and the log of its calls. Dropping it restores the page; the engine cleans up for itself.
pub(crate) struct Page {
    pub(crate) engine: Rc<Engine>,
    pub(crate) world: World,
    network: Rc<Network>,
    log: RefCell<Vec<String>>,
}

impl Drop for Page {
    fn drop(&mut self) {
        bindings::forget_visibility();
    }
}

impl Page {
    pub(crate) fn new() -> Self {
        Self::with("{}")
    }

    /// A page whose `createApp` was given these options, an expression of JavaScript.
    pub(crate) fn with(options: &str) -> Self {
        Self::on(Rc::new(Network(bindings::Network::new())), options)
    }

    /// Another page with the same network.
    pub(crate) fn beside(other: &Self) -> Self {
        Self::on(Rc::clone(&other.network), "{}")
    }

    fn on(network: Rc<Network>, options: &str) -> Self {
        let world = World::new();
        let engine = Engine::new(world.host().unchecked_into(), &js(options));
        Self {
            engine: Rc::new(engine.expect("the options are valid")),
            world,
            network,
            log: RefCell::default(),
        }
    }

    /// A page whose feed is open and has this value.
    pub(crate) async fn connected(value: &str) -> Self {
        let page = Self::new();
        page.connect(1);
        page.open(0, value).await;
        page.take();
        page
    }

    /// A page whose feed has a provider that brought this value, an expression of JavaScript.
    pub(crate) async fn provided(value: &str) -> Self {
        let page = Self::new();
        page.world.provide();
        let options = js("{ provider() {} }");
        page.engine.connect(1, &options).expect("valid options");
        let stream = page.world.provided();
        stream.value(&js(value)).expect("a value that can be sent");
        page.until("feed 1 open").await;
        page.take();
        page
    }

    /// Answers the request of this index with this value.
    pub(crate) async fn open(&self, index: usize, value: &str) {
        let request = self.request(index).await;
        request.respond(200);
        request.write(put("/", value).as_bytes());
        self.until("feed 1 open").await;
    }

    /// Connects the feed of this number, which belongs to the user of the same.
    pub(crate) fn connect(&self, feed: u32) {
        connect(&self.engine, feed);
    }

    /// Connects feed 1 with these options, an expression of JavaScript, besides an address and a user.
    pub(crate) fn connect_with(&self, options: &str) {
        self.connect_as(1, options);
    }

    /// The same, with the feed of this number.
    pub(crate) fn connect_as(&self, feed: u32, options: &str) {
        let options = ["{ url: 'https://feed.test', uid: 'u1', ...", options, " }"].concat();
        let connected = self.engine.connect(feed, &js(&options));
        connected.expect("valid options");
    }

    /// The request of this index, once it is made.
    pub(crate) async fn request(&self, index: usize) -> Request {
        for _ in 0..PATIENCE {
            if self.requests() > index {
                return self.network.0.request(index);
            }
            a_turn().await;
        }
        panic!("request {index} was never made");
    }

    pub(crate) fn requests(&self) -> usize {
        self.network.0.count()
    }

    /// The next call of `fetch` throws an error with this message.
    pub(crate) fn throw_once(&self, message: &str) {
        self.network.0.throw_once(message);
    }

    /// How many views and entities the engine knows.
    pub(crate) fn known(&self) -> f64 {
        let state = self.engine.state();
        let count = |name: &str| Reflect::get(&state, &name.into()).ok()?.as_f64();
        count("views").expect("a count") + count("entities").expect("a count")
    }

    /// Waits until the log has a line that begins like this.
    pub(crate) async fn until(&self, line: &str) {
        for _ in 0..PATIENCE {
            self.gather();
            if self.log.borrow().iter().any(|have| have.starts_with(line)) {
                return;
            }
            a_turn().await;
        }
        panic!("{line:?} never came: {:?}", self.log.borrow());
    }

    /// Waits until the other tab heard this, as JSON. Returns all that it heard.
    pub(crate) async fn until_heard(&self, neighbour: &Neighbour, message: &str) -> Vec<String> {
        let mut heard = Vec::new();
        for _ in 0..PATIENCE {
            heard.extend(neighbour.take());
            if heard.iter().any(|have| have == message) {
                return heard;
            }
            a_turn().await;
        }
        panic!("{message} never came: {heard:?}");
    }

    fn gather(&self) {
        let lines: Array = self.world.take();
        self.log
            .borrow_mut()
            .extend(lines.iter().filter_map(|line| line.as_string()));
    }

    /// The log so far, which then starts anew.
    pub(crate) fn take(&self) -> Vec<String> {
        self.gather();
        self.log.take()
    }

    /// Calls `reaction` whenever the engine calls the host so, with the number and the pass it is about.
    pub(crate) fn react(&self, call: &str, reaction: impl Fn(u32, u32) + 'static) {
        let reaction: Closure<dyn Fn(u32, u32)> = Closure::new(reaction);
        let reaction: Function = reaction.into_js_value().unchecked_into();
        self.world.react(call, &reaction);
    }

    /// Runs this, an expression of JavaScript that is a function, whenever the engine calls the host so.
    pub(crate) fn react_in_js(&self, call: &str, reaction: &str) {
        self.world.react(call, js(reaction).unchecked_ref());
    }

    /// Shows a new page view whose hook refreshes it, as the walk does.
    pub(crate) fn show_view(&self) -> u32 {
        let view = self.engine.add_view();
        let engine = Rc::downgrade(&self.engine);
        self.react("callHook", move |view, pass| {
            let engine = engine.upgrade().expect("the page is there");
            engine.enter_pass(Whose::Ours, pass);
            engine.visit_hook(view);
            engine.leave_pass();
        });
        show(&self.engine, view);
        view
    }

    /// Notes the number of each fetch, newest last.
    pub(crate) fn flights(&self) -> Rc<RefCell<Vec<u32>>> {
        let flights: Rc<RefCell<Vec<u32>>> = Rc::default();
        let noted = Rc::clone(&flights);
        self.react("fetch", move |_, flight| noted.borrow_mut().push(flight));
        flights
    }
}

pub(crate) fn connect(engine: &Engine, feed: u32) {
    let options = format!(
        r#"{{"url":"https://feed.test","uid":"u{feed}","reconnectionDelay":1,"shareTabs":false}}"#
    );
    let options = JSON::parse(&options).expect("valid JSON");
    engine.connect(feed, &options).expect("valid options");
}

pub(crate) fn show(engine: &Engine, view: u32) {
    engine
        .show(Some(view), &JsValue::UNDEFINED)
        .expect("no `since` is a valid one");
}
