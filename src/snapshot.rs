//! Firebase's `DataSnapshot` over a node of the core.
//!
//! Answers the 2014 SDK's methods (`name()`, `ref()` as methods) and those of the later ones that don't
//! clash with them (`key`, `exists()`, `toJSON()`). Source: the prototypes of firebase 1.1.3 and 2.4.2,
//! and firebase-js-sdk `packages/database-compat/src/api/Reference.ts`.

use std::rc::Rc;

use js_sys::{encode_uri_component, Function};
use remote_refresh_core::wire::{Export, Key, Node, Path, Priority, Val};
use wasm_bindgen::prelude::*;

use crate::error::coded;
use crate::json::to_js;
use crate::options::number_text;

/// A value of the user's node at one moment. It never changes.
#[wasm_bindgen]
pub struct DataSnapshot {
    /// The address of the node, as Firebase's `ref.toString()` gives it.
    url: Rc<str>,
    /// Its own name; `None` at the root of a database.
    key: Option<Key>,
    node: Option<Node>,
}

#[wasm_bindgen]
impl DataSnapshot {
    /// The name of this child, in Firebase 1's words.
    pub fn name(&self) -> JsValue {
        self.key()
    }

    /// The name of this child.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> JsValue {
        name_of(self.key.as_ref())
    }

    /// The value as plain JavaScript: `null` when absent, arrays where the keys look like an array's,
    /// priorities left out.
    pub fn val(&self) -> JsValue {
        to_js(&Val(self.node.as_ref()).json())
    }

    /// The value with priorities (`.priority`, `.value`), and never as an array.
    #[wasm_bindgen(js_name = exportVal)]
    pub fn export_val(&self) -> JsValue {
        to_js(&Export(self.node.as_ref()).json())
    }

    /// The same as `exportVal`, for `JSON.stringify`.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&self) -> JsValue {
        self.export_val()
    }

    /// Whether there is a value.
    pub fn exists(&self) -> bool {
        self.node.is_some()
    }

    /// The snapshot of the child at `path`, such as `models/Message`; it may be absent.
    ///
    /// # Errors
    /// `invalid-path` when a segment can't be a key.
    pub fn child(&self, path: &JsValue) -> Result<DataSnapshot, JsValue> {
        let path = parse(path)?;
        let mut url = String::from(&*self.url);
        for key in path.keys() {
            push_key(&mut url, key);
        }
        Ok(Self {
            url: url.into(),
            key: path.name().or(self.key.as_ref()).cloned(),
            node: self.node.as_ref().and_then(|node| node.get(&path)).cloned(),
        })
    }

    /// Calls `callback` with a snapshot of each child, in Firebase's order, until it returns `true`.
    /// Returns whether it did.
    ///
    /// # Errors
    /// What the callback throws.
    #[wasm_bindgen(js_name = forEach)]
    pub fn for_each(&self, callback: &Function) -> Result<bool, JsValue> {
        let Some(node) = &self.node else {
            return Ok(false);
        };
        for (key, node) in node.ordered_children() {
            let child = Self::of_child(&self.url, key, Some(node.clone()));
            if callback.call1(&JsValue::UNDEFINED, &child.into())? == JsValue::TRUE {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether there is a value at `path` below this one.
    ///
    /// # Errors
    /// `invalid-path` when a segment can't be a key.
    #[wasm_bindgen(js_name = hasChild)]
    pub fn has_child(&self, path: &JsValue) -> Result<bool, JsValue> {
        let path = parse(path)?;
        Ok(self
            .node
            .as_ref()
            .is_some_and(|node| node.get(&path).is_some()))
    }

    /// Whether the value has children; `false` for leaves.
    #[wasm_bindgen(js_name = hasChildren)]
    pub fn has_children(&self) -> bool {
        self.num_children() > 0
    }

    /// How many children the value has.
    #[wasm_bindgen(js_name = numChildren)]
    pub fn num_children(&self) -> usize {
        self.node.as_ref().map_or(0, Node::num_children)
    }

    /// The priority: a number, a string or `null`.
    #[wasm_bindgen(js_name = getPriority)]
    pub fn get_priority(&self) -> JsValue {
        match self.node.as_ref().and_then(Node::priority) {
            Some(Priority::Number(number)) => JsValue::from_f64(*number),
            Some(Priority::String(text)) => JsValue::from_str(text),
            None => JsValue::NULL,
        }
    }

    /// Where the value is. It can be read and printed, but not written to.
    #[wasm_bindgen(js_name = ref)]
    pub fn reference(&self) -> Reference {
        Reference {
            url: self.url.clone(),
            key: self.key.clone(),
        }
    }
}

/// The place of a value: what `snapshot.ref()` returns.
#[wasm_bindgen]
pub struct Reference {
    url: Rc<str>,
    key: Option<Key>,
}

#[wasm_bindgen]
impl Reference {
    /// The name of the place.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> JsValue {
        name_of(self.key.as_ref())
    }

    /// Its whole address, without credentials.
    #[wasm_bindgen(js_name = toString)]
    pub fn to_js_string(&self) -> JsValue {
        JsValue::from_str(&self.url)
    }
}

impl DataSnapshot {
    /// A snapshot of the child `key` of the node at `parent`.
    pub(crate) fn of_child(parent: &str, key: &Key, node: Option<Node>) -> Self {
        let mut url = String::from(parent);
        push_key(&mut url, key);
        Self {
            url: url.into(),
            key: Some(key.clone()),
            node,
        }
    }
}

/// The name of a place; `undefined` at the root of a database.
fn name_of(key: Option<&Key>) -> JsValue {
    key.map_or(JsValue::UNDEFINED, |key| JsValue::from_str(key.as_str()))
}

/// A path as the SDKs take it: a string, or a number, which is how arrays are read.
fn parse(path: &JsValue) -> Result<Path, JsValue> {
    let text = path
        .as_string()
        .or_else(|| number_text(path))
        .ok_or_else(|| {
            coded(
                "invalid-path",
                "a path must be a string, such as models/Message",
            )
        })?;
    Path::parse(&text).map_err(|error| coded("invalid-path", error.sentence()))
}

/// Addresses are encoded as the SDKs do it: firebase-js-sdk, `Reference.toString`.
fn push_key(url: &mut String, key: &Key) {
    url.push('/');
    url.push_str(&String::from(encode_uri_component(key.as_str())));
}
