// The types of `remote-refresh`: the App, its options, its events.
import type { AnyEvents, Events as Bus, EventsInspection } from './events.js'
import type { AppState, EntityState, FeedReason, RecordId } from './inspect.js'
import type { Provider } from './provider.js'

export type { EventsInspection, ObjectEvents } from './events.js'
export type { AppState, BusState, EntityState, FeedReason, ListState, RecordId } from './inspect.js'
export type { Provider, ProviderFeed } from './provider.js'

/** The type of buses: `Events<{ saved: [id: number] }>` knows its events and their arguments. */
export type Events<M extends object = AnyEvents> = Bus<M>

/** A value of the user's node at one moment, as Firebase's SDKs of every age answer. It never changes. */
export interface DataSnapshot {
  /** The name of this child. */
  readonly key: string | undefined
  /** The name of this child, in Firebase 1's words. */
  name(): string | undefined
  /** The value as plain JavaScript: `null` when absent, arrays where the keys look like an array's. */
  val(): any
  /** The value with priorities (`.priority`, `.value`), and never as an array. */
  exportVal(): any
  /** The same as `exportVal()`, for `JSON.stringify`. */
  toJSON(): any
  /** Whether there is a value: `false` for `null`. */
  exists(): boolean
  /** The child at `path`, such as `models/Message`, or at an array's index; it may be absent. */
  child(path: string | number): DataSnapshot
  /** Calls `callback` for each child in Firebase's order until it returns `true`; whether it did. */
  forEach(callback: (child: DataSnapshot) => boolean | void): boolean
  /** Whether there is a value at `path`. */
  hasChild(path: string | number): boolean
  /** Whether the value has children, and so is neither `null` nor a string, a number or a boolean. */
  hasChildren(): boolean
  /** How many children the value has. */
  numChildren(): number
  /** The value's priority; `null` if it has none. */
  getPriority(): number | string | null
  /** Where the value is. It can be read and printed, not written to. */
  ref(): {
    /** The last part of the address. */
    readonly key: string | undefined
    /** The address as a URL. */
    toString(): string
  }
}

/**
 * - `connecting`: no value has arrived yet.
 * - `open`: values arrive as they change.
 * - `stale`: the stream was lost or silent and is being replaced.
 * - `offline`: the browser has no network.
 * - `denied`: the server refused these credentials; nothing is tried until they change.
 * - `closed`: the app closed the feed.
 */
export type FeedState = 'connecting' | 'open' | 'stale' | 'offline' | 'denied' | 'closed'

/** One user's feed. */
export interface Feed {
  /** Where it is between `connecting` and `closed`; the event `feed:state` reports each change. */
  readonly state: FeedState
  /** Why, if there is more to say. */
  readonly reason: FeedReason | null
  /** Ends the feed. It may be called twice. */
  close(): void
  /** Takes new credentials, which also revives a denied feed. Without an argument, asks the same `auth` again. */
  authenticate(auth?: Auth): void
}

/** A token, or `null` when nobody is signed in. */
export type Token = string | { token: string } | null | undefined

/**
 * How the feed gets its token: a function (of yours) that is called when one is needed, or one token that can't be
 * renewed. `fresh` is true when the last token was refused or is about to expire: a cached one won't do then.
 */
export type Auth = string | ((need: { fresh: boolean }) => Token | Promise<Token>)

/**
 * What a page was rendered from: the `version` in the user's node, or a time (ms since 1970, the server's clock). A bare
 * number below 10¹¹ is a version, any other a time.
 */
export type Since = number | { version: number } | { time: number }

/** Where the user's node is: at an address, or wherever a provider brings it from. */
export type ConnectOptions = (
  | {
    /** The feed: a Firebase Realtime Database or a remote-refresh server, such as `https://my-app.firebaseio.com`. */
    url: string
    provider?: undefined
  }
  | {
    /** Brings the node instead: see `remote-refresh/providers`, `remote-refresh/firebase`, or write your own. */
    provider: Provider
    /** What the provider follows, for a snapshot's `ref()`. */
    url?: string
  }
) & FollowOptions

/** How a node is followed. */
export interface FollowOptions {
  /** The user whose changes are followed: those of the node `users/<uid>`. */
  uid?: string | number
  /** Another node to follow instead of `users/<uid>`. */
  path?: string
  /** The token with which the node may be read; none by default. */
  auth?: Auth
  /** What the displayed page was rendered from. Without it, a page shown before the first value is refreshed once. */
  since?: Since
  /**
   * Whether all tabs of this user share one stream, where the browser can (Web Locks and BroadcastChannel in a secure
   * context). Default true; with a provider false.
   */
  shareTabs?: boolean
  /** Silence, in ms, after which a stream counts as dead. Default 75000: two and a half keep-alives; with a provider none. */
  silenceTimeout?: number
  /** How long a connection may take to bring its first byte, in ms. Default 30000. */
  connectTimeout?: number
  /** The longest wait, in ms, before the first reconnect; doubled each time, and a random part of it is waited. Default 1000. */
  reconnectionDelay?: number
  /** The longest wait, in ms, before any reconnect. Default 60000. */
  reconnectionDelayMax?: number
}

/** What `createApp` takes. An unknown option, here and in every other call, is an error: `invalid-options`. */
export interface AppOptions {
  /** A fetch that has not settled after this many ms counts as failed. Default 30000. */
  fetchTimeout?: number
  /** How often a failed fetch is repeated. Default 5. */
  fetchRetries?: number
  /**
   * How many refreshes are under way at once: a whole number from 1. The others wait: those that are in view first, then by when
   * they became ready. The app's own requests are not counted. Default 6: what browsers open to one host over HTTP/1.1.
   */
  concurrency?: number
  /** After a change that was answered at once, further changes wait until there was none for this long, in ms. Default 0. */
  debounce?: number
  /** The longest time, in ms, that a change waits for `debounce`. Default ten times `debounce`. */
  maxWait?: number
  /** The type of a model or collection, for those that don't say it themselves (`liveType`, `modelType`, `App.live`). */
  typeOf?: (entity: any) => string | null | undefined
  /** Whether a refresh waits while it would overwrite the user's work: see `LiveOptions.defer`. Default true. */
  defer?: boolean
  /** This client's name; letters, digits, `-` and `_` are safe in every header. Default: a random one. */
  clientId?: string
  /** Whether `App.explain` records steps from the start. Default: from its first call on. */
  explain?: boolean
}

/**
 * Anything with some of: `model`, `collection`, subviews, `remoteRefresh`. It need not be a Backbone view. Subviews are
 * found where Marionette, Chaplin, LayoutManager, Ampersand, Thorax, Torso, WordPress and others keep them; a method
 * `remoteRefreshChildren` that returns them comes before all of those.
 */
export type View = object

/** Anything that can be fetched: a model or a collection. */
export type Entity = object

/** What `App.live` may say of an entity, or of a class of them. */
export interface LiveOptions {
  /** Its type: a name in the feed's `models`. Changes that are of other types only don't fetch it. */
  type?: string
  /**
   * Of a collection with a `type`: a change of one record that is named fetches that member alone, a removal takes it
   * out. A record that is new, or unknown here, fetches the collection. Default false.
   */
  single?: boolean
  /**
   * How to fetch it: its `fetch`, its `pager`, or a function that passes the options on and returns the promise.
   * Default: `pager` for a request pager of Backbone.Paginator 1, else `fetch`.
   */
  via?: 'fetch' | 'pager' | ((entity: any, options: Record<string, unknown>) => unknown)
  /** Whether to ask for what the app's own last fetch asked for: its `url` and `data`. Default false. */
  remember?: boolean
  /**
   * Whether a refresh waits while it would overwrite the user's work: attributes that were set and not saved, new members
   * of a collection, or text typed in a field of the very view that shows it. Default true.
   */
  defer?: boolean
  /** More options for the fetch. */
  options?: Record<string, unknown>
}

/** One step on the way from a change to its result. What does not apply to a step is absent. */
export interface Step {
  /** When, in ms since the page began (`performance.now()`). */
  time: number
  /**
   * - `change`: the feed changed: a child (`event` and `key`), or records of a type (`type`, `operation` and `id`).
   * - `plan`: the page view is to be refreshed.
   * - `joined`: a fetch that is under way or pending answers this change too.
   * - `refresh:start`, `refresh:done`, `refresh:error`, `refresh:deferred`, `refresh:skipped`: the event of this name.
   */
  what: string
  /** Why it was skipped or deferred, or the error's code. */
  reason?: string
  /** The view that it is about, unless that was collected. */
  view?: View
  /** The model or collection that it is about, unless that was collected. */
  entity?: Entity
  /** Of a `refresh:error`: what was thrown, or what the promise was rejected with. */
  cause?: unknown
  /** Of a change of a child: the event that was triggered, such as `firebase.child_added`. */
  event?: string
  /** Of a change of a child: its name. */
  key?: string
  /** Of a change of records: their type. */
  type?: string
  /** Of a change of records: `added`, `changed` or `removed`. */
  operation?: string
  /** Of a change of records: the id of the one that changed, if that is known. */
  id?: RecordId
}

/** An App as it is now, for tools such as `remote-refresh/inspector`, which shows it in words. */
export interface Inspection extends AppState {
  /** The feed that is followed. */
  readonly feed: Feed | null
  /** The displayed page view. */
  readonly page: View | null
  /** The subviews that a walk of this view visits; one may come twice. */
  childrenOf(view: View): View[]
  /** How a model or collection stands. */
  stateOf(entity: Entity): EntityState
  /** The handlers of all buses: how many there are, and where most are. */
  readonly events: EventsInspection
}

/** The argument of `refresh:start` and `refresh:done`. */
export interface RefreshDetail {
  /** What is fetched. */
  entity: Entity
  /** The view that asked last, if it still exists. */
  view?: View
}

/** The argument of `refresh:error`. */
export interface RefreshError {
  /** The model or collection whose refresh failed, if it was one. */
  entity?: Entity
  /** The view it was for, or whose own code threw. */
  view?: View
  /**
   * - `fetch-threw`: `fetch` threw, mostly since there is no `url`.
   * - `fetch-failed`: the request failed; `cause` is what it was rejected with.
   * - `fetch-timeout`: it did not settle in time.
   * - `invalid`: the answer did not pass the model's `validate`.
   * - `hook-threw`, `subviews-threw`, `refresh-threw`: the app's own code threw: a view's hook, what gives its subviews, or what it shows.
   * - `too-deep`: views are nested deeper than any page; those below were not refreshed.
   */
  code: string
  /** What was thrown, or what the promise was rejected with. */
  cause: unknown
}

/** The events of `App.Events`. Apps may use any other names beside them. */
export interface AppEvents {
  /** A child of the user's node is new or has changed: the name the original used for both. */
  'firebase.child_added': [snapshot: DataSnapshot, previousChildName: string | null]
  /** A child that was there has changed. */
  'firebase.child_changed': [snapshot: DataSnapshot, previousChildName: string | null]
  /** A child is gone; the snapshot shows what it was. */
  'firebase.child_removed': [snapshot: DataSnapshot, previousChildName: string | null]
  /** The feed's state changed, or is the same for another reason. */
  'feed:state': [state: FeedState, detail: { feed: Feed, previous: FeedState, reason: FeedReason | null }]
  /** A fetch starts: after the walk, or a slice of it, that came to the entity, and when one of `concurrency` is free. */
  'refresh:start': [detail: RefreshDetail]
  /** A fetch has settled, and the entity shows its answer. */
  'refresh:done': [detail: RefreshDetail]
  /** A fetch failed, or the app's own code threw; the rest of the refresh goes on. */
  'refresh:error': [error: RefreshError]
  /**
   * The tab is `hidden`: the page view will be refreshed when it is seen. Or a refresh would overwrite the user's work,
   * which is `unsaved` or typed in the `focused` field: the refresh is pending until that is saved, reverted or left.
   */
  'refresh:deferred': [detail: { view?: View, entity?: Entity, reason: 'hidden' | 'unsaved' | 'focused' }]
  /**
   * A view opted out (`remoteRefresh: false`), its model was never saved (`new`), the change is of other types
   * (`not-concerned`), or it is what this client wrote itself (`own-write`).
   */
  'refresh:skipped': [detail: { view: View, entity?: Entity, reason: 'opted-out' | 'new' | 'not-concerned' | 'own-write' }]
  /** The app's own, and `model-added-of-type-T`, `model-changed-of-type-T` and `model-removed-of-type-T`: `{ type, operation, id }`, snapshot. */
  [name: string]: any[]
}

/** How the walker finds a view that it can't see by itself. */
export interface RegisterOptions {
  /** The view that holds this one. */
  parent?: View | null
  /** This view's subviews: an array or map of them, or a function that returns one. */
  children?: object | ((view: any) => unknown)
}

/** What `remote-refresh` exports: one bus, one displayed page, one feed at a time. */
export interface App {
  /** The bus: all of Backbone.Events plus `emit`; itself an emitter and a mixin. */
  Events: Events<AppEvents>
  Views: {
    /** The displayed page view. Set it when you show another; if one that comes back has a refresh pending, that is run. */
    currentPageView: any
    /** Registers a view, held weakly, where the walker can't see the tree by itself. */
    register(view: View, options?: RegisterOptions): {
      /** Undoes it; a view that is garbage needs no undoing. */
      unregister(): void
    }
  }
  Utils: {
    /** The default hook: fetches the model and collection, then calls each subview's `remoteRefresh`. */
    RemoteRefresh(context: View, snapshot?: unknown): void
  }
  /** Opens the user's feed, instead of the one there was. */
  connect(options: ConnectOptions): Feed
  /** Says how a model or collection, or every instance of a class of them, is refreshed. Returns it. */
  live<T extends object>(target: T, options: LiveOptions): T
  /**
   * Follows every request of Backbone's from its start, by wrapping `Backbone.sync`: no refresh doubles the app's own
   * fetch, and none is made for what this client wrote itself. Writes then carry a header that names the client and the
   * write (default `X-Client-Id`), which the server is to pass on as the change's `origin`.
   */
  observe(Backbone: { sync: any }, options?: { header?: string }): {
    /** Gives `Backbone.sync` back. */
    unobserve(): void
  }
  /**
   * The same for a write that isn't Backbone's: `send` makes the request with the headers it is given and returns its
   * promise; `entities` are those whose new state the answer gives. Returns what `send` returns.
   */
  write<R>(entities: Entity | Entity[], send: (headers: Record<string, string>) => R): R
  /**
   * The last 500 steps from changes to their results: all, or those of one view, model or collection and the changes
   * between them. The first call switches it on; until then no step is recorded. Fetches also become entries of
   * `performance.measure`.
   */
  explain(target?: View | Entity): Step[]
  /** The App as it is now, for tools that look inside: `remote-refresh/inspector` is one. */
  inspect(): Inspection
  /** This client's name, with which the `origin` of its own changes begins. */
  readonly clientId: string
  /** Displays a page view (or, with `null`, none) and returns it. */
  show<V extends View | null | undefined>(view: V, options?: { since?: Since }): V
}

/** An error of this package: what is wrong and what to do, with a stable `code`. */
export interface RemoteRefreshError extends Error {
  /** Distinguishes it from other errors. */
  name: 'RemoteRefreshError'
  /** A stable name to branch on, such as `invalid-options`. */
  code: string
}

/** A second App, independent of the first: for tests, or two users on one page. */
export function createApp(options?: AppOptions): App

export const App: App
export const Events: App['Events']
export const Views: App['Views']
export const Utils: App['Utils']
export const connect: App['connect']
export const show: App['show']
export default App
