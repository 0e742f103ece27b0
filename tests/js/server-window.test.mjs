// The notifier's window: changes of the same user that come close together become one write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNotifier } from '../../js/server.js'
import { MOST_WAITING, createGatherer } from '../../js/server/gather.js'
import { startFeed, usersOf, withoutWaiting } from './server-feed.mjs'

const increment = by => ({ '.sv': { increment: by } })

/** A notifier with a window that is over when the test says so, and its feed. */
async function gathering(answers = [], options) {
  const feed = await startFeed(...answers)
  const windows = []
  const sleep = ms => new Promise(resolve => windows.push({ ms, end: resolve }))
  const notifier = createNotifier({ url: feed.url, auth: 's3cret', window: 50, retries: 0, sleep, ...options })
  return { ...feed, notifier, windows }
}

/** What one of the requests says of a user, without `users/<user>/`. */
const saidOf = ({ body }, user) =>
  Object.fromEntries(Object.entries(body).filter(([path]) => path.startsWith(`users/${user}/`)).map(([path, value]) => [path.slice(user.length + 7), value]))

/** What ann is told after these changes in one window. */
async function mergedTo(...changes) {
  const { notifier, requests, windows } = await gathering()
  const calls = changes.map(change => notifier.remoteRefresh('ann', change))
  assert.equal(windows.length, 1)
  windows[0].end()
  for (const told of await Promise.all(calls)) assert.deepEqual(told, { users: 1, requests: 1 })
  assert.equal(requests.length, 1)
  return saidOf(requests[0], 'ann')
}

test('nothing is sent before the window is over, and then one request tells everybody', async () => {
  const { notifier, requests, windows } = await gathering()
  const calls = [notifier.remoteRefresh(['ann', 'bob']), notifier.remoteRefresh(['bob', 'cy'], { models: { Message: 'm1' } })]
  assert.equal(requests.length, 0)
  assert.deepEqual(windows.map(({ ms }) => ms), [50])
  windows[0].end()
  assert.deepEqual(await Promise.all(calls), [{ users: 2, requests: 1 }, { users: 2, requests: 1 }])
  assert.deepEqual(requests.map(usersOf), [['ann', 'bob', 'cy']])
  assert.equal('models/Message/id' in saidOf(requests[0], 'ann'), false)
  assert.equal(saidOf(requests[0], 'cy')['models/Message/id'], 'm1')
})

test('types are united, records counted, and the last word stays; for the browser it is one change', async () => {
  const said = await mergedTo(
    { models: { Message: { op: 'added', id: 'm1' } } },
    { models: { Message: { op: 'removed', id: 'm2' }, Thread: 't1' } },
    { models: { Message: ['m3', 'm4'] } },
  )
  assert.deepEqual(said, {
    updated: { '.sv': 'timestamp' },
    version: increment(1),
    origin: null,
    spread: null,
    'models/Message/version': increment(4),
    'models/Message/op': 'changed',
    'models/Message/id': 'm4',
    'models/Thread/version': increment(1),
    'models/Thread/op': 'changed',
    'models/Thread/id': 't1',
  })
})

test('changes that name no types are one such change', async () => {
  assert.deepEqual(await mergedTo({}, {}, {}), { updated: { '.sv': 'timestamp' }, version: increment(1), origin: null, spread: null })
})

for (const [name, changes] of [
  ['first', [{}, { models: { Message: 'm1' } }, { models: { Message: 'm2' } }]],
  ['last', [{ models: { Message: 'm1' } }, { models: { Message: 'm2' } }, {}]],
]) {
  test(`a change that names no types, ${name}, makes the count move by two: browsers then trust no types`, async () => {
    const said = await mergedTo(...changes)
    assert.deepEqual(said.version, increment(2))
    assert.deepEqual(said['models/Message/version'], increment(2))
  })
}

test('more than 100 types in one write are everything', async () => {
  const types = from => Array.from({ length: 60 }, (_, i) => `T${from + i}`)
  const said = await mergedTo({ models: types(0) }, { models: types(60) })
  assert.deepEqual(Object.keys(said), ['updated', 'version', 'origin', 'spread'])
})

test('an origin stays only if it is that of every change', async () => {
  assert.equal((await mergedTo({ origin: 'tab-1' }, { origin: 'tab-1' })).origin, 'tab-1')
  assert.equal((await mergedTo({ origin: 'tab-1' }, { origin: 'tab-2' })).origin, null)
  assert.equal((await mergedTo({ origin: 'tab-1' }, {})).origin, null)
  assert.equal((await mergedTo({}, { origin: 'tab-1' })).origin, null)
})

test('the more urgent spread holds, and none is the most urgent', async () => {
  assert.equal((await mergedTo({ spread: 5000 }, { spread: 300 }, { spread: 1000 })).spread, 300)
  assert.equal((await mergedTo({ spread: 5000 }, {})).spread, null)
  assert.equal((await mergedTo({ spread: 0 }, { spread: 5000 })).spread, 0)
})

test('the next change opens the next window', async () => {
  const { notifier, requests, windows } = await gathering()
  for (let i = 0; i < 3; i++) {
    const call = notifier.remoteRefresh('ann')
    assert.equal(windows.length, i + 1)
    windows[i].end()
    await call
  }
  assert.equal(requests.length, 3)
})

test('while a write is under way, changes gather, however many windows go by', async () => {
  let answer
  const bodies = []
  const fetch = (_, { body }) => (bodies.push(JSON.parse(body)), new Promise(resolve => (answer = () => resolve(new Response(null, { status: 204 })))))
  const { notifier, windows } = await gathering([], { fetch })
  const first = notifier.remoteRefresh('ann')
  windows[0].end()
  await until(() => bodies.length === 1)
  const later = ['m1', 'm2', 'm3'].map(id => notifier.remoteRefresh('ann', { models: { Message: id } }))
  windows[1].end()
  later.push(notifier.remoteRefresh('bob'))
  assert.equal(windows.length, 2)
  answer()
  await first
  await until(() => bodies.length === 2)
  answer()
  await Promise.all(later)
  assert.deepEqual(bodies.map(body => usersOf({ body })), [['ann'], ['ann', 'bob']])
  assert.deepEqual(bodies[1]['users/ann/models/Message/version'], increment(3))
})

test('a gathered write is sent in batches too', async () => {
  const { notifier, requests, windows } = await gathering([], { batchSize: 2 })
  const calls = [notifier.remoteRefresh(['a', 'b', 'c']), notifier.remoteRefresh(['c', 'd', 'e'])]
  windows[0].end()
  assert.deepEqual(await Promise.all(calls), [{ users: 3, requests: 3 }, { users: 3, requests: 3 }])
  assert.deepEqual(requests.map(usersOf), [['a', 'b'], ['c', 'd'], ['e']])
})

test('each call is told of its own failure: whoever was told in an earlier batch is told', async () => {
  const { notifier, windows } = await gathering([204, 503], { batchSize: 2 })
  const calls = [notifier.remoteRefresh(['a', 'b']), notifier.remoteRefresh(['b', 'c']), notifier.remoteRefresh(['d'])]
  windows[0].end()
  const [first, second, third] = await Promise.allSettled(calls)
  assert.deepEqual(first.value, { users: 2, requests: 2 })
  assert.deepEqual([second.reason.code, second.reason.status, second.reason.failed], ['unavailable', 503, ['c']])
  assert.deepEqual([third.reason.code, third.reason.failed], ['unavailable', ['d']])
  assert.notEqual(second.reason, third.reason)
})

test('after a write that failed the next one is sent', async () => {
  const { notifier, requests, windows } = await gathering([400])
  const failing = notifier.remoteRefresh('ann')
  windows[0].end()
  await assert.rejects(failing, { code: 'rejected' })
  const call = notifier.remoteRefresh('ann')
  windows[1].end()
  await call
  assert.equal(requests.length, 2)
})

test('what is wrong with a call is told at once, and keeps nothing from the others', async () => {
  const { notifier, requests, windows } = await gathering()
  await assert.rejects(notifier.remoteRefresh('a/b'), { code: 'bad-user-id' })
  await assert.rejects(notifier.remoteRefresh('ann', { origin: '' }), { code: 'bad-change' })
  assert.deepEqual(await notifier.remoteRefresh([]), { users: 0, requests: 0 })
  assert.equal(windows.length, 0)
  const call = notifier.remoteRefresh('bob')
  windows[0].end()
  await call
  assert.deepEqual(requests.map(usersOf), [['bob']])
})

test('flush sends what waits, and settles when it has been answered', async () => {
  const { notifier, requests, windows } = await gathering()
  const told = []
  notifier.remoteRefresh('ann').then(() => told.push('ann'))
  await notifier.flush()
  assert.deepEqual([told, requests.length], [['ann'], 1])
  windows[0].end()
  await notifier.flush()
  assert.equal(requests.length, 1, 'the window that was cut short sends nothing more')
})

test('flush does not fail where a call does', async () => {
  const { notifier } = await gathering([400])
  const failing = assert.rejects(notifier.remoteRefresh('ann'), { code: 'rejected' })
  await notifier.flush()
  await failing
})

for (const window of [0, 50]) {
  test(`close, with a window of ${window} ms: what was called is sent, and later calls fail`, async () => {
    const { notifier, requests } = await gathering([], { window })
    const call = notifier.remoteRefresh('ann')
    await Promise.all([notifier.close(), notifier.close()])
    assert.deepEqual(await call, { users: 1, requests: 1 })
    await assert.rejects(notifier.remoteRefresh('bob'), error => {
      assert.deepEqual([error.code, error.failed], ['closed', ['bob']])
      return true
    })
    assert.equal(requests.length, 1)
  })
}

test('flush without a window waits for calls under way', async () => {
  const { options } = withoutWaiting()
  const { notifier, requests } = await gathering([503, 503], { window: 0, retries: 5, ...options })
  const call = notifier.remoteRefresh('ann')
  await notifier.flush()
  assert.equal(requests.length, 3)
  assert.deepEqual(await call, { users: 1, requests: 3 })
})

test('more users than may wait are turned away at once, and those who wait are still told', async () => {
  const change = { types: new Map(), version: 1, origin: null, spread: null }
  const written = []
  const { add, flush } = createGatherer({ window: 50, sleep: () => new Promise(() => {}), write: async told => (written.push(told.length), { requests: 1 }) })
  const many = Array.from({ length: MOST_WAITING }, (_, i) => `u${i}`)
  const call = add(many, change)
  await assert.rejects(add(['u0', 'one more'], change), error => {
    assert.deepEqual([error.code, error.failed], ['overloaded', ['u0', 'one more']])
    return true
  })
  const again = add(['u0'], change)
  await flush()
  assert.deepEqual(await call, { users: MOST_WAITING, requests: 1 })
  assert.deepEqual(await again, { users: 1, requests: 1 })
  assert.deepEqual(written, [MOST_WAITING])
})

/** Waits for what must happen. */
async function until(condition) {
  for (const end = Date.now() + 60_000; !condition(); ) {
    assert.ok(Date.now() < end, 'it never happened')
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}
