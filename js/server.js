// The server's half of remote-refresh: writes to the feed that something of these users changed.
//
// One `remoteRefresh` is one atomic multi-path PATCH to the feed (a Firebase Realtime Database or remote-refresh-server),
// so one event for each browser and one pass over its screen. It bumps `updated` and `version` of each user's node and, for
// those who say what changed, `models/<Type>`. No data is sent: browsers fetch what they show from the app's own API.
//
// A write whose answer was lost is repeated, and may then count twice. It can't be made to count once: the feed takes conditions
// (`if-match`) on a PUT of one place only, and for the price of a read before each write. So a repeat costs a browser one
// needless refresh, and no change is ever lost. docs/notifier.md has the whole reasoning.
//
// Runs wherever there is `fetch`: Node 18 and later, Deno, Bun, edge workers. Logs nothing, and never lets the secret into an
// error. Without a `window` nothing is kept between calls.
import { isText, patches, readChange, uniqueUsers } from './server/change.js'
import { NotifierError } from './server/error.js'
import { createGatherer } from './server/gather.js'
import { createSender } from './server/send.js'

export { NotifierError }

/** A request's text grows to about this many characters; further users go into the next one. */
const MOST_TEXT = 1_000_000

/** The longest window, in milliseconds: more than that is no coalescing but a delay. */
const LONGEST_WINDOW = 10_000

/**
 * A notifier for one feed.
 *
 * @param {object} options
 * @param {string} options.url the feed's base address; a path and a query (`?ns=…`) are kept
 * @param {string | ((why: { refused: boolean }) => string | Promise<string>)} [options.auth] the feed's secret or a token, or a
 *   function that gets one; it is asked at each write, and once more (`refused: true`) when the feed answers 401
 * @param {string} [options.authParameter] query parameter that carries it: `auth`, or `access_token` for Google's OAuth tokens
 * @param {typeof globalThis.fetch} [options.fetch] used instead of the global one
 * @param {number} [options.batchSize] most users in one request
 * @param {number} [options.window] milliseconds during which changes gather into one write; 0 sends each by itself, at once
 * @param {number} [options.retries] most attempts after the first, for each request
 * @param {number} [options.timeout] milliseconds until an attempt without an answer counts as failed
 * @param {() => number} [options.random] 0 ≤ number < 1, for the pauses between attempts
 * @param {(ms: number) => Promise<void>} [options.sleep] pauses
 * @throws {NotifierError} `bad-options`
 */
export function createNotifier({
  url,
  auth,
  authParameter = 'auth',
  fetch,
  batchSize = 500,
  window = 0,
  retries = 5,
  timeout = 10_000,
  random = Math.random,
  sleep = ms => new Promise(resolve => setTimeout(resolve, ms)),
} = {}) {
  const base = endpoint(url)
  if (auth !== undefined && typeof auth !== 'function' && !isText(auth))
    throw new NotifierError('bad-options', 'auth must be a non-empty string or a function that returns one; leave it out for a feed that asks for none')
  if (authParameter !== 'auth' && authParameter !== 'access_token')
    throw new NotifierError('bad-options', "authParameter must be 'auth' or 'access_token'")
  wholeNumber('batchSize', batchSize, 1)
  wholeNumber('window', window, 0, LONGEST_WINDOW)
  wholeNumber('retries', retries, 0)
  wholeNumber('timeout', timeout, 1)
  if (typeof (fetch ?? globalThis.fetch) !== 'function')
    throw new NotifierError('bad-options', 'there is no fetch in this runtime: pass one as the option fetch')

  const sender = createSender({ base, auth, authParameter, fetch, retries, timeout, random, sleep })

  /**
   * Tells each user what is said of them, in as many requests as it takes, one after the other. Gives their number, and what
   * stopped it, if anything did; that error's `failed` names who was not told.
   */
  async function write(told) {
    let done = 0
    let session = { requests: 0 }
    try {
      session = await sender.open()
      for (const { users, body } of patches(told, batchSize, MOST_TEXT)) {
        await session.send(body)
        done += users.length
      }
    } catch (error) {
      if (error instanceof NotifierError) error.failed = told.slice(done).map(([user]) => user)
      return { requests: session.requests, error }
    }
    return { requests: session.requests }
  }

  const gatherer = window > 0 ? createGatherer({ window, sleep, write }) : undefined
  /** Calls under way, for those who wait for all of them. */
  const underWay = new Set()
  let closed = false

  async function tell(userIds, change) {
    const users = uniqueUsers(userIds)
    const checked = readChange(change, users)
    if (closed) throw new NotifierError('closed', 'the notifier is closed: make a new one', { failed: users })
    if (users.length === 0) return { users: 0, requests: 0 }
    if (gatherer) return gatherer.add(users, checked)
    const { requests, error } = await write(users.map(user => [user, checked]))
    if (error) throw error
    return { users: users.length, requests }
  }

  return {
    /**
     * Tells these users' browsers that something of theirs changed; settles when the feed has answered.
     *
     * @param {string | number | Iterable<string | number>} userIds whom it concerns; an id given twice counts once
     * @param {{ models?: object | string[], origin?: string, spread?: number }} [change] what changed, see server.d.ts
     * @returns {Promise<{ users: number, requests: number }>} how many users were told, by how many requests
     * @throws {NotifierError} its `failed` names the users who were not told
     */
    remoteRefresh(userIds, change = {}) {
      const call = tell(userIds, change).finally(() => underWay.delete(call))
      underWay.add(call)
      return call
    },

    /** Sends what a window still holds, and settles when every call so far has. Failures are told to those who called. */
    async flush() {
      gatherer?.flush()
      await Promise.allSettled(underWay)
    },

    /** As `flush`; later calls fail with `closed`. For the end of a process. May be called twice. */
    close() {
      closed = true
      return this.flush()
    },
  }
}

// Options
// -------

/** The address that takes the PATCH: `<url>/.json`, with the query of `url`. */
function endpoint(url) {
  let parsed
  try {
    parsed = new URL(url)
  } catch {
    // falls through to the sentence below
  }
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new NotifierError('bad-options', "url must be the feed's whole address, such as https://my-app.firebaseio.com")
  if (parsed.username || parsed.password)
    throw new NotifierError('bad-options', 'url must not carry a user name or password: pass the secret as auth')
  parsed.hash = ''
  parsed.pathname = parsed.pathname.replace(/\/*(\.json)?$/, '/.json')
  return parsed
}

/** Up to 2³¹ − 1 unless said otherwise, the longest that timers can wait in milliseconds. */
function wholeNumber(name, value, least, most = 2 ** 31 - 1) {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new NotifierError('bad-options', `${name} must be a whole number from ${least} to ${most}`)
}
