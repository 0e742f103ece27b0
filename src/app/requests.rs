//! The part of the engine's class that is about requests: which ones a pass makes, and what becomes of them.

use js_sys::Array;
use remote_refresh_core::app::{Visit, WriteId};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::refresh::{EntityId, FlightId, Kind, Outcome};
use wasm_bindgen::prelude::*;

use super::{now, Engine};
use crate::json::leaf_to_js;

#[wasm_bindgen]
impl Engine {
    /// The number of a type of model, for `concerns`; 0 when there are too many to tell apart.
    #[wasm_bindgen(js_name = typeNumber)]
    pub fn type_number(&self, name: &str) -> u32 {
        self.0
            .app
            .borrow_mut()
            .type_id(name)
            .map_or(0, |id| id.0 + 1)
    }

    /// Whether the pass under way concerns entities of the type with this number; 0 for those without one.
    pub fn concerns(&self, number: u32) -> bool {
        self.0
            .app
            .borrow()
            .concerns(number.checked_sub(1).map(TypeId))
    }

    /// What the pass under way means to this entity, of the type with this number. 0 if it will be fetched, or is being fetched
    /// already; −1 if the change does not concern it, −2 if this client wrote the change itself.
    #[wasm_bindgen(js_name = visitEntity)]
    pub fn visit_entity(&self, entity: u32, number: u32) -> i32 {
        let kind = number.checked_sub(1).map(TypeId);
        let visit = self.0.app.borrow_mut().visit_entity(EntityId(entity), kind);
        match visit {
            Visit::Fetches | Visit::Joined => 0,
            Visit::NotConcerned => -1,
            Visit::OwnWrite => -2,
        }
    }

    /// Has this entity, of the type with this number, fetched if it was requested before a change that concerns it was seen.
    /// Always 0: the fetch is ordered later.
    #[wasm_bindgen(js_name = reviewEntity)]
    pub fn review_entity(&self, entity: u32, number: u32) -> u32 {
        let kind = number.checked_sub(1).map(TypeId);
        self.0
            .app
            .borrow_mut()
            .review_entity(EntityId(entity), kind);
        0
    }

    /// A fetch ended well.
    #[wasm_bindgen(js_name = fetchDone)]
    pub fn fetch_done(&self, entity: u32, flight: u32) {
        self.0.fetch_settled(entity, flight, Outcome::Done);
    }

    /// A fetch failed, with the answer's HTTP status if there was one.
    #[wasm_bindgen(js_name = fetchFailed)]
    pub fn fetch_failed(&self, entity: u32, flight: u32, status: Option<u16>) {
        self.0
            .fetch_settled(entity, flight, Outcome::Failed(status));
    }

    /// A fetch could not be made, or its answer is invalid: trying again is no use.
    #[wasm_bindgen(js_name = fetchImpossible)]
    pub fn fetch_impossible(&self, entity: u32, flight: u32) {
        self.0.fetch_settled(entity, flight, Outcome::Impossible);
    }

    /// What happened to the one record that the pass under way is about, as `[operation, id]`, if it is of the type with
    /// this number and that is all there is to do for the entity, their collection.
    pub fn exact(&self, entity: u32, number: u32) -> Option<Array> {
        let app = self.0.app.borrow();
        let model = app.exact(EntityId(entity), TypeId(number.checked_sub(1)?))?;
        Some(Array::of2(
            &model.operation.name().into(),
            &leaf_to_js(model.id.as_ref()),
        ))
    }

    /// What `exact` said is done, and is all that the pass under way asks of the entity.
    pub fn exactly(&self, entity: u32) {
        self.0.app.borrow_mut().exactly(EntityId(entity));
    }

    /// The app starts a request: 0 reads the whole entity, 1 a part, 2 writes. Returns its flight, for `fetchDone` and
    /// `fetchFailed`; 0 for an unknown entity.
    #[wasm_bindgen(js_name = requestStarted)]
    pub fn request_started(&self, entity: u32, kind: u8) -> u32 {
        let kind = match kind {
            0 => Kind::Whole,
            1 => Kind::Partial,
            _ => Kind::Write,
        };
        let flight = self
            .0
            .app
            .borrow_mut()
            .request_started(now(), EntityId(entity), kind);
        self.0.arm();
        flight.map_or(0, |flight| flight.0)
    }

    /// The app starts a write whose answer brings these entities up to date, and touches those.
    #[wasm_bindgen(js_name = writeStarted)]
    pub fn write_started(&self, given: &[u32], touched: &[u32]) -> u32 {
        let ids = |numbers: &[u32]| numbers.iter().map(|id| EntityId(*id)).collect::<Vec<_>>();
        let write = self
            .0
            .app
            .borrow_mut()
            .write_started(now(), &ids(given), &ids(touched));
        self.0.arm();
        write.0
    }

    /// The name to send this write under.
    #[wasm_bindgen(js_name = writeName)]
    pub fn write_name(&self, write: u32) -> JsValue {
        self.0.app.borrow().write_name(WriteId(write)).into()
    }

    /// A write ended, and whether well; `given` when its answer says what it made of the entities.
    #[wasm_bindgen(js_name = writeSettled)]
    pub fn write_settled(&self, write: u32, done: bool, given: bool) {
        self.0
            .act(|app, now| app.write_settled(now, WriteId(write), done, given));
    }

    /// The entity shows the answer to a request whose start was not seen.
    #[wasm_bindgen(js_name = strangerLanded)]
    pub fn stranger_landed(&self, entity: u32) {
        self.0
            .act(|app, now| app.stranger_landed(now, EntityId(entity)));
    }

    /// The fetch was not made, for the user's sake; it is owed until `release`.
    pub fn hold(&self, entity: u32, flight: u32) {
        self.0
            .act(|app, _| app.hold(EntityId(entity), FlightId(flight)));
    }

    /// The user has finished: what the entity owes is paid.
    pub fn release(&self, entity: u32) {
        self.0.act(|app, now| app.release(now, EntityId(entity)));
    }
}
