// What `App.inspect()` and `feed:state` give. Written by a test of src/inspect.rs from the Rust structs: don't edit.

/**
 * What an App waits for. Times are in ms since 1970.
 */
export type AppState = {
/**
 * Another tab has the feed's stream, and this one follows it.
 */
follows: boolean,
/**
 * The displayed page view has a refresh pending.
 */
pagePending: boolean,
/**
 * When the stream is tried again.
 */
retryAt: number | null,
/**
 * When a new token is asked for.
 */
renewAt: number | null,
/**
 * When a change that waits (`debounce`, `spread`) is answered.
 */
answerAt: number | null,
/**
 * How many views the App knows.
 */
views: number,
/**
 * How many models and collections the App knows.
 */
entities: number, };

/**
 * How a model or collection stands.
 */
export type EntityState = {
/**
 * A refresh is under way.
 */
fetching: boolean,
/**
 * A request of the app's own is under way.
 */
requested: boolean,
/**
 * A fetch follows what is under way, or whatever else it waits for.
 */
pending: boolean,
/**
 * It is about to be fetched: it waits for one of the fetches under way to end (`concurrency`).
 */
queued: boolean,
/**
 * It waits for the user's work to be saved or left.
 */
deferred: boolean,
/**
 * It failed too often, and waits for the next change or sync point.
 */
givenUp: boolean,
/**
 * When what failed is tried again, in ms since 1970.
 */
retryAt: number | null, };

/**
 * One step on the way from a change to its result.
 */
export type ExplainedStep = {
/**
 * Counts the steps, from 1.
 */
number: number,
/**
 * When, in ms since the page began (`performance.now()`).
 */
time: number,
/**
 * `change` (the feed changed: `event` and `key`, or `type`, `operation` and `id` of a model), `plan` (the page view is to be
 * refreshed), `joined` (a fetch that is under way or pending will do), or the event of the same name: `refresh:start`,
 * `refresh:done`, `refresh:error`, `refresh:deferred`, `refresh:skipped`.
 */
what: string,
/**
 * Why it was skipped or deferred, or the error's code.
 */
reason: string | null,
/**
 * The number of the view.
 */
view: number | null,
/**
 * The number of the model or collection.
 */
entity: number | null,
/**
 * Of a change: the event that was triggered.
 */
event: string | null,
/**
 * Of a change: the name of the child that changed.
 */
key: string | null,
/**
 * Of a change: the type whose records changed.
 */
type: string | null,
/**
 * Of a change: `added`, `changed` or `removed`.
 */
operation: string | null,
/**
 * Of a change: the record's id, if it is one that is known.
 */
id: RecordId | null, };

/**
 * The id of a record.
 */
export type RecordId = string | number | boolean;

/**
 * All emitters of this copy of the package.
 */
export type BusState = {
/**
 * How many emitters have handlers; those that were dropped count until they are collected.
 */
emitters: number,
/**
 * How many handlers there are.
 */
handlers: number,
/**
 * How many names are known.
 */
names: number,
/**
 * The longest lists of handlers, the longest first.
 */
longest: Array<ListState>, };

/**
 * The handlers of one name of an emitter.
 */
export type ListState = {
/**
 * The emitter's number.
 */
emitter: number,
/**
 * The name; a lone surrogate in it reads as U+FFFD.
 */
name: string,
/**
 * How many handlers it has.
 */
handlers: number,
/**
 * There are more than 500: most likely they are added again and again, and never removed.
 */
suspect: boolean, };

/**
 * Why a feed is in its state: a stable code and a sentence.
 */
export type FeedReason = {
/**
 * A stable name to branch on, such as `forbidden`.
 */
code: string,
/**
 * What happened, and what to do about it.
 */
message: string, };

/**
 * A feed's state, as the event `feed:state` reports it.
 */
export type FeedStatus = {
/**
 * The state now.
 */
state: string,
/**
 * The state before.
 */
previous: string,
/**
 * Why, where there is something to say.
 */
reason: FeedReason | null, };
