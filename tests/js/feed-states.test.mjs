// The feed's states, told in order with their reasons, through all that a connection meets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { newApp, pause, until } from './support/world.mjs'

const FAST = { reconnectionDelay: 5, reconnectionDelayMax: 20 }

async function world(options) {
  const feed = await startFeed({ updated: 1 })
  const { App, log, told } = newApp()
  const connect = more => App.connect({ url: feed.url, uid: 'u1', ...FAST, ...options, ...more })
  /** `previous → state: code of the reason`, so far. */
  const states = () => log.filter(([name]) => name === 'feed:state')
    .map(([, state, { previous, reason }]) => `${previous} → ${state}${reason ? `: ${reason.code}` : ''}`)
  return { App, feed, log, told, connect, states }
}

test('connecting, open, closed', async () => {
  const { connect, feed, log, states } = await world()
  const handle = connect()
  assert.equal(handle.state, 'connecting')
  assert.equal(handle.reason, null)
  await until(() => handle.state === 'open')
  handle.close()
  assert.equal(handle.state, 'closed')
  assert.deepEqual(states(), ['closed → connecting', 'connecting → open', 'open → closed'])
  assert.ok(log.every(([name, , detail]) => name !== 'feed:state' || detail.feed === handle))
  await until(() => feed.open === 0)
  assert.equal(feed.requests.length, 1)
})

test('closing twice is closing', async () => {
  const { connect, states } = await world()
  const handle = connect()
  handle.close()
  handle.close()
  assert.deepEqual(states(), ['closed → connecting', 'connecting → closed'])
})

test('a feed asks for an event stream, and for no cached one', async () => {
  const { connect, feed } = await world()
  const handle = connect()
  await until(() => handle.state === 'open')
  const [{ headers, path, token }] = feed.requests
  assert.equal(headers.accept, 'text/event-stream')
  assert.match(headers['cache-control'], /no-cache|no-store/)
  assert.deepEqual([path, token], ['/users/u1.json', null])
  handle.close()
})

for (const [how, cut] of Object.entries({ 'is cut off': feed => feed.drop(), ends: feed => feed.end() })) {
  test(`a stream that ${how} is replaced`, async () => {
    const { connect, feed, states } = await world()
    const handle = connect()
    await until(() => handle.state === 'open')
    cut(feed)
    await until(() => feed.requests.length === 2 && handle.state === 'open')
    handle.close()
    assert.deepEqual(states(), [
      'closed → connecting', 'connecting → open', 'open → stale: stream-ended', 'stale → open', 'open → closed',
    ])
  })
}

test('a silent stream is replaced', async () => {
  const { connect, feed, states } = await world({ silenceTimeout: 60 })
  const handle = connect()
  await until(() => feed.requests.length >= 2)
  handle.close()
  assert.ok(states().includes('open → stale: silence'), states().join())
})

test('a connection without a first byte is replaced', async () => {
  const { connect, feed, states } = await world({ connectTimeout: 60 })
  feed.greet(false)
  const handle = connect()
  await until(() => feed.requests.length >= 2)
  feed.greet(true)
  await until(() => handle.state === 'open')
  handle.close()
  assert.ok(states().includes('connecting → connecting: silence'), states().join())
})

test('keep-alives keep a stream', async () => {
  const { connect, feed } = await world({ silenceTimeout: 400 })
  const handle = connect()
  await until(() => handle.state === 'open')
  for (let beat = 0; beat < 20; beat++) {
    await pause(50)
    feed.write('event: keep-alive\ndata: null\n\n')
  }
  assert.equal(feed.requests.length, 1)
  handle.close()
})

for (const status of [500, 503, 429, 204]) {
  test(`${status} is tried again until it works`, async () => {
    const { connect, feed, states } = await world()
    feed.refuse(status, '')
    const handle = connect()
    await until(() => feed.requests.length >= 3)
    feed.accept()
    await until(() => handle.state === 'open')
    handle.close()
    assert.deepEqual(states(), [
      'closed → connecting', 'connecting → connecting: unavailable', 'connecting → open', 'open → closed',
    ])
  })
}

for (const status of [400, 404]) {
  test(`${status} is not: the address is wrong`, async () => {
    const { connect, feed } = await world()
    feed.refuse(status, '{"error":"no such database"}')
    const handle = connect()
    await until(() => handle.state === 'denied')
    assert.equal(handle.reason.code, 'bad-request')
    assert.match(handle.reason.message, /no such database/)
    await pause(300)
    assert.equal(feed.requests.length, 1)
    handle.close()
  })
}

const nested = depth => `${'['.repeat(depth)}1${']'.repeat(depth)}`
for (const [nonsense, data] of Object.entries({
  'half a text': '{"path":"/updated","data":',
  'two values': '{"path":"/updated","data":1} 2',
  'a number beyond a double': '{"path":"/updated","data":1e309}',
  'no object': '1',
  'more keys deep than data can be': `{"path":"/updated","data":${nested(33)}}`,
  'nested as deep as stacks are not': `{"path":"/updated","data":${nested(200_000)}}`,
})) test(`a stream of nonsense is replaced, not believed: ${nonsense}`, async () => {
  const { connect, feed, told, states } = await world()
  const handle = connect()
  await until(() => handle.state === 'open')
  feed.write(`event: put\ndata: ${data}\n\n`)
  await until(() => feed.requests.length === 2 && handle.state === 'open')
  handle.close()
  assert.ok(states().includes('open → stale: bad-event'), states().join())
  assert.deepEqual(told('firebase.child_added'), [])
})

test('a redirect is followed, and the next attempt starts at the original address', async () => {
  const { connect, feed } = await world({ auth: 'tok' })
  const shard = await startFeed({ updated: 1 })
  feed.redirectTo(shard.url)
  const handle = connect()
  await until(() => handle.state === 'open')
  assert.deepEqual([feed.requests.length, shard.requests.length], [1, 1])
  assert.equal(shard.requests[0].token, 'tok')
  shard.drop()
  await until(() => shard.requests.length === 2 && handle.state === 'open')
  assert.deepEqual([feed.requests.length, shard.requests.length], [2, 2])
  feed.redirectTo(null)
  shard.drop()
  await until(() => feed.requests.length === 3 && handle.state === 'open')
  assert.equal(shard.requests.length, 2)
  handle.close()
})

test('connecting for another user closes the first feed, whose values are never told', async () => {
  const { App, connect, feed, states, told } = await world()
  const first = connect()
  await until(() => first.state === 'open')
  const other = await startFeed({ updated: 9 })
  feed.put('/updated', 'a secret of u1')
  const second = App.connect({ url: other.url, uid: 'u2' })
  assert.equal(first.state, 'closed')
  await until(() => second.state === 'open')
  feed.put('/updated', 'another')
  other.put('/updated', 10)
  await until(() => told('firebase.child_added').length)
  assert.deepEqual(told('firebase.child_added').map(snapshot => snapshot.val()), [10])
  await until(() => feed.open === 0)
  first.close()
  assert.equal(second.state, 'open')
  second.close()
  assert.deepEqual(states().slice(2), [
    'open → closed', 'closed → connecting', 'connecting → open', 'open → closed',
  ])
})

test('the next user\'s first value refreshes the page of the user before', async () => {
  const { App, connect } = await world()
  const first = connect()
  await until(() => first.state === 'open')
  let calls = 0
  App.show({ remoteRefresh: () => calls++ })
  const second = connect({ uid: 'u2' })
  await until(() => second.state === 'open')
  assert.equal(calls, 1)
  second.close()
})
