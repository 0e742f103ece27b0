// One request to the feed, tried until it is accepted or there is no hope; and what its refusals mean.
import { isText } from './change.js'
import { NotifierError } from './error.js'

/** First and longest pause between two attempts, in milliseconds; in between it doubles. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 10_000

/** A feed that wants to be left alone for longer than this (milliseconds) is not waited for. */
const LONGEST_RETRY_AFTER = 60_000

/**
 * Gives `open()`, which begins what one write needs: a token, asked for once, and a count of requests.
 *
 * @param {object} options as `createNotifier` has checked them, with `base`, the address of the PATCH
 * @returns {{ open(): Promise<{ requests: number, send(body: string): Promise<void> }> }}
 */
export function createSender({ base, auth, authParameter, fetch: ownFetch, retries, timeout, random, sleep }) {
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

  async function open() {
    let token = await getToken(false)
    return {
      requests: 0,
      async send(body) {
        let refused = false
        for (let failures = 0; ; ) {
          this.requests++
          const answer = await attempt(body, token)
          const { status } = answer
          if (status >= 200 && status < 300) return

          if (status === 401 && typeof auth === 'function' && !refused) {
            refused = true
            token = await getToken(true)
            continue
          }
          if (status !== undefined && status !== 429 && status < 500) throw refusal(answer, base, token)

          // Full jitter: many notifiers that failed together do not come back together.
          const pause = random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures)
          const wait = Math.max(pause, answer.retryAfter ?? 0)
          if (failures++ >= retries || wait > LONGEST_RETRY_AFTER) throw unavailable(answer, base, wait)
          await sleep(wait)
        }
      },
    }
  }

  return { open }
}

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
