//! An engine in a page whose network, events and host a test controls.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect, JSON};
use remote_refresh::app::Engine;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/world.js")]
extern "C" {
    pub(crate) type Network;
    #[wasm_bindgen(constructor)]
    fn new() -> Network;
    #[wasm_bindgen(method)]
    fn count(this: &Network) -> usize;
    #[wasm_bindgen(method)]
    fn request(this: &Network, index: usize) -> Request;
    #[wasm_bindgen(method)]
    fn uninstall(this: &Network);

    pub(crate) type Request;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn url(this: &Request) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn accept(this: &Request) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn cache(this: &Request) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn cancelled(this: &Request) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn aborted(this: &Request) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn respond(this: &Request, status: u16);
    #[wasm_bindgen(method, js_name = respondWithoutBody)]
    pub(crate) fn respond_without_body(this: &Request, status: u16);
    #[wasm_bindgen(method)]
    pub(crate) fn write(this: &Request, bytes: &[u8]);
    #[wasm_bindgen(method)]
    pub(crate) fn end(this: &Request);
    #[wasm_bindgen(method, js_name = breakOff)]
    pub(crate) fn break_off(this: &Request, message: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn fail(this: &Request, message: &str);

    type World;
    #[wasm_bindgen(constructor)]
    fn new() -> World;
    #[wasm_bindgen(method)]
    fn host(this: &World) -> JsValue;
    #[wasm_bindgen(method)]
    fn react(this: &World, call: &str, reaction: &Function);
    #[wasm_bindgen(method)]
    fn take(this: &World) -> Array;

    fn turn() -> js_sys::Promise;
    #[wasm_bindgen(js_name = dispatchOnWindow)]
    pub(crate) fn dispatch_on_window(event: &str);
    #[wasm_bindgen(js_name = dispatchOnDocument)]
    pub(crate) fn dispatch_on_document(event: &str);
    #[wasm_bindgen(js_name = showPage)]
    pub(crate) fn show_page(persisted: bool);
    pub(crate) fn becomes(visibility: &str);
    #[wasm_bindgen(js_name = forgetVisibility)]
    fn forget_visibility();

    pub(crate) type Listeners;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Listeners;
    #[wasm_bindgen(method)]
    pub(crate) fn stop(this: &Listeners) -> i32;
}

/// Turns of the event loop that are waited for a condition.
const PATIENCE: u32 = 4000;

/// Lets what is due happen: promises, and timers of a few milliseconds.
pub(crate) async fn a_turn() {
    turn().await.expect("a timer does not reject");
}

/// An engine, its network and the log of its calls. Dropping it restores the browser; the engine cleans up for itself.
pub(crate) struct Page {
    pub(crate) engine: Rc<Engine>,
    network: Network,
    world: World,
    log: RefCell<Vec<String>>,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.network.uninstall();
        forget_visibility();
    }
}

impl Page {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let engine = Engine::new(world.host().unchecked_into(), &Object::new());
        Self {
            engine: Rc::new(engine.expect("no options are valid options")),
            network: Network::new(),
            world,
            log: RefCell::default(),
        }
    }

    /// A page whose feed is open and has this value.
    pub(crate) async fn connected(value: &str) -> Self {
        let page = Self::new();
        page.connect(1);
        let request = page.request(0).await;
        request.respond(200);
        request.write(put("/", value).as_bytes());
        page.until("feed 1 open").await;
        page.take();
        page
    }

    /// Connects the feed of this number, which belongs to the user of the same.
    pub(crate) fn connect(&self, feed: u32) {
        connect(&self.engine, feed);
    }

    /// The request of this index, once it is made.
    pub(crate) async fn request(&self, index: usize) -> Request {
        for _ in 0..PATIENCE {
            if self.network.count() > index {
                return self.network.request(index);
            }
            a_turn().await;
        }
        panic!("request {index} was never made");
    }

    /// How many views and entities the engine knows.
    pub(crate) fn known(&self) -> f64 {
        let state = self.engine.state();
        let count = |name: &str| Reflect::get(&state, &name.into()).ok()?.as_f64();
        count("views").expect("a count") + count("entities").expect("a count")
    }

    pub(crate) fn requests(&self) -> usize {
        self.network.count()
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
        panic!("waited in vain for {line:?} in {:?}", self.log.borrow());
    }

    fn gather(&self) {
        let lines = self.world.take();
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
        self.world
            .react(call, &reaction.into_js_value().unchecked_into());
    }

    /// Shows a new page view whose hook refreshes it, as the walk does.
    pub(crate) fn show_view(&self) -> u32 {
        let view = self.engine.add_view();
        let engine = Rc::downgrade(&self.engine);
        self.react("callHook", move |view, pass| {
            let engine = engine.upgrade().expect("the page is there");
            engine.enter_pass(pass, true);
            engine.visit_hook(view);
            engine.leave_pass();
        });
        show(&self.engine, view);
        view
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

/// A `put` as it is on the wire.
pub(crate) fn put(path: &str, value: &str) -> String {
    format!("event: put\ndata: {{\"path\":\"{path}\",\"data\":{value}}}\n\n")
}
