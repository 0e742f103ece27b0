//! What becomes of requests: the App's own fetches, and those that the app starts itself.

use remote_refresh_core::app::{is_write, AppRequest, Read, Source};
use remote_refresh_core::refresh::{EntityId, FlightId, Outcome};
use wasm_bindgen::prelude::*;

use super::{now, Engine};

/// How a request ended.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The entity shows the answer.
    Done,
    /// It failed.
    Failed,
    /// It could not be made, or its answer is invalid: trying again is no use.
    Impossible,
}

impl Ending {
    const fn outcome(self, status: Option<u16>) -> Outcome {
        match self {
            Self::Done => Outcome::Done,
            Self::Failed => Outcome::Failed(status),
            Self::Impossible => Outcome::Impossible,
        }
    }
}

/// What is known of an event's options, if they are not those of a request that was seen to start.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Options {
    /// Those of a read that nobody saw start.
    OfRead,
    /// Those of a write that nobody saw start.
    OfWrite,
    /// The event brings none.
    None,
}

/// Whether a request writes, by the options of its `request` event: whether they have `parse`, and whether `validate` is true.
#[wasm_bindgen(js_name = isWrite)]
pub fn is_write_by(has_parse: bool, validates: bool) -> bool {
    is_write(has_parse, validates)
}

#[wasm_bindgen]
impl Engine {
    // Fetches of ours
    // ---------------

    /// A fetch ended, with the answer's HTTP status if it failed and there was one. An end that is reported again changes nothing.
    #[wasm_bindgen(js_name = fetchEnded)]
    pub fn fetch_ended(&self, entity: u32, flight: u32, ending: Ending, status: Option<u16>) {
        let outcome = ending.outcome(status);
        self.0
            .act(|app, now| app.fetch_settled(now, EntityId(entity), FlightId(flight), outcome));
    }

    /// The fetch returned no promise: its end may never be seen, so it counts as none of those under way at once.
    #[wasm_bindgen(js_name = fetchUnwatched)]
    pub fn fetch_unwatched(&self, entity: u32, flight: u32) {
        self.0
            .act(|app, _| app.fetch_unwatched(EntityId(entity), FlightId(flight)));
    }

    /// The fetch was not made, for the user's sake; it is pending until `release`.
    pub fn hold(&self, entity: u32, flight: u32) {
        self.0
            .act(|app, _| app.hold(EntityId(entity), FlightId(flight)));
    }

    /// The user has finished: what is pending is fetched.
    pub fn release(&self, entity: u32) {
        self.0.act(|app, now| app.release(now, EntityId(entity)));
    }

    // The app's own requests
    // ----------------------

    /// The events of an entity are followed from now on.
    pub fn meet(&self, entity: u32) {
        self.0.app.borrow_mut().meet(EntityId(entity));
    }

    /// The app starts to read an entity. Returns the request's number. `keeps_others`: `remove`, `add` or `merge` is false;
    /// `asks_elsewhere`: `url` or `data` is given; `is_pager`: the collection puts its page into every request;
    /// `is_remembered`: a refresh asks for what this read asks for.
    #[wasm_bindgen(js_name = readStarted)]
    pub fn read_started(
        &self,
        entity: u32,
        keeps_others: bool,
        asks_elsewhere: bool,
        is_pager: bool,
        is_remembered: bool,
    ) -> u32 {
        let read = Read {
            keeps_others,
            asks_elsewhere,
            is_pager,
            is_remembered,
        };
        let mut app = self.0.app.borrow_mut();
        let request = app.read_started(now(), EntityId(entity), read);
        drop(app);
        self.0.arm();
        request.0
    }

    /// The app starts to save or to destroy a model of this collection, if it has one that can be fetched. Returns the
    /// request's number.
    #[wasm_bindgen(js_name = saveStarted)]
    pub fn save_started(&self, model: u32, creates: bool, collection: Option<u32>) -> u32 {
        let mut app = self.0.app.borrow_mut();
        let collection = collection.map(EntityId);
        let request = app.save_started(now(), EntityId(model), creates, collection);
        drop(app);
        self.0.arm();
        request.0
    }

    /// The app starts a write whose answer gives the new state of these entities. Returns the request's number.
    #[wasm_bindgen(js_name = writeStarted)]
    pub fn write_started(&self, given: Vec<u32>) -> u32 {
        let given: Vec<EntityId> = given.into_iter().map(EntityId).collect();
        let request = self.0.app.borrow_mut().write_by_app(now(), &given);
        self.0.arm();
        request.0
    }

    /// The name to send a write under; `undefined` for a read, or a request that has ended.
    #[wasm_bindgen(js_name = requestName)]
    pub fn request_name(&self, request: u32) -> Option<String> {
        self.0.app.borrow().request_name(AppRequest(request))
    }

    /// A request of the app's own ended: whether well, and whether its answer says something.
    #[wasm_bindgen(js_name = requestEnded)]
    pub fn request_ended(&self, request: u32, done: bool, answered: bool) {
        self.0
            .act(|app, now| app.request_ended(now, AppRequest(request), done, answered));
    }

    /// An event of an entity says that a request ended, with options that nobody saw start. `has_request`: they hold a request
    /// (`xhr`), as those of an answer do; `answered`: the answer says something.
    #[wasm_bindgen(js_name = eventEnded)]
    pub fn event_ended(
        &self,
        entity: u32,
        options: Options,
        ending: Ending,
        status: Option<u16>,
        has_request: bool,
        answered: bool,
    ) {
        let unknown = |writes| Source::Unknown {
            writes,
            has_request,
        };
        let source = match options {
            Options::OfRead => unknown(false),
            Options::OfWrite => unknown(true),
            Options::None => Source::Nothing,
        };
        let outcome = ending.outcome(status);
        self.0
            .act(|app, now| app.event_ended(now, EntityId(entity), source, outcome, answered));
    }
}
