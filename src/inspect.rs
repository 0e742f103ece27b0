//! What tools and events are given to look at: plain objects, made by serde-wasm-bindgen.
//!
//! Their TypeScript types are `js/inspect.d.ts`, which a test of this file writes down from these structs and compares.

use remote_refresh_core::app::Outlook;
use remote_refresh_core::bus::inspect::{BusInspection, ListInspection, NameInspection};
use remote_refresh_core::feed::state::{FeedState, Reason};
use remote_refresh_core::refresh::EntityStatus;
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::Leaf;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// Why a feed is in its state: a stable code and a sentence.
#[derive(Debug, Serialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct FeedReason<'a> {
    /// A stable name to branch on, such as `forbidden`.
    pub code: &'a str,
    /// What happened, and what to do about it.
    pub message: &'a str,
}

/// A feed's state, as the event `feed:state` reports it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct FeedStatus<'a> {
    /// The state now.
    pub state: &'a str,
    /// The state before.
    pub previous: &'a str,
    /// Why, where there is something to say.
    pub reason: Option<FeedReason<'a>>,
}

impl<'a> FeedStatus<'a> {
    pub(crate) fn new(
        state: FeedState,
        previous: FeedState,
        reason: Option<&'a Reason>,
    ) -> FeedStatus<'a> {
        FeedStatus {
            state: state.name(),
            previous: previous.name(),
            reason: reason.map(|reason| FeedReason {
                code: reason.code,
                message: &reason.message,
            }),
        }
    }
}

/// What an App waits for. Times are in ms since 1970.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct AppState {
    /// Another tab has the feed's stream, and this one follows it.
    pub follows: bool,
    /// The displayed page view has a refresh pending.
    pub page_pending: bool,
    /// When the stream is tried again.
    pub retry_at: Option<f64>,
    /// When a new token is asked for.
    pub renew_at: Option<f64>,
    /// When a change that waits (`debounce`, `spread`) is answered.
    pub answer_at: Option<f64>,
    /// How many views the App knows.
    pub views: u32,
    /// How many models and collections the App knows.
    pub entities: u32,
}

impl AppState {
    pub(crate) fn new(outlook: &Outlook, views: usize, entities: usize) -> Self {
        Self {
            follows: outlook.follows,
            page_pending: outlook.page_pending,
            retry_at: outlook.retry_at.map(time),
            renew_at: outlook.renew_at.map(time),
            answer_at: outlook.answer_at.map(time),
            views: views as u32,
            entities: entities as u32,
        }
    }
}

/// How a model or collection stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct EntityState {
    /// A refresh is under way.
    pub fetching: bool,
    /// A request of the app's own is under way.
    pub requested: bool,
    /// A fetch follows what is under way, or whatever else it waits for.
    pub pending: bool,
    /// It is about to be fetched: it waits for one of the fetches under way to end (`concurrency`).
    pub queued: bool,
    /// It waits for the user's work to be saved or left.
    pub deferred: bool,
    /// It failed too often, and waits for the next change or sync point.
    pub given_up: bool,
    /// When what failed is tried again, in ms since 1970.
    pub retry_at: Option<f64>,
}

impl EntityState {
    pub(crate) fn new(status: &EntityStatus) -> Self {
        Self {
            fetching: status.fetching,
            requested: status.requested,
            pending: status.pending,
            queued: status.queued,
            deferred: status.held,
            given_up: status.given_up,
            retry_at: status.retry_at.map(time),
        }
    }
}

/// The handlers of one name of an emitter.
#[derive(Debug, Serialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct ListState {
    /// The emitter's number.
    pub emitter: u32,
    /// The name; a lone surrogate in it reads as U+FFFD.
    pub name: String,
    /// How many handlers it has.
    pub handlers: u32,
    /// There are more than 500: most likely they are added again and again, and never removed.
    pub suspect: bool,
}

impl ListState {
    pub(crate) fn new(emitter: u32, list: NameInspection) -> Self {
        Self {
            emitter,
            name: list.name,
            handlers: list.handlers,
            suspect: list.is_suspect,
        }
    }
}

/// All emitters of this copy of the package.
#[derive(Debug, Serialize)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct BusState {
    /// How many emitters have handlers; those that were dropped count until they are collected.
    pub emitters: u32,
    /// How many handlers there are.
    pub handlers: u32,
    /// How many names are known.
    pub names: u32,
    /// The longest lists of handlers, the longest first.
    pub longest: Vec<ListState>,
}

impl From<BusInspection> for BusState {
    fn from(found: BusInspection) -> Self {
        let list = |it: ListInspection| ListState::new(it.emitter.0, it.list);
        Self {
            emitters: found.emitters,
            handlers: found.handlers,
            names: found.names,
            longest: found.longest.into_iter().map(list).collect(),
        }
    }
}

/// The id of a record.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub enum RecordId<'a> {
    /// A string.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A boolean, which a database's key may be, too.
    Flag(bool),
}

impl<'a> From<&'a Leaf> for RecordId<'a> {
    fn from(leaf: &'a Leaf) -> Self {
        match leaf {
            Leaf::String(text) => Self::Text(text),
            Leaf::Number(number) => Self::Number(*number),
            Leaf::Bool(flag) => Self::Flag(*flag),
        }
    }
}

/// One step on the way from a change to its result.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(all(test, not(target_arch = "wasm32")), derive(ts_rs::TS))]
pub struct ExplainedStep<'a> {
    /// Counts the steps, from 1.
    pub number: u32,
    /// When, in ms since the page began (`performance.now()`).
    pub time: f64,
    /// `change` (the feed changed: `event` and `key`, or `type`, `operation` and `id` of a model), `plan` (the page view is to be
    /// refreshed), `joined` (a fetch that is under way or pending will do), or the event of the same name: `refresh:start`,
    /// `refresh:done`, `refresh:error`, `refresh:deferred`, `refresh:skipped`.
    pub what: &'a str,
    /// Why it was skipped or deferred, or the error's code.
    pub reason: Option<&'a str>,
    /// The number of the view.
    pub view: Option<u32>,
    /// The number of the model or collection.
    pub entity: Option<u32>,
    /// Of a change: the event that was triggered.
    pub event: Option<&'a str>,
    /// Of a change: the name of the child that changed.
    pub key: Option<&'a str>,
    /// Of a change: the type whose records changed.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// Of a change: `added`, `changed` or `removed`.
    pub operation: Option<&'a str>,
    /// Of a change: the record's id, if it is one that is known.
    pub id: Option<RecordId<'a>>,
}

fn time(at: Millis) -> f64 {
    at.0 as f64
}

/// A plain object; what is missing is `null`.
pub(crate) fn plain(value: &impl Serialize) -> JsValue {
    let serializer = Serializer::new().serialize_missing_as_null(true);
    // Structs of numbers, strings and flags can be written.
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use ts_rs::TS;

    /// `UPDATE=1 cargo test -p remote-refresh --lib` writes the file.
    #[test]
    fn the_declarations_say_what_the_structs_say() {
        let mut declared = String::from(
            "// What `App.inspect()` and `feed:state` give. Written by a test of src/inspect.rs from the Rust structs: don't edit.\n",
        );
        let config = ts_rs::Config::new();
        for part in [
            AppState::export_to_string(&config),
            EntityState::export_to_string(&config),
            ExplainedStep::export_to_string(&config),
            RecordId::export_to_string(&config),
            BusState::export_to_string(&config),
            ListState::export_to_string(&config),
            FeedReason::export_to_string(&config),
            FeedStatus::export_to_string(&config),
        ] {
            let part = part.expect("structs of plain fields can be declared");
            // One file, not one for each struct.
            let needless = |line: &&str| !line.starts_with("import ") && !line.starts_with("//");
            for line in part.lines().filter(needless) {
                declared.push_str(line.trim_end());
                declared.push('\n');
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/js/inspect.d.ts");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &declared).expect("js/ can be written");
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            there, declared,
            "UPDATE=1 cargo test -p remote-refresh --lib"
        );
    }
}
