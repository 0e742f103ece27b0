// What the notifier writes to the feed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNotifier } from '../../js/server.js'
import { startFeed, usersOf } from './server-feed.mjs'

const increment = { '.sv': { increment: 1 } }

/** Calls `remoteRefresh` on a new feed and gives the requests that arrived, and the result. */
async function told(userIds, change, options) {
  const feed = await startFeed()
  const result = await createNotifier({ url: feed.url, auth: 's3cret', ...options }).remoteRefresh(userIds, change)
  return { ...feed, result }
}

test('one change for several users is one multi-path PATCH of the root', async () => {
  const { requests, result } = await told(['ann', 'bob'])
  assert.equal(requests.length, 1)
  assert.equal(requests[0].method, 'PATCH')
  assert.equal(requests[0].path, '/.json')
  assert.deepEqual(requests[0].query, { print: 'silent', auth: 's3cret' })
  assert.deepEqual(requests[0].body, {
    'users/ann/updated': { '.sv': 'timestamp' },
    'users/ann/version': increment,
    'users/ann/origin': null,
    'users/ann/spread': null,
    'users/bob/updated': { '.sv': 'timestamp' },
    'users/bob/version': increment,
    'users/bob/origin': null,
    'users/bob/spread': null,
  })
  assert.deepEqual(result, { users: 2, requests: 1 })
})

test('origin and spread are written when given', async () => {
  const { requests } = await told('ann', { origin: 'tab-1', spread: 5000 })
  assert.equal(requests[0].body['users/ann/origin'], 'tab-1')
  assert.equal(requests[0].body['users/ann/spread'], 5000)
})

for (const [name, models, op, id] of [
  ['an id alone is a changed record', { Message: 'm1' }, 'changed', 'm1'],
  ['a number is an id too', { Message: 17 }, 'changed', 17],
  ['an operation and an id', { Message: { op: 'added', id: 'm1' } }, 'added', 'm1'],
  ['an operation without an id clears the id of an earlier change', { Message: { op: 'removed' } }, 'removed', null],
  ['true means some records of the type', { Message: true }, 'changed', null],
  ['a list of types means some records of each', ['Message'], 'changed', null],
]) {
  test(`models: ${name}`, async () => {
    const { requests } = await told('ann', { models })
    const { body } = requests[0]
    assert.deepEqual(body['users/ann/models/Message/version'], increment)
    assert.equal(body['users/ann/models/Message/op'], op)
    assert.equal(body['users/ann/models/Message/id'], id)
    assert.equal(Object.keys(body).length, 7)
  })
}

test('models: a list counts each record, and tells what happened last', async () => {
  const { requests } = await told('ann', { models: { Message: ['m1', { op: 'added', id: 'm2' }, true], Thread: ['t1'] } })
  const { body } = requests[0]
  assert.deepEqual(body['users/ann/models/Message/version'], { '.sv': { increment: 3 } })
  assert.deepEqual([body['users/ann/models/Message/op'], body['users/ann/models/Message/id']], ['changed', null])
  assert.deepEqual(body['users/ann/models/Thread/version'], increment)
  assert.equal(body['users/ann/models/Thread/id'], 't1')
  assert.deepEqual(body['users/ann/version'], increment)
})

test('a type named twice counts twice', async () => {
  const { requests } = await told('ann', { models: ['Message', 'Message'] })
  assert.deepEqual(requests[0].body['users/ann/models/Message/version'], { '.sv': { increment: 2 } })
})

test('an id given twice, as a number or a string, counts once', async () => {
  const { requests, result } = await told(['7', 7, 'ann', 'ann'])
  assert.deepEqual(usersOf(requests[0]), ['7', 'ann'])
  assert.equal(result.users, 2)
})

test('ids may come from a set, and a single id needs no list', async () => {
  assert.deepEqual(usersOf((await told(new Set(['ann', 'bob']))).requests[0]), ['ann', 'bob'])
  assert.deepEqual(usersOf((await told('ann')).requests[0]), ['ann'])
  assert.deepEqual(usersOf((await told(0)).requests[0]), ['0'])
})

test('nobody to tell: nothing is sent', async () => {
  const { requests, result } = await told([])
  assert.equal(requests.length, 0)
  assert.deepEqual(result, { users: 0, requests: 0 })
})

test('many users are told in batches, each of them once and in order', async () => {
  const users = Array.from({ length: 1201 }, (_, i) => `u${i}`)
  const { requests, result } = await told(users)
  assert.deepEqual(requests.map(request => usersOf(request).length), [500, 500, 201])
  assert.deepEqual(requests.flatMap(usersOf), users)
  assert.deepEqual(result, { users: 1201, requests: 3 })
})

test('batchSize bounds a batch', async () => {
  const { requests } = await told(['a', 'b', 'c'], undefined, { batchSize: 2 })
  assert.deepEqual(requests.map(usersOf), [['a', 'b'], ['c']])
})

test('a request grows to about a megabyte of text, however many users it could hold', async () => {
  const users = Array.from({ length: 40 }, (_, i) => `u${i}`)
  const models = Array.from({ length: 100 }, (_, i) => `${'T'.repeat(200)}${i}`)
  const { requests } = await told(users, { models })
  assert.deepEqual(requests.flatMap(usersOf), users)
  const sizes = requests.map(({ body }) => JSON.stringify(body).length)
  assert.ok(sizes.length > 2 && Math.max(...sizes) < 1_100_000, `${sizes}`)
  assert.ok(sizes.slice(0, -1).every(size => size > 900_000), `${sizes}`)
})

test('path and namespace of the address are kept', async () => {
  const feed = await startFeed()
  for (const address of ['/feed?ns=demo', '/feed/?ns=demo', '/feed/.json?ns=demo#x'])
    await createNotifier({ url: feed.url + address }).remoteRefresh('ann')
  for (const { path, query } of feed.requests) {
    assert.equal(path, '/feed/.json')
    assert.deepEqual(query, { ns: 'demo', print: 'silent' })
  }
  assert.equal(feed.requests.length, 3)
})

test('a secret with signs of its own arrives as it is', async () => {
  const { requests } = await told('ann', undefined, { auth: 'a+b&c=d %é' })
  assert.equal(requests[0].query.auth, 'a+b&c=d %é')
})

test("Google's OAuth tokens travel as access_token", async () => {
  const { requests } = await told('ann', undefined, { authParameter: 'access_token', auth: 'ya29' })
  assert.deepEqual(requests[0].query, { print: 'silent', access_token: 'ya29' })
})

test('a fetch of its own is used', async () => {
  const calls = []
  const fetch = async (...call) => (calls.push(call), new Response(null, { status: 204 }))
  await createNotifier({ url: 'https://feed.example', fetch }).remoteRefresh('ann')
  assert.equal(calls.length, 1)
  assert.equal(calls[0][0], 'https://feed.example/.json?print=silent')
  assert.equal(calls[0][1].headers['content-type'], 'application/json')
})
