// A provider of the app's own: opened and closed as a stream is, and whatever a feed does it does with one too.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../dist/testing.js'
import { newApp, newModel, pause, surfaced, until, View } from './support/world.mjs'

const FAST = { reconnectionDelay: 5, reconnectionDelayMax: 20 }

/** A provider that notes each opening: what it got, and whether it was closed. */
function world(options) {
  const { App, log, told } = newApp()
  const openings = []
  const provider = feed => {
    const opening = { ...feed, closed: 0 }
    openings.push(opening)
    return () => { opening.closed++ }
  }
  const connect = more => App.connect({ uid: 'u1', provider, ...FAST, ...options, ...more })
  const states = () => log.filter(([name]) => name === 'feed:state').map(([, state]) => state)
  return { App, connect, log, openings, provider, states, told }
}

test('a provider is opened once, with the user and without a token', () => {
  const { connect, openings, states } = world()
  const feed = connect()
  assert.equal(openings.length, 1)
  assert.deepEqual([openings[0].uid, openings[0].token], ['u1', undefined])
  assert.deepEqual(states(), ['connecting'])
  feed.close()
  assert.equal(openings[0].closed, 1)
})

test('the first value opens the feed and announces nothing; a later one announces what differs', () => {
  const { connect, log, openings, states } = world()
  const feed = connect()
  openings[0].value({ updated: 1, spare: true })
  openings[0].value({ updated: 2, spare: true })
  openings[0].value({ updated: 2, spare: true })
  assert.deepEqual(states(), ['connecting', 'open'])
  const added = log.filter(([name]) => name === 'firebase.child_added')
  assert.deepEqual(added.map(([, snapshot]) => [snapshot.key, snapshot.val()]), [['updated', 2]])
  feed.close()
})

test('a page view is refreshed for a change, and only the types that it names are fetched', async () => {
  const { App, connect, openings } = world()
  const fetched = []
  const model = name => Object.assign(newModel(), { fetch: async () => { fetched.push(name) } })
  const [message, thread] = [App.live(model('message'), { type: 'Message' }), App.live(model('thread'), { type: 'Thread' })]
  const feed = connect()
  openings[0].value({ updated: 1, version: 1 })
  App.show(new View({ model: thread }))
  App.show(Object.assign(new View({ model: message }), { _subviews: [new View({ model: thread })] }))
  openings[0].value({ updated: 2, version: 2, models: { Message: { version: 1, op: 'added', id: 'm1' } } })
  await until(() => fetched.length)
  assert.deepEqual(fetched, ['message'])
  feed.close()
})

test('`changed` twice in one millisecond is two changes', () => {
  const { connect, log, openings } = world()
  const feed = connect()
  openings[0].changed()
  openings[0].changed()
  openings[0].changed()
  const times = log.filter(([name]) => name === 'firebase.child_added').map(([, snapshot]) => snapshot.val())
  assert.equal(times.length, 2)
  assert.ok(times[0] < times[1])
  feed.close()
})

test('a lost provider is closed, and opened again; what was missed is a change', async () => {
  const { connect, log, openings, states } = world()
  const feed = connect()
  openings[0].value({ updated: 1 })
  openings[0].lost(new Error('the cable was cut'))
  assert.equal(openings[0].closed, 1)
  assert.deepEqual([feed.state, feed.reason.code], ['stale', 'stream-ended'])
  assert.match(feed.reason.message, /the cable was cut/)
  await until(() => openings.length === 2)
  openings[1].value({ updated: 2 })
  assert.deepEqual(states(), ['connecting', 'open', 'stale', 'open'])
  assert.equal(log.filter(([name]) => name === 'firebase.child_added').length, 1)
  feed.close()
})

test('what a closed provider says means nothing', async () => {
  const { connect, log, openings, states } = world()
  const feed = connect()
  openings[0].value({ updated: 1 })
  openings[0].lost()
  await until(() => openings.length === 2)
  openings[1].value({ updated: 1 })
  const before = log.length
  openings[0].value({ updated: 5 })
  openings[0].changed()
  openings[0].lost()
  openings[0].denied()
  openings[0].alive()
  assert.equal(log.length, before)
  assert.equal(openings[0].closed, 1)
  feed.close()
  openings[1].value({ updated: 6 })
  assert.equal(states().at(-1), 'closed')
  assert.equal(log.filter(([name]) => name === 'firebase.child_added').length, 0)
})

test('denied without a token: nothing is tried until the app has new credentials', async () => {
  const { connect, openings } = world()
  const feed = connect()
  openings[0].denied('you are not on the list')
  assert.equal(feed.state, 'denied')
  assert.match(feed.reason.message, /not on the list/)
  await pause(100)
  assert.equal(openings.length, 1)
  feed.authenticate('token')
  await until(() => openings.length === 2)
  assert.equal(openings[1].token, 'token')
  openings[1].value(null)
  assert.equal(feed.state, 'open')
  feed.close()
})

test('denied with a token that can be renewed: one renewal, and then no more', async () => {
  const asked = []
  const auth = async need => {
    asked.push(need.fresh)
    return `token ${asked.length}/ä`
  }
  const { connect, openings } = world({ auth })
  const feed = connect()
  await until(() => openings.length === 1)
  openings[0].denied()
  await until(() => openings.length === 2)
  assert.deepEqual(openings.map(({ token }) => token), ['token 1/ä', 'token 2/ä'])
  openings[1].denied('token 2/ä is no good')
  assert.equal(feed.state, 'denied')
  assert.ok(!feed.reason.message.includes('token 2'), 'a token is never shown')
  await pause(100)
  assert.deepEqual([openings.length, asked], [2, [false, true]])
  feed.close()
})

test('a provider that throws, or whose promise is rejected, is lost and tried again', async () => {
  for (const failing of [() => { throw new Error('no such SDK') }, async () => { throw new Error('no such SDK') }]) {
    let openings = 0
    const { connect, states } = world()
    const feed = connect({ provider: given => (++openings < 3 ? failing() : given.value({ updated: 1 })) })
    await until(() => feed.state === 'open')
    assert.equal(openings, 3)
    assert.ok(states().includes('connecting'))
    feed.close()
  }
})

test('a provider may load what it needs first; closed meanwhile, it is closed when it has', async () => {
  const { connect } = world()
  let loaded
  let closed = 0
  const feed = connect({ provider: () => new Promise(resolve => { loaded = () => resolve(() => { closed++ }) }) })
  feed.close()
  loaded()
  await until(() => closed === 1)
  await pause(50)
  assert.equal(closed, 1)
})

test('what a provider throws when it closes surfaces, and the feed is closed all the same', () => {
  const { connect } = world()
  const feed = connect({ provider: () => () => { throw new Error('cannot close') } })
  feed.close()
  assert.equal(feed.state, 'closed')
  assert.equal(surfaced.pop()?.message, 'cannot close')
})

test('a value that is no node is refused, and the provider opened again', async () => {
  const { connect, openings } = world()
  const feed = connect()
  openings[0].value({ 'a.b': 1 })
  assert.equal(feed.reason.code, 'bad-event')
  assert.equal(openings[0].closed, 1)
  await until(() => openings.length === 2)
  openings[1].value(undefined)
  assert.equal(feed.state, 'open')
  const cycle = {}
  cycle.cycle = cycle
  assert.throws(() => openings[1].value(cycle), TypeError)
  feed.close()
})

test('silence means nothing, unless the app says so; then `alive` breaks it', async t => {
  const clock = virtualClock()
  t.after(() => clock.uninstall())
  const { connect, openings } = world()
  const quiet = connect()
  openings[0].value({ updated: 1 })
  await clock.advance(24 * 3_600_000)
  assert.deepEqual([quiet.state, openings.length], ['open', 1])
  const watched = connect({ silenceTimeout: 1000 })
  openings[1].value({ updated: 1 })
  for (let time = 0; time < 3000; time += 900) {
    await clock.advance(900)
    openings[1].alive()
  }
  assert.equal(openings[1].closed, 0)
  await clock.advance(1000)
  assert.deepEqual([openings[1].closed, watched.reason.code], [1, 'silence'])
  watched.close()
})

test('a provider that brings no first value in time is opened again', async () => {
  const { connect, openings } = world()
  const feed = connect({ connectTimeout: 30 })
  await until(() => openings.length === 2)
  assert.equal(openings[0].closed, 1)
  feed.close()
})

test('another user closes the one before', () => {
  const { connect, openings } = world()
  const first = connect()
  const second = connect({ uid: 'u2' })
  assert.deepEqual(openings.map(({ uid, closed }) => [uid, closed]), [['u1', 1], ['u2', 0]])
  assert.equal(first.state, 'closed')
  second.close()
})

test('a snapshot says where it is, if the app says where the provider looks', () => {
  const { App, connect, openings } = world()
  const places = []
  App.Events.on('firebase.child_added', snapshot => places.push(snapshot.ref().toString()))
  for (const options of [{}, { uid: undefined }, { url: 'https://feed.example/x' }]) {
    const feed = connect(options)
    openings.at(-1).value({ updated: 1 })
    openings.at(-1).value({ updated: 2 })
    feed.close()
  }
  assert.deepEqual(places, [
    'https://provider.invalid/users/u1/updated', 'https://provider.invalid/updated', 'https://feed.example/x/users/u1/updated',
  ])
})

test('what is no function is no provider', () => {
  const { App, connect, openings } = world()
  const feed = connect()
  for (const provider of [null, {}, 'mercure']) {
    assert.throws(() => App.connect({ uid: 'u1', provider }), { name: 'RemoteRefreshError', code: 'invalid-provider' })
  }
  assert.equal(openings[0].closed, 0, 'the feed there is stays open')
  feed.close()
})
