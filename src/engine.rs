//! The class that `js/app.js` drives.
//!
//! Every method takes a fact to the core and then carries out the core's orders, one by one, with no
//! borrow alive while JavaScript runs (*decide, then act*). A call from inside a handler only adds its
//! fact; the loop that is already running carries out what follows.

mod requests;

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use remote_refresh_core::app::{App, Output, Snapshot};
use remote_refresh_core::change::ModelChange;
use remote_refresh_core::feed::message::{FeedInput, RequestId};
use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::feed::Feed;
use remote_refresh_core::refresh::{EntityId, FlightId, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;
use remote_refresh_core::wire::{Key, Leaf, Node};
use wasm_bindgen::prelude::*;

use crate::browser::{Browser, Page};
use crate::host::Host;
use crate::json;
use crate::options;
use crate::snapshot::DataSnapshot;

/// The longest delay a browser's timer can take, in milliseconds.
const MAX_DELAY: u64 = 2_147_483_647;

/// The engine of one App.
#[wasm_bindgen]
pub struct Engine(Rc<Inner>);

pub(crate) struct Inner {
    app: RefCell<App>,
    host: Host,
    browser: Browser,
    /// When the one real timer fires.
    timer: Cell<Option<Millis>>,
    /// Orders are being carried out further up the stack.
    carrying_out: Cell<bool>,
    /// Where the user's node is, for the snapshots' `ref()`.
    node_url: RefCell<Rc<str>>,
}

#[wasm_bindgen]
impl Engine {
    /// An engine that calls `host`. `options` are those of `createApp`.
    ///
    /// # Errors
    /// `invalid-options` says which option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, options: JsValue) -> Result<Engine, JsValue> {
        let mut app = App::new(options::settings(&options, random())?);
        if Browser::is_hidden() {
            app.hide();
        }
        Ok(Self(Rc::new_cyclic(|engine| Inner {
            app: RefCell::new(app),
            browser: Browser::new(Page(engine.clone()), &host),
            host,
            timer: Cell::new(None),
            carrying_out: Cell::new(false),
            node_url: RefCell::new("".into()),
        })))
    }

    /// Opens a feed instead of the one there is; its states will be reported under `feed`. `auth` is `none`, `fixed` or `renewable`;
    /// `shared` when other tabs may have its stream.
    ///
    /// # Errors
    /// Says which option is wrong; the feed there is stays open then.
    pub fn connect(
        &self,
        feed: u32,
        options: JsValue,
        auth: &str,
        since: JsValue,
        shared: bool,
    ) -> Result<(), JsValue> {
        let endpoint = options::endpoint(&options)?;
        let timing = options::timing(&options)?;
        let since = options::since(&since)?;
        let auth = options::auth(auth);
        *self.0.node_url.borrow_mut() = endpoint.node_url().into();
        self.0.act(|app, now| {
            app.connect(now, feed, since, |seed, last_id| {
                let online = Browser::is_online();
                let feed = Feed::new(endpoint, auth, timing, online, seed, last_id, json::read);
                if shared {
                    feed.shared()
                } else {
                    feed
                }
            });
        });
        Ok(())
    }

    /// Closes the feed.
    pub fn close(&self) {
        self.0.act(App::close);
    }

    /// This tab holds the lock of the tabs that share the feed.
    pub fn lead(&self) {
        self.0.feed_input(FeedInput::Lead);
    }

    /// Another tab asks what this one knows.
    #[wasm_bindgen(js_name = askedByTab)]
    pub fn asked_by_tab(&self) {
        self.0.act(|app, _| app.asked_by_tab());
    }

    /// The leading tab says its state, and its value as the JSON of a `put`, if it has one.
    pub fn heard(&self, state: &str, data: Option<String>) {
        // A state this version doesn't know comes from another one; its next message may be understood.
        if let Some(state) = FeedState::from_name(state) {
            self.0.feed_input(FeedInput::Heard(state, data.as_deref()));
        }
    }

    /// The app has new credentials, to be had in this way: `none`, `fixed` or `renewable`.
    #[wasm_bindgen(js_name = credentialsChanged)]
    pub fn credentials_changed(&self, auth: &str) {
        self.0
            .feed_input(FeedInput::CredentialsChanged(options::auth(auth)));
    }

    /// The app's `auth` function answered.
    #[wasm_bindgen(js_name = tokenArrived)]
    pub fn token_arrived(&self, request: u32, token: Option<String>) {
        self.0
            .feed_input(FeedInput::TokenArrived(RequestId(request), token));
    }

    /// The app's `auth` function failed, with an error that says this.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(&self, request: u32, message: &str) {
        self.0
            .feed_input(FeedInput::TokenFailed(RequestId(request), message));
    }

    /// Displays a page view, or none.
    ///
    /// # Errors
    /// `invalid-since`.
    pub fn show(&self, page: Option<u32>, since: JsValue) -> Result<(), JsValue> {
        let since = options::since(&since)?;
        self.0
            .act(|app, now| app.show(now, page.map(ViewId), since));
        Ok(())
    }

    /// A number for a view.
    #[wasm_bindgen(js_name = addView)]
    pub fn add_view(&self) -> u32 {
        self.0.app.borrow_mut().views_mut().add().0
    }

    /// The view with this number was collected.
    #[wasm_bindgen(js_name = forgetView)]
    pub fn forget_view(&self, view: u32) {
        self.0.app.borrow_mut().forget_view(ViewId(view));
    }

    /// A number for a model or collection.
    #[wasm_bindgen(js_name = addEntity)]
    pub fn add_entity(&self) -> u32 {
        self.0.app.borrow_mut().entities_mut().add().0
    }

    /// The model or collection with this number was collected.
    #[wasm_bindgen(js_name = forgetEntity)]
    pub fn forget_entity(&self, entity: u32) {
        self.0.act(|app, _| app.forget_entity(EntityId(entity)));
    }

    /// How the entity with this number stands, as flags: 1 a refresh is under way, 2 a request of the app's own, 4 it owes a fetch,
    /// 8 it waits for the user's work, 16 it gave up; and 32 times the time at which it tries again. Below 0 what the App waits for:
    /// −1 as flags, 1 another tab has the stream, 2 the page owes a refresh; then when −2 the stream is tried again, −3 a new token
    /// is asked for, −4 a change that waits is answered; −5 how many views and entities are known. Times are in ms since 1970,
    /// or 0.
    pub fn inspect(&self, what: i32) -> f64 {
        let mut app = self.0.app.borrow_mut();
        let number = if let Ok(entity) = u32::try_from(what) {
            let debt = app.debt(EntityId(entity));
            let flags = [
                debt.given_up,
                debt.held,
                debt.owes,
                debt.requested,
                debt.fetching,
            ];
            flags
                .into_iter()
                .fold(debt.retry_at.unwrap_or_default().0, |bits, flag| {
                    2 * bits + u64::from(flag)
                })
        } else {
            let outlook = app.outlook();
            match what {
                -1 => u64::from(outlook.follows) + 2 * u64::from(outlook.page_owes),
                -2 => outlook.retry_at.unwrap_or_default().0,
                -3 => outlook.renew_at.unwrap_or_default().0,
                -4 => outlook.answer_at.unwrap_or_default().0,
                _ => (app.views_mut().len() + app.entities_mut().len()) as u64,
            }
        };
        number as f64
    }

    /// Opens the pass of a snapshot, ours or somebody else's; 0 for one of none. Returns its revision.
    #[wasm_bindgen(js_name = enterPass)]
    pub fn enter_pass(&self, revision: u32, ours: bool) -> u32 {
        let snapshot = if ours {
            Snapshot::OfFeed
        } else {
            Snapshot::Foreign
        };
        let snapshot = (revision != 0).then_some(snapshot(Revision(revision)));
        self.0.app.borrow_mut().enter_pass(snapshot).0
    }

    /// Closes the pass that was opened last.
    #[wasm_bindgen(js_name = leavePass)]
    pub fn leave_pass(&self) {
        self.0.app.borrow_mut().leave_pass();
        let outermost = !self.0.app.borrow().is_in_pass();
        if outermost {
            self.0.carry_out_all();
        }
    }

    /// Whether to call this view's `remoteRefresh` in the pass under way.
    #[wasm_bindgen(js_name = visitHook)]
    pub fn visit_hook(&self, view: u32) -> bool {
        self.0.app.borrow_mut().visit_hook(ViewId(view))
    }

    /// Whether to refresh what this view shows in the pass under way.
    #[wasm_bindgen(js_name = visitWalk)]
    pub fn visit_walk(&self, view: u32) -> bool {
        self.0.app.borrow_mut().visit_walk(ViewId(view))
    }

    /// Both questions in one, for a view without a `remoteRefresh`.
    pub fn visit(&self, view: u32) -> bool {
        let mut app = self.0.app.borrow_mut();
        app.visit_hook(ViewId(view)) && app.visit_walk(ViewId(view))
    }
}

impl Inner {
    pub(crate) fn act(&self, fact: impl FnOnce(&mut App, Millis)) {
        fact(&mut self.app.borrow_mut(), now());
        self.carry_out_all();
    }

    pub(crate) fn feed_input(&self, input: FeedInput<'_>) {
        self.act(|app, now| app.feed_input(now, input));
    }

    pub(crate) fn wake(&self) {
        self.timer.set(None);
        self.act(App::wake);
    }

    fn fetch_settled(&self, entity: u32, flight: u32, outcome: Outcome) {
        self.act(|app, now| app.fetch_settled(now, EntityId(entity), FlightId(flight), outcome));
    }

    fn carry_out_all(&self) {
        if self.carrying_out.replace(true) {
            return;
        }
        loop {
            let order = self.app.borrow_mut().poll(now());
            let Some(order) = order else { break };
            self.carry_out(order);
        }
        self.carrying_out.set(false);
        self.arm();
    }

    fn carry_out(&self, order: Output) {
        match order {
            Output::RequestToken { request, fresh } => self.host.request_token(request.0, fresh),
            Output::OpenStream { stream, url } => self.browser.open_stream(stream.0, &url),
            Output::CloseStream => self.browser.close_stream(),
            Output::StateChanged {
                feed,
                previous,
                state,
                reason,
            } => {
                let (code, message) = reason
                    .as_ref()
                    .map(|reason| (reason.code, &*reason.message))
                    .unzip();
                self.host
                    .feed_state(feed, state.name(), previous.name(), code, message);
            }
            Output::Emit {
                event,
                child,
                revision,
            } => {
                let previous = child.previous.as_ref().map(Key::as_str);
                self.host.emit(
                    event,
                    self.snapshot(&child.key, child.node),
                    previous,
                    revision.0,
                );
            }
            Output::EmitModel { model, revision } => self.emit_model(model, revision),
            Output::AskLeader { feed } => self.host.ask_leader(feed),
            Output::TellTabs { feed } => self.tell_tabs(feed),
            Output::StepDown { feed, rejoin } => self.host.step_down(feed, rejoin),
            Output::CallHook {
                view,
                child,
                revision,
            } => self
                .host
                .call_hook(view.0, self.snapshot(&child.key, child.node), revision.0),
            Output::ReviewPage { view } => self.host.review_page(view.0),
            // Nobody says yet what is in view: the order is that of readiness.
            Output::Locate { .. } => {}
            Output::Fetch { entity, flight } => self.host.fetch(entity.0, flight.0),
            Output::FetchExpired { entity, flight } => self.host.fetch_expired(entity.0, flight.0),
            Output::Deferred { view } => self.host.deferred(view.0),
        }
    }

    fn emit_model(&self, model: ModelChange, revision: Revision) {
        let id = leaf_to_js(model.id.as_ref());
        let url = [&**self.node_url.borrow(), "/models"].concat();
        let snapshot = DataSnapshot::of_child(&url, &model.name, Some(model.node));
        self.host.emit_model(
            model.operation.name(),
            model.name.as_str(),
            id,
            snapshot,
            revision.0,
        );
    }

    fn tell_tabs(&self, feed: u32) {
        let app = self.app.borrow();
        let Some((state, value)) = app.feed().map(|feed| {
            (
                feed.state(),
                feed.has_baseline().then(|| feed.value().cloned()),
            )
        }) else {
            return;
        };
        drop(app);
        let url = self.node_url.borrow().clone();
        let snapshot = value.map(|node| DataSnapshot::of_node(url, node));
        self.host.tell_tabs(feed, state.name(), snapshot);
    }

    fn snapshot(&self, key: &Key, node: Option<Node>) -> DataSnapshot {
        DataSnapshot::of_child(&self.node_url.borrow(), key, node)
    }

    /// Sets the real timer for what the core waits for next.
    fn arm(&self) {
        let due = self.app.borrow_mut().next_timeout();
        if self.timer.replace(due) != due {
            let delay = due.map(|at| at.since(now()).0.min(MAX_DELAY) as u32);
            self.browser.set_timer(delay);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.browser.close();
    }
}

fn leaf_to_js(leaf: Option<&Leaf>) -> JsValue {
    match leaf {
        Some(Leaf::String(text)) => JsValue::from_str(text),
        Some(Leaf::Number(number)) => JsValue::from_f64(*number),
        Some(Leaf::Bool(bool)) => JsValue::from_bool(*bool),
        None => JsValue::UNDEFINED,
    }
}

fn random() -> u64 {
    (js_sys::Math::random() * (1u64 << 53) as f64) as u64
}

fn now() -> Millis {
    // A clock before 1970 counts as 1970: a float cast saturates.
    Millis(js_sys::Date::now() as u64)
}
