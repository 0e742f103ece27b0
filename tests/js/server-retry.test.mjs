// What the notifier does when the feed refuses, fails or is silent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { NotifierError, createNotifier } from '../../js/server.js'
import { addressOfNobody, startFeed, usersOf, withoutWaiting } from './server-feed.mjs'

/** Runs one call on a feed that gives these answers; gives requests, pauses, and the result or the error. */
async function attempt(answers, { users = 'ann', ...more } = {}) {
  const feed = await startFeed(...answers)
  const { pauses, options } = withoutWaiting(more.jitter)
  const notifier = createNotifier({ url: feed.url, auth: 's3cret', ...options, ...more })
  const outcome = await notifier.remoteRefresh(users).catch(error => error)
  return { ...feed, pauses, outcome }
}

for (const answer of [429, 500, 502, 503, 'hang up']) {
  test(`${answer} is tried again until it works, with the same body`, async () => {
    const { requests, pauses, outcome } = await attempt([answer, answer])
    assert.equal(requests.length, 3)
    assert.equal(pauses.length, 2)
    assert.deepEqual(requests[2].body, requests[0].body)
    assert.deepEqual(outcome, { users: 1, requests: 3 })
  })
}

test('an attempt without an answer in time is tried again', async () => {
  const { requests, outcome } = await attempt(['hang'], { timeout: 300 })
  assert.equal(requests.length, 2)
  assert.equal(outcome.requests, 2)
})

test('a feed that is not there is tried the whole number of times, and the error says so', async () => {
  const { pauses, options } = withoutWaiting()
  const notifier = createNotifier({ url: await addressOfNobody(), auth: 's3cret', retries: 3, ...options })
  await assert.rejects(notifier.remoteRefresh(['ann', 'bob']), error => {
    assert.equal(error.code, 'unavailable')
    assert.equal(error.status, undefined)
    assert.match(error.message, /ECONNREFUSED/)
    assert.deepEqual(error.failed, ['ann', 'bob'])
    return true
  })
  assert.equal(pauses.length, 3)
})

test('the pauses double up to ten seconds', async () => {
  const { pauses, outcome } = await attempt(Array(9).fill(503), { retries: 8 })
  assert.deepEqual(pauses, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
  assert.equal(outcome.code, 'unavailable')
  assert.equal(outcome.status, 503)
})

test('the pauses have full jitter', async () => {
  const { pauses } = await attempt([503, 503, 503], { jitter: 0.25 })
  assert.deepEqual(pauses, [50, 100, 200])
})

test('no retries when none are wanted', async () => {
  const { requests, outcome } = await attempt([503], { retries: 0 })
  assert.equal(requests.length, 1)
  assert.equal(outcome.code, 'unavailable')
})

test('Retry-After in seconds is the least pause', async () => {
  const { pauses } = await attempt([{ status: 429, headers: { 'retry-after': '7' } }])
  assert.deepEqual(pauses, [7000])
})

test('Retry-After as a date is heeded too', async () => {
  const date = new Date(Date.now() + 30_000).toUTCString()
  const { pauses } = await attempt([{ status: 503, headers: { 'retry-after': date } }], { jitter: 0 })
  assert.equal(pauses.length, 1)
  assert.ok(pauses[0] > 0 && pauses[0] <= 30_000)
})

test('a Retry-After that is past or nonsense changes nothing', async () => {
  const past = new Date(0).toUTCString()
  const { pauses } = await attempt([{ status: 503, headers: { 'retry-after': past } }, { status: 503, headers: { 'retry-after': 'soon' } }])
  assert.deepEqual(pauses, [200, 400])
})

test('a feed that wants an hour is not waited for', async () => {
  const { requests, pauses, outcome } = await attempt([{ status: 503, headers: { 'retry-after': '3600' } }])
  assert.equal(requests.length, 1)
  assert.equal(pauses.length, 0)
  assert.equal(outcome.code, 'unavailable')
  assert.match(outcome.message, /pause of 3600 s/)
})

for (const [status, code] of [
  [400, 'rejected'],
  [401, 'denied'],
  [403, 'denied'],
  [404, 'rejected'],
  [413, 'rejected'],
]) {
  test(`${status} is not tried again`, async () => {
    const { requests, outcome } = await attempt([{ status, body: '{ "error" : "Some reason" }' }])
    assert.equal(requests.length, 1)
    assert.ok(outcome instanceof NotifierError)
    assert.equal(outcome.code, code)
    assert.equal(outcome.status, status)
    assert.deepEqual(outcome.failed, ['ann'])
    assert.match(outcome.message, /Some reason/)
  })
}

test('when a later batch fails, the error names its users and those after it', async () => {
  const { requests, outcome } = await attempt([204, 400], { users: ['a', 'b', 'c', 'd', 'e'], batchSize: 2 })
  assert.deepEqual(requests.map(usersOf), [['a', 'b'], ['c', 'd']])
  assert.deepEqual(outcome.failed, ['c', 'd', 'e'])
})

test('each batch has its own retries', async () => {
  const { requests, outcome } = await attempt([503, 503, 204, 503, 503, 204], { users: ['a', 'b'], batchSize: 1, retries: 2 })
  assert.equal(requests.length, 6)
  assert.deepEqual(outcome, { users: 2, requests: 6 })
})

test('an auth function is asked once per call, also for several batches', async () => {
  const asked = []
  const auth = why => (asked.push(why), 't1')
  const { requests } = await attempt([], { users: ['a', 'b', 'c'], batchSize: 1, auth })
  assert.deepEqual(requests.map(({ query }) => query.auth), ['t1', 't1', 't1'])
  assert.deepEqual(asked, [{ refused: false }])
})

test('an auth function is asked once more on 401, and its new token serves the later batches', async () => {
  const auth = async ({ refused }) => (refused ? 'new' : 'old')
  const { requests, pauses } = await attempt([401], { users: ['a', 'b'], batchSize: 1, auth })
  assert.deepEqual(requests.map(({ query }) => query.auth), ['old', 'new', 'new'])
  assert.equal(pauses.length, 0)
})

test('a second 401 is final', async () => {
  const { requests, outcome } = await attempt([401, 401], { auth: () => 't1' })
  assert.equal(requests.length, 2)
  assert.equal(outcome.code, 'denied')
})

test('an auth function that throws or gives nothing fails the call before anything is sent', async () => {
  for (const auth of [() => undefined, () => Promise.reject(new Error('s3cret')), () => { throw new Error('s3cret') }]) {
    const { requests, outcome } = await attempt([], { auth })
    assert.equal(requests.length, 0)
    assert.equal(outcome.code, 'auth-failed')
    assert.deepEqual(outcome.failed, ['ann'])
  }
})

test('the secret is in no error, whatever the feed or fetch say', async () => {
  const secret = 's3cret+&"x'
  const echoes = [secret, encodeURIComponent(secret), JSON.stringify({ error: secret })]
  const errors = []
  for (const body of echoes) errors.push((await attempt([{ status: 400, body }], { auth: secret })).outcome)
  const failing = async url => {
    throw Object.assign(new TypeError(`request to ${url} failed`), { code: `E ${url}`, cause: { code: url } })
  }
  errors.push((await attempt([], { auth: secret, fetch: failing })).outcome)
  for (const error of errors) {
    assert.ok(error instanceof NotifierError)
    assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /s3cret/)
  }
})

test('the notifier itself does not show the secret', () => {
  const notifier = createNotifier({ url: 'https://feed.example', auth: 's3cret' })
  assert.doesNotMatch(inspect(notifier, { depth: Infinity, showHidden: true }), /s3cret/)
})
