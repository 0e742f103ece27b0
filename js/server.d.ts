/**
 * The server's half of remote-refresh: writes to the feed that something of these users changed, so that what they are looking
 * at fetches itself again.
 *
 * ```js
 * import { createNotifier } from 'remote-refresh/server'
 *
 * const notifier = createNotifier({ url: 'https://my-app.firebaseio.com', auth: process.env.FEED_SECRET })
 * await notifier.remoteRefresh([message.from, message.to], { models: { Message: { op: 'added', id: message.id } } })
 * ```
 *
 * @packageDocumentation
 */

/** What may happen to a record. */
export type Operation = 'added' | 'changed' | 'removed'

/** What happened to a record: its id if it changed, what happened to which, or `true` for "some of them". */
export type ModelChange = string | number | true | { op?: Operation; id?: string | number | null }

/** What changed. Leave it out and everything on screen is refreshed. */
export interface Change {
  /**
   * The types of the records that changed: `['Message']`, `{ Message: 'm1' }`, `{ Message: { op: 'added', id: 'm1' } }`, or a list
   * of those, one for each record: `{ Message: ['m1', 'm2'] }`. At most 100 types.
   */
  models?: readonly string[] | Readonly<Record<string, ModelChange | readonly ModelChange[]>>
  /** Id of the client whose own request caused the change; that client need not refresh for it. */
  origin?: string | null
  /** Milliseconds over which browsers spread their requests: for changes that concern very many users at once. */
  spread?: number | null
}

/** What {@link createNotifier} needs to know. */
export interface NotifierOptions {
  /** The feed's base address. Its path and its query (`?ns=…`) are kept. */
  url: string
  /**
   * The feed's secret or a token that may write; or a function that gets one. It is asked once for each write, and with
   * `refused: true`, for a request that the feed answers with 401. Leave it out for a feed that asks for none.
   */
  auth?: string | ((why: { refused: boolean }) => string | Promise<string>)
  /** The query parameter for it: `auth` (the default), or `access_token` for Google's OAuth tokens. */
  authParameter?: 'auth' | 'access_token'
  /** Used instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /**
   * Most users in one request; 500 unless given, and fewer where the text of a request would grow past a megabyte. Larger lists
   * are sent in several requests, one after the other.
   */
  batchSize?: number
  /**
   * The batching window: milliseconds during which changes gather into one write: 50 to 100 are a good choice. 0, the default, sends each change by
   * itself, at once; 10,000 is the most. Changes of the same user are merged: their types are united and the records counted,
   * `origin` stays if it is the same, and the more urgent `spread` holds. A change without `models` among others refreshes
   * everything. One write is under way at a time, so a slow feed gets fewer and larger ones, in the order of the calls.
   */
  window?: number
  /**
   * Most attempts after the first, for each request; 5 unless given. Tried again are: no connection, no answer in time, 429
   * and 5xx. The pause before is random, up to 200 ms at first, doubling to 10 s, and never shorter than the feed's `Retry-After`.
   */
  retries?: number
  /** Milliseconds until an attempt without an answer counts as failed; 10,000 unless given. */
  timeout?: number
  /** Random numbers, 0 ≤ n < 1, for the pauses; `Math.random` unless given. */
  random?: () => number
  /** Waits that many milliseconds; by a timer unless given. */
  sleep?: (ms: number) => Promise<void>
}

/** What {@link Notifier.remoteRefresh} did. */
export interface Told {
  /** How many different users were notified. */
  users: number
  /** How many requests that took, retries included; with a `window`, those of the write that this call took part in. */
  requests: number
}

/** Notifies users by one feed. Safe to share, and to call at any time. */
export interface Notifier {
  /**
   * Notifies these users' browsers that something of theirs changed.
   *
   * All ids and the change are checked before anything is sent. Each batch is one atomic write, so one refresh in each
   * browser. It settles when the feed has answered, also where the change waited in a `window`.
   *
   * A write whose answer was lost is repeated, and may then count twice: a browser refreshes once more, and never too little.
   *
   * @param userIds the users whom it concerns; an id given twice counts once, and an empty list sends nothing. An id has at most 768
   *   bytes and none of `. $ # [ ] /` or control characters
   * @param change what changed
   * @throws NotifierError, as a rejection; its `failed` names the users who were not notified
   */
  remoteRefresh(userIds: string | number | Iterable<string | number>, change?: Change): Promise<Told>
  /** Sends what a `window` still holds; settles when all calls so far have. Never fails: a failure is reported to the caller of `remoteRefresh`. */
  flush(): Promise<void>
  /** As {@link Notifier.flush}; calls after it fail with `closed`. For the end of a process. May be called twice. */
  close(): Promise<void>
}

/**
 * A notifier for one feed: a Firebase Realtime Database or remote-refresh-server. Sends nothing yet.
 *
 * @throws NotifierError with code `bad-options`
 */
export declare function createNotifier(options: NotifierOptions): Notifier

/** Why {@link Notifier.remoteRefresh} or {@link createNotifier} failed. */
export type NotifierErrorCode =
  /** An option of `createNotifier` is wrong. */
  | 'bad-options'
  /** An id cannot be a user's. No user was notified. */
  | 'bad-user-id'
  /** `models`, `origin` or `spread` is wrong. No user was notified. */
  | 'bad-change'
  /** {@link Notifier.close} was called. No user was notified. */
  | 'closed'
  /** 100,000 users or calls wait for a feed that is slow or away; only with a `window`. No user was notified. */
  | 'overloaded'
  /** The `auth` function threw or gave no token. */
  | 'auth-failed'
  /** The feed answered 401 or 403: the secret or token is wrong. */
  | 'denied'
  /** The feed answered that the request is wrong in another way; see `status`. */
  | 'rejected'
  /** The feed could not be reached, or was too busy, until the retries were used up. */
  | 'unavailable'

/** An error with a code to branch on and a sentence that says what to do. Never holds the secret. */
export declare class NotifierError extends Error {
  constructor(code: NotifierErrorCode, message: string, details?: { status?: number; failed?: unknown[] })
  /** Distinguishes it from other errors. */
  readonly name: 'NotifierError'
  /** What went wrong, to branch on. */
  readonly code: NotifierErrorCode
  /** HTTP status of the last answer, where there was one. */
  readonly status?: number
  /** The users whom the feed did not confirm as notified: pass them to `remoteRefresh` again. To be notified twice does no harm. */
  readonly failed: unknown[]
}
