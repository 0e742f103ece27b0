/**
 * Feeds of other kinds than the Realtime Database's, for `connect({ provider })`.
 *
 * ```js
 * import App from 'remote-refresh'
 * import { mercure } from 'remote-refresh/providers'
 *
 * App.connect({ uid: user.id, auth: getToken, provider: mercure('/.well-known/mercure', { topic: ({ uid }) => `/users/${uid}` }) })
 * ```
 *
 * A provider of your own is a function of a {@link ProviderFeed}.
 *
 * @packageDocumentation
 */
import type { Provider, ProviderFeed } from './provider.js'

export type { Provider, ProviderFeed } from './provider.js'

/** Whose feed it is. */
export type Whose = Pick<ProviderFeed, 'uid' | 'token'>

/** An address, relative to the page's, or a function that gives one for a user and their token. */
export type Address = string | URL | ((whose: Whose) => string | URL)

/** How requests are made. The token of `connect`'s `auth` goes along as `Authorization: Bearer …`. */
export interface RequestOptions {
  /** Whether cookies go along: as of `fetch`, whose default is `same-origin`. */
  credentials?: 'omit' | 'same-origin' | 'include'
  /** More headers; an `Authorization` here replaces the token's. */
  headers?: Record<string, string>
}

/**
 * A stream of server-sent events, each of which is the whole node. The server begins with the present one, and may send comments
 * to keep the stream alive. 401 and 403 refuse the credentials.
 */
export function eventSource(url: Address, options?: RequestOptions & {
  /** The events that are the node. Default `message`, those without a name. */
  event?: string
  /** The node that an event's data stands for: an object, or one value that differs after each change. Default `JSON.parse`. */
  read?: (data: string) => unknown
}): Provider

/**
 * A topic of a [Mercure](https://mercure.rocks/spec) hub. Each message is a change; one that is a JSON object may say more of it, in the
 * node's words (`models`, `origin`, `spread`). After a reconnect the hub sends what was missed, if it keeps a history; if not,
 * everything is refreshed once.
 */
export function mercure(hub: Address, options: RequestOptions & {
  topic: string | ((whose: Whose) => string)
  /** What a message says. Default: JSON, and nothing for what is none. */
  read?: (data: string) => unknown
}): Provider

/**
 * A WebSocket, each of whose messages is the whole node. The server begins with the present one, and refuses credentials by closing
 * with 1008, 3000, 3003, 4401 or 4403.
 */
export function webSocket(url: Address, options?: {
  protocols?: string | string[]
  /** The first message to the server, for instance with the token, which a browser can't send as a header. */
  hello?: (whose: Whose) => string | Blob | ArrayBuffer
  /** The node that a message stands for: an object, or one value that differs after each change. Default `JSON.parse`. */
  read?: (data: any) => unknown
}): Provider

/**
 * Asks for the node, or for one number that differs after each change, again and again; with `If-None-Match` where the server gives
 * an `ETag`, and not while the tab is hidden. The last resort.
 */
export function poll(url: Address, options?: RequestOptions & {
  /** Milliseconds from an answer to the next question, give or take a tenth. Default 30000. */
  every?: number
  /** The node that an answer's text stands for. Default `JSON.parse`. */
  read?: (text: string) => unknown
}): Provider
