// The server's half of remote-refresh: tells the feed that something of these users changed.
//
// One `remoteRefresh` is one atomic multi-path PATCH to the feed (a Firebase Realtime Database or remote-refresh-server),
// so one event for each browser and one pass over its screen. It bumps `updated` and `version` of each user's node and, for
// those who say what changed, `models/<Type>`. No data is sent: browsers fetch what they show from the app's own API.
//
// Runs wherever there is `fetch`: Node 18 and later, Deno, Bun, edge workers. Keeps nothing between calls, logs nothing,
// and never lets the secret into an error.
import { changeFields, isText, patchBody, uniqueUsers } from './server/change.js'
import { NotifierError } from './server/error.js'

export { NotifierError }

/** First and longest pause between two attempts, in milliseconds; in between it doubles. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 10_000

/** A feed that wants to be left alone for longer than this (milliseconds) is not waited for. */
const LONGEST_RETRY_AFTER = 60_000

/**
 * A notifier for one feed.
 *
 * @param {object} options
 * @param {string} options.url the feed's base address; a path and a query (`?ns=…`) are kept
 * @param {string | ((why: { refused: boolean }) => string | Promise<string>)} [options.auth] the feed's secret or a token, or a
 *   function that gets one; it is asked at each `remoteRefresh`, and once more (`refused: true`) when the feed answers 401
 * @param {string} [options.authParameter] query parameter that carries it: `auth`, or `access_token` for Google's OAuth tokens
 * @param {typeof globalThis.fetch} [options.fetch] used instead of the global one
 * @param {number} [options.batchSize] most users in one request
 * @param {number} [options.retries] most attempts after the first, for each request
 * @param {number} [options.timeout] milliseconds until an attempt without an answer counts as failed
 * @param {() => number} [options.random] 0 ≤ number < 1, for the pauses between attempts
 * @param {(ms: number) => Promise<void>} [options.sleep] pauses
 * @returns {{ remoteRefresh(userIds: unknown, change?: object): Promise<{ users: number, requests: number }> }}
 * @throws {NotifierError} `bad-options`
 */
export function createNotifier({
  url,
  auth,
  authParameter = 'auth',
  fetch: ownFetch,
  batchSize = 500,
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
  wholeNumber('retries', retries, 0)
  wholeNumber('timeout', timeout, 1)
  if (typeof (ownFetch ?? globalThis.fetch) !== 'function')
    throw new NotifierError('bad-options', 'there is no fetch in this runtime: pass one as the option fetch')

  /** Asks for the token. The reason of a failure stays out of the message: it may quote the token. */
  async function getToken(refused) {
    if (typeof auth !== 'function') return auth
    const token = await Promise.resolve().then(() => auth({ refused })).catch(() => undefined)
    if (!isText(token)) throw new NotifierError('auth-failed', 'the auth function threw or returned no token: it must return a non-empty string')
    return token
  }

  /** One attempt. Gives `{ status, text, retryAfter }`, or `{ reason }` when there was no answer. */
  async function attempt(body, token) {
    const target = new URL(base)
    target.searchParams.set('print', 'silent')
    if (token !== undefined) target.searchParams.set(authParameter, token)
    try {
      const response = await (ownFetch ?? globalThis.fetch)(target.href, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(timeout),
      })
      const { status } = response
      // Reading to the end also frees the connection for the next request.
      return { status, text: await response.text(), retryAfter: retryAfter(response.headers.get('retry-after')) }
    } catch (error) {
      if (error?.name === 'TimeoutError') return { reason: `no answer within ${timeout} ms` }
      // Only a code such as ECONNREFUSED is passed on: the message may quote the address, and so the secret.
      const code = String(error?.cause?.code ?? error?.code)
      return { reason: /^[A-Z][A-Z_]+$/.test(code) ? code : 'the connection failed' }
    }
  }

  /** Sends one batch until it is accepted. `session` holds the token, which later batches use too. */
  async function send(body, session) {
    let refused = false
    for (let failures = 0; ; ) {
      session.requests++
      const answer = await attempt(body, session.token)
      const { status } = answer
      if (status >= 200 && status < 300) return

      if (status === 401 && typeof auth === 'function' && !refused) {
        refused = true
        session.token = await getToken(true)
        continue
      }
      if (status !== undefined && status !== 429 && status < 500) throw refusal(answer, base, session.token)

      // Full jitter: many notifiers that failed together do not come back together.
      const pause = random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures)
      const wait = Math.max(pause, answer.retryAfter ?? 0)
      if (failures++ >= retries || wait > LONGEST_RETRY_AFTER) throw unavailable(answer, base, wait)
      await sleep(wait)
    }
  }

  return {
    /**
     * Tells these users' browsers that something of theirs changed.
     *
     * An attempt that timed out may have arrived all the same, so `version` can move by more than one; browsers then fetch
     * the whole type instead of one record.
     *
     * @param {string | number | Iterable<string | number>} userIds whom it concerns; an id given twice counts once
     * @param {{ models?: object | string[], origin?: string, spread?: number }} [change] what changed, see server.d.ts
     * @returns {Promise<{ users: number, requests: number }>} how many users were told, by how many requests
     * @throws {NotifierError} its `failed` names the users who were not told
     */
    async remoteRefresh(userIds, change = {}) {
      const users = uniqueUsers(userIds)
      const fields = changeFields(change, users)
      const session = { token: undefined, requests: 0 }
      let told = 0
      try {
        if (users.length > 0) session.token = await getToken(false)
        for (; told < users.length; told += batchSize) {
          await send(patchBody(users.slice(told, told + batchSize), fields), session)
        }
      } catch (error) {
        if (error instanceof NotifierError) error.failed = users.slice(told)
        throw error
      }
      return { users: users.length, requests: session.requests }
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

/** Up to 2³¹ − 1, the longest that timers can wait in milliseconds. */
function wholeNumber(name, value, least) {
  if (!Number.isInteger(value) || value < least || value >= 2 ** 31)
    throw new NotifierError('bad-options', `${name} must be a whole number, at least ${least} and below 2^31`)
}

// The answer
// ----------

/** Milliseconds of a Retry-After header, given as seconds or as a date; `undefined` without one. */
function retryAfter(header) {
  if (!header) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** The feed says that the request is wrong: trying again would not help. */
function refusal({ status, text }, base, token) {
  const advice = {
    401: 'check auth: only the secret may write',
    403: 'check auth: only the secret may write',
    404: 'there is no such feed: check url, and ns= in it',
    413: 'the request is too large: lower batchSize',
  }
  // The feed's own words, unless they hold the token.
  const forms = token === undefined ? [] : [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1)]
  const said = forms.some(form => text.includes(form)) ? '' : text.replace(/\s+/g, ' ').trim().slice(0, 200)
  const sentence = `the feed at ${base.host} answered ${status}${said && ` (${said})`}: ${advice[status] ?? 'check url and the change'}`
  return new NotifierError(status === 401 || status === 403 ? 'denied' : 'rejected', sentence, { status })
}

/** The feed is there no longer, or not now. `wait` is the pause that was due next. */
function unavailable({ status, reason }, base, wait) {
  const what = status === undefined ? `could not be reached (${reason})` : `answered ${status}`
  const end = wait > LONGEST_RETRY_AFTER ? `and asks for a pause of ${Math.ceil(wait / 1000)} s` : 'and the retries are used up'
  return new NotifierError('unavailable', `the feed at ${base.host} ${what} ${end}: call remoteRefresh again later with the users in failed`, { status })
}
