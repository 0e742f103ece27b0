// `remote-refresh/testing`: what an app's own tests are written with.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeFeed, virtualClock, watchFetches } from '../../dist/testing.js'
import { fakeNetwork, newApp, newCollection, newModel, pause, settle, until, View } from './support/world.mjs'

/** An App that follows a fake feed and shows a page with a model of a type, and a model without one. */
function world(options, appOptions) {
  const { App, told, log } = newApp(appOptions)
  const feed = fakeFeed()
  const fetches = watchFetches(App)
  const handle = App.connect({ uid: 'ann', provider: feed, ...options })
  const [message, other] = [App.live(newModel(), { type: 'Message' }), newModel()]
  App.show(Object.assign(new View({ model: message }), { _subviews: [new View({ model: other })] }))
  return { App, feed, fetches, handle, log, message, network: fakeNetwork(), other, told }
}

// The feed
// --------

test('it is open at once, and nothing is refreshed', () => {
  const { feed, fetches, handle } = world()
  assert.deepEqual([handle.state, feed.openings, feed.connected, fetches.total], ['open', 1, 1, 0])
  handle.close()
  assert.equal(feed.connected, 0)
})

test('`change` says what a notifier would: types, operations and records', async () => {
  const { App, feed, handle } = world()
  const heard = []
  App.Events.on('all', (name, detail) => name.startsWith('model-') && heard.push([name, detail.id]))
  feed.change({ Message: 'm1' })
  feed.change({ Message: { op: 'added', id: 7 } })
  feed.change({ Thread: true })
  feed.change(['Message'])
  feed.change({ Message: ['m1', 'm2'] })
  assert.deepEqual(heard, [
    ['model-changed-of-type-Message', 'm1'], ['model-added-of-type-Message', 7], ['model-changed-of-type-Thread', undefined],
    ['model-changed-of-type-Message', undefined], ['model-changed-of-type-Message', undefined],
  ])
  assert.equal(feed.node.version, 5)
  assert.equal(feed.node.models.Message.version, 5)
  handle.close()
})

test('a change fetches what it concerns, once', async () => {
  const { feed, fetches, handle, message, network, other } = world()
  feed.change({ Thread: 't1' })
  await network.answerAll()
  assert.deepEqual([fetches.of(message), fetches.of(other)], [0, 1])
  feed.change({ Message: 'm1' })
  feed.change()
  await network.answerAll()
  assert.deepEqual([fetches.of(message), fetches.of(other), fetches.total], [2, 3, 5])
  handle.close()
})

test('an origin makes it an echo, and a spread is passed on', async () => {
  const { App, feed, handle, network, told } = world({}, { clientId: 'me' })
  const { model } = App.Views.currentPageView
  const send = Promise.resolve()
  let name
  App.write(model, headers => {
    ;[name] = Object.values(headers)
    return send
  })
  await settle()
  feed.change({ Message: 'm1' }, { origin: name, spread: 10 })
  await network.answerAll()
  assert.deepEqual(told('refresh:skipped').map(({ reason }) => reason), ['own-write'])
  assert.deepEqual([feed.node.origin, feed.node.spread], [name, 10])
  handle.close()
})

test('what a notifier refuses, it refuses', () => {
  const { feed, handle } = world()
  for (const [models, about] of [['Message'], [{ 'a.b': 1 }], [{ Message: { op: 'gone' } }], [undefined, { spread: -1 }], [undefined, { why: 1 }]]) {
    assert.throws(() => feed.change(models, about), { code: 'bad-change' })
  }
  assert.equal(feed.node.version, 0)
  handle.close()
})

test('dropped, the App learns later what it missed, with one refresh', async () => {
  const { feed, fetches, handle, network } = world({ reconnectionDelay: 20 })
  feed.drop()
  assert.equal(handle.state, 'stale')
  assert.match(handle.reason.message, /dropped by the test/)
  feed.change()
  feed.change()
  assert.equal(fetches.total, 0)
  await until(() => handle.state === 'open')
  await network.answerAll()
  assert.deepEqual([fetches.total, feed.openings], [2, 2])
  handle.close()
})

test('denied until it is allowed and somebody has signed in', async () => {
  const { feed, handle } = world()
  feed.deny('not you')
  assert.equal(handle.state, 'denied')
  handle.authenticate()
  assert.equal(handle.state, 'denied')
  feed.allow()
  assert.equal(handle.state, 'denied')
  handle.authenticate('token')
  await until(() => handle.state === 'open')
  assert.equal(feed.token, 'token')
  handle.close()
})

test('an expired token is asked for once more; one that is fixed is denied', async () => {
  const asked = []
  const { feed, handle } = world({ auth: async ({ fresh }) => `t${asked.push(fresh)}` })
  await until(() => handle.state === 'open')
  feed.expire()
  await until(() => handle.state === 'open')
  assert.deepEqual([asked, feed.token], [[false, true], 't2'])
  handle.close()
  const same = world({ auth: () => 'the same again' })
  await until(() => same.handle.state === 'open')
  same.feed.expire()
  await until(() => same.handle.state === 'denied')
  same.handle.close()
  const fixed = world({ auth: 'fixed' })
  await until(() => fixed.handle.state === 'open')
  fixed.feed.expire()
  assert.equal(fixed.handle.state, 'denied')
  fixed.handle.close()
})

test('several Apps follow one feed', async () => {
  const feed = fakeFeed({ node: { updated: 5 } })
  const apps = [newApp(), newApp()]
  const handles = apps.map(({ App }) => App.connect({ uid: 'ann', provider: feed }))
  feed.set({ updated: 6 })
  for (const { told } of apps) assert.deepEqual(told('firebase.child_added').map(snapshot => snapshot.val()), [6])
  for (const handle of handles) handle.close()
})

// The clock
// ---------

/** Installs a clock for one test. */
function clockFor(t, options) {
  const clock = virtualClock(options)
  t.after(() => clock.uninstall())
  return clock
}

test('timers fire in their order, each at its time, with what they cause', async t => {
  const clock = clockFor(t, { now: 1000 })
  const heard = []
  const note = what => heard.push([what, Date.now(), new Date().getTime()])
  setTimeout(note, 30, 'c')
  setTimeout(async () => {
    note('a')
    await null
    setTimeout(note, 5, 'b')
  }, 10)
  setTimeout(note, 30, 'd')
  clearTimeout(setTimeout(note, 20, 'never'))
  setTimeout(note, 31, 'later')
  await clock.advance(30)
  assert.deepEqual(heard, [['a', 1010, 1010], ['b', 1015, 1015], ['c', 1030, 1030], ['d', 1030, 1030]])
  assert.deepEqual([clock.now, clock.waiting], [1030, 1])
})

test('an interval fires until it is cleared, also by itself', async t => {
  const clock = clockFor(t)
  let times = 0
  const interval = setInterval(() => { if (++times === 3) clearInterval(interval) }, 10)
  await clock.advance(100)
  assert.deepEqual([times, clock.waiting], [3, 0])
})

test('uninstalled, the real timers are back, and another clock may be installed', t => {
  const { Date: RealDate, setTimeout: realTimeout } = globalThis
  const clock = virtualClock({ now: 0 })
  assert.throws(() => virtualClock(), { code: 'clock-installed' })
  assert.equal(new Date(5).getTime(), 5)
  clock.uninstall()
  clock.uninstall()
  assert.equal(globalThis.Date, RealDate)
  assert.equal(globalThis.setTimeout, realTimeout)
  clockFor(t).uninstall()
})

test('time goes forward only', async t => {
  const clock = clockFor(t)
  for (const wrong of [-1, NaN, undefined]) await assert.rejects(clock.advance(wrong), { code: 'invalid-time' })
})

test('the engine waits by it: a minute of reconnects takes no time', async t => {
  const clock = clockFor(t)
  const { feed, handle } = world()
  const started = performance.now()
  feed.drop()
  assert.equal(handle.state, 'stale')
  await clock.advance(1000)
  assert.equal(handle.state, 'open')
  for (let i = 0; i < 20; i++) {
    feed.drop()
    await clock.advance(60_000)
    assert.equal(handle.state, 'open')
  }
  assert.equal(feed.openings, 22)
  assert.ok(performance.now() - started < 60_000)
  handle.close()
})

test('a debounce of the App ends when the clock says so', async t => {
  const clock = clockFor(t)
  const { feed, fetches, handle, network } = world({}, { debounce: 1000 })
  feed.change()
  await network.answerAll()
  assert.equal(fetches.total, 2)
  feed.change()
  feed.change()
  await clock.advance(999)
  assert.equal(fetches.total, 2)
  await clock.advance(1)
  await network.answerAll()
  assert.equal(fetches.total, 4)
  handle.close()
})

// The counts
// ----------

test('`settled` waits for all that is fetched and pending', async () => {
  const { feed, fetches, handle, message, network, other } = world()
  await fetches.settled()
  feed.change()
  feed.change()
  let settled = false
  const done = fetches.settled().then(() => { settled = true })
  await pause(20)
  assert.deepEqual([settled, fetches.underWay.length], [false, 2])
  network.requests[0].answer()
  network.requests[1].answer()
  await settle()
  assert.equal(settled, false, 'each has one more pending')
  await network.answerAll()
  await done
  assert.deepEqual([fetches.of(message), fetches.of(other), fetches.underWay], [2, 2, []])
  handle.close()
})

test('`settled` also waits for a fetch that follows the only one there is', async () => {
  const { feed, fetches, handle, network, other } = world()
  feed.change({ Thread: 't1' })
  feed.change({ Thread: 't1' })
  let settled = false
  const done = fetches.settled().then(() => { settled = true })
  network.requests[0].answer()
  await until(() => network.requests.length === 2)
  await pause(20)
  assert.equal(settled, false)
  network.requests[1].answer()
  await done
  assert.equal(fetches.of(other), 2)
  handle.close()
})

test('`settled` gives up, and says what is still being fetched', async () => {
  const { feed, fetches, handle, network, other } = world()
  feed.change({ Thread: 't1' })
  await assert.rejects(fetches.settled({ timeout: 20 }), { code: 'not-settled', message: `still fetching after 20 ms: ${other.url}` })
  await network.answerAll()
  await fetches.settled()
  handle.close()
})

test('errors are kept; `reset` and `stop` do what they say', async () => {
  const { feed, fetches, handle, network } = world()
  feed.change({ Thread: 't1' })
  network.requests[0].fail(404)
  await fetches.settled()
  assert.deepEqual([fetches.total, fetches.errors.map(({ code }) => code)], [1, ['fetch-failed']])
  fetches.reset()
  assert.deepEqual([fetches.total, fetches.errors], [0, []])
  fetches.stop()
  feed.change()
  await network.answerAll()
  assert.equal(fetches.total, 0)
  handle.close()
})

test('what is no App can not be watched', () => {
  for (const wrong of [undefined, {}, newCollection()]) assert.throws(() => watchFetches(wrong), { code: 'invalid-app' })
})
