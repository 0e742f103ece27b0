// A long page is walked in slices: in between, the browser gets to do something else, and anything may happen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeFeed } from '../../dist/testing.js'
import { newApp, pause, surfaced, until } from './support/world.mjs'

const VIEWS = 5000

/**
 * A page of many views whose hooks take a while each. Their time is a clock's that they move themselves, so that the slices are
 * the same on every machine.
 */
function slowPage(t, App, { milliseconds = 1, inHook = () => {} } = {}) {
  const { now } = performance
  let time = now.call(performance)
  performance.now = () => time
  t.after(() => delete performance.now)
  const calls = new Array(VIEWS).fill(0)
  let done = 0
  const views = calls.map((_, i) => ({
    remoteRefresh(snapshot) {
      time += milliseconds
      calls[i]++
      done++
      inHook(i, this)
      App.Utils.RemoteRefresh(this, snapshot)
    },
  }))
  return {
    page: { _subviews: views },
    views,
    calls,
    /** How many hooks were called. */
    get done() { return done },
    /** Waits until the walk has begun and is suspended somewhere in the middle. */
    async middle() {
      await until(() => done > 0)
      assert.ok(done < VIEWS, 'it is not over yet')
    },
    every: count => calls.every(called => called === count),
  }
}

/** An App that follows a feed of the test's own, and shows the page. */
async function followed(page, App) {
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed })
  await until(() => handle.state === 'open')
  App.show(page)
  return { feed, handle }
}

/** Counts the tasks that are asked for by a message, as the walk does where there is no `scheduler.yield`. */
function countTasks(t) {
  const { MessageChannel } = globalThis
  let count = 0
  globalThis.MessageChannel = class extends MessageChannel {
    constructor() {
      super()
      count++
    }
  }
  t.after(() => { globalThis.MessageChannel = MessageChannel })
  return () => count
}

test('a page of 5,000 views is walked in many tasks, and each view is visited once', async t => {
  const { App, told } = newApp()
  const tasks = countTasks(t)
  const slow = slowPage(t, App)
  App.Utils.RemoteRefresh(slow.page)
  const seen = [slow.done]
  await until(() => {
    seen.push(slow.done)
    return slow.done === VIEWS
  })
  assert.ok(slow.every(1))
  assert.ok(tasks() > 100, `${tasks()} tasks`)
  assert.ok(seen[0] > 0 && seen[0] < VIEWS, 'the first slice is walked within the call')
  assert.deepEqual(told('refresh:error'), [])
})

test('between two slices other tasks get their turn', async t => {
  const { App } = newApp()
  const slow = slowPage(t, App)
  const seen = new Set()
  const tick = () => {
    seen.add(slow.done)
    if (slow.done < VIEWS) setTimeout(tick)
  }
  App.Utils.RemoteRefresh(slow.page)
  tick()
  await until(() => slow.done === VIEWS)
  assert.ok(seen.size > 2, `${seen.size} ticks`)
})

test('no slice takes much longer than its time', async t => {
  const { App } = newApp()
  const slow = slowPage(t, App)
  const at = []
  const { MessageChannel } = globalThis
  globalThis.MessageChannel = class extends MessageChannel {
    constructor() {
      super()
      at.push(slow.done)
    }
  }
  t.after(() => { globalThis.MessageChannel = MessageChannel })
  App.Utils.RemoteRefresh(slow.page)
  await until(() => slow.done === VIEWS)
  const slices = at.slice(1).map((done, i) => done - at[i])
  // Twelve milliseconds, looked at after every eighth view of a millisecond each.
  assert.ok(Math.max(...slices) <= 12 + 8, `${Math.max(...slices)} ms`)
})

test('a short page is walked within the call, however slow', t => {
  const { App } = newApp()
  const slow = slowPage(t, App, { milliseconds: 10 })
  slow.page._subviews.length = 60
  App.Utils.RemoteRefresh(slow.page)
  assert.equal(slow.done, 60)
})

test('`scheduler.yield` is asked for the next task, where there is one', async t => {
  let yields = 0
  globalThis.scheduler = {
    yield: () => {
      yields++
      return new Promise(resolve => setImmediate(resolve))
    },
  }
  t.after(() => delete globalThis.scheduler)
  const { App } = newApp()
  const tasks = countTasks(t)
  const slow = slowPage(t, App)
  App.Utils.RemoteRefresh(slow.page)
  await until(() => slow.done === VIEWS)
  assert.ok(slow.every(1))
  assert.ok(yields > 100)
  assert.equal(tasks(), 0)
})

test('models are fetched while the rest is walked, each once', async t => {
  const { App, told } = newApp()
  const slow = slowPage(t, App)
  const fetched = []
  const models = Array.from({ length: 100 }, (_, i) => ({
    fetch() {
      fetched.push(i)
      return Promise.resolve()
    },
  }))
  slow.views.forEach((view, i) => { view.model = models[i % 100] })
  App.Utils.RemoteRefresh(slow.page)
  await until(() => told('refresh:done').length === 100)
  assert.ok(slow.done < VIEWS, 'the walk goes on')
  await until(() => slow.done === VIEWS)
  assert.ok(slow.every(1))
  assert.equal(fetched.length, 100)
  assert.equal(new Set(fetched).size, 100)
})

test('a change in the middle is answered by one more walk, after the first', async t => {
  const { App } = newApp()
  const slow = slowPage(t, App)
  const { feed, handle } = await followed(slow.page, App)
  feed.change()
  await slow.middle()
  for (let changes = 0; changes < 10; changes++) feed.change()
  await until(() => slow.done >= 2 * VIEWS)
  await pause(20)
  assert.ok(slow.every(2), 'the first walk ended, and one answered all ten changes')
  handle.close()
})

test('a page that is left in the middle is walked no further, and as a whole when it is shown again', async t => {
  const { App } = newApp()
  const slow = slowPage(t, App)
  const { feed, handle } = await followed(slow.page, App)
  feed.change()
  await slow.middle()
  App.show({})
  const before = slow.done
  await pause(20)
  assert.equal(slow.done, before)
  App.show(slow.page)
  await until(() => slow.calls.every(called => called >= 1))
  await until(() => slow.done === before + VIEWS)
  handle.close()
})

test('a tab that is hidden in the middle walks no further until it is seen', async t => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  globalThis.document = page
  t.after(() => delete globalThis.document)
  const becomes = visibilityState => {
    page.visibilityState = visibilityState
    page.dispatchEvent(new Event('visibilitychange'))
  }
  const { App, told } = newApp()
  const slow = slowPage(t, App)
  const { feed, handle } = await followed(slow.page, App)
  feed.change()
  await slow.middle()
  becomes('hidden')
  await until(() => told('refresh:deferred').length)
  const before = slow.done
  await pause(20)
  assert.equal(slow.done, before)
  becomes('visible')
  await until(() => slow.done === before + VIEWS)
  assert.ok(slow.calls.every(called => called >= 1))
  handle.close()
})

test('a feed that is closed in the middle ends the walk', async t => {
  const { App } = newApp()
  const slow = slowPage(t, App)
  const { feed, handle } = await followed(slow.page, App)
  feed.change()
  await slow.middle()
  handle.close()
  const before = slow.done
  await pause(20)
  assert.equal(slow.done, before)
})

test('a view that is gone by the time the walk comes to it is skipped', async t => {
  const { App, told } = newApp()
  const slow = slowPage(t, App)
  App.Utils.RemoteRefresh(slow.page)
  await slow.middle()
  // As Chaplin, Marionette and Marionette 2 say it.
  Object.assign(slow.views[VIEWS - 3], { disposed: true })
  Object.assign(slow.views[VIEWS - 2], { isDestroyed: () => true })
  Object.assign(slow.views[VIEWS - 1], { isDestroyed: true })
  await until(() => slow.done === VIEWS - 3)
  await pause(20)
  assert.deepEqual(slow.calls.slice(-4), [1, 0, 0, 0])
  assert.deepEqual(told('refresh:error'), [])
})

test('a hook that throws in a later slice is reported, and the walk goes on', async t => {
  const { App, told } = newApp()
  const slow = slowPage(t, App, {
    inHook: i => {
      if (i === VIEWS - 2) throw new Error('broken')
    },
  })
  App.Utils.RemoteRefresh(slow.page)
  await until(() => slow.done === VIEWS)
  assert.ok(slow.every(1))
  assert.deepEqual(told('refresh:error').map(({ view, code }) => [view, code]), [[slow.views[VIEWS - 2], 'hook-threw']])
  assert.deepEqual(surfaced, [])
})

test('views that are added or removed in the middle do not confuse the walk', async t => {
  const { App, told } = newApp()
  const slow = slowPage(t, App)
  App.Utils.RemoteRefresh(slow.page)
  await slow.middle()
  // The list that is walked is the one that there was.
  slow.page._subviews.splice(0, 1000)
  slow.page._subviews.push({ remoteRefresh: () => assert.fail('it is of the next walk') })
  await until(() => slow.done === VIEWS)
  await pause(20)
  assert.ok(slow.every(1))
  assert.deepEqual(told('refresh:error'), [])
})
