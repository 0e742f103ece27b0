/**
 * For an app's own tests: a feed without a server, a clock that the test turns, and counts of what is fetched.
 *
 * ```js
 * import { createApp } from 'remote-refresh'
 * import { fakeFeed, watchFetches } from 'remote-refresh/testing'
 *
 * const App = createApp()
 * const feed = fakeFeed()
 * const fetches = watchFetches(App)
 * App.connect({ uid: 'ann', provider: feed })
 * App.show(inboxPage)
 * feed.change({ Message: 'm1' })
 * await fetches.settled()
 * fetches.of(inboxPage.collection) // 1
 * ```
 *
 * @packageDocumentation
 */
import type { Provider } from './provider.js'
import type { Change } from './server.js'

/** A provider that a test drives. */
export interface FakeFeed extends Provider {
  /**
   * Changes the node as a server's `notifier.remoteRefresh` does: `feed.change({ Message: 'm1' })` names types and records; without
   * an argument, everything is refreshed. Throws a `NotifierError` (`bad-change`) for what a notifier would not take.
   * @param about the change's `origin` and `spread`
   */
  change(models?: Change['models'], about?: Pick<Change, 'origin' | 'spread'>): void
  /** Replaces the node by any value. */
  set(node: unknown): void
  /** Cuts the connection. The App opens it again after its usual wait, `reconnectionDelay`; what changes until then it learns then. */
  drop(why?: string): void
  /** Refuses everybody from now on, until `allow()`. */
  deny(why?: string): void
  /** Ends `deny`; an App that was denied connects again by `feed.authenticate()`. */
  allow(): void
  /** The token at hand is no longer valid: a renewable one is asked for once more, any other is denied. */
  expire(): void
  /** The node as it is now. */
  readonly node: any
  /** How often it was opened. */
  readonly openings: number
  /** How many Apps follow it now. */
  readonly connected: number
  /** The token of the last opening. */
  readonly token: string | undefined
}

/** A feed without a server: `App.connect({ uid, provider: fakeFeed() })`. It is open at once. */
export function fakeFeed(options?: {
  /** The node at the beginning. Default `{ updated: 1, version: 0 }`. */
  node?: unknown
}): FakeFeed

/** A clock that stands still until a test turns it. */
export interface VirtualClock {
  /** Its time, in ms since 1970. */
  readonly now: number
  /** How many timers wait. */
  readonly waiting: number
  /** Goes forward: each timer that is due by then fires at its time, and what it causes comes before the next one. */
  advance(ms: number): Promise<void>
  /** Puts `Date` and the timers back. What still waits never fires. */
  uninstall(): void
}

/**
 * Takes the place of `Date`, `setTimeout`, `setInterval` and their likes, for reconnects, debounces, repeats and time limits. Install it
 * before the App connects. Vitest's and Playwright's own fake clocks do as well.
 */
export function virtualClock(options?: { /** When it begins, in ms since 1970. Default: now. */ now?: number }): VirtualClock

/** What an App has fetched since it is watched. */
export interface FetchWatch {
  /** How often a model or collection was fetched by the App. */
  of(entity: object): number
  /** How many fetches there were. */
  readonly total: number
  /** What is being fetched now. */
  readonly underWay: object[]
  /** The `refresh:error`s. */
  readonly errors: { code: string, cause: unknown, entity?: object, view?: object }[]
  /**
   * Resolves when nothing is being fetched, nor is about to be: at once, if nothing was pending. Rejects with `not-settled`
   * after `timeout` ms (default 5000) of real time. What waits for a timer (a debounce, a repeat after a failure) doesn't count.
   */
  settled(options?: { timeout?: number }): Promise<void>
  /** Counts from 0 again. */
  reset(): void
  /** Watches no more. */
  stop(): void
}

/** Counts what an App fetches, from now on. */
export function watchFetches(App: { Events: any }): FetchWatch
