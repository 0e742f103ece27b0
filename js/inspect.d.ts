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
