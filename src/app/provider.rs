//! The stream that an app's provider fills.

use std::rc::Weak;

use js_sys::JSON;
use remote_refresh_core::feed::message::RequestId;
use wasm_bindgen::prelude::*;

use super::Inner;
use crate::browser::stream::StreamFact;
use crate::json;

/// What `js/provider.js` reports for a provider. The engine takes it for an event stream, so whatever holds for the feed's
/// states holds for providers. What is reported after the stream was closed changes nothing: the engine no longer knows its number.
#[wasm_bindgen]
pub struct ProviderStream {
    engine: Weak<Inner>,
    id: RequestId,
}

#[wasm_bindgen]
impl ProviderStream {
    /// The provider is connected, or its connection is still alive.
    pub fn alive(&self) {
        self.report(StreamFact::Opened);
    }

    /// The whole value of the user's node, as JSON; `undefined` counts as `null`.
    ///
    /// # Errors
    /// What `JSON.stringify` throws: the value refers to itself, or holds a BigInt.
    pub fn value(&self, node: &JsValue) -> Result<(), JsValue> {
        let node = if node.is_undefined() {
            &JsValue::NULL
        } else {
            node
        };
        JSON::stringify(node)?;
        if let Some(put) = json::write_put(node) {
            let event = ["event: put\ndata: ", &put, "\n\n"].concat();
            self.report(StreamFact::Bytes(event.into_bytes()));
        }
        Ok(())
    }

    /// The connection is lost, for this reason.
    pub fn lost(&self, why: String) {
        self.report(StreamFact::Ended(why));
    }

    /// The provider refuses the user's credentials, for this reason: as a server's 401 does.
    pub fn denied(&self, why: String) {
        self.report(StreamFact::Refused(401, why));
    }
}

impl ProviderStream {
    pub(super) fn new(engine: Weak<Inner>, id: RequestId) -> Self {
        Self { engine, id }
    }

    fn report(&self, fact: StreamFact) {
        if let Some(engine) = self.engine.upgrade() {
            engine.stream_fact(self.id, fact);
        }
    }
}
