//! The class that `js/app.js` drives.
//!
//! Every method takes a fact to the core and then carries out the core's orders, one by one, with no
//! borrow alive while JavaScript runs (*decide, then act*). A call from inside a handler only adds its
//! fact; the loop that is already running carries out what follows.

mod explain;
mod feed;
mod provider;
mod requests;
mod walk;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use remote_refresh_core::app::{App, Output};
use remote_refresh_core::change::ModelChange;
use remote_refresh_core::explain::{Explain, What};
use remote_refresh_core::feed::message::FeedInput;
use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::refresh::{EntityId, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;
use remote_refresh_core::wire::{Key, Node};
use wasm_bindgen::prelude::*;

use crate::browser::page::{is_hidden, PageEvent, PageEvents};
use crate::browser::stream::Stream;
use crate::browser::tabs::Tabs;
use crate::browser::timer::Timer;
use crate::error::coded;
use crate::host::Host;
use crate::inspect::{plain, AppState, EntityState, FeedStatus};
use crate::json::leaf_to_js;
use crate::options;
use crate::snapshot::DataSnapshot;

pub use provider::ProviderStream;
pub use requests::{is_write_by, Ending, Options};
pub use walk::{has_address, Meaning, Single, Whose};

/// The engine of one App.
#[wasm_bindgen]
pub struct Engine(Rc<Inner>);

pub(crate) struct Inner {
    app: RefCell<App>,
    host: Host,
    /// This, for what reports to it later.
    this: Weak<Inner>,
    _page: PageEvents,
    timer: Timer,
    stream: RefCell<Option<Stream>>,
    /// The feed's number and the tabs that it is shared with.
    tabs: RefCell<Option<(u32, Rc<Tabs>)>>,
    /// Orders are being carried out further up the stack.
    carrying_out: Cell<bool>,
    /// The steps that `App.explain` shows, once somebody has asked.
    explain: RefCell<Option<Explain>>,
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
    pub fn new(host: Host, options: &JsValue) -> Result<Engine, JsValue> {
        let mut app = App::new(options::settings(options, random())?);
        if is_hidden() {
            app.hide();
        }
        Ok(Self(Rc::new_cyclic(|this| Inner {
            app: RefCell::new(app),
            host,
            this: this.clone(),
            _page: PageEvents::new({
                let this = this.clone();
                move |event| {
                    if let Some(engine) = this.upgrade() {
                        engine.page_event(event);
                    }
                }
            }),
            timer: Timer::default(),
            stream: RefCell::default(),
            tabs: RefCell::default(),
            carrying_out: Cell::new(false),
            explain: RefCell::default(),
            node_url: RefCell::new("".into()),
        })))
    }

    // Views and entities
    // ------------------

    /// Carries out what is due by now: what a review that took several tasks has gathered is fetched.
    #[wasm_bindgen(js_name = carryOut)]
    pub fn carry_out(&self) {
        self.0.carry_out_all();
    }

    /// Displays a page view, or none.
    ///
    /// # Errors
    /// `invalid-since`.
    pub fn show(&self, page: Option<u32>, since: &JsValue) -> Result<(), JsValue> {
        let since = options::since(since)?;
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
        let view = ViewId(view);
        self.0.app.borrow_mut().forget_view(view);
        if let Some(explain) = &mut *self.0.explain.borrow_mut() {
            explain.forget_view(view);
        }
    }

    /// A number for a model or collection.
    #[wasm_bindgen(js_name = addEntity)]
    pub fn add_entity(&self) -> u32 {
        self.0.app.borrow_mut().entities_mut().add().0
    }

    /// The model or collection with this number was collected.
    #[wasm_bindgen(js_name = forgetEntity)]
    pub fn forget_entity(&self, entity: u32) {
        let entity = EntityId(entity);
        if let Some(explain) = &mut *self.0.explain.borrow_mut() {
            explain.forget_entity(entity);
        }
        // Its slot is free, if it was being fetched.
        self.0.act(|app, _| app.forget_entity(entity));
    }

    /// What the App waits for: an [`AppState`].
    pub fn state(&self) -> JsValue {
        let mut app = self.0.app.borrow_mut();
        let outlook = app.outlook();
        let (views, entities) = (app.views_mut().len(), app.entities_mut().len());
        plain(&AppState::new(&outlook, views, entities))
    }

    /// How the entity with this number stands, or one that nobody has met: an [`EntityState`].
    #[wasm_bindgen(js_name = entityState)]
    pub fn entity_state(&self, entity: Option<u32>) -> JsValue {
        let app = self.0.app.borrow();
        let status = entity.map(|entity| app.status(EntityId(entity)));
        plain(&EntityState::new(&status.unwrap_or_default()))
    }
}

impl Inner {
    pub(crate) fn act(&self, fact: impl FnOnce(&mut App, Millis)) {
        fact(&mut self.app.borrow_mut(), now());
        self.carry_out_all();
    }

    fn feed_input(&self, input: FeedInput<'_>) {
        self.act(|app, now| app.feed_input(now, input));
    }

    fn wake(&self) {
        self.timer.fired();
        self.act(App::wake);
    }

    fn page_event(&self, event: PageEvent) {
        match event {
            PageEvent::Online => self.act(App::online),
            PageEvent::Offline => self.feed_input(FeedInput::Offline),
            PageEvent::Restored => self.act(App::restore),
            PageEvent::Suspended => self.feed_input(FeedInput::Suspend),
            PageEvent::Resumed => {
                self.feed_input(FeedInput::Restored);
                self.visibility_changed();
            }
            PageEvent::VisibilityChanged => self.visibility_changed(),
        }
    }

    fn visibility_changed(&self) {
        let hidden = is_hidden();
        self.act(|app, now| if hidden { app.hide() } else { app.reveal(now) });
    }

    // Orders
    // ------

    fn carry_out_all(&self) {
        if self.carrying_out.replace(true) {
            return;
        }
        loop {
            let order = self.app.borrow_mut().poll(now());
            let Some(order) = order else { break };
            // What the app's code throws was reported there; the other orders are carried out all the same.
            let _ = self.carry_out(order);
        }
        self.carrying_out.set(false);
        self.arm();
    }

    /// What a walk has gathered is fetched when its outermost pass ends.
    fn carry_out_after_pass(&self) {
        let outermost = !self.app.borrow().is_in_pass();
        if outermost {
            self.carry_out_all();
        }
    }

    fn carry_out(&self, order: Output) -> Result<(), JsValue> {
        let host = &self.host;
        match order {
            Output::RequestToken { request, fresh } => host.request_token(request.0, fresh),
            Output::OpenStream { stream, url } => self.open_stream(stream, &url),
            Output::CloseStream => {
                self.stream.take();
                Ok(())
            }
            Output::StateChanged {
                feed,
                previous,
                state,
                reason,
            } => {
                if state == FeedState::Closed {
                    self.leave_tabs(feed)?;
                }
                let status = FeedStatus::new(state, previous, reason.as_ref());
                host.feed_state(feed, plain(&status))
            }
            Output::Emit {
                event,
                child,
                revision,
            } => {
                let key = || child.key.as_str().into();
                self.note(|| What::Child { event, key: key() }, None, None);
                let previous = child.previous.as_ref().map(Key::as_str);
                let snapshot = self.snapshot(&child.key, child.node.clone());
                host.emit(event, snapshot, previous, revision.0)
            }
            Output::EmitModel { model, revision } => self.emit_model(model, revision),
            Output::AskLeader { feed } => self.with_tabs(feed, Tabs::ask),
            Output::TellTabs { feed } => self.with_tabs(feed, |tabs| self.tell(tabs)),
            Output::StepDown { feed, rejoin: true } => self.with_tabs(feed, Tabs::leave),
            Output::StepDown {
                feed,
                rejoin: false,
            } => self.leave_tabs(feed),
            Output::CallHook {
                view,
                child,
                revision,
            } => {
                self.note(|| What::Plan, Some(view), None);
                host.call_hook(view.0, self.snapshot(&child.key, child.node), revision.0)
            }
            Output::ReviewPage { view } => host.review_page(view.0),
            Output::Locate { entities } => self.locate(&entities),
            Output::Fetch { entity, flight } => host.fetch(entity.0, flight.0),
            Output::Settled {
                entity,
                flight,
                outcome,
            } => host.settled(entity.0, flight.0, outcome == Outcome::Done),
            Output::FetchExpired { entity, flight } => {
                let why = "the fetch did not settle in time: return its promise from `fetch`, or trigger `sync` or `error` when it is over";
                host.expired(entity.0, flight.0, coded("fetch-timeout", why))
            }
            Output::Deferred { view } => host.deferred(view.0),
        }
    }

    /// Asks which of these entities are in view, and takes the answer to the core.
    fn locate(&self, entities: &[EntityId]) -> Result<(), JsValue> {
        let numbers: Vec<u32> = entities.iter().map(|entity| entity.0).collect();
        let in_view = self.host.in_view(numbers)?;
        let mut app = self.app.borrow_mut();
        for entity in in_view {
            app.in_view(EntityId(entity), true);
        }
        Ok(())
    }

    fn emit_model(&self, model: ModelChange, revision: Revision) -> Result<(), JsValue> {
        let id = leaf_to_js(model.id.as_ref());
        let url = [&**self.node_url.borrow(), "/models"].concat();
        let snapshot = DataSnapshot::of_child(&url, &model.name, Some(model.node.clone()));
        let operation = model.operation.name();
        let what = || What::Model {
            kind: model.name.as_str().into(),
            operation,
            id: model.id.clone(),
        };
        self.note(what, None, None);
        self.host
            .emit_model(operation, model.name.as_str(), id, snapshot, revision.0)
    }

    fn snapshot(&self, key: &Key, node: Option<Node>) -> DataSnapshot {
        DataSnapshot::of_child(&self.node_url.borrow(), key, node)
    }

    /// Sets the real timer for what the core waits for next.
    fn arm(&self) {
        let due = self.app.borrow_mut().next_timeout();
        let this = self.this.clone();
        self.timer.set(due, now, move || {
            if let Some(engine) = this.upgrade() {
                engine.wake();
            }
        });
    }
}

fn random() -> u64 {
    (js_sys::Math::random() * (1u64 << 53) as f64) as u64
}

fn now() -> Millis {
    // A clock before 1970 counts as 1970: a float cast saturates.
    Millis(js_sys::Date::now() as u64)
}
