// The type of providers, which `connect({ provider })` takes.

/** What a provider gets: the user it is for, and the calls by which it says what it knows. */
export interface ProviderFeed {
  /** The user: the `uid` given to `connect`. */
  readonly uid: string | number | undefined
  /** The token that `connect`'s `auth` gave, if there is one. */
  readonly token: string | undefined
  /**
   * The whole node as it is now, as JSON: whatever differs from the last one is announced, and refreshes. The first one after
   * each opening says that the feed is open, so give the present state as soon as it is known.
   */
  value(node: unknown): void
  /**
   * Something may have changed: where there are messages and no state to be had. To be called for each message, and once at each
   * opening, since whatever was said before that was missed.
   */
  changed(): void
  /** The connection lives, and there is nothing new. Of use where `connect` has a `silenceTimeout`. */
  alive(): void
  /** The connection is lost: the feed is stale, the provider is closed, and after a while opened again. */
  lost(why?: unknown): void
  /** These credentials were refused: a new token is asked for once; if that is refused too, nothing is tried until they change. */
  denied(why?: unknown): void
}

/**
 * Brings a user's node by other means than the Realtime Database's event streams. It is called when the feed connects, and
 * again after it was closed for a while: the connection was lost, the browser was offline, the token was renewed. What it
 * returns, or its promise gives, is called when it is to close. What it throws counts as `lost`.
 */
export type Provider = (feed: ProviderFeed) => void | (() => void) | Promise<void | (() => void)>
